"""Who stands on which segment of a chain, how that came to be, and what people say is wrong with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yanlian.apps.ledger.append_only import AppendOnly
from yanlian.apps.registry.models import Entity


class Placement(models.Model):
    """An entity stands on a segment (or does not): as suggested by the engine or decided by an official.

    There is one for each entity, chain and segment; how it came to its state stands in `PlacementEvent`.
    """

    class State(models.TextChoices):
        SUGGESTED = "suggested", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已排除"

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="placements")
    chain = models.CharField(max_length=40)
    segment = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices)
    # How sure the engine is, in millionths; null where a person placed it.
    score_ppm = models.BigIntegerField(null=True)
    # Which words speak for it: [{"field", "text", "start", "end", "weight"}]; start and end within the field's text.
    evidence = models.JSONField(default=list)
    source = models.CharField(max_length=300, blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["chain", "segment", "entity"]
        constraints = [models.UniqueConstraint(fields=["entity", "chain", "segment"], name="placement_once")]
        indexes = [models.Index(fields=["chain", "segment", "state"], name="placement_segment")]
        verbose_name = "环节归位"

    def __str__(self) -> str:
        return f"{self.entity_id} {self.segment} {self.state}"


class PlacementEvent(AppendOnly):
    """One step of a placement: suggested, confirmed, rejected, taken back; by whom and on what evidence."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="events")
    # Empty: it did not exist before.
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    score_ppm = models.BigIntegerField(null=True)
    evidence = models.JSONField(default=list)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "归位记录"

    def __str__(self) -> str:
        return f"{self.placement_id} {self.before}>{self.after}"


class PlacementReport(models.Model):
    """Somebody says at a segment that a firm is wrongly placed there, or missing. An official answers."""

    class Kind(models.TextChoices):
        WRONG = "wrong", "归位有误"
        MISSING = "missing", "遗漏企业"
        OTHER = "other", "其他问题"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        ACCEPTED = "accepted", "采纳"
        DECLINED = "declined", "不采纳"

    chain = models.CharField(max_length=40)
    segment = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Null: about a firm that is not in the registry (then named in the text), or about the segment itself.
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN, db_index=True)
    answer = models.TextField(blank=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["chain", "segment"], name="report_segment")]
        verbose_name = "归位纠错"

    def __str__(self) -> str:
        return f"{self.kind} {self.segment} {self.state}"
