"""What pages show of a round and of one entitlement besides its rows: sums by state, and the steps with their days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, QuerySet, Sum

from yanlian.apps.delivery.models import Entitlement, Event, Publicity, Round
from yanlian.ui.words import Text

S = Entitlement.State

# How far along the way a state stands; a state that is not here has left it.
RANK: Mapping[str, int] = {
    S.DRAFT: 1,
    S.CORRECTED: 1,
    S.CONFIRMED: 2,
    S.PUBLISHED: 3,
    S.OBJECTED: 3,
    S.RETURNED: 3,
    S.ACCEPTED: 4,
    S.HELD: 4,
    S.CLEARED: 5,
    S.SENT: 6,
    S.PAID: 7,
    S.CLOSED: 7,
}
# (verb that makes the step, its title). The place in the list, from 1, is the rank of the step.
ROUND_STEPS: tuple[tuple[str, Text], ...] = (
    ("draft", ("拟定", "Draft")),
    ("confirm", ("确认", "Confirm")),
    ("publish", ("公示", "Publicity")),
    ("accept", ("账户确认", "Account")),
    ("clear", ("核验", "Check")),
    ("send", ("拨付", "Disburse")),
    ("pay", ("到账", "Paid")),
)
# What the beneficiary sees: the same way in five steps, each with the rank it ends at.
OWN_STEPS: tuple[tuple[str, Text, int], ...] = (
    ("confirm", ("部门确认", "Department confirms"), 2),
    ("publish", ("公示", "Publicity"), 3),
    ("accept", ("确认账户", "You confirm the account"), 4),
    ("send", ("核验拨付", "Check and disbursement"), 6),
    ("pay", ("到账", "Money received"), 7),
)


@dataclass(frozen=True)
class Step:
    """One step of the way. `state` is done, current or waiting; counts are of entries still on the way."""

    title: Text
    state: str
    starts_on: date | None = None
    ends_on: date | None = None
    passed: int = 0
    total: int = 0

    @property
    def spans_days(self) -> bool:
        return self.ends_on is not None and self.ends_on != self.starts_on


@dataclass(frozen=True)
class StateSum:
    """How many entries of a round are in a state, and for how much."""

    state: str
    count: int
    sum_fen: int


def sums_by_state(round_: Round) -> list[StateSum]:
    """In the order of the way; only states that occur."""
    found = {
        state: StateSum(state, count, int(fen))
        for state, count, fen in round_.entitlements.order_by()
        .values_list("state")
        .annotate(count=Count("pk"), fen=Sum("amount_fen"))
        .values_list("state", "count", "fen")
    }
    return [found[state] for state in S.values if state in found]


def round_steps(round_: Round, sums: Iterable[StateSum]) -> list[Step]:
    """The seven steps of a round with the days on which they were made."""
    days = _days(Event.objects.filter(round=round_, entitlement__isnull=False))
    notice = Publicity.objects.filter(round=round_).aggregate(first=Min("starts_on"), last=Max("ends_on"))
    on_way = [one for one in sums if one.state in RANK]
    total = sum(one.count for one in on_way)
    steps = []
    reached_all = total > 0
    for rank, (verb, title) in enumerate(ROUND_STEPS, start=1):
        passed = sum(one.count for one in on_way if RANK[one.state] >= rank)
        first, last = days.get(verb, (None, None))
        if verb == "publish" and notice["first"]:
            first, last = notice["first"], notice["last"]
        done = passed == total and total > 0
        state = "done" if done else "current" if reached_all else "waiting"
        reached_all = reached_all and done
        steps.append(Step(title, state, first, last, passed, total))
    return steps


def own_steps(row: Entitlement, on: date) -> list[Step]:
    """The five steps of one entitlement on a day. One that left the way shows how far it came."""
    days = _days(row.events.all())
    rank = RANK.get(row.state, 0)
    steps = []
    current_seen = rank == 0
    for verb, title, ends_at in OWN_STEPS:
        first, last = days.get(verb, (None, None))
        done = rank >= ends_at or (rank == 0 and first is not None)
        shown = done
        if verb == "publish" and row.publicity is not None:
            first, last = row.publicity.starts_on, row.publicity.ends_on
            # The list stands in public from its first day on; the step is done when its last day has passed.
            shown, done = True, done and (rank > ends_at or on > last)
        state = "done" if done else "waiting" if current_seen else "current"
        current_seen = current_seen or not done
        steps.append(Step(title, state, first if shown else None, last if shown else None))
    return steps


def _days(events: QuerySet[Event]) -> dict[str, tuple[date, date]]:
    """First and last day of each verb."""
    found = events.order_by().values_list("verb").annotate(first=Min("on"), last=Max("on"))
    return {verb: (first, last) for verb, first, last in found.values_list("verb", "first", "last")}
