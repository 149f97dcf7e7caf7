"""The walk over a typed tree that finds what is known of every value in it, units that cannot go together
and words that a field never has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from yanlian.engine.feel import ast
from yanlian.engine.feel.static import Typed
from yanlian.engine.feel.static.lattice import head
from yanlian.engine.policy.types.arithmetic import product, quotient, sum_of
from yanlian.engine.policy.types.quantity import (
    CERTAIN,
    DEEPEST,
    NOTHING,
    NUMBER_OF,
    PART_OF_DAY,
    UNKNOWN,
    YEAR_OF_DAY,
    Quantity,
    joined,
    may_be_null,
    places,
)
from yanlian.engine.policy.types.strangers import Stranger, in_call, strangers
from yanlian.engine.policy.types.units import Unit, differ, unit_of_literal

Locals = Mapping[str, Quantity]
# What a name from outside is; None for a name that is none.
Lookup = Callable[[str], Quantity | None]
# A call of a function that is no FEEL built-in: its arguments as found, and the call; None: not known.
Calls = Callable[["QuantityWalk", ast.Call, Sequence[Quantity]], Quantity | None]
_ORDERED = frozenset(
    {"number", "string", "date", "time", "date and time", "years and months duration", "days and time duration"}
)
_OF_DAY: Mapping[str, Quantity] = {"year": YEAR_OF_DAY, **dict.fromkeys(("month", "day", "weekday"), PART_OF_DAY)}


@dataclass(frozen=True, slots=True)
class Clash:
    """Two figures that cannot go together: where, by which sign, of which units; `sure` when no plain number whose
    unit nobody wrote has a part in it."""

    place: ast.Place
    operator: str
    left: Unit
    right: Unit
    sure: bool


@dataclass(slots=True)
class QuantityWalk:
    """One walk. `notes`: what is found of each node, by its identity, when that is wanted."""

    typed: Typed
    lookup: Lookup
    calls: Calls
    clashes: list[Clash] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    notes: dict[int, Quantity] | None = None

    def of(self, node: ast.Expression, inside: Locals) -> Quantity:
        """What is known of a node's value."""
        found = self._of(node, inside)
        if self.notes is not None:
            before = self.notes.get(id(node))
            self.notes[id(node)] = found if before is None else joined((before, found))
        return found

    def _of(self, node: ast.Expression, inside: Locals) -> Quantity:
        match node:
            case ast.Number():
                unit = unit_of_literal(node.spelling)
                return Quantity(unit, plain=unit is None, scale=places(node.value), nullable=False)
            case ast.String():
                return Quantity(nullable=False, values=(node.value,))
            case ast.Boolean():
                return CERTAIN
            case ast.Null():
                return NOTHING
            case ast.Name():
                return inside[node.name] if node.name in inside else self.lookup(node.name) or UNKNOWN
            case ast.Path():
                return self._path(node, inside)
            case ast.Negate():
                found = self.of(node.operand, inside)
                return replace(found, values=(), nullable=found.nullable or self.kind(node) != "number")
            case ast.Arithmetic():
                return self._arithmetic(node, inside)
            case ast.Call():
                return self._call(node, inside)
            case ast.If():
                self.of(node.condition, inside)
                return joined((self.of(node.then, inside), self.of(node.otherwise, inside)))
            case _:
                return self._collection(node, inside)

    def _collection(self, node: ast.Expression, inside: Locals) -> Quantity:
        match node:
            case ast.Filter():
                return self._filter(node, inside)
            case ast.For():
                own, nullable = self._loop(node.iterations, inside)
                body = self.of(node.body, {**own, "partial": UNKNOWN})
                return Quantity(member=body, nullable=nullable)
            case ast.Quantified():
                own, nullable = self._loop(node.iterations, inside)
                certain = self.kind(node.condition) == "boolean"
                return Quantity(nullable=self.of(node.condition, own).nullable or nullable or not certain)
            case ast.ListLiteral():
                members = [self.of(item, inside) for item in node.items]
                return Quantity(member=joined(members) if members else None, nullable=False)
            case ast.ContextLiteral():
                entries: dict[str, Quantity] = {}
                for entry in node.entries:
                    entries[entry.key] = self.of(entry.value, {**inside, **entries})
                return Quantity(entries=entries, nullable=False)
            case ast.RangeLiteral():
                ends = [self.of(end, inside) for end in (node.low, node.high) if end is not None]
                return replace(joined(ends), nullable=True)
            case _:
                return self._truth(node, inside)

    def _truth(self, node: ast.Expression, inside: Locals) -> Quantity:
        match node:
            case ast.Compare():
                return self._compare(node, inside)
            case ast.Logic():
                sides = [self.of(side, inside) for side in (node.left, node.right)]
                certain = all(self.kind(side) == "boolean" for side in (node.left, node.right))
                return Quantity(nullable=not certain or any(side.nullable for side in sides))
            case ast.Between():
                value = self.of(node.value, inside)
                ends = [self.of(end, inside) for end in (node.low, node.high)]
                for end, found in zip((node.low, node.high), ends, strict=True):
                    self.meet(end.place, "between", value, found)
                kinds = {self.kind(one) for one in (node.value, node.low, node.high)}
                certain = len(kinds) == 1 and kinds <= _ORDERED
                return Quantity(nullable=not certain or any(one.nullable for one in (value, *ends)))
            case ast.In():
                return Quantity(nullable=not self.tests(node.tests, self.of(node.value, inside), node.value, inside))
            case ast.FunctionDefinition():
                self.of(node.body, {**inside, **{one.name: UNKNOWN for one in node.parameters}})
                return CERTAIN
            case ast.InstanceOf():
                self.of(node.value, inside)
                return UNKNOWN
            case _:
                return UNKNOWN

    def kind(self, node: ast.Expression) -> str:
        """The kind of a node's value, as its type says."""
        return head(self.typed.type_of(node))

    # Parts

    def _path(self, node: ast.Path, inside: Locals) -> Quantity:
        return self._entry(self.of(node.source, inside), node)

    def _entry(self, source: Quantity, node: ast.Path, depth: int = 0) -> Quantity:
        if source.member is not None:
            # Of lists of lists the result is as many lists.
            inner = UNKNOWN if depth > DEEPEST else self._entry(source.member, node, depth + 1)
            return Quantity(member=inner, nullable=source.nullable)
        if source.entries is not None:
            return may_be_null(source.entries.get(node.name, UNKNOWN), nullable=source.nullable)
        if self.kind(node.source) == "date" and node.name in _OF_DAY:
            return replace(_OF_DAY[node.name], nullable=source.nullable)
        return UNKNOWN

    def _filter(self, node: ast.Filter, inside: Locals) -> Quantity:
        source = self.of(node.source, inside)
        member = source if source.member is None else source.member
        own = {**(member.entries or {}), "item": member}
        self.of(node.condition, {**inside, **own})
        kind = self.kind(node)
        if kind == "list" and self.kind(node.condition) == "boolean":
            return Quantity(member=member, nullable=source.nullable)
        return may_be_null(member) if kind not in {"list", "Any", "Null"} else UNKNOWN

    def _loop(self, iterations: tuple[ast.Iteration, ...], inside: Locals) -> tuple[Locals, bool]:
        """The names of a loop, and whether one of its sources may be null."""
        own: dict[str, Quantity] = dict(inside)
        nullable = False
        for one in iterations:
            source = self.of(one.source, own)
            nullable = nullable or source.nullable
            if one.upto is not None:
                upto = self.of(one.upto, own)
                counted = {self.kind(one.source), self.kind(one.upto)}
                nullable = nullable or upto.nullable or counted not in ({"number"}, {"date"})
                whole = source.scale == 0
                own[one.name] = replace(joined((source, upto)), scale=0 if whole else None, values=())
            elif source.member is not None:
                own[one.name] = source.member
            else:
                own[one.name] = UNKNOWN
        return own, nullable

    def _arithmetic(self, node: ast.Arithmetic, inside: Locals) -> Quantity:
        left, right = self.of(node.left, inside), self.of(node.right, inside)
        numbers = self.kind(node.left) == self.kind(node.right) == "number"
        if node.op in {"+", "-"}:
            self.meet(node.place, node.op, left, right)
            found = sum_of(left, right, minus=node.op == "-")
        elif node.op == "*":
            found = product(left, right)
        else:
            return quotient(left, right) if node.op == "/" else UNKNOWN
        return found if numbers else Quantity()

    def _compare(self, node: ast.Compare, inside: Locals) -> Quantity:
        left, right = self.of(node.left, inside), self.of(node.right, inside)
        self.meet(node.place, node.op, left, right)
        self.strangers += (*strangers(node.left, right), *strangers(node.right, left))
        kinds = {self.kind(node.left), self.kind(node.right)}
        if node.op in {"=", "!="}:
            same = len(kinds) == 1 and kinds <= _ORDERED | {"boolean"}
            return Quantity(nullable=not same and not isinstance(node.right, ast.Null))
        certain = len(kinds) == 1 and kinds <= _ORDERED
        return Quantity(nullable=not certain or left.nullable or right.nullable)

    def tests(self, tests: Sequence[ast.Test], subject: Quantity, node: ast.Expression, inside: Locals) -> bool:
        """Unary tests on a subject; whether they are certain to give true or false."""
        own = {**inside, "?": subject}
        certain = not subject.nullable
        for test in tests:
            ends = (test.value.low, test.value.high) if isinstance(test.value, ast.RangeLiteral) else (test.value,)
            for end in ends:
                if end is not None:
                    found = self.of(end, own)
                    self.meet(end.place, test.op or "in", subject, found)
                    self.strangers += strangers(end, subject)
                    if found.member is not None:
                        self.strangers += strangers(node, found.member)
                    same = self.kind(end) == self.kind(node) and self.kind(end) in _ORDERED
                    certain = certain and same and not found.nullable
        return certain

    def _call(self, node: ast.Call, inside: Locals) -> Quantity:
        given = node.positional or tuple(entry.value for entry in node.named)
        first = UNKNOWN
        found: list[Quantity] = []
        for i, argument in enumerate(given):
            if isinstance(argument, ast.FunctionDefinition) and first.member is not None:
                names = {one.name: first.member for one in argument.parameters}
                self.of(argument.body, {**inside, **names})
                found.append(CERTAIN)
            else:
                found.append(self.of(argument, inside))
            first = found[0] if i == 0 else first
        self.strangers += in_call(node, given, found)
        return self.calls(self, node, found) or UNKNOWN

    # Faults

    def meet(self, place: ast.Place, operator: str, left: Quantity, right: Quantity) -> None:
        """Two values are compared or added: note it when their units cannot go together."""
        if left.unit is not None and right.unit is not None and differ(left.unit, right.unit):
            self.clashes.append(Clash(place, operator, left.unit, right.unit, left.sure and right.sure))


__all__ = ["NUMBER_OF", "Calls", "Clash", "Locals", "Lookup", "QuantityWalk"]
