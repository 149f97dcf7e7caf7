"""The steps of a round as its page shows them: seven, each with its days and how many entries have passed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Min

from yanlian.apps.delivery.models import Entitlement, Event, Publicity
from yanlian.apps.delivery.queries import Overview
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


@dataclass(frozen=True)
class RoundStep:
    """One step. `state` is done, current or waiting; counts are of the entries that are still on the way."""

    title: Text
    state: str
    starts_on: date | None
    ends_on: date | None
    passed: int
    total: int

    @property
    def spans_days(self) -> bool:
        return self.ends_on != self.starts_on


def round_steps(overview: Overview) -> list[RoundStep]:
    """The seven steps; the first that not every entry has passed is the current one."""
    round_ = overview.round
    days = _days(round_.pk)
    on_way = {state: total.count for state, total in overview.by_state.items() if state in RANK}
    total = sum(on_way.values())
    steps: list[RoundStep] = []
    for rank, (verb, title) in enumerate(ROUND_STEPS, start=1):
        passed = sum(count for state, count in on_way.items() if RANK[state] >= rank)
        first, last = days.get(verb, (None, None))
        before_done = not steps or steps[-1].state == "done"
        state = "done" if total and passed == total else "current" if before_done and total else "waiting"
        steps.append(RoundStep(title, state, first, last, passed, total))
    return steps


def _days(round_id: int) -> dict[str, tuple[date, date]]:
    """First and last day of each verb; publicity lasts from its first to its last day."""
    events = Event.objects.filter(round=round_id, entitlement__isnull=False).order_by().values_list("verb")
    found = events.annotate(first=Min("on"), last=Max("on")).values_list("verb", "first", "last")
    days = {verb: (first, last) for verb, first, last in found}
    notice = Publicity.objects.filter(round=round_id).aggregate(first=Min("starts_on"), last=Max("ends_on"))
    if notice["first"]:
        days["publish"] = (notice["first"], notice["last"])
    return days
