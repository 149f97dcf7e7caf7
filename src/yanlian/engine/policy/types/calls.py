"""What calls give: built-in functions, those of packs, scales and tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from yanlian.engine.feel import ast
from yanlian.engine.policy.compiled import PARAMETER_ON
from yanlian.engine.policy.functions import MONTHS, RECORD, YEARS
from yanlian.engine.policy.model import Scale
from yanlian.engine.policy.types.quantities import QuantityWalk
from yanlian.engine.policy.types.quantity import UNKNOWN, Quantity, joined, may_be_null, places
from yanlian.engine.policy.types.units import MONEY, PLAIN, base, unit_of

_FIGURES = frozenset({"min", "max", "sum", "mean", "median"})
_KEPT = frozenset({"abs", "modulo"})
_ROUNDED = frozenset(
    {"floor", "ceiling", "decimal", "round up", "round down", "round half up", "round half down"}
)  # fmt: skip
_SAME_LIST = frozenset({"sort", "reverse", "sublist", "distinct values", "remove"})
_LONGER = frozenset({"append", "concatenate", "union"})
_ALWAYS = frozenset({"is known", "已知"})
_LENGTHS = {MONTHS.name: "月", YEARS.name: "年"}
_INEXACT = frozenset({"mean", "median"})


def of_builtin(walk: QuantityWalk, node: ast.Call, given: Sequence[Quantity]) -> Quantity | None:
    """The value of a function that is the same everywhere; None for one that is not known here."""
    name = node.function.name if isinstance(node.function, ast.Name) else ""
    if not given:
        return None
    if name in _FIGURES:
        return _of_figures(walk, node, name, given)
    if name in _KEPT:
        return replace(given[0], scale=_most(given), values=(), nullable=True)
    if name in _ROUNDED:
        return replace(given[0], scale=_asked(node), values=(), nullable=True)
    if name in _SAME_LIST:
        return Quantity(member=_members(given[0]))
    if name in _LONGER:
        return Quantity(member=joined([_members(one) for one in given if _has_members(one)]))
    if name == "count":
        return Quantity(PLAIN, scale=0, nullable=given[0].nullable)
    if name == "not":
        return Quantity(nullable=given[0].nullable or _kinds(walk, node) != {"boolean"})
    if name in _ALWAYS:
        return Quantity(nullable=False)
    return _of_pack(walk, node, name, given)


def _of_pack(walk: QuantityWalk, node: ast.Call, name: str, given: Sequence[Quantity]) -> Quantity | None:
    if name in _LENGTHS:
        nullable = any(one.nullable for one in given) or _kinds(walk, node) != {"date"}
        return Quantity(base(_LENGTHS[name]), scale=0, nullable=nullable)
    return may_be_null(_members(given[0])) if name == RECORD.name else None


def _kinds(walk: QuantityWalk, node: ast.Call) -> set[str]:
    return {walk.kind(one) for one in (*node.positional, *(entry.value for entry in node.named))}


def of_scale(walk: QuantityWalk, node: ast.Call, scale: Scale, given: Sequence[Quantity]) -> Quantity:
    """The value of a scale: money at rates is money; of another input a rate may be money for each, and the unit of
    written amounts nobody wrote."""
    asked = unit_of(scale.unit) if scale.unit else None
    argument = given[0] if given else UNKNOWN
    if asked is not None:
        walk.meet(node.place, scale.name, Quantity(asked), argument)
    amounts = [bracket.amount for bracket in scale.brackets if bracket.amount is not None]
    rates = [places(bracket.rate) for bracket in scale.brackets if bracket.amount is None]
    exact = argument.scale is not None
    from_rates = [max(argument.scale or 0, max(places(b.start) for b in scale.brackets)) + max(rates)] if rates else []
    most = max([*from_rates, *(places(amount) for amount in amounts)], default=0)
    known = exact or not rates
    nullable = argument.nullable or _kinds(walk, node) != {"number"}
    money = asked is not None and asked.power(MONEY) == 1 and not amounts
    return Quantity(asked if money else None, scale=most if known else None, nullable=nullable)


def on_a_day(node: ast.Call, parameter: Callable[[str], Quantity | None]) -> Quantity | None:
    """`参数值("…", 日期)`."""
    name = node.function.name if isinstance(node.function, ast.Name) else ""
    if name != PARAMETER_ON or not node.positional or not isinstance(node.positional[0], ast.String):
        return None
    return parameter(node.positional[0].value)


def _of_figures(walk: QuantityWalk, node: ast.Call, name: str, given: Sequence[Quantity]) -> Quantity:
    """One figure of several, or their sum: all of one unit. Of nothing it is null."""
    several = [_members(one) for one in given]
    for one in several[1:]:
        walk.meet(node.place, name, several[0], one)
    found = joined(several)
    return Quantity(found.unit, found.sure, found.plain, None if name in _INEXACT else _most(several))


def _members(one: Quantity) -> Quantity:
    return one if one.member is None else one.member


def _has_members(one: Quantity) -> bool:
    """An empty list has none, and adds nothing."""
    return one.member is not None or one != Quantity(nullable=False)


def _most(several: Sequence[Quantity]) -> int | None:
    scales = [one.scale for one in several]
    return max((one for one in scales if one is not None), default=0) if None not in scales else None


def _asked(node: ast.Call) -> int | None:
    """The decimal places that a rounding asks for: none when it says nothing."""
    if node.named or len(node.positional) < 2:
        return None if node.named else 0
    scale = node.positional[1]
    return max(0, int(scale.value)) if isinstance(scale, ast.Number) else None
