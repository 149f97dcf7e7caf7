"""Dossiers written by hand: the facts of a worked case, in Chinese names and as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.base.finding import nearest
from yanlian.base.refusal import Refused
from yanlian.engine.dossier.coverage import Coverage
from yanlian.engine.dossier.dossier import Dossier
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.dossier.schema import SCALES, Field, RecordKind, Schema
from yanlian.engine.dossier.trace import Trace

# Written in place of a record, a list or a value: nobody delivered it.
UNKNOWN_WORDS = frozenset({"未知", "unknown"})
_FLAGS = {"是": True, "否": False, "true": True, "false": False}


def row_of_case(schema: Schema, facts: Mapping[str, object], kind: str) -> dict[str, object]:
    """The storage row of hand-written facts. Raises `Refused` for a name or a value that does not fit the schema."""
    row: dict[str, object] = {"id": "CASE", "uscc": None, "name": "用例", "kind": kind}
    for name, written in facts.items():
        entity_field = next((f for f in schema.entity.values() if name in (f.zh, f.key)), None)
        if entity_field is not None:
            row[entity_field.key] = written
            continue
        record = schema.names.get(name)
        if record is None:
            raise _unknown_name(name, "facts", [*schema.names, *(f.zh for f in schema.entity.values())])
        row[record.key] = _records(record, written)
    return row


def dossier_of_case(
    schema: Schema, facts: Mapping[str, object], kind: str, as_of: date, trace: Trace | None = None
) -> Dossier:
    """The dossier of hand-written facts: what is not mentioned counts as delivered and empty, 未知 as not delivered."""
    return Dossier(row_of_case(schema, facts, kind), schema, Coverage(everything=True), as_of, trace)


def _records(kind: RecordKind, written: object) -> object:
    if isinstance(written, str) and written in UNKNOWN_WORDS:
        return UNDELIVERED
    if not kind.many:
        if written is None:
            return None
        if not isinstance(written, Mapping):
            raise Refused("case_value_wrong", where=kind.zh, found=str(written), expected="记录 (mapping)")
        return _record(kind, written)
    if not isinstance(written, Iterable) or isinstance(written, (str, Mapping)):
        raise Refused("case_value_wrong", where=kind.zh, found=str(written), expected="列表 (list)")
    made: list[object] = []
    for one in written:
        if not isinstance(one, Mapping):
            raise Refused("case_value_wrong", where=kind.zh, found=str(one), expected="记录 (mapping)")
        made.append(_record(kind, one))
    return made


def _record(kind: RecordKind, written: Mapping[str, object]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, value in written.items():
        field = kind.names.get(name)
        if field is None:
            raise _unknown_name(str(name), kind.zh, kind.names)
        made[field.key] = stored_value(field, value, f"{kind.zh}.{field.zh}")
    return made


def stored_value(field: Field, written: object, where: str) -> object:
    """The storage form of a hand-written value: 2000万元 → 2000000000 (fen), 30% → 300000 (ppm), dates as dates."""
    if isinstance(written, str) and written in UNKNOWN_WORDS:
        return UNDELIVERED
    if written is None:
        return None if field.empty == "none" else UNDELIVERED
    if field.type in SCALES:
        # YAML reads 4.35 as a float; its shortest decimal form is what the person typed.
        number = Decimal(repr(written)) if isinstance(written, float) else parse_figure(written)
        scaled = number.scaleb(field.scale)
        if scaled != scaled.to_integral_value():
            raise Refused("case_value_wrong", where=where, found=str(written), expected=f"数，至多{field.scale}位小数")
        return int(scaled)
    if field.type == "date":
        if isinstance(written, date):
            return written
        try:
            return date.fromisoformat(str(written))
        except ValueError:
            raise Refused("case_value_wrong", where=where, found=str(written), expected="日期 2025-01-31") from None
    if field.type == "flag":
        flag = written if isinstance(written, bool) else _FLAGS.get(str(written))
        if flag is None:
            raise Refused("case_value_wrong", where=where, found=str(written), expected="true / false")
        return flag
    if field.values and str(written) not in field.values:
        raise Refused("case_value_wrong", where=where, found=str(written), expected=" / ".join(field.values))
    return str(written)


def _unknown_name(name: str, where: str, names: Iterable[str]) -> Refused:
    return Refused("case_fact_unknown", found=name, where=where, nearest=nearest(name, names, cutoff=0.3) or "-")
