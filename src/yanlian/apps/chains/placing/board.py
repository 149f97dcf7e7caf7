"""The model of a chain, kept in memory and brought up to date with the database before every use.

What stands in the database is what counts: a process that missed somebody's decision learns it at its next question,
and unlearns what was taken back. Vocabulary and vectors are made anew when the registry or the template changed; of a
decision only what it changes (`engine/chain/placement/pool.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import RLock

import numpy as np
from django.db.models import Count, Max, Sum

from yanlian.apps.chains.models import Placement, PlacementReview
from yanlian.apps.chains.placing import texts
from yanlian.apps.chains.placing.texts import Firm
from yanlian.engine.chain.placement.calibration import Calibration
from yanlian.engine.chain.placement.categories import categories_of
from yanlian.engine.chain.placement.decisions import Decision, Verdict
from yanlian.engine.chain.placement.gate import Gate, Mark, excluded
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.pool import First, Pool
from yanlian.engine.chain.placement.profiles import Profile, by_name, only_names
from yanlian.engine.chain.placement.suggest import Suggested, suggest
from yanlian.engine.chain.placement.vectors import Space
from yanlian.engine.chain.template.codes import industries
from yanlian.engine.chain.template.model import Chain

# Firms outside the chain that the vocabulary also looks at, so that it knows which words everybody writes.
_BESIDE = 4_000
_VERDICTS: Mapping[str, Verdict] = {
    Placement.State.CONFIRMED: "confirmed",
    Placement.State.REJECTED: "rejected",
}
_LOCK = RLock()


@dataclass
class Board:
    """A chain with the firms that its gate let in. `marks`: what let each in; null for one that an official placed.
    `stood`: the fingerprint of the decisions that were learned. `first`: what is suggested first, of each firm."""

    chain: Chain
    firms: Sequence[Firm]
    marks: Sequence[Mark | None]
    rows: Mapping[int, int]
    pool: Pool
    first: First
    done: frozenset[int] = frozenset()
    stood: object = None

    @property
    def placer(self) -> Placer:
        return self.pool.placer

    @property
    def calibration(self) -> Calibration:
        return self.pool.calibration

    def learn(self, decisions: set[Decision]) -> bool:
        """Take over what stands now. Whether anything changed."""
        self.done = frozenset(int(one.firm) for one in decisions if one.verdict != "rejected")
        changed = self.pool.learn(decisions)
        if changed:
            self.first = self.pool.first()
        return changed

    def firm(self, pk: int) -> Firm:
        """The firm with this key."""
        return self.firms[self.rows[pk]]

    def suggested(self, pk: int) -> Suggested:
        """What is suggested for one firm."""
        with _LOCK:
            names = self.pool.calibration_by_name
            return suggest(self.placer, self.calibration, self.firm(pk).profile, names=names)


_KEPT: dict[str, tuple[object, Board]] = {}


def board_of(chain: Chain) -> Board:
    """The board of a chain as the database stands now."""
    with _LOCK:
        key = (chain, texts.state())
        kept = _KEPT.get(chain.id)
        if kept is None or kept[0] != key:
            kept = (key, _made(chain))
            _KEPT[chain.id] = kept
        board = kept[1]
        stands = _fingerprint(chain)
        if board.stood != stands:
            decisions = decisions_of(chain)
            if any(int(one.firm) not in board.rows for one in decisions):
                board = _made(chain)
                _KEPT[chain.id] = (key, board)
            board.learn(decisions)
            board.stood = stands
        return board


def _fingerprint(chain: Chain) -> tuple[object, ...]:
    """Changes with every decision of a chain: each adds a row or raises the version of one."""
    some = [model.objects.filter(chain=chain.id) for model in (Placement, PlacementReview)]
    found = [one.aggregate(Count("pk"), Max("pk"), Sum("version"), Max("changed_at")) for one in some]
    return tuple(value for one in found for value in one.values())


def decisions_of(chain: Chain) -> set[Decision]:
    """What officials (and sources) decided for a chain and did not take back."""
    placed = Placement.objects.filter(chain=chain.id, state__in=list(_VERDICTS))
    found = {
        Decision(str(pk), segment, _VERDICTS[state])
        for pk, segment, state in placed.values_list("entity_id", "segment", "state")
        if segment in chain.by_id
    }
    aside = PlacementReview.objects.filter(chain=chain.id, verdict=PlacementReview.Verdict.OTHER)
    return found | {Decision(str(pk), "", "other") for pk in aside.values_list("entity_id", flat=True)}


def _made(chain: Chain) -> Board:
    decided = {int(one.firm) for one in decisions_of(chain)}
    gate = Gate(chain)
    let_in: list[Firm] = []
    marks: list[Mark | None] = []
    beside: list[Profile] = []
    for firm in texts.firms():
        mark = gate.mark(firm.profile)
        if mark is not None or firm.pk in decided:
            let_in.append(firm)
            marks.append(mark)
        elif len(beside) < _BESIDE:
            beside.append(firm.profile)
    pool = _pool(chain, [one.profile for one in let_in], beside)
    rows = {firm.pk: row for row, firm in enumerate(let_in)}
    return Board(chain, let_in, marks, rows, pool, pool.first())


def _pool(chain: Chain, firms: Sequence[Profile], beside: Sequence[Profile]) -> Pool:
    categories = categories_of(chain, {code: one.name for code, one in industries().items()})
    space = Space.learned([*firms, *beside], [one.seed for one in categories])
    barred = np.zeros((len(firms), len(categories)), dtype=bool)
    for at, category in enumerate(categories):
        if category.excludes:
            barred[:, at] = [excluded(category, one) is not None for one in firms]
    named = np.array([only_names(one) for one in firms], dtype=bool)
    names = space.vectors([by_name(one) for one in firms]) if named.any() else None
    return Pool(Placer(space, categories), [one.id for one in firms], space.vectors(firms), barred, named, names)
