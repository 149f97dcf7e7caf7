"""Work and people: what human resources, the Talent Office, the degree centres and the Housing Bureau hold."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import Record, one_current


class StaffYear(Record):
    """用工年报: annual staffing, held by the Human Resources and Social Security Bureau."""

    KIND = "staff_year"

    year = models.IntegerField()
    employees = models.BigIntegerField(null=True)
    science_staff = models.BigIntegerField(null=True)
    graduates = models.BigIntegerField(null=True)
    talents = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("staff_year", "year")]
        verbose_name = "用工年报"


class Insurance(Record):
    """参保记录: social-insurance record, held by the Human Resources and Social Security Bureau."""

    KIND = "insurance"

    employer = models.CharField(max_length=64)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    months = models.BigIntegerField(null=True)
    contract_years = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("insurance", "employer", "starts_on")]
        verbose_name = "参保记录"


class TalentTitle(Record):
    """人才认定: talent title, held by the Talent Office."""

    KIND = "talent_title"

    number = models.CharField(max_length=200)
    class_code = models.CharField(max_length=64, null=True)
    plan = models.CharField(max_length=200, null=True)
    recognised_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    fulltime = models.BooleanField(null=True)

    class Meta:
        constraints = [one_current("talent_title", "number")]
        verbose_name = "人才认定"


class Degree(Record):
    """学历: degree, held by the Degree Verification Centres."""

    KIND = "degree"

    number = models.CharField(max_length=64)
    level = models.CharField(max_length=64, null=True)
    school_class = models.CharField(max_length=64, null=True)
    graduated_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("degree", "number")]
        verbose_name = "学历"


class Home(Record):
    """住房记录: home and housing benefit, held by the Housing Bureau and Real-estate Register."""

    KIND = "home"

    number = models.CharField(max_length=200)
    kind = models.CharField(max_length=64, null=True)
    project = models.CharField(max_length=200, null=True)
    area_m2x100 = models.BigIntegerField(null=True)
    standard_area_m2x100 = models.BigIntegerField(null=True)
    market_rent_fen = models.BigIntegerField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("home", "number")]
        verbose_name = "住房记录"
