"""All dossiers as known at one moment, out of the database into an immutable Parquet data set.

What was known at the moment m has recorded_at <= m < replaced_at, so a later import changes no earlier snapshot. The
same data give the same hash: entities come in the order of their codes, records in the order of their keys, and nothing
in a row depends on the database's own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import connection
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Collate
from django.utils import timezone

from yanlian.apps.people.models import User
from yanlian.apps.registry.actions import check_moment, record_snapshot
from yanlian.apps.registry.actions_bulk import stored_moment
from yanlian.apps.registry.lookup import Plain, plain_day, select_in
from yanlian.apps.registry.models import (
    Affiliation,
    Batch,
    Coverage,
    Entity,
    FormerName,
    Record,
    RowFault,
    column_of,
    record_models,
)
from yanlian.apps.registry.models import Snapshot as SnapshotRow
from yanlian.apps.registry.ownership import Rows, merged, related_rows
from yanlian.engine import dossier
from yanlian.engine.dossier import Field, RecordKind, SnapshotInfo, SnapshotWriter, load_schema

# Entities in memory at a time.
CHUNK = 5_000
# Entities done, entities in all.
Progress = Callable[[int, int], None]

_Whom = tuple[int, str, str | None, str, str]
_Rows = dict[int, list[dict[str, object]]]


def build_snapshot(
    moment: datetime, folder: Path, progress: Progress | None = None, *, by: User | None = None
) -> SnapshotInfo:
    """Write the snapshot of a moment below `folder` and enter it in the registry. Repeating it gives the same one.

    Raises `Refused("moment_in_future")`: what will be known by then is not known yet.
    """
    check_moment(moment)
    schema = load_schema()
    sources = _sources(moment)
    related = related_rows(moment)
    entities = _entities(moment)
    total = entities.count()
    done = 0
    with SnapshotWriter(folder, schema, moment) as writer:
        stream = entities.values_list("pk", "code", "uscc", "name", "kind").iterator(chunk_size=CHUNK)
        while chunk := list(islice(stream, CHUNK)):
            writer.write(_dossiers(chunk, moment, sources, related))
            done += len(chunk)
            if progress is not None:
                progress(done, total)
        info = writer.close(coverage_at(moment))
    record_snapshot(digest=info.hash, moment=moment, rows=info.rows, folder=_relative(info.path), by=by)
    return info


def snapshot_known_at(moment: datetime, folder: Path, progress: Progress | None = None) -> SnapshotRow:
    """The snapshot of what was known at a moment: the one that was made of it, else made now from the records.

    Records are never overwritten, so it is the same whenever it is made. Raises `Refused("moment_in_future")`.
    """
    for row in SnapshotRow.objects.filter(moment=moment).order_by("-pk"):
        if (Path(settings.DATA) / row.folder).is_dir():
            return row
    info = build_snapshot(moment, folder, progress)
    return SnapshotRow.objects.get(hash=info.hash)


def coverage_at(moment: datetime) -> dossier.Coverage:
    """What departments had delivered by a moment; of two declarations for the same span the later counts."""
    latest: dict[tuple[str, date | None, date], bool] = {}
    for one in Coverage.objects.filter(recorded_at__lte=moment).order_by("recorded_at", "pk"):
        latest[one.kind, one.starts_on, one.ends_on] = one.complete
    return dossier.Coverage(dossier.Delivery(*span, complete) for span, complete in latest.items())


def _entities(moment: datetime) -> QuerySet[Entity]:
    """In the order of code points on every database: PostgreSQL would sort by the rules of a language."""
    code = Collate(F("code"), "C") if connection.vendor == "postgresql" else F("code")
    return Entity.objects.filter(recorded_at__lte=moment).order_by(code)


@dataclass(frozen=True, slots=True)
class _Source:
    """File and day of a batch: what a record says of its origin."""

    file_name: str
    recorded: date


def _sources(moment: datetime) -> dict[int, _Source]:
    batches = Batch.objects.filter(recorded_at__lte=moment).values_list("pk", "file_name", "recorded_at")
    return {pk: _Source(name, timezone.localtime(when).date()) for pk, name, when in batches.iterator()}


def _dossiers(
    entities: Sequence[_Whom], moment: datetime, sources: Mapping[int, _Source], related: Rows
) -> Iterator[dict[str, object]]:
    ids = [entity[0] for entity in entities]
    names = _names_at(ids, moment)
    kinds = load_schema().records.values()
    models = record_models()
    found = {kind.key: _records(kind, models[kind.key], ids, moment, sources) for kind in kinds}
    refused = _refused(ids, moment)
    for pk, code, uscc, name, entity_kind in entities:
        row: dict[str, object] = {"id": code, "uscc": uscc, "name": names.get(pk, name), "kind": entity_kind}
        for kind in kinds:
            records = found[kind.key].get(pk, [])
            row[kind.key] = records if kind.many else (records[0] if records else None)
        if code in related:
            row[Affiliation.KIND] = merged(found[Affiliation.KIND].get(pk, []), related[code])
        row["refused"] = sorted(refused.get(pk, ()))
        yield row


def _refused(ids: Sequence[int], moment: datetime) -> dict[int, set[str]]:
    """Kinds of record of which a row about the entity was refused and nothing later came in: a gap, whatever the file
    says it covers."""
    faults = RowFault.objects.filter(entity_id__in=ids, warning=False, batch__recorded_at__lte=moment)
    models = record_models()
    found: dict[int, set[str]] = {}
    told = faults.values_list("entity_id", "batch__dataset").annotate(when=Max("batch__recorded_at"))
    for entity, dataset, when in told.order_by("entity_id", "batch__dataset"):
        later = models[dataset]._default_manager.filter(entity_id=entity, recorded_at__gt=when, recorded_at__lte=moment)
        if entity is not None and not later.exists():
            found.setdefault(entity, set()).add(dataset)
    return found


def _names_at(ids: Sequence[int], moment: datetime) -> dict[int, str]:
    """The names of entities that were renamed after the moment: the first that was replaced after it."""
    renamed = FormerName.objects.filter(entity_id__in=ids, replaced_at__gt=moment).order_by("-replaced_at")
    return dict(renamed.values_list("entity_id", "name"))


def _records(
    kind: RecordKind, model: type[Record], ids: Sequence[int], moment: datetime, sources: Mapping[int, _Source]
) -> _Rows:
    """Records of one kind of these entities, each list in the order of the kind's key."""
    fields = list(kind.fields.values())
    columns = [column_of(field.key, field.type) for field in fields]
    order = [columns.index(column_of(key, kind.fields[key].type)) for key in kind.key_fields]
    shown = stored_moment(moment)
    known = f"recorded_at <= '{shown}' AND replaced_at > '{shown}'"
    read = [(place, _reader(kind, field)) for place, field in enumerate(fields) if _needs_reading(kind, field)]
    keys = [field.key for field in fields]
    found: dict[int, list[tuple[tuple[Plain, ...], dict[str, object]]]] = {}
    for entity, batch, source_row, *rest in select_in(
        model, ("entity_id", "batch_id", "source_row", *columns), "entity_id", ids, known
    ):
        key = tuple(plain_day(rest[place]) for place in order)
        values: list[object] = list(rest)
        for place, reader in read:
            if values[place] is not None:
                values[place] = reader(rest[place])
        record = dict(zip(keys, values, strict=True))
        source = sources[cast("int", batch)]
        record["source"] = f"{source.file_name}:{source_row}"
        record["recorded"] = source.recorded
        found.setdefault(cast("int", entity), []).append((key, record))
    return {entity: _sorted(records) for entity, records in found.items()}


def _sorted(records: list[tuple[tuple[Plain, ...], dict[str, object]]]) -> list[dict[str, object]]:
    if len(records) > 1:
        # Values of one key field are all of one type, and never null.
        records.sort(key=lambda record: record[0])
    return [record for _, record in records]


def _needs_reading(kind: RecordKind, field: Field) -> bool:
    return field.type in ("date", "flag") or (field.key in kind.key_fields and field.empty == "none")


def _reader(kind: RecordKind, field: Field) -> Callable[[Plain], object]:
    if field.type == "date":
        return _day
    if field.type == "flag":
        return bool
    # A text of the key that may be absent: "" stands for none in the database, where keys have no nulls.
    return lambda value: value or None


def _day(value: Plain) -> date:
    if isinstance(value, str):
        return _day_of_text(value)
    assert isinstance(value, date)
    return value


@lru_cache(maxsize=65_536)
def _day_of_text(text: str) -> date:
    return date.fromisoformat(text)


def _relative(path: Path) -> str:
    """Relative to the data folder where it lies inside, so that the folder may be moved as a whole."""
    data = Path(settings.DATA)
    return str(path.resolve().relative_to(data)) if path.resolve().is_relative_to(data) else str(path.resolve())
