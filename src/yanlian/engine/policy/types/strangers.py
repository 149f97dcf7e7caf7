"""Words written in a formula that the field they are compared with never has: the comparison says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yanlian.engine.feel import ast
from yanlian.engine.policy.types.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Stranger:
    """A word that is none of a field's closed list: where it stands, the field and the words there are."""

    place: ast.Place
    word: str
    field: str
    values: tuple[str, ...]


def strangers(written: ast.Expression, other: Quantity) -> Iterator[Stranger]:
    """The words of a literal, or of a list of literals, that a value of the facts never is.

    Only the closed lists of the facts count: what a pack writes itself (a parameter, a branch of an `if`) it may change
    from one day to the next.
    """
    if not other.listed or not other.values:
        return
    for one in written.items if isinstance(written, ast.ListLiteral) else (written,):
        if isinstance(one, ast.String) and one.value not in other.values:
            yield Stranger(one.place, one.value, other.listed, other.values)


def in_call(node: ast.Call, given: tuple[ast.Expression, ...], found: list[Quantity]) -> Iterator[Stranger]:
    """The same of `list contains`, whichever of its two is the field."""
    if len(given) == 2 and isinstance(node.function, ast.Name) and node.function.name == "list contains":
        if found[0].member is not None:
            yield from strangers(given[1], found[0].member)
        yield from strangers(given[0], found[1])
