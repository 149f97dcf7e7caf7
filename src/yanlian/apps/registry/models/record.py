"""What every record about an entity has: whose it is, when we knew it, which file said so, and what it corrects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models

from yanlian.apps.registry.models.batch import Batch
from yanlian.apps.registry.models.entity import Entity

# `replaced_at` of what still stands. A date instead of null, so that one unique index on every database keeps a single
# current record for each natural key (nulls would all differ) and "as known at" is one range comparison.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

SUFFIXES = {"money": "_fen", "rate": "_ppm", "area": "_m2x100"}


def column_of(field: str, type_: str) -> str:
    """The model field that keeps a field of the fact schema; the suffix names the stored unit.

    money → integer fen, rate → integer millionths, area → hundredths of a square metre. `class` is a Python keyword and
    is kept as `class_code`.
    """
    return ("class_code" if field == "class" else field) + SUFFIXES.get(type_, "")


def one_current(kind: str, *key: str) -> models.UniqueConstraint:
    """At most one record of a natural key stands at a time. Also the index by which an entity's records are found."""
    return models.UniqueConstraint(fields=["entity", *key, "replaced_at"], name=f"{kind}_current")


class Known(models.Model):
    """Something we learned at one moment and may learn better later: known from `recorded_at` until `replaced_at`.

    What was known at a moment m: recorded_at <= m < replaced_at. A correction is a new row that names the old in
    `supersedes`; of the old row only `replaced_at` is set. Nothing is deleted.
    """

    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(default=FOREVER)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        abstract = True


class Record(Known):
    """One fact about one entity. The fields mirror the fact schema (engine/dossier/facts.yaml), see `column_of`."""

    # Key of the record kind in the fact schema.
    KIND: ClassVar[str]

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False, related_name="+")
    source_row = models.IntegerField(null=True)
    # The day the fact speaks of (the period field of the schema; for a year its first day); null where it has none.
    valid_from = models.DateField(null=True)
    # BLAKE2b-128 of entity, key and values: equal hashes mean that nothing new was said.
    row_hash = models.CharField(max_length=32)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.KIND} #{self.pk}"


class Title(Record):
    """A title, certificate or accreditation: the fields that three kinds of record share."""

    kind = models.CharField(max_length=64, null=True)
    level = models.CharField(max_length=64, null=True)
    name = models.CharField(max_length=200, null=True)
    number = models.CharField(max_length=200)
    issued_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    renewed = models.BooleanField(null=True)
    revoked_on = models.DateField(null=True)

    class Meta:
        abstract = True


class ListEntry(Record):
    """An entry in a list nobody wants to be on: the fields that three kinds of record share."""

    number = models.CharField(max_length=200)
    listed_on = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    state = models.CharField(max_length=64, null=True)

    class Meta:
        abstract = True
