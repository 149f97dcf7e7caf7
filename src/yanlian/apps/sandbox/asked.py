"""Questions of the pages to the sandbox, as tasks: a result, a curve, the years to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.sandbox.opened import Opened, folder_of, key_of, opened
from yanlian.apps.tasks import R, Task, Tell, refused, started
from yanlian.engine.policy import PackFaults
from yanlian.engine.policy.revision.figures import ClauseFigure
from yanlian.engine.stream.sandbox import Answer, Judgement, compared
from yanlian.engine.stream.sandbox.curve import Point, curve, steps_between
from yanlian.engine.stream.sandbox.horizon import Facts, horizon

# A page waits so long for an answer before it shows progress.
WAIT_SECONDS: Final = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A scenario's answer, with what it was taken from."""

    opened: Opened
    judgement: Judgement
    answer: Answer


@dataclass(frozen=True, slots=True)
class Year:
    """Totals of a year, before and after."""

    ahead: int
    year: int
    before: tuple[int, int, int]
    after: tuple[int, int, int]


def _started(scenario: Scenario, what: str, work: Callable[[Opened, Tell], R]) -> Task[R]:
    folder = folder_of(scenario.snapshot)
    as_of, drafts = scenario.as_of, scenario.drafts
    try:
        key = key_of(scenario)
    except PackFaults as faults:
        return refused(faults)

    def run(tell: Tell) -> R:
        return work(opened(key, folder, as_of, tell, drafts=drafts), tell)

    return started(f"{key} {what}", run, WAIT_SECONDS)


def result_of(scenario: Scenario) -> Task[Result]:
    """What a scenario comes to."""
    proposal = scenario.proposal

    def work(box: Opened, tell: Tell) -> Result:
        judgement = box.sandbox.ask(proposal, tell)
        return Result(box, judgement, compared(box.base, judgement, box.who))

    return _started(scenario, f"result {proposal.digest}", work)


def curve_of(scenario: Scenario, figure: ClauseFigure, first: Decimal, last: Decimal, points: int) -> Task[list[Point]]:
    """Totals along a range of one figure, with the scenario's other changes."""
    proposal, values = scenario.proposal, steps_between(first, last, points)

    def work(box: Opened, tell: Tell) -> list[Point]:
        found: list[Point] = []
        for point in curve(box.sandbox, figure.at, values, figure.unit, proposal=proposal, tell=tell):
            found.append(point)
            tell(len(found), len(values))
        return found

    return _started(scenario, f"curve {proposal.digest} {figure.at} {first} {last} {points}", work)


def years_of(scenario: Scenario, years: int, facts: Facts) -> Task[list[Year]]:
    """Totals of this year and the years to come."""
    proposal = scenario.proposal

    def work(box: Opened, tell: Tell) -> list[Year]:
        found: list[Year] = []
        for ahead, sandbox in horizon(box.sandbox, (), years, facts=facts):
            before, after = sandbox.base(tell), sandbox.ask(proposal, tell)
            found.append(Year(ahead, sandbox.as_of.year, _totals(before), _totals(after)))
        return found

    return _started(scenario, f"years {proposal.digest} {years} {facts}", work)


def _totals(found: Judgement) -> tuple[int, int, int]:
    """Fen, eligible outcomes, and those that are unknown."""
    unknown = sum(one.kinds.get(kind, 0) for one in found.figures.values() for kind in ("unknown", "open"))
    return found.total_fen, sum(one.kinds.get("eligible", 0) for one in found.figures.values()), unknown
