"""What became of a firm at the placement workbench of a chain."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yanlian.apps.registry.models import Entity


class PlacementReview(models.Model):
    """A firm was looked at for a chain: placed on a segment, on none (其他), or open again because it was taken back.

    Beside it stands what the engine had suggested at that moment, so that its accuracy so far can be counted.
    """

    class Verdict(models.TextChoices):
        PLACED = "placed", "已归位"
        OTHER = "other", "其他"
        OPEN = "open", "已撤回"

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    chain = models.CharField(max_length=40)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.OPEN)
    # The segment it was placed on; empty for 其他.
    segment = models.CharField(max_length=80, blank=True)
    # What stood first among the suggestions (empty: 其他), and how likely it was said to be, in millionths.
    first = models.CharField(max_length=80, blank=True)
    first_ppm = models.BigIntegerField(null=True)
    # At which place of the five the decision stood; 0: not among them. Null where nothing was suggested.
    rank = models.IntegerField(null=True)
    # Confirmed together with many others above a declared probability.
    bulk = models.BooleanField(default=False)
    version = models.IntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["entity", "chain"], name="review_once")]
        indexes = [models.Index(fields=["chain", "verdict"], name="review_chain")]
        verbose_name = "归位办理"

    def __str__(self) -> str:
        return f"{self.entity_id} {self.chain} {self.verdict}"
