"""What a dossier page (一企一档) shows of one entity: its summary, every kind of record, relations, published figures.

Kinds without a record are told apart: none (a department delivered the kind completely) and not delivered (unknown).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from yanlian.apps.registry.models import (
    FOREVER,
    Coverage,
    Entity,
    Record,
    Registration,
    Relation,
    Statement,
    TaxRegistration,
    column_of,
    record_models,
)
from yanlian.engine.dossier.schema import Field, RecordKind, load_schema
from yanlian.ui import numbers
from yanlian.ui.words import t, word, words

# Kinds of which one stands at a time are shown in the summary, not as a table.
IN_SUMMARY = frozenset({"registration", "tax_registration"})
MOST_ROWS = 100
FIGURES = frozenset({"money", "rate", "area", "count", "year"})


@dataclass(frozen=True)
class Line:
    """One line of the summary list. `code`: written in monospace, to be copied."""

    label: str
    value: str
    code: bool = False


@dataclass(frozen=True)
class Written:
    """One value of a record as text; `unknown`: the department did not say."""

    text: str
    is_figure: bool
    unknown: bool
    # Type of the field: text, date, money …
    kind: str


@dataclass(frozen=True)
class RecordRow:
    values: Sequence[Written]
    source: str
    recorded: str


@dataclass(frozen=True)
class RecordTable:
    """All records of one kind that stand, the newest first."""

    key: str
    title: str
    holder: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[RecordRow]
    total: int
    # Names of the fields that no record has; they are no columns.
    not_given: str

    @property
    def shown(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Silent:
    """Kinds of which there is no record: delivered and none, or never delivered."""

    title: str
    holder: str
    spans: str


def holder_name(holder: str) -> str:
    """A department in the reader's language."""
    return load_schema().holder_name(holder, t("zh", "en"))


def kind_title(kind: RecordKind) -> str:
    return t(kind.zh, kind.en)


def summary(entity: Entity) -> list[Line]:
    """Who it is: names, codes, and what stands in the registration."""
    others = [alias.name for alias in entity.aliases.order_by("name")]
    former = [one.name for one in entity.former_names.all()]
    lines = [Line(t("主体编号", "Code"), entity.code, code=True)]
    if entity.uscc:
        lines.append(Line(t("统一社会信用代码", "USCC"), entity.uscc, code=True))
    lines.append(Line(t("类型", "Kind"), str(word("kind", entity.kind))))
    if others:
        lines.append(Line(t("简称与别名", "Other names"), "、".join(others)))
    if former:
        lines.append(Line(t("曾用名", "Former names"), "、".join(former)))
    registration = Registration.objects.filter(entity=entity, replaced_at=FOREVER).first()
    tax = TaxRegistration.objects.filter(entity=entity, replaced_at=FOREVER).first()
    for record in (registration, tax):
        if record is not None:
            lines += _record_lines(record)
    return lines


def _record_lines(record: Record) -> list[Line]:
    kind = load_schema().records[record.KIND]
    lines = []
    for field in kind.fields.values():
        written = write(field, value_of(record, field), exact=True)
        label = t(field.zh, field.en)
        if record.KIND == "tax_registration":
            label = t("税务{name}", "{name}", name=label)
        lines.append(Line(label, written.text, code=field.key in ("industry", "district")))
    return lines


def value_of(record: Record, field: Field) -> object:
    """The stored value of a field of the fact schema."""
    return getattr(record, column_of(field.key, field.type))


def heading(field: Field) -> str:
    """The field's name with its unit, as a table header names it."""
    unit = _unit(field)
    return (
        t("{name}（{unit}）", "{name} ({unit})", name=t(field.zh, field.en), unit=unit)
        if unit
        else t(field.zh, field.en)
    )


def _unit(field: Field) -> str:
    if field.type == "money" and field.unit_shown == "元":
        return t("万元", "CNY 10,000")
    if field.unit_shown in words("unit"):
        return str(word("unit", field.unit_shown))
    return field.unit_shown


def write(field: Field, value: object, *, exact: bool = False) -> Written:
    """A stored value as text. `exact`: money in yuan to the fen with its sign, for single values outside tables."""
    is_figure = field.type in FIGURES
    if value is None or value == "":
        unknown = field.empty == "unknown"
        text = t("未提供", "not given") if unknown else numbers.NONE
        return Written(text, is_figure, unknown, field.type)
    return Written(_text(field, value, exact=exact), is_figure, unknown=False, kind=field.type)


def _text(field: Field, value: object, *, exact: bool) -> str:
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if isinstance(value, date):
        return numbers.iso(value)
    if isinstance(value, int):
        match field.type:
            case "money" if exact:
                return numbers.yuan(value)
            case "money":
                return numbers.wan(value) if field.unit_shown == "元" else numbers.yuan_plain(value)
            case "rate":
                return numbers.rate(value)
            case "area":
                return numbers.area(value)
            case "year":
                return str(value)
            case _:
                return numbers.number(value)
    if field.key == "cluster" and str(value) in words("cluster"):
        return str(word("cluster", str(value)))
    return str(value)


def record_tables(entity: Entity) -> list[RecordTable]:
    """A table for each kind of which this entity has records, in the order of the fact schema."""
    tables = []
    for key, kind in load_schema().records.items():
        model = record_models().get(key)
        if model is None or key in IN_SUMMARY or entity.kind not in kind.of:
            continue
        table = _table(entity, kind, model)
        if table.total:
            tables.append(table)
    return tables


def _table(entity: Entity, kind: RecordKind, model: type[Record]) -> RecordTable:
    standing = _standing(model, entity).order_by("-valid_from", "-pk").select_related("batch")
    records = list(standing[:MOST_ROWS])
    given = [field for field in kind.fields.values() if any(value_of(one, field) not in (None, "") for one in records)]
    kept = [field for field in kind.fields.values() if field in given or field.empty == "none"]
    absent = [t(field.zh, field.en) for field in kind.fields.values() if field not in kept]
    return RecordTable(
        key=kind.key,
        title=kind_title(kind),
        holder=holder_name(kind.holder),
        headings=[(heading(field), field.type in FIGURES) for field in kept],
        rows=[_row(one, kept) for one in records],
        total=standing.count(),
        not_given=t("、", ", ").join(absent),
    )


def _row(record: Record, fields: Sequence[Field]) -> RecordRow:
    values = [write(field, value_of(record, field)) for field in fields]
    return RecordRow(values, _source(record), numbers.iso(record.recorded_at))


def _standing(model: type[Record], entity: Entity) -> QuerySet[Record]:
    return model._default_manager.filter(entity=entity, replaced_at=FOREVER)


def _source(record: Record) -> str:
    name = record.batch.file_name
    if record.source_row is None:
        return name
    return t("{file} 第{row}行", "{file} row {row}", file=name, row=record.source_row)


def silent_kinds(entity: Entity, shown: Sequence[RecordTable]) -> tuple[list[Silent], list[Silent]]:
    """(delivered and none, never delivered): the kinds that this entity could have and has no record of."""
    seen = {table.key for table in shown} | IN_SUMMARY
    spans: dict[str, list[str]] = {}
    for one in Coverage.objects.filter(complete=True).order_by("kind", "starts_on"):
        start, end = numbers.iso(one.starts_on), numbers.iso(one.ends_on)
        span = ("{start}至{end}", "{start} to {end}") if one.starts_on else ("截至{end}", "until {end}")
        text = t(*span, start=start, end=end)
        if text not in spans.setdefault(one.kind, []):
            spans[one.kind].append(text)
    none: list[Silent] = []
    unknown: list[Silent] = []
    for key, kind in load_schema().records.items():
        if key in seen or entity.kind not in kind.of:
            continue
        silent = Silent(kind_title(kind), holder_name(kind.holder), "，".join(spans.get(key, [])))
        (none if key in spans else unknown).append(silent)
    return none, unknown


def relations(entity: Entity) -> QuerySet[Relation]:
    """All relations of the entity that stand, in either direction."""
    found = Relation.objects.filter(Q(from_entity=entity) | Q(to_entity=entity), replaced_at=FOREVER)
    return found.select_related("from_entity", "to_entity").order_by("kind", "from_entity__name", "to_entity__name")


def statements(entity: Entity) -> QuerySet[Statement]:
    """Published figures about the entity that stand."""
    return Statement.objects.filter(entity=entity, replaced_at=FOREVER).order_by("code")
