"""Whether a unary test can ever be passed by a value of a type."""

from __future__ import annotations

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import Types, element, head, is_open, resolved
from yanlian.engine.feel.static.operators import may_equal, may_order

ORDERS = frozenset({"<", "<=", ">", ">="})


def may_pass(subject: ast.Type, op: str, value: ast.Type, types: Types) -> bool:
    """Whether a value of the subject's type may pass `op value`."""
    if op in ORDERS:
        return may_order(subject, value, types)
    if op:
        return may_equal(subject, value, types)
    return _may_match(subject, value, types, inside=False)


def _may_match(subject: ast.Type, value: ast.Type, types: Types, *, inside: bool) -> bool:
    value = resolved(value, types)
    kind, own = head(value), resolved(subject, types)
    if is_open(value) or is_open(own):
        return True
    if kind == "boolean" and not inside:
        # A truth value is the answer itself, or is compared with a truth value.
        return True
    if kind == "range" and head(own) != "range":
        return isinstance(value, ast.TypeOf) and may_order(own, value.member, types)
    if kind == "list" and not inside:
        return head(own) == "list" or _may_match(own, element(value, types), types, inside=True)
    return may_equal(own, value, types)


def range_may_hold(subject: ast.Type, low: ast.Type | None, high: ast.Type | None, types: Types) -> bool:
    """Whether a value of the subject's type may lie between two ends written out (nothing: an open end)."""
    if head(resolved(subject, types)) == "range":
        return True
    return all(may_order(subject, end, types) for end in (low, high) if end is not None)
