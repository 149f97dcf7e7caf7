"""What packs can call beyond FEEL: months and years between dates, one record of a list, scales by level."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Context, Decimal

from yanlian.engine.dossier import Row
from yanlian.engine.feel import Function, IncompleteList, Unknown
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.model import Bracket, Scale

EXACT = Context(prec=34)


def months_between(start: object, end: object) -> object:
    """Whole months from one date to another, the day of the month counting: 2025-01-15 → 02-14 is 0, → 02-15 is 1.

    Negative when reversed; null when one of them is no date.
    """
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    if end < start:
        found = months_between(end, start)
        assert isinstance(found, Decimal)
        return -found
    months = (end.year - start.year) * 12 + end.month - start.month
    return Decimal(months - 1 if end.day < start.day else months)


def years_between(start: object, end: object) -> object:
    """Whole years from one date to another, likewise."""
    months = months_between(start, end)
    if not isinstance(months, Decimal):
        return None
    return Decimal(int(months / 12))


def record_with(records: object, name: object, value: object) -> object:
    """The one record whose field has the value: null when there is none or there are several, unknown when a record
    that was not delivered may be it. A field that is the key of its kind of record settles it at the first match."""
    if isinstance(records, Unknown):
        return records.plain()
    if isinstance(value, Unknown):
        return value.plain()
    members = records if isinstance(records, list) else [] if records is None else [records]
    found: list[object] = []
    open_ends: list[Unknown] = []
    for member in members:
        _sort_in(member, name, value, found, open_ends)
        if found and _is_key(found[0], name):
            return found[0]
    if isinstance(members, IncompleteList) and members.is_open:
        maybe: list[object] = []
        for member in members.maybe:
            _sort_in(member, name, value, maybe, open_ends)
        if (maybe or not members.bounded) and len(found) < 2:
            open_ends.append(Unknown(lack_of(members)))
    if open_ends and len(found) < 2:
        return Unknown(frozenset().union(*(lack_of(one) for one in open_ends)))
    return found[0] if len(found) == 1 else None


def _sort_in(member: object, name: object, value: object, found: list[object], open_ends: list[Unknown]) -> None:
    if isinstance(member, Unknown):
        open_ends.append(member)
        return
    if not isinstance(member, Mapping) or name not in member:
        return
    held = member[name]
    if isinstance(held, Unknown):
        open_ends.append(held)
    elif held == value and type(held) is type(value):
        found.append(member)


def _is_key(member: object, name: object) -> bool:
    if not isinstance(member, Row) or not isinstance(name, str):
        return False
    return member.kind.key_fields == (member.kind.names[name].key,)


def slices(scale: Scale, value: Decimal) -> list[tuple[Bracket, Decimal]]:
    """Which bracket applies to how much of a value. `from` is inclusive; what lies below the first bracket counts for
    nothing."""
    reached = [bracket for bracket in scale.brackets if bracket.start <= value]
    if not reached:
        return []
    if scale.mode == "whole":
        return [(reached[-1], value)]
    found: list[tuple[Bracket, Decimal]] = []
    for i, bracket in enumerate(reached):
        top = reached[i + 1].start if i + 1 < len(reached) else value
        found.append((bracket, EXACT.subtract(top, bracket.start)))
    return found


def scale_value(scale: Scale, value: object) -> object:
    """What a scale gives for a value, exactly; null for what is no number."""
    if not isinstance(value, Decimal):
        return None
    total = Decimal(0)
    for bracket, amount in slices(scale, value):
        product = EXACT.multiply(amount, bracket.rate) if bracket.amount is None else bracket.amount
        total = EXACT.add(total, product)
    return total


def scale_function(scale: Scale) -> Function:
    """A scale as FEEL calls it."""
    return Function(scale.name, ("x",), lambda x: scale_value(scale, x))


MONTHS = Function("月数", ("起", "止"), months_between)
YEARS = Function("周年数", ("起", "止"), years_between)
RECORD = Function("记录", ("列表", "字段", "值"), record_with, accepts_unknown=True)
PACK_FUNCTIONS: Mapping[str, Function] = {function.name: function for function in (MONTHS, YEARS, RECORD)}
