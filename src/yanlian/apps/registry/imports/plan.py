"""The header of a file, matched with its mapping: which cell of a row is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from yanlian.apps.registry.imports.cells import Reader, reader_of
from yanlian.apps.registry.imports.mapping import Column, FileMapping, plain_header
from yanlian.apps.registry.imports.table import HEADER_ROWS, Arrived, Table
from yanlian.base.refusal import Refused


@dataclass(frozen=True, slots=True)
class Plan:
    """Where in a row each thing stands; an index of -1: the file does not have that column."""

    mapping: FileMapping
    table: Table
    header_row: int
    headers: tuple[str, ...]
    # One for each field in the order of the mapping: the cell's index and how it is read. A field that the file does
    # not have reads as None from the first cell.
    cell_readers: tuple[tuple[int, Reader], ...]
    # The same for the key fields, in the order of the schema's key, and their positions among the fields.
    key_readers: tuple[tuple[int, Reader], ...]
    keys: tuple[int, ...]
    # Positions of the fields that the file does not have.
    absent: tuple[int, ...]
    # Types of the columns by cell index, for cells that come typed.
    cell_kinds: dict[int, str]
    uscc: int
    person: int
    code: int
    name: int
    entity_kind: int
    fictional: int
    # Header of the field's column, for faults.
    field_headers: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.mapping.columns


def find_plan(file: Arrived, mapping: FileMapping) -> tuple[Plan, list[str]]:
    """The sheet whose header fits and its plan, and the names of the sheets that were passed over.

    Raises `Refused`: columns_missing, column_repeated, sheets_ambiguous.
    """
    plans: list[Plan] = []
    misses: list[tuple[list[str], list[str]]] = []
    others: list[str] = []
    for table in file.tables:
        found = _plan_of(table, mapping, file.name)
        if isinstance(found, Plan):
            plans.append(found)
        else:
            misses.append(found)
            others.append(table.sheet)
    if len(plans) > 1:
        raise Refused("sheets_ambiguous", file=file.name, found="、".join(plan.table.sheet for plan in plans))
    if plans:
        return plans[0], others
    if not misses:
        raise Refused("file_empty", file=file.name)
    missing, headers = min(misses, key=lambda miss: len(miss[0]))
    raise Refused("columns_missing", file=file.name, expected="、".join(missing), found="、".join(headers[:40]) or "-")


def _plan_of(table: Table, mapping: FileMapping, name: str) -> Plan | tuple[list[str], list[str]]:
    """The plan from the first row that has every required column; else what the nearest row lacks, and that row."""
    best: tuple[list[str], list[str]] | None = None
    for number, cells, _ in islice(table.rows({}), HEADER_ROWS):
        headers = [plain_header(cell) for cell in cells]
        missing = _missing(headers, mapping)
        if not missing:
            return _build(table, mapping, number, headers, name)
        if best is None or len(missing) < len(best[0]):
            best = (missing, [header for header in headers if header])
    return best or (_missing([], mapping), [])


def _missing(headers: Sequence[str], mapping: FileMapping) -> list[str]:
    present = set(headers)
    whom = {"organisations": mapping.uscc, "persons": mapping.person}.get(mapping.creates)
    choices = whom or (*mapping.uscc, *mapping.person, *mapping.code)
    missing = [] if present & set(choices) else [choices[0]]
    if mapping.creates and not present & set(mapping.name):
        missing.append(mapping.name[0])
    columns = (column for column in mapping.columns if column.required and not present & set(column.headers))
    return missing + [next(iter(column.headers)) for column in columns]


def _build(table: Table, mapping: FileMapping, number: int, headers: list[str], name: str) -> Plan:
    used: set[int] = set()

    def find(choices: Sequence[str], field: str) -> int:
        found = [index for index, header in enumerate(headers) if header and header in choices]
        if len(found) > 1:
            shown = "、".join(headers[index] for index in found)
            raise Refused("column_repeated", file=name, field=field, found=shown)
        used.update(found)
        return found[0] if found else -1

    whom = {"uscc": mapping.uscc, "person": mapping.person, "code": mapping.code, "name": mapping.name}
    whom |= {"entity_kind": mapping.entity_kind, "fictional": mapping.fictional}
    places = {what: find(choices, choices[0] if choices else "") for what, choices in whom.items()}
    indexes = [find(tuple(column.headers), column.field.zh) for column in mapping.columns]
    readers = [_reader(column, headers, index) for column, index in zip(mapping.columns, indexes, strict=True)]
    fields = [column.field.key for column in mapping.columns]
    keys = tuple(fields.index(key) for key in mapping.kind.key_fields)
    kinds = {index: _WHOM_KINDS[what] for what, index in places.items()}
    kinds |= {index: column.field.type for column, index in zip(mapping.columns, indexes, strict=True)}
    kinds.pop(-1, None)
    return Plan(
        mapping=mapping,
        table=table,
        header_row=number,
        headers=tuple(headers),
        cell_readers=tuple(readers),
        key_readers=tuple(readers[position] for position in keys),
        keys=keys,
        absent=tuple(position for position, index in enumerate(indexes) if index < 0),
        cell_kinds=kinds,
        field_headers=tuple(headers[index] if index >= 0 else "" for index in indexes),
        unused=tuple(header for index, header in enumerate(headers) if header and index not in used),
        **places,
    )


_WHOM_KINDS = {
    "uscc": "code", "person": "code", "code": "code", "name": "text", "entity_kind": "text", "fictional": "flag",
}  # fmt: skip


def _reader(column: Column, headers: list[str], index: int) -> tuple[int, Reader]:
    if index < 0:
        return 0, lambda _: None
    return index, reader_of(column, column.headers[headers[index]])
