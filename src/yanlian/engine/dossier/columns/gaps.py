"""Periods nobody delivered, by pattern: rows fall into few, and `Dossier` itself says what each pattern lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from yanlian.engine.dossier.columns.buffers import Ints
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.dossier import Dossier
from yanlian.engine.dossier.row import PhantomRow
from yanlian.engine.dossier.schema import RecordKind, Schema
from yanlian.engine.feel import IncompleteList

_EPOCH = date(1970, 1, 1)
_KEPT = 100_000
# Keys below this are numbered by a table of all possible keys, others by hashing.
_DENSE = 1 << 16
_BITS = 62


@dataclass(frozen=True, slots=True)
class Pattern:
    """All that decides which records of a kind nobody delivered of an entity.

    `exempt`: nothing is stored and entities of its kind have no such records. `since`: the day it moved in, where that
    matters. `years`: the years it has records of, where a year can have only one.
    """

    exempt: bool
    refused: bool
    since: date | None
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Phantom:
    """Inclusive bounds of the period (years, or days since 1970); low None: no lower bound."""

    low: int | None
    high: int


def is_single(kind: RecordKind) -> bool:
    """Whether a year has at most one record of the kind."""
    return kind.period is not None and kind.key_fields == (kind.period,) and kind.fields[kind.period].type == "year"


class Gaps:
    """What is lacking by pattern, as `Dossier` says it, on one day under one coverage."""

    def __init__(self, schema: Schema, coverage: Coverage, as_of: date) -> None:
        self.schema = schema
        self.coverage = coverage
        self.as_of = as_of
        self._known: dict[tuple[str, Pattern], tuple[Phantom, ...]] = {}

    def phantoms(self, kind: RecordKind, pattern: Pattern) -> tuple[Phantom, ...]:
        """The phantom rows of a pattern, in the interpreter's order."""
        asked = (kind.key, pattern)
        found = self._known.get(asked)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known = {}
            found = self._known[asked] = tuple(self._ask(kind, pattern))
        return found

    def _ask(self, kind: RecordKind, pattern: Pattern) -> Sequence[Phantom]:
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
        return [Phantom(_number(one.low), _end(one.high)) for one in records.maybe if isinstance(one, PhantomRow)]


def _number(bound: object) -> int | None:
    return None if bound is None else _end(bound)


def _end(bound: object) -> int:
    return (bound - _EPOCH).days if isinstance(bound, date) else int(str(bound))


def numbered(keys: Ints) -> tuple[Ints, int]:
    """(the number of each key among the distinct keys, how many there are); keys are at least 0."""
    if len(keys) == 0:
        return np.zeros(0, np.int32), 0
    top = int(keys.max())
    if top < _DENSE:
        present = np.bincount(keys, minlength=top + 1) > 0
        names = np.cumsum(present, dtype=np.int32) - 1
        return names[keys], int(names[-1]) + 1
    encoded = pa.array(keys).dictionary_encode()
    return encoded.indices.to_numpy(), len(encoded.dictionary)


def combined(first: tuple[Ints, int], second: tuple[Ints, int]) -> tuple[Ints, int]:
    """The numbering of pairs; each part a numbering."""
    if first[1] <= 1:
        return second
    if second[1] <= 1:
        return first
    return numbered(first[0].astype(np.int64) * second[1] + second[0])


def year_sets(offsets: Ints, years: Ints, relevant: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[Ints, int]:
    """Number the rows by their set of years; years that are not relevant are as if not there."""
    seen = years[relevant]
    if len(seen) == 0:
        return np.zeros(len(offsets) - 1, np.int32), min(1, len(offsets) - 1)
    base = int(seen.min())
    if int(seen.max()) - base < _BITS:
        return numbered(_masks(offsets, years.astype(np.int64) - base, relevant))
    distinct, places = np.unique(years, return_inverse=True)
    result: tuple[Ints, int] = (np.zeros(len(offsets) - 1, np.int32), 1)
    for start in range(0, len(distinct), _BITS):
        here = relevant & (places >= start) & (places < start + _BITS)
        result = combined(result, numbered(_masks(offsets, places - start, here)))
    return result


def _masks(offsets: Ints, bits: Ints, relevant: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """For each row the bits of its relevant children, or-ed."""
    # One more child that says nothing: a row at the end without children may then be asked for its first child.
    flags = np.zeros(len(bits) + 1, np.int64)
    np.left_shift(1, bits, out=flags[:-1], where=relevant)
    masks: Ints = np.bitwise_or.reduceat(flags, offsets[:-1])
    # Of a row without children `reduceat` gives the first child of the next.
    masks[offsets[:-1] == offsets[1:]] = 0
    return masks
