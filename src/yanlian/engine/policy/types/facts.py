"""The FEEL types of facts: every kind of record as a named context type, the beneficiary's own fields, constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Field, RecordKind, Schema
from yanlian.engine.feel import ast
from yanlian.engine.feel.static import join
from yanlian.engine.feel.static.lattice import ANY, BOOLEAN, DATE, NULL, NUMBER, STRING, known_name, list_of
from yanlian.engine.policy.model import Constant

_OF_FIELD: Mapping[str, ast.Type] = {
    **dict.fromkeys(("money", "rate", "area", "count", "year"), NUMBER),
    "date": DATE,
    "text": STRING,
    "code": STRING,
    "flag": BOOLEAN,
}
BASE_TYPES: Mapping[str, ast.Type] = {
    "评价日": DATE,
    "评价年度": NUMBER,
    "上年": NUMBER,
    "前年": NUMBER,
    "本区": STRING,
    "文件生效日": DATE,
    "文件失效日": DATE,
}


@dataclass(frozen=True, slots=True)
class FactTypes:
    """`named`: for each kind of record a context type, named as messages call it. `names`: what the names of facts
    stand for: one record, a list of records, or a field of the beneficiary."""

    named: Mapping[str, ast.Type]
    names: Mapping[str, ast.Type]


def field_type(field: Field) -> ast.Type:
    """The type of a field's values."""
    return _OF_FIELD[field.type]


def fact_types(schema: Schema) -> FactTypes:
    """The types of all facts of a schema. Fields can be read by their Chinese and by their English name."""
    named: dict[str, ast.Type] = {}
    names: dict[str, ast.Type] = dict(BASE_TYPES)
    for kind in schema.records.values():
        own = record_type(kind)
        # A record that a pack calls like one of FEEL's types cannot be told apart from it by name.
        told = own if known_name(kind.zh, {}) else ast.TypeName(kind.zh)
        if told is not own:
            named[kind.zh] = own
        for name in (kind.zh, kind.key):
            names[name] = list_of(told) if kind.many else told
    for field in schema.entity.values():
        for name in (field.zh, field.key):
            names[name] = field_type(field)
    return FactTypes(named, names)


def record_type(kind: RecordKind) -> ast.Type:
    """The context type of one record."""
    entries = tuple(ast.TypeEntry(name, field_type(field)) for name, field in kind.names.items())
    return ast.ContextType(entries)


def constant_type(value: Constant) -> ast.Type:
    """The type of a constant of a pack: of a list, what its members have in common."""
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, Decimal):
        return NUMBER
    if isinstance(value, str):
        return STRING
    if isinstance(value, date):
        return DATE
    if isinstance(value, tuple):
        member: ast.Type = NULL
        for one in value:
            member = join(member, constant_type(one), {})
        return list_of(member)
    return NULL


__all__ = ["ANY", "BASE_TYPES", "FactTypes", "constant_type", "fact_types", "field_type", "record_type"]
