"""The types of lists, ranges, filters and loops."""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import (
    ANY,
    BOOLEAN,
    DATE,
    NULL,
    NUMBER,
    Types,
    element,
    head,
    is_open,
    join,
    joined,
    list_of,
    range_of,
    resolved,
)
from yanlian.engine.feel.static.operations import check_condition
from yanlian.engine.feel.static.operators import may_be
from yanlian.engine.feel.static.scope import Scope
from yanlian.engine.feel.static.walk import Steps, Walk


def of_list(walk: Walk, node: ast.ListLiteral, scope: Scope) -> Steps:
    """`[a, b]`."""
    kinds: list[ast.Type] = []
    for item in node.items:
        kinds.append((yield item, scope))  # noqa: PERF401
    return list_of(joined(kinds, walk.types))


def of_range(walk: Walk, node: ast.RangeLiteral, scope: Scope) -> Steps:
    """`[low..high]`: both ends of one kind."""
    low = NULL if node.low is None else (yield node.low, scope)
    high = NULL if node.high is None else (yield node.high, scope)
    first, second = resolved(low, walk.types), resolved(high, walk.types)
    if not is_open(first) and not is_open(second) and head(first) != head(second):
        walk.fault(node.place, "feel_type_range", expected=low, found=high)
    return range_of(join(low, high, walk.types))


def of_filter(walk: Walk, node: ast.Filter, scope: Scope) -> Steps:
    """`source[condition]`: a list of the members with a truth value, one member with a number that is written out.

    With any other number it may be either: an index that is null is a condition that nothing meets.
    """
    source = yield node.source, scope
    member = element(source, walk.types)
    condition = yield node.condition, Scope(scope, {}, member)
    kind = resolved(condition, walk.types)
    if head(kind) == "boolean":
        return list_of(member)
    if head(kind) == "number" and _is_written(node.condition):
        return member
    if not is_open(kind) and head(kind) != "number":
        walk.fault(node.condition.place, "feel_type_filter", found=condition)
    return join(list_of(member), member, walk.types)


def _is_written(node: ast.Expression) -> bool:
    return isinstance(node.operand if isinstance(node, ast.Negate) else node, ast.Number)


def _of_iterations(walk: Walk, iterations: tuple[ast.Iteration, ...], scope: Scope, inner: list[Scope]) -> Steps:
    """The iterators in order; the last scope of `inner` has all their names."""
    for iteration in iterations:
        source = yield iteration.source, scope
        if iteration.upto is None:
            member = _member(walk, iteration, source)
        else:
            upto = yield iteration.upto, scope
            member = _counted(walk, iteration, source, upto)
        scope = Scope(scope, {iteration.name: member})
    inner.append(scope)
    return ANY


def _member(walk: Walk, node: ast.Iteration, source: ast.Type) -> ast.Type:
    kind = resolved(source, walk.types)
    if isinstance(kind, ast.TypeOf) and kind.kind == "range":
        return _counted(walk, node, kind.member, kind.member)
    return ANY if is_open(kind) else element(kind, walk.types)


def _counted(walk: Walk, node: ast.Iteration, low: ast.Type, high: ast.Type) -> ast.Type:
    """Whole numbers or days from one end to the other."""
    possible = [kind for kind in (NUMBER, DATE) if all(may_be(end, kind.name, walk.types) for end in (low, high))]
    if not possible:
        walk.fault(node.place, "feel_type_loop", found=tuple(_distinct((low, high), walk.types)))
    return possible[0] if len(possible) == 1 else ANY


def _distinct(kinds: tuple[ast.Type, ...], types: Types) -> Iterator[ast.Type]:
    seen: set[str] = set()
    for kind in kinds:
        name = head(resolved(kind, types))
        if name not in seen:
            seen.add(name)
            yield kind


def of_for(walk: Walk, node: ast.For, scope: Scope) -> Steps:
    """`for … return body`."""
    inner: list[Scope] = []
    yield from _of_iterations(walk, node.iterations, scope, inner)
    # The results so far: what their type is follows from the body, which may name them.
    body = yield node.body, Scope(inner[-1], {"partial": list_of(ANY)})
    return list_of(body)


def of_quantified(walk: Walk, node: ast.Quantified, scope: Scope) -> Steps:
    """`some … satisfies …` and `every … satisfies …`."""
    inner: list[Scope] = []
    yield from _of_iterations(walk, node.iterations, scope, inner)
    condition = yield node.condition, inner[-1]
    check_condition(walk, node.condition, condition)
    return BOOLEAN
