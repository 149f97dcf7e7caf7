"""What pages and the API ask of delivery: rounds with totals, lists, 'my benefits', what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from yanlian.apps.delivery.accounts import masked
from yanlian.apps.delivery.machine import FINAL, VERBS, acceptance_ends
from yanlian.apps.delivery.models import Entitlement, Event, Objection, Publicity, Round
from yanlian.apps.delivery.permissions import (
    Visitor,
    entitlements_visible_to,
    may_see_bank_data,
    parties,
    rounds_visible_to,
)

S = Entitlement.State


@dataclass(frozen=True)
class Total:
    """How many entitlements are in a state, and for how much."""

    count: int
    sum_fen: int


@dataclass(frozen=True)
class Overview:
    """A round with its totals by state."""

    round: Round
    by_state: Mapping[str, Total]

    @property
    def total(self) -> Total:
        return self.of(*self.by_state)

    def of(self, *states: str) -> Total:
        """The total over some states."""
        found = [self.by_state[state] for state in states if state in self.by_state]
        return Total(sum(one.count for one in found), sum(one.sum_fen for one in found))

    @property
    def step(self) -> int:
        """The step (1 to 5, as in STEPS) that the entry furthest behind is in; 5 when nothing is left to do."""
        return min((STEP_OF[state] for state in self.by_state if state not in FINAL), default=5)


# The five steps shown to people: a word each, and the states in which the step is the one under way.
STEPS: tuple[tuple[str, str], ...] = (
    ("拟定确认", "List confirmed"),
    ("公示", "Publicity"),
    ("确认账户", "Account confirmed"),
    ("核验拨付", "Checked and sent"),
    ("到账", "Received"),
)
STEP_OF: dict[str, int] = {
    S.DRAFT: 1,
    S.CORRECTED: 1,
    S.CONFIRMED: 2,
    S.PUBLISHED: 3,
    S.OBJECTED: 2,
    S.REJECTED: 2,
    S.WAIVED: 3,
    S.EXPIRED: 3,
    S.RETURNED: 3,
    S.ACCEPTED: 4,
    S.HELD: 4,
    S.CLEARED: 4,
    S.SENT: 5,
    S.PAID: 5,
    S.CLOSED: 5,
    S.RECLAIMED: 5,
    S.REFUNDED: 5,
}
# The event that finishes each step.
_FINISHES = {"confirm": 1, "publish": 2, "accept": 3, "send": 4, "pay": 5}


@dataclass(frozen=True)
class Step:
    """One of the five steps of an entitlement; `done_on` is None while it is not done."""

    zh: str
    en: str
    done_on: date | None
    under_way: bool


@dataclass(frozen=True)
class Benefit:
    """One line of 'my benefits'. `account` is masked, and empty for those who may not see it."""

    entitlement: Entitlement
    steps: Sequence[Step]
    account: str
    # While it can be objected to and accepted; None outside these steps.
    objections_until: date | None
    accept_until: date | None
    verbs: Sequence[str]


def rounds(user: Visitor) -> list[Overview]:
    """The rounds this user sees, newest first, with totals by state."""
    visible = list(rounds_visible_to(user).select_related("run"))
    totals = _totals(Q(round__in=[round_.pk for round_ in visible]))
    return [Overview(round_, totals.get(round_.pk, {})) for round_ in visible]


def round_overview(user: Visitor, round_id: int) -> Overview | None:
    """One round, or None when this user does not see it."""
    round_ = rounds_visible_to(user).select_related("run").filter(pk=round_id).first()
    return Overview(round_, _totals(Q(round=round_)).get(round_.pk, {})) if round_ else None


def entitlements(
    user: Visitor,
    *,
    round_id: int | None = None,
    state: str = "",
    clause: str = "",
    department: str = "",
    search: str = "",
) -> QuerySet[Entitlement]:
    """The entitlements this user sees, filtered; `search` looks in name, code and matter. Pages page over it."""
    found = entitlements_visible_to(user).select_related("entity", "round", "publicity")
    if round_id is not None:
        found = found.filter(round=round_id)
    for field, value in {"state": state, "clause": clause, "department": department}.items():
        if value:
            found = found.filter(**{field: value})
    if search:
        found = found.filter(
            Q(entity__name__icontains=search) | Q(entity__code__iexact=search) | Q(matter__icontains=search)
        )
    return found


def sums(found: QuerySet[Entitlement]) -> Total:
    """Count and sum of a list, for its footer and for the check page."""
    row = found.order_by().aggregate(count=Count("pk"), fen=Sum("amount_fen"))
    return Total(row["count"], int(row["fen"] or 0))


def benefits(user: Visitor, entity_code: str) -> list[Benefit]:
    """'My benefits' of an entity: what it is due, how far each is, what it may do; for the offices that see it too."""
    rows = list(
        entitlements_visible_to(user)
        .filter(entity__code=entity_code)
        .select_related("entity", "round", "publicity", "bank_account")
        .order_by("-state_on", "pk")
    )
    finished = _finished([row.pk for row in rows])
    shows_bank = may_see_bank_data(user, entity_code)
    return [
        Benefit(
            row,
            steps(row.state, finished.get(row.pk, {})),
            masked(row.bank_account) if row.bank_account and shows_bank else "",
            row.publicity.ends_on if row.publicity and row.state in (S.PUBLISHED, S.OBJECTED) else None,
            acceptance_ends(row) if row.publicity and row.state == S.PUBLISHED else None,
            verbs_for_entitlement(user, row),
        )
        for row in rows
    ]


def steps(state: str, finished: Mapping[int, date]) -> list[Step]:
    """The five steps: a step behind the one under way shows the day it was last finished."""
    now = STEP_OF[state]
    over = state in FINAL or state == S.PAID
    return [
        Step(
            zh,
            en,
            finished.get(at) if at < now or (at == now and over) else None,
            under_way=at == now and not over,
        )
        for at, (zh, en) in enumerate(STEPS, start=1)
    ]


def verbs_for_round(user: Visitor, overview: Overview) -> dict[str, Total]:
    """The verbs this user may do on the round now, with how many entries and how much each would take."""
    mine = parties(user, overview.round.department)
    return {
        name: overview.of(*verb.before)
        for name, verb in VERBS.items()
        if verb.parties & mine - {"public"} and overview.of(*verb.before).count
    }


def verbs_for_entitlement(user: Visitor, row: Entitlement) -> list[str]:
    """The verbs this user may do on one entitlement in its present state."""
    mine = parties(user, row.department, row.entity.code)
    return [name for name, verb in VERBS.items() if row.state in verb.before and verb.parties & mine]


def history(user: Visitor, entitlement_id: int) -> list[Event]:
    """Everything that happened to an entitlement, for those who see it; an empty list for others."""
    if not entitlements_visible_to(user).filter(pk=entitlement_id).exists():
        return []
    return list(Event.objects.filter(entitlement=entitlement_id).select_related("by"))


def notices(on: date) -> QuerySet[Publicity]:
    """Notices that are public on a day; anyone may see them."""
    return Publicity.objects.filter(starts_on__lte=on, ends_on__gte=on).select_related("round").order_by("-starts_on")


def notice_lines(publicity_id: int, on: date) -> QuerySet[Entitlement]:
    """The list of a notice while it is public: names and amounts, no bank data."""
    return (
        Entitlement.objects.filter(publicity__in=notices(on).filter(pk=publicity_id))
        .select_related("entity")
        .order_by("clause", "entity__code", "pk")
    )


def open_objections(round_id: int) -> int:
    """How many objections of a round wait for an answer."""
    return Objection.objects.filter(round=round_id, state=Objection.State.OPEN).count()


def _totals(where: Q) -> dict[int, dict[str, Total]]:
    found: dict[int, dict[str, Total]] = {}
    rows = Entitlement.objects.filter(where).order_by().values_list("round", "state")
    for round_, state, count, fen in rows.annotate(count=Count("pk"), fen=Sum("amount_fen")):
        found.setdefault(round_, {})[state] = Total(count, int(fen))
    return found


def _finished(ids: Sequence[int]) -> dict[int, dict[int, date]]:
    """For each entitlement: step → the day it was last finished."""
    found: dict[int, dict[int, date]] = {}
    events = Event.objects.filter(entitlement__in=ids, verb__in=list(_FINISHES)).order_by("pk")
    for pk, verb, on in events.values_list("entitlement", "verb", "on"):
        assert pk is not None
        found.setdefault(pk, {})[_FINISHES[verb]] = on
    return found
