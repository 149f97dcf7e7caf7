"""Which events of a dossier trigger a clause: certain ones by matter, and those that may exist undelivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Row
from yanlian.engine.dossier.row import PhantomRow
from yanlian.engine.feel import DateTime, IncompleteList, Missing, Unknown
from yanlian.engine.policy.compiled import CompiledClause, CompiledEvent, Expression
from yanlian.engine.policy.lack import lack_of, lack_of_member
from yanlian.engine.policy.outcome import ONCE
from yanlian.engine.policy.scope import Scope


@dataclass(slots=True, eq=False)
class Occurrence:
    """One event (or, without an event, the clause itself) to be judged. `missing`: what would have to be known to be
    sure that it counts; `nulls`: labels of rules about it that gave null."""

    scope: Scope
    matter: str = ""
    period: str = ""
    event_on: date | None = None
    missing: frozenset[Missing] = frozenset()
    nulls: list[str] = field(default_factory=list)
    repeated: list[date] = field(default_factory=list)
    # Nobody knows whether there is such an event, or which matter it is.
    open: bool = False


def occurrences(clause: CompiledClause, below: Scope) -> list[Occurrence]:
    """What there is to judge, in order of dates; empty when nothing triggers the clause.

    Of two events with the same matter and period the first by date is kept; the others are named in `repeated`.
    """
    event = clause.event
    if event is None:
        scope = Scope(clause.home, below.frame, below, below.day, {}) if clause.home.own else below
        once = Occurrence(scope)
        _set_period(clause, once)
        return [once]
    found = [one for one in _events(clause, event, below) if one is not None]
    if len(found) < 2:
        return found
    found.sort(key=lambda one: (one.open, one.event_on or date.max, one.matter))
    kept: dict[tuple[str, str], Occurrence] = {}
    loose: list[Occurrence] = []
    for one in found:
        first = None if one.open else kept.setdefault((one.matter, one.period), one)
        if first is None:
            loose.append(one)
        elif first is not one:
            if one.event_on is not None:
                first.repeated.append(one.event_on)
            # Which of the two is the first cannot be told while one of them is uncertain.
            first.missing |= one.missing
    return [*kept.values(), *loose]


def _events(clause: CompiledClause, event: CompiledEvent, below: Scope) -> Iterator[Occurrence | None]:
    if event.each.plain:
        value = below.frame.asked(event.each, below)
    else:
        outer = Scope(clause.home, below.frame, below, below.day, {}) if clause.home.own else below
        value = outer.value(event.each)
    if value is None or (type(value) is list and not value):
        return
    if isinstance(value, Unknown):
        yield _occurrence(clause, event, below, value, lack_of(value))
        return
    members = value if isinstance(value, list) else [value]
    for member in members:
        yield _occurrence(clause, event, below, member, frozenset())
    if isinstance(members, IncompleteList) and members.is_open:
        for member in members.maybe:
            yield _occurrence(clause, event, below, member, lack_of_member(member, members))
        if not members.bounded:
            yield _occurrence(clause, event, below, members.unknown(), lack_of(members))


def _occurrence(
    clause: CompiledClause, event: CompiledEvent, below: Scope, member: object, lack: frozenset[Missing]
) -> Occurrence | None:
    """One member as an event, or None when it certainly is none."""
    source = clause.source.event
    assert source is not None
    scope = Scope(clause.home, below.frame, below, below.day, {source.name: member, "事件": member})
    one = Occurrence(scope, missing=lack, open=bool(lack) and not _is_delivered(member))
    day = _day(event.date, scope)
    scope["事件日"] = day
    if isinstance(day, Unknown):
        one.missing |= lack_of(day)
        one.open = True
    elif isinstance(day, date):
        one.event_on = day
        if clause.source.parameters_on == "event":
            scope.day = day
    elif day is None:
        return None
    else:
        one.nulls.append("event.date")
    if not _in_window(clause, event, scope, day, one) or not _passes(event, scope, one):
        return None
    _set_matter(event, scope, member, one)
    _set_period(clause, one)
    return one


def _is_delivered(member: object) -> bool:
    return isinstance(member, Row) and not isinstance(member, PhantomRow)


def _day(expression: Expression, scope: Scope) -> object:
    value = scope.value(expression)
    return value.day if isinstance(value, DateTime) else value


def _in_window(clause: CompiledClause, event: CompiledEvent, scope: Scope, day: object, one: Occurrence) -> bool:
    """Whether the event's day may lie between the ends of the window and not after the as-of date."""
    source, document = clause.source.event, clause.document.source
    assert source is not None
    first: object = document.valid_from
    last: object = document.valid_to
    if source.window:
        first = _window_end(event.window_from, scope, one)
        last = _window_end(event.window_to, scope, one)
    earliest = day.low if isinstance(day, Unknown) else day
    latest = day.high if isinstance(day, Unknown) else day
    if isinstance(earliest, date) and earliest > scope.frame.as_of:
        return False
    if isinstance(earliest, date) and isinstance(last, date) and earliest > last:
        return False
    return not (isinstance(latest, date) and isinstance(first, date) and latest < first)


def _window_end(expression: Expression | None, scope: Scope, one: Occurrence) -> object:
    """One end of the window; None is open. Its parameters are those of the as-of date: the window belongs to the
    document, not to the event."""
    if expression is None:
        return None
    if scope.below is not None and scope.day != scope.below.day:
        event = {name: dict.__getitem__(scope, name) for name in scope.home.event_names if name in scope}
        scope = Scope(scope.home, scope.frame, scope.below, scope.below.day, event)
    value = _day(expression, scope)
    if isinstance(value, Unknown):
        one.missing |= lack_of(value)
    elif not isinstance(value, date):
        one.nulls.append("event.window")
    return value


def _passes(event: CompiledEvent, scope: Scope, one: Occurrence) -> bool:
    if event.where is None:
        return True
    verdict = scope.value(event.where)
    if isinstance(verdict, Unknown):
        one.missing |= lack_of(verdict)
        return True
    return verdict is True


def _set_matter(event: CompiledEvent, scope: Scope, member: object, one: Occurrence) -> None:
    if event.matter is None:
        words = member.key_text() if isinstance(member, Row) and not one.open else ()
        one.matter = " ".join(words) or (one.event_on.isoformat() if one.event_on else "")
        return
    value = scope.value(event.matter)
    if isinstance(value, Unknown):
        one.missing |= lack_of(value)
        one.open = True
    elif isinstance(value, str):
        one.matter = value
    elif isinstance(value, (Decimal, date)):
        one.matter = format(value, "f") if isinstance(value, Decimal) else value.isoformat()
    else:
        one.nulls.append("event.matter")


def _set_period(clause: CompiledClause, one: Occurrence) -> None:
    """The year that the entitlement belongs to, or once for ever."""
    frame = one.scope.frame
    text = clause.source.period.text
    if clause.period is None:
        year = one.event_on.year if one.event_on else frame.as_of.year
        one.period = ONCE if text == ONCE else str(year)
        return
    value = one.scope.value(clause.period)
    if isinstance(value, Unknown):
        one.missing |= lack_of(value)
        one.open = True
        one.period = str(frame.as_of.year)
    elif isinstance(value, Decimal):
        one.period = str(int(value))
    elif isinstance(value, str) and value:
        one.period = value
    else:
        one.period = str(frame.as_of.year)
        one.nulls.append("period")
