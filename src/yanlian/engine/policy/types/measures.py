"""What is known of every name and formula of a pack set besides its type, found when it is first needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from yanlian.engine.dossier import Schema
from yanlian.engine.feel import ast
from yanlian.engine.feel.static import Typed
from yanlian.engine.policy.compiled import CompiledTable, Expression, Home, Item
from yanlian.engine.policy.model import Definition, Parameter, Scale
from yanlian.engine.policy.types import calls
from yanlian.engine.policy.types.quantities import Clash, QuantityWalk
from yanlian.engine.policy.types.quantity import (
    CERTAIN,
    UNKNOWN,
    Quantity,
    joined,
    may_be_null,
    of_constant,
    of_facts,
)
from yanlian.engine.policy.types.scope import EVENT_DAY, Typing, home_of
from yanlian.engine.policy.types.strangers import Stranger
from yanlian.engine.policy.types.units import PLAIN, unit_of, unit_of_literal

# The walk takes some five calls for a level: it has to leave room on the stack for those around it.
_HIGHEST = 80
_LISTED = frozenset({"R", "O", "C"})


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a formula's value, which units clash in it, and which words a field never has."""

    value: Quantity
    clashes: tuple[Clash, ...] = ()
    strangers: tuple[Stranger, ...] = ()


class Measures:
    """Units, decimal places and the like over a `Typing`; names mean what they mean there."""

    def __init__(self, typing: Typing, schema: Schema) -> None:
        self.typing = typing
        self.facts = of_facts(schema)
        self._open: set[tuple[int, int]] = set()
        self._items: dict[tuple[int, int], Quantity] = {}
        self._formulas: dict[tuple[int, int], tuple[Expression, Measured]] = {}

    def formula(self, expression: Expression, home: Home) -> Measured:
        """What is known of a formula that stands in a home, or is seen from a clause of it."""
        key = (id(expression), id(home))
        known = self._formulas.get(key)
        if known is None:
            measured = self.tree(self.typing.tree(expression, home), home)
            known = self._formulas[key] = (expression, measured)
        return known[1]

    def tree(self, typed: Typed, home: Home, notes: dict[int, Quantity] | None = None) -> Measured:
        """What is known of a typed tree in a home; `notes` is filled with what is known of each node."""
        if isinstance(typed.tree, ast.UnaryTests) or _is_high(typed):
            return Measured(UNKNOWN)
        walk = self._walk(typed, home, notes)
        value = walk.of(typed.tree, {})
        return Measured(value, tuple(walk.clashes), tuple(walk.strangers))

    def cell(self, typed: Typed, subject: Quantity, home: Home) -> Measured:
        """The clashes of units in a cell that tests an input, and the words that the input never has."""
        walk = self._walk(typed, home, None)
        if isinstance(typed.tree, ast.UnaryTests):
            walk.tests(typed.tree.tests, subject, ast.Name("?"), {})
        return Measured(UNKNOWN, tuple(walk.clashes), tuple(walk.strangers))

    def _walk(self, typed: Typed, home: Home, notes: dict[int, Quantity] | None) -> QuantityWalk:
        def call(walk: QuantityWalk, node: ast.Call, given: Sequence[Quantity]) -> Quantity | None:
            return self._call(walk, node, given, home)

        return QuantityWalk(typed, lambda name: self.name(name, home), call, notes=notes)

    # Names

    def name(self, name: str, home: Home) -> Quantity | None:
        """What is known of a name where it stands."""
        item = home.visible.get(name)
        if item is not None:
            return self.item(item, home)
        if name in home.event_names:
            return self._lent(name, home)
        return self.facts.get(name)

    def item(self, item: Item, seen_from: Home) -> Quantity:
        """What is known of a name that a pack, document or clause defines; of a table, of its result."""
        home = home_of(item, seen_from)
        key = (id(item), id(home))
        known = self._items.get(key)
        if known is not None or key in self._open:
            return known or UNKNOWN
        self._open.add(key)
        found = self._items[key] = self._item(item, home)
        self._open.discard(key)
        return found

    def _item(self, item: Item, home: Home) -> Quantity:
        if isinstance(item.source, Definition) and item.expression is not None:
            return self.formula(item.expression, home).value
        if isinstance(item.source, Parameter):
            return of_parameter(item.source)
        return UNKNOWN if item.table is None else self._table(item.table, home)

    def _table(self, table: CompiledTable, home: Home) -> Quantity:
        """What a decision table gives: null when no row fires."""
        hit = table.source.hit
        if hit == "C#":
            return Quantity(PLAIN, scale=0)
        columns = [self._column(table, i, home) for i in range(len(table.source.outputs))]
        if len(columns) > 1:
            result = Quantity(entries=dict(zip(table.source.outputs, columns, strict=True)), nullable=False)
        else:
            result = columns[0]
        if hit[1:]:
            return may_be_null(replace(result, values=(), entries=None, member=None))
        return Quantity(member=result) if hit in _LISTED else may_be_null(result)

    def _column(self, table: CompiledTable, at: int, home: Home) -> Quantity:
        found: list[Quantity] = []
        for row in table.decision.rows:
            typed = self.typing.infer(row.outputs[at].ast, home)
            found.append(self.tree(typed, home).value)
        return joined(found)

    def _lent(self, name: str, home: Home) -> Quantity:
        """An event, its day, or a name that only the clauses of a document have."""
        if name == EVENT_DAY:
            return CERTAIN
        each = self.typing.each(home)
        if each is not None:
            found = self.formula(each, home).value
            # Nothing triggers a clause whose `each` is null.
            return replace(found, nullable=False) if found.member is None else found.member
        clauses = self.typing.clauses(home)
        return joined(
            found
            for clause in clauses
            if name in clause.own or name in clause.event_names
            for found in (self.name(name, clause),)
            if found is not None
        )

    def _call(self, walk: QuantityWalk, node: ast.Call, given: Sequence[Quantity], home: Home) -> Quantity | None:
        item = home.visible.get(node.function.name) if isinstance(node.function, ast.Name) else None
        if item is None:
            on_a_day = calls.on_a_day(node, lambda name: self._parameter(name, home))
            return on_a_day or calls.of_builtin(walk, node, given)
        if isinstance(item.source, Scale):
            return calls.of_scale(walk, node, item.source, given)
        return self.item(item, home) if item.table is not None else None

    def _parameter(self, name: str, home: Home) -> Quantity | None:
        item = home.visible.get(name)
        return None if item is None or not isinstance(item.source, Parameter) else of_parameter(item.source)


def _is_high(typed: Typed) -> bool:
    """Whether a tree is higher than the walk goes down; only a tree of many nodes can be."""
    return len(typed.kinds) > _HIGHEST and max(depth for _, depth in ast.walk(typed.tree)) > _HIGHEST


def of_parameter(source: Parameter) -> Quantity:
    """A parameter over all its dates; before the first of them it is null."""
    declared = unit_of(source.unit)
    values = [of_constant(dated.value, declared or unit_of_literal(dated.written)) for dated in source.values]
    return may_be_null(joined(values))
