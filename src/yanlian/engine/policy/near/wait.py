"""When time alone will do: the first later day on which the clause is reached and nothing else has happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from yanlian.engine.feel import ast
from yanlian.engine.policy.compiled import Expression
from yanlian.engine.policy.model import Definition
from yanlian.engine.policy.near.plan import Plan
from yanlian.engine.policy.near.standing import Stage, Standing, Target, is_target, is_undecided
from yanlian.engine.policy.near.told import Change, Way
from yanlian.engine.policy.outcome import Draft, Kind
from yanlian.engine.policy.scope import Scope

_CLOCK = frozenset({"评价日", "评价年度", "上年", "前年"})
_STEPS = (1, 7, 31, 92, 183, 366, 731, 1096, 1461, 1827, 2192, 2557, 2922, 3653)
_YEARS = 10
_DAY = timedelta(days=1)


def waiting_way(stage: Stage, target: Target, wanted: Kind, start: Standing | None) -> Way | None:
    """The way of waiting, checked on its first day and on the day before; None when time does not help.

    From a text that is out of force by then nothing is promised; nor where the day hangs on what is not known yet.
    """
    if start is None or not _may_help(stage, start):
        return None

    def reached(day: date) -> Draft | None:
        drafts = stage.on(day, stage.as_of)
        return next(
            (one for one in drafts if one.kind == wanted and not is_undecided(one.reason) and _is_same(one, target)),
            None,
        )

    last = stage.as_of
    for day in _days(stage):
        if not stage.clause.document.source.in_force_on(day):
            return None
        if reached(day) is not None:
            break
        last = day
    else:
        return None
    first = _first(last, day, lambda one: reached(one) is not None)
    draft = reached(first)
    if draft is None or reached(first - _DAY) is not None:
        return None
    days = (first - stage.as_of).days
    change = Change(
        kind="wait",
        what="day",
        fact="评价日",
        fact_en="As-of date",
        present=stage.as_of.isoformat(),
        op=">=",
        needed=first.isoformat(),
        difference=str(days),
        unit="天",
        type="date",
        exact=True,
        day=first,
    )
    return Way("wait", (change,), wanted, draft.amount_fen, days * 1_000_000 // 365, Plan())


def _is_same(draft: Draft, target: Target) -> bool:
    if target.matter is None:
        return is_target(draft, target) and not draft.open_event
    return draft.matter == target.matter


def _first(before: date, after: date, reached: Callable[[date], bool]) -> date:
    low, high = before.toordinal(), after.toordinal()
    while high - low > 1:
        middle = (low + high) // 2
        if reached(date.fromordinal(middle)):
            high = middle
        else:
            low = middle
    return date.fromordinal(high)


def _days(stage: Stage) -> Iterator[date]:
    """Days to try, in order: those that the dossier's own dates point to, and ever longer steps."""
    last = stage.as_of + timedelta(days=366 * _YEARS)
    found = {stage.as_of + timedelta(days=step) for step in _STEPS}
    for read in stage.reads(Plan()):
        if isinstance(read.value, date):
            found |= set(_anniversaries(read.value))
    for kind in stage.schema.records.values():
        stored = stage.row.get(kind.key)
        for one in stored if kind.period and isinstance(stored, (list, tuple)) else ():
            day = one.get(kind.period)
            if isinstance(day, date):
                found.add(day)
    yield from sorted(day for day in found if stage.as_of < day <= last)


def _anniversaries(day: date) -> Iterator[date]:
    for years in range(_YEARS + 1):
        try:
            turned = day.replace(year=day.year + years)
        except ValueError:
            turned = date(min(day.year + years, 9999), 3, 1)
        yield turned
        yield turned + _DAY


def _may_help(stage: Stage, start: Standing) -> bool:
    """Whether anything in the way looks at the clock, or a record of the dossier lies in the future."""
    if any(one.kind in {"subject", "first_time"} for one in start.barriers):
        return False
    scope = start.draft.scope if start.draft is not None else None
    for barrier in start.barriers:
        if barrier.kind == "event":
            return True
        if barrier.test is not None and scope is not None and _reads_clock(barrier.test.expression, scope, set()):
            return True
    return any(barrier.kind == "amount" for barrier in start.barriers)


def _reads_clock(expression: Expression, scope: Scope, seen: set[str]) -> bool:
    for node, _ in ast.walk(expression.compiled.ast):
        if not isinstance(node, ast.Name) or node.name in seen:
            continue
        if node.name in _CLOCK or node.name in scope.frame.dossier.schema.names:
            return True
        seen.add(node.name)
        item = scope.home.visible.get(node.name)
        if item is None:
            continue
        if item.table is not None or not isinstance(item.source, Definition):
            # A table may look anywhere; a parameter has its dates.
            return True
        if item.expression is not None and _reads_clock(item.expression, scope, seen):
            return True
    return False
