"""What is known of a pack set's formulas, names and facts before any dossier is seen: for whoever compiles them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yanlian.engine.dossier import Schema
from yanlian.engine.feel import ast
from yanlian.engine.feel.static import Typed
from yanlian.engine.policy.compiled import CompiledDocument, Expression, Home, Item
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.types.check import TypeCheck
from yanlian.engine.policy.types.facts import field_type
from yanlian.engine.policy.types.measures import Measures
from yanlian.engine.policy.types.quantity import UNKNOWN, Quantity, of_field
from yanlian.engine.policy.types.scope import Typing
from yanlian.engine.policy.types.units import Unit


@dataclass(frozen=True, slots=True)
class Known:
    """What every value of a formula is.

    `type`: its FEEL type; `Any` where nothing is known. `unit` and `scale` (decimal places at most) of numbers, None
    where not known. `nullable` False promises that it is never null; unknown it may be always. `values`: the closed
    list of its words, empty when it is open.
    """

    type: ast.Type
    unit: Unit | None = None
    scale: int | None = None
    nullable: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownTree:
    """A formula's tree with what is known of each node."""

    typed: Typed
    quantities: Mapping[int, Quantity]

    def of(self, node: ast.Expression) -> Known:
        """What is known of a node that stands in the tree, found by its identity."""
        return _known(self.typed.type_of(node), self.quantities.get(id(node), UNKNOWN))


class PackTypes:
    """The types, units and decimal places of a compiled pack set. Made by `type_packs`, or `PackSet.types`."""

    def __init__(self, typing: Typing, measures: Measures, stands: Mapping[int, Home]) -> None:
        self._typing = typing
        self._measures = measures
        self._stands = stands

    @property
    def named(self) -> Mapping[str, ast.Type]:
        """The context types of records, by the names that other types call them."""
        return self._typing.facts.named

    def names(self, home: Home) -> Mapping[str, ast.Type]:
        """The types of all names that can be read in a home, found as they are asked for."""
        return self._typing.names(home)

    def typed(self, expression: Expression, home: Home | None = None) -> Known:
        """What is known of a formula where it stands.

        `home`: the home of a clause that inherits the formula or uses the definition: then names that only clauses
        have mean what they mean in that clause, and more may be known. A formula of another pack set is `Any`.
        """
        where = self._stands.get(id(expression)) if home is None else home
        if where is None:
            return Known(Typing.NOT_KNOWN)
        typed = self._typing.tree(expression, where)
        return _known(typed.type, self._measures.formula(expression, where).value)

    def tree(self, expression: Expression, home: Home | None = None) -> KnownTree:
        """What is known of each node of a formula; `home` as for `typed`. Worked out at every call.

        Raises KeyError for a formula of another pack set.
        """
        where = self._stands[id(expression)] if home is None else home
        typed = self._typing.tree(expression, where)
        notes: dict[int, Quantity] = {}
        self._measures.tree(typed, where, notes)
        return KnownTree(typed, notes)

    def item(self, item: Item, seen_from: Home | None = None) -> Known:
        """What is known of a parameter over all its dates, of a definition, of what a table gives (its type is that of
        a function), or of a scale (likewise)."""
        home = item.home if seen_from is None else seen_from
        return _known(self._typing.item(item, home), self._measures.item(item, home))

    def name(self, name: str, home: Home) -> Known:
        """What is known of any name that can be read in a home; `Any` for one that cannot."""
        names = self._typing.names(home)
        kind = names.get(name, Typing.NOT_KNOWN)
        return _known(kind, self._measures.name(name, home) or UNKNOWN)


def fact(schema: Schema, record: str, field: str) -> Known:
    """What is known of a field of a record (keys, Chinese or English names): its scale is that of the stored integer,
    its words are those of the closed list. Raises KeyError when there is no such field."""
    found = schema.record(record).names[field]
    return _known(field_type(found), of_field(found))


def type_packs(
    schema: Schema,
    homes: Iterable[Home],
    documents: Iterable[CompiledDocument],
    faults: Faults,
    settling: Iterable[CompiledSettling] = (),
) -> PackTypes:
    """Type every formula of compiled packs once, and note what in them can never give what is asked of it.

    `homes`: those of the packs themselves. To be called when names have no faults: what could not be compiled is not
    known here.
    """
    documents = tuple(documents)
    typing = Typing(schema, documents)
    measures = Measures(typing, schema)
    check = TypeCheck(typing, measures, faults)
    for home in homes:
        check.home(home)
    for document in documents:
        check.document(document)
    for rule in settling:
        check.settling(rule)
    return PackTypes(typing, measures, check.stands)


def _known(kind: ast.Type, found: Quantity) -> Known:
    return Known(kind, found.unit, found.scale, found.nullable, found.values)
