"""Objections: against someone on the list, or by someone who qualifies but is not on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from yanlian.apps.delivery.models.entitlement import Entitlement, Publicity, Round
from yanlian.apps.registry.models import Entity


class Objection(models.Model):
    """An objection filed in the real name during publicity. The objector's name is kept from the other side."""

    class Kind(models.TextChoices):
        LISTED = "listed", "对名单内主体有异议"
        MISSING = "missing", "符合条件但未列入名单"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        UPHELD = "upheld", "成立"
        DISMISSED = "dismissed", "不成立"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="objections")
    publicity = models.ForeignKey(Publicity, on_delete=models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # The entry objected to; empty for `missing`.
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, null=True, related_name="objections")
    # For `missing`: the clause meant. The entity is known when the objector is logged in for it.
    clause = models.CharField(max_length=40)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="objections")
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200)
    text = models.TextField()
    evidence = models.TextField(blank=True)
    # Of the contents: the same objection sent twice is one.
    digest = models.CharField(max_length=64, unique=True)
    filed_on = models.DateField()
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    decided_on = models.DateField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="listed", entitlement__isnull=False) | Q(kind="missing", entitlement__isnull=True),
                name="objection_names_its_object",
            ),
        ]
        verbose_name = "异议"

    def __str__(self) -> str:
        return f"#{self.pk} {self.clause}"
