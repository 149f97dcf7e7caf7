"""The mapping of flat tables to dossiers: a small YAML file, read into frozen data (docs/reference/dossiers.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import yaml

from yanlian.base.finding import nearest
from yanlian.base.refusal import Refused
from yanlian.engine.dossier.cases import stored_value
from yanlian.engine.dossier.coverage import Coverage, Delivery
from yanlian.engine.dossier.schema import Field, RecordKind, Schema

# What one of a column is worth in units of storage (fen, ppm, hundredths of a square metre), as a power of ten.
UNITS: Mapping[str, Mapping[str, int]] = {
    "money": {"分": 0, "fen": 0, "元": 2, "yuan": 2, "千元": 5, "万元": 6, "百万元": 8, "亿元": 10},
    "rate": {"ppm": 0, "‰": 3, "%": 4, "percent": 4, "1": 6, "ratio": 6},
    "area": {"0.01平方米": 0, "平方米": 2, "sqm": 2},
    "count": {"1": 0},
    "year": {"1": 0},
}
_USUAL = {"money": "元", "rate": "1", "area": "平方米", "count": "1", "year": "1"}
ENTITY_COLUMNS = ("uscc", "name")
# Far away, but a day more must still be a date.
_ALWAYS = date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A column that fills a field. `power`: see UNITS; `words`: what its values become; `empty`: values that say
    none."""

    field: Field
    column: str
    power: int
    words: Mapping[str, str]
    empty: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class TableFile:
    """Where a table lies and how a CSV is written."""

    path: Path
    encoding: str = "utf8"
    delimiter: str = ","

    @property
    def name(self) -> str:
        """As it is named in faults."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class RecordMap:
    """One table's share in a kind of record. `constants`: stored values of fields that are the same in every row."""

    kind: RecordKind
    columns: tuple[ColumnMap, ...]
    constants: Mapping[str, object]
    source: str
    recorded: date | None

    @property
    def fields(self) -> tuple[str, ...]:
        """Keys of the fields that it gives, in the order of the fact schema."""
        given = {column.field.key for column in self.columns} | set(self.constants)
        return tuple(key for key in self.kind.fields if key in given)


@dataclass(frozen=True, slots=True)
class ChildTable:
    """A table of which any number of rows belong to one entity."""

    file: TableFile
    owner: str
    record: RecordMap


@dataclass(frozen=True, slots=True)
class DossierMap:
    """The whole mapping. `own`: the entity's columns (uscc, name); `kind`: its kind, or the column that says it."""

    moment: datetime
    file: TableFile
    id: str
    kind: str
    kind_column: str
    own: Mapping[str, str]
    records: tuple[RecordMap, ...]
    children: tuple[ChildTable, ...]
    coverage: Coverage

    @property
    def record_kinds(self) -> tuple[RecordKind, ...]:
        """The kinds that become columns, in the order of the mapping."""
        found = {one.kind.key: one.kind for one in (*self.records, *(child.record for child in self.children))}
        return tuple(found.values())


class _Reader:
    """Reads the YAML tree; every refusal names the place."""

    def __init__(self, path: Path, schema: Schema, files: Mapping[str, Path]) -> None:
        self.path = path
        self.schema = schema
        self.files = files
        self.units: Mapping[str, object] = {}

    def wrong(self, where: str, found: object, expected: str) -> Refused:
        return Refused("dossiers_mapping", file=self.path.name, where=where, found=str(found)[:80], expected=expected)

    def mapping(
        self, value: object, where: str, allowed: Sequence[str] = (), needed: Sequence[str] = ()
    ) -> Mapping[str, object]:
        if not isinstance(value, Mapping):
            raise self.wrong(where, value, "{…}")
        for key in value:
            if allowed and key not in allowed:
                raise self.wrong(where, key, " | ".join(allowed))
        for key in needed:
            if value.get(key) is None:
                raise self.wrong(where, f"没有 {key}", key)
        return cast("Mapping[str, object]", value)

    def day(self, value: object, where: str) -> date:
        if isinstance(value, datetime):
            return value.date()
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            raise self.wrong(where, value, "2025-12-31") from None

    def moment(self, value: object) -> datetime:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        day = self.day(value, "moment")
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def file(self, node: Mapping[str, object]) -> TableFile:
        name = str(node["file"])
        path = self.files.get(name, self.path.parent / name)
        return TableFile(path, str(node.get("encoding", "utf8")), str(node.get("delimiter", ",")))

    def kind(self, name: str) -> RecordKind:
        kind = self.schema.names.get(name)
        if kind is None:
            near = nearest(name, self.schema.names, cutoff=0.3)
            raise self.wrong("records", name, near or "docs/reference/facts.md")
        return kind

    def field(self, kind: RecordKind, name: str, where: str) -> Field:
        field = kind.names.get(name)
        if field is None:
            raise self.wrong(where, name, " | ".join(one.zh for one in kind.fields.values()))
        return field

    def column(self, field: Field, value: object, where: str) -> ColumnMap:
        node = value if isinstance(value, Mapping) else {"column": value}
        node = self.mapping(node, where, ("column", "unit", "values", "empty"), ("column",))
        power = 0
        if field.type in UNITS:
            unit = str(node.get("unit", self.units.get(field.type, _USUAL[field.type])))
            if unit not in UNITS[field.type]:
                raise self.wrong(f"{where}.unit", unit, " | ".join(UNITS[field.type]))
            power = UNITS[field.type][unit]
        elif "unit" in node:
            raise self.wrong(f"{where}.unit", node["unit"], f"{field.type} 没有单位")
        words = self.mapping(node.get("values") or {}, f"{where}.values")
        empty = node.get("empty")
        told = tuple(empty) if isinstance(empty, list) else () if empty is None else (empty,)
        return ColumnMap(field, str(node["column"]), power, {str(key): str(word) for key, word in words.items()}, told)

    def record(self, kind: RecordKind, node: Mapping[str, object], where: str) -> RecordMap:
        fields = self.mapping(node.get("fields") or {}, f"{where}.fields")
        columns = tuple(
            self.column(self.field(kind, name, f"{where}.fields"), value, f"{where}.{name}")
            for name, value in fields.items()
        )
        constants: dict[str, object] = {}
        for name, written in self.mapping(node.get("constants") or {}, f"{where}.constants").items():
            field = self.field(kind, name, f"{where}.constants")
            constants[field.key] = stored_value(field, written, f"{kind.zh}.{field.zh}")
        named = [column.field.key for column in columns] + list(constants)
        twice = next((name for name in named if named.count(name) > 1), None)
        if twice is not None or not named:
            raise self.wrong(f"{where}.fields", twice or "{}", "每个字段一次")
        recorded = node.get("recorded")
        day = None if recorded is None else self.day(recorded, f"{where}.recorded")
        return RecordMap(kind, columns, constants, str(node.get("source") or ""), day)

    def coverage(self, value: object) -> Coverage:
        if value == "everything":
            return Coverage(Delivery(kind, None, _ALWAYS, complete=True) for kind in self.schema.records)
        deliveries: list[Delivery] = []
        for name, told in self.mapping(value, "coverage").items():
            kind = self.kind(name)
            if told == "everything":
                deliveries.append(Delivery(kind.key, None, _ALWAYS, complete=True))
                continue
            if not isinstance(told, list):
                raise self.wrong(f"coverage.{name}", told, "everything | [{from, to, complete}]")
            for one in told:
                node = self.mapping(one, f"coverage.{name}", ("from", "to", "complete"), ("to",))
                start = node.get("from")
                first = None if start is None else self.day(start, f"coverage.{name}.from")
                last = self.day(node["to"], f"coverage.{name}.to")
                deliveries.append(Delivery(kind.key, first, last, bool(node.get("complete", True))))
        return Coverage(deliveries)


_TOP = ("moment", "entities", "units", "records", "coverage")
_FILE = ("file", "encoding", "delimiter")
_RECORD = ("from", *_FILE, "owner", "fields", "constants", "source", "recorded")


def read_mapping(path: Path, schema: Schema, files: Mapping[str, Path] | None = None) -> DossierMap:
    """The mapping in a YAML file. `files`: other paths for files that it names; others lie beside it.

    Raises `Refused("dossiers_mapping")`, or the refusal of a constant that does not fit its field.
    """
    reader = _Reader(path, schema, files or {})
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise reader.wrong("YAML", " ".join(str(error).split()), "YAML, UTF-8") from None
    top = reader.mapping(tree, "", _TOP, ("moment", "entities", "coverage"))
    reader.units = reader.mapping(top.get("units") or {}, "units", tuple(UNITS))
    own = reader.mapping(
        top["entities"], "entities", (*_FILE, "id", "kind", "kind_column", *ENTITY_COLUMNS), ("file", "id")
    )
    kinds = schema.entity["kind"].values
    kind, kind_column = str(own.get("kind") or ""), str(own.get("kind_column") or "")
    if bool(kind) == bool(kind_column) or (kind and kind not in kinds):
        raise reader.wrong("entities.kind", kind or kind_column or "—", f"kind: {' | '.join(kinds)}，或 kind_column")
    records, children = _records(reader, top)
    return DossierMap(
        moment=reader.moment(top["moment"]),
        file=reader.file(own),
        id=str(own["id"]),
        kind=kind,
        kind_column=kind_column,
        own={name: str(own[name]) for name in ENTITY_COLUMNS if own.get(name)},
        records=records,
        children=children,
        coverage=reader.coverage(top["coverage"]),
    )


def _records(reader: _Reader, top: Mapping[str, object]) -> tuple[tuple[RecordMap, ...], tuple[ChildTable, ...]]:
    from_entities: list[RecordMap] = []
    children: list[ChildTable] = []
    seen: set[str] = set()
    for name, told in reader.mapping(top.get("records") or {}, "records").items():
        kind, where = reader.kind(name), f"records.{name}"
        shares = told if isinstance(told, list) else [told]
        if kind.key in seen or (len(shares) > 1 and not kind.many):
            raise reader.wrong(where, f"{len(shares)} ×", "一次")
        seen.add(kind.key)
        fields: set[frozenset[str]] = set()
        for share in shares:
            node = reader.mapping(share, where, _RECORD)
            record = reader.record(kind, node, where)
            # A field that one share lacks would read as empty there, though nobody said so.
            fields.add(frozenset(record.fields))
            if len(fields) > 1:
                raise reader.wrong(f"{where}.fields", ", ".join(record.fields), "各表同样的字段")
            if node.get("from") == "entities" and not {"file", "owner"} & set(node):
                from_entities.append(record)
            elif "from" not in node and node.get("file") and node.get("owner"):
                children.append(ChildTable(reader.file(node), str(node["owner"]), record))
            else:
                raise reader.wrong(where, ", ".join(node), "from: entities，或 file 和 owner")
    return tuple(from_entities), tuple(children)
