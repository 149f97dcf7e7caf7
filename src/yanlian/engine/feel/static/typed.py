"""What inference gives: a tree whose every expression has a type, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.faults import TypeFault
from yanlian.engine.feel.static.lattice import ANY


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed tree. `type` is the type of the whole; unary tests give `boolean`."""

    tree: ast.Expression | ast.UnaryTests
    type: ast.Type
    faults: tuple[TypeFault, ...] = ()
    kinds: Mapping[int, ast.Type] = field(default_factory=dict, repr=False, compare=False)

    def type_of(self, node: ast.Node) -> ast.Type:
        """The type of an expression that stands in the tree, found by its identity; `Any` for any other node."""
        return self.kinds.get(id(node), ANY)
