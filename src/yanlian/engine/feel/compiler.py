"""A tree into closures, once: literals are values, constants are folded, pure numbers take the short way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, DecimalException

from yanlian.engine.feel import ast
from yanlian.engine.feel.arithmetic import OPERATIONS, negate
from yanlian.engine.feel.coerce import shortened
from yanlian.engine.feel.compare import COMPARISONS, RAW, conjunction, disjunction, less
from yanlian.engine.feel.compile_calls import compile_call, compile_function
from yanlian.engine.feel.compile_lists import compile_filter, compile_for, compile_quantified
from yanlian.engine.feel.compile_names import compile_name, compile_path
from yanlian.engine.feel.compile_tests import compile_in
from yanlian.engine.feel.frame import Frame, Piece, fixed
from yanlian.engine.feel.meter import metered
from yanlian.engine.feel.normal import clean, type_name
from yanlian.engine.feel.numbers import FAST
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.temporal import parse_at
from yanlian.engine.feel.types import is_instance, unknown_type
from yanlian.engine.feel.values import Fault, Range, Unknown, fault, union

_ORDERED = frozenset({Decimal, date, str})
# Python compares and computes with integers among decimals exactly.
_NUMBERS = frozenset({Decimal, int})


def compile_node(unit: Unit, node: ast.Node, scope: Scope) -> Piece:
    """The closure of a node."""
    kind = type(node)
    if kind in _NEEDS_BUDGET:
        unit.light = False
    return _COMPILE[kind](unit, node, scope)


def _literal(unit: Unit, node: ast.Number | ast.String | ast.Boolean, scope: Scope) -> Piece:
    return fixed(node.value)


def _null(unit: Unit, node: ast.Null, scope: Scope) -> Piece:
    return fixed(None)


def _instance_of(unit: Unit, node: ast.InstanceOf, scope: Scope) -> Piece:
    value, kind, types = unit.compile(node.value, scope).run, node.type, unit.types
    nothing = unknown_type(kind, types)
    if nothing:
        problem = fault("feel_no_type", found=nothing)
        return Piece(lambda f: f.settle(problem, node.place))
    return Piece(lambda f: is_instance(value(f), kind, types), truth=True)


def _at(unit: Unit, node: ast.At, scope: Scope) -> Piece:
    value = parse_at(node.text)
    if value is not None:
        return fixed(value)
    problem = fault("feel_literal", found=node.text)
    return Piece(lambda f: f.settle(problem, node.place))


def _arithmetic(unit: Unit, node: ast.Arithmetic, scope: Scope) -> Piece:
    left, right = unit.compile(node.left, scope), unit.compile(node.right, scope)
    slow, fast, place = OPERATIONS[node.op], FAST[node.op], node.place
    if left.fixed and right.fixed:
        value = slow(left.value, right.value)
        return Piece(lambda f: f.settle(value, place)) if type(value) is Fault else fixed(value)
    first, second = left.raw or left.run, right.raw or right.run
    if right.fixed and isinstance(right.value, Decimal):
        constant = right.value

        def run_constant(f: Frame) -> object:
            a = first(f)
            if type(a) is Decimal or type(a) is int:
                try:
                    return fast(a, constant)
                except DecimalException:
                    pass
            return f.settle(slow(clean(a), constant), place)

        return Piece(run_constant)

    def run(f: Frame) -> object:
        a = first(f)
        b = second(f)
        if (type(a) is Decimal or type(a) is int) and (type(b) is Decimal or type(b) is int):
            try:
                return fast(a, b)
            except DecimalException:
                pass
        return f.settle(slow(clean(a), clean(b)), place)

    return Piece(run)


def _negate(unit: Unit, node: ast.Negate, scope: Scope) -> Piece:
    inner = unit.compile(node.operand, scope)
    if inner.fixed:
        value = negate(inner.value)
        return Piece(lambda f: f.settle(value, node.place)) if type(value) is Fault else fixed(value)
    return Piece(lambda f: f.settle(negate(inner.run(f)), node.place))


def _compare(unit: Unit, node: ast.Compare, scope: Scope) -> Piece:
    left, right = unit.compile(node.left, scope), unit.compile(node.right, scope)
    slow, raw, place = COMPARISONS[node.op], RAW[node.op], node.place
    first, second = left.raw or left.run, right.raw or right.run

    def undecided(f: Frame, a: object, b: object) -> object:
        a, b = clean(a), clean(b)
        if isinstance(a, (list, Mapping)):
            with metered(f.meter):
                result = slow(a, b)
        else:
            result = slow(a, b)
        if result is None and f.warnings is not None:
            f.null(place, "feel_operands", {"operator": node.op, "left": type_name(a), "right": type_name(b)})
        return result

    if left.fixed and right.fixed:
        value = slow(left.value, right.value)
        if value is not None:
            return Piece(lambda f: value, fixed=True, value=value, truth=True)
    if right.fixed and type(right.value) in _ORDERED:
        constant, kind = right.value, type(right.value)

        also = int if kind is Decimal else kind

        def run_constant(f: Frame) -> object:
            a = first(f)
            return raw(a, constant) if type(a) is kind or type(a) is also else undecided(f, a, constant)

        return Piece(run_constant, truth=True)

    def run(f: Frame) -> object:
        a = first(f)
        b = second(f)
        kind = type(a)
        if (kind in _ORDERED and type(b) is kind) or (kind in _NUMBERS and type(b) in _NUMBERS):
            return raw(a, b)
        return undecided(f, a, b)

    return Piece(run, truth=True)


def _operands(node: ast.Expression, op: str) -> list[ast.Expression]:
    """The operands of a chain of the same operator, in order."""
    found: list[ast.Expression] = []
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, ast.Logic) and top.op == op:
            stack.extend((top.right, top.left))
        else:
            found.append(top)
    return found


def _logic(unit: Unit, node: ast.Logic, scope: Scope) -> Piece:
    runs = [unit.compile(operand, scope).run for operand in _operands(node, node.op)]
    join, decisive, neutral = (conjunction, False, True) if node.op == "and" else (disjunction, True, False)
    place = node.place

    def run(f: Frame) -> object:
        odd: list[object] | None = None
        for operand in runs:
            value = operand(f)
            if value is decisive:
                return decisive
            if value is not neutral:
                odd = [value] if odd is None else [*odd, value]
        if odd is None:
            return neutral
        result = join(odd)
        if result is None and f.warnings is not None:
            f.null(place, "feel_logic_on_null", {"operator": node.op})
        return result

    return Piece(run, truth=True)


def _between(unit: Unit, node: ast.Between, scope: Scope) -> Piece:
    pieces = [unit.compile(n, scope) for n in (node.value, node.low, node.high)]
    value, low, high = (p.raw or p.run for p in pieces)
    at_least, at_most = COMPARISONS[">="], COMPARISONS["<="]
    not_less, not_more, place = RAW[">="], RAW["<="], node.place

    def run(f: Frame) -> object:
        found, least, most = value(f), low(f), high(f)
        kind = type(least)
        if (
            kind is type(most)
            and kind in _ORDERED
            and (type(found) is kind or (type(found) is int and kind is Decimal))
        ):
            return not_less(found, least) and not_more(found, most)
        found = clean(found)
        result = conjunction((at_least(found, clean(least)), at_most(found, clean(most))))
        if result is None:
            f.null(place, "feel_undecided", {"operator": "between", "found": type_name(found)})
        return result

    return Piece(run, truth=True)


def _if(unit: Unit, node: ast.If, scope: Scope) -> Piece:
    condition, then, otherwise = (unit.compile(n, scope) for n in (node.condition, node.then, node.otherwise))
    test, yes, no = condition.run, then.run, otherwise.run

    def run(f: Frame) -> object:
        decided = test(f)
        if decided is True:
            return yes(f)
        return decided.plain() if type(decided) is Unknown else no(f)

    return Piece(run)


def _list(unit: Unit, node: ast.ListLiteral, scope: Scope) -> Piece:
    pieces = [unit.compile(item, scope) for item in node.items]
    runs = [p.run for p in pieces]
    # Every evaluation gives a list of its own: whoever asked may change it.
    fresh = all(p.fixed for p in pieces)
    size = len(runs)
    unit.light = unit.light and fresh

    def run_items(f: Frame) -> object:
        f.meter.left -= size
        return [run(f) for run in runs]

    return Piece(run_items, fresh, [p.value for p in pieces] if fresh else None)


def _context(unit: Unit, node: ast.ContextLiteral, scope: Scope) -> Piece:
    entries: list[tuple[str, int, Callable[[Frame], object]]] = []
    for entry in node.entries:
        piece = unit.compile(entry.value, scope)
        slot = unit.slot()
        entries.append((entry.key, slot, piece.run))
        scope = scope.inner({entry.key: Binding(slot, piece.origin)})
    size = len(entries) + 3
    repeated = len({key for key, _, _ in entries}) < len(entries)
    problem = fault("feel_entry_twice")

    def run(f: Frame) -> object:
        if repeated:
            return f.settle(problem, node.place)
        f.meter.left -= size
        found: dict[str, object] = {}
        slots = f.slots
        for key, slot, value in entries:
            found[key] = slots[slot] = value(f)
        return found

    return Piece(run)


def _range(unit: Unit, node: ast.RangeLiteral, scope: Scope) -> Piece:
    low = fixed(None) if node.low is None else unit.compile(node.low, scope)
    high = fixed(None) if node.high is None else unit.compile(node.high, scope)
    low_closed, high_closed, place = node.low_closed, node.high_closed, node.place
    both = node.low is not None and node.high is not None

    def make(a: object, b: object) -> object:
        if type(a) is Unknown or type(b) is Unknown:
            return union(a, b)
        if both and (a is None or b is None or type_name(a) != type_name(b)):
            return fault("feel_range_ends", low=type_name(a), high=type_name(b))
        if both and less(b, a) is not False:
            return fault("feel_range_order", low=shortened(a), high=shortened(b))
        return Range(a, b, low_closed, high_closed)

    if low.fixed and high.fixed:
        value = make(low.value, high.value)
        return Piece(lambda f: f.settle(value, place)) if type(value) is Fault else fixed(value)
    return Piece(lambda f: f.settle(make(low.run(f), high.run(f)), place))


_NEEDS_BUDGET = frozenset(
    {ast.Call, ast.ContextLiteral, ast.For, ast.Quantified, ast.Filter, ast.FunctionDefinition, ast.InstanceOf}
)
# How each kind of node is compiled. A look-up, where going through the kinds one by one took a tenth of all compiling.
_COMPILE: dict[type[ast.Node], Callable[..., Piece]] = {
    ast.Number: _literal,
    ast.String: _literal,
    ast.Boolean: _literal,
    ast.Null: _null,
    ast.At: _at,
    ast.Name: compile_name,
    ast.ListLiteral: _list,
    ast.ContextLiteral: _context,
    ast.RangeLiteral: _range,
    ast.Negate: _negate,
    ast.Arithmetic: _arithmetic,
    ast.Compare: _compare,
    ast.Logic: _logic,
    ast.Between: _between,
    ast.In: compile_in,
    ast.InstanceOf: _instance_of,
    ast.If: _if,
    ast.For: compile_for,
    ast.Quantified: compile_quantified,
    ast.Filter: compile_filter,
    ast.Path: compile_path,
    ast.Call: compile_call,
    ast.FunctionDefinition: compile_function,
}
