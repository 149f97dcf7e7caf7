"""The ledger: transfers happen once, reservations end once, limits hold, and everything adds up to zero."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanlian.apps.ledger.actions import (
    LARGEST_FEN,
    Entry,
    Settling,
    grant_budget,
    open_account,
    post,
    reserve,
    reserve_many,
    settle_many,
    transfer,
    transfer_many,
    void,
)
from yanlian.apps.ledger.models import Account, Transfer
from yanlian.apps.ledger.queries import balances, open_reservations, total_fen
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


def accounts() -> None:
    for code in ("a", "b", "c"):
        open_account(code, code, Account.Kind.BUDGET, None)
    open_account("limited", "limited", Account.Kind.BUDGET, None, limited=True)


def refused(code: str, call: Callable[..., object], *args: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args)
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")
    return caught.value


def test_the_same_transfer_again_is_answered_as_done_and_other_contents_are_refused():
    accounts()
    entry = Entry("k", "a", "b", 100, "memo")
    first = transfer(entry, None)
    again = transfer(entry, None)
    assert (first.already, again.already, again.transfer.pk) == (False, True, first.transfer.pk)
    for other in (
        Entry("k", "a", "b", 101, "memo"),
        Entry("k", "b", "a", 100, "memo"),
        Entry("k", "a", "c", 100, "memo"),
        Entry("k", "a", "b", 100, "other"),
    ):
        refused("transfer_differs", transfer, other, None)
    refused("transfer_differs", reserve, entry, None)
    assert balances()["b"].balance_fen == 100


def test_a_key_twice_in_one_batch_is_one_transfer():
    accounts()
    entry = Entry("k", "a", "b", 100)
    answers = transfer_many([entry, entry], None)
    assert [answer.already for answer in answers] == [False, True]
    refused("transfer_differs", transfer_many, [Entry("n", "a", "b", 1), Entry("n", "a", "b", 2)], None)
    assert balances()["b"].balance_fen == 100


def test_a_batch_is_made_whole_or_not_at_all():
    accounts()
    refused("account_unknown", transfer_many, [Entry("k", "a", "b", 1), Entry("l", "a", "nowhere", 1)], None)
    refused("transfer_amount", transfer_many, [Entry("k", "a", "b", 1), Entry("l", "a", "b", 0)], None)
    refused("transfer_amount", transfer, Entry("l", "a", "b", -5), None)
    refused("transfer_amount", transfer, Entry("l", "a", "b", LARGEST_FEN + 1), None)
    refused("transfer_same_account", transfer, Entry("l", "a", "a", 1), None)
    assert Transfer.objects.count() == 0


def test_a_reservation_is_posted_once_or_voided_once():
    accounts()
    reserve(Entry("p", "a", "b", 70), None)
    assert balances()["a"].reserved_out_fen == balances()["b"].reserved_in_fen == 70
    assert balances()["b"].balance_fen == 0
    assert not post("p:post", "p", None).already
    assert post("p:post", "p", None).already
    refused("transfer_settled", post, "other", "p", None)
    refused("transfer_settled", void, "p:void", "p", None)
    assert balances()["b"].balance_fen == 70
    assert balances()["b"].reserved_in_fen == 0
    reserve(Entry("v", "a", "b", 5), None)
    void("v:void", "v", None)
    refused("transfer_settled", post, "v:post", "v", None)
    assert balances()["b"].balance_fen == 70
    assert open_reservations().count() == 0


def test_what_is_not_a_reservation_cannot_be_settled():
    accounts()
    transfer(Entry("d", "a", "b", 1), None)
    refused("transfer_unknown", post, "x", "d", None)
    refused("transfer_unknown", void, "x", "nowhere", None)


def test_one_batch_cannot_post_and_void_the_same_reservation():
    accounts()
    reserve(Entry("p", "a", "b", 70), None)
    both = [Settling("x", "p", Transfer.Kind.POST), Settling("y", "p", Transfer.Kind.VOID)]
    refused("transfer_settled", settle_many, both, None)
    assert open_reservations().count() == 1


def test_a_limited_account_gives_at_most_what_it_has_with_reservations_counted_as_gone():
    accounts()
    refused("account_overdrawn", transfer, Entry("x", "limited", "b", 1), None)
    transfer(Entry("in", "a", "limited", 100), None)
    reserve(Entry("p", "limited", "b", 60), None)
    found = refused(
        "account_overdrawn", reserve_many, [Entry("q", "limited", "b", 30), Entry("r", "limited", "b", 11)], None
    )
    assert found.data["available_fen"] == 40
    # Repeating what stands is not counted twice.
    assert reserve(Entry("p", "limited", "b", 60), None).already
    void("p:void", "p", None)
    assert transfer(Entry("all", "limited", "b", 100), None).transfer.amount_fen == 100


def test_money_that_is_only_reserved_to_come_in_cannot_be_spent():
    accounts()
    reserve(Entry("p", "a", "limited", 100), None)
    refused("account_overdrawn", transfer, Entry("x", "limited", "b", 1), None)
    post("p:post", "p", None)
    transfer(Entry("x", "limited", "b", 1), None)


def test_a_budget_is_limited_from_its_first_grant_and_a_grant_below_what_is_spent_is_refused():
    open_account("bank", "bank", Account.Kind.BANK, None)
    by = User.objects.create(username="fin", role="official", department="fin")
    grant_budget("g1", "D", 2025, 100, by)
    assert grant_budget("g1", "D", 2025, 100, by).already
    refused("account_overdrawn", reserve, Entry("x", "budget:D:2025", "bank", 101), None)
    open_account("budget:E:2025", "E", Account.Kind.BUDGET, None)
    transfer(Entry("y", "budget:E:2025", "bank", 50), None)
    refused("account_overdrawn", grant_budget, "g2", "E", 2025, 49, by)
    assert balances()["source"].balance_fen == -100


def test_only_the_finance_bureau_grants_a_budget():
    for role, department in (("official", "sci"), ("administrator", ""), ("analyst", ""), ("enterprise", "fin")):
        stranger = User.objects.create(username=role, role=role, department=department)
        refused("grant_not_allowed", grant_budget, "g", "D", 2025, 1, stranger)
    refused("grant_not_allowed", grant_budget, "g", "D", 2025, 1, None)
    assert Account.objects.count() == 0


def test_an_account_keeps_its_kind():
    accounts()
    refused("account_differs", open_account, "a", "a", Account.Kind.BANK, None)
    assert open_account("a", "another name", Account.Kind.BUDGET, None).name == "a"


def test_a_transfer_is_neither_changed_nor_deleted_by_model_or_database():
    accounts()
    row = transfer(Entry("k", "a", "b", 100), None).transfer
    row.amount_fen = 1
    with pytest.raises(AssertionError):
        row.save()
    with pytest.raises(AssertionError):
        row.delete()
    for change in (
        lambda: Transfer.objects.filter(pk=row.pk).update(amount_fen=1),
        lambda: Transfer.objects.filter(pk=row.pk).delete(),
        lambda: connection.cursor().execute("UPDATE ledger_transfer SET amount_fen = 1"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert Transfer.objects.get().amount_fen == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_fen": 0},
        {"amount_fen": -1},
        {"credit": "a"},
        {"kind": "post"},
        {"kind": "void"},
    ],
)
def test_the_database_refuses_a_transfer_that_no_action_would_make(wrong: dict[str, object]):
    accounts()
    from django.utils import timezone

    fields: dict[str, object] = {"debit": "a", "credit": "b", "amount_fen": 1, "kind": "direct"} | wrong
    fields["debit"] = Account.objects.get(code=fields["debit"])
    fields["credit"] = Account.objects.get(code=fields["credit"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(key="k", made_at=timezone.now(), **fields)


CODES = st.sampled_from(["a", "b", "c", "limited"])
STEPS = st.one_of(
    st.tuples(st.just("direct"), st.integers(0, 6), CODES, CODES, st.integers(-1, 60)),
    st.tuples(st.just("pending"), st.integers(0, 6), CODES, CODES, st.integers(-1, 60)),
    st.tuples(st.sampled_from(["post", "void"]), st.integers(0, 6), st.integers(0, 6), st.none(), st.none()),
)


class Oracle:
    """The ledger in the simplest words: dictionaries, one step after the other."""

    def __init__(self) -> None:
        self.balance = dict.fromkeys(["a", "b", "c", "limited"], 0)
        self.reserved = dict.fromkeys(["a", "b", "c", "limited"], 0)
        self.keys: dict[str, tuple[object, ...]] = {}
        self.open: dict[str, tuple[str, str, int]] = {}
        self.pendings: set[str] = set()

    def step(self, kind: str, key: str, one: object, two: object, fen: object) -> bool:
        """Whether it happens, or had happened."""
        if kind in ("post", "void"):
            return self.settle(kind, key, f"k{one}")
        assert isinstance(fen, int)
        if fen <= 0 or one == two:
            return False
        content = (kind, one, two, fen)
        if key in self.keys:
            return self.keys[key] == content
        if one == "limited" and self.balance["limited"] - self.reserved["limited"] < fen:
            return False
        self.keys[key] = content
        if kind == "direct":
            self.balance[str(one)] -= fen
            self.balance[str(two)] += fen
        else:
            self.pendings.add(key)
            self.open[key] = (str(one), str(two), fen)
            self.reserved[str(one)] += fen
        return True

    def settle(self, kind: str, key: str, pending: str) -> bool:
        if pending not in self.pendings:
            return False
        content = (kind, pending)
        if key in self.keys:
            return self.keys[key] == content
        if pending not in self.open:
            return False
        self.keys[key] = content
        one, two, fen = self.open.pop(pending)
        self.reserved[one] -= fen
        if kind == "post":
            self.balance[one] -= fen
            self.balance[two] += fen
        return True


def act(kind: str, key: str, one: object, two: object, fen: object) -> bool:
    try:
        if kind in ("post", "void"):
            (post if kind == "post" else void)(key, f"k{one}", None)
        else:
            assert isinstance(fen, int)
            (transfer if kind == "direct" else reserve)(Entry(key, str(one), str(two), fen), None)
    except Refused:
        return False
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25))
def test_any_sequence_of_steps_ends_as_the_naive_ledger_says_and_sums_to_zero(
    steps: list[tuple[str, int, object, object, object]],
):
    mark = transaction.savepoint()
    try:
        accounts()
        oracle = Oracle()
        for kind, number, one, two, fen in steps:
            # Half of the keys are shared by both kinds of step, so that they collide.
            key = f"k{number}" if kind in ("direct", "pending") else f"{'k' if number > 4 else 's'}{number}"
            assert act(kind, key, one, two, fen) == oracle.step(kind, key, one, two, fen), (kind, key, one, two, fen)
            assert total_fen() == 0
        found = balances()
        assert {code: row.balance_fen for code, row in found.items()} == oracle.balance
        assert {code: row.reserved_out_fen for code, row in found.items()} == oracle.reserved
        assert found["limited"].available_fen >= 0
        assert {row.key for row in open_reservations()} == set(oracle.open)
    finally:
        transaction.savepoint_rollback(mark)
