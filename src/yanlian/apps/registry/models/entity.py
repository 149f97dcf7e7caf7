"""Who: enterprises, institutions, persons and parks, and the names they go by."""

from __future__ import annotations

from django.db import models


class Entity(models.Model):
    """An organisation or a person that facts, relations and entitlements are about.

    `code` is the public key: the USCC where there is one, otherwise an opaque code (persons: derived from a keyed hash
    of the ID number, which itself is never stored; organisations that a text only names: given by the importer).
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        INSTITUTION = "institution", "机构"
        PERSON = "person", "个人"
        PARK = "park", "园区"

    code = models.CharField(max_length=64, unique=True)
    uscc = models.CharField(max_length=18, null=True, blank=True, unique=True)
    name = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, db_index=True)
    # Empty unless kind is person: HMAC-SHA256 of the ID number with this installation's key.
    id_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # True for the made-up enterprises of a sample district: pages say so beside the name.
    fictional = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        verbose_name = "主体"

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """Another name of the same entity: a short name, an old name, a brand."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(max_length=200, db_index=True)
    source = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "name"], name="alias_once")]
        verbose_name = "别名"

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """The registered name an entity bore in our books until `replaced_at`: what an older snapshot still shows."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ["entity", "replaced_at"]
        constraints = [models.UniqueConstraint(fields=["entity", "replaced_at"], name="former_name_once")]
        verbose_name = "曾用名"

    def __str__(self) -> str:
        return self.name
