"""Which columns of a department's file stand for which facts: `mappings/<department>.yaml`, held to the fact schema.

One entry for each kind of record:

    title     what the file is called
    entity    columns that say whom a row is about: uscc, person (document number, kept only as a keyed hash), code
    name      columns with its name; compared with the registry, and the name of what the file creates
    creates   organisations | persons: entities that the registry does not have yet are added
    kind, fictional   columns for the kind of a created entity, and the mark of made-up ones
    optional  fields whose column may be absent (all others must be there)
    signed    amounts that may be negative
    month     dates that may be given as months: first or last day of it
    words     field → the department's word → the word of the schema
    columns   field → headers; for amounts, rates and areas header → unit

A blank cell is null; whether that says "unknown" or "none" stands in the fact schema (`empty`). Key fields must be
filled.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from yanlian.base.money import UNITS
from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml
from yanlian.engine.dossier import Field, RecordKind, load_schema

UNITS_OF: dict[str, frozenset[str]] = {
    "money": frozenset(UNITS),
    "rate": frozenset({"1", "%"}),
    "area": frozenset({"平方米"}),
}
_KEYS = frozenset(
    ("title", "entity", "name", "creates", "kind", "fictional", "optional", "signed", "month", "words", "columns")
)


@dataclass(frozen=True, slots=True)
class Column:
    """One field and the headers that stand for it. `headers`: plain header → unit ("" where the type has none)."""

    field: Field
    headers: Mapping[str, str]
    key: bool
    required: bool
    signed: bool
    month: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How the file of one data set is read. The tuples are plain headers, the preferred one first."""

    department: str
    kind: RecordKind
    title: str
    uscc: tuple[str, ...]
    person: tuple[str, ...]
    code: tuple[str, ...]
    name: tuple[str, ...]
    creates: str
    entity_kind: tuple[str, ...]
    fictional: tuple[str, ...]
    columns: tuple[Column, ...]

    def template(self) -> list[str]:
        """The headers of an empty file of this data set: the preferred header of each column."""
        whom = [headers[0] for headers in (self.uscc, self.person) if headers]
        whom += [headers[0] for headers in (self.name, self.entity_kind) if headers]
        return whom + [next(iter(column.headers)) for column in self.columns]


def plain_header(found: str) -> str:
    """A header without blanks and in narrow characters: " 营业收入（万元） " is 营业收入(万元)."""
    return "".join(unicodedata.normalize("NFKC", found).replace("\ufeff", "").split())


def datasets(department: str) -> tuple[str, ...]:
    """The kinds of record that a department delivers."""
    return tuple(kind.key for kind in load_schema().records.values() if kind.holder == department)


@cache
def load_mapping(department: str, dataset: str) -> FileMapping:
    """The mapping of one data set. Raises `Refused`: dataset_unknown; mapping_broken when it contradicts the schema."""
    schema = load_schema()
    if department not in schema.departments or dataset not in datasets(department):
        expected = ", ".join(datasets(department)) or ", ".join(schema.departments)
        raise Refused("dataset_unknown", department=department, found=dataset, expected=expected)
    entries = _entries(department)
    if dataset not in entries:
        raise _broken(department, dataset, "no entry")
    return build_mapping(department, schema.records[dataset], entries[dataset])


def build_mapping(department: str, kind: RecordKind, entry: Mapping[str, object]) -> FileMapping:
    """A mapping from its entry, checked against the schema."""
    strange = set(entry) - _KEYS
    if strange:
        raise _broken(department, kind.key, f"unknown keys {sorted(strange)}")
    columns = cast("Mapping[str, object]", entry["columns"])
    if set(columns) != set(kind.fields):
        raise _broken(department, kind.key, f"columns and fields differ: {sorted(set(columns) ^ set(kind.fields))}")
    entity = cast("Mapping[str, list[str]]", entry["entity"])
    creates = str(entry.get("creates", ""))
    if creates not in ("", "organisations", "persons"):
        raise _broken(department, kind.key, f"creates {creates!r}")
    mapping = FileMapping(
        department=department,
        kind=kind,
        title=str(entry["title"]),
        uscc=_headers(entity.get("uscc")),
        person=_headers(entity.get("person")),
        code=_headers(entity.get("code")),
        name=_headers(entry.get("name")),
        creates=creates,
        entity_kind=_headers(entry.get("kind")),
        fictional=_headers(entry.get("fictional")),
        columns=tuple(_column(department, kind, field, entry) for field in kind.fields.values()),
    )
    _check_headers(mapping)
    return mapping


@cache
def _entries(department: str) -> Mapping[str, Mapping[str, object]]:
    file = resources.files("yanlian.apps.registry").joinpath("mappings", f"{department}.yaml")
    return cast("Mapping[str, Mapping[str, object]]", read_yaml(file.read_text(encoding="utf-8")))


def _column(department: str, kind: RecordKind, field: Field, entry: Mapping[str, object]) -> Column:
    listed = cast("Mapping[str, object]", entry["columns"])[field.key]
    units = UNITS_OF.get(field.type)
    if units is None:
        headers = dict.fromkeys(_headers(listed), "")
    else:
        if not isinstance(listed, Mapping) or not units >= set(map(str, listed.values())):
            raise _broken(department, f"{kind.key}.{field.key}", f"give each header a unit of {sorted(units)}")
        headers = {plain_header(str(header)): str(unit) for header, unit in listed.items()}
    words = cast("Mapping[str, Mapping[str, str]]", entry.get("words", {})).get(field.key, {})
    if field.values and not set(field.values) >= set(words.values()):
        raise _broken(department, f"{kind.key}.{field.key}", "a word leads to a value that the schema does not list")
    return Column(
        field=field,
        headers=headers,
        key=field.key in kind.key_fields,
        required=field.key not in cast("list[str]", entry.get("optional", [])),
        signed=field.key in cast("list[str]", entry.get("signed", [])),
        month=cast("Mapping[str, str]", entry.get("month", {})).get(field.key, ""),
        words=words,
    )


def _headers(listed: object) -> tuple[str, ...]:
    return tuple(plain_header(str(header)) for header in cast("list[object]", listed or []))


def _check_headers(mapping: FileMapping) -> None:
    """No header may stand for two things in one file."""
    groups = [mapping.uscc, mapping.person, mapping.code, mapping.name, mapping.entity_kind, mapping.fictional]
    groups += [tuple(column.headers) for column in mapping.columns]
    seen: set[str] = set()
    for header in (header for group in groups for header in group):
        if header in seen:
            raise _broken(mapping.department, mapping.kind.key, f"header {header} stands twice")
        seen.add(header)


def _broken(department: str, where: str, reason: str) -> Refused:
    return Refused("mapping_broken", file=f"{department}.yaml", where=where, reason=reason)
