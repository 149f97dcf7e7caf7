"""What arithmetic makes of units and decimal places."""

from __future__ import annotations

from yanlian.engine.policy.types.quantity import UNKNOWN, Quantity, common_unit
from yanlian.engine.policy.types.units import MONEY, PLAIN, YEAR, Unit, base, over, times


def sum_of(left: Quantity, right: Quantity, *, minus: bool = False) -> Quantity:
    """`a + b`, `a - b`: the unit of both. The years between two years are a number of years."""
    unit, sure, plain = common_unit(left, right)
    if unit is None and not plain:
        # What is added to something is of its unit.
        known = left if left.unit is not None else right
        alone = left.unit is None or right.unit is None
        unit, sure = (known.unit, known.sure) if alone else (None, True)
    if minus and left.unit == right.unit == base(YEAR):
        unit = base("年")
    scale = None if left.scale is None or right.scale is None else max(left.scale, right.scale)
    return Quantity(unit, sure, plain, scale, left.nullable or right.nullable)


def product(left: Quantity, right: Quantity) -> Quantity:
    """`a * b`: units and decimal places together."""
    unit, sure, plain = _factors(left, right)
    scale = None if left.scale is None or right.scale is None else left.scale + right.scale
    return Quantity(unit, sure, plain, scale, left.nullable or right.nullable)


def _factors(left: Quantity, right: Quantity) -> tuple[Unit | None, bool, bool]:
    if left.plain and right.plain:
        return None, True, True
    if left.plain or right.plain:
        return _with_plain(right if left.plain else left)
    if left.unit is None or right.unit is None:
        return None, True, False
    return times(left.unit, right.unit), left.sure and right.sure, False


def _with_plain(other: Quantity) -> tuple[Unit | None, bool, bool]:
    """A plain number may stand for anything (yuan a head, square metres a head). Money stays money as a rule; of all
    else nothing is sure."""
    if other.unit is not None and other.unit.power(MONEY) == 1:
        return other.unit, False, False
    return None, True, False


def quotient(left: Quantity, right: Quantity) -> Quantity:
    """`a / b`; null when b is zero, and without an end to its decimal places."""
    if left.plain and right.plain:
        return Quantity(plain=True)
    if right.plain:
        unit, sure, _ = _with_plain(left)
        return Quantity(unit, sure)
    if left.plain or left.unit is None or right.unit is None:
        return UNKNOWN
    return Quantity(over(left.unit, right.unit), left.sure and right.sure)


__all__ = ["PLAIN", "product", "quotient", "sum_of"]
