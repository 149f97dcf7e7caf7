"""Functions of packs that are short for a formula of FEEL: a call is written out when it is compiled.

So the interpreter, the kernel, the types and DMN meet nothing new, and an explanation shows what a call stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import cast

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast, parse
from yanlian.engine.feel.rebuild import rebuilt, substituted


@dataclass(frozen=True, slots=True)
class Shorthand:
    """What a call stands for: parameters by name, and the formula over them. Names that it binds itself
    begin with 所查, which no argument does."""

    parameters: tuple[str, ...]
    tree: ast.Expression


def _short(parameters: str, text: str) -> Shorthand:
    return Shorthand(tuple(parameters.split()), parse(text, units=True))


SHORTHANDS: Mapping[str, Shorthand] = {
    # Value added tax is on top of the price: 113 yuan at 13 % are 100 without it.
    "不含税": _short("含税额 税率", "round half up(含税额 / (1 + 税率), 2)"),
    # The accounting year a day belongs to, named by the year in which it begins.
    "财年": _short("日 首月", "if 日.month >= 首月 then 日.year else 日.year - 1"),
    # A holding below a quarter does not relate; ways of being related that are no holding have no share.
    "关联方": _short(
        "代码 日期",
        "some 所查关联 in 关联关系 satisfies (所查关联.关联主体 = 代码"
        " and (所查关联.持股比例 = null or 所查关联.持股比例 >= 25%) and 所查关联.起始日期 <= 日期"
        " and (所查关联.终止日期 = null or 所查关联.终止日期 > 日期))",
    ),
    "月初": _short("日", "date(日.year, 日.month, 1)"),
}


def has_shorthand(text: str) -> bool:
    """Whether a formula may have such a call; most have none."""
    return any(name in text for name in SHORTHANDS)


def written_out(tree: ast.Expression) -> ast.Expression:
    """The formula with every such call written out. A call with the wrong number of arguments stays as it is."""
    return cast("ast.Expression", _written_out(tree))


def _written_out(node: ast.Node) -> ast.Node:
    inner = rebuilt(node, _written_out)
    short = shorthand_of(inner)
    if short is None or not isinstance(inner, ast.Call) or len(inner.positional) != len(short.parameters):
        return inner
    body = placed(short.tree, inner.place)
    return substituted(body, dict(zip(short.parameters, inner.positional, strict=True)))


def shorthand_of(node: ast.Node) -> Shorthand | None:
    """What a node calls by a short name."""
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and not node.named:
        return SHORTHANDS.get(node.function.name)
    return None


def placed(tree: ast.Expression, place: ast.Place) -> ast.Expression:
    """The formula as if it stood where the call stands, for messages."""

    def moved(node: ast.Node) -> ast.Node:
        made = copy(rebuilt(node, moved))
        # Nodes are frozen.
        object.__setattr__(made, "place", place)
        return made

    return cast("ast.Expression", moved(tree))


def misused(tree: ast.Node) -> Iterator[tuple[ast.Node, Refused]]:
    """Calls that are still there: they have too few or too many arguments, or name them."""
    for node, _ in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.function.name in SHORTHANDS:
            short = SHORTHANDS[node.function.name]
            shown = f"{node.function.name}({', '.join(short.parameters)})"
            yield node, Refused("pack_shorthand", found=node.function.name, expected=shown)
