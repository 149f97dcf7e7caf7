"""The state of every segment with its figures, the thresholds that grade it, and what a moved one would change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.chains.graded import thresholds_in_use
from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.map_pages import dated, tabs
from yanlian.apps.chains.names import lane_title, place_words, segment_title
from yanlian.apps.chains.pages_gaps import trail
from yanlian.apps.chains.segment_words import (
    decimal,
    figure_text,
    in_fen,
    margin_text,
    percent_points,
    quantity_title,
    why_grade,
)
from yanlian.apps.chains.state import ChainState, SegmentState, chain_state
from yanlian.apps.people.access import Permission, page
from yanlian.engine.chain.segments import Moved, Thresholds, margins, moved
from yanlian.engine.chain.segments.coverage import Covered
from yanlian.engine.chain.segments.quantities import QUANTITIES, QuantityId
from yanlian.engine.chain.template.model import Segment
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory, Value
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import t, word, words

_SHOWN: tuple[QuantityId, ...] = (
    "firms", "output", "output_share", "location_quotient", "location_quotient_firms", "growth", "growth_lead",
    "leaders", "patents", "input_coverage", "output_coverage",
)  # fmt: skip


# Only in exported sheets: the page would be too wide for a screen.
_SHEET_ONLY: frozenset[QuantityId] = frozenset({"output_share", "location_quotient_firms", "growth_lead", "patents"})


@dataclass(frozen=True)
class Row:
    """A segment as a line of the list."""

    segment: Segment
    state: SegmentState
    why: str
    nearest: str
    href: str | None


@dataclass(frozen=True)
class Line:
    """A threshold as the page shows it, with how many segments change when it moves by each part."""

    grade: str
    quantity: str
    at_least: str
    source: str
    because: str
    is_changed: bool
    is_alternative: bool
    counts: list[tuple[str, int]]


@page(owner="chains", permission=Permission.SEE_CHAINS)
def grades(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """环节评级."""
    state = chain_state(chain_or_404(chain_id), request.GET.get("area", ""))
    thresholds = thresholds_in_use()
    tried = moved([one.graded for one in state.segments.values()], thresholds)
    title = t("环节评级", "Grades of segments")
    more = {
        "crumbs": [*trail(state.chain), (title, None)],
        "tabs": tabs(state.chain, "chain-grades"),
        "chain": state.chain,
        "thresholds": thresholds,
        "threshold_lines": _lines(thresholds, tried),
        "thresholds_title": t(thresholds.title, thresholds.title_en),
        "together": [(f"{one.by:+.0%}", len(one.changed)) for one in tried if one.comparison is None],
        "moves": [f"{one.by:+.0%}" for one in tried if one.comparison is None],
        "counts": [(grade, state.count(grade)) for grade in words("segment_grade")],
    }
    rows = _rows(state, thresholds)
    found = FromMemory(
        rows,
        search=lambda row: (
            segment_title(row.segment),
            lane_title(state.chain, row.segment.group),
            row.why,
        ),
        filters={
            "grade": lambda row, value: row.state.grade == value,
            "position": lambda row, value: row.segment.position == value,
        },
        orders={one.key: one.value for one in _listing(state).columns},
    )
    return show(request, _listing(state), found, template="chains/grades.html", dated=dated(state), more=more)


def _lines(thresholds: Thresholds, tried: tuple[Moved, ...]) -> list[Line]:
    counts: dict[str, list[tuple[str, int]]] = {}
    for move in tried:
        if move.comparison is not None:
            counts.setdefault(move.comparison.at, []).append((f"{move.by:+.0%}", len(move.changed)))
    found = []
    for rule in thresholds.rules:
        for group in rule.groups:
            for one in group:
                quantity = QUANTITIES[one.quantity]
                found.append(
                    Line(rule.grade, quantity_title(quantity), figure_text(one.at_least, quantity.unit), one.source,
                         one.because, one.changed, len(group) > 1, counts[one.at])
                )  # fmt: skip
    return found


def _rows(state: ChainState, thresholds: Thresholds) -> list[Row]:
    found = []
    for segment in state.chain.segments:
        one = state.segments[segment.id]
        near = margins(one.graded, thresholds)
        gap = one.graded.worst in {"blank", "weak"}
        href = reverse("chain-gap" if gap else "chain-segment", args=[state.chain.id, segment.id])
        found.append(
            Row(segment, one, t("；", "; ").join(why_grade(one.graded)), margin_text(near[0]) if near else "", href)
        )
    return found


def _listing(state: ChainState) -> Listing[Row]:
    return Listing(
        title=("环节评级", "Grades of segments"),
        file_name="chain-grades",
        search_hint=("按环节、分组或原因搜索", "Search segments, groups or reasons"),
        columns=(
            Column("segment", ("环节", "Segment"), lambda row: segment_title(row.segment), main=True,
                   link=lambda row: row.href),
            Column("place", ("位置", "Position"), lambda row: place_words(row.segment)),
            Column("grade", ("等级", "Grade"), lambda row: row.state.grade, Kind.STATUS, words="segment_grade"),
            # Before the figures: a page about grades that hides the reason behind a scroll bar is none.
            Column("why", ("为什么是这个等级", "Why this grade"), lambda row: row.why, Kind.PROSE, sortable=False),
            *(_figure(one) for one in _SHOWN),
            Column("basis", ("配套率依据", "Coverage rests on"),
                   lambda row: basis_words(row.state.graded.figures.inputs), sortable=False, sheet_only=True),
            Column("nearest", ("最近的阈值", "Nearest threshold"), lambda row: row.nearest, Kind.PROSE,
                   sortable=False),
        ),
        filters=(
            Filter("grade", ("等级", "Grade"), word_choices("segment_grade")),
            Filter("position", ("位置", "Position"), word_choices("position")),
        ),
        empty=("这条链还没有环节。", "The chain has no segment."),
        calibre=(
            *((f"{one.zh}：{one.formula_zh}。", f"{one.en}: {one.formula_en}.")
              for one in map(QUANTITIES.__getitem__, _SHOWN)),
            ("“-”表示未知或不适用，不是零。", "“-” means unknown or not applicable, not nought."),
        ),
    )  # fmt: skip


def _figure(key: QuantityId) -> Column[Row]:
    quantity = QUANTITIES[key]
    title, kind = (quantity.zh, quantity.en), Kind.COUNT
    places = 0 if quantity.unit == "count" else 2
    value = _of(lambda found: decimal(found, places), key)
    if quantity.unit == "yuan":
        kind, value = Kind.MONEY, _of(in_fen, key)
    elif quantity.unit in {"share", "points"}:
        unit = ("（%）", " (%)") if quantity.unit == "share" else ("（百分点）", " (points)")
        title, value = (title[0] + unit[0], title[1] + unit[1]), _of(percent_points, key)
    return Column(key, title, value, kind, sheet_only=key in _SHEET_ONLY)


def _of(written: Callable[[float | None], Value], key: QuantityId) -> Callable[[Row], Value]:
    return lambda row: written(_value(row, key))


def _value(row: Row, key: QuantityId) -> float | None:
    return QUANTITIES[key].of(row.state.graded.figures).value


def basis_words(covered: Covered) -> str:
    """What a coverage rests on: 往来2种、有无企业1种."""
    told = [
        t("{word}{n}种", "{word} {n}", word=word("coverage_basis", basis), n=covered.count(basis))
        for basis in ("links", "presence", "unknown")
        if covered.count(basis)
    ]
    return t("、", ", ").join(told)
