"""A formula shown with its values: 上年研发 * 30% → 40,000,000 × 30%; comparisons with the distance to the border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Row
from yanlian.engine.feel import Unknown, ast, compile_expression, print_expression
from yanlian.engine.policy.compile import FUNCTION_NAMES
from yanlian.engine.policy.compiled import Item
from yanlian.engine.policy.functions import PACK_FUNCTIONS, slices
from yanlian.engine.policy.model import Definition, Scale
from yanlian.engine.policy.result import data_value, plain_number
from yanlian.engine.policy.scope import Scope

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_SIGNS = {"*": "×", "/": "÷", "-": "−", "+": "+", "**": "^"}
_ORDERED = frozenset({"<", "<=", ">", ">=", "=", "!="})


@dataclass(frozen=True, slots=True)
class Term:
    """A definition or a scale that a formula uses: its text, the same with values, and what it gives."""

    name: str
    text: str
    substituted: str
    value: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison that was made: both sides, whether it holds, and how far apart they are."""

    text: str
    left: str
    op: str
    right: str
    holds: bool
    gap: str


def shown(value: object) -> str:
    """A value for people: thousands separated, dates as they are, what is unknown as 未知."""
    if isinstance(value, Unknown):
        return "未知"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        whole, _, rest = plain_number(value).partition(".")
        sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
        grouped = f"{int(digits):,}" if digits else "0"
        return f"{sign}{grouped}{'.' + rest if rest else ''}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(member) for member in value[:20]) + (", …]" if len(value) > 20 else "]")
    if isinstance(value, str):
        return value
    if isinstance(value, Row):
        return f"{value.kind.zh}[{' '.join(value.key_text())}]"
    if isinstance(value, date):
        return value.isoformat()
    return str(data_value(value))


def evaluate_node(node: ast.Expression, scope: Scope) -> object:
    """The value of a part of a formula that has no names of its own around it."""
    scales = {name: item.function for name, item in scope.home.visible.items() if item.function is not None}
    functions = {**PACK_FUNCTIONS, **{name: function for name, function in scales.items() if function is not None}}
    return compile_expression(node, functions=functions).evaluate(scope)


def substituted(node: ast.Expression, scope: Scope, around: int = 0) -> str:
    """The formula with the values of its parts."""
    if isinstance(node, ast.Number):
        return node.spelling or shown(node.value)
    if isinstance(node, ast.Arithmetic):
        own = _STRENGTH[node.op]
        right_side = own + 1 if node.op in {"-", "/"} else own
        text = f"{substituted(node.left, scope, own)} {_SIGNS[node.op]} {substituted(node.right, scope, right_side)}"
        return f"({text})" if own < around else text
    if isinstance(node, ast.Negate):
        return f"−{substituted(node.operand, scope, 3)}"
    if isinstance(node, ast.If):
        branch = node.then if evaluate_node(node.condition, scope) is True else node.otherwise
        return substituted(branch, scope, around)
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.positional:
        name = node.function.name
        item = scope.home.visible.get(name)
        if (name in FUNCTION_NAMES and name != "记录") or (item is not None and isinstance(item.source, Scale)):
            return f"{name}({', '.join(substituted(argument, scope) for argument in node.positional)})"
    return shown(evaluate_node(node, scope))


def terms_of(node: ast.Node, scope: Scope, seen: set[str] | None = None) -> Iterator[Term]:
    """The definitions and scales that a formula uses, each once, those they use themselves first."""
    names = set() if seen is None else seen
    for part, _ in ast.walk(node):
        if isinstance(part, ast.Call) and isinstance(part.function, ast.Name) and part.positional:
            item = scope.home.visible.get(part.function.name)
            if item is not None and isinstance(item.source, Scale):
                yield from _scale_term(item.source, part, scope)
        if not isinstance(part, ast.Name) or part.name in names:
            continue
        item = scope.home.visible.get(part.name)
        if item is None or not isinstance(item.source, Definition) or item.expression is None:
            continue
        names.add(part.name)
        tree = item.expression.compiled.ast
        inner = home_scope(item, scope)
        yield from terms_of(tree, inner, names)
        yield Term(part.name, item.source.formula.text, substituted(tree, inner), shown(scope[part.name]))


def _scale_term(scale: Scale, call: ast.Call, scope: Scope) -> Iterator[Term]:
    try:
        value = evaluate_node(call.positional[0], scope)
    except KeyError:
        return
    if not isinstance(value, Decimal):
        return
    lines = []
    for bracket, amount in slices(scale, value):
        if bracket.amount is not None:
            lines.append(f"≥{shown(bracket.start)}: {shown(bracket.amount)}")
        else:
            percent = plain_number(bracket.rate * 100)
            lines.append(f"≥{shown(bracket.start)}: {shown(amount)} × {percent}% = {shown(amount * bracket.rate)}")
    result = evaluate_node(call, scope)
    yield Term(scale.name, f"{print_expression(call)} [{scale.mode}]", "; ".join(lines), shown(result))


def home_scope(item: Item, scope: Scope) -> Scope:
    """The scope in which an item's own formula is evaluated."""
    if item.home is scope.home or (scope.below is not None and item.home is scope.below.home):
        return scope
    return scope.frame.layer(item.home, scope.day if item.dated else scope.frame.as_of)


def comparisons_of(node: ast.Node, scope: Scope) -> Iterator[Comparison]:
    """The comparisons that a rule makes on its top level, through `and`, `or` and definitions."""
    if isinstance(node, ast.Logic):
        yield from comparisons_of(node.left, scope)
        yield from comparisons_of(node.right, scope)
    elif isinstance(node, ast.Name):
        item = scope.home.visible.get(node.name)
        if item is not None and isinstance(item.source, Definition) and item.expression is not None:
            yield from comparisons_of(item.expression.compiled.ast, home_scope(item, scope))
    elif isinstance(node, ast.Compare) and node.op in _ORDERED:
        left, right = evaluate_node(node.left, scope), evaluate_node(node.right, scope)
        holds = evaluate_node(node, scope)
        if isinstance(holds, bool):
            text = print_expression(node)
            yield Comparison(text, shown(left), node.op, shown(right), holds, _gap(left, right))


def _gap(left: object, right: object) -> str:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return shown(abs(left - right))
    if type(left) is date and type(right) is date:
        return f"{abs((left - right).days)} 天"
    return ""
