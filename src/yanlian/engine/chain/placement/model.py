"""Who stands where: similarity of a firm to each segment, learned at once from every decision and unlearned exactly.

Of a category c with seed vector s (the template's words), confirmed firms F and rejected firms R (of length one):

    N = s + Σ F x - REJECTED · Σ R x             what the category is made of
    P = Σ N over the categories of one parent    what the lane has in common
    C = (N / |N| + LANE · P / |P|) to length one
    W = C · (1 + PRIOR · ln(1 + |F|))
    score of a firm x at c = x · W               = cosine, a little more where many were confirmed

A firm of which nothing but names is known says little, so how many stand on a category counts more: for it PRIOR is
PRIOR_BY_NAME (`by_name` below).

(Nearest centroids with feedback: Rocchio 1971; sharing between classes of one parent: shrinkage, McCallum et al. 1998.)
A score is a sum over n-grams, so it decomposes into the words that carry it (`evidence.py`). Sums are always taken over
the decisions in ascending order of the firm: the same decisions give the same bits, in whatever order they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from yanlian.base.refusal import Refused
from yanlian.engine.chain.placement.calibration import Calibration, calibrated
from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.decisions import Decision
from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.placement.likeness import likeness, parts
from yanlian.engine.chain.placement.vectors import Booleans, Floats, Space, rows_in_batches, unit_rows

# Chosen on held-out firms: docs/reference/placement.md.
LANE = 0.2
PRIOR = 0.05
PRIOR_BY_NAME = 0.6
REJECTED = 0.3
# So few firms are scored without first unfolding the weights.
_FEW = 64
# The calibration rests on so many decided firms at most: three numbers are known well enough from them.
MOST_HELD_OUT = 4_000


@dataclass(frozen=True)
class HeldOut:
    """Firms decided upon, each as if it had not been: scores, the categories it was confirmed on (none: 其他), and how
    like it is to the others that were put aside."""

    scores: Floats
    truth: list[list[int]]
    like: Floats


class Placer:
    """Categories as they stand after some decisions. `decide` and `undo` touch only the lanes they concern."""

    def __init__(self, space: Space, categories: Sequence[Category]) -> None:
        self.space = space
        self.categories = tuple(categories)
        self.place: Mapping[str, int] = {one.id: at for at, one in enumerate(self.categories)}
        self.decisions: set[Decision] = set()
        self.aside: set[str] = set()
        self._asides: sparse.csr_matrix | None = None
        self._vectors: dict[str, sparse.csr_matrix] = {}
        self._names: dict[str, sparse.csr_matrix] = {}
        self._seeds = space.vectors([one.seed for one in self.categories])
        self._confirmed: list[set[str]] = [set() for _ in self.categories]
        self._rejected: list[set[str]] = [set() for _ in self.categories]
        self._lanes: dict[str, list[int]] = {}
        for at, one in enumerate(self.categories):
            self._lanes.setdefault(one.parent, []).append(at)
        self._sums = [self._seeds[at] for at in range(len(self.categories))]
        self._rows = list(self._sums)
        self._stale = set(self._lanes)
        # Scores of confirmed firms at their own category without themselves: by all that is known of them, by names.
        self._own: tuple[dict[int, dict[str, float]], dict[int, dict[str, float]]] = ({}, {})
        self._stack = sparse.csr_matrix((0, len(space.keys)))

    def decide(
        self,
        decisions: Iterable[Decision],
        vectors: Mapping[str, sparse.csr_matrix],
        names: Mapping[str, sparse.csr_matrix] | None = None,
    ) -> set[int]:
        """Learn from some decisions; `vectors`: of every firm they name, `names`: of their names alone (needed for
        `held_out` by name). A decision that stands already is not counted twice. The categories whose weights may have
        changed. Refused: `category_unknown`."""
        new = [one for one in decisions if one not in self.decisions]
        for one in new:
            if one.verdict != "other" and one.category not in self.place:
                raise Refused("category_unknown", category=one.category)
        for one in new:
            self._vectors[one.firm] = vectors[one.firm]
            if names is not None:
                self._names[one.firm] = names[one.firm]
        return self._changed(new, add=True)

    def undo(self, decisions: Iterable[Decision]) -> set[int]:
        """Unlearn some decisions; those that do not stand are passed over. What may have changed, as `decide`."""
        return self._changed([one for one in decisions if one in self.decisions], add=False)

    def _changed(self, decisions: Sequence[Decision], *, add: bool) -> set[int]:
        touched = set()
        for one in decisions:
            (self.decisions.add if add else self.decisions.discard)(one)
            if one.verdict == "other":
                (self.aside.add if add else self.aside.discard)(one.firm)
                self._asides = None
                continue
            at = self.place[one.category]
            firms = (self._confirmed if one.verdict == "confirmed" else self._rejected)[at]
            (firms.add if add else firms.discard)(one.firm)
            touched.add(at)
        for at in touched:
            self._sums[at] = self._summed(at)
            self._stale.add(self.categories[at].parent)
        changed = {near for at in touched for near in self._lanes[self.categories[at].parent]}
        for kept in self._own:
            for at in changed:
                kept.pop(at, None)
        return changed

    def _summed(self, at: int) -> sparse.csr_matrix:
        total = self._seeds[at]
        for firms, factor in ((self._confirmed[at], 1.0), (self._rejected[at], -REJECTED)):
            if firms:
                total = total + factor * _added([self._vectors[firm] for firm in sorted(firms)])
        return total

    def weights(self) -> sparse.csr_matrix:
        """W, one row for each category."""
        if not self._stale:
            return self._stack
        for parent in sorted(self._stale):
            members = self._lanes[parent]
            lane = unit_rows(_added([self._sums[at] for at in members]))
            for at in members:
                row = unit_rows(unit_rows(self._sums[at]) + LANE * lane)
                row.data = row.data * self.factor(at)
                self._rows[at] = row
        self._stale.clear()
        self._stack = sparse.vstack(self._rows, format="csr")
        return self._stack

    def factor(self, at: int) -> float:
        """What a category's similarity is multiplied with, by how many firms were confirmed there."""
        return float(1.0 + PRIOR * np.log1p(len(self._confirmed[at])))

    def more(self, at: int) -> float:
        """What a category's score is multiplied with besides, for a firm of which only names are known."""
        return float(1.0 + PRIOR_BY_NAME * np.log1p(len(self._confirmed[at]))) / self.factor(at)

    def scores(self, vectors: sparse.csr_matrix, by_name: Booleans | None = None) -> Floats:
        """Score of each firm (row) at each category (column). `by_name`: of which firms only names are known."""
        made = self._scores(vectors)
        if by_name is not None and by_name.any():
            made[by_name] *= np.array([self.more(at) for at in range(len(self.categories))])
        return made

    def _scores(self, vectors: sparse.csr_matrix) -> Floats:
        weights = self.weights()
        if vectors.shape[0] <= _FEW:
            few: Floats = (vectors @ weights.T).toarray()
            return few
        used: Longs = np.unique(weights.indices).astype(np.int64)
        narrow = np.ascontiguousarray(weights[:, used].toarray().T)
        made = np.empty((vectors.shape[0], len(self.categories)))
        for rows in rows_in_batches(vectors.shape[0]):
            made[rows] = vectors[rows][:, used] @ narrow
        return made

    def like(self, vectors: sparse.csr_matrix) -> Floats:
        """How like each firm (row) is to those that were put aside: z of `likeness.py`."""
        return likeness(self._like_sums(vectors))

    def _like_sums(self, vectors: sparse.csr_matrix) -> Longs:
        sums = np.zeros(vectors.shape[0], dtype=np.int64)
        if vectors.shape[0] > _FEW:
            for firm in self.aside:
                sums += parts(vectors @ self._vectors[firm].toarray().ravel())
        elif self.aside:
            sums += parts((vectors @ self._aside_stack().T).toarray()).sum(axis=1)
        return sums

    def _aside_stack(self) -> sparse.csr_matrix:
        if self._asides is None:
            self._asides = sparse.vstack([self._vectors[firm] for firm in sorted(self.aside)], format="csr")
        return self._asides

    def rejected(self, at: int) -> Set[str]:
        """The firms that do not stand on a category."""
        return self._rejected[at]

    def judged(self) -> list[str]:
        """The firms that were confirmed or put aside, in ascending order; of very many those whose ids have the lowest
        digests, so that one decision more changes them by one at most."""
        firms = sorted({one.firm for one in self.decisions if one.verdict != "rejected"})
        return firms if len(firms) <= MOST_HELD_OUT else sorted(sorted(firms, key=_digest)[:MOST_HELD_OUT])

    def held_out(self, *, by_name: bool = False) -> HeldOut:
        """The firms decided upon, each scored as if its own decision had not been made. Firms that were only rejected
        somewhere are left out. `by_name`: each is asked about as if nothing but its names were known of it.

        A confirmed firm is taken out of its category and of its lane as that category sees it, by the lengths
        |N - x|² = |N|² - 2 N·x + 1 and so on; what its lane lends to the neighbours still holds it.
        """
        firms = self.judged()
        if not firms:
            return HeldOut(np.zeros((0, len(self.categories))), [], np.zeros(0))
        known = self._names if by_name else self._vectors
        asked = sparse.vstack([known[firm] for firm in firms], format="csr")
        scores = self.scores(asked, np.ones(len(firms), dtype=bool) if by_name else None)
        return self.without_themselves(firms, scores, self._like_sums(asked), by_name=by_name)

    def without_themselves(self, firms: Sequence[str], scores: Floats, sums: Longs, *, by_name: bool) -> HeldOut:
        """Scores and likeness sums of `judged` firms (both are changed), with what each owes to its own decision taken
        out."""
        row = {firm: at for at, firm in enumerate(firms)}
        truth: list[list[int]] = [[] for _ in firms]
        for at, members in enumerate(self._confirmed):
            if members:
                own = self._own_scores(at, by_name=by_name)
                for firm in sorted(members & row.keys()):
                    scores[row[firm], at] = own[firm]
                    truth[row[firm]].append(at)
        known = self._names if by_name else self._vectors
        for firm in sorted(self.aside & row.keys()):
            sums[row[firm]] -= parts(known[firm] @ self._vectors[firm].toarray().ravel())[0]
        return HeldOut(scores, truth, likeness(sums))

    def _own_scores(self, at: int, *, by_name: bool) -> Mapping[str, float]:
        kept = self._own[by_name]
        if at not in kept:
            firms = sorted(self._confirmed[at])
            own = sparse.vstack([self._vectors[firm] for firm in firms], format="csr")
            asked = sparse.vstack([self._names[firm] for firm in firms], format="csr") if by_name else own
            made = self._without(at, own, asked, PRIOR_BY_NAME if by_name else PRIOR)
            kept[at] = dict(zip(firms, made.tolist(), strict=True))
        return kept[at]

    def _without(self, at: int, own: sparse.csr_matrix, asked: sparse.csr_matrix, prior: float) -> Floats:
        """Score of each confirmed firm, asked about by `asked`, at its category, which is then one firm poorer."""
        total = self._sums[at]
        lane = _added([self._sums[one] for one in self._lanes[self.categories[at].parent]])
        to_total = (own @ total.T).toarray().ravel()
        to_lane = (own @ lane.T).toarray().ravel()
        one = np.asarray(own.multiply(own).sum(axis=1)).ravel()
        n = np.sqrt(np.maximum(_dot(total, total) - 2 * to_total + one, 1e-24))
        p = np.sqrt(np.maximum(_dot(lane, lane) - 2 * to_lane + one, 1e-24))
        across = (_dot(total, lane) - to_lane - to_total + one) / (n * p)
        length = np.sqrt(np.maximum(1.0 + LANE**2 + 2 * LANE * across, 1e-24))
        factor = 1.0 + prior * np.log1p(len(self._confirmed[at]) - 1)
        by_total = (asked @ total.T).toarray().ravel()
        by_lane = (asked @ lane.T).toarray().ravel()
        itself = np.asarray(asked.multiply(own).sum(axis=1)).ravel()
        made: Floats = ((by_total - itself) / n + LANE * (by_lane - itself) / p) / length * factor
        return made

    def row(self, category: str, *, by_name: bool = False) -> sparse.csr_matrix:
        """The weights of one category, as they count for a firm of which more or only names are known."""
        at = self.place[category]
        return self.weights()[at] * self.more(at) if by_name else self.weights()[at]

    def precedents(self, vector: sparse.csr_matrix, category: str, count: int = 3) -> list[tuple[str, float]]:
        """The confirmed firms of a category that are most like a firm, with the cosine."""
        firms = sorted(self._confirmed[self.place[category]])
        if not firms:
            return []
        return _nearest(firms, sparse.vstack([self._vectors[firm] for firm in firms], format="csr"), vector)[:count]

    def precedents_aside(self, vector: sparse.csr_matrix, count: int = 3) -> list[tuple[str, float]]:
        """The firms put aside that are most like a firm, with the cosine."""
        return _nearest(sorted(self.aside), self._aside_stack(), vector)[:count] if self.aside else []


def of_decided(placer: Placer, *, by_name: bool = False) -> Calibration:
    """The calibration that the decided firms teach, each as if it had not been decided."""
    held = placer.held_out(by_name=by_name)
    return calibrated(held.scores, held.truth, held.like)


def _nearest(firms: Sequence[str], rows: sparse.csr_matrix, vector: sparse.csr_matrix) -> list[tuple[str, float]]:
    near: Floats = rows @ vector.toarray().ravel()
    return sorted(zip(firms, near.tolist(), strict=True), key=lambda one: (-one[1], one[0]))


def _digest(firm: str) -> bytes:
    return hashlib.blake2b(firm.encode(), digest_size=8).digest()


def _added(rows: Sequence[sparse.csr_matrix]) -> sparse.csr_matrix:
    """The sum of some rows, from the first to the last."""
    stack = sparse.vstack(rows, format="csr")
    return sparse.csr_matrix(np.ones((1, len(rows)))) @ stack


def _dot(one: sparse.csr_matrix, other: sparse.csr_matrix) -> float:
    return float((one @ other.T).toarray()[0, 0])
