"""Where records come from: the delivered file, the rows of it that were refused, and what a delivery covers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yanlian.apps.registry.models.entity import Entity


class Batch(models.Model):
    """One delivered file that was taken in. The same bytes for the same data set are taken in once."""

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(max_length=64, blank=True)
    encoding = models.CharField(max_length=16)
    department = models.CharField(max_length=16)
    # Key of the record kind that the file holds.
    dataset = models.CharField(max_length=32)
    recorded_at = models.DateTimeField()
    covered_from = models.DateField(null=True)
    covered_to = models.DateField(null=True)
    complete = models.BooleanField(default=False)
    rows_read = models.BigIntegerField(default=0)
    rows_stored = models.BigIntegerField(default=0)
    rows_unchanged = models.BigIntegerField(default=0)
    # Part of rows_stored: the new record supersedes an older one.
    rows_corrected = models.BigIntegerField(default=0)
    rows_refused = models.BigIntegerField(default=0)
    rows_warned = models.BigIntegerField(default=0)
    entities_created = models.BigIntegerField(default=0)
    # "header": the headers in order; and what was not used: "columns" (headers), "sheets" (names), "absent" (fields
    # that the file does not have).
    notes = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["dataset", "sha256"], name="batch_once")]
        verbose_name = "数据批次"

    def __str__(self) -> str:
        return f"{self.file_name} #{self.pk}"


class RowFault(models.Model):
    """What is wrong with one row of a file. The sentence is made from `code` and `data` in the reader's language."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="faults")
    sheet = models.CharField(max_length=64, blank=True)
    row = models.BigIntegerField()
    # Whom the row is about, where that could be read: for this entity the file leaves a gap.
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, null=True, related_name="faults")
    # Header of the column; empty when the row as a whole is at fault.
    column = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    # A warned row is stored all the same (a USCC whose check digit does not fit).
    warning = models.BooleanField(default=False)
    # The row as it was delivered, header → text; numbers of persons' documents are masked.
    raw = models.JSONField(default=dict)

    class Meta:
        ordering = ["batch", "row", "pk"]
        verbose_name = "行错误"

    def __str__(self) -> str:
        return f"{self.row} {self.code}"


class Coverage(models.Model):
    """A department delivered one kind of record for a span of days. Only complete coverage makes absence mean none."""

    kind = models.CharField(max_length=32)
    department = models.CharField(max_length=16)
    # Null: from the beginning of all time.
    starts_on = models.DateField(null=True)
    ends_on = models.DateField()
    complete = models.BooleanField()
    recorded_at = models.DateTimeField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="coverage")

    class Meta:
        ordering = ["kind", "starts_on", "ends_on", "recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "department", "starts_on", "ends_on", "complete", "recorded_at"], name="coverage_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "department", "ends_on", "complete", "recorded_at"],
                condition=models.Q(starts_on__isnull=True),
                name="coverage_undated_once",
            ),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="coverage_forward"),
        ]
        verbose_name = "数据覆盖"

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on}–{self.ends_on}"
