"""The types of operators, conditions and tests."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import ANY, BOOLEAN, join
from yanlian.engine.feel.static.matching import ORDERS, may_pass, range_may_hold
from yanlian.engine.feel.static.operators import arithmetic, may_be, may_equal, may_order, negation, partners
from yanlian.engine.feel.static.scope import Scope
from yanlian.engine.feel.static.walk import Steps, Walk


def of_arithmetic(walk: Walk, node: ast.Arithmetic, scope: Scope) -> Steps:
    """`a op b`."""
    left = yield node.left, scope
    right = yield node.right, scope
    if isinstance(node.left, ast.Null) or isinstance(node.right, ast.Null):
        walk.fault(node.place, "feel_type_null", operator=node.op)
        return ANY
    found = arithmetic(node.op, left, right, walk.types)
    if found is None:
        expected = tuple(partners(node.op, left, walk.types)) or (partners(node.op, ANY, walk.types)[0],)
        walk.fault(node.place, "feel_type_operator", operator=node.op, left=left, found=right, expected=expected)
        return ANY
    return found


def of_negate(walk: Walk, node: ast.Negate, scope: Scope) -> Steps:
    """`-a`."""
    kind = yield node.operand, scope
    found = negation(kind, walk.types)
    if found is None:
        walk.fault(node.place, "feel_type_negate", found=kind)
        return ANY
    return found


def of_compare(walk: Walk, node: ast.Compare, scope: Scope) -> Steps:
    """`a op b`."""
    left = yield node.left, scope
    right = yield node.right, scope
    if node.op not in ORDERS:
        if not may_equal(left, right, walk.types):
            walk.fault(node.place, "feel_type_compare", operator=node.op, expected=left, found=right)
    elif isinstance(node.left, ast.Null) or isinstance(node.right, ast.Null):
        walk.fault(node.place, "feel_type_null", operator=node.op)
    else:
        _order(walk, node.place, node.op, left, right)
    return BOOLEAN


def _order(walk: Walk, place: ast.Place, op: str, left: ast.Type, right: ast.Type) -> None:
    if may_order(left, right, walk.types):
        return
    for side in (left, right):
        if not may_order(side, ANY, walk.types):
            walk.fault(place, "feel_type_order", operator=op, found=side)
            return
    walk.fault(place, "feel_type_compare", operator=op, expected=left, found=right)


def of_logic(walk: Walk, node: ast.Logic, scope: Scope) -> Steps:
    """`a and b`, `a or b`; a chain of the same operator is taken as one. `and` is never true when one side is no truth
    value, `or` when no side is one."""
    operands = _chain(node)
    odd: list[tuple[ast.Expression, ast.Type]] = []
    for operand in operands:
        kind = yield operand, scope
        if not may_be(kind, "boolean", walk.types):
            odd.append((operand, kind))
    if node.op == "and" or len(odd) == len(operands):
        for operand, kind in odd:
            walk.fault(operand.place, "feel_type_logic", operator=node.op, found=kind)
    return BOOLEAN


def _chain(node: ast.Logic) -> list[ast.Expression]:
    found: list[ast.Expression] = []
    stack: list[ast.Expression] = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, ast.Logic) and top.op == node.op:
            stack.extend((top.right, top.left))
        else:
            found.append(top)
    return found


def of_between(walk: Walk, node: ast.Between, scope: Scope) -> Steps:
    """`a between low and high`."""
    kind = yield node.value, scope
    for end in (node.low, node.high):
        bound = yield end, scope
        _order(walk, end.place, "between", kind, bound)
    return BOOLEAN


def of_if(walk: Walk, node: ast.If, scope: Scope) -> Steps:
    """`if a then b else c`."""
    condition = yield node.condition, scope
    check_condition(walk, node.condition, condition)
    then = yield node.then, scope
    otherwise = yield node.otherwise, scope
    return join(then, otherwise, walk.types)


def check_condition(walk: Walk, node: ast.Expression, kind: ast.Type) -> None:
    """A condition that is never a truth value is never true."""
    if not may_be(kind, "boolean", walk.types):
        walk.fault(node.place, "feel_type_condition", found=kind)


def of_in(walk: Walk, node: ast.In, scope: Scope) -> Steps:
    """`a in tests`."""
    subject = yield node.value, scope
    yield from of_tests(walk, node.tests, subject, scope)
    return BOOLEAN


def of_tests(walk: Walk, tests: Sequence[ast.Test], subject: ast.Type, scope: Scope) -> Steps:
    """Unary tests on a subject, which they may name `?`."""
    inner = Scope(scope, {"?": subject})
    for test in tests:
        kind = yield test.value, inner
        if test.op in ORDERS and isinstance(test.value, ast.Null):
            walk.fault(test.place, "feel_type_null", operator=test.op)
        elif not test.op and isinstance(test.value, ast.RangeLiteral):
            ends = [None if end is None else walk.kinds[id(end)] for end in (test.value.low, test.value.high)]
            if not range_may_hold(subject, ends[0], ends[1], walk.types):
                walk.fault(test.place, "feel_type_test", expected=subject, found=kind)
        elif not may_pass(subject, test.op, kind, walk.types):
            walk.fault(test.place, "feel_type_test", expected=subject, found=kind)
    return BOOLEAN
