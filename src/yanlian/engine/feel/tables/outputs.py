"""What rows give: whether two give the same for certain, and which is better in the order of the output values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import equal
from yanlian.engine.feel.tables.conditions import NotConstant, constant

# An output that only the facts decide stays a tree.
Output: TypeAlias = object


def outputs_of(written: Sequence[object]) -> tuple[Output, ...]:
    """Outputs as values where they are constants."""
    return tuple(_value(one) for one in written)


def _value(written: object) -> Output:
    if not isinstance(written, ast.Node):
        return written
    try:
        # Only trees of expressions are outputs; any other node stays what it is.
        return constant(written) if isinstance(written, ast.Expression) else written
    except NotConstant:
        return written


def same_outputs(one: Sequence[Output], other: Sequence[Output]) -> bool | None:
    """Whether two rows give the same: None when only the facts can say."""
    verdict: bool | None = True
    for a, b in zip(one, other, strict=True):
        if isinstance(a, ast.Node) or isinstance(b, ast.Node):
            if a != b:
                verdict = None
        elif equal(a, b) is not True:
            return False
    return verdict


def rank_of(outputs: Sequence[Output], order: Sequence[Sequence[Output]]) -> tuple[int, ...] | None:
    """The places of the outputs in their lists, best first; one that is not listed comes last. None when unknown."""
    places: list[int] = []
    for output, values in zip(outputs, order, strict=True):
        if isinstance(output, ast.Node):
            return None
        places.append(next((i for i, value in enumerate(values) if equal(value, output) is True), len(values)))
    return tuple(places)
