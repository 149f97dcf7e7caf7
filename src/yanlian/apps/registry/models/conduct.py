"""Projects, premises and conduct: development, parks, courts, emergency management and environment."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models.record import ListEntry, Record, one_current


class Project(Record):
    """投资项目: investment project, held by the Development and Reform Bureau."""

    KIND = "project"

    number = models.CharField(max_length=200)
    name = models.CharField(max_length=200, null=True)
    kind = models.CharField(max_length=64, null=True)
    class_code = models.CharField(max_length=64, null=True)
    planned_fen = models.BigIntegerField(null=True)
    fixed_fen = models.BigIntegerField(null=True)
    equipment_fen = models.BigIntegerField(null=True)
    filed_on = models.DateField(null=True)
    finished_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("project", "number")]
        verbose_name = "投资项目"


class Lease(Record):
    """房屋租赁: lease, held by the Parks and Sub-districts."""

    KIND = "lease"

    contract_number = models.CharField(max_length=200)
    building = models.CharField(max_length=200, null=True)
    area_m2x100 = models.BigIntegerField(null=True)
    unit_price_fen = models.BigIntegerField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    self_use = models.BooleanField(null=True)
    operating = models.BooleanField(null=True)
    rent_paid_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [one_current("lease", "contract_number")]
        verbose_name = "房屋租赁"


class Dishonesty(ListEntry):
    """严重失信: list of serious dishonesty, held by the Development and Reform Bureau."""

    KIND = "dishonesty"

    class Meta:
        constraints = [one_current("dishonesty", "number")]
        verbose_name = "严重失信"


class Enforcement(ListEntry):
    """失信被执行: judgment defaulter, held by the Court and Credit China."""

    KIND = "enforcement"

    class Meta:
        constraints = [one_current("enforcement", "number")]
        verbose_name = "失信被执行"


class Accident(Record):
    """安全生产: safety accident or penalty, held by the Emergency Management Bureau."""

    KIND = "accident"

    number = models.CharField(max_length=200)
    kind = models.CharField(max_length=64, null=True)
    grade = models.CharField(max_length=64, null=True)
    happened_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("accident", "number")]
        verbose_name = "安全生产"


class Pollution(Record):
    """环境处罚: environmental penalty, held by the Ecology and Environment Bureau."""

    KIND = "pollution"

    number = models.CharField(max_length=200)
    serious = models.BooleanField(null=True)
    decided_on = models.DateField(null=True)
    rectified_on = models.DateField(null=True)

    class Meta:
        constraints = [one_current("pollution", "number")]
        verbose_name = "环境处罚"
