"""One row of a file → whom it is about and the values to store, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from yanlian.apps.registry.imports.cells import Stored, clean_text, flag_or_no
from yanlian.apps.registry.imports.plan import Plan
from yanlian.apps.registry.imports.table import CellFaults
from yanlian.base.ids import check_person_number, person_hash, plain_form
from yanlian.base.refusal import Refused

# How an entity is named in a file, and the value: the USCC, the keyed hash of a document number, or our own code.
Reference = tuple[Literal["uscc", "id_hash", "code"], str]

_USCC_LONGEST = 18
_CODE_LONGEST = 64
_KINDS = {
    "企业": "enterprise", "机构": "institution", "园区": "park",
    "enterprise": "enterprise", "institution": "institution", "park": "park",
}  # fmt: skip
# First digit of a USCC: the registering authority (GB 32100-2015, table 1); 9 is market supervision.
_KIND_BY_AUTHORITY = {"9": "enterprise", "1": "institution", "5": "institution", "N": "institution"}
# What looks like a resident identity number wherever it stands: such numbers are not kept in clear.
_PERSON_NUMBER = re.compile(
    r"(?<!\d)(\d{6})(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row. `column` is the header; empty for the row as a whole. A warned row is stored."""

    column: str
    code: str
    data: Mapping[str, object]
    warning: bool = False


@dataclass(slots=True)
class Row:
    """A row as it was read. `reference` is None when it does not say whom it is about."""

    number: int
    cells: list[str]
    reference: Reference | None = None
    name: str = ""
    entity_kind: str = ""
    fictional: bool = False
    values: list[Stored] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # Recorded only when the row brings a new entity.
    doubts: list[Fault] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return bool(self.faults) and any(not fault.warning for fault in self.faults)


def read_row(plan: Plan, person_key: str, number: int, cells: list[str], cell_faults: CellFaults) -> Row:
    """Everything in the row is read, so that all its faults are answered at once."""
    row = Row(number, cells)
    width = len(plan.headers)
    if len(cells) != width and not _fit(row, width):
        return row
    for index, (code, data) in cell_faults.items():
        if index < width and index in plan.cell_kinds:
            row.faults.append(Fault(plan.headers[index], code, data))
    _read_entity(plan, person_key, row)
    try:
        row.values = [read(cells[index]) for index, read in plan.cell_readers]
    except Refused:
        _read_values_singly(plan, row, cell_faults)
    return row


def _read_values_singly(plan: Plan, row: Row, cell_faults: CellFaults) -> None:
    """Once more, cell by cell, to name every fault."""
    row.values = []
    for position, (index, read) in enumerate(plan.cell_readers):
        try:
            row.values.append(read(row.cells[index]))
        except Refused as refused:
            row.values.append(None)
            if index not in cell_faults:
                row.faults.append(Fault(plan.field_headers[position], refused.code, refused.data))


def _fit(row: Row, width: int) -> bool:
    """Trailing blank cells do not count; otherwise a row of another width has shifted or was cut off."""
    cells = row.cells
    if len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            row.faults.append(Fault("", "row_too_long", {"found": len(cells), "expected": width}))
            return False
        del cells[width:]
        return True
    row.faults.append(Fault("", "row_too_short", {"found": len(cells), "expected": width}))
    return False


def read_key(plan: Plan, person_key: str, cells: list[str]) -> tuple[object, ...] | None:
    """Natural key of a row (entity and key fields) without reading the rest; None when it cannot be read."""
    if len(cells) < len(plan.headers):
        return None
    if plan.uscc >= 0 and len(cells[plan.uscc]) == _USCC_LONGEST and cells[plan.uscc].isalnum():
        reference: Reference = ("uscc", plain_form(cells[plan.uscc]))
    else:
        row = Row(0, cells)
        _read_reference(plan, person_key, row)
        if row.reference is None:
            return None
        reference = row.reference
    try:
        return (reference, *[read(cells[index]) for index, read in plan.key_readers])
    except Refused:
        return None


def key_of(plan: Plan, row: Row) -> tuple[object, ...]:
    """Natural key of a row that was read; equal to what `read_key` gives."""
    return (row.reference, *[row.values[position] for position in plan.keys])


def _read_entity(plan: Plan, person_key: str, row: Row) -> None:
    _read_reference(plan, person_key, row)
    if plan.name >= 0:
        try:
            row.name = clean_text(row.cells[plan.name].strip(), 200)
        except Refused as refused:
            row.faults.append(Fault(plan.headers[plan.name], refused.code, refused.data))
    if not plan.mapping.creates:
        return
    if plan.fictional >= 0:
        try:
            row.fictional = flag_or_no(row.cells[plan.fictional])
        except Refused as refused:
            row.faults.append(Fault(plan.headers[plan.fictional], refused.code, refused.data))
    if not row.name:
        row.faults.append(Fault(plan.headers[plan.name], "value_blank", {}))
    if plan.mapping.creates == "organisations":
        _read_kind(plan, row)
    else:
        row.entity_kind = "person"


def _read_kind(plan: Plan, row: Row) -> None:
    found = row.cells[plan.entity_kind].strip() if plan.entity_kind >= 0 else ""
    if found:
        row.entity_kind = _KINDS.get(found, "")
    elif row.reference is not None and row.reference[0] == "uscc":
        found = row.reference[1]
        row.entity_kind = _KIND_BY_AUTHORITY.get(found[:1], "")
    if not row.entity_kind and row.reference is not None:
        column = plan.headers[plan.entity_kind] if plan.entity_kind >= 0 else ""
        row.faults.append(Fault(column, "entity_kind_unreadable", {"found": found[:40]}))


def _read_reference(plan: Plan, person_key: str, row: Row) -> None:
    cells = row.cells
    if plan.uscc >= 0 and cells[plan.uscc].strip():
        value = plain_form(cells[plan.uscc])
        if len(value) > _USCC_LONGEST or not (value.isascii() and value.isalnum()):
            row.faults.append(Fault(plan.headers[plan.uscc], "uscc_unusable", {"found": value[:40]}))
        else:
            row.reference = ("uscc", value)
    elif plan.person >= 0 and cells[plan.person].strip():
        try:
            checked = check_person_number(cells[plan.person])
        except Refused as refused:
            row.faults.append(Fault(plan.headers[plan.person], refused.code, refused.data))
            return
        row.reference = ("id_hash", person_hash(checked.value, person_key))
        if not checked.valid:
            row.doubts.append(Fault(plan.headers[plan.person], "person_number_check", {}, warning=True))
    elif plan.code >= 0 and cells[plan.code].strip():
        row.reference = ("code", cells[plan.code].strip()[:_CODE_LONGEST])
    else:
        columns = [plan.headers[index] for index in (plan.uscc, plan.person, plan.code) if index >= 0]
        row.faults.append(Fault(columns[0], "entity_blank", {"expected": "、".join(columns)}))


def raw_of(plan: Plan, row: Row) -> dict[str, str]:
    """The row as delivered, header → text, without numbers of persons' documents."""
    raw: dict[str, str] = {}
    for index, cell in enumerate(row.cells):
        header = plan.headers[index] if index < len(plan.headers) and plan.headers[index] else f"#{index + 1}"
        raw[header] = mask_number(cell) if index == plan.person else mask_text(cell)
    return raw


def mask_number(found: str) -> str:
    """A document number as its first and last characters: enough to find the row, too little to know the number."""
    text = found.strip()
    return f"{text[:3]}***{text[-2:]}" if len(text) >= 8 else ("***" if text else "")


def mask_text(found: str) -> str:
    """Text with everything that looks like a resident identity number masked."""
    return _PERSON_NUMBER.sub(lambda match: mask_number(match[0]), found[:2_000])
