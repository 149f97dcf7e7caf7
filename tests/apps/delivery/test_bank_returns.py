"""The bank's return: good rows count once, every other row is answered and changes nothing."""

from __future__ import annotations

import pytest
from delivery_office import AFTER, Office, bank_says, open_office, sent

from yanlian.apps.delivery.actions_pay import Sent
from yanlian.apps.delivery.actions_return import ReturnReport, import_return
from yanlian.apps.delivery.models import BankReturn, Entitlement, Event, Payment
from yanlian.apps.delivery.payment_file import download
from yanlian.apps.delivery.reconcile import reconcile
from yanlian.apps.ledger.models import Transfer
from yanlian.apps.ledger.queries import balances
from yanlian.base.refusal import Refused, catalogue

pytestmark = pytest.mark.django_db


class Desk:
    """Three payments under way."""

    def __init__(self) -> None:
        self.office: Office = open_office()
        self.sent: Sent = sent(self.office)[1]
        self.payments = list(Payment.objects.order_by("sequence"))

    def row(
        self, at: int, status: str = "成功", reference: str | None = None, amount: str | None = None
    ) -> tuple[str, ...]:
        payment = self.payments[at]
        yuan = f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02d}"
        return (payment.number, status, amount or yuan, f"R{at}" if reference is None else reference, "")

    def take(self, *rows: tuple[str, ...], file: str = "") -> ReturnReport:
        content = bank_says(list(rows))  # type: ignore[arg-type]
        return import_return(file or self.sent.file.number, "r.csv", content, self.office.fin, AFTER)

    def states(self) -> list[str]:
        return list(Payment.objects.order_by("sequence").values_list("state", flat=True))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def answers(report: ReturnReport) -> list[tuple[str, str]]:
    for row in report.rows:
        assert not row.code or row.code in catalogue()
    return [(row.answer, row.code) for row in report.rows]


def test_paid_and_returned_rows_settle_and_the_rest_stays_outstanding(desk: Desk):
    report = desk.take(desk.row(0), desk.row(1, "失败", ""))
    assert answers(report) == [("paid", ""), ("returned", "")]
    first, second, third = (payment.amount_fen for payment in desk.payments)
    assert (report.paid_fen, report.returned_fen, report.outstanding_fen, report.outstanding) == (
        first,
        second,
        third,
        1,
    )
    assert desk.states() == ["paid", "returned", "sent"]
    assert balances()["bank"].balance_fen == first
    assert balances()["bank"].reserved_in_fen == third
    assert reconcile().is_clean


def test_the_same_return_twice_changes_nothing(desk: Desk):
    rows = (desk.row(0), desk.row(1, "失败", ""), desk.row(2))
    desk.take(*rows)
    events, transfers = Event.objects.count(), Transfer.objects.count()
    again = desk.take(*rows)
    assert answers(again) == [("already", "")] * 3
    assert (Event.objects.count(), Transfer.objects.count(), BankReturn.objects.count()) == (events, transfers, 1)


def test_rows_that_do_not_fit_are_refused_one_by_one_and_the_good_ones_count(desk: Desk):
    report = desk.take(
        ("nowhere", "成功", "1.00", "R", ""),
        desk.row(0, "差不多"),
        desk.row(1, amount="12345.69"),
        desk.row(2),
    )
    assert answers(report) == [
        ("refused", "return_number_unknown"),
        ("refused", "return_status_unknown"),
        ("refused", "return_amount_differs"),
        ("paid", ""),
    ]
    assert desk.states() == ["sent", "sent", "paid"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-12345.67", "return_amount_differs"),
        ("12345.670000001", "money_below_fen"),
        ("12345.671", "money_below_fen"),
        ("1.234567e4", "money_unreadable"),
        ("NaN", "money_unreadable"),
        ("=12345.67", "money_unreadable"),
        (" ", "money_unreadable"),
        ("9" * 40, "money_too_large"),
    ],
)
def test_an_amount_is_compared_to_the_fen_and_never_rounded(desk: Desk, amount: str, code: str):
    assert answers(desk.take(desk.row(0, amount=amount))) == [("refused", code)]
    assert desk.states() == ["sent"] * 3


def test_amounts_as_banks_write_them_are_equal(desk: Desk):
    report = import_return(
        desk.sent.file.number,
        "r.csv",
        bank_says(
            [
                (desk.payments[0].number, "成功", '"12,345.67"', "R0", ""),
                (desk.payments[1].number, "成功", "１２３４５．６８元", "R1", ""),
            ]
        ),
        desk.office.fin,
        AFTER,
    )
    assert answers(report) == [("paid", ""), ("paid", "")]


def test_a_payment_without_reference_or_with_a_rounded_one_is_refused(desk: Desk):
    report = desk.take(desk.row(0, reference=""), desk.row(1, reference="1.2345678901234568e+19"))
    assert answers(report) == [("refused", "return_reference_missing"), ("refused", "return_reference_unreadable")]


def test_rows_that_contradict_each_other_all_fall_and_plain_repetition_counts_once(desk: Desk):
    report = desk.take(
        desk.row(0), desk.row(0, "失败"), desk.row(1), desk.row(1), desk.row(2), desk.row(2, reference="X")
    )
    assert answers(report) == [
        ("refused", "return_row_twice"),
        ("refused", "return_row_twice"),
        ("paid", ""),
        ("already", ""),
        ("refused", "return_row_twice"),
        ("refused", "return_row_twice"),
    ]
    assert Transfer.objects.filter(kind="post").count() == 1


def test_a_later_return_that_says_otherwise_is_refused(desk: Desk):
    desk.take(desk.row(0), desk.row(1, "失败", ""))
    report = desk.take(desk.row(0, "失败"), desk.row(1), desk.row(0, "处理中"))
    assert {code for _, code in answers(report)} <= {"return_row_twice", "return_contradicts", "return_status_unknown"}
    assert desk.states() == ["paid", "returned", "sent"]
    assert answers(desk.take(desk.row(0, "失败"))) == [("refused", "return_contradicts")]
    assert answers(desk.take(desk.row(0, reference="other"))) == [("refused", "return_contradicts")]


def test_a_payment_the_bank_still_works_on_waits(desk: Desk):
    assert answers(desk.take(desk.row(0, "处理中", ""))) == [("waiting", "")]
    assert desk.states() == ["sent"] * 3
    assert answers(desk.take(desk.row(0))) == [("paid", "")]


def test_a_return_for_another_file_is_refused_as_a_whole(desk: Desk):
    Payment.objects.filter(pk=desk.payments[2].pk).update(file=_another_file(desk))
    with pytest.raises(Refused) as caught:
        desk.take(desk.row(0), desk.row(2))
    assert caught.value.code == "return_other_file"
    assert caught.value.data["found"] == "OTHER"
    assert desk.states() == ["sent"] * 3
    with pytest.raises(Refused) as unknown:
        desk.take(desk.row(0), file="NOWHERE")
    assert unknown.value.code == "payment_file_unknown"


def _another_file(desk: Desk) -> object:
    file = desk.sent.file
    return type(file).objects.create(
        number="OTHER",
        round=file.round,
        made_on=AFTER,
        made_at=file.made_at,
        by=file.by,
        count=1,
        sum_fen=1,
        sha256="x",
    )


def test_a_total_row_must_match_the_rows_above_it(desk: Desk):
    good = sum(payment.amount_fen for payment in desk.payments[:2])
    for wrong in (f"{(good + 1) / 100:.2f}", "", "x"):
        with pytest.raises(Refused) as caught:
            desk.take(desk.row(0), desk.row(1), ("合计", "", wrong, "", ""))
        assert caught.value.code == "return_total_differs"
    assert desk.states() == ["sent"] * 3
    report = desk.take(desk.row(0), desk.row(1), ("合计", "", f"{good / 100:.2f}", "", ""))
    assert answers(report) == [("paid", ""), ("paid", "")]


def test_only_finance_takes_returns_and_downloads_payment_files(desk: Desk):
    for stranger in (desk.office.sci, desk.office.analyst, desk.office.admin, desk.office.logins[0]):
        with pytest.raises(Refused) as caught:
            import_return(desk.sent.file.number, "r.csv", bank_says([desk.row(0)]), stranger, AFTER)  # type: ignore[list-item]
        assert caught.value.code == "not_allowed"
        with pytest.raises(Refused) as kept:
            download(desk.sent.file.number, stranger, "csv")
        assert kept.value.code == "not_allowed"


def test_the_payment_file_is_made_again_to_the_byte_and_refused_when_it_changed(desk: Desk):
    number = desk.sent.file.number
    content = download(number, desk.office.fin, "csv")
    assert content == download(number, desk.office.fin, "csv")
    assert desk.payments[0].bank_account.number_in_full.encode() in content
    assert download(number, desk.office.fin, "xlsx").startswith(b"PK")
    # A later change of name does not touch what was sent.
    firm = desk.office.firms[0]
    firm.name = "更名有限公司"
    firm.save()
    assert content == download(number, desk.office.fin, "csv")
    Payment.objects.filter(pk=desk.payments[0].pk).update(payee="他人")
    with pytest.raises(Refused) as caught:
        download(number, desk.office.fin, "csv")
    assert caught.value.code == "payment_file_changed"


def test_reconciliation_names_what_does_not_match(desk: Desk):
    desk.take(desk.row(0))
    assert reconcile().is_clean
    Payment.objects.filter(pk=desk.payments[1].pk).update(state="paid")
    Entitlement.objects.filter(pk=desk.payments[2].entitlement_id).update(state="cleared")
    Payment.objects.filter(pk=desk.payments[0].pk).update(amount_fen=1)
    found = reconcile()
    faults = "".join(found.faults + found.files[0].faults)
    for word in ("台账在途", "台账已付", "预留", "权益状态", "校验值", "文件登记"):
        assert word in faults
    assert not found.is_clean
