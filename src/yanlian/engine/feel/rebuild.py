"""Trees of FEEL changed from the top: names replaced by what they stand for, minding what is bound inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields, replace
from functools import partial
from typing import cast

from yanlian.engine.feel import ast

Trees = Mapping[str, ast.Expression]
_TYPES = (ast.TypeName, ast.TypeOf, ast.ContextType, ast.FunctionType, ast.Restricted)


def rebuilt(node: ast.Node, change: Callable[[ast.Node], ast.Node]) -> ast.Node:
    """The same node with every node directly below it changed; types stay."""
    if isinstance(node, _TYPES):
        return node
    changed: dict[str, object] = {}
    for part in fields(node):
        value: object = getattr(node, part.name)
        if isinstance(value, ast.Node):
            changed[part.name] = change(value)
        elif isinstance(value, tuple) and any(isinstance(one, ast.Node) for one in value):
            changed[part.name] = tuple(change(one) if isinstance(one, ast.Node) else one for one in value)
    if not changed:
        return node
    copied = copy(node)
    for name, value in changed.items():
        # Nodes are frozen.
        object.__setattr__(copied, name, value)
    return copied


def substituted(tree: ast.Expression, names: Trees) -> ast.Expression:
    """A tree with names replaced by trees that read no names themselves."""
    return cast("ast.Expression", _substituted(tree, names)) if names else tree


def _substituted(node: ast.Node, names: Trees) -> ast.Node:
    if isinstance(node, ast.Name):
        return names.get(node.name, node)
    if isinstance(node, (ast.For, ast.Quantified)):
        return _walk(node, names)
    if isinstance(node, ast.FunctionDefinition):
        names = _without(names, [one.name for one in node.parameters])
    if isinstance(node, ast.ContextLiteral):
        entries: list[ast.Entry] = []
        for entry in node.entries:
            entries.append(cast("ast.Entry", rebuilt(entry, partial(_substituted, names=names))))
            names = _without(names, [entry.key])
        return replace(node, entries=tuple(entries))
    return rebuilt(node, partial(_substituted, names=names))


def _walk(node: ast.For | ast.Quantified, names: Trees) -> ast.Node:
    iterations: list[ast.Iteration] = []
    for one in node.iterations:
        iterations.append(cast("ast.Iteration", rebuilt(one, partial(_substituted, names=names))))
        names = _without(names, [one.name])
    inner = cast("ast.Expression", _substituted(node.body if isinstance(node, ast.For) else node.condition, names))
    if isinstance(node, ast.For):
        return replace(node, iterations=tuple(iterations), body=inner)
    return replace(node, iterations=tuple(iterations), condition=inner)


def _without(names: Mapping[str, ast.Expression], bound: list[str]) -> Trees:
    return {name: tree for name, tree in names.items() if name not in bound}
