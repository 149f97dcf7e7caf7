"""Rows made on purpose: every constant of a shape one unit off, nought, negative, null, unknown, or another's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TypeAlias
from zlib import crc32

from yanlian.engine.feel import Missing, Unknown
from yanlian.engine.policy.lifted.lift import SCALES

# What stands in a cell: a value, null, or that nobody delivered it.
Cell: TypeAlias = Decimal | str | bool | date | Unknown | None
Cells: TypeAlias = tuple[Cell, ...]

UNDELIVERED = Unknown(frozenset({Missing("c", "kit")}))
MOST = 48
_EDGES = (date(1899, 12, 31), date(1900, 1, 1), date(2000, 2, 29), date(2023, 12, 31), date(2149, 12, 31))
_TEXTS = ("", "a", "A", "甲", "foobar", "𝄞", "10", " ")


def rows_of(text: str, kinds: Sequence[str], known: Sequence[Cells]) -> list[Cells]:
    """The rows that an expression of this text is tried with: those known, then made ones, at most MOST, each once and
    the same in every run."""
    found = dict.fromkeys(known)
    if not kinds:
        return list(found)
    chance = Random(crc32(text.encode()))  # noqa: S311 - the same rows in every run, nothing secret
    most = len(found) + MOST
    singly = list(_singly(kinds, known[0]))
    chance.shuffle(singly)
    for row in (tuple(None for _ in kinds), tuple(UNDELIVERED for _ in kinds), *singly[: MOST // 2]):
        found.setdefault(row)
    for _ in range(4 * MOST):
        if len(found) >= most:
            break
        found.setdefault(_mixed(kinds, known, chance))
    return list(found)


def _singly(kinds: Sequence[str], row: Cells) -> Iterator[Cells]:
    """Each constant changed, all others as they were."""
    for n, kind in enumerate(kinds):
        for cell in _others(kind, row[n]):
            yield (*row[:n], cell, *row[n + 1 :])


def _mixed(kinds: Sequence[str], known: Sequence[Cells], chance: Random) -> Cells:
    """Some constants changed, some taken from another row or another column of the same type."""
    row = list(chance.choice(known))
    for n, kind in enumerate(kinds):
        if chance.random() < 0.4:
            row[n] = chance.choice(_others(kind, row[n]))
        elif chance.random() < 0.3:
            place = chance.choice([m for m, other in enumerate(kinds) if other == kind])
            row[n] = chance.choice(known)[place]
    return tuple(row)


def _others(kind: str, cell: Cell) -> list[Cell]:
    found: list[Cell] = [None, UNDELIVERED]
    if isinstance(cell, bool):
        found.append(not cell)
    elif isinstance(cell, Decimal):
        found += _numbers(cell, SCALES[kind])
    elif isinstance(cell, str):
        found += [*_TEXTS, cell.upper(), cell.lower(), cell[:-1], f"{cell}a"]
    elif isinstance(cell, date):
        found += [*_EDGES, *_around(cell)]
    return [one for one in found if type(one) is not type(cell) or one != cell]


def _numbers(value: Decimal, scale: int) -> list[Cell]:
    unit = Decimal(1).scaleb(-scale)
    near = [value + unit, value - unit, Decimal(0), -value, unit, -unit, value + 1, Decimal(10), Decimal(-3)]
    # Half a unit of what a rounding may ask for.
    return [*near, *((value + Decimal("0.5"), Decimal("-2.5")) if scale else ())]


def _around(day: date) -> list[Cell]:
    found: list[Cell] = []
    for days in (-1, 1, 31, 366):
        moved = day.toordinal() + days
        if date.min.toordinal() <= moved <= date.max.toordinal():
            found.append(day + timedelta(days=days))
    return found
