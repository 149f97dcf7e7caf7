"""The writers of the ledger: open an account, transfer, reserve, post, void.

Every action may be repeated: the same key with the same content is answered with the transfer that stands (`already`),
the same key with other content is refused. Accounts are locked in one order, so that two writers never wait for each
other in a circle and a limit is checked against what nobody else can change meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from yanlian.apps.ledger.models import Account, Transfer
from yanlian.apps.ledger.queries import balances
from yanlian.apps.people.access import Permission, permits
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

# 100 billion yuan: a sum over 900,000 transfers of this size still fits into 64 bits.
LARGEST_FEN = 10_000_000_000_000
_BATCH = 500


@dataclass(frozen=True)
class Entry:
    """One wish: take `amount_fen` from the account `debit` and give it to `credit`, under a key that names it."""

    key: str
    debit: str
    credit: str
    amount_fen: int
    memo: str = ""


@dataclass(frozen=True)
class Settling:
    """One wish to end the reservation `pending` (its key): post or void it, under a key of its own."""

    key: str
    pending: str
    kind: Transfer.Kind
    memo: str = ""


@dataclass(frozen=True)
class Answer:
    """The transfer that stands under the key; `already` when it stood before this call."""

    transfer: Transfer
    already: bool


def open_account(code: str, name: str, kind: Account.Kind, by: User | None, *, limited: bool = False) -> Account:
    """The account of that code, opened if there is none. Another kind than it has is refused (`account_differs`)."""
    with transaction.atomic():
        account, _ = Account.objects.get_or_create(
            code=code,
            defaults={"name": name, "kind": kind, "limited": limited, "opened_at": timezone.now(), "opened_by": by},
        )
        if account.kind != kind:
            raise Refused("account_differs", account=code, expected=account.kind, found=str(kind))
        return account


def grant_budget(key: str, document: str, year: int, amount_fen: int, by: User | None) -> Answer:
    """Give the budget of a document and year an amount; from then on it never spends more than it was given.

    Only the finance bureau grants (`grant_not_allowed`). Refused with `account_overdrawn` when more is already spent
    than all grants together allow.
    """
    if not permits(by or AnonymousUser(), Permission.PAY):
        raise Refused("grant_not_allowed")
    with transaction.atomic():
        open_account("source", "财政拨款", Account.Kind.SOURCE, by)
        budget = budget_account(document, year, by)
        answer = transfer(Entry(key, "source", budget.code, amount_fen, "预算下达"), by)
        balance = balances([budget.code])[budget.code]
        if balance.available_fen < 0:
            raise Refused("account_overdrawn", account=budget.code, wanted_fen=0, available_fen=balance.available_fen)
        # Repeating changes nothing: the account is limited for good once it has a budget.
        Account.objects.filter(pk=budget.pk, limited=False).update(limited=True)
        return answer


def budget_account(document: str, year: int, by: User | None) -> Account:
    """The account that payments under a document draw on in a year; unlimited until a budget is granted."""
    return open_account(f"budget:{document}:{year}", f"{document} {year} 年度预算", Account.Kind.BUDGET, by)


def transfer(entry: Entry, by: User | None) -> Answer:
    """Move money at once."""
    return transfer_many([entry], by)[0]


def transfer_many(entries: Sequence[Entry], by: User | None) -> list[Answer]:
    """Move money at once, all or nothing, answered in the order asked."""
    return _enter(Transfer.Kind.DIRECT, entries, by)


def reserve(entry: Entry, by: User | None) -> Answer:
    """Reserve money until it is posted or voided."""
    return reserve_many([entry], by)[0]


def reserve_many(entries: Sequence[Entry], by: User | None) -> list[Answer]:
    """Reserve several amounts, all or nothing, answered in the order asked."""
    return _enter(Transfer.Kind.PENDING, entries, by)


def post(key: str, pending: str, by: User | None, memo: str = "") -> Answer:
    """Make a reservation final, once."""
    return settle_many([Settling(key, pending, Transfer.Kind.POST, memo)], by)[0]


def void(key: str, pending: str, by: User | None, memo: str = "") -> Answer:
    """Give a reservation up, once."""
    return settle_many([Settling(key, pending, Transfer.Kind.VOID, memo)], by)[0]


def settle_many(wishes: Sequence[Settling], by: User | None) -> list[Answer]:
    """Post or void reservations, all or nothing. Refused with `transfer_unknown` or `transfer_settled`."""
    with transaction.atomic():
        pendings = _by_key({wish.pending for wish in wishes})
        for wish in wishes:
            if wish.pending not in pendings or pendings[wish.pending].kind != Transfer.Kind.PENDING:
                raise Refused("transfer_unknown", key=wish.pending)
        _lock({row.debit_id for row in pendings.values()} | {row.credit_id for row in pendings.values()})

        def make() -> list[Transfer]:
            settled = _settlements([row.pk for row in pendings.values()])
            fresh = []
            for wish in wishes:
                row = _settlement(wish, pendings[wish.pending], by)
                stands = settled.setdefault(pendings[wish.pending].pk, row)
                if stands.key != row.key:
                    raise Refused("transfer_settled", key=wish.pending, found=stands.kind)
                fresh.append(row)
            return fresh

        return _insert(make)


def _enter(kind: Transfer.Kind, entries: Sequence[Entry], by: User | None) -> list[Answer]:
    """Direct and pending transfers: look accounts up, lock them, check limits, insert what is not there yet."""
    with transaction.atomic():
        for entry in entries:
            if not 0 < entry.amount_fen <= LARGEST_FEN:
                raise Refused("transfer_amount", key=entry.key, found=entry.amount_fen, expected=LARGEST_FEN)
            if entry.debit == entry.credit:
                raise Refused("transfer_same_account", key=entry.key, account=entry.debit)
        codes = {entry.debit for entry in entries} | {entry.credit for entry in entries}
        accounts = {account.code: account for account in Account.objects.filter(code__in=codes)}
        for code in sorted(codes - accounts.keys()):
            raise Refused("account_unknown", account=code)
        # Read again under the lock: `limited` may have changed since.
        locked = _lock({account.pk for account in accounts.values()})

        def make() -> list[Transfer]:
            rows = [
                Transfer(
                    key=entry.key,
                    kind=kind,
                    debit=locked[accounts[entry.debit].pk],
                    credit=locked[accounts[entry.credit].pk],
                    amount_fen=entry.amount_fen,
                    memo=entry.memo,
                    made_at=timezone.now(),
                    by=by,
                )
                for entry in entries
            ]
            _refuse_beyond_limits(rows)
            return rows

        return _insert(make)


def _insert(make: Callable[[], list[Transfer]]) -> list[Answer]:
    """Insert the rows whose key is new and answer all. A second try only when another writer took a key meanwhile."""
    for last in (False, True):
        wanted = make()
        standing = _by_key({row.key for row in wanted})
        first: dict[str, Transfer] = {}
        for row in wanted:
            other = standing.get(row.key) or first.setdefault(row.key, row)
            if _content(other) != _content(row):
                raise Refused("transfer_differs", key=row.key, expected=other.amount_fen, found=row.amount_fen)
        try:
            with transaction.atomic():
                Transfer.objects.bulk_create(first.values(), batch_size=_BATCH)
        except IntegrityError as error:
            if last:
                raise Refused("transfer_conflict", key=next(iter(first), "")) from error
            continue
        seen: set[str] = set(standing)
        answers = []
        for row in wanted:
            answers.append(Answer(standing.get(row.key) or first[row.key], row.key in seen))
            seen.add(row.key)
        return answers
    raise AssertionError("unreachable: the second try returns or raises")


def _content(row: Transfer) -> tuple[object, ...]:
    return (row.kind, row.debit_id, row.credit_id, row.amount_fen, row.pending_id, row.memo)


def _refuse_beyond_limits(rows: Sequence[Transfer]) -> None:
    """A limited account gives at most what it has; what stands already under its key is not counted twice."""
    standing = _by_key({row.key for row in rows})
    wanted: dict[str, int] = {}
    for row in {row.key: row for row in rows if row.key not in standing}.values():
        if row.debit.limited:
            wanted[row.debit.code] = wanted.get(row.debit.code, 0) + row.amount_fen
    for code, balance in balances(list(wanted)).items():
        if wanted[code] > balance.available_fen:
            raise Refused(
                "account_overdrawn", account=code, wanted_fen=wanted[code], available_fen=balance.available_fen
            )


def _settlement(wish: Settling, pending: Transfer, by: User | None) -> Transfer:
    return Transfer(
        key=wish.key,
        kind=wish.kind,
        debit_id=pending.debit_id,
        credit_id=pending.credit_id,
        amount_fen=pending.amount_fen,
        pending=pending,
        memo=wish.memo,
        made_at=timezone.now(),
        by=by,
    )


def _lock(ids: Iterable[int]) -> dict[int, Account]:
    """Hold the accounts until the transaction ends (PostgreSQL; SQLite has one writer anyway), in order of id."""
    return {
        row.pk: row for row in Account.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk")
    }


def _by_key(keys: set[str]) -> dict[str, Transfer]:
    found: dict[str, Transfer] = {}
    listed = sorted(keys)
    for start in range(0, len(listed), _BATCH):
        found.update({row.key: row for row in Transfer.objects.filter(key__in=listed[start : start + _BATCH])})
    return found


def _settlements(ids: Sequence[int]) -> dict[int, Transfer]:
    found: dict[int, Transfer] = {}
    for start in range(0, len(ids), _BATCH):
        for row in Transfer.objects.filter(pending__in=ids[start : start + _BATCH]):
            found[row.pending_id or 0] = row
    return found
