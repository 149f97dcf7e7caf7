"""What a clause page shows of the names its rules use: parameters on a time line, scales, definitions.

Formulas stay as the pack writes them; only what is plainly a number, a word or "anything" is written for a reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yanlian.engine.policy.compiled import CompiledClause, Item
from yanlian.engine.policy.model import Bracket, Constant, Definition, Parameter, Scale
from yanlian.engine.policy.used import items_of
from yanlian.ui import numbers
from yanlian.ui.words import say, t


@dataclass(frozen=True)
class Moment:
    """One value of a parameter: from which day, what, by which article, and whether it holds today."""

    start: str
    value: str
    reference: str
    now: bool


@dataclass(frozen=True)
class ParameterLine:
    name: str
    unit: str
    moments: Sequence[Moment]


@dataclass(frozen=True)
class ScaleGrid:
    """A scale as brackets; `anchor` names its place on the page."""

    name: str
    anchor: str
    mode: str
    rows: Sequence[tuple[str, str]]
    reference: str


def items_used(clause: CompiledClause) -> list[Item]:
    """The parameters, tables, scales and definitions that a clause uses, also through each other, by name."""
    found = {item.name: item for item in items_of(clause)}
    return [found[name] for name in sorted(found)]


def parameter_lines(items: Iterable[Item], today: date) -> list[ParameterLine]:
    """The parameters with all their values; the one that holds today is marked."""
    lines = []
    for item in items:
        parameter = item.source
        if not isinstance(parameter, Parameter):
            continue
        current = max((one.start for one in parameter.values if one.start <= today), default=None)
        moments = [
            Moment(numbers.iso(one.start), constant(one.value, parameter.unit), one.reference, one.start == current)
            for one in parameter.values
        ]
        lines.append(ParameterLine(parameter.name, parameter.unit, moments))
    return lines


def constant(value: Constant, unit: str = "") -> str:
    """A value of a pack as a person reads it, with its unit."""
    if value is None:
        return numbers.NONE
    if isinstance(value, tuple):
        return "、".join(constant(one) for one in value)
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if isinstance(value, date):
        return numbers.iso(value)
    if isinstance(value, Decimal):
        return quantity(value, unit)
    return value


def quantity(value: Decimal, unit: str) -> str:
    """A number with its unit: money as published, ratios in percent."""
    if unit == "元":
        return numbers.published_money(value)
    if unit in ("比例", "ratio"):
        return f"{numbers.number(value * 100)}%"
    return f"{numbers.number(value)}{unit}"


def scales(items: Iterable[Item]) -> list[ScaleGrid]:
    """The scales as brackets: from a value on (inclusive), at which rate or which amount."""
    grids: list[ScaleGrid] = []
    for item in items:
        scale = item.source
        if not isinstance(scale, Scale):
            continue
        starts = [quantity(bracket.start, scale.unit or "元") for bracket in scale.brackets]
        rows = [
            (_span(start, end), _given(bracket))
            for start, end, bracket in zip(starts, [*starts[1:], ""], scale.brackets, strict=True)
        ]
        marginal = ("分段累进，各段按本段比例", "each slice at its own rate")
        whole = ("全额按所在段", "everything at the rate of its bracket")
        anchor = f"scale-{len(grids) + 1}"
        grids.append(
            ScaleGrid(scale.name, anchor, say(marginal if scale.mode == "marginal" else whole), rows, scale.reference)
        )
    return grids


def _span(start: str, end: str) -> str:
    if not end:
        return t("{a}（含）以上", "{a} and more", a=start)
    return t("{a}（含）至{b}", "{a} (included) to {b}", a=start, b=end)


def _given(bracket: Bracket) -> str:
    if bracket.amount is not None:
        return numbers.published_money(bracket.amount)
    return quantity(bracket.rate, "比例")


def definitions(items: Iterable[Item]) -> list[tuple[str, str]]:
    """Named formulas: name and text."""
    return [(one.source.name, one.source.formula.text) for one in items if isinstance(one.source, Definition)]
