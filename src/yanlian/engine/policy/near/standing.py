"""How one outcome stands over a dossier as it would be: its kind, and what is in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from yanlian.engine.dossier import Coverage, Dossier, FactRead, Trace
from yanlian.engine.feel import FeelError, IncompleteList, Unknown
from yanlian.engine.policy.compiled import CompiledClause, CompiledTest
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.near.overlay import Supplied, laid
from yanlian.engine.policy.near.plan import Plan
from yanlian.engine.policy.outcome import Draft, Kind
from yanlian.engine.policy.scope import DossierScope, Scope

ObstacleKind = Literal["gate", "veto", "condition", "first_time", "amount", "event", "history", "subject"]
Verdict = Literal["failed", "unknown", "null"]


@dataclass(frozen=True, slots=True, eq=False)
class Barrier:
    """One thing in the way."""

    kind: ObstacleKind
    verdict: Verdict
    label: str = ""
    article: str = ""
    test: CompiledTest | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """An outcome over a row: what it is, and what is in its way."""

    row: dict[str, object]
    frame: DossierScope
    below: Scope
    draft: Draft | None
    kind: Kind
    barriers: tuple[Barrier, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Which outcome of the clause: `matter` None for an event that does not exist (yet)."""

    clause: CompiledClause
    matter: str | None
    period: str
    # Matters that are there already: a new event must be another one.
    known: frozenset[str]


class Stage:
    """One clause over one dossier, judged again and again with other plans laid over it."""

    def __init__(
        self, evaluator: Evaluator, clause: CompiledClause, row: Mapping[str, object], coverage: Coverage
    ) -> None:
        self.schema = evaluator.packs.schema
        self.clause = clause
        self.row = row
        self.coverage = coverage
        self.as_of = evaluator.as_of
        self.parameters = evaluator.parameters
        self.packs = evaluator.packs
        self._alone = Evaluator(
            evaluator.packs, evaluator.as_of, only={clause.id}, any_status=True, parameters=evaluator.parameters
        )
        self.evaluations = 0

    def drafts(self, plan: Plan) -> tuple[dict[str, object], DossierScope, list[Draft]]:
        """The clause's drafts with a plan laid over the dossier, after its own caps."""
        row = laid(self.row, self.schema, plan)
        coverage = Supplied(self.coverage, plan.deliveries) if plan.deliveries else self.coverage
        frame = self._alone.frame(Dossier(row, self.schema, coverage, self.as_of))
        self.evaluations += 1
        return row, frame, self._alone.settled(frame)

    def reads(self, plan: Plan) -> list[FactRead]:
        """The facts that the clause reads with a plan."""
        trace = Trace()
        row = laid(self.row, self.schema, plan)
        coverage = Supplied(self.coverage, plan.deliveries) if plan.deliveries else self.coverage
        frame = self._alone.frame(Dossier(row, self.schema, coverage, self.as_of, trace))
        self.evaluations += 1
        try:
            self._alone.settled(frame)
        except FeelError:
            return []
        return trace.take()

    def has_barrier(self, plan: Plan, draft: Draft, barrier: Barrier) -> bool:
        """Whether a barrier of a draft is still in its way with a plan, or the outcome is gone."""
        target = Target(self.clause, draft.matter, draft.period, frozenset())
        standing = self.stand(plan, target, "eligible")
        if standing is None:
            return True
        if standing.kind == "eligible":
            return False
        return any(
            (one.kind, one.label, one.test) == (barrier.kind, barrier.label, barrier.test) for one in standing.barriers
        )

    def on(self, day: date, until: date) -> list[Draft]:
        """The clause's drafts on a later day, nothing else having happened."""
        evaluator = Evaluator(self.packs, day, only={self.clause.id}, any_status=True, parameters=self.parameters)
        frame = evaluator.frame(Dossier(self.row, self.schema, Supplied(self.coverage, (), until), day))
        self.evaluations += 1
        try:
            return evaluator.settled(frame)
        except FeelError:
            return []

    def is_reached(self, plan: Plan, target: Target, wanted: Kind) -> bool:
        """Whether the outcome is as wanted with a plan."""
        try:
            _, _, drafts = self.drafts(plan)
        except FeelError:
            return False
        return any(_is_there(draft, wanted) for draft in drafts if is_target(draft, target))

    def stand(self, plan: Plan, target: Target, wanted: Kind) -> Standing | None:
        """How the outcome stands with a plan; None when it cannot be evaluated or no longer exists."""
        try:
            row, frame, drafts = self.drafts(plan)
        except FeelError:
            return None
        below = frame.layer(self.clause.document.home, self.as_of)
        mine = [draft for draft in drafts if is_target(draft, target)]
        if not mine:
            barrier = Barrier("event", "failed")
            return Standing(row, frame, below, None, "not_applicable", (barrier,)) if target.matter is None else None
        standings = [
            Standing(row, frame, below, draft, draft.kind, () if _is_there(draft, wanted) else barriers_of(draft))
            for draft in mine
        ]
        return min(standings, key=lambda one: (one.kind == "not_applicable", len(one.barriers)))


def is_undecided(reason: Mapping[str, object]) -> bool:
    """Whether an outcome for a person to decide is so because a rule gave null or data are missing."""
    return "null" in reason or "missing" in reason


def _is_there(draft: Draft, wanted: Kind) -> bool:
    return draft.kind == wanted and not is_undecided(draft.reason)


def is_target(draft: Draft, target: Target) -> bool:
    """Whether a draft is the outcome that is asked about."""
    if target.matter is None:
        return draft.open_event or draft.kind == "not_applicable" or draft.matter not in target.known
    return draft.matter == target.matter and (draft.period == target.period or not target.period)


def barriers_of(draft: Draft) -> tuple[Barrier, ...]:
    """Everything in the way of a draft, in the order in which it is asked."""
    clause, scope = draft.clause, draft.scope
    if scope is None:
        return (Barrier("event" if clause.event is not None else "subject", "failed"),)
    found: list[Barrier] = []
    if draft.open_event or _is_uncertain(clause, scope):
        found.append(Barrier("event", "unknown"))
    for test in clause.tests:
        place = (scope.below or scope) if test.inherited and not test.floating else scope
        value = place.value(test.expression)
        verdict = _verdict(value, veto=test.kind == "veto")
        if verdict is not None:
            found.append(Barrier(test.kind, verdict, test.source.label, test.source.article, test))
    found += _history(clause, scope)
    if not found and draft.kind == "not_eligible":
        found.append(Barrier("amount", "failed"))
    elif not found:
        found.append(Barrier("amount" if _has_amount(clause) else "history", "unknown"))
    return tuple(found)


def _is_uncertain(clause: CompiledClause, scope: Scope) -> bool:
    where = clause.event.where if clause.event is not None else None
    return where is not None and isinstance(scope.value(where), Unknown)


def _has_amount(clause: CompiledClause) -> bool:
    return clause.amount is not None or bool(clause.parts)


def _verdict(value: object, *, veto: bool) -> Verdict | None:
    if isinstance(value, bool):
        return "failed" if value is veto else None
    return "unknown" if isinstance(value, Unknown) else "null"


def _history(clause: CompiledClause, scope: Scope) -> list[Barrier]:
    source = clause.source.first_time
    if clause.first_time is None or source is None:
        return []
    earlier = scope.value(clause.first_time)
    if isinstance(earlier, Unknown) or (isinstance(earlier, IncompleteList) and not earlier and earlier.is_open):
        return [Barrier("first_time", "unknown", source.label, source.article)]
    if earlier is not None and earlier != []:
        return [Barrier("first_time", "failed", source.label, source.article)]
    return []
