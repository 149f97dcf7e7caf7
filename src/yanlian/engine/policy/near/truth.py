"""Conditions turned round: what would have to change for one to come out true (or false)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yanlian.engine.feel import IncompleteList, Range, Unknown, ast
from yanlian.engine.policy.model import Definition
from yanlian.engine.policy.near.asked import Solver
from yanlian.engine.policy.near.env import Env
from yanlian.engine.policy.near.plan import Option
from yanlian.engine.policy.near.relation import FLIPPED, KNOWN, NEGATED, holds

# Members of one list that are tried one by one.
MOST_MEMBERS = 8
_KNOWN = frozenset({"已知", "is known"})


def truth_of(solver: Solver, node: ast.Expression, want: bool, env: Env) -> list[Option]:
    """Options after which a condition is as wanted."""
    if solver.value(node, env) is want:
        return []
    if isinstance(node, ast.Logic):
        return _logic(solver, node, want, env)
    if isinstance(node, ast.Compare):
        return _compare(solver, node, want, env)
    if isinstance(node, ast.Between):
        return _between(solver, node, want, env)
    if isinstance(node, ast.In):
        return tests_of(solver, node.value, node.tests, want, env)
    if isinstance(node, ast.Quantified):
        return _quantified(solver, node, want, env)
    if isinstance(node, ast.If):
        return _if(solver, node, want, env)
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
        return _call(solver, node, node.function.name, want, env)
    if isinstance(node, ast.Name):
        item = env.item_of(node.name)
        if item is not None and isinstance(item.source, Definition) and item.expression is not None:
            return solver.truth(item.expression.compiled.ast, env.at_home(item), want=want)
    return solver.relate(node, "=", want, env)


def _logic(solver: Solver, node: ast.Logic, want: bool, env: Env) -> list[Option]:
    """`and` needs both, one after the other; `or` one of them; each the other way round when false is wanted."""
    sides = [side for side in (node.left, node.right) if solver.value(side, env) is not want]
    if (node.op == "and") is not want:
        return [option for side in sides for option in solver.truth(side, env, want=want)]
    for side in sides:
        found = solver.truth(side, env, want=want)
        if found:
            return found
    return []


def _compare(solver: Solver, node: ast.Compare, want: bool, env: Env) -> list[Option]:
    op = node.op if want else NEGATED[node.op]
    left, right = solver.value(node.left, env), solver.value(node.right, env)
    found: list[Option] = []
    if _fixed(node.right) or not _open(right):
        found += solver.relate(node.left, op, right, env)
    if _fixed(node.left) or not _open(left):
        found += solver.relate(node.right, FLIPPED[op], left, env)
    if not found and _open(left) and _open(right):
        found += solver.relate(node.left, KNOWN, None, env) or solver.relate(node.right, KNOWN, None, env)
    return found


def _fixed(node: ast.Expression) -> bool:
    return isinstance(node, ast.Null)


def _open(value: object) -> bool:
    return value is None or isinstance(value, Unknown)


def _between(solver: Solver, node: ast.Between, want: bool, env: Env) -> list[Option]:
    low = ast.Compare(">=", node.value, node.low)
    high = ast.Compare("<=", node.value, node.high)
    return _logic(solver, ast.Logic("and", low, high), want, env)


# Unary tests


def tests_of(solver: Solver, node: ast.Expression, tests: Sequence[ast.Test], want: bool, env: Env) -> list[Option]:
    """Options after which a value passes one of some tests (or none of them)."""
    found: list[Option] = []
    for test in tests:
        found += _test(solver, node, test, want, env)
        if found and not want:
            return found
    return found


def _test(solver: Solver, node: ast.Expression, test: ast.Test, want: bool, env: Env) -> list[Option]:
    border = solver.value(test.value, env)
    op = test.op or "="
    if isinstance(border, Range) and not test.op:
        return _range(solver, node, border, want, env)
    if isinstance(border, list) and not test.op:
        found: list[Option] = []
        for member in border[:MOST_MEMBERS]:
            found += solver.relate(node, "=" if want else "!=", member, env)
        return found
    if isinstance(border, Unknown):
        return []
    return solver.relate(node, op if want else NEGATED[op], border, env)


def _range(solver: Solver, node: ast.Expression, border: Range, want: bool, env: Env) -> list[Option]:
    value = solver.value(node, env)
    ends = [
        (">=" if border.low_closed else ">", border.low),
        ("<=" if border.high_closed else "<", border.high),
    ]
    found: list[Option] = []
    for op, end in ends:
        if end is None or (want and _stands(value, op, end)):
            continue
        found += solver.relate(node, op if want else NEGATED[op], end, env)
        if found and want:
            break
    return found


def _stands(value: object, op: str, end: object) -> bool:
    return holds(op, value, end)


# Lists


def members_of(value: object) -> list[object]:
    """What may be a member: the certain ones, then those that may belong."""
    if isinstance(value, IncompleteList):
        return [*value, *value.maybe]
    if isinstance(value, list):
        return value
    return [] if value is None or isinstance(value, Unknown) else [value]


def _quantified(solver: Solver, node: ast.Quantified, want: bool, env: Env) -> list[Option]:
    """One member decides (`some` true, `every` false), or all of them do."""
    if len(node.iterations) != 1 or node.iterations[0].upto is not None:
        return []
    walk = node.iterations[0]
    source = solver.value(walk.source, env)
    if isinstance(source, Unknown):
        return solver.deliveries(source)
    found: list[Option] = []
    one_decides = (node.kind == "some") is want
    for member in members_of(source)[:MOST_MEMBERS]:
        inside = env.inside(walk.name, member)
        if solver.value(node.condition, inside) is want:
            continue
        options = solver.truth(node.condition, inside, want=want)
        if not one_decides and options:
            return options
        found += options
    if one_decides and want:
        found += solver.lacking(walk.source, env, {}, ((node.condition, env, walk.name),))
    return found + solver.deliveries(source)


def _if(solver: Solver, node: ast.If, want: bool, env: Env) -> list[Option]:
    condition = solver.value(node.condition, env)
    if isinstance(condition, Unknown):
        return solver.truth(node.condition, env, want=True) + solver.truth(node.condition, env, want=False)
    taken, other = (node.then, node.otherwise) if condition is True else (node.otherwise, node.then)
    found = solver.truth(taken, env, want=want)
    if solver.value(other, env) is want:
        found += solver.truth(node.condition, env, want=condition is not True)
    return found


# Functions


def _call(solver: Solver, node: ast.Call, name: str, want: bool, env: Env) -> list[Option]:
    arguments = node.positional
    if name == "not" and len(arguments) == 1:
        return solver.truth(arguments[0], env, want=not want)
    if name in _KNOWN and len(arguments) == 1:
        return solver.relate(arguments[0], KNOWN, None, env) if want else []
    if name == "list contains" and len(arguments) == 2:
        return _contains(solver, arguments, want, env)
    if name in {"any", "all"} and len(arguments) == 1 and isinstance(arguments[0], ast.For):
        walked = arguments[0]
        kind = "some" if name == "any" else "every"
        return _quantified(solver, ast.Quantified(kind, walked.iterations, walked.body), want, env)
    if name == "starts with" and len(arguments) == 2 and want:
        return _prefixed(solver, arguments, env)
    return solver.relate(node, "=", want, env)


def _contains(solver: Solver, arguments: Sequence[ast.Expression], want: bool, env: Env) -> list[Option]:
    listed, wanted = solver.value(arguments[0], env), solver.value(arguments[1], env)
    found: list[Option] = []
    if want and not isinstance(wanted, Unknown) and isinstance(arguments[0], ast.Path):
        found += solver.lacking(arguments[0].source, env, {arguments[0].name: ("=", wanted)})
    for member in _certain(listed):
        found += solver.relate(arguments[1], "=" if want else "!=", member, env)
        if found and not want:
            return found
    return found + solver.deliveries(listed)


def _certain(value: object) -> Iterable[object]:
    return value[:MOST_MEMBERS] if isinstance(value, list) else ()


def _prefixed(solver: Solver, arguments: Sequence[ast.Expression], env: Env) -> list[Option]:
    """A text that has to begin with another: the beginning alone stands for all of them."""
    start = solver.value(arguments[1], env)
    return solver.relate(arguments[0], "=", start, env) if isinstance(start, str) else []
