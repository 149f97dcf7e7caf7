"""What the Market Supervision Bureau holds: registration, the abnormal list, patents, pledges, accreditations."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import ListEntry, Record, Title, one_current


class Registration(Record):
    """登记: registration, held by the Market Supervision Bureau."""

    KIND = "registration"

    legal_form = models.CharField(max_length=200, null=True)
    legal_person = models.BooleanField(null=True)
    established_on = models.DateField(null=True)
    district = models.CharField(max_length=64, null=True)
    moved_in_on = models.DateField(null=True)
    industry = models.CharField(max_length=64, null=True)
    strategic = models.BooleanField(null=True)
    capital_fen = models.BigIntegerField(null=True)
    paid_in_fen = models.BigIntegerField(null=True)
    status = models.CharField(max_length=64, null=True)
    scope = models.TextField(null=True)
    cluster = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [one_current("registration")]
        verbose_name = "登记"


class Abnormal(ListEntry):
    """经营异常: abnormal operation list, held by the Market Supervision Bureau."""

    KIND = "abnormal"

    class Meta:
        constraints = [one_current("abnormal", "number")]
        verbose_name = "经营异常"


class Patent(Record):
    """专利: patent, held by the Market Supervision Bureau."""

    KIND = "patent"

    number = models.CharField(max_length=200)
    kind = models.CharField(max_length=64, null=True)
    class_code = models.CharField(max_length=64, null=True)
    granted_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("patent", "number")]
        verbose_name = "专利"


class Pledge(Record):
    """专利质押: patent pledge, held by the Market Supervision Bureau."""

    KIND = "pledge"

    number = models.CharField(max_length=200)
    patent_number = models.CharField(max_length=200, null=True)
    pledgee = models.CharField(max_length=200, null=True)
    loan_contract = models.CharField(max_length=200, null=True)
    amount_fen = models.BigIntegerField(null=True)
    registered_on = models.DateField(null=True)
    released_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("pledge", "number")]
        verbose_name = "专利质押"


class Accreditation(Title):
    """认证认可: accreditation, held by the Market Supervision Bureau."""

    KIND = "accreditation"

    class Meta:
        constraints = [one_current("accreditation", "number")]
        verbose_name = "认证认可"
