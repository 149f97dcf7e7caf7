"""The fact schema as DMN: item definitions and input data, with units, calibres and holders in their descriptions."""

from __future__ import annotations

from collections.abc import Mapping

from yanlian.engine.dossier import Dossier, Field, RecordKind, Schema
from yanlian.engine.feel import IncompleteList, Unknown, ast, print_expression
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.export_shelf import Shelf, word
from yanlian.engine.policy.dmn.export_tables import literal

TYPES = {"money": "number", "rate": "number", "area": "number", "count": "number", "year": "number"}
TYPES |= {"date": "date", "flag": "boolean", "text": "string", "code": "string"}
ALL = "全部"
AS_OF, YEAR_AS_OF = "评价日", "评价年度"


def record_type(shelf: Shelf, kind: RecordKind) -> str:
    """The item definition of a kind of record."""
    name = f"t{word(kind.zh)}"
    if name not in shelf.items:
        parts = tuple(_component(field) for field in kind.fields.values())
        shelf.items[name] = dmn.ItemDefinition(name, components=parts, description=_told(kind), label=kind.zh)
    return name


def list_type(shelf: Shelf, kind: RecordKind) -> str:
    """The item definition of a list of such records."""
    member = record_type(shelf, kind)
    name = f"{member}列表"
    shelf.items.setdefault(name, dmn.ItemDefinition(name, member, is_collection=True, label=f"{kind.zh}（列表）"))
    return name


def _told(kind: RecordKind) -> str:
    return "；".join(part for part in (f"{kind.en}", f"holder: {kind.holder}", kind.note) if part)


def _component(field: Field) -> dmn.ItemDefinition:
    words = (
        field.en,
        f"单位 {field.unit_shown}" if field.unit_shown else "",
        f"口径 {field.calibre}" if field.calibre else "",
        "空：没有" if field.empty == "none" else "空：未知",
        field.note,
    )
    allowed = None
    if field.values:
        allowed = literal(", ".join(print_expression(ast.String(value)) for value in field.values))
    return dmn.ItemDefinition(
        field.zh, TYPES[field.type], allowed=allowed, description="；".join(w for w in words if w), label=field.zh
    )


def record_input(shelf: Shelf, kind: RecordKind) -> str:
    """The name under which formulas find a kind of record.

    Of a kind that may have many records with a date or year, the input is everything (`全部…`), and a decision keeps
    what is not after the as-of date, as the engine does.
    """
    if kind.zh in shelf.inputs or kind.zh in shelf.decisions:
        return kind.zh
    told = f"{kind.en}；holder: {kind.holder}"
    if not kind.many:
        shelf.inputs[kind.zh] = dmn.InputData(kind.zh, record_type(shelf, kind), id=kind.zh, description=told)
        return kind.zh
    rows = list_type(shelf, kind)
    if kind.period is None:
        shelf.inputs[kind.zh] = dmn.InputData(kind.zh, rows, id=kind.zh, description=told)
        return kind.zh
    everything, period = f"{ALL}{kind.zh}", kind.fields[kind.period]
    shelf.inputs[everything] = dmn.InputData(everything, rows, id=everything, description=told)
    last = year_as_of(shelf) if period.type == "year" else as_of(shelf)
    text = f"{everything}[{period.zh} = null or {period.zh} <= {last}]"
    if last in kind.names:
        # A field of that name would hide the day inside a filter.
        text = f"for 条 in {everything} return if 条.{period.zh} = null or 条.{period.zh} <= {last} then 条 else null"
        text = f"({text})[item != null]"
    shelf.decisions[kind.zh] = dmn.Decision(
        kind.zh,
        # A filter of null is the empty list, which says that there are none; null says that nobody knows.
        literal(f"if {everything} = null then null else {text}"),
        rows,
        shelf.requirements((everything, last)),
        id=kind.zh,
        description=f"{kind.zh}，不含{last}之后的。",
    )
    return kind.zh


def as_of(shelf: Shelf) -> str:
    """The as-of date."""
    if AS_OF not in shelf.inputs and AS_OF not in shelf.decisions:
        shelf.inputs[AS_OF] = dmn.InputData(AS_OF, "date", id=AS_OF, description="as-of date")
    return AS_OF


def year_as_of(shelf: Shelf, name: str = YEAR_AS_OF) -> str:
    """评价年度, 上年 or 前年: a number."""
    if name not in shelf.decisions:
        back = {YEAR_AS_OF: "", "上年": " - 1", "前年": " - 2"}[name]
        needs = shelf.requirements((as_of(shelf),))
        shelf.decisions[name] = dmn.Decision(name, literal(f"{AS_OF}.year{back}"), "number", needs, id=name)
    return name


def entity_input(shelf: Shelf, field: Field) -> str:
    """A fact about the beneficiary itself."""
    if field.zh not in shelf.inputs:
        kind = TYPES[field.type]
        if field.values:
            kind = f"t{word(field.zh)}"
            values = ", ".join(print_expression(ast.String(value)) for value in field.values)
            shelf.items[kind] = dmn.ItemDefinition(kind, "string", allowed=literal(values))
        shelf.inputs[field.zh] = dmn.InputData(field.zh, kind, id=field.zh, description=field.en)
    return field.zh


def inputs_of(model: dmn.Model, dossier: Dossier) -> dict[str, object]:
    """The inputs of an exported model from a dossier: what nobody delivered is null, for DMN knows no unknown.

    A list that lacks a period is null as a whole: a part of it taken for all would decide too much.

    Inputs that are no facts (an event) are left out; the model makes events itself in `…_全部结论`.
    """
    found: dict[str, object] = {}
    for one in model.inputs:
        name = one.name.removeprefix(ALL) if one.name not in dossier else one.name
        if one.name == AS_OF:
            found[one.name] = dossier.as_of
        elif name in dossier:
            found[one.name] = _plain(dossier[name])
    return found


def _plain(value: object) -> object:
    if isinstance(value, Unknown) or (isinstance(value, IncompleteList) and value.is_open):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in value}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value


def reserved_names(schema: Schema) -> set[str]:
    """Names that facts and days have in every model: nothing else is called so."""
    names = {kind.zh for kind in schema.records.values()} | {field.zh for field in schema.entity.values()}
    return names | {f"{ALL}{kind.zh}" for kind in schema.records.values()} | {AS_OF, YEAR_AS_OF, "上年", "前年", "本区"}
