"""Whom to attract: firms outside the district, what ties them to local ones, and the leads that officials follow."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yanlian.apps.ledger.append_only import AppendOnly
from yanlian.apps.registry.models import Entity


class OutsideFirm(models.Model):
    """A firm that is not in the district and could fill a gap, with what is known of it and who says so."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200, db_index=True)
    # Administrative division (six digits) and its name.
    place_code = models.CharField(max_length=6, blank=True)
    place = models.CharField(max_length=100, blank=True)
    # How the firm can be reached: a published number or address of the organisation, never a person's.
    contact = models.CharField(max_length=200, blank=True)
    scope = models.TextField(blank=True)
    products = models.JSONField(default=list)
    # Figures of `year`; null: not known. Growth is that of revenue, in millionths.
    year = models.IntegerField(null=True)
    revenue_fen = models.BigIntegerField(null=True)
    growth_ppm = models.BigIntegerField(null=True)
    employees = models.IntegerField(null=True)
    # Branches and subsidiaries that it opened away from its seat: how likely it is to open one more.
    branches = models.IntegerField(null=True)
    source = models.CharField(max_length=300)
    fictional = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = "区外企业"

    def __str__(self) -> str:
        return self.name


class OutsideTie(models.Model):
    """What ties an outside firm to a local one: it trades with it, owns of it or is owned by it, has a branch."""

    class Kind(models.TextChoices):
        SUPPLIES = "supplies", "供货给本地企业"
        BUYS = "buys", "采购自本地企业"
        OWNS = "owns", "持股本地企业"
        OWNED = "owned", "本地企业持股"
        BRANCH = "branch", "本地分支机构"

    firm = models.ForeignKey(OutsideFirm, on_delete=models.PROTECT, related_name="ties")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="outside_ties")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    product = models.CharField(max_length=300, blank=True)
    year = models.IntegerField(null=True)
    amount_fen = models.BigIntegerField(null=True)
    share_ppm = models.BigIntegerField(null=True)
    source = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["firm", "kind", "entity", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["firm", "entity", "kind", "product", "source"], name="outside_tie_once")
        ]
        verbose_name = "区外关联"

    def __str__(self) -> str:
        return f"{self.firm_id} {self.kind} {self.entity_id}"


class Lead(models.Model):
    """A firm that the district wants for a segment: who follows it, how far it is, what is to be done next and when."""

    class Stage(models.TextChoices):
        FOUND = "found", "线索"
        CONTACT = "contact", "接洽"
        TALKS = "talks", "洽谈"
        SIGNED = "signed", "签约"
        SETTLED = "settled", "落地"
        DROPPED = "dropped", "放弃"

    # Null: a firm of which only the name is known.
    firm = models.ForeignKey(OutsideFirm, on_delete=models.PROTECT, null=True, related_name="leads")
    name = models.CharField(max_length=200)
    chain = models.CharField(max_length=40)
    segment = models.CharField(max_length=80)
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.FOUND, db_index=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    next_step = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["name", "chain", "segment"], name="lead_once")]
        indexes = [models.Index(fields=["chain", "segment"], name="lead_segment")]
        verbose_name = "招商线索"

    def __str__(self) -> str:
        return f"{self.name} {self.stage}"


class LeadEvent(AppendOnly):
    """One step of a lead: what it became, by whom, and what was noted."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="events")
    # Empty: it did not exist before.
    before = models.CharField(max_length=8, blank=True)
    after = models.CharField(max_length=8)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    next_step = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "线索记录"

    def __str__(self) -> str:
        return f"{self.lead_id} {self.before}>{self.after}"
