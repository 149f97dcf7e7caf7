"""The type of every name of a pack set, where it stands: inferred when it is first needed, in order of need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from yanlian.engine.dossier import Schema
from yanlian.engine.feel import ast
from yanlian.engine.feel.static import Typed, infer, infer_tests, join
from yanlian.engine.feel.static.lattice import ANY, DATE, NULL, NUMBER, context_of, element, list_of
from yanlian.engine.feel.static.walk import Signatures
from yanlian.engine.policy.compile_returns import PAYMENT, PAYMENTS
from yanlian.engine.policy.compiled import CompiledDocument, CompiledTable, Expression, Home, Item
from yanlian.engine.policy.model import Definition, Parameter, Scale
from yanlian.engine.policy.types.facts import constant_type, fact_types
from yanlian.engine.policy.types.functions import pack_signatures

EVENT_DAY = "事件日"
_SCALE: ast.Type = ast.FunctionType((NUMBER,), NUMBER)
_LISTED = frozenset({"R", "O", "C"})


class Typing:
    """The types of names and formulas of a pack set.

    A name that a document borrows from its clauses (an event, a definition of theirs) has in the document what its
    meanings in the clauses have in common; seen from one clause it has that clause's type.
    """

    NOT_KNOWN = ANY

    def __init__(self, schema: Schema, documents: Iterable[CompiledDocument]) -> None:
        self.facts = fact_types(schema)
        self._each: dict[int, Expression] = {}
        self._clauses: dict[int, list[Home]] = {}
        self._names: dict[int, HomeNames] = {}
        self._open: set[tuple[int, int]] = set()
        self._items: dict[tuple[int, int], ast.Type] = {}
        self._trees: dict[tuple[int, int], tuple[Expression, Typed]] = {}
        for document in documents:
            self._clauses[id(document.home)] = list(document.homes.values())
            for clause in document.clauses:
                if clause.event is not None:
                    self._each[id(clause.home)] = clause.event.each
                    self._each.update((id(one.home), clause.event.each) for one in clause.returns)

    def names(self, home: Home) -> HomeNames:
        """The types of all names that can be read in a home."""
        found = self._names.get(id(home))
        if found is None:
            found = self._names[id(home)] = HomeNames(self, home)
        return found

    def tree(self, expression: Expression, home: Home) -> Typed:
        """The types of a formula that stands in a home (or is seen from a clause of it), and its faults."""
        key = (id(expression), id(home))
        known = self._trees.get(key)
        if known is None:
            known = self._trees[key] = (expression, self.infer(expression.compiled.ast, home))
        return known[1]

    def infer(self, tree: ast.Expression, home: Home) -> Typed:
        """The types of a tree in a home."""
        names = self.names(home)
        return infer(tree, names, types=self.facts.named, functions=names.functions)

    def infer_tests(self, tree: ast.UnaryTests, subject: ast.Type, home: Home) -> Typed:
        """The types of a cell that tests an input."""
        names = self.names(home)
        return infer_tests(tree, subject, names, types=self.facts.named, functions=names.functions)

    def join(self, kinds: Iterable[ast.Type]) -> ast.Type:
        """What several types have in common; `Any` of none."""
        found: ast.Type | None = None
        for kind in kinds:
            found = kind if found is None else join(found, kind, self.facts.named)
        return ANY if found is None else found

    # Items

    def item(self, item: Item, seen_from: Home) -> ast.Type:
        """The type of a name that a pack, document or clause defines."""
        home = home_of(item, seen_from)
        key = (id(item), id(home))
        known = self._items.get(key)
        if known is not None:
            return known
        if key in self._open:
            # A circle is a fault of names; here it only has to come to an end.
            return ANY
        self._open.add(key)
        found = self._items[key] = self._item(item, home)
        self._open.discard(key)
        return found

    def _item(self, item: Item, home: Home) -> ast.Type:
        if isinstance(item.source, Definition):
            return ANY if item.expression is None else self.tree(item.expression, home).type
        if isinstance(item.source, Parameter):
            return self.join(constant_type(dated.value) for dated in item.source.values)
        if isinstance(item.source, Scale):
            return _SCALE
        result = ANY if item.table is None else self.table(item.table, home)
        return ast.FunctionType((), result)

    def table(self, table: CompiledTable, home: Home) -> ast.Type:
        """The type of what a decision table gives: of its one output, or a context of several; a list of them where
        the hit policy collects."""
        hit = table.source.hit
        if hit == "C#":
            return NUMBER
        columns = [
            self.join(self.infer(row.outputs[i].ast, home).type for row in table.decision.rows)
            for i in range(len(table.source.outputs))
        ]
        if hit[1:]:
            # A sum of texts is null, and of several outputs too.
            return columns[0] if len(columns) == 1 else NULL
        result = columns[0] if len(columns) == 1 else context_of(dict(zip(table.source.outputs, columns, strict=True)))
        return list_of(result) if hit in _LISTED else result

    # Events

    def lent(self, name: str, home: Home) -> ast.Type:
        """The type of a name that only clauses have: of this clause, or of all clauses of this document together."""
        if name == EVENT_DAY:
            return DATE
        if name == PAYMENT and name in home.event_names:
            return self.member(self.facts.names[PAYMENTS])
        each = self.each(home)
        if each is not None:
            return self.member(self.tree(each, home).type)
        found: list[ast.Type] = []
        for clause in self.clauses(home):
            if name in clause.own:
                found.append(self.item(clause.own[name], clause))
            elif name in clause.event_names:
                found.append(self.lent(name, clause))
        return self.join(found)

    def each(self, home: Home) -> Expression | None:
        """The formula of the events of a clause; None for a home that has none."""
        return self._each.get(id(home))

    def clauses(self, home: Home) -> list[Home]:
        """The homes of the clauses of a document."""
        return self._clauses.get(id(home), [])

    def member(self, kind: ast.Type) -> ast.Type:
        """What one event is, when `each` gives this: a member of the list, or the one value."""
        return element(kind, self.facts.named)


def home_of(item: Item, seen_from: Home) -> Home:
    """Where an item's formula is to be read: at its own home, or, when it hangs on the event or on names of the clause
    that uses it, in that clause."""
    if item.reach and seen_from.parent is item.home:
        return seen_from
    return item.home


class HomeNames(Mapping[str, ast.Type]):
    """The names of a home with their types, found when they are asked for."""

    def __init__(self, typing: Typing, home: Home) -> None:
        self._typing = typing
        self._home = home
        self.functions: Signatures = pack_signatures(self._parameter)

    def __getitem__(self, name: str) -> ast.Type:
        home, typing = self._home, self._typing
        if name in home.visible:
            return typing.item(home.visible[name], home)
        if name in home.event_names:
            return typing.lent(name, home)
        return typing.facts.names[name]

    def __contains__(self, name: object) -> bool:
        home = self._home
        return name in home.visible or name in home.event_names or name in self._typing.facts.names

    def __iter__(self) -> Iterator[str]:
        home = self._home
        return iter({**home.visible, **dict.fromkeys(home.event_names), **self._typing.facts.names})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _parameter(self, name: str) -> ast.Type | None:
        item = self._home.visible.get(name)
        return self[name] if item is not None and isinstance(item.source, Parameter) else None


__all__ = ["EVENT_DAY", "HomeNames", "Typing", "home_of"]
