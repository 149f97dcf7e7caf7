"""Writing what an import read: a batch, its records, the entities it brings, and what was wrong with its rows.

Everything happens inside the one transaction of the import: a file is taken in whole, as far as it is right, or not at
all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import cast

from yanlian.apps.registry.actions import rename_entity
from yanlian.apps.registry.actions_bulk import Value, insert_rows, stored_moment
from yanlian.apps.registry.imports.cells import Stored
from yanlian.apps.registry.imports.plan import Plan
from yanlian.apps.registry.imports.rows import Fault, Reference, Row, mask_text, raw_of
from yanlian.apps.registry.lookup import Plain, moment_of, plain_day, select_in
from yanlian.apps.registry.models import FOREVER, Alias, Batch, Entity, FormerName, RowFault, column_of, record_models
from yanlian.base.ids import check_uscc, person_code, plain_form

_OWN = ("entity_id", "batch_id", "source_row", "valid_from", "row_hash", "recorded_at", "replaced_at", "supersedes_id")


@dataclass(slots=True)
class Whom:
    """An entity as far as an import needs it."""

    pk: int
    name: str
    kind: str


@dataclass(slots=True)
class Standing:
    """The record that stands under a natural key."""

    pk: int
    row_hash: str
    recorded_at: Plain
    batch: int
    source_row: int | None
    # Values of the fields that the file does not have; they stay as they are.
    kept: tuple[Stored, ...]


@dataclass(slots=True)
class Intake:
    """One import under way."""

    batch: Batch
    plan: Plan
    tally: Counter[str] = field(default_factory=Counter)

    def store(self, rows: Sequence[Row]) -> None:
        """Store the good rows of a chunk and answer the bad ones. Rows carry distinct natural keys."""
        entities = _find_entities(rows)
        if self.plan.mapping.creates:
            self._create(rows, entities)
        good: list[tuple[Row, Whom]] = []
        for row in rows:
            whom = entities.get(row.reference) if row.reference is not None else None
            self._check_entity(row, whom)
            if whom is not None and not row.refused:
                good.append((row, whom))
        if self.plan.name >= 0:
            self._compare_names(good)
        self._store_records(good)
        self._store_faults(rows, entities)

    def _create(self, rows: Sequence[Row], entities: dict[Reference, Whom]) -> None:
        """Add the entities that sound rows bring; a row that is refused brings none."""
        fresh: dict[Reference, Row] = {}
        for row in rows:
            own = row.reference is not None and row.reference[0] != "code"
            if own and row.reference not in entities and not row.refused:
                fresh.setdefault(cast("Reference", row.reference), row)
        if not fresh:
            return
        moment = stored_moment(self.batch.recorded_at)
        values: list[tuple[Value, ...]] = []
        for (how, value), row in fresh.items():
            if how == "uscc":
                checked = check_uscc(value)
                if not checked.valid:
                    header = self.plan.headers[self.plan.uscc]
                    row.faults.append(Fault(header, f"uscc_{checked.fault}", {"found": value}, warning=True))
            row.faults += row.doubts
            code = value if how == "uscc" else person_code(value)
            uscc = value if how == "uscc" else None
            hashed = value if how == "id_hash" else None
            values.append((code, uscc, row.name, row.entity_kind, hashed, row.fictional, moment))
        insert_rows(Entity, ("code", "uscc", "name", "kind", "id_hash", "fictional", "recorded_at"), values)
        self.tally["created"] += len(values)
        entities |= _find_entities(list(fresh.values()))

    def _check_entity(self, row: Row, whom: Whom | None) -> None:
        if row.reference is None or (row.refused and whom is None):
            return
        if whom is None:
            shown = row.reference[1] if row.reference[0] != "id_hash" else person_code(row.reference[1])
            row.faults.append(Fault(self._reference_header(row.reference), "entity_unknown", {"found": shown}))
        elif whom.kind not in self.plan.mapping.kind.of:
            data = {"found": whom.name, "kind": whom.kind}
            row.faults.append(Fault(self._reference_header(row.reference), "entity_kind_wrong", data))

    def _reference_header(self, reference: Reference) -> str:
        index = {"uscc": self.plan.uscc, "id_hash": self.plan.person, "code": self.plan.code}[reference[0]]
        return self.plan.headers[index]

    def _compare_names(self, good: Iterable[tuple[Row, Whom]]) -> None:
        """Market registration is the authority on names and renames; elsewhere another name is a warning."""
        differing = [(row, whom) for row, whom in good if row.name and row.name != whom.name]
        differing = [(row, whom) for row, whom in differing if plain_form(row.name) != plain_form(whom.name)]
        if not differing:
            return
        known = _other_names([whom.pk for _, whom in differing])
        for row, whom in differing:
            renamed = self.plan.mapping.creates == "organisations" and self._rename(whom, row.name)
            if not renamed and (whom.pk, plain_form(row.name)) not in known:
                data = {"found": row.name, "expected": whom.name}
                row.faults.append(Fault(self.plan.headers[self.plan.name], "name_differs", data, warning=True))

    def _rename(self, whom: Whom, name: str) -> bool:
        entity = Entity.objects.get(pk=whom.pk)
        last = FormerName.objects.filter(entity=entity).order_by("-replaced_at").first()
        if self.batch.recorded_at <= (last.replaced_at if last else entity.recorded_at):
            return False
        rename_entity(entity, name, recorded_at=self.batch.recorded_at)
        self.tally["renamed"] += 1
        return True

    def _store_records(self, good: Sequence[tuple[Row, Whom]]) -> None:
        standing = self._standing({whom.pk for _, whom in good})
        keys, absent = self.plan.keys, self.plan.absent
        moment, forever = stored_moment(self.batch.recorded_at), stored_moment(FOREVER)
        fresh: list[tuple[Value, ...]] = []
        replaced: list[int] = []
        period = self._period_position()
        for row, whom in good:
            values = row.values
            current = standing.get((whom.pk, *(values[position] for position in keys)))
            if current is not None and absent:
                for position, kept in zip(absent, current.kept, strict=True):
                    values[position] = kept
            row_hash = blake2b(repr(values).encode(), digest_size=16).hexdigest()
            if current is not None:
                if current.row_hash == row_hash:
                    self.tally["unchanged"] += 1
                    continue
                if not self._may_correct(row, current):
                    continue
                replaced.append(current.pk)
            day = _first_day(values[period]) if period >= 0 else None
            before = current.pk if current is not None else None
            own = (whom.pk, self.batch.pk, row.number, day, row_hash, moment, forever, before)
            fresh.append((*own, *values))
        self._write_records(fresh, replaced)

    def _may_correct(self, row: Row, current: Standing) -> bool:
        if current.batch == self.batch.pk:
            row.faults.append(Fault("", "row_repeated", {"first": current.source_row}))
            return False
        known = moment_of(current.recorded_at)
        if known >= self.batch.recorded_at:
            row.faults.append(Fault("", "not_later", {"known": known.isoformat()}))
            return False
        return True

    def _write_records(self, fresh: Sequence[tuple[Value, ...]], replaced: Sequence[int]) -> None:
        model = record_models()[self.plan.mapping.kind.key]
        if replaced:
            standing = model._default_manager.filter(pk__in=replaced, replaced_at=FOREVER)
            changed = standing.update(replaced_at=self.batch.recorded_at)
            assert changed == len(replaced), "a record was replaced by someone else inside the import's lock"
        insert_rows(model, (*_OWN, *self._columns()), fresh)
        self.tally["stored"] += len(fresh)
        self.tally["corrected"] += len(replaced)

    def _columns(self) -> list[str]:
        return [column_of(column.field.key, column.field.type) for column in self.plan.columns]

    def _period_position(self) -> int:
        period = self.plan.mapping.kind.period
        fields = [column.field.key for column in self.plan.columns]
        return fields.index(period) if period else -1

    def _standing(self, entities: set[int]) -> dict[tuple[object, ...], Standing]:
        """The records that stand of these entities, by entity and key values."""
        model = record_models()[self.plan.mapping.kind.key]
        columns = self._columns()
        keys = [columns[position] for position in self.plan.keys]
        kept = [columns[position] for position in self.plan.absent]
        own = ("entity_id", "id", "row_hash", "recorded_at", "batch_id", "source_row")
        forever = f"replaced_at = '{stored_moment(FOREVER)}'"
        flags = [column.field.type == "flag" for column in (self.plan.columns[n] for n in self.plan.absent)]
        found: dict[tuple[object, ...], Standing] = {}
        for row in select_in(model, (*own, *keys, *kept), "entity_id", entities, forever):
            key = (row[0], *map(plain_day, row[len(own) : len(own) + len(keys)]))
            rest = [
                bool(value) if flag and value is not None else plain_day(value)
                for flag, value in zip(flags, row[len(own) + len(keys) :], strict=True)
            ]
            pk, row_hash, recorded_at, batch, source_row = row[1 : len(own)]
            found[key] = Standing(
                cast("int", pk),
                str(row_hash),
                recorded_at,
                cast("int", batch),
                cast("int | None", source_row),
                tuple(rest),
            )
        return found

    def _store_faults(self, rows: Sequence[Row], entities: dict[Reference, Whom]) -> None:
        faults: list[RowFault] = []
        for row in rows:
            if not row.faults:
                continue
            self.tally["refused" if row.refused else "warned"] += 1
            raw = raw_of(self.plan, row)
            whom = entities.get(row.reference) if row.reference is not None else None
            faults += [
                RowFault(
                    batch=self.batch,
                    sheet=self.plan.table.sheet[:64],
                    row=row.number,
                    entity_id=whom.pk if whom else None,
                    column=fault.column[:100],
                    code=fault.code,
                    data={name: mask_text(v) if isinstance(v, str) else v for name, v in fault.data.items()},
                    warning=fault.warning,
                    raw=raw,
                )
                for fault in row.faults
            ]
        RowFault.objects.bulk_create(faults, batch_size=500)

    def finish(self) -> Batch:
        """Write the counts."""
        batch, tally = self.batch, self.tally
        batch.rows_read = tally["read"]
        batch.rows_stored = tally["stored"]
        batch.rows_corrected = tally["corrected"]
        batch.rows_unchanged = tally["unchanged"]
        batch.rows_refused = tally["refused"]
        batch.rows_warned = tally["warned"]
        batch.entities_created = tally["created"]
        batch.save(force_update=True)
        return batch


def open_batch(batch: Batch, plan: Plan) -> Intake:
    """Begin: the batch is there for its records to name."""
    batch.save(force_insert=True)
    return Intake(batch, plan)


def _find_entities(rows: Sequence[Row]) -> dict[Reference, Whom]:
    wanted: dict[str, set[str]] = {}
    for row in rows:
        if row.reference is not None:
            wanted.setdefault(row.reference[0], set()).add(row.reference[1])
    found: dict[Reference, Whom] = {}
    for how, values in wanted.items():
        for value, pk, name, kind in select_in(Entity, (how, "id", "name", "kind"), how, values):
            found[cast("Reference", (how, value))] = Whom(cast("int", pk), str(name), str(kind))
    return found


def _other_names(entities: Sequence[int]) -> set[tuple[int, str]]:
    names = [
        *Alias.objects.filter(entity_id__in=entities).values_list("entity_id", "name"),
        *FormerName.objects.filter(entity_id__in=entities).values_list("entity_id", "name"),
    ]
    return {(entity, plain_form(name)) for entity, name in names}


def _first_day(value: Stored) -> str | None:
    if isinstance(value, int):
        return f"{value:04d}-01-01"
    return value if isinstance(value, str) else None
