"""Versions of policy packs: who wrote which texts, who approved them, and from which day they are in force.

A text is kept once, named by its content, and never changed; a version names its files by these digests, and every
event keeps the names as they then were. So each saving can be read again, and each run's rules too.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models

from yanlian.apps.ledger.append_only import AppendOnly


class RuleText(AppendOnly):
    """The text of one file of a pack, named by the SHA-256 of its UTF-8 bytes."""

    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()

    class Meta:
        verbose_name = "规则文本"

    def __str__(self) -> str:
        return self.digest[:12]


class PackVersion(models.Model):
    """The texts of one pack on their way: draft → checked → approved → enacted; or withdrawn.

    `files` maps names to digests of texts. `revision` grows with every change: whoever changes says which one he saw.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "起草中"
        CHECKED = "checked", "已核验"
        APPROVED = "approved", "已批准"
        # In force from `in_force_from`, until a later version is. Which of them counts on a day, the day says.
        ENACTED = "enacted", "已实施"
        WITHDRAWN = "withdrawn", "已撤回"

    # May still be edited; a checked one becomes a draft again.
    OPEN = (State.DRAFT, State.CHECKED)

    pack = models.CharField(max_length=40)
    number = models.IntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    files = models.JSONField(default=dict)
    revision = models.IntegerField(default=0)
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # Null: delivered with the installation.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    # The result of the last check: {revision, errors, warnings, cases, passed, faults: […], failures: […]}.
    findings = models.JSONField(default=dict)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    # Enacted without a day: in force from the beginning (what the installation brought).
    in_force_from = models.DateField(null=True)
    enacted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pack", "-number"]
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="pack_version_once")]
        verbose_name = "政策包版本"

    def __str__(self) -> str:
        return f"{self.pack} v{self.number}"

    @property
    def order(self) -> tuple[date, int]:
        """Of several that are in force from a day on, the greatest counts."""
        return self.in_force_from or date.min, self.number


class VersionEvent(AppendOnly):
    """What happened to a version: by whom, when, and which files it had after it."""

    version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Stands in ui/words.yaml, group version_event.
    verb = models.CharField(max_length=16)
    revision = models.IntegerField()
    files = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "版本经过"

    def __str__(self) -> str:
        return f"{self.version} {self.verb}"


class KeptRules(AppendOnly):
    """All texts that a run was made with, by the hash of its packs: {pack: {file: digest}}."""

    hash = models.CharField(max_length=64, unique=True)
    packs = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = "测算所用规则"

    def __str__(self) -> str:
        return self.hash[:12]
