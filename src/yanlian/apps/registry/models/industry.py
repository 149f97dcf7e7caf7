"""What the science and the industry bureaus hold: titles, evaluations, tenants, yearly reports, grades."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import Record, Title, one_current


class ScienceTitle(Title):
    """科技资质: science title, held by the Science and Technology Bureau."""

    KIND = "science_title"

    class Meta:
        constraints = [one_current("science_title", "number")]
        verbose_name = "科技资质"


class Evaluation(Record):
    """绩效评价: performance evaluation, held by the Science and Technology Bureau."""

    KIND = "evaluation"

    title_number = models.CharField(max_length=200)
    year = models.IntegerField()
    evaluated_on = models.DateField(null=True)
    grade = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [one_current("evaluation", "title_number", "year")]
        verbose_name = "绩效评价"


class Incubation(Record):
    """在孵企业: incubated tenant, held by the Science and Technology Bureau."""

    KIND = "incubation"

    contract_number = models.CharField(max_length=200)
    tenant = models.CharField(max_length=200, null=True)
    science = models.BooleanField(null=True)
    strategic = models.BooleanField(null=True)
    paid_in_fen = models.BigIntegerField(null=True)
    area_m2x100 = models.BigIntegerField(null=True)
    moved_in_on = models.DateField(null=True)
    moved_out_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("incubation", "contract_number")]
        verbose_name = "在孵企业"


class IndustryTitle(Title):
    """工信资质: industry title, held by the Industry and Information Technology Bureau."""

    KIND = "industry_title"

    class Meta:
        constraints = [one_current("industry_title", "number")]
        verbose_name = "工信资质"


class SoftwareYear(Record):
    """软件业务年报: annual software report, held by the Industry and Information Technology Bureau."""

    KIND = "software_year"

    year = models.IntegerField()
    revenue_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("software_year", "year")]
        verbose_name = "软件业务年报"


class LandGrade(Record):
    """集约评价: resource-use grade, held by the Industry and Information Technology Bureau."""

    KIND = "land_grade"

    year = models.IntegerField()
    grade = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = [one_current("land_grade", "year")]
        verbose_name = "集约评价"
