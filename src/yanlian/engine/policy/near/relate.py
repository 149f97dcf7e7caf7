"""Figures, dates and words turned round: which fact would have to be what, for a formula to reach a value.

Sums, products and quotients are inverted exactly, one fact at a time, everything else as it is. What cannot be
inverted gives no option; the search has bisection for figures that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, DecimalException

from yanlian.engine.dossier import Row
from yanlian.engine.feel import Unknown, YearsMonths, ast
from yanlian.engine.feel.temporal import DAY, DaysTime, add_months
from yanlian.engine.policy.model import Definition, Scale, Table
from yanlian.engine.policy.near.asked import Solver
from yanlian.engine.policy.near.elements import relate_call
from yanlian.engine.policy.near.env import Env
from yanlian.engine.policy.near.plan import Lens, Option
from yanlian.engine.policy.near.relation import EXACT, FLIPPED, KNOWN, day_of, holds
from yanlian.engine.policy.near.steps import relate_scale, relate_table


def relate_of(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    """Options after which a part of a formula stands so to a value."""
    rule = _RULES.get(type(node))
    return rule(solver, node, op, value, env) if rule is not None else []


def _name(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    assert isinstance(node, ast.Name)
    row = env.field_of(node.name)
    if row is not None:
        return solver.set_field(Lens(row, row.kind.names[node.name]), op, value)
    item = env.item_of(node.name)
    if item is None:
        return []
    if isinstance(item.source, Definition) and item.expression is not None:
        tree, home = item.expression.compiled.ast, env.at_home(item)
        if isinstance(value, bool) and op in {"=", "!="}:
            return solver.truth(tree, home, want=value is (op == "="))
        return solver.relate(tree, op, value, home)
    if isinstance(item.source, Table):
        return relate_table(solver, item, "", op, value, env)
    return []


def _path(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    assert isinstance(node, ast.Path)
    if isinstance(node.source, ast.Call) and isinstance(node.source.function, ast.Name):
        item = env.item_of(node.source.function.name)
        if item is not None and item.table is not None:
            return relate_table(solver, item, node.name, op, value, env)
    source = solver.value(node.source, env)
    if isinstance(source, Row):
        field = source.kind.names.get(node.name)
        return solver.set_field(Lens(source, field), op, value) if field is not None else []
    if source is None or isinstance(source, Unknown):
        found = solver.lacking(node.source, env, {node.name: (op, value)})
        return found + solver.deliveries(source)
    day = day_of(source)
    if day is not None and node.name == "year" and isinstance(value, Decimal):
        return _year(solver, node.source, op, int(value), env)
    return []


def _year(solver: Solver, node: ast.Expression, op: str, year: int, env: Env) -> list[Option]:
    """A date by its year."""
    if not 1 < year < 9998:
        return []
    if op in {">=", "<"}:
        return solver.relate(node, op, date(year, 1, 1), env)
    if op in {"<=", ">"}:
        return solver.relate(node, op, date(year, 12, 31), env)
    if op == "!=":
        return solver.relate(node, ">", date(year, 12, 31), env) + solver.relate(node, "<", date(year, 1, 1), env)
    held = solver.value(node, env)
    if isinstance(held, date) and held.year > year:
        return solver.relate(node, "<=", date(year, 12, 31), env)
    return solver.relate(node, ">=", date(year, 1, 1), env)


def _filter(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    """A record picked from a list: that there be one."""
    assert isinstance(node, ast.Filter)
    if (op == "!=" and value is None) or op == KNOWN:
        return solver.lacking(node, env) + solver.deliveries(solver.value(node, env))
    return []


def _negate(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    assert isinstance(node, ast.Negate)
    if op == KNOWN:
        return solver.relate(node.operand, op, value, env)
    return solver.relate(node.operand, FLIPPED[op], -value, env) if isinstance(value, Decimal) else []


def _if(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    assert isinstance(node, ast.If)
    condition = solver.value(node.condition, env)
    if isinstance(condition, Unknown):
        return solver.truth(node.condition, env, want=True) + solver.truth(node.condition, env, want=False)
    taken, other = (node.then, node.otherwise) if condition is True else (node.otherwise, node.then)
    found = solver.relate(taken, op, value, env)
    if holds(op, solver.value(other, env), value):
        found += solver.truth(node.condition, env, want=condition is not True)
    elif not found and op != KNOWN:
        # Both the other way and something on it: one step at a time.
        found += solver.truth(node.condition, env, want=condition is not True)
    return found


def _call(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    assert isinstance(node, ast.Call)
    if not isinstance(node.function, ast.Name):
        return []
    item = env.item_of(node.function.name)
    if item is not None and item.table is not None:
        return relate_table(solver, item, "", op, value, env)
    if item is not None and isinstance(item.source, Scale) and node.positional:
        return relate_scale(solver, item.source, node.positional[0], op, value, env)
    return relate_call(solver, node, node.function.name, op, value, env)


# Arithmetic


def _arithmetic(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    assert isinstance(node, ast.Arithmetic)
    left, right = solver.value(node.left, env), solver.value(node.right, env)
    if op == KNOWN or value is None:
        return [
            option
            for side, held in ((node.left, left), (node.right, right))
            if held is None or isinstance(held, Unknown)
            for option in solver.relate(side, KNOWN, None, env)
        ]
    found: list[Option] = []
    if _is_given(right):
        turned = _left_side(node.op, op, value, right)
        if turned is not None:
            found += solver.relate(node.left, *turned, env)
    if _is_given(left):
        turned = _right_side(node.op, op, value, left)
        if turned is not None:
            found += solver.relate(node.right, *turned, env)
    if not _is_given(left) and not _is_given(right):
        found += solver.relate(node.right, KNOWN, None, env) or solver.relate(node.left, KNOWN, None, env)
    return found


def _is_given(value: object) -> bool:
    return value is not None and not isinstance(value, Unknown)


_Turned = tuple[str, object] | None


def _left_side(sign: str, op: str, value: object, right: object) -> _Turned:
    """What the left side must be: `left sign right op value`."""
    if isinstance(right, (YearsMonths, DaysTime)):
        return _moved(sign, op, value, right)
    if not isinstance(value, Decimal) or not isinstance(right, Decimal):
        return None
    try:
        if sign == "+":
            return op, EXACT.subtract(value, right)
        if sign == "-":
            return op, EXACT.add(value, right)
        if not right:
            return None
        turned = op if right > 0 else FLIPPED[op]
        if sign == "*":
            return turned, EXACT.divide(value, right)
        return (turned, EXACT.multiply(value, right)) if sign == "/" else None
    except DecimalException:
        return None


def _right_side(sign: str, op: str, value: object, left: object) -> _Turned:
    """What the right side must be: `left sign right op value`."""
    if not isinstance(value, Decimal) or not isinstance(left, Decimal):
        return None
    try:
        if sign == "+":
            return op, EXACT.subtract(value, left)
        if sign == "-":
            return FLIPPED[op], EXACT.subtract(left, value)
        if sign == "*" and left:
            return (op if left > 0 else FLIPPED[op]), EXACT.divide(value, left)
        if sign == "/" and value and left:
            # For a divisor above zero, as counts and money are.
            return (FLIPPED[op] if value > 0 else op), EXACT.divide(left, value)
    except DecimalException:
        return None
    return None


def _moved(sign: str, op: str, value: object, by: YearsMonths | DaysTime) -> _Turned:
    """A date moved by a duration: the date before it was moved."""
    day = day_of(value)
    if day is None:
        return None
    back = -1 if sign == "+" else 1
    if isinstance(by, YearsMonths):
        found = add_months(day, back * by.months)
        return (op, found) if type(found) is date else None
    days = by.nanoseconds // DAY
    try:
        return op, date.fromordinal(day.toordinal() + back * days)
    except (ValueError, OverflowError):
        return None


_Rule = Callable[[Solver, ast.Expression, str, object, Env], list[Option]]
_RULES: Mapping[type[ast.Node], _Rule] = {
    ast.Name: _name,
    ast.Path: _path,
    ast.Filter: _filter,
    ast.Negate: _negate,
    ast.If: _if,
    ast.Call: _call,
    ast.Arithmetic: _arithmetic,
}
