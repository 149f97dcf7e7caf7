"""FEEL trees lowered: every node of engine.feel.ast that rules use; any other goes to the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from yanlian.engine.feel import ast, compile_expression
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.compile_calls import called_by_name, takes
from yanlian.engine.feel.values import Function
from yanlian.engine.policy.lower.operators import Operators
from yanlian.engine.policy.lower.values import (
    Day,
    Fields,
    Flags,
    NotLowered,
    Number,
    One,
    Record,
    Records,
    Several,
    Span,
    Text,
    Truth,
    Value,
)
from yanlian.engine.policy.model import Formula

_TRUTHS = (ast.Compare, ast.Logic, ast.Quantified, ast.In, ast.Between, ast.Boolean)


class Names(Protocol):
    """What names mean outside of a formula."""

    def value(self, name: str) -> Value:
        """The value of a name; KeyError when there is none."""

    def call(self, name: str, arguments: list[Value]) -> Value | None:
        """The result of a function that only this place knows; nothing when it is no such function."""


@dataclass(frozen=True, slots=True)
class Locals:
    """Names inside a formula: those of iterations, and the members that filters look at, innermost first."""

    names: Mapping[str, Value] = field(default_factory=dict)
    item: Value | None = None
    outer: Locals | None = None


class Formulas(Operators):
    """Expressions. `standing`: the text of a pack that is being lowered, if any, for notes of what is given up."""

    standing: Formula | None = None

    def lowered(self, tree: ast.Node, names: Names, local: Locals | None = None) -> Value:
        """The value of a tree; what the kernel does not know is given up where it stands, and noted."""
        try:
            return self._node(tree, names, local or Locals())
        except NotLowered as reason:
            self.gave_up(str(reason), tree)
            return self.beyond()

    def gave_up(self, reason: str, tree: ast.Node) -> None:
        """A part of a formula is left to the interpreter."""

    def _node(self, tree: ast.Node, names: Names, local: Locals) -> Value:
        lower = _LOWER.get(type(tree))
        if lower is None:
            raise NotLowered(type(tree).__name__)
        return lower(self, tree, names, local)

    def _name(self, tree: ast.Name, names: Names, local: Locals) -> Value:
        level: Locals | None = local
        while level is not None:
            if tree.name in level.names:
                return level.names[tree.name]
            item = level.item
            if item is not None:
                if tree.name == "item":
                    return item
                if (isinstance(item, Record) and tree.name in item.kind.names) or (
                    isinstance(item, Fields) and tree.name in item.entries
                ):
                    return self.path(item, tree.name)
            level = level.outer
        try:
            return names.value(tree.name)
        except KeyError:
            raise NotLowered(tree.name) from None

    def _arithmetic(self, tree: ast.Arithmetic, names: Names, local: Locals) -> Value:
        a, b = self.lowered(tree.left, names, local), self.lowered(tree.right, names, local)
        return self.arithmetic(tree.op, a, b)

    def _compare(self, tree: ast.Compare, names: Names, local: Locals) -> Value:
        a, b = self.lowered(tree.left, names, local), self.lowered(tree.right, names, local)
        return self.comparison(tree.op, a, b)

    def _logic(self, tree: ast.Logic, names: Names, local: Locals) -> Value:
        sides = [self.lowered(tree.left, names, local), self.lowered(tree.right, names, local)]
        return self.conjunction(sides) if tree.op == "and" else self.disjunction(sides)

    def _if(self, tree: ast.If, names: Names, local: Locals) -> Value:
        condition = self.lowered(tree.condition, names, local)
        then, otherwise = self.lowered(tree.then, names, local), self.lowered(tree.otherwise, names, local)
        return self.branch(condition, then, otherwise)

    def _path(self, tree: ast.Path, names: Names, local: Locals) -> Value:
        return self.path(self.lowered(tree.source, names, local), tree.name)

    def _between(self, tree: ast.Between, names: Names, local: Locals) -> Value:
        value, low, high = (self.lowered(one, names, local) for one in (tree.value, tree.low, tree.high))
        return self.conjunction([self.comparison("<=", low, value), self.comparison("<=", value, high)])

    def _negate(self, tree: ast.Negate, names: Names, local: Locals) -> Value:
        return self.negated(self.lowered(tree.operand, names, local))

    def _constant(self, tree: ast.Expression, _: Names, __: Locals) -> Value:
        if isinstance(tree, ast.At):
            return self.length_or_constant(compile_expression(tree).evaluate({}))
        if isinstance(tree, (ast.Number, ast.String, ast.Boolean)):
            return self.constant(tree.value)
        return self.nothing()

    def _list(self, tree: ast.ListLiteral, names: Names, local: Locals) -> Value:
        return self.several(*(One(self.lowered(item, names, local)) for item in tree.items))

    def _context(self, tree: ast.ContextLiteral, names: Names, local: Locals) -> Value:
        if len({entry.key for entry in tree.entries}) < len(tree.entries):
            return self.nothing()
        entries: dict[str, Value] = {}
        for entry in tree.entries:
            # An entry sees those before it.
            entries[entry.key] = self.lowered(entry.value, names, Locals(dict(entries), None, local))
        return Fields(flags=self.plain, entries=entries)

    def _range(self, tree: ast.RangeLiteral, names: Names, local: Locals) -> Value:
        """A range as a value: unknown as a whole with an unknown end, null where its ends are not in order."""
        span, b = self._span(tree, names, local), self.builder
        ends = [one for one in (span.low, span.high) if one is not None]
        flags = self.flags(*ends)
        if span.low is None or span.high is None:
            # An end that is null leaves the range open to that side too.
            return replace(span, flags=Flags(b.either(flags.given, flags.null), flags.unknown, self.no))
        order = self.less(span.high, span.low)
        given, unknown = b.either(flags.given, order.given), flags.unknown
        null = b.negate(b.either(given, unknown, self.false_of(order)))
        return replace(span, flags=Flags(given, unknown, null))

    def _span(self, tree: ast.RangeLiteral, names: Names, local: Locals) -> Span:
        low = None if tree.low is None else self.lowered(tree.low, names, local)
        high = None if tree.high is None else self.lowered(tree.high, names, local)
        return Span(flags=self.plain, low=low, high=high, low_closed=tree.low_closed, high_closed=tree.high_closed)

    # Tests

    def _instance(self, tree: ast.InstanceOf, names: Names, local: Locals) -> Value:
        return self.instance(self.lowered(tree.value, names, local), tree.type)

    def _in(self, tree: ast.In, names: Names, local: Locals) -> Value:
        value = self.lowered(tree.value, names, local)
        return self.tested(value, tree.tests, names, local)

    def tested(self, value: Value, tests: tuple[ast.Test, ...], names: Names, local: Locals | None = None) -> Truth:
        """Whether a value passes one of some unary tests."""
        inner = Locals({"?": value}, None, local)
        return self.disjunction([self._test(value, test, names, inner) for test in tests])

    def _test(self, value: Value, test: ast.Test, names: Names, local: Locals) -> Truth:
        if test.op:
            return self.comparison(test.op, value, self.lowered(test.value, names, local))
        if isinstance(test.value, ast.RangeLiteral):
            return self.within(value, self._span(test.value, names, local))
        if isinstance(test.value, ast.ListLiteral):
            if not test.value.items:
                raise NotLowered("in an empty list")
            return self.passes_one(value, [self.lowered(one, names, local) for one in test.value.items])
        found = self.lowered(test.value, names, local)
        asks = any(isinstance(node, ast.Name) and node.name == "?" for node, _ in ast.walk(test.value))
        if asks and not isinstance(found, Truth):
            raise NotLowered("a test with ? that is no truth value")
        if isinstance(found, Truth):
            return found if asks else self._answered(value, test.value, found)
        return self.passes(value, found)

    def _answered(self, value: Value, test: ast.Expression, found: Truth) -> Truth:
        """A test that is a truth value: what the input must be, or the answer where the input is none."""
        if isinstance(test, ast.Boolean):
            return self.passes(value, found)
        called = {id(node.function) for node, _ in ast.walk(test) if isinstance(node, ast.Call)}
        if not any(isinstance(node, ast.Name) and id(node) not in called for node, _ in ast.walk(test)):
            # The interpreter takes a constant for what the input must be.
            raise NotLowered("a test that is always the same")
        b = self.builder
        if isinstance(value, Truth):
            same = self.passes(value, found)
            none = b.both(value.null, b.negate(b.either(value.given, value.unknown)))
            return replace(same, true=b.either(same.true, b.both(none, found.true)))
        # An answer that is null is what only null equals.
        flags = self.flags(value, found)
        return self.stated(flags.given, flags.unknown, self.no, b.either(found.true, b.both(found.null, value.null)))

    def cell(self, value: Value, tests: ast.UnaryTests, names: Names) -> Truth | None:
        """Whether an input passes a cell of a decision table; nothing for a cell that takes anything."""
        if not tests.tests:
            return None
        found = self.tested(value, tests.tests, names)
        return self.negation(found) if tests.negated else found

    # Walks

    def _filter(self, tree: ast.Filter, names: Names, local: Locals) -> Value:
        source = self.lowered(tree.source, names, local)
        condition = tree.condition
        number = _whole(condition)
        if number is not None and isinstance(source, (Number, Text, Truth, Day)):
            return self._only_member(source, number)
        members = self.listed(source)
        if number is not None:
            return self.member(members, number)
        sure = isinstance(condition, _TRUTHS)

        def test(member: Value) -> Truth:
            found = self.lowered(condition, names, Locals({}, member, local))
            if isinstance(found, Number):
                raise NotLowered("a member by a number that is worked out")
            truth = self.as_truth(found)
            if sure:
                return truth
            # Where all tests are unknown, the interpreter takes the filter itself for unknown.
            return Truth(
                flags=Flags(self.builder.either(truth.given, truth.unknown), self.no, truth.null), true=truth.true
            )

        kept = self.filtered(members, test)
        return kept if sure else self._unless_empty(members, kept, test)

    def _only_member(self, value: Number | Text | Truth | Day, number: int) -> Value:
        """value[n] of a single value: itself where n is 1 or -1."""
        if number not in {1, -1}:
            return self.covered(self.nothing(), value.given, value.unknown)
        return replace(value, ends=None) if isinstance(value, (Number, Day)) else value

    def _unless_empty(self, members: Several, kept: Several, test: Callable[[Value], Truth]) -> Several:
        """A filter whose test may be no truth value: of an empty list the interpreter asks it once for null, and takes
        the filter itself for unknown where that is."""
        if len(members.parts) != 1 or not isinstance(members.parts[0], Records):
            raise NotLowered("a filter of several lists")
        b, part = self.builder, members.parts[0]
        nobody = Record(flags=Flags(self.no, self.no, b.true), kind=part.kind, index=b.const(0), hollow=self.no)
        doubtful = test(part.element(nobody)).given
        if doubtful is self.no:
            return kept
        empty = b.both(doubtful, b.negate(self.occupied(members)))
        return replace(kept, flags=replace(kept.flags, given=b.either(kept.given, empty)))

    def _quantified(self, tree: ast.Quantified, names: Names, local: Locals) -> Value:
        return self._over(tree, 0, names, local)

    def _over(self, tree: ast.Quantified, level: int, names: Names, local: Locals) -> Truth:
        if level == len(tree.iterations):
            return self.as_truth(self.lowered(tree.condition, names, local))
        if len(tree.iterations) > 1:
            raise NotLowered("some or every over several lists")
        iteration = tree.iterations[level]
        members = self._iterated(iteration, names, local)
        return self.quantified(
            members,
            lambda member: self._over(tree, level + 1, names, Locals({iteration.name: member}, None, local)),
            every=tree.kind == "every",
        )

    def _iterated(self, iteration: ast.Iteration, names: Names, local: Locals) -> Several:
        source = self.lowered(iteration.source, names, local)
        if iteration.upto is not None or not isinstance(source, Several):
            raise NotLowered("a walk over what is no list")
        return source

    def _for(self, tree: ast.For, names: Names, local: Locals) -> Value:
        if any(isinstance(node, ast.Name) and node.name == "partial" for node, _ in ast.walk(tree.body)):
            raise NotLowered("for with partial")
        iteration = tree.iterations[0]
        members = self._iterated(iteration, names, local)
        if len(tree.iterations) > 1:
            return replace(members, vague=True)
        return self.mapped(
            members, lambda member: self.lowered(tree.body, names, Locals({iteration.name: member}, None, local))
        )

    def _call(self, tree: ast.Call, names: Names, local: Locals) -> Value:
        if not isinstance(tree.function, ast.Name) or _is_bound(tree.function.name, local):
            raise NotLowered("a call of what is worked out")
        name, known = tree.function.name, FUNCTIONS.get(tree.function.name)
        if tree.named:
            return self._call_by_name(tree, name, known, names, local)
        arguments = [self.lowered(one, names, local) for one in tree.positional]
        found = names.call(name, arguments)
        if found is None and known is not None and not takes(known, len(arguments)):
            return self.nothing()
        return self.called(name, arguments) if found is None else found

    def _call_by_name(self, tree: ast.Call, name: str, known: Function | None, names: Names, local: Locals) -> Value:
        """A built-in function with its arguments by name, as one with them in order."""
        if known is None or known.by_name is not None or names.call(name, []) is not None:
            raise NotLowered("a call by name")
        found = called_by_name(known, [entry.key for entry in tree.named])
        if found is None:
            return self.nothing()
        values = [self.lowered(entry.value, names, local) for entry in tree.named]
        return self.called(name, [values[place] if place >= 0 else self.nothing() for place in found[1]])


def _is_bound(name: str, local: Locals | None) -> bool:
    """Whether a name is one of a formula's own."""
    while local is not None:
        if name in local.names:
            return True
        local = local.outer
    return False


def _whole(tree: ast.Expression) -> int | None:
    """The integer that an expression is, written out."""
    if isinstance(tree, ast.Negate) and isinstance(tree.operand, ast.Number):
        return -int(tree.operand.value)
    if isinstance(tree, ast.Number):
        return int(tree.value)
    return None


_LOWER: dict[type[ast.Node], Callable[..., Value]] = {
    ast.Name: Formulas._name,
    ast.Number: Formulas._constant,
    ast.String: Formulas._constant,
    ast.Boolean: Formulas._constant,
    ast.Null: Formulas._constant,
    ast.At: Formulas._constant,
    ast.Arithmetic: Formulas._arithmetic,
    ast.Compare: Formulas._compare,
    ast.Logic: Formulas._logic,
    ast.If: Formulas._if,
    ast.Path: Formulas._path,
    ast.Between: Formulas._between,
    ast.Negate: Formulas._negate,
    ast.ListLiteral: Formulas._list,
    ast.ContextLiteral: Formulas._context,
    ast.RangeLiteral: Formulas._range,
    ast.In: Formulas._in,
    ast.InstanceOf: Formulas._instance,
    ast.Filter: Formulas._filter,
    ast.Quantified: Formulas._quantified,
    ast.For: Formulas._for,
    ast.Call: Formulas._call,
}
