"""What the chain lacks here, why, and whom to call: one card for each missing segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yanlian.apps.chains.filling import Filling
from yanlian.apps.chains.names import segment_title
from yanlian.apps.chains.outside import Maker, makers_of
from yanlian.apps.chains.state import ChainState, SegmentState
from yanlian.engine.chain.template.model import Segment
from yanlian.ui import numbers
from yanlian.ui.words import t

FIRMS_SHOWN = 2


@dataclass(frozen=True)
class Call:
    """A firm to call: why it may come, and who follows it already."""

    maker: Maker
    why: str


@dataclass(frozen=True)
class Gap:
    """A segment that is missing or weak here."""

    segment: Segment
    title: str
    state: SegmentState
    why: Sequence[str]
    calls: Sequence[Call]
    more: int


def first_gaps(found: Filling) -> list[Gap]:
    """The gaps to begin with, in the order of the frontier, and firms to call in the order of the candidates: the same
    as on the page of what to fill."""
    state = found.state
    chosen = [one.segment for one in found.first()]
    segments = [state.chain.by_id[one] for one in chosen]
    makers = makers_of(found.chain, segments, found.outside)
    gaps = []
    for segment in segments:
        ranked = makers[segment.id]
        one = state.segments[segment.id]
        calls = [Call(maker, why_maker(maker)) for maker in ranked[:FIRMS_SHOWN]]
        title = segment_title(segment)
        gaps.append(Gap(segment, title, one, why(state, one), calls, max(0, len(ranked) - FIRMS_SHOWN)))
    return gaps


def why(state: ChainState, found: SegmentState) -> list[str]:
    """Why it is a gap, in sentences with their numbers."""
    lines = []
    here, there = found.firms, found.graded.figures.reference.firms
    if found.firms:
        lines.append(t("本区只有{n}家企业", "Firms here: {n}", n=here))
    else:
        lines.append(t("本区没有已确认的企业", "No confirmed firm here"))
    if state.reference is not None and there is not None:
        lines[0] += t("，{area}有{n}家", "; firms in {area}: {n}", area=state.reference.area, n=there)
    if found.pending:
        lines.append(
            t("另有{n}家待确认，请先核实", "Waiting to be confirmed: {n}; look at them first", n=found.pending)
        )
    if found.stops:
        products = t("、", ", ").join(dict.fromkeys(edge.product for edge in found.stops))
        text = t(
            "本区{n}家下游企业缺它即停产：{products}",
            "Firms here that stop without it: {n} ({products})",
            n=found.needed_by,
            products=products,
        )
        lines.append(text)
    return lines


def why_maker(maker: Maker) -> str:
    """Why this firm: trade and ties with local firms, size, growth, branches."""
    parts = []
    if maker.customers:
        sold = t(
            "，{year}年{amount}", ", {amount} in {year}", year=maker.firm.year, amount=numbers.headline(maker.sold_fen)
        )
        known = sold if maker.sold_fen else ""
        parts.append(t("已向本区{n}家企业供货{known}", "local customers: {n}{known}", n=maker.customers, known=known))
    if maker.tied:
        parts.append(t("与本区企业有股权或分支联系", "tied to a firm here by ownership or a branch"))
    if maker.firm.revenue_fen is not None:
        parts.append(t("营收{n}", "revenue {n}", n=numbers.headline(maker.firm.revenue_fen)))
    if maker.firm.growth_ppm is not None:
        growth = numbers.percent(Decimal(maker.firm.growth_ppm) / 1_000_000)
        parts.append(t("增长{n}", "growth {n}", n=growth))
    if maker.firm.branches:
        parts.append(t("在外设有{n}个分支", "branches elsewhere: {n}", n=maker.firm.branches))
    return t("；", "; ").join(parts)
