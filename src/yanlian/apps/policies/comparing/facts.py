"""Which facts of one dossier differ between two snapshots, and when the newer ones were recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from yanlian.apps.policies.clause_parts import items_used
from yanlian.engine.dossier import Schema
from yanlian.engine.dossier.groups import Dossiers
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.dossier.schema import Field, RecordKind
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.used import expressions_of

# Entities of which both rows are in memory at a time.
_AT_A_TIME = 3_000
_ORIGIN = frozenset({"source", "recorded"})

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FactChange:
    """One figure or word that is not the same. Without `of` the record itself came (`new` is true) or went."""

    kind: RecordKind
    of: Field | None
    key: str
    old: object
    new: object
    recorded: date | None
    source: str


def fact_changes(schema: Schema, old: Row | None, new: Row | None) -> list[FactChange]:
    """What differs between two rows of one entity; a record that came or went is one change without a field."""
    found: list[FactChange] = []
    for kind in schema.records.values():
        before, after = _records(kind, old), _records(kind, new)
        for key in sorted(before.keys() | after.keys()):
            found += _record_changes(kind, key, before.get(key), after.get(key))
    return found


def _records(kind: RecordKind, row: Row | None) -> dict[str, Row]:
    held = row.get(kind.key) if row else None
    records = held if isinstance(held, Sequence) and not isinstance(held, str) else [held]
    found: dict[str, Mapping[str, object]] = {}
    for number, one in enumerate(records):
        if isinstance(one, Mapping):
            key = " · ".join(str(one[name]) for name in kind.key_fields if one.get(name) is not None)
            found[key or str(number) if kind.many else ""] = one
    return found


def _record_changes(
    kind: RecordKind, key: str, old: Mapping[str, object] | None, new: Mapping[str, object] | None
) -> Iterator[FactChange]:
    if old is None or new is None:
        there = new or old or {}
        yield FactChange(kind, None, key, old is not None, new is not None, _day(there), str(there.get("source") or ""))
        return
    for name, of in kind.fields.items():
        if name not in _ORIGIN and old.get(name) != new.get(name):
            yield FactChange(kind, of, key, old.get(name), new.get(name), _day(new), str(new.get("source") or ""))


def _day(record: Mapping[str, object]) -> date | None:
    found = record.get("recorded")
    return found if isinstance(found, date) else None


def kinds_read(clause: CompiledClause, schema: Schema) -> set[str]:
    """The kinds of record whose names stand in the clause's formulas, also through definitions and tables."""
    texts = [one.formula.text for one in expressions_of(clause)]
    for item in items_used(clause):
        texts += [item.expression.formula.text] if item.expression else []
        texts += [one.formula.text for one in item.table.inputs] if item.table else []
    whole = "\n".join(texts)
    return {kind.key for kind in schema.records.values() if kind.zh in whole or kind.key in whole}


@dataclass(slots=True)
class Pair:
    """The dossiers of some entities in two snapshots; read a few thousand at a time, when one is asked for."""

    old: Dossiers
    new: Dossiers
    schema: Schema
    codes: Sequence[str]
    _known: dict[str, list[FactChange]] = field(default_factory=dict)

    def changes(self, code: str) -> list[FactChange]:
        """What changed in the dossier of an entity."""
        if code not in self._known:
            ordered = sorted(set(self.codes) | {code})
            at = ordered.index(code) // _AT_A_TIME * _AT_A_TIME
            self._read(ordered[at : at + _AT_A_TIME])
        return self._known[code]

    def _read(self, codes: Sequence[str]) -> None:
        ids = pa.array(codes, pa.string())
        before, after = ({row["id"]: row for row in one.select(ids).to_pylist()} for one in (self.old, self.new))
        self._known |= {one: fact_changes(self.schema, before.get(one), after.get(one)) for one in codes}


def pair_of(old: Path, new: Path, schema: Schema, codes: Sequence[str]) -> Pair:
    """Two snapshots by their folders."""
    return Pair(open_dossiers(old), open_dossiers(new), schema, codes)
