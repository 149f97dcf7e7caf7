"""Expressions that differ only in their constants, as one: a shape, with a row of constants for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from yanlian.engine.feel import ast
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.policy.lifted.lift import lifted
from yanlian.engine.policy.lifted.made_rows import Cells
from yanlian.engine.policy.lifted.sites import Site


@dataclass(slots=True)
class Shape:
    """An expression over columns: of which types they are, the constants found for them and where they stood."""

    tree: ast.Expression
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    sites: list[tuple[Site, Cells]] = field(default_factory=list)

    @property
    def rows(self) -> list[Cells]:
        """The constants found, each row of them once."""
        return list(dict.fromkeys(cells for _, cells in self.sites))

    @property
    def text(self) -> str:
        """The expression as it reads now."""
        return print_expression(self.tree)


def shapes_of(sites: Iterable[Site]) -> list[Shape]:
    """The shapes of expressions, in the order in which they are met."""
    found: dict[tuple[ast.Expression, tuple[str, ...]], Shape] = {}
    for site in sites:
        if site.tree is None:
            continue
        one = lifted(site.tree)
        kinds = tuple(constant.kind for constant in one.constants)
        shape = found.get((one.tree, kinds))
        if shape is None:
            shape = found[one.tree, kinds] = Shape(one.tree, kinds, one.names)
        shape.sites.append((site, tuple(constant.value for constant in one.constants)))
    return list(found.values())
