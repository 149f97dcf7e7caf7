"""资金台账: accounts with balances, the transfers of each, and whether ledger, payments and bank files agree."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.ledger.models import Account, Transfer
from yanlian.apps.ledger.queries import balances, open_reservations, total_fen
from yanlian.apps.people.access import Permission, page, permits
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromDatabase, FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t


@dataclass(frozen=True)
class AccountRow:
    """One account with its sums in fen."""

    account: Account
    given_fen: int
    taken_fen: int
    balance_fen: int
    reserved_fen: int
    available_fen: int | None


def _rows() -> list[AccountRow]:
    return [
        AccountRow(
            account=one.account,
            given_fen=one.given_fen,
            taken_fen=one.taken_fen,
            balance_fen=one.balance_fen,
            reserved_fen=one.reserved_in_fen - one.reserved_out_fen,
            available_fen=one.available_fen if one.account.limited else None,
        )
        for one in balances().values()
    ]


ACCOUNTS: Listing[AccountRow] = Listing(
    title=("资金台账", "Ledger"),
    file_name="ledger",
    search_hint=("按账户名称或代码搜索", "Search by account or code"),
    first_order="code",
    columns=(
        Column("name", ("账户", "Account"), lambda row: row.account.name, main=True,
               link=lambda row: reverse("ledger-account", args=[row.account.code])),
        Column("code", ("代码", "Code"), lambda row: row.account.code, Kind.CODE),
        Column("kind", ("类别", "Kind"), lambda row: row.account.kind, Kind.WORD, words="account"),
        Column("given", ("转入", "In"), lambda row: row.given_fen, Kind.MONEY),
        Column("taken", ("转出", "Out"), lambda row: row.taken_fen, Kind.MONEY),
        Column("balance", ("余额", "Balance"), lambda row: row.balance_fen, Kind.MONEY),
        Column("reserved", ("在途", "Reserved"), lambda row: row.reserved_fen, Kind.MONEY),
        Column("available", ("可用预算", "Available"), lambda row: row.available_fen, Kind.MONEY),
    ),
    filters=(
        Filter("kind", ("类别", "Kind"), word_choices("account")),
    ),
    empty=("台账还是空的。下达预算或首次拨付后有记录。",
           "The ledger is empty until a budget is granted or a payment sent."),
    calibre=(
        ("复式记账：每笔转账从一个账户转出、转入另一个账户，各账户余额合计恒为零；拨款来源账户的余额为负。",
         "Double entry: every transfer has two accounts, so balances add up to zero; the source is negative."),
        ("在途：已送银行、尚未收到回单的金额，转入为正、转出为负。",
         "Reserved: with the bank and not yet answered; positive coming in, negative going out."),
        ("未下达预算的账户不限额，“可用预算”显示为“-”。", "Without a granted budget an account is not limited: “-”."),
    ),
)  # fmt: skip


@page(owner="ledger", permission=Permission.SEE_LEDGER)
def accounts(request: HttpRequest) -> HttpResponseBase:
    """资金台账."""
    listed = FromMemory(
        _rows(),
        search=lambda row: (row.account.name, row.account.code),
        filters={"kind": lambda row, value: row.account.kind == value},
        orders={column.key: column.value for column in ACCOUNTS.columns},
    )
    reservations = open_reservations()
    more = {
        "crumbs": [(say(ACCOUNTS.title), None)],
        "total_fen": total_fen(),
        "may_grant": permits(request.user, Permission.PAY),
        "reservations": reservations.count(),
        "reserved_fen": sum(reservations.values_list("amount_fen", flat=True)),
    }
    return show(request, ACCOUNTS, listed, template="ledger/accounts.html", more=more)


TRANSFERS: Listing[Transfer] = Listing(
    title=("转账", "Transfers"),
    file_name="transfers",
    search_hint=("按编号或摘要搜索", "Search by key or memo"),
    first_order="-at",
    columns=(
        Column("key", ("编号", "Key"), lambda row: row.key, Kind.CODE, main=True),
        Column("kind", ("方式", "Kind"), lambda row: row.kind, Kind.STATUS, words="transfer"),
        Column("debit", ("转出账户", "From"), lambda row: row.debit.name,
               link=lambda row: reverse("ledger-account", args=[row.debit.code])),
        Column("credit", ("转入账户", "To"), lambda row: row.credit.name,
               link=lambda row: reverse("ledger-account", args=[row.credit.code])),
        Column("amount", ("金额", "Amount"), lambda row: row.amount_fen, Kind.MONEY),
        Column("memo", ("摘要", "Memo"), lambda row: row.memo, sortable=False),
        Column("at", ("时间", "At"), lambda row: row.made_at, Kind.INSTANT),
        Column("by", ("经办人", "By"), lambda row: row.by.shown_name if row.by else "", sortable=False),
    ),
    filters=(
        Filter("kind", ("方式", "Kind"), word_choices("transfer")),
    ),
    empty=("没有转账。", "There are no transfers."),
)  # fmt: skip


@page(owner="ledger", permission=Permission.SEE_LEDGER)
def account(request: HttpRequest, code: str) -> HttpResponseBase:
    """One account with its transfers."""
    found = balances([code]).get(code)
    if found is None:
        raise Http404(code)
    rows = FromDatabase(
        Transfer.objects.filter(Q(debit=found.account) | Q(credit=found.account)).select_related(
            "debit", "credit", "by"
        ),
        search=("key__icontains", "memo__icontains"),
        filters={"kind": lambda value: Q(kind=value)},
        orders={
            "key": "key",
            "kind": "kind",
            "debit": "debit__name",
            "credit": "credit__name",
            "amount": "amount_fen",
            "at": "made_at",
        },
    )
    more = {
        "title": found.account.name,
        "crumbs": [(say(ACCOUNTS.title), reverse("ledger")), (found.account.name, None)],
        "balance": found,
        "kind": t("账户", "Account"),
    }
    return show(request, TRANSFERS, rows, template="ledger/account.html", more=more)
