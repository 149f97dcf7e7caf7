"""The smallest changes that make an outcome eligible: plans tried in the order of their size, each judged by the
reference interpreter, each made as small as it goes.

Best first: what somebody can do before what nobody can, fewer facts before more, small changes before large ones. Of a
plan that does not do yet one barrier is taken, and every option of the solver around it makes a larger plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage
from yanlian.engine.feel import Missing, Unknown
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.near.asked import Solver
from yanlian.engine.policy.near.bisect import bisected_options
from yanlian.engine.policy.near.measure import Measure, measured
from yanlian.engine.policy.near.overlay import Supplied, laid, plan_of
from yanlian.engine.policy.near.plan import Option, Plan, SetField
from yanlian.engine.policy.near.smallest import Tight, smallest
from yanlian.engine.policy.near.solve import (
    amount_options,
    event_options,
    missing_options,
    occurrence_options,
    solver_for,
    test_options,
)
from yanlian.engine.policy.near.standing import Barrier, Stage, Standing, Target, is_undecided
from yanlian.engine.policy.near.tell import obstacles_of, shrinks, way_of
from yanlian.engine.policy.near.told import NearMiss, Way
from yanlian.engine.policy.near.wait import waiting_way
from yanlian.engine.policy.outcome import Kind, Outcome

MOST_WAYS = 3
_MOST_EXPANDED = 60
# Data that somebody holds before time, time before effort, effort before what cannot be.
_RANKS = {"supply": 0, "wait": 1, "improve": 2, "cannot": 3}
# Dossiers judged in one search: in all, once a way is known, and before figures are no longer tried by powers of ten.
_MOST_EVALUATIONS = 300
_ENOUGH_EVALUATIONS = 120
_MOST_BEFORE_BISECTION = 120
_MOST_CHANGES = 8
_NOTHING = Plan()


@dataclass(order=True, slots=True)
class _Waiting:
    """A plan that waits for its turn."""

    cost: Measure
    number: int
    plan: Plan = field(compare=False)


def near_miss(
    evaluator: Evaluator,
    row: Mapping[str, object],
    coverage: Coverage,
    clause_id: str,
    matter: str | None = None,
    outcomes: Sequence[Outcome] | None = None,
) -> NearMiss:
    """What would make one outcome of a dossier row eligible. Without `matter`: the first outcome of the clause.
    `outcomes`: all of the row, when they are known already.

    A clause that a person decides is brought to `manual` instead, the most that data can do. Raises `Refused` as
    `explain` does: `clause_unknown`, `clause_not_run`, `matter_unknown`.
    """
    clause = evaluator.packs.clause(clause_id)
    found = evaluator.evaluate(row, coverage) if outcomes is None else outcomes
    outcome, others = _chosen(evaluator, found, clause, matter)
    wanted: Kind = "manual" if clause.source.manual else "eligible"
    if outcome.kind in {"eligible", "manual"}:
        return NearMiss(outcome, evaluator.as_of, (), (), 0)
    stage = Stage(evaluator, clause, row, coverage)
    nobody = outcome.kind == "not_applicable" or (
        clause.event is not None and outcome.event_on is None and not outcome.matter
    )
    known = frozenset(one.matter for one in others if one.event_on is not None or one.matter)
    target = Target(clause, None if nobody else outcome.matter, outcome.period, known)
    search = _Search(stage, target, wanted)
    start = stage.stand(_NOTHING, target, wanted)
    obstacles = () if start is None else obstacles_of(stage, start)
    ways = search.ways(start)
    told: list[Way] = []
    waiting = waiting_way(stage, target, wanted, start)
    if waiting is not None:
        told.append(waiting)
    told += [
        way
        for way in (_checked(evaluator, stage, target, wanted, plan, tight) for plan, tight in ways)
        if way is not None
    ]
    return NearMiss(outcome, evaluator.as_of, obstacles, _sorted(told), stage.evaluations, search.cut)


def _sorted(told: list[Way]) -> tuple[Way, ...]:
    """The ways worth telling: what nobody can do once, and only where there is nothing else; to employ or to earn less
    only where nothing else helps."""
    told.sort(key=lambda way: (_RANKS[way.kind], shrinks(way), len(way.changes), way.size_ppm))
    if not told:
        return ()
    first = told[0]
    if first.kind == "cannot":
        return (first,)
    kept = [way for way in told if way.kind != "cannot" and (shrinks(first) or not shrinks(way))]
    return tuple(kept[:MOST_WAYS])


def _chosen(
    evaluator: Evaluator, found: Sequence[Outcome], clause: CompiledClause, matter: str | None
) -> tuple[Outcome, list[Outcome]]:
    outcomes = [one for one in found if one.clause == clause.id]
    if not outcomes:
        document = clause.document.source
        raise Refused("clause_not_run", clause=clause.id, document=document.title, as_of=evaluator.as_of)
    chosen = [one for one in outcomes if matter is None or one.matter == matter]
    if not chosen:
        known = "、".join(one.matter or "—" for one in outcomes)
        raise Refused("matter_unknown", clause=clause.id, found=matter, expected=known)
    return chosen[0], outcomes


def _checked(evaluator: Evaluator, stage: Stage, target: Target, wanted: Kind, plan: Plan, tight: Tight) -> Way | None:
    """The way of a plan when the whole run, with stacking and every cap, agrees that it does."""
    row = laid(stage.row, stage.schema, plan)
    coverage = Supplied(stage.coverage, plan.deliveries) if plan.deliveries else stage.coverage
    try:
        outcomes = evaluator.evaluate(row, coverage)
    except Refused:
        return None
    for one in outcomes:
        if one.clause != stage.clause.id or one.kind != wanted or is_undecided(one.reason):
            continue
        if one.matter == target.matter or (target.matter is None and one.matter not in target.known):
            return way_of(stage, plan, tight, one)
    return None


class _Search:
    """One search over the plans for one outcome."""

    def __init__(self, stage: Stage, target: Target, wanted: Kind) -> None:
        self.stage = stage
        self.target = target
        self.wanted = wanted
        self.cut = False
        self.found: list[tuple[Plan, Tight]] = []
        self._queue: list[_Waiting] = []
        self._seen: set[tuple[object, ...]] = set()
        self._number = 0
        self._solver = solver_for(stage.schema, stage.as_of)

    def ways(self, start: Standing | None) -> list[tuple[Plan, Tight]]:
        """The smallest plans that do, smallest first."""
        if start is None or any(one.kind == "subject" for one in start.barriers):
            return []
        self._widen(_NOTHING, start)
        expanded = 0
        while self._queue and len(self.found) < MOST_WAYS:
            most = _ENOUGH_EVALUATIONS if self.found else _MOST_EVALUATIONS
            if expanded >= _MOST_EXPANDED or self.stage.evaluations >= most:
                self.cut = True
                break
            expanded += 1
            self._try(heappop(self._queue).plan)
        return self.found

    def _try(self, plan: Plan) -> None:
        if any(_covers(plan, done) for done, _ in self.found):
            return
        standing = self.stage.stand(plan, self.target, self.wanted)
        if standing is None:
            return
        if standing.barriers:
            self._widen(plan, standing)
            return
        plan, tight = smallest(self.stage, self.target, self.wanted, plan)
        if not any(_covers(plan, done) for done, _ in self.found):
            self.found.append((plan, tight))

    def _widen(self, plan: Plan, standing: Standing) -> None:
        """Larger plans: around the barrier with the fewest options, since all of them have to go."""
        best: list[Plan] = []
        least: tuple[bool, int] | None = None
        for barrier in standing.barriers:
            plans = self._around(plan, standing, barrier)
            if not plans and barrier.verdict != "null":
                # This one stays: nothing else can help.
                return
            # What gives null often hangs on what another barrier is about.
            rank = (barrier.verdict == "null", len(plans))
            if plans and (least is None or rank < least):
                best, least = plans, rank
        # Of plans of the same size the latest goes first, which has come furthest; within it the first option.
        for one in reversed(best):
            self._seen.add(one.key)
            self._number -= 1
            heappush(self._queue, _Waiting(measured(self.stage, one), self._number, one))

    def _around(self, plan: Plan, standing: Standing, barrier: Barrier) -> list[Plan]:
        plans = self._plans(plan, standing, options_of(self._solver, self.stage, standing, barrier))
        # Changed once and not enough: the figure stands in the formula more than once, and inverting comes no nearer.
        changed = {edit.place for edit in plan.edits}
        again = any(edit.place in changed for one in plans for edit in one.edits if edit not in plan.edits)
        if (plans and not again) or self.stage.evaluations > _MOST_BEFORE_BISECTION:
            return plans
        return plans + self._plans(plan, standing, bisected_options(self.stage, standing, plan, barrier))

    def _plans(self, plan: Plan, standing: Standing, options: list[Option]) -> list[Plan]:
        found: dict[tuple[object, ...], Plan] = {}
        for option in options:
            fragment = plan_of(option, standing.row)
            if fragment is None:
                continue
            larger = plan.joined(fragment)
            changes = len({edit.place[:2] for edit in larger.edits}) + len(larger.deliveries)
            if larger.key == plan.key or larger.key in self._seen or changes > _MOST_CHANGES:
                continue
            found.setdefault(larger.key, larger)
        return list(found.values())


def _covers(plan: Plan, done: Plan) -> bool:
    """Whether a plan changes everything that another one changes, which does already."""
    places = {edit.place for edit in plan.edits}
    return done.deliveries <= plan.deliveries and all(edit.place in places for edit in done.edits)


def options_of(solver: Solver, stage: Stage, standing: Standing, barrier: Barrier) -> list[Option]:
    """What the solver offers around one barrier."""
    clause, draft = stage.clause, standing.draft
    if draft is None or draft.scope is None:
        return event_options(solver, clause, standing.frame, standing.below) if barrier.kind == "event" else []
    scope = draft.scope
    found: list[Option] = []
    missing: frozenset[Missing] = frozenset()
    if barrier.test is not None:
        place = (scope.below or scope) if barrier.test.inherited and not barrier.test.floating else scope
        found = test_options(solver, barrier.test, place)
        value = place.value(barrier.test.expression)
        missing = lack_of(value) if isinstance(value, Unknown) else missing
    elif barrier.kind == "event":
        found = occurrence_options(solver, clause, scope)
        if draft.open_event:
            found += event_options(solver, clause, standing.frame, standing.below)
    elif barrier.kind == "amount":
        found = amount_options(solver, clause, draft)
    if barrier.verdict == "unknown":
        more = missing_options(solver, missing or _named(draft.reason.get("missing")), standing.row)
        # Where the solver knows what a fact has to say, any example of it is no help; a flag may be either.
        found += [one for one in more if not found or barrier.test is None or not _is_example(one)]
    return found


def _is_example(option: Option) -> bool:
    return any(isinstance(move, SetField) and move.free for move in option)


def _named(missing: object) -> frozenset[Missing]:
    """What an outcome says is missing."""
    listed = missing if isinstance(missing, list) else []
    return frozenset(
        Missing(str(one["fact"]), str(one["holder"]), str(one["period"])) for one in listed if isinstance(one, Mapping)
    )
