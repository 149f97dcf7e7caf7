"""What to fill next: the first three gaps with why and whom to call, the frontier on two axes, all gaps as a list."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.chains.faulty import CHAINS
from yanlian.apps.chains.filling import ACROSS, UP, Filling, filling, measure_of
from yanlian.apps.chains.frontier_chart import frontier_chart, marks_of, measure_title
from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.map_pages import dated, tabs
from yanlian.apps.chains.models import OutsideFirm
from yanlian.apps.chains.names import chain_title, lane_title, place_words, segment_title
from yanlian.apps.chains.risk_known import newest_ranking, risk_told
from yanlian.apps.chains.segment_words import decimal, in_fen, percent_points, why_fill, why_grade
from yanlian.apps.people.access import Permission, page
from yanlian.engine.chain.segments.backtest import BackTest
from yanlian.engine.chain.segments.candidates import Candidate
from yanlian.engine.chain.segments.gaps import MEASURES, Axis, Frontier, Gap, MeasureId
from yanlian.engine.chain.template.model import Chain
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import say, t, word


@dataclass(frozen=True)
class Call:
    """A firm to call: who it is, where, and what ties it to firms here."""

    name: str
    place: str
    why: str
    href: str
    fictional: bool


@dataclass(frozen=True)
class First:
    """One of the gaps to begin with, ready to be read."""

    gap: Gap
    title: str
    where: str
    why: list[str]
    calls: list[Call]
    others: int
    href: str


@dataclass(frozen=True)
class Row:
    """A gap as a line of the list."""

    gap: Gap
    title: str
    place: str
    on: bool
    candidates: int
    why: str
    href: str


@page(owner="chains", permission=Permission.SEE_CHAINS)
def gaps(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """补链清单."""
    found = filling(chain_or_404(chain_id), request.GET.get("area", ""))
    across = measure_of(request.GET.get("x", ""), "feasibility", _usual(found, "feasibility", ACROSS))
    up = measure_of(request.GET.get("y", ""), "value", _usual(found, "value", UP))
    line = found.frontier(across, up)
    title = t("补链清单", "What to fill")
    more = {
        "crumbs": [*trail(found.chain), (title, None)],
        "tabs": tabs(found.chain, "chain-gaps"),
        "chain": found.chain,
        "firsts": firsts(found, across, up),
        "chart": frontier_chart(found, line),
        "marks": marks_of(found, line),
        "axis_titles": (measure_title(across), measure_title(up)),
        "charts": True,
        "across": across,
        "up": up,
        "axes": [("x", t("横轴：可行性", "Across: feasibility"), _choices(found, "feasibility"), across),
                 ("y", t("纵轴：价值", "Up: value"), _choices(found, "value"), up)],
        "tests": tests_told(found, across),
        "unplaced": [segment_title(found.chain.by_id[one.segment]) for one in line.unplaced],
    }  # fmt: skip
    return show(
        request, _listing(found), _rows(found, line), template="chains/gaps.html", dated=dated(found.state), more=more
    )


def trail(chain: Chain) -> list[tuple[str, str | None]]:
    """The crumbs above a page of a chain."""
    return [(say(CHAINS), reverse("chains")), (chain_title(chain), reverse("chain", args=[chain.id]))]


def firsts(found: Filling, across: MeasureId = ACROSS, up: MeasureId = UP) -> list[First]:
    """The gaps to begin with, each with why and whom to call."""
    told = []
    for gap in found.first(across, up):
        segment = found.chain.by_id[gap.segment]
        candidates = found.candidates(gap.segment)
        told.append(
            First(gap, segment_title(segment), place_words(segment), why_fill(found, gap),
                  calls(found, gap.segment, candidates[:2]), max(0, len(candidates) - 2),
                  reverse("chain-gap", args=[found.chain.id, gap.segment]))
        )  # fmt: skip
    return told


def calls(found: Filling, segment: str, candidates: tuple[Candidate, ...]) -> list[Call]:
    """Candidates as one reads them on a card."""
    firms = OutsideFirm.objects.in_bulk([int(one.firm.id[1:]) for one in candidates])
    told = []
    for one in candidates:
        firm = firms[int(one.firm.id[1:])]
        href = reverse("chain-candidate", args=[found.chain.id, segment, firm.code])
        told.append(Call(firm.name, firm.place, tie_words(found, one), href, firm.fictional))
    return told


def tie_words(found: Filling, one: Candidate) -> str:
    """What ties a candidate to firms here, in a few words; else what fits."""
    near = one.near or one.firm.ties
    names = list(dict.fromkeys(found.names[tie.local][0] for tie in near if tie.local in found.names))
    if names:
        kinds = t("、", ", ").join(dict.fromkeys(str(word("outside_tie", tie.kind)) for tie in near))
        more = t("等{n}家", " and {n} in all", n=len(names)) if len(names) > 1 else ""
        return t("{kinds}{name}{more}", "{kinds} {name}{more}", kinds=kinds, name=names[0], more=more)
    words = t("、", ", ").join(one.words[:3])
    return t("产品：{words}", "Makes {words}", words=words) if words else ""


def _usual(found: Filling, axis: Axis, usual: MeasureId) -> MeasureId:
    """The usual measure of an axis; where nothing is known of it, that which is known of most gaps: no empty chart."""
    known = {one.id: sum(gap.measures[one.id] is not None for gap in found.gaps)
             for one in MEASURES.values() if one.axis == axis}  # fmt: skip
    best = max(known, key=lambda one: known[one])
    return usual if known[usual] or not known[best] else best


def _choices(found: Filling, axis: Axis) -> list[tuple[str, str, str, bool]]:
    """Measures of an axis: id, title, formula, and whether anything is known of it."""
    return [
        (one.id, measure_title(one.id), t(one.formula_zh, one.formula_en),
         any(gap.measures[one.id] is not None for gap in found.gaps))
        for one in MEASURES.values() if one.axis == axis
    ]  # fmt: skip


def tests_told(found: Filling, across: MeasureId) -> dict[str, object]:
    """The back-test of the ranking across, beside the ranking to beat."""
    test: BackTest = found.tests[across]
    common = found.tests["common"]
    return {
        "auc": decimal(test.auc, 3),
        "common": decimal(common.auc, 3),
        "beats": test.auc is not None and common.auc is not None and test.auc > common.auc,
        "hidden": test.hidden,
        "rows": found.space.rows,
        "kind": found.space.kind,
        "fictional": found.space.fictional,
        "title": measure_title(across),
    }


def _rows(found: Filling, line: Frontier) -> FromMemory[Row]:
    chain = found.chain
    rows = [
        Row(one, segment_title(chain.by_id[one.segment]), place_words(chain.by_id[one.segment]), one in line.on,
            len(found.candidates(one.segment)), t("；", "; ").join(why_grade(one.graded)),
            reverse("chain-gap", args=[chain.id, one.segment]))
        for one in found.gaps
    ]  # fmt: skip
    columns = {one.key: one.value for one in _listing(found).columns}
    return FromMemory(
        rows,
        search=lambda row: (
            row.title,
            row.place,
            row.why,
            lane_title(chain, chain.by_id[row.gap.segment].group),
        ),
        filters={
            "grade": lambda row, value: row.gap.graded.grade == value,
            "on": lambda row, value: row.on == (value == "yes"),
        },
        orders=columns,
    )


def _formula(measure: MeasureId) -> tuple[str, str]:
    one = MEASURES[measure]
    return f"{one.zh}：{one.formula_zh}。", f"{one.en}: {one.formula_en}."


def _listing(found: Filling) -> Listing[Row]:
    def measure(key: MeasureId) -> Column[Row]:
        title = MEASURES[key].zh, MEASURES[key].en
        if key == "unmet_value":
            return Column(key, title, lambda row: in_fen(row.gap.measures[key]), Kind.MONEY)
        if key in ("density", "inputs_here", "customers_here"):
            return Column(key, (title[0] + "（%）", title[1] + " (%)"),
                          lambda row: percent_points(row.gap.measures[key]), Kind.COUNT)  # fmt: skip
        if key == "risk_fall":
            return Column(key, (title[0] + "（%）", title[1] + " (%)"),
                          lambda row: percent_points(row.gap.measures[key], 3), Kind.COUNT)  # fmt: skip
        places = 0 if key == "unmet_firms" else 3
        return Column(key, title, lambda row: decimal(row.gap.measures[key], places), Kind.COUNT)

    known = [key for key in MEASURES if any(gap.measures[key] is not None for gap in found.gaps)]
    reason = [one for one in MEASURES if one not in known]
    lacking = ("、".join(MEASURES[one].zh for one in reason), ", ".join(MEASURES[one].en for one in reason))
    return Listing(
        title=("补链清单", "What to fill"),
        file_name="chain-gaps",
        search_hint=("按环节、位置或原因搜索", "Search segments, positions or reasons"),
        first_order="-unmet_firms" if "unmet_firms" in known else "segment",
        columns=(
            Column("segment", ("环节", "Segment"), lambda row: row.title, main=True, link=lambda row: row.href),
            Column("place", ("位置", "Position"), lambda row: row.place),
            Column("grade", ("等级", "Grade"), lambda row: row.gap.graded.grade, Kind.STATUS, words="segment_grade"),
            Column("on", ("在前沿上", "On the frontier"), lambda row: row.on, Kind.FLAG),
            *(measure(key) for key in known),
            Column("candidates", ("候选企业", "Candidates"), lambda row: row.candidates, Kind.COUNT,
                   link=lambda row: row.href),
            # On the page it would make every row five lines high, out of sight on the right.
            Column("why", ("为什么是这个等级", "Why this grade"), lambda row: row.why, sortable=False, sheet_only=True),
        ),
        filters=(
            Filter("grade", ("等级", "Grade"), lambda: [
                Choice(one, str(word("segment_grade", one))) for one in ("blank", "weak", "unknown")]),
            Filter("on", ("前沿", "Frontier"), lambda: [
                Choice("yes", t("在前沿上", "On the frontier")), Choice("no", t("不在前沿上", "Not on it"))]),
        ),
        empty=("没有空白或薄弱的环节。", "No segment is blank or weak."),
        calibre=(
            *(_formula(one) for one in known),
            *((("未算出的量：" + lacking[0] + "。", "Not computed: " + lacking[1] + "."),) if reason else ()),
            risk_told(newest_ranking()),
            ("已知往来只含登记到的交易，合计是下限。", "Known trade holds what was reported: sums are lower bounds."),
        ),
    )  # fmt: skip
