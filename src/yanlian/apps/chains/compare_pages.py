"""Two areas side by side along one chain: this district, and the areas whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.map_pages import chain_context, reference_words, tabs
from yanlian.apps.chains.names import lane_title, place_words, segment_title
from yanlian.apps.chains.state import ChainState, Reference, chain_state, figures_in, references_of
from yanlian.apps.people.access import Permission, page
from yanlian.engine.chain.template.model import Chain, Segment
from yanlian.ui.charts import Chart, Series, bars
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import t

HERE = "here"


@dataclass(frozen=True)
class Side:
    """What an area has on a segment. None: not known."""

    firms: int | None = None
    output_fen: int | None = None


@dataclass(frozen=True)
class Row:
    """One segment in two areas."""

    chain: Chain
    segment: Segment
    left: Side
    right: Side

    @property
    def verdict(self) -> str:
        """Which of the two has firms on it."""
        if self.left.firms is None or self.right.firms is None:
            return "unknown"
        if not self.left.firms or not self.right.firms:
            return "neither" if not self.left.firms and not self.right.firms else "left" if self.left.firms else "right"
        return "both"


@page(owner="chains", permission=Permission.SEE_CHAINS)
def compare(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """Two areas along a chain; this district and the first other area unless others are asked for."""
    chain = chain_or_404(chain_id)
    state = chain_state(chain)
    areas = {one.code: one for one in references_of(chain)}
    names = {HERE: t("本区", "This district"), **{code: one.area for code, one in areas.items()}}
    left = _asked(request, "left", names, HERE)
    right = _asked(request, "right", names, next((code for code in areas if code != left), HERE))
    sides = [_side(state, areas, one) for one in (left, right)]
    rows = [Row(chain, one, sides[0].get(one.id, Side()), sides[1].get(one.id, Side())) for one in chain.segments]
    listing = _listing(names[left], names[right])
    listed = FromMemory(
        rows,
        search=lambda row: [row.segment.title, row.segment.title_en, row.segment.group, _lane(row)],
        filters={"verdict": lambda row, value: row.verdict == value},
        orders={
            "title": lambda row: segment_title(row.segment),
            "left": lambda row: row.left.firms,
            "right": lambda row: row.right.firms,
            "left_output": lambda row: row.left.output_fen,
            "right_output": lambda row: row.right.output_fen,
            "verdict": lambda row: row.verdict,
        },
    )
    more = {
        **chain_context(chain, t("区域对比", "Compare areas")),
        "tabs": tabs(chain, "chain-compare"),
        "names": list(names.items()),
        "left": left,
        "right": right,
        "chart": _chart(rows, names[left], names[right]),
        "charts": True,
        "areas": [reference_words(one) for one in areas.values()],
    }
    dated = [(t("本区数据年度", "Year of local figures"), str(state.year or "-"))]
    dated += [
        (t("对照数据", "Figures of"), f"{one.area} · {one.year} · {one.source}")
        for one in areas.values()
        if one.code in (left, right)
    ]
    return show(request, listing, listed, template="chains/compare.html", dated=dated, more=more)


def _asked(request: HttpRequest, key: str, names: Mapping[str, str], usual: str) -> str:
    found = request.GET.get(key, "")
    return found if found in names else usual


def _side(state: ChainState, areas: Mapping[str, Reference], code: str) -> dict[str, Side]:
    if code == HERE:
        found = {}
        for key, one in state.segments.items():
            output = one.graded.figures.here.output
            found[key] = Side(one.firms, None if output is None else round(output * 100))
        return found
    rows = figures_in(state.chain, areas[code], areas[code].year)
    return {key: Side(row.firms, row.output_fen) for key, row in rows.items()}


def _chart(rows: Sequence[Row], left: str, right: str) -> Chart:
    groups = list(dict.fromkeys(_lane(row) for row in rows))
    lefts = [sum(row.left.firms or 0 for row in rows if _lane(row) == group) for group in groups]
    rights = [sum(row.right.firms or 0 for row in rows if _lane(row) == group) for group in groups]
    title = t("各分组企业数", "Firms by lane")
    summary = t("比较两地各分组的企业数（家）。", "Firms of the two areas along the chain.")
    names = (t(left, "First area"), t(right, "Second area"))
    series = [Series(names[0], lefts), Series(names[1], rights)]
    return bars("areas", title, summary, t("家", "firms"), groups, series)


def _lane(row: Row) -> str:
    return lane_title(row.chain, row.segment.group)


def _listing(left: str, right: str) -> Listing[Row]:
    def firms(name: str, order: str) -> tuple[str, str]:
        return f"{name}企业（家）", f"Firms, {order} area"

    def output(name: str, order: str) -> tuple[str, str]:
        return f"{name}产出", f"Output, {order} area"

    return Listing(
        title=("区域对比", "Compare areas"),
        file_name="areas",
        search_hint=("按环节或分组搜索", "Search by segment or group"),
        columns=(
            Column("title", ("环节", "Segment"), lambda row: segment_title(row.segment), main=True,
                   link=lambda row: reverse("chain-segment", args=[row.chain.id, row.segment.id])),
            Column("place", ("位置", "Position"), lambda row: place_words(row.segment), sortable=False),
            Column("left", firms(left, "first"), lambda row: row.left.firms, Kind.COUNT),
            Column("right", firms(right, "second"), lambda row: row.right.firms, Kind.COUNT),
            Column("left_output", output(left, "first"), lambda row: row.left.output_fen, Kind.MONEY),
            Column("right_output", output(right, "second"), lambda row: row.right.output_fen, Kind.MONEY),
            Column("verdict", ("两地有无", "Who has it"), lambda row: row.verdict, Kind.STATUS, words="both_areas"),
        ),
        filters=(Filter("verdict", ("两地有无", "Who has it"), word_choices("both_areas")),),
        page_size=100,
        calibre=(
            ("本区按已确认的归位计数；其他地区为其来源公布的数。“-”为没有数据，不等于零。",
             "This district: confirmed placements. Others: figures of their source. “-” is not known, not nought."),
        ),
    )  # fmt: skip
