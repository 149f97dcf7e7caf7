"""What pages and checks ask of the ledger: balances as sums of integers, the trial balance, open reservations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from yanlian.apps.ledger.models import Account, Transfer

# How a kind of transfer changes (final sum, reserved sum) of its two accounts. Ending a reservation releases it.
_EFFECT: dict[str, tuple[int, int]] = {"direct": (1, 0), "pending": (0, 1), "post": (1, -1), "void": (0, -1)}


@dataclass(frozen=True)
class Balance:
    """An account with its sums in fen."""

    account: Account
    given_fen: int
    taken_fen: int
    reserved_in_fen: int
    reserved_out_fen: int

    @property
    def balance_fen(self) -> int:
        """What it was given less what was taken; negative for a source of money."""
        return self.given_fen - self.taken_fen

    @property
    def available_fen(self) -> int:
        """The balance less what is reserved to go out; what is reserved to come in does not count yet."""
        return self.balance_fen - self.reserved_out_fen


def balances(codes: Sequence[str] | None = None) -> dict[str, Balance]:
    """Balances by account code, of all accounts or of those named."""
    accounts = Account.objects.all() if codes is None else Account.objects.filter(code__in=codes)
    rows = list(accounts)
    ids = None if codes is None else [row.pk for row in rows]
    taken = _sums("debit", ids)
    given = _sums("credit", ids)
    nothing = (0, 0)
    return {
        row.code: Balance(
            row,
            given.get(row.pk, nothing)[0],
            taken.get(row.pk, nothing)[0],
            given.get(row.pk, nothing)[1],
            taken.get(row.pk, nothing)[1],
        )
        for row in rows
    }


def total_fen() -> int:
    """The sum of all balances: zero, or the ledger is broken."""
    return sum(balance.balance_fen for balance in balances().values())


def open_reservations() -> QuerySet[Transfer]:
    """Reservations neither posted nor voided."""
    return Transfer.objects.filter(kind=Transfer.Kind.PENDING, settlement__isnull=True)


def _sums(side: str, ids: Sequence[int] | None) -> dict[int, tuple[int, int]]:
    """Per account of one side: (final sum, reserved sum) in fen."""
    transfers = Transfer.objects.all() if ids is None else Transfer.objects.filter(**{f"{side}__in": ids})
    sums: dict[int, tuple[int, int]] = {}
    for account, kind, fen in transfers.values_list(side, "kind").annotate(fen=Sum("amount_fen")).order_by():
        final, reserved = sums.get(account, (0, 0))
        # PostgreSQL gives the sum of bigint as numeric; the value is whole.
        by_final, by_reserved = _EFFECT[kind]
        sums[account] = (final + by_final * int(fen), reserved + by_reserved * int(fen))
    return sums
