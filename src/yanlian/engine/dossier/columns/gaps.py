"""Periods nobody delivered, by pattern: rows fall into few, and `Dossier` itself says what each pattern lacks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock

import numpy as np

from yanlian.engine.dossier.columns.buffers import Bits, Ints, OutsideRange, Truths
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.dossier import Dossier
from yanlian.engine.dossier.row import PhantomRow
from yanlian.engine.dossier.schema import RecordKind, Schema
from yanlian.engine.feel import IncompleteList

EPOCH = date(1970, 1, 1)
# Patterns without years have a code: these, or MOVED + days since FIRST_DAY for a firm that moved in.
PLAIN, EXEMPT, REFUSED, MOVED = 0, 1, 2, 3
FIRST_DAY = (date(1900, 1, 1) - EPOCH).days
LAST_DAY = (date(2100, 1, 1) - EPOCH).days
# More patterns than this are not kept from one batch to the next.
_KEPT = 100_000
# Several threads may share a layout; only who meets a new pattern waits.
_LOCK = Lock()


@dataclass(frozen=True, slots=True)
class Pattern:
    """All that decides which records of a kind nobody delivered of an entity.

    `exempt`: nothing is stored and entities of its kind have no such records. `since`: the day it moved in, where that
    matters. `years`: the years it has records of, where a year can have only one.
    """

    exempt: bool = False
    refused: bool = False
    since: date | None = None
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GapTables:
    """Pattern p has the phantoms offsets[p] ≤ j < offsets[p + 1]: inclusive bounds of their periods (years, or days
    since 1970); `is_open`, a bitmap: there is no lower bound (`low` is 0)."""

    offsets: Ints
    low: Ints
    high: Ints
    is_open: Bits


@dataclass(slots=True)
class _Phantoms:
    """The phantoms of all patterns met so far, one after the other."""

    offsets: list[int] = field(default_factory=lambda: [0])
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    is_open: list[bool] = field(default_factory=list)


def is_single(kind: RecordKind) -> bool:
    """Whether a year has at most one record of the kind."""
    return kind.period is not None and kind.key_fields == (kind.period,) and kind.fields[kind.period].type == "year"


class Book:
    """The patterns of a kind of record (or of several delivered alike): numbered as they are met, and what they lack
    written down once."""

    def __init__(self, gaps: Gaps, kind: RecordKind) -> None:
        self.gaps = gaps
        self.kind = kind
        self._numbers: dict[Pattern, int] = {}
        self._by_code = np.full(MOVED, -1, np.int32)
        self._phantoms = _Phantoms()
        self._tables: tuple[int, GapTables] | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, pattern: Pattern) -> int:
        """The number of a pattern."""
        found = self._numbers.get(pattern)
        if found is None:
            with _LOCK:
                found = self._number(pattern)
        return found

    def numbers(self, codes: Ints) -> Ints:
        """The number of each code (see PLAIN and so on)."""
        top = int(codes.max(initial=0))
        if top >= len(self._by_code):
            with _LOCK:
                more = np.full(max(top + 1, len(self._by_code)) - len(self._by_code), -1, np.int32)
                self._by_code = np.concatenate([self._by_code, more])
        found = self._by_code[codes]
        if found.min(initial=0) < 0:
            with _LOCK:
                for code in np.unique(codes[found < 0]).tolist():
                    self._by_code[code] = self._number(_of_code(code))
                found = self._by_code[codes]
        return found

    def _number(self, pattern: Pattern) -> int:
        known = self._numbers.get(pattern)
        if known is not None:
            return known
        made, phantoms = self._phantoms, self.gaps.phantoms(self.kind, pattern)
        if any(not -(1 << 63) <= bound < 1 << 63 for one in phantoms for bound in one if bound is not None):
            # The year before the first that 64 bits can hold.
            raise OutsideRange(f"{self.kind.zh}~")
        for low, high in phantoms:
            made.low.append(0 if low is None else low)
            made.high.append(high)
            made.is_open.append(low is None)
        made.offsets.append(len(made.high))
        self._numbers[pattern] = len(self._numbers)
        return self._numbers[pattern]

    def tables(self) -> GapTables:
        """What the patterns numbered so far lack; each array has at least one element."""
        with _LOCK:
            if self._tables is None or self._tables[0] != len(self._numbers):
                made = self._phantoms
                tables = GapTables(
                    np.array(made.offsets, np.int32),
                    np.array([*made.low, 0], np.int64),
                    np.array([*made.high, 0], np.int64),
                    np.packbits(np.array([*made.is_open, False]), bitorder="little"),
                )
                self._tables = len(self._numbers), tables
            return self._tables[1]


def _of_code(code: int) -> Pattern:
    if code >= MOVED:
        return Pattern(since=EPOCH + timedelta(code - MOVED + FIRST_DAY))
    return Pattern(exempt=code == EXEMPT, refused=code == REFUSED)


class Gaps:
    """What is lacking by pattern, as `Dossier` says it, on one day under one coverage."""

    def __init__(self, schema: Schema, coverage: Coverage, as_of: date) -> None:
        self.schema = schema
        self.coverage = coverage
        self.as_of = as_of
        self._books: dict[Hashable, Book] = {}
        self._alike: dict[str, Hashable] = {}

    def book(self, kind: RecordKind) -> Book:
        """The patterns of a kind; a new book when the old one is full. Ask once a batch."""
        alike = self._alike.get(kind.key)
        if alike is None:
            alike = self._alike[kind.key] = self._what_matters(kind)
        found = self._books.get(alike)
        if found is None or len(found) >= _KEPT:
            found = self._books[alike] = Book(self, kind)
        return found

    def _what_matters(self, kind: RecordKind) -> Hashable:
        """Kinds counted in days that are delivered alike lack alike: they share a book, and each pattern is met once.

        Not so kinds counted in years: the years of one may be too wide for the columns of another."""
        if kind.period is not None and kind.fields[kind.period].type == "year":
            return kind.key
        whole = (one for one in self.coverage.deliveries if one.complete and one.record == kind.key)
        return kind.local, tuple((one.start, one.end) for one in whole)

    def lacks(self, kind: RecordKind, years: Ints) -> Truths:
        """Which years lie in periods that nobody delivered (of firms that were always here, and nothing refused)."""
        lacking = np.zeros(len(years), np.bool_)
        for low, high in self.coverage.gaps(kind.key, self.as_of):
            inside = years <= high.year
            lacking |= inside if low is None else inside & (years >= low.year)
        return lacking

    def phantoms(self, kind: RecordKind, pattern: Pattern) -> Sequence[tuple[int | None, int]]:
        """(low, high) of the phantom rows of a pattern, in the interpreter's order; low None is open."""
        stored = None if pattern.exempt else [{str(kind.period): year} for year in pattern.years]
        row = {
            "kind": None,
            kind.key: stored,
            "refused": [kind.key] if pattern.refused else [],
            "registration": {"moved_in_on": pattern.since},
        }
        records = Dossier(row, self.schema, self.coverage, self.as_of)[kind.key]
        if not isinstance(records, IncompleteList):
            return []
        phantoms = [one for one in records.maybe if isinstance(one, PhantomRow)]
        return [(None if one.low is None else _stored(one.low), _stored(one.high)) for one in phantoms]


def _stored(bound: object) -> int:
    return (bound - EPOCH).days if isinstance(bound, date) else int(str(bound))
