"""Figures and reasons of segments as sentences: why this grade, how far it hangs on a threshold, why to fill a gap."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from yanlian.apps.chains.filling import Filling
from yanlian.apps.chains.names import segment_title
from yanlian.engine.chain.segments import Graded, Judged, Margin
from yanlian.engine.chain.segments.gaps import Gap
from yanlian.engine.chain.segments.quantities import QUANTITIES, Quantity, Unit
from yanlian.ui import numbers
from yanlian.ui.words import t, word

FEN = 100


def decimal(value: float | None, places: int = 2) -> Decimal | None:
    """A figure for a page, rounded half up; it decides nothing."""
    if value is None:
        return None
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def percent_points(value: float | None, places: int = 1) -> Decimal | None:
    """A share as a number of percent, for a column whose header says %."""
    return None if value is None else decimal(value * 100, places)


def in_fen(yuan: float | None) -> int | None:
    """A sum of the engine, which counts in yuan, as pages write sums."""
    return None if yuan is None else round(yuan * FEN)


def quantity_title(quantity: Quantity) -> str:
    """What a quantity is called."""
    return t(quantity.zh, quantity.en)


def figure_text(value: float, unit: Unit) -> str:
    """A figure with its unit."""
    if value in (float("inf"), float("-inf")):
        return t("未知", "unknown")
    if unit == "count":
        return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    if unit == "share":
        return f"{value * 100:.1f}%"
    if unit == "points":
        return t("{v:+.1f}个百分点", "{v:+.1f} points", v=value * 100)
    if unit == "yuan":
        return str(numbers.headline(in_fen(value)))
    return f"{value:.2f}"


def judged_text(one: Judged) -> str:
    """A comparison: 区位商（产出）2.00，达到 1.25."""
    quantity = QUANTITIES[one.comparison.quantity]
    threshold = figure_text(one.comparison.at_least, quantity.unit)
    if one.holds is None:
        return t("{q}未知，阈值{at}", "{q} unknown, threshold {at}", q=quantity_title(quantity), at=threshold)
    found = figure_text(one.range.low if one.holds else one.range.high, quantity.unit)
    words = ("{q}{v}，达到{at}", "{q} {v}, at least {at}") if one.holds else ("{q}{v}，不到{at}", "{q} {v}, below {at}")
    return t(*words, q=quantity_title(quantity), v=found, at=threshold)


def why_grade(graded: Graded) -> list[str]:
    """The deciding comparisons: what gives the grade, then what a better one would need."""
    if graded.grade == "unknown":
        best, worst = (str(word("segment_grade", one)) for one in (graded.best, graded.worst))
        names = t("、", ", ").join(quantity_title(QUANTITIES[one]) for one in graded.missing)
        return [t("可能在“{worst}”与“{best}”之间，缺：{names}", "Between {worst} and {best}; not known: {names}",
                  worst=worst, best=best, names=names)]  # fmt: skip
    lines = [judged_text(one) for one in graded.deciding]
    if graded.missed and graded.grade != "blank":
        short = t("；", "; ").join(judged_text(one) for one in graded.missed)
        lines.append(t("未达更高一级：{short}", "Not better because: {short}", short=short))
    return lines or [t("本区没有企业站在该环节上", "No local firm stands on the segment")]


def margin_text(one: Margin) -> str:
    """How far a threshold may move: 区位商（产出）的阈值 1.25 升过 1.30（+4.0%）即变为潜力."""
    quantity = QUANTITIES[one.comparison.quantity]
    at, figure = (figure_text(value, quantity.unit) for value in (one.comparison.at_least, one.figure))
    by = "" if one.by is None else t("（{by:+.1f}%）", " ({by:+.1f}%)", by=one.by * 100)
    up = one.figure >= one.comparison.at_least
    then = word("segment_grade", one.then)
    zh, en = (
        ("{q}的阈值{at}升过{figure}{by}即变为“{then}”", "threshold of {q} {at}: above {figure}{by} it becomes {then}")
        if up
        else (
            "{q}的阈值{at}降到{figure}{by}即变为“{then}”",
            "threshold of {q} {at}: down to {figure}{by} it becomes {then}",
        )
    )
    return t(zh, en, q=quantity_title(quantity), at=at, figure=figure, by=by, then=then)


def why_fill(found: Filling, gap: Gap) -> list[str]:
    """Why to fill a gap, in the order an official asks: what is there, who needs it, what is bought, what helps."""
    lines = [_state_line(gap)]
    chain = found.chain
    if gap.needed_by:
        names = _joined([segment_title(chain.by_id[one]) for one in dict.fromkeys(e.customer for e in gap.needed_by)])
        stops = sum(edge.essential == 2 for edge in gap.needed_by)
        needed = t("本区{n}家企业需要它（{names}）", "Local firms that need it: {n} ({names})",
                   n=len(gap.customers), names=names)  # fmt: skip
        stopped = t("，其中{n}个环节缺它即停产", "; segments among them that stop without it: {n}", n=stops)
        lines.append(needed + (stopped if stops else ""))
    bought = gap.measures["unmet_value"]
    if bought:
        lines.append(
            t("已知每年向区外采购{v}", "Known purchases outside: {v} a year", v=str(numbers.headline(in_fen(bought))))
        )
    lines.append(_feasible_line(found, gap))
    return lines


def _state_line(gap: Gap) -> str:
    here = gap.graded.figures.here
    if gap.graded.grade == "blank":
        return t("本区没有一家企业", "No firm here")
    if here.firms is None:
        return t("本区企业数未知", "The number of firms here is unknown")
    there = gap.graded.figures.reference.firms
    return t("本区{n}家企业，参照区{m}家", "{n} firms here, {m} in the reference area",
             n=here.firms, m="-" if there is None else there)  # fmt: skip


def _feasible_line(found: Filling, gap: Gap) -> str:
    parts = []
    density = gap.measures["density"]
    if density is not None:
        others = [one.measures["density"] for one in found.gaps]
        rank = 1 + sum(other is not None and other > density for other in others)
        parts.append(
            t("关联密度{d:.2f}（{n}个待补环节中第{rank}）", "relatedness density {d:.2f} (rank {rank} of {n} gaps)",
              d=density, rank=rank, n=len(others))
        )  # fmt: skip
    inputs = gap.graded.figures.inputs.products
    if inputs:
        parts.append(
            t("{n}种必需投入中{m}种本区能供", "{m} of {n} essential inputs are made here",
              n=len(inputs), m=len(gap.fed_by))
        )  # fmt: skip
    return (
        t("可行性：", "Feasibility: ") + t("；", "; ").join(parts) if parts else t("可行性未知", "Feasibility unknown")
    )


def _joined(names: Sequence[str], most: int = 4) -> str:
    shown = t("、", ", ").join(names[:most])
    return shown + t("等{n}个环节", " and others, {n} segments", n=len(names)) if len(names) > most else shown
