"""Money around a firm: payments received, upper-level money, investments, loans, fees, listing stages."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import Record, one_current


class Payment(Record):
    """兑付记录: payment received, held by the Finance Bureau."""

    KIND = "payment"

    payment_number = models.CharField(max_length=200)
    clause = models.CharField(max_length=64, null=True)
    matter = models.CharField(max_length=200, null=True)
    level = models.CharField(max_length=64, null=True)
    year = models.IntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    paid_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("payment", "payment_number")]
        verbose_name = "兑付记录"


class UpperFund(Record):
    """上级资金: upper-level money received, held by the Finance Bureau."""

    KIND = "upper_fund"

    document_number = models.CharField(max_length=200)
    programme = models.CharField(max_length=200, null=True)
    level = models.CharField(max_length=64, null=True)
    title_number = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField(null=True)
    received_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("upper_fund", "document_number", "title_number")]
        verbose_name = "上级资金"


class Investment(Record):
    """股权投资: equity investment, held by the Local Financial Administration."""

    KIND = "investment"

    number = models.CharField(max_length=200)
    investor = models.CharField(max_length=64, null=True)
    amount_fen = models.BigIntegerField(null=True)
    invested_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("investment", "number")]
        verbose_name = "股权投资"


class Loan(Record):
    """贷款: loan, held by the Banks, Guarantors and Insurers."""

    KIND = "loan"

    contract_number = models.CharField(max_length=200)
    lender = models.CharField(max_length=200, null=True)
    kind = models.CharField(max_length=64, null=True)
    principal_fen = models.BigIntegerField(null=True)
    rate_ppm = models.BigIntegerField(null=True)
    signed_on = models.DateField(null=True)
    drawn_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    interest_fen = models.BigIntegerField(null=True)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("loan", "contract_number")]
        verbose_name = "贷款"


class FinanceFee(Record):
    """融资费用: financing fee, held by the Banks, Guarantors and Insurers."""

    KIND = "finance_fee"

    contract_number = models.CharField(max_length=200)
    kind = models.CharField(max_length=64)
    loan_contract = models.CharField(max_length=200, null=True)
    amount_fen = models.BigIntegerField(null=True)
    paid_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("finance_fee", "contract_number", "kind")]
        verbose_name = "融资费用"


class Listing(Record):
    """上市进程: listing stage, held by the Exchanges and Securities Regulator."""

    KIND = "listing"

    board = models.CharField(max_length=64)
    stage = models.CharField(max_length=64)
    happened_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("listing", "board", "stage")]
        verbose_name = "上市进程"
