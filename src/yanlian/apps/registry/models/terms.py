"""What terms of payment ask for: applications, money ordered back, related parties, households."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import Record, one_current


class Application(Record):
    """申报记录: application for a clause, gathered by the Finance Bureau from the departments that take them."""

    KIND = "application"

    number = models.CharField(max_length=200)
    clause = models.CharField(max_length=64, null=True)
    matter = models.CharField(max_length=200, null=True)
    applied_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("application", "number")]
        verbose_name = "申报记录"


class Recovery(Record):
    """追回记录: money ordered back, held by the Finance Bureau."""

    KIND = "recovery"

    number = models.CharField(max_length=200)
    clause = models.CharField(max_length=64, null=True)
    matter = models.CharField(max_length=200, null=True)
    year = models.IntegerField(null=True)
    reason = models.CharField(max_length=200, null=True)
    amount_fen = models.BigIntegerField(null=True)
    decided_on = models.DateField(null=True)
    repaid_on = models.DateField(null=True)
    banned_until = models.DateField(null=True)

    class Meta:
        constraints = [one_current("recovery", "number")]
        verbose_name = "追回记录"


class Affiliation(Record):
    """关联关系: related party, held by the Market Supervision Bureau."""

    KIND = "affiliation"

    party = models.CharField(max_length=64)
    party_name = models.CharField(max_length=200, null=True)
    relation = models.CharField(max_length=64)
    share_ppm = models.BigIntegerField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("affiliation", "party", "relation")]
        # Holdings are also asked for from the other side.
        indexes = [models.Index(fields=["party"], name="affiliation_party")]
        verbose_name = "关联关系"


class Household(Record):
    """家庭信息: household of a person, held by the Housing Bureau and Real-estate Register."""

    KIND = "household"

    number = models.CharField(max_length=64, null=True)
    spouse = models.CharField(max_length=64, null=True)
    size = models.BigIntegerField(null=True)
    homes = models.BigIntegerField(null=True)
    spouse_benefits = models.BooleanField(null=True)

    class Meta:
        constraints = [one_current("household")]
        verbose_name = "家庭信息"
