"""All firms of a chain with their scores, brought up to date by what a decision changes and by nothing else.

A decision changes the weights of one lane, so only its columns are scored again; a firm put aside adds one part to each
firm's likeness. What stands here after any decisions, in any order, taken back or not, has the same bits as what would
be made anew from those that stand (tests/engine/chain/placement/test_placement_pool.py). The calibration is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from yanlian.engine.chain.placement.calibration import Calibration, calibrated
from yanlian.engine.chain.placement.decisions import Decision
from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.placement.likeness import likeness, parts
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.vectors import Booleans, Floats


@dataclass(frozen=True)
class First:
    """Of each firm the number of its likeliest category (-1: none is left to it), its probability, and that of 其他."""

    places: Longs
    probabilities: Floats
    other: Floats


class _View:
    """Scores (firms × categories) and likeness sums of all firms: by all that is known of them, or by their names."""

    def __init__(self, placer: Placer, vectors: sparse.csr_matrix, *, by_name: bool) -> None:
        self.vectors = vectors
        self.by_name = by_name
        self.scores = np.empty((vectors.shape[0], len(placer.categories)))
        self.sums: Longs = np.zeros(vectors.shape[0], dtype=np.int64)

    def score(self, placer: Placer, columns: Sequence[int]) -> None:
        """Score all firms on some categories."""
        weights = placer.weights()[columns]
        made = self.vectors @ np.ascontiguousarray(weights.toarray().T)
        if self.by_name:
            made *= np.array([placer.more(at) for at in columns])
        self.scores[:, columns] = made


class Pool:
    """Firms `ids` with their vectors (rows); `names`: vectors of their names alone, for firms of which nothing else is
    known (`named`), which are scored by them. `excluded`: categories (columns) that a word bars for a firm."""

    def __init__(
        self,
        placer: Placer,
        ids: Sequence[str],
        vectors: sparse.csr_matrix,
        excluded: Booleans,
        named: Booleans | None = None,
        names: sparse.csr_matrix | None = None,
    ) -> None:
        self.placer = placer
        self.row = {one: at for at, one in enumerate(ids)}
        self.excluded = excluded
        self.calibration = Calibration()
        self.calibration_by_name = Calibration()
        self._named = np.zeros(len(ids), dtype=bool) if named is None else named
        self._full = _View(placer, vectors, by_name=False)
        self._names = None if names is None else _View(placer, names, by_name=True)
        self._views = [one for one in (self._full, self._names) if one is not None]
        self._shown = np.empty_like(self._full.scores)
        self._refresh(range(len(placer.categories)))

    def learn(self, decisions: Iterable[Decision]) -> bool:
        """Take over the decisions that stand now about firms of the pool. Whether anything changed."""
        standing = {one for one in decisions if one.firm in self.row}
        gone, new = self.placer.decisions - standing, standing - self.placer.decisions
        if not gone and not new:
            return False
        aside = set(self.placer.aside)
        firms = {one.firm for one in new}
        names = self._names
        changed = self.placer.undo(gone) | self.placer.decide(
            new,
            {one: self._full.vectors[self.row[one]] for one in firms},
            None if names is None else {one: names.vectors[self.row[one]] for one in firms},
        )
        for firm in aside ^ self.placer.aside:
            vector = self._full.vectors[self.row[firm]].toarray().ravel()
            for view in self._views:
                part = parts(view.vectors @ vector)
                view.sums += part if firm in self.placer.aside else -part
        self._refresh(sorted(changed))
        self.calibration = self._calibrated(self._full)
        if names is not None:
            self.calibration_by_name = self._calibrated(names)
        return True

    def first(self) -> First:
        """What is suggested first for each firm."""
        places = self._shown.argmax(axis=1) if self._shown.size else np.zeros(len(self._shown), dtype=np.int64)
        chances, other = self.calibration.first(self._shown, likeness(self._full.sums))
        if self._names is not None and self._named.any():
            some = self._named
            chances[some], other[some] = self.calibration_by_name.first(
                self._shown[some], likeness(self._names.sums[some])
            )
        none = np.isneginf(self._shown).all(axis=1)
        return First(np.where(none, -1, places), np.where(none, 0.0, chances), other)

    def _refresh(self, columns: Sequence[int]) -> None:
        """Score all firms anew on some categories, and bar what is barred."""
        if not columns:
            return
        for view in self._views:
            view.score(self.placer, columns)
        barred = self.excluded[:, columns].copy()
        for at, column in enumerate(columns):
            for firm in self.placer.rejected(column):
                barred[self.row[firm], at] = True
        shown = self._full.scores[:, columns]
        if self._names is not None:
            shown = np.where(self._named[:, None], self._names.scores[:, columns], shown)
        self._shown[:, columns] = np.where(barred, -np.inf, shown)

    def _calibrated(self, view: _View) -> Calibration:
        firms = self.placer.judged()
        rows = [self.row[one] for one in firms]
        held = self.placer.without_themselves(firms, view.scores[rows], view.sums[rows], by_name=view.by_name)
        return calibrated(held.scores, held.truth, held.like)
