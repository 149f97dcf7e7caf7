"""A sandbox: packs and dossiers opened once, asked about one proposal after the other."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from yanlian.engine.policy import Evaluator, Fault, PackSet
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.revision import Proposal, Revised, Shelf
from yanlian.engine.stream.components import clause_hashes, components, schema_content
from yanlian.engine.stream.kernel import cache_folder
from yanlian.engine.stream.sandbox.held import Held
from yanlian.engine.stream.sandbox.judging import ClauseFigures, Judge, Tell

# Answers that are kept: a page that is looked at again, a second proposal laid beside the first.
_KEPT = 24


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What packs come to over the dossiers. `changed`: clauses that were worked out for this question, all others are
    those of the packs as they are; `gone`: clauses that these had and this has not; `warnings`: of the changed
    packs."""

    proposal: Proposal
    clauses: Mapping[str, CompiledClause]
    figures: Mapping[str, ClauseFigures]
    changed: frozenset[str]
    gone: frozenset[str]
    seconds: float
    warnings: tuple[Fault, ...] = ()

    @property
    def total_fen(self) -> int:
        """What is due in all."""
        return sum(one.total_fen for one in self.figures.values())

    @property
    def interpreted(self) -> int:
        """How often the interpreter judged a dossier for a clause that was worked out."""
        return sum(self.figures[one].interpreted for one in self.changed)


class Sandbox:
    """Rules, dossiers and a day. May be asked by several threads; one question is worked on at a time."""

    def __init__(
        self,
        folders: Sequence[Path | str],
        held: Held,
        as_of: date,
        *,
        drafts: bool = False,
        exact: bool = False,
        shelf: Shelf | None = None,
    ) -> None:
        """`drafts`: also documents that are still drafts; `exact`: the interpreter tells, too, whether an event that
        nobody delivered is unknown or already ruled out."""
        self.shelf = shelf or Shelf(folders)
        self.held = held
        self.as_of = as_of
        self.drafts = drafts
        self.exact = exact
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Judgement] = OrderedDict()
        packs = self.shelf.packs
        self._district = _district(packs)
        self.judge = Judge(held, packs.schema, as_of, self._district)
        self._facts = schema_content(packs.schema)
        self._evaluator = Evaluator(packs, as_of, with_drafts=drafts)
        self._hashes = self._hashes_of(self._evaluator.clauses, packs)
        self._base: Judgement | None = None

    @property
    def packs(self) -> PackSet:
        """The packs as they are."""
        return self.shelf.packs

    def base(self, tell: Tell | None = None) -> Judgement:
        """The packs as they are."""
        with self._lock:
            return self._baseline(tell)

    def ask(self, proposal: Proposal, tell: Tell | None = None, *, keep: bool = True) -> Judgement:
        """What a proposal would come to. Refused, or `PackFaults`: a proposal that makes no packs. What `tell` raises
        ends the work and leaves nothing behind. `keep`: for the next one who asks the same."""
        with self._lock:
            base = self._baseline(tell)
            if not proposal.changes:
                return base
            found = self._kept.get(proposal.digest)
            if found is None:
                found = self._ask(base, proposal, tell)
                if keep:
                    self._kept[proposal.digest] = found
                    while len(self._kept) > _KEPT:
                        self._kept.popitem(last=False)
            return found

    def _baseline(self, tell: Tell | None) -> Judgement:
        if self._base is None:
            started = time.perf_counter()
            figures = self.judge.judge(self._evaluator, cache=cache_folder(), exact=self.exact, tell=tell)
            clauses = {one.id: one for one in self._evaluator.clauses}
            every = frozenset(clauses)
            self._base = Judgement(Proposal(), clauses, figures, every, frozenset(), time.perf_counter() - started)
        return self._base

    def _ask(self, base: Judgement, proposal: Proposal, tell: Tell | None) -> Judgement:
        started = time.perf_counter()
        revised, evaluator = self._revised(base, proposal)
        hashes = self._hashes_of(evaluator.clauses, revised.packs)
        new = {one.id: one for one in evaluator.clauses}
        # A document that was taken away is none of those that were built.
        replaced = revised.documents | revised.touched
        gone = {one.id for one in base.clauses.values() if one.source.document in replaced and one.id not in new}
        differ = {one for one in new if self._hashes.get(one) != hashes[one]}
        figures = self._judge_of(revised.packs).judge(evaluator, only=differ, exact=self.exact, tell=tell)
        kept = {one: of for one, of in base.figures.items() if one not in gone and one not in differ}
        clauses = [*(base.clauses[one] for one in kept), *(new[one] for one in differ)]
        clauses.sort(key=lambda one: (one.source.document, one.order))
        return Judgement(
            proposal,
            {one.id: one for one in clauses},
            {one.id: figures[one.id] if one.id in differ else kept[one.id] for one in clauses},
            frozenset(differ),
            frozenset(gone),
            time.perf_counter() - started,
            revised.faults,
        )

    def _judge_of(self, packs: PackSet) -> Judge:
        """Ours, unless the packs add other facts."""
        if schema_content(packs.schema) == self._facts:
            return self.judge
        return Judge(self.held, packs.schema, self.as_of, self._district)

    def _revised(self, base: Judgement, proposal: Proposal) -> tuple[Revised, Evaluator]:
        """The changed packs, built with every document whose clauses may be tied to a changed one."""
        beside: set[str] = set()
        while True:
            revised = self.shelf.revised(proposal, beside=beside)
            evaluator = Evaluator(revised.packs, self.as_of, with_drafts=self.drafts)
            more = self._tied(base, revised, evaluator) - revised.documents
            if not more:
                return revised, evaluator
            beside |= more

    @staticmethod
    def _tied(base: Judgement, revised: Revised, evaluator: Evaluator) -> set[str]:
        """Documents of clauses that are worked out together with one of a touched document, before or after."""
        outside = [one for one in base.clauses.values() if one.source.document not in revised.documents]
        found: set[str] = set()
        for clauses in (list(base.clauses.values()), [*outside, *evaluator.clauses]):
            document = {one.id: one.source.document for one in clauses}
            for component in components(clauses):
                of = {document[one] for one in component}
                if not of.isdisjoint(revised.touched):
                    found |= of
        return found - revised.touched

    def _hashes_of(self, clauses: Sequence[CompiledClause], packs: PackSet) -> dict[str, str]:
        return clause_hashes(clauses, packs.schema, self.held.coverage, self.as_of, {"district": self._district})


def _district(packs: PackSet) -> str:
    return next((pack.district for pack in reversed(packs.packs) if pack.district), "")
