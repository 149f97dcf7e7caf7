"""The order of FEEL's types: what a name stands for, which type conforms to which, and the least type of two.

`Any` is above all types, `Null` below all. A type that is `Any` here means *not known*: nothing is promised and nothing
is refused (gradual typing). A context type with entries is read as closed: its values have those entries and no others;
`context<>` is any context. Named types are looked up when they are met, so they may refer to themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from yanlian.engine.feel import ast

Types: TypeAlias = Mapping[str, ast.Type]

ANY = ast.TypeName("Any")
NULL = ast.TypeName("Null")
NUMBER = ast.TypeName("number")
STRING = ast.TypeName("string")
BOOLEAN = ast.TypeName("boolean")
DATE = ast.TypeName("date")
TIME = ast.TypeName("time")
DATE_TIME = ast.TypeName("date and time")
MONTHS = ast.TypeName("years and months duration")
DAYS = ast.TypeName("days and time duration")
FUNCTION = ast.TypeName("function")
LIST = ast.TypeOf("list", ANY)
RANGE = ast.TypeOf("range", ANY)
CONTEXT = ast.ContextType(())

_PLAIN = (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, MONTHS, DAYS, FUNCTION)
_BY_NAME: dict[str, ast.Type] = {
    **{kind.name: kind for kind in _PLAIN},
    "year and month duration": MONTHS,
    "day and time duration": DAYS,
    "list": LIST,
    "range": RANGE,
    "context": CONTEXT,
}
# Beyond this a made type is `Any`: hostile texts could otherwise double a type with every line.
_MOST_HIGH, _MOST_LARGE = 40, 1_000
_MOST_ALIASES = 50
_INDIRECT = (ast.TypeName, ast.Restricted)


def known_name(name: str, types: Types) -> bool:
    """Whether a type of this name exists."""
    return name in types or name in _BY_NAME


def resolved(kind: ast.Type, types: Types) -> ast.Type:
    """What a named or restricted type stands for; `Any` for a name that stands for nothing or for itself."""
    if type(kind) is ast.TypeName:
        if kind.name not in types:
            return _BY_NAME.get(kind.name, ANY)
    elif type(kind) is not ast.Restricted:
        return kind
    for _ in range(_MOST_ALIASES):
        if type(kind) is ast.Restricted:
            kind = kind.base
        elif type(kind) is ast.TypeName and kind.name in types:
            kind = types[kind.name]
        else:
            return _BY_NAME.get(kind.name, ANY) if type(kind) is ast.TypeName else kind
    return ANY


def head(kind: ast.Type) -> str:
    """The kind of a resolved type as `type_name` says it of values: number, …, list, range, context, function."""
    if type(kind) is ast.TypeName:
        return kind.name
    if type(kind) is ast.TypeOf:
        return kind.kind
    return "context" if type(kind) is ast.ContextType else "function"


def is_open(kind: ast.Type) -> bool:
    """Whether a resolved type says nothing that could be held against an operation."""
    return type(kind) is ast.TypeName and kind.name in {"Any", "Null"}


def element(kind: ast.Type, types: Types) -> ast.Type:
    """The type of the members of a list; of a single value, which stands for the list of it, itself."""
    kind = resolved(kind, types)
    return kind.member if type(kind) is ast.TypeOf and kind.kind == "list" else kind


def _small(kind: ast.Type) -> bool:
    """Whether a made type stays within what types may grow to."""
    stack: list[tuple[ast.Node, int]] = [(kind, 1)]
    left = _MOST_LARGE
    while stack:
        node, depth = stack.pop()
        left -= 1
        if depth > _MOST_HIGH or left < 0:
            return False
        if type(node) is ast.TypeOf:
            stack.append((node.member, depth + 1))
        elif type(node) is ast.ContextType:
            stack.extend((entry.type, depth + 1) for entry in node.entries)
        elif type(node) is ast.FunctionType:
            stack.extend((part, depth + 1) for part in (*node.parameters, node.result))
    return True


def list_of(member: ast.Type) -> ast.Type:
    """`list<member>`."""
    made = ast.TypeOf("list", member)
    return made if type(member) is ast.TypeName or _small(made) else LIST


def range_of(member: ast.Type) -> ast.Type:
    """`range<member>`."""
    made = ast.TypeOf("range", member)
    return made if type(member) is ast.TypeName or _small(made) else RANGE


def context_of(entries: Mapping[str, ast.Type]) -> ast.Type:
    """The closed context type of these entries."""
    made = ast.ContextType(tuple(ast.TypeEntry(name, kind) for name, kind in entries.items()))
    return made if _small(made) else CONTEXT


def function_of(parameters: Iterable[ast.Type], result: ast.Type) -> ast.Type:
    """`function<parameters> -> result`."""
    made = ast.FunctionType(tuple(parameters), result)
    return made if _small(made) else FUNCTION


def entries_of(kind: ast.ContextType) -> dict[str, ast.Type]:
    """The entries of a context type by name."""
    return {entry.name: entry.type for entry in kind.entries}


# Conformance


def conforms(a: ast.Type, b: ast.Type, types: Types, *, loose: bool = False) -> bool:
    """Whether every value of type a is of type b (DMN 1.5, 10.3.2.9.2).

    Lists, ranges and contexts by their members (a context may have more entries), functions with contravariant
    parameters and covariant results. With `loose` an `Any` inside a conforms to everything: it is not known.
    """
    return _conforms(a, b, types, loose=loose, assumed=frozenset())


def _conforms(
    a: ast.Type, b: ast.Type, types: Types, *, loose: bool, assumed: frozenset[tuple[ast.Type, ast.Type]]
) -> bool:
    if a is b:
        return True
    if isinstance(a, _INDIRECT) or isinstance(b, _INDIRECT):
        if (a, b) in assumed:
            # Types that refer to themselves conform unless a difference is found elsewhere.
            return True
        assumed |= {(a, b)}
        a, b = resolved(a, types), resolved(b, types)
    if b == ANY or a == NULL:
        return True
    if type(a) is ast.TypeName and not (type(b) is ast.TypeName and a.name == b.name):
        return loose and (a == ANY or (a == FUNCTION and head(b) == "function"))
    if type(b) is ast.TypeName:
        return b.name == head(a)
    if isinstance(a, ast.TypeOf) and isinstance(b, ast.TypeOf):
        return a.kind == b.kind and _conforms(a.member, b.member, types, loose=loose, assumed=assumed)
    if isinstance(a, ast.ContextType) and isinstance(b, ast.ContextType):
        own = entries_of(a)
        return all(
            e.name in own and _conforms(own[e.name], e.type, types, loose=loose, assumed=assumed) for e in b.entries
        )
    if isinstance(a, ast.FunctionType) and isinstance(b, ast.FunctionType):
        return (
            len(a.parameters) == len(b.parameters)
            and all(
                _conforms(theirs, own, types, loose=False, assumed=assumed)
                for own, theirs in zip(a.parameters, b.parameters, strict=True)
            )
            and _conforms(a.result, b.result, types, loose=loose, assumed=assumed)
        )
    return False


def overlaps(a: ast.Type, b: ast.Type, types: Types) -> bool:
    """Whether some value that is not null may be of both types. Lists always may: there is the empty one."""
    a, b = resolved(a, types), resolved(b, types)
    if is_open(a) or is_open(b):
        return True
    if head(a) != head(b):
        return False
    if isinstance(a, ast.ContextType) and isinstance(b, ast.ContextType) and a.entries:
        return {entry.name for entry in b.entries} <= {entry.name for entry in a.entries}
    if isinstance(a, ast.FunctionType) and isinstance(b, ast.FunctionType):
        return len(a.parameters) == len(b.parameters)
    return True


def fits(a: ast.Type, asked: ast.Type, types: Types) -> bool:
    """Whether some value of type a may be taken where another is asked for, the implicit conversions included: the
    member of a list of one, a single value as the list of it, a date as its midnight."""
    if head(resolved(a, types)) == head(resolved(asked, types)) == "list":
        return True
    a, asked = _innermost(a, types), _innermost(asked, types)
    return overlaps(a, asked, types) or (head(a) == "date" and head(asked) == "date and time")


def _innermost(kind: ast.Type, types: Types) -> ast.Type:
    """What lists of lists hold at last; `Any` for a list type without end."""
    for _ in range(_MOST_ALIASES):
        kind = resolved(kind, types)
        if not (isinstance(kind, ast.TypeOf) and kind.kind == "list"):
            return kind
        kind = kind.member
    return ANY


# The least common type


def join(a: ast.Type, b: ast.Type, types: Types) -> ast.Type:
    """The least type that we can write down and that has the values of both.

    Two different named types are taken apart once; what differs by name inside of them is `Any`, so that types that
    refer to themselves come to an end.
    """
    return _join(a, b, types, inside=False)


def _join(a: ast.Type, b: ast.Type, types: Types, *, inside: bool) -> ast.Type:
    if a is b or a == b:
        return a
    first, second = resolved(a, types), resolved(b, types)
    if first == NULL:
        return b
    if second == NULL or first == second:
        return a
    named = first is not a or second is not b
    if head(first) != head(second) or (named and inside):
        return ANY
    if isinstance(first, ast.TypeOf) and isinstance(second, ast.TypeOf):
        return ast.TypeOf(first.kind, _join(first.member, second.member, types, inside=inside or named))
    if isinstance(first, ast.ContextType) and isinstance(second, ast.ContextType):
        own, theirs = entries_of(first), entries_of(second)
        if own.keys() != theirs.keys():
            return CONTEXT
        pairs = {name: _join(own[name], theirs[name], types, inside=inside or named) for name in own}
        return ast.ContextType(tuple(ast.TypeEntry(name, kind) for name, kind in pairs.items()))
    return FUNCTION


def joined(kinds: Iterable[ast.Type], types: Types) -> ast.Type:
    """The least type of several; of none `Null`, which has no value but null."""
    least: ast.Type = NULL
    for kind in kinds:
        least = join(least, kind, types)
    return least
