"""A plan laid over a dossier: the row and the coverage as they would be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from yanlian.engine.dossier import UNDELIVERED, Coverage, Schema
from yanlian.engine.dossier.coverage import Gap
from yanlian.engine.policy.near.plan import AddRecord, Deliver, Edit, Move, Plan, SetField

Stored = Mapping[str, object]


class Supplied(Coverage):
    """A coverage in which some kinds of record are delivered for all time, and nothing is asked after a day.

    `until`: what happens later is taken not to happen (a dossier that only grows older).
    """

    def __init__(self, base: Coverage, kinds: Collection[str], until: date | None = None) -> None:
        super().__init__(base.deliveries, everything=base.everything)
        self._base = base
        self._kinds = frozenset(kinds)
        self._until = until

    def gaps(self, record: str, until: date, since: date | None = None) -> tuple[Gap, ...]:
        """As of the base, without those kinds and without what lies after the day."""
        if record in self._kinds:
            return ()
        return self._base.gaps(record, until if self._until is None else min(until, self._until), since)


def records_in(row: Stored, kind: str) -> Sequence[Stored]:
    """The stored records of a kind with many records; none when nobody delivered them."""
    stored = row.get(kind)
    if stored is None or stored is UNDELIVERED or isinstance(stored, Mapping):
        return ()
    return cast("Sequence[Stored]", stored)


def laid(row: Stored, schema: Schema, plan: Plan) -> dict[str, object]:
    """The row with the plan's edits; records that the plan does not touch are the same objects."""
    made = dict(row)
    for kind in plan.deliveries:
        if made.get(kind) is UNDELIVERED:
            made[kind] = [] if schema.records[kind].many else None
    refused = cast("Sequence[str]", made.get("refused") or ())
    if refused and plan.deliveries:
        made["refused"] = [one for one in refused if one not in plan.deliveries]
    by_record: dict[str, dict[int | None, list[Edit]]] = {}
    for edit in plan.edits:
        by_record.setdefault(edit.record, {}).setdefault(edit.index, []).append(edit)
    for kind, changed in by_record.items():
        if not schema.records[kind].many:
            old = made.get(kind)
            base = cast("Stored", old) if isinstance(old, Mapping) else {}
            made[kind] = _edited(base, changed.get(None, ()))
            continue
        records = list(records_in(row, kind))
        for index in sorted(one for one in changed if one is not None):
            if index < len(records):
                records[index] = _edited(records[index], changed[index])
            else:
                records.append(_edited({}, changed[index]))
        made[kind] = records
    return made


def _edited(stored: Stored, edits: Sequence[Edit]) -> dict[str, object]:
    return {**stored, **{edit.field: edit.value for edit in edits}}


def numbered(plan: Plan, row: Stored) -> Plan:
    """The plan with its new records one after the other, where some between them were left out."""
    places: dict[tuple[str, int], int] = {}
    found: list[Edit] = []
    for edit in plan.edits:
        if edit.index is None or edit.index < len(records_in(row, edit.record)):
            found.append(edit)
            continue
        known = sum(kind == edit.record for kind, _ in places)
        index = places.setdefault((edit.record, edit.index), len(records_in(row, edit.record)) + known)
        found.append(replace(edit, place=(edit.record, index, edit.field)))
    return Plan(tuple(found), plan.deliveries)


def plan_of(moves: Sequence[Move], row: Stored) -> Plan | None:
    """The plan of some moves found over a row; None when a record that they change is not one of the row's own."""
    edits: list[Edit] = []
    deliveries: set[str] = set()
    added: dict[str, int] = {}
    for move in moves:
        if isinstance(move, Deliver):
            deliveries.add(move.kind)
        elif isinstance(move, SetField):
            place = _place_of(move, row)
            if place is None:
                return None
            kind, index = place
            edits.append(Edit((kind, index, move.lens.field.key), move.value, move.op, move.border, move.free))
        elif _is_there(move, row):
            # A second record with the same key would be a correction of the first.
            return None
        else:
            if row.get(move.kind.key) is UNDELIVERED:
                deliveries.add(move.kind.key)
            edits += _of_record(move, row, added)
    return Plan(tuple(edits), frozenset(deliveries))


def _is_there(move: AddRecord, row: Stored) -> bool:
    values = {key: value for key, value, *_ in move.fields}
    key = tuple(values.get(name) for name in move.kind.key_fields)
    if not key or None in key:
        return False
    return any(tuple(one.get(name) for name in move.kind.key_fields) == key for one in records_in(row, move.kind.key))


def _of_record(move: AddRecord, row: Stored, added: dict[str, int]) -> list[Edit]:
    key = move.kind.key
    index = len(records_in(row, key)) + added.get(key, 0)
    added[key] = added.get(key, 0) + 1
    return [Edit((key, index, field), value, op, border, free) for field, value, op, border, free in move.fields]


def _place_of(move: SetField, row: Stored) -> tuple[str, int | None] | None:
    kind = move.lens.row.kind
    if not kind.many:
        return kind.key, None
    for index, stored in enumerate(records_in(row, kind.key)):
        if stored is move.lens.row.data:
            return kind.key, index
    return None
