"""Runs and their outcomes, as the database keeps them (the full set of a run lies in Parquet beside it)."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models import Entity


class Run(models.Model):
    """One evaluation: (snapshot, packs, as-of date, engine) → outcomes. The same four give the same bytes."""

    class State(models.TextChoices):
        RUNNING = "running", "测算中"
        COMPLETE = "complete", "完成"
        FAILED = "failed", "失败"
        # The interpreter says something else: kept to be looked at, of no use.
        DIFFERS = "differs", "核对不一致"

    # Its outcomes stand in the database.
    RECORDED = (State.COMPLETE, State.DIFFERS)

    snapshot_hash = models.CharField(max_length=64)
    pack_hash = models.CharField(max_length=64)
    as_of = models.DateField()
    engine = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    # Folder of the Parquet files, relative to the data folder.
    folder = models.CharField(max_length=200)
    entities = models.BigIntegerField(default=0)
    clauses = models.IntegerField(default=0)
    # Counts by outcome and amount by clause, as written by the run: {"eligible": …} and {clause: {count, amount_fen}}.
    by_outcome = models.JSONField(default=dict)
    by_clause = models.JSONField(default=dict)
    amount_fen = models.BigIntegerField(default=0)
    seconds_ms = models.BigIntegerField(default=0)
    # What decides the outcomes, in words and as hashes (engine, form, version, packs, dossiers, evaluator …).
    identity = models.JSONField(default=dict)
    # Counts: dossiers, those that the interpreter judged (`interpreted`) and under which clause (`interpreted.<id>`).
    report = models.JSONField(default=dict)
    # A sample judged again: {dossiers, outcomes, differences, first: […]}; empty when the interpreter made the run.
    agreement = models.JSONField(default=dict)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot_hash", "pack_hash", "as_of", "engine"], name="run_once"),
        ]
        verbose_name = "测算"

    def __str__(self) -> str:
        return f"{self.as_of} #{self.pk}"

    @property
    def differences(self) -> int:
        """In how many places the interpreter says something else of the sample."""
        return int(self.agreement.get("differences", 0))


class Outcome(models.Model):
    """What one clause says of one beneficiary and one matter. `not_applicable` ones are only in the Parquet files."""

    class Kind(models.TextChoices):
        ELIGIBLE = "eligible", "符合"
        NOT_ELIGIBLE = "not_eligible", "不符合"
        UNKNOWN = "unknown", "待补数据"
        MANUAL = "manual", "人工判定"
        NOT_APPLICABLE = "not_applicable", "不适用"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="outcomes")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="outcomes")
    clause = models.CharField(max_length=40)
    document = models.CharField(max_length=40)
    department = models.CharField(max_length=16)
    # Names the event (certificate, contract …); empty when the clause has no event.
    matter = models.CharField(max_length=200, blank=True)
    # Year the entitlement belongs to, or "once".
    period = models.CharField(max_length=10)
    event_on = models.DateField(null=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # What is due after stacking and caps; `clause_fen` is what the clause alone gives.
    amount_fen = models.BigIntegerField(default=0)
    clause_fen = models.BigIntegerField(default=0)
    delivery = models.CharField(max_length=8)
    # Why not, in data: {"failed": [labels], "missing": [{fact, holder, period}], "manual": text, "reduced": [...]}.
    reason = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "entity", "clause", "matter", "period"], name="outcome_once"),
        ]
        indexes = [
            models.Index(fields=["run", "clause", "kind"]),
            models.Index(fields=["entity", "run"]),
        ]
        verbose_name = "结果"

    def __str__(self) -> str:
        return f"{self.clause} {self.entity_id} {self.kind}"
