"""Which rows of a batch lack the same: the patterns of `gaps.py`, found by whole columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from yanlian.engine.dossier.columns.buffers import Ints, Truths, integers, open_list, positions, where_valid
from yanlian.engine.dossier.columns.gaps import (
    EPOCH,
    EXEMPT,
    FIRST_DAY,
    LAST_DAY,
    MOVED,
    PLAIN,
    REFUSED,
    Book,
    Gaps,
    GapTables,
    Pattern,
    is_single,
)
from yanlian.engine.dossier.columns.opened import OpenedBatch
from yanlian.engine.dossier.schema import RecordKind

# The number of each row, and how many numbers there are.
Numbering: TypeAlias = tuple[Ints, int]

# Keys below this are numbered by a table of all possible keys, others by hashing.
_DENSE = 1 << 16
_BITS = 62


@dataclass(frozen=True, slots=True)
class _Facts:
    """Of each row what decides what it lacks, beside its years; `days` counts where `moved`, as days since 1970, and is
    `usual` when a code can tell it."""

    exempt: Truths
    refused: Truths
    moved: Truths
    days: Ints
    usual: bool


@dataclass(frozen=True, slots=True)
class _Years:
    """The years of the records of all rows, and which of them fill a period that else would lack."""

    offsets: Ints
    years: Ints
    relevant: Truths


class RowGaps:
    """The patterns of the rows of one batch; what all kinds of record share is found once."""

    def __init__(self, opened: OpenedBatch, gaps: Gaps, moved_in: RecordKind | None) -> None:
        """`moved_in`: the record whose field moved_in_on says since when a firm is here; None: there is none."""
        self.opened = opened
        self.gaps = gaps
        self.moved_in = moved_in
        self._found: dict[str, tuple[Ints, GapTables]] = {}

    def find(self, kind: RecordKind) -> tuple[Ints, GapTables]:
        """(the number of each row's pattern, what the patterns lack)."""
        found = self._found.get(kind.key)
        if found is None:
            book = self.gaps.book(kind)
            facts = self._facts(kind)
            years = self._years(kind, facts)
            numbers = book.numbers(_codes(facts)) if facts.usual and years is None else _by_example(book, facts, years)
            found = self._found[kind.key] = numbers, book.tables()
        return found

    def _facts(self, kind: RecordKind) -> _Facts:
        exempt = self._exempt(kind)
        refused = self._refused(kind) & ~exempt
        moved, days, usual = self._moves
        if not kind.local or not moved.any():
            return _Facts(exempt, refused, np.zeros(self.opened.rows, np.bool_), days, usual=True)
        # Of what was refused everything before today may be missing, whenever the firm came.
        return _Facts(exempt, refused, moved & ~exempt & ~refused, days, usual)

    @cached_property
    def _moves(self) -> tuple[Truths, Ints, bool]:
        """(which firms moved in, on which days, whether these are all in the usual time)."""
        if self.moved_in is None:
            return np.zeros(self.opened.rows, np.bool_), np.zeros(self.opened.rows, np.int32), True
        moved = self.opened.where_known(self.moved_in, "moved_in_on")
        days = integers(self.opened.field(self.moved_in, "moved_in_on"))[: self.opened.rows]
        real = days[moved]
        return moved, days, len(real) == 0 or (int(real.min()) >= FIRST_DAY and int(real.max()) < LAST_DAY)

    @cached_property
    def _kinds(self) -> tuple[Ints, list[str | None]]:
        """(the number of each entity's kind, the kinds by number, the last of them null)."""
        if not self.opened.has("kind"):
            return np.zeros(self.opened.rows, np.int64), [None]
        words = self.opened.words(None, "kind")
        known: list[str | None] = [*words.dictionary.to_pylist(), None]
        return np.where(where_valid(words), positions(words), len(known) - 1), known

    def _exempt(self, kind: RecordKind) -> Truths:
        """Where nothing is stored and entities of the row's kind have no such records."""
        stored = self.opened.batch.column(kind.key) if self.opened.has(kind.key) else None
        if stored is not None and not stored.null_count:
            return np.zeros(self.opened.rows, np.bool_)
        numbers, words = self._kinds
        other: Truths = np.array([word not in kind.of for word in words])[numbers]
        return other if stored is None else other & ~where_valid(stored)

    @cached_property
    def _refusals(self) -> tuple[Ints, Ints, list[str | None]]:
        """(offsets, numbers, words): the kinds of record of which rows about each entity were refused."""
        if not self.opened.has("refused"):
            return np.zeros(self.opened.rows + 1, np.int32), np.zeros(0, np.int64), []
        offsets, words = open_list(self.opened.batch.column("refused"))
        if not pa.types.is_dictionary(words.type):
            words = words.cast(pa.string()).dictionary_encode()
        known: list[str | None] = words.dictionary.to_pylist()
        return offsets, np.where(where_valid(words), positions(words), -1), known

    def _refused(self, kind: RecordKind) -> Truths:
        """Where a row of this kind about the entity was refused."""
        found = np.zeros(self.opened.rows, np.bool_)
        offsets, numbers, words = self._refusals
        for number in (n for n, word in enumerate(words) if word == kind.key):
            found[np.searchsorted(offsets, np.flatnonzero(numbers == number), side="right") - 1] = True
        return found

    def _years(self, kind: RecordKind, facts: _Facts) -> _Years | None:
        """The years of a kind of which a year can have only one; None: no year matters."""
        period = str(kind.period)
        if not is_single(kind) or (kind.key, period) not in self.opened.types:
            return None
        offsets, array = self.opened.offsets(kind), self.opened.field(kind, period)
        years = integers(array)[: len(array)]
        relevant = self.gaps.lacks(kind, years)
        special = facts.refused | facts.moved
        if special.any():
            relevant[_children(offsets, np.flatnonzero(special))] = True
        relevant &= self.opened.where_known(kind, period) & (years <= self.gaps.as_of.year)
        return _Years(offsets, years, relevant) if relevant.any() else None


def _codes(facts: _Facts) -> Ints:
    codes = np.full(len(facts.exempt), PLAIN, np.int32)
    if facts.moved.any():
        # Days that do not count may be anything.
        np.add(facts.days, np.int32(MOVED - FIRST_DAY), out=codes, where=facts.moved)
    codes[facts.exempt] = EXEMPT
    codes[facts.refused] = REFUSED
    return codes


def _by_example(book: Book, facts: _Facts, years: _Years | None) -> Ints:
    """Rows are sorted into patterns, and any row of a pattern says what it is."""
    patterns, number = alike(len(facts.exempt))
    for truths in (facts.exempt, facts.refused, facts.moved):
        if truths.any():
            patterns, number = combined((patterns, number), numbered(truths.astype(np.int8)))
    if facts.moved.any():
        base = int(facts.days[facts.moved].min())
        days = np.where(facts.moved, facts.days.astype(np.int64) - base, 0)
        patterns, number = combined((patterns, number), numbered(days))
    if years is not None:
        patterns, number = combined((patterns, number), year_sets(years.offsets, years.years, years.relevant))
    example = np.zeros(number, np.int64)
    example[patterns] = np.arange(len(patterns))
    numbers = np.array([book.number(_pattern(facts, years, row)) for row in example.tolist()], np.int32)
    return numbers[patterns]


def _pattern(facts: _Facts, years: _Years | None, row: int) -> Pattern:
    since = EPOCH + timedelta(int(facts.days[row])) if facts.moved[row] else None
    known: tuple[int, ...] = ()
    if years is not None:
        mine = slice(int(years.offsets[row]), int(years.offsets[row + 1]))
        known = tuple(sorted(set(years.years[mine][years.relevant[mine]].tolist())))
    return Pattern(bool(facts.exempt[row]), bool(facts.refused[row]), since, known)


def _children(offsets: Ints, rows: Ints) -> Ints:
    """The positions of the children of some rows."""
    lengths = offsets[rows + 1] - offsets[rows]
    before = np.cumsum(lengths) - lengths
    places: Ints = np.repeat(offsets[rows] - before, lengths) + np.arange(int(lengths.sum()))
    return places


def numbered(keys: Ints) -> Numbering:
    """(the number of each key among the distinct keys, how many there are); keys are at least 0, and there is one."""
    top = int(keys.max())
    if top < _DENSE:
        present = np.bincount(keys, minlength=top + 1) > 0
        names = np.cumsum(present, dtype=np.int32) - 1
        return names[keys], int(names[-1]) + 1
    encoded = pa.array(keys).dictionary_encode()
    return encoded.indices.to_numpy(), len(encoded.dictionary)


def combined(first: Numbering, second: Numbering) -> Numbering:
    """The numbering of pairs."""
    if first[1] <= 1:
        return second
    if second[1] <= 1:
        return first
    return numbered(first[0].astype(np.int64) * second[1] + second[0])


def alike(rows: int) -> Numbering:
    """All rows have one number (of no rows there is none)."""
    return np.zeros(rows, np.int32), min(rows, 1)


def year_sets(offsets: Ints, years: Ints, relevant: Truths) -> Numbering:
    """Number the rows by their set of years; years that are not relevant (not all are) are as if not there."""
    seen = years[relevant]
    base, top = int(seen.min()), int(seen.max())
    if top - base < _BITS:
        return numbered(_masks(offsets, years - base, relevant, top - base))
    distinct, places = np.unique(years, return_inverse=True)
    result = alike(len(offsets) - 1)
    for start in range(0, len(distinct), _BITS):
        here = relevant & (places >= start) & (places < start + _BITS)
        result = combined(result, numbered(_masks(offsets, places - start, here, _BITS)))
    return result


def _masks(offsets: Ints, bits: Ints, relevant: Truths, top: int) -> Ints:
    """For each row the bits (at most `top`) of its relevant children, or-ed; other children's bits may be anything."""
    width = next(one for one in (np.int8, np.int16, np.int32, np.int64) if top < 8 * np.dtype(one).itemsize - 1)
    # One more child that says nothing: a row at the end without children may then be asked for its first child.
    flags = np.zeros(len(bits) + 1, width)
    np.left_shift(relevant.view(np.int8).astype(width), bits.astype(width), out=flags[:-1])
    masks: Ints = np.bitwise_or.reduceat(flags, offsets[:-1])
    # Of a row without children `reduceat` gives the first child of the next.
    masks[offsets[:-1] == offsets[1:]] = 0
    return masks
