"""Which facts a clause reads, and for what: through definitions, tables and the event, down to fields of records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yanlian.engine.dossier import Field, RecordKind, Schema
from yanlian.engine.feel import ast
from yanlian.engine.policy.compile import FUNCTION_NAMES
from yanlian.engine.policy.compiled import CompiledClause, Expression, Home, Item
from yanlian.engine.policy.model import Formula
from yanlian.engine.policy.naming import Kind, NameCheck
from yanlian.engine.policy.used import Role, formulas

# What decides how much, not whether.
MONEY: frozenset[Role] = frozenset({"amount", "cap", "factor"})


@dataclass(frozen=True, slots=True)
class Read:
    """One fact that a formula reads; `field` None: the record as a whole. `inherited`: it is the document's formula."""

    record: RecordKind
    field: Field | None
    role: Role
    label: str
    expression: Expression
    inherited: bool = False

    @property
    def at(self) -> Formula:
        """Where it is read."""
        return self.expression.formula

    @property
    def name(self) -> str:
        """As rules write it: 税务年报.营业收入."""
        return f"{self.record.zh}.{self.field.zh}" if self.field else self.record.zh


def reads_of(clause: CompiledClause, schema: Schema) -> Iterator[Read]:
    """Every fact that a clause reads, once for each formula that reads it."""
    for role, label, expression, inherited in formulas(clause):
        for record, one in facts_in(expression, clause, schema):
            yield Read(record, one, role, label, expression, inherited)


def facts_in(expression: Expression, clause: CompiledClause, schema: Schema) -> list[tuple[RecordKind, Field | None]]:
    """The records and fields that one formula reads where this clause uses it."""
    return tree_facts(expression.compiled.ast, clause.home, clause, schema)


def tree_facts(
    tree: ast.Node, home: Home, clause: CompiledClause, schema: Schema
) -> list[tuple[RecordKind, Field | None]]:
    """The same for a tree that stands in a home."""
    reader = _Reader(clause, schema)
    reader.home = home
    reader.kind(tree, {})
    return list(reader.told.values())


def kind_of_event(clause: CompiledClause, schema: Schema) -> RecordKind | None:
    """The kind of record that triggers a clause, when `each` lists records of one kind."""
    if clause.event is None:
        return None
    found = _Reader(clause, schema).event_kind()
    return found if isinstance(found, RecordKind) else None


class _Reader(NameCheck):
    """Walks formulas as the check of names does, and tells every record and field on the way."""

    def __init__(self, clause: CompiledClause, schema: Schema) -> None:
        super().__init__(self._kind_of, tuple, FUNCTION_NAMES, lambda node, refusal: None)
        self.clause = clause
        self.schema = schema
        self.home = clause.home
        self.told: dict[tuple[str, str], tuple[RecordKind, Field | None]] = {}
        self.items: dict[int, Kind] = {}

    def tell(self, record: RecordKind, field: Field | None) -> None:
        self.told.setdefault((record.key, field.key if field else ""), (record, field))

    def kind(self, node: ast.Node, inside: Mapping[str, Kind]) -> Kind:
        found = super().kind(node, inside)
        if isinstance(node, ast.Filter) and isinstance(found, RecordKind):
            for below, _ in ast.walk(node.condition):
                if isinstance(below, ast.Name) and below.name in found.names:
                    self.tell(found, found.names[below.name])
        return found

    def _name(self, node: ast.Name, inside: Mapping[str, Kind]) -> Kind:
        found = super()._name(node, inside)
        if isinstance(found, RecordKind) and node.name not in inside:
            self.tell(found, None)
        return found

    def _path(self, node: ast.Path, inside: Mapping[str, Kind]) -> Kind:
        source = self.kind(node.source, inside)
        if isinstance(source, RecordKind):
            if node.name in source.names:
                self.tell(source, source.names[node.name])
            return None
        found = source.get(node.name) if source is not None else None
        return found if isinstance(found, RecordKind | Mapping) else None

    def _field_argument(self, node: ast.Node, record: Kind, inside: Mapping[str, Kind]) -> None:
        if isinstance(node, ast.String) and isinstance(record, RecordKind) and node.value in record.names:
            self.tell(record, record.names[node.value])
        super()._field_argument(node, record, inside)

    def _kind_of(self, name: str) -> Kind:
        item = self.home.visible.get(name)
        if item is not None:
            return self._item(item)
        own = self.clause.home.own.get(name)
        if own is not None:
            return self._item(own)
        if name in self.schema.names:
            return self.schema.names[name]
        if name in self.clause.home.event_names and name != "事件日":
            return self.event_kind()
        return None

    def event_kind(self) -> Kind:
        """The kind behind the event's name. What `each` reads is told where the event is read."""
        event = self.clause.event
        if event is None:
            return None
        quiet = _Reader(self.clause, self.schema)
        return quiet.kind(event.each.compiled.ast, {})

    def _item(self, item: Item) -> Kind:
        if id(item) in self.items:
            return self.items[id(item)]
        self.items[id(item)] = None
        before = self.home
        # A name of the document that hangs on the event means what the clause says.
        self.home = self.clause.home if item.home in (self.clause.home, self.clause.document.home) else item.home
        found: Kind = None
        if item.expression is not None:
            found = self.kind(item.expression.compiled.ast, {})
        elif item.table is not None:
            for one in item.table.inputs:
                self.kind(one.compiled.ast, {})
            for row in item.table.decision.rows:
                for tree in (*(test.ast for test in row.tests), *(output.ast for output in row.outputs)):
                    self.kind(tree, {})
        self.home = before
        self.items[id(item)] = found
        return found
