"""Why a segment has its grade, in sentences: the comparisons that decided it, and those that a better grade lacks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isinf

from yanlian.engine.chain.segments.grades import Judged
from yanlian.engine.chain.segments.quantities import QUANTITIES, Range, Unit
from yanlian.ui import numbers
from yanlian.ui.words import t


@dataclass(frozen=True)
class Reason:
    """One comparison as the page writes it: quantity, what was found, the threshold, whether it holds, why this one."""

    quantity: str
    formula: str
    found: str
    threshold: str
    holds: bool | None
    because: str
    source: str


def reason(one: Judged) -> Reason:
    """A comparison in words."""
    quantity = QUANTITIES[one.comparison.quantity]
    return Reason(
        t(quantity.zh, quantity.en),
        t(quantity.formula_zh, quantity.formula_en),
        _range(one.range, quantity.unit),
        t("不低于{n}", "at least {n}", n=_value(one.comparison.at_least, quantity.unit)),
        one.holds,
        one.comparison.because,
        one.comparison.source,
    )


def _range(found: Range, unit: Unit) -> str:
    if found.value is not None:
        return _value(found.value, unit)
    if isinf(found.low) or isinf(found.high):
        return t("未知", "unknown")
    return t("{a}至{b}之间", "between {a} and {b}", a=_value(found.low, unit), b=_value(found.high, unit))


def _value(value: float, unit: Unit) -> str:
    exact = Decimal(repr(float(value)))
    if unit == "count":
        return numbers.number(exact)
    if unit == "share":
        return numbers.percent(exact)
    if unit == "points":
        return t("{n}个百分点", "{n} points", n=numbers.decimal_text(exact * 100, 1))
    if unit == "yuan":
        return str(numbers.headline(round(value * numbers.FEN_PER_YUAN)))
    return numbers.decimal_text(exact, 2)
