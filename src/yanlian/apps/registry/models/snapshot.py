"""The snapshots that were made: immutable data sets of all dossiers, named by their content."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Snapshot(models.Model):
    """All dossiers as known at one moment, as Parquet in `folder`. The same data give the same hash."""

    hash = models.CharField(max_length=64, unique=True)
    moment = models.DateTimeField()
    rows = models.BigIntegerField()
    # Relative to the data folder.
    folder = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-moment", "-pk"]
        verbose_name = "快照"

    def __str__(self) -> str:
        return f"{self.moment} {self.hash[:12]}"
