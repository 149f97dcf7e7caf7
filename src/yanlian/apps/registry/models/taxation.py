"""What the Tax Bureau and the Statistics Bureau hold. Their revenues are different calibres and stay apart."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import Record, one_current


class TaxRegistration(Record):
    """税务登记: tax registration, held by the Tax Bureau."""

    KIND = "tax_registration"

    district = models.CharField(max_length=64, null=True)
    credit_grade = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [one_current("tax_registration")]
        verbose_name = "税务登记"


class TaxYear(Record):
    """税务年报: annual tax return, held by the Tax Bureau."""

    KIND = "tax_year"

    year = models.IntegerField()
    revenue_fen = models.BigIntegerField(null=True)
    cost_fen = models.BigIntegerField(null=True)
    assets_fen = models.BigIntegerField(null=True)
    net_assets_fen = models.BigIntegerField(null=True)
    rd_deduction_fen = models.BigIntegerField(null=True)
    rd_hnte_fen = models.BigIntegerField(null=True)
    rd_in_china_fen = models.BigIntegerField(null=True)
    hitech_income_fen = models.BigIntegerField(null=True)
    tax_paid_fen = models.BigIntegerField(null=True)
    passthrough_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("tax_year", "year")]
        verbose_name = "税务年报"


class Expense(Record):
    """支出凭证: verified expense, held by the Tax Bureau."""

    KIND = "expense"

    contract_number = models.CharField(max_length=200)
    kind = models.CharField(max_length=64)
    supplier = models.CharField(max_length=200, null=True)
    related = models.BooleanField(null=True)
    local = models.BooleanField(null=True)
    paid_on = models.DateField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    gross_fen = models.BigIntegerField(null=True)
    node = models.BigIntegerField(null=True)
    first = models.BooleanField(null=True)

    class Meta:
        constraints = [one_current("expense", "contract_number", "kind")]
        verbose_name = "支出凭证"


class StatisticsEntry(Record):
    """四上名录: four-above list entry, held by the Statistics Bureau."""

    KIND = "statistics_entry"

    sector = models.CharField(max_length=64)
    entered_on = models.DateField()
    left_on = models.DateField(null=True)
    district = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [one_current("statistics_entry", "sector", "entered_on")]
        verbose_name = "四上名录"


class StatisticsYear(Record):
    """统计年报: annual statistics, held by the Statistics Bureau."""

    KIND = "statistics_year"

    year = models.IntegerField()
    output_fen = models.BigIntegerField(null=True)
    revenue_fen = models.BigIntegerField(null=True)
    rd_internal_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("statistics_year", "year")]
        verbose_name = "统计年报"


class StatisticsFlash(Record):
    """统计快报: statistics within the year, held by the Statistics Bureau."""

    KIND = "statistics_flash"

    period_end = models.DateField()
    revenue_fen = models.BigIntegerField(null=True)
    revenue_before_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("statistics_flash", "period_end")]
        verbose_name = "统计快报"
