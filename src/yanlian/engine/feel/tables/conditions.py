"""The tests of one cell as a condition over constants: what is left when names, functions and the like are set aside.

Follows `compile_tests`, which says when a test is passed. What cannot be said with constants alone becomes `Opaque`,
with the reason, and is taken for something that may be true and may be false everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.compiled import compile_expression
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths, date_text, parse_at
from yanlian.engine.feel.values import Range

CONSTANT_STEPS = 10_000
_FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CLOCKS = frozenset({"now", "today"})
_ATOMIC = (Decimal, str, bool, date, FarDate, DateTime, Time, YearsMonths, DaysTime)


@dataclass(frozen=True, slots=True)
class Leaf:
    """`input op value`; `spelling` is how the author wrote the value."""

    op: str
    value: object
    spelling: str


@dataclass(frozen=True, slots=True)
class Both:
    """All parts, with the `and` of FEEL."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts, with the `or` of FEEL."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """`not` of FEEL: null stays null."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Sure:
    """The part, with false instead of null."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Opaque:
    """Not to be said with constants. `reason`: name | function | expression; `found`: which one."""

    reason: str
    found: str


Condition: TypeAlias = Leaf | Both | Either | Opposite | Sure | Opaque


class NotConstant(Exception):
    """A part of a test whose value only the facts decide."""

    def __init__(self, reason: str, found: str) -> None:
        super().__init__(reason)
        self.why = Opaque(reason, found)


def condition(tests: ast.UnaryTests) -> Condition:
    """A whole cell; `-` is always true."""
    parts = Both(()) if not tests.tests else Either(tuple(condition_of_test(test) for test in tests.tests))
    return Opposite(parts) if tests.negated else parts


def condition_of_test(test: ast.Test) -> Condition:
    """One test of a cell."""
    try:
        if test.op:
            return _compared(test.op, test.value)
        if isinstance(test.value, ast.RangeLiteral):
            return _span(test.value)
        if _asks(test.value):
            return _truth(test.value)
        value = constant(test.value)
        if isinstance(value, bool) and not isinstance(test.value, ast.Boolean):
            # Such an expression is the answer itself for inputs that are no truth values.
            return Opaque("expression", print_expression(test.value))
        return _passed(value, test.value)
    except NotConstant as problem:
        return problem.why


def leaves(root: Condition) -> Iterator[Leaf | Opaque]:
    """The comparisons of a condition, and what is opaque in it, in order."""
    stack: list[Condition] = [root]
    while stack:
        top = stack.pop()
        if isinstance(top, (Leaf, Opaque)):
            yield top
        elif isinstance(top, (Opposite, Sure)):
            stack.append(top.part)
        else:
            stack.extend(reversed(top.parts))


def constant(node: ast.Expression) -> object:
    """The value of an expression that reads nothing. Raises `NotConstant`."""
    match node:
        case ast.Number() | ast.String() | ast.Boolean():
            return node.value
        case ast.Null():
            return None
        case ast.At():
            value = parse_at(node.text)
            if value is None:
                raise NotConstant("expression", print_expression(node))
            return value
        case ast.Negate(operand=ast.Number(value=number)):
            return -number
        case ast.Name():
            raise NotConstant("name", node.name)
        case _:
            return _computed(node)


def _computed(node: ast.Expression) -> object:
    text = print_expression(node)
    for inner, _ in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Name) and inner.function.name in _CLOCKS:
            raise NotConstant("function", inner.function.name)
    try:
        compiled = compile_expression(node)
        if compiled.free_names:
            raise NotConstant(*_reads(node, sorted(compiled.free_names)[0]))
        value = clean(compiled.evaluate(steps=CONSTANT_STEPS))
    except FeelError:
        raise NotConstant("expression", text) from None
    if value is None or not _usable(value):
        raise NotConstant("expression", text)
    return value


def _reads(node: ast.Expression, name: str) -> tuple[str, str]:
    called = (inner.function for inner, _ in ast.walk(node) if isinstance(inner, ast.Call))
    is_function = any(isinstance(function, ast.Name) and function.name == name for function in called)
    return ("function" if is_function else "name"), name


def _usable(value: object) -> bool:
    if isinstance(value, list):
        return all(member is None or _usable(clean(member)) for member in value)
    if isinstance(value, Range):
        return all(end is None or isinstance(end, _ATOMIC) for end in (value.low, value.high))
    return isinstance(value, _ATOMIC)


def _asks(node: ast.Node) -> bool:
    return any(isinstance(inner, ast.Name) and inner.name == "?" for inner, _ in ast.walk(node))


def _compared(op: str, node: ast.Expression) -> Condition:
    """`input op constant`."""
    if _asks(node):
        raise NotConstant("expression", print_expression(node))
    value = constant(node)
    if value is not None and not isinstance(value, _ATOMIC):
        raise NotConstant("expression", print_expression(node))
    return Leaf(op, value, spelled(value, node))


def _span(node: ast.RangeLiteral) -> Condition:
    parts: list[Condition] = []
    if node.low is not None:
        parts.append(_compared(">=" if node.low_closed else ">", node.low))
    if node.high is not None:
        parts.append(_compared("<=" if node.high_closed else "<", node.high))
    return Both(tuple(parts))


def _passed(value: object, node: ast.Expression | None) -> Condition:
    """`passes(input, value)`: in the range, a member of the list, or equal."""
    if isinstance(value, Range):
        parts: list[Condition] = []
        if value.low is not None:
            parts.append(Leaf(">=" if value.low_closed else ">", value.low, spelled(value.low)))
        if value.high is not None:
            parts.append(Leaf("<=" if value.high_closed else "<", value.high, spelled(value.high)))
        return Both(tuple(parts))
    if isinstance(value, list):
        if any(isinstance(member, list) for member in value):
            raise NotConstant("expression", "[…]" if node is None else print_expression(node))
        return Either(tuple(Sure(_passed(clean(member), None)) for member in value))
    return Sure(Leaf("=", value, spelled(value, node)))


def _truth(node: ast.Expression) -> Condition:
    """An expression with `?` that says itself whether the test is passed."""
    match node:
        case ast.Compare(op=op, left=ast.Name(name="?"), right=right):
            return _compared(op, right)
        case ast.Compare(op=op, left=left, right=ast.Name(name="?")):
            return _compared(_FLIPPED[op], left)
        case ast.Between(value=ast.Name(name="?")):
            return Both((_compared(">=", node.low), _compared("<=", node.high)))
        case ast.In(value=ast.Name(name="?")):
            return Either(tuple(condition_of_test(test) for test in node.tests))
        case ast.Logic():
            return (Both if node.op == "and" else Either)(_parts((node.left, node.right)))
        case ast.Call(function=ast.Name(name="not"), positional=(inner,)):
            return Opposite(_part(inner))
        case _:
            raise NotConstant(*_why(node))


def _parts(nodes: Iterable[ast.Expression]) -> tuple[Condition, ...]:
    return tuple(_part(node) for node in nodes)


def _part(node: ast.Expression) -> Condition:
    """A part of a logical expression. One that cannot be said leaves the others standing."""
    if isinstance(node, ast.Boolean):
        return Both(()) if node.value else Either(())
    try:
        return _truth(node)
    except NotConstant as problem:
        return problem.why


def _why(node: ast.Expression) -> tuple[str, str]:
    for inner, _ in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.function, ast.Name):
            return "function", inner.function.name
    return "expression", print_expression(node)


def spelled(value: object, node: ast.Expression | None = None) -> str:
    """A constant as FEEL text; as its author wrote it when that was a plain number."""
    if isinstance(node, ast.Number) and node.spelling:
        return node.spelling
    if isinstance(node, ast.Negate) and isinstance(node.operand, ast.Number) and node.operand.spelling:
        return f"-{node.operand.spelling}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return print_expression(ast.String(value))
    text = date_text(value) if isinstance(value, FarDate) else str(value)
    return f'@"{text}"'
