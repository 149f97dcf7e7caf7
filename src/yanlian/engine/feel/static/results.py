"""How the type of a built-in function's result follows from the types of its arguments."""

from __future__ import annotations

from collections.abc import Callable

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import (
    ANY,
    CONTEXT,
    DAYS,
    MONTHS,
    STRING,
    context_of,
    element,
    entries_of,
    joined,
    list_of,
    resolved,
)
from yanlian.engine.feel.static.members import innermost
from yanlian.engine.feel.static.operators import may_equal, may_order
from yanlian.engine.feel.static.signatures import Given
from yanlian.engine.feel.temporal import YearsMonths, parse_duration


def one_of_members(given: Given) -> ast.Type:
    """One member of the only list, or one of the arguments: min, max, and the sum of one kind."""
    if len(given) > 1:
        return joined((argument.type for argument in given.arguments), given.types)
    return element(given[0], given.types)


def same_list(given: Given) -> ast.Type:
    """A list of members of the first argument."""
    return list_of(_member(given, 0))


def lists_together(given: Given) -> ast.Type:
    """A list of the members of all arguments."""
    return list_of(joined((_member(given, i) for i in range(len(given))), given.types))


def list_with(*items: int) -> Callable[[Given], ast.Type]:
    """A list of the members of the first argument and of the arguments at these places."""

    def result(given: Given) -> ast.Type:
        return list_of(joined((_member(given, 0), *(given[i] for i in items)), given.types))

    return result


def list_with_rest(given: Given) -> ast.Type:
    """A list of the members of the first argument and all further arguments."""
    return list_with(*range(1, len(given)))(given)


def _member(given: Given, index: int) -> ast.Type:
    return element(given[index], given.types)


def flat_list(given: Given) -> ast.Type:
    """A list of what the lists in the list hold at last."""
    inner = innermost(given[0], given.types)
    return list_of(ANY if inner is None else inner[0])


def duration_of_text(given: Given) -> ast.Type:
    """The kind of a duration whose text is written out."""
    text = given.text(0)
    found = None if text is None else parse_duration(text)
    return ANY if found is None else MONTHS if isinstance(found, YearsMonths) else DAYS


def value_of_key(given: Given) -> ast.Type | None:
    """The entry of a context whose key is written out; nothing when the context has no such entry."""
    kind, key = resolved(_member(given, 0), given.types), given.text(1)
    if not isinstance(kind, ast.ContextType) or not kind.entries or key is None:
        return ANY
    return entries_of(kind).get(key)


def list_of_entries(given: Given) -> ast.Type:
    """A list of {key, value}."""
    kind = resolved(_member(given, 0), given.types)
    value: ast.Type = ANY
    if isinstance(kind, ast.ContextType) and kind.entries:
        value = joined((entry.type for entry in kind.entries), given.types)
    return list_of(context_of({"key": STRING, "value": value}))


def context_with(given: Given) -> ast.Type:
    """The context with one more entry, if its key is written out."""
    kind, key = resolved(_member(given, 0), given.types), given.text(1)
    if not isinstance(kind, ast.ContextType) or not kind.entries or key is None:
        return CONTEXT
    return context_of(entries_of(kind) | {key: given[2]})


def contexts_together(given: Given) -> ast.Type:
    """The entries of all contexts of a list that is written out, the later ones first."""
    node = given.arguments[0].node
    member = resolved(_member(given, 0), given.types)
    if isinstance(node, ast.ListLiteral) and node.items and isinstance(member, ast.ContextType) and member.entries:
        return member
    return CONTEXT


def _point(kind: ast.Type, given: Given) -> ast.Type:
    """What a point or the end of a range is."""
    kind = resolved(kind, given.types)
    if isinstance(kind, ast.TypeOf):
        return kind.member if kind.kind == "range" else ANY
    return kind


def when_ordered(result: ast.Type) -> Callable[[Given], ast.Type | None]:
    """A relation of points and ranges: nothing when their ends can never be put in order."""

    def check(given: Given) -> ast.Type | None:
        return result if may_order(_point(given[0], given), _point(given[1], given), given.types) else None

    return check


def when_alike(result: ast.Type) -> Callable[[Given], ast.Type | None]:
    """A relation that asks whether ends are equal: nothing when they are of different kinds."""

    def check(given: Given) -> ast.Type | None:
        return result if may_equal(_point(given[0], given), _point(given[1], given), given.types) else None

    return check
