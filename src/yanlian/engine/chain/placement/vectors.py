"""Organisations as weighted sets of n-grams: a vocabulary with inverse document frequencies, vectors of length one.

With b(p, g) = 1 where gram g occurs in piece p, w(p) the weight of a piece (`profiles.py`) and
idf(g) = 1 + ln((1 + N) / (1 + df(g))) over the N profiles that the vocabulary was learned from:

    a(g) = ln(1 + 10 · Σp w(p) b(p, g)) · idf(g)                 what the firm writes, taken together
    v(g) = Σp w(p) · b(p, g) idf(g) / |b(p, ·) idf|              every piece votes with its weight, long or short
    x    = (a / |a| + ½ · v / |v|) brought to length one

(tf-idf with sublinear term frequency: Salton and Buckley 1988, Information Processing and Management 24(5).)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from yanlian.engine.chain.placement.grams import Keys, Longs, code_keys, grams_of
from yanlian.engine.chain.placement.profiles import Profile, pieces_of

Floats: TypeAlias = npt.NDArray[np.float64]
Booleans: TypeAlias = npt.NDArray[np.bool_]
STEEPNESS = 10.0
VOTES = 0.5
_BATCH = 5_000


@dataclass(frozen=True)
class Occurrences:
    """Every gram of some profiles: which piece it stands in (numbered through), its key, where in its text, how long.
    Of the pieces: whose they are, which text of the profile, how much they weigh."""

    piece: Longs
    key: Keys
    start: Longs
    length: Longs
    owner: Longs
    text: Longs
    weight: Floats


def occurrences(profiles: Sequence[Profile]) -> Occurrences:
    """The grams of all pieces of some profiles."""
    owner: list[int] = []
    number: list[int] = []
    weight: list[float] = []
    begin: list[int] = []
    texts: list[str] = []
    codes: list[tuple[int, int, int, int]] = []
    for at, profile in enumerate(profiles):
        for piece in pieces_of(profile):
            written = profile.texts[piece.text]
            text = written.text[piece.start : piece.end]
            keys = code_keys(text) if written.field == "industry" else []
            codes += [(len(owner), key, int(text[0].isalpha()), length) for key, length in keys]
            owner.append(at)
            number.append(piece.text)
            weight.append(piece.weight)
            begin.append(piece.start)
            texts.append("" if keys else text)
    in_piece, key, start, length = grams_of(texts) if texts else _no_grams()
    begins = np.array(begin, dtype=np.int64)
    if codes:
        piece_, key_, start_, length_ = (np.array(column) for column in zip(*codes, strict=True))
        in_piece, key = np.concatenate([in_piece, piece_]), np.concatenate([key, key_.astype(np.uint64)])
        start, length = np.concatenate([start, start_]), np.concatenate([length, length_])
    return Occurrences(
        in_piece, key, start + begins[in_piece], length, np.array(owner, dtype=np.int64),
        np.array(number, dtype=np.int64), np.array(weight, dtype=np.float64),
    )  # fmt: skip


def _no_grams() -> tuple[Longs, Keys, Longs, Longs]:
    none = np.zeros(0, dtype=np.int64)
    return none, none.astype(np.uint64), none, none


@dataclass(frozen=True)
class Space:
    """The vocabulary: keys of grams in ascending order, and the inverse document frequency of each."""

    keys: Keys
    idf: Floats

    @classmethod
    def learned(cls, profiles: Sequence[Profile], kept: Sequence[Profile] = (), *, at_least: int = 2) -> Space:
        """From all profiles there are, without regard to where they stand. A gram is kept that occurs in `at_least`
        of them or in one of `kept` (the texts of the template)."""
        seen = [_distinct(profiles[start : start + _BATCH]) for start in range(0, len(profiles), _BATCH)]
        keys, counts = _summed(seen)
        always, extra = _summed([_distinct(kept)])
        keys, counts = _summed([(keys, counts), (always, extra)])
        known = (counts >= at_least) | np.isin(keys, always)
        total = len(profiles) + len(kept)
        return cls(keys[known], 1.0 + np.log((1.0 + total) / (1.0 + counts[known])))

    def columns(self, keys: Keys) -> Longs:
        """The column of each gram, -1 for one that the vocabulary does not know."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, at, -1)

    def vectors(self, profiles: Sequence[Profile]) -> sparse.csr_matrix:
        """One row of length one (or empty) for each profile."""
        parts = [self._vectors(profiles[start : start + _BATCH]) for start in range(0, len(profiles), _BATCH)]
        return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix((0, len(self.keys)))

    def _vectors(self, profiles: Sequence[Profile]) -> sparse.csr_matrix:
        found = occurrences(profiles)
        column = self.columns(found.key)
        known = column >= 0
        shape = (len(found.owner), len(self.keys))
        pieces = sparse.csr_matrix((np.ones(int(known.sum())), (found.piece[known], column[known])), shape=shape)
        pieces.data[:] = 1.0
        of = sparse.csr_matrix(
            (found.weight, (found.owner, np.arange(len(found.owner)))), shape=(len(profiles), len(found.owner))
        )
        together = (of @ pieces).tocsr()
        together.data = np.log1p(STEEPNESS * together.data) * self.idf[together.indices]
        pieces.data = self.idf[pieces.indices]
        votes = (of @ unit_rows(pieces)).tocsr()
        made = unit_rows(unit_rows(together) + VOTES * unit_rows(votes))
        made.sort_indices()
        return made


def unit_rows(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Each row divided by its Euclidean length; an empty row stays empty."""
    rows = rows.tocsr()
    squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    made = rows.copy()
    made.data = rows.data / np.repeat(lengths, np.diff(rows.indptr))
    return made


def _distinct(profiles: Sequence[Profile]) -> tuple[Keys, Longs]:
    """Each gram of some profiles, and in how many of them it occurs."""
    found = occurrences(profiles)
    if not len(found.key):
        return found.key, np.zeros(0, dtype=np.int64)
    keys, column = np.unique(found.key, return_inverse=True)
    pairs = np.unique(found.owner[found.piece] * len(keys) + column)
    return keys, np.bincount(pairs % len(keys), minlength=len(keys)).astype(np.int64)


def _summed(parts: Sequence[tuple[Keys, Longs]]) -> tuple[Keys, Longs]:
    keys = np.concatenate([np.zeros(0, dtype=np.uint64), *(one[0] for one in parts)])
    counts = np.concatenate([np.zeros(0, dtype=np.int64), *(one[1] for one in parts)])
    distinct, at = np.unique(keys, return_inverse=True)
    return distinct, np.bincount(at, weights=counts, minlength=len(distinct)).astype(np.int64)


def rows_in_batches(rows: int, size: int = _BATCH) -> Iterator[slice]:
    """Slices that cover some rows."""
    for start in range(0, rows, size):
        yield slice(start, min(rows, start + size))
