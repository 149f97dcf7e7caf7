"""What is kept of the sandbox: scenarios."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yanlian.apps.registry.models import Snapshot
from yanlian.engine.policy.revision import Change, Proposal
from yanlian.engine.policy.revision.proposal import changes_of


class Scenario(models.Model):
    """Changes of the policy packs that somebody wants to try over a snapshot. Its owner's alone until it is shared."""

    name = models.CharField(max_length=120)
    note = models.TextField(max_length=2000, blank=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    # Also documents of the packs that are still drafts.
    drafts = models.BooleanField(default=False)
    # As Change.as_data gives them, in their order.
    changes = models.JSONField(default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    # Nothing is deleted: a scenario that nobody wants any more is put away.
    put_away = models.BooleanField(default=False)
    revision = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = "沙盘方案"

    def __str__(self) -> str:
        return self.name

    @property
    def proposal(self) -> Proposal:
        """Its changes."""
        return Proposal(self.name, self.change_list)

    @property
    def change_list(self) -> tuple[Change, ...]:
        """Its changes as values."""
        return changes_of(self.changes)
