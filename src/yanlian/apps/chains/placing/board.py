"""The model of a chain, kept in memory and brought up to date with the database before every use.

What stands in the database is what counts: a process that missed somebody's decision learns it at its next question,
and unlearns what was taken back. Vocabulary and vectors are made anew when the registry or the template changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock

import numpy as np
from scipy import sparse

from yanlian.apps.chains.models import Placement, PlacementReview
from yanlian.apps.chains.placing import texts
from yanlian.apps.chains.placing.texts import Firm
from yanlian.engine.chain.placement.calibration import Calibration, calibrated
from yanlian.engine.chain.placement.categories import categories_of
from yanlian.engine.chain.placement.decisions import Decision, Verdict
from yanlian.engine.chain.placement.gate import Gate, Mark, excluded
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.profiles import Profile, by_name, only_names
from yanlian.engine.chain.placement.suggest import ByName, Ranked, Suggested, ranked, suggest
from yanlian.engine.chain.placement.vectors import Space
from yanlian.engine.chain.template.codes import industries
from yanlian.engine.chain.template.model import Chain

# Firms outside the chain that the vocabulary also looks at, so that it knows which words everybody writes.
_BESIDE = 4_000
_VERDICTS: Mapping[str, Verdict] = {
    Placement.State.CONFIRMED: "confirmed",
    Placement.State.REJECTED: "rejected",
}


@dataclass
class Board:
    """A chain with the firms that its gate let in. `marks`: what let each in; null for one that an official placed."""

    chain: Chain
    firms: Sequence[Firm]
    marks: Sequence[Mark | None]
    placer: Placer
    vectors: sparse.csr_matrix
    rows: Mapping[int, int]
    excluded: Mapping[int, frozenset[int]]
    calibration: Calibration = field(default_factory=Calibration)
    calibration_by_name: Calibration = field(default_factory=Calibration)

    def learn(self, decisions: set[Decision]) -> bool:
        """Take over what stands now. Whether anything changed."""
        known = {one for one in decisions if int(one.firm) in self.rows}
        gone, new = self.placer.decisions - known, known - self.placer.decisions
        if not gone and not new:
            return False
        self.placer.undo(gone)
        self.placer.decide(new, {one.firm: self.vectors[self.rows[int(one.firm)]] for one in new})
        self.calibration = calibrated(*self.placer.held_out())
        if any(only_names(one.profile) for one in self.firms):
            self.calibration_by_name = calibrated(*self.placer.held_out(self._names()))
        return True

    def _names(self) -> Mapping[str, sparse.csr_matrix]:
        """Vectors of the names alone of every firm decided upon."""
        firms = sorted({one.firm for one in self.placer.decisions})
        rows = self.placer.space.vectors([by_name(self.firms[self.rows[int(one)]].profile) for one in firms])
        return {one: rows[at] for at, one in enumerate(firms)}

    def suggested(self, pk: int) -> Suggested:
        """What is suggested for one firm."""
        profile = self.firms[self.rows[pk]].profile
        return suggest(self.placer, self.calibration, profile, names=self.calibration_by_name)

    def ranked(self, keys: Sequence[int]) -> Ranked:
        """The best segments of some firms, without those that are barred for them."""
        barred: dict[int, set[int]] = {}
        at = {pk: number for number, pk in enumerate(keys)}
        for number, pk in enumerate(keys):
            if self.excluded.get(self.rows[pk]):
                barred[number] = set(self.excluded[self.rows[pk]])
        for one in self.placer.decisions:
            if one.verdict == "rejected" and int(one.firm) in at:
                barred.setdefault(at[int(one.firm)], set()).add(self.placer.place[one.category])
        rows = self.vectors[[self.rows[pk] for pk in keys]]
        named = np.array([only_names(self.firms[self.rows[pk]].profile) for pk in keys], dtype=bool)
        away = {number: sorted(some) for number, some in barred.items()}
        return ranked(self.placer, self.calibration, rows, away, by_name=ByName(named, self.calibration_by_name))


_LOCK = RLock()
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
        decisions = decisions_of(chain)
        if any(int(one.firm) not in board.rows for one in decisions):
            board = _made(chain)
            _KEPT[chain.id] = (key, board)
        board.learn(decisions)
        return board


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
    everyone = texts.firms()
    decided = {int(one.firm) for one in decisions_of(chain)}
    let_in: list[Firm] = []
    marks: list[Mark | None] = []
    gate = Gate(chain)
    beside: list[Profile] = []
    for firm in everyone:
        mark = gate.mark(firm.profile)
        if mark is not None or firm.pk in decided:
            let_in.append(firm)
            marks.append(mark)
        elif len(beside) < _BESIDE:
            beside.append(firm.profile)
    categories = categories_of(chain, {code: one.name for code, one in industries().items()})
    space = Space.learned([*(one.profile for one in let_in), *beside], [one.seed for one in categories])
    placer = Placer(space, categories)
    barred = {
        row: frozenset(at for at, one in enumerate(categories) if excluded(one, firm.profile) is not None)
        for row, firm in enumerate(let_in)
    }
    rows = {firm.pk: row for row, firm in enumerate(let_in)}
    vectors = space.vectors([one.profile for one in let_in])
    return Board(chain, let_in, marks, placer, vectors, rows, {row: some for row, some in barred.items() if some})
