"""The one writer of states: moves entitlements by compare-and-set and records each change as an event.

Locks are taken in one order everywhere – the payment desk, the round, its entitlements by id, accounts of the ledger –
so that two actions never wait for each other in a circle. `no_key`: new rows may refer to a row that is
held (PostgreSQL checks foreign keys with a lock of its own), else an event's insert would close such a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from yanlian.apps.delivery.machine import VERBS
from yanlian.apps.delivery.models import Entitlement, Event, Round
from yanlian.apps.delivery.permissions import require
from yanlian.apps.ledger.actions import open_account
from yanlian.apps.ledger.models import Account
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

BATCH = 500
BANK = "bank"
T = TypeVar("T")


@dataclass(frozen=True)
class NotMoved:
    """An entitlement the verb left alone: `already` when it stands where the verb leads, else a refusal's code."""

    entitlement: int
    state: str
    code: str


@dataclass(frozen=True)
class Moved:
    """What a verb did: the rows it moved, and those it did not with the reason."""

    verb: str
    rows: list[Entitlement] = field(default_factory=list)
    others: list[NotMoved] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def sum_fen(self) -> int:
        return sum(row.amount_fen for row in self.rows)


def move(
    verb: str,
    ids: Iterable[int],
    by: User | None,
    on: date,
    *,
    data: Mapping[str, object] | None = None,
    data_of: Mapping[int, Mapping[str, object]] | None = None,
    changes: Mapping[str, object] | None = None,
) -> Moved:
    """Move the entitlements that are in a state the verb starts from; report the others. Call inside a transaction.

    `changes` are set on every row, `data` goes into every event and `data_of` into that of one row. Refused with
    `not_allowed` when the user may not do the verb on one of them: then nothing is moved.
    """
    assert connection.in_atomic_block, "a verb is one transaction with what belongs to it"
    step = VERBS[verb]
    wanted = sorted(set(ids))
    found = lock_entitlements(wanted)
    for row in found:
        require(verb, by, row.department, row.entity.code)
    moving = [row for row in found if row.state in step.before]
    moved = Moved(verb, moving, _others(step.after, wanted, found, moving))
    events = [
        Event(
            round_id=row.round_id,
            entitlement=row,
            verb=verb,
            before=row.state,
            after=step.after,
            on=on,
            made_at=timezone.now(),
            by=by,
            data={**(data or {}), **(data_of or {}).get(row.pk, {})},
        )
        for row in moving
    ]
    for before in sorted({row.state for row in moving}):
        ids_before = [row.pk for row in moving if row.state == before]
        for chunk in chunks(ids_before):
            changed = Entitlement.objects.filter(pk__in=chunk, state=before).update(
                state=step.after, state_on=on, **(changes or {})
            )
            if changed != len(chunk):
                raise Refused("changed_meanwhile", expected=len(chunk), found=changed)
    Event.objects.bulk_create(events, batch_size=BATCH)
    for row in moving:
        for name, value in {"state": step.after, "state_on": on, **(changes or {})}.items():
            setattr(row, name, value)
    return moved


def record(round_: Round, verb: str, by: User | None, on: date, data: Mapping[str, object]) -> None:
    """An event of a round as a whole."""
    Event.objects.create(round=round_, verb=verb, on=on, made_at=timezone.now(), by=by, data=dict(data))


def lock_round(round_id: int, *, closed_too: bool = False) -> Round:
    """The round, held until the transaction ends. Refused with `round_unknown` or `round_closed`."""
    round_ = Round.objects.select_for_update(no_key=True).filter(pk=round_id).first()
    if round_ is None:
        raise Refused("round_unknown", round=round_id)
    if round_.state == Round.State.CLOSED and not closed_too:
        raise Refused("round_closed", round=round_.title)
    return round_


def lock_desk(by: User | None) -> Account:
    """The payment desk: whoever moves money holds the bank account of the ledger first."""
    open_account(BANK, "银行付款", Account.Kind.BANK, by)
    return Account.objects.select_for_update(no_key=True).get(code=BANK)


def lock_entitlements(ids: Sequence[int]) -> list[Entitlement]:
    """The entitlements with their entities, by id, held until the transaction ends."""
    return [
        row
        for chunk in chunks(ids)
        for row in Entitlement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("entity", "bank_account")
        .filter(pk__in=chunk)
        .order_by("pk")
    ]


def ids_in(round_: Round, states: Iterable[str], ids: Iterable[int] | None = None) -> list[int]:
    """Ids of a round's entitlements: those named, or all in the given states."""
    inside = Entitlement.objects.filter(round=round_).order_by("pk")
    if ids is None:
        return list(inside.filter(state__in=list(states)).values_list("pk", flat=True))
    wanted = sorted(set(ids))
    there = {pk for chunk in chunks(wanted) for pk in inside.filter(pk__in=chunk).values_list("pk", flat=True)}
    if len(there) != len(wanted):
        raise Refused("entitlement_unknown", found=next(pk for pk in wanted if pk not in there))
    return wanted


def chunks(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """SQLite takes at most 999 parameters in a statement."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _others(
    after: str, wanted: Sequence[int], found: Sequence[Entitlement], moving: Sequence[Entitlement]
) -> list[NotMoved]:
    states = {row.pk: row.state for row in found}
    moved = {row.pk for row in moving}
    others = []
    for pk in wanted:
        if pk not in moved:
            state = states.get(pk, "")
            code = "already" if state == after else ("wrong_state" if state else "entitlement_unknown")
            others.append(NotMoved(pk, state, code))
    return others
