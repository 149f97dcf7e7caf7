"""The calculator's form: one block for each kind of record that a clause reads, and what was typed as facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yanlian.engine.dossier import Field, RecordKind, Schema
from yanlian.engine.policy.calculator import Asked, facts_asked
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.ui.words import t

ROWS = 3
NONE, UNKNOWN, TYPED = "none", "unknown", "typed"
_UNITS = {"money": ("元，可写 500万元", "yuan, or 500万元"), "area": ("平方米", "square metres")}
_UNITS |= {"rate": ("比例，如 5%", "a ratio such as 5%"), "year": ("如 2024", "such as 2024")}


@dataclass(frozen=True, slots=True)
class Cell:
    """One field to be typed."""

    name: str
    title: str
    hint: str
    value: str
    choices: tuple[str, ...]
    type: str


@dataclass(frozen=True, slots=True)
class Block:
    """A kind of record: its fields, a row for each record that can be typed, and what holds when none is."""

    name: str
    title: str
    holder: str
    many: bool
    state: str
    rows: Sequence[Sequence[Cell]]
    veto: bool


def blocks_of(clause: CompiledClause, schema: Schema, given: Mapping[str, str]) -> list[Block]:
    """The form of a clause, with what was typed before."""
    return [_block(one, schema, given) for one in facts_asked(clause, schema)]


def _block(asked: Asked, schema: Schema, given: Mapping[str, str]) -> Block:
    kind = asked.kind
    # A register that only a veto reads: most firms are not in it.
    usual = NONE if asked.veto else UNKNOWN
    count = ROWS if kind.many else 1
    rows = [[_cell(kind, field, row, given) for field in asked.fields] for row in range(count)]
    holder = schema.holder_name(kind.holder, t("zh", "en"))
    state = given.get(f"{kind.key}:state", usual)
    return Block(kind.key, t(kind.zh, kind.en), holder, kind.many, state, rows, asked.veto)


def _cell(kind: RecordKind, field: Field, row: int, given: Mapping[str, str]) -> Cell:
    name = f"{kind.key}:{row}:{field.key}"
    choices = ("true", "false") if field.type == "flag" else tuple(field.values)
    hint = t(*_UNITS[field.type]) if field.type in _UNITS else ""
    if field.key == "district":
        hint = t("六位代码，如 370212", "six digits such as 370212")
    return Cell(name, t(field.zh, field.en), hint, given.get(name, ""), choices, field.type)


def facts_typed(blocks: Sequence[Block], schema: Schema) -> dict[str, object]:
    """What was typed, in the form that the calculator takes: what is not typed stays unknown."""
    found: dict[str, object] = {}
    for block in blocks:
        kind = schema.records[block.name]
        typed = [one for one in (_record(row) for row in block.rows) if one]
        if typed:
            found[kind.zh] = [_whole(kind, one) for one in typed] if kind.many else typed[0]
        elif block.state == NONE:
            found[kind.zh] = [] if kind.many else None
    return found


def _record(row: Sequence[Cell]) -> dict[str, object]:
    return {cell.name.rpartition(":")[2]: cell.value.strip() for cell in row if cell.value.strip()}


def _whole(kind: RecordKind, record: dict[str, object]) -> dict[str, object]:
    """A field whose empty cell says that there is none (an open end date) is none when it was left empty."""
    return {name: None for name, field in kind.fields.items() if field.empty == "none"} | record
