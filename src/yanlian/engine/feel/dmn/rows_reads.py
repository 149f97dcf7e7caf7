"""What the value of a decision depends on, read off its text: values, and entries of contexts (`Applicant.Age`)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.boxes import Logic
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.program import Program
from yanlian.engine.feel.scope import Binding, Scope
from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths

# From a row's values the key of what a decision reads of them; nothing if one of them is no simple value.
Reader: TypeAlias = Callable[[Sequence[object]], Hashable]
_Leaf: TypeAlias = tuple[str, tuple[str, ...]]

_SIMPLE = frozenset({Decimal, str, bool, type(None), date, FarDate, Time, DateTime, YearsMonths, DaysTime})
_IMPURE = frozenset({"now", "today"})


class _Listening(Logic):
    """A compilation that keeps the trees it is made of."""

    def __init__(self, logic: Logic) -> None:
        super().__init__(logic.home, logic.unit, logic.language)
        self.trees: list[ast.Node] = []

    def parsed(self, box: dmn.LiteralExpression, names: tuple[str, ...]) -> ast.Expression:
        tree = super().parsed(box, names)
        self.trees.append(tree)
        return tree

    def tests(self, box: dmn.LiteralExpression, names: tuple[str, ...]) -> ast.UnaryTests:
        tree = super().tests(box, names)
        self.trees.append(tree)
        return tree


def reader(program: Program, node: Node, slots: Mapping[str, int]) -> Reader | None:
    """How to get the key of a decision's value; nothing if the value may differ for the same key (a clock).

    `slots` are the places of the names it requires.
    """
    trees = _trees(program, node)
    own = list(trees or ())
    met, waiting = {node}, [node]
    while waiting and trees is not None:
        for _, target in program.graph.required(waiting.pop()):
            if target in met or isinstance(target.element, (dmn.InputData, dmn.Decision)):
                continue
            met.add(target)
            waiting.append(target)
            more = _trees(program, target)
            trees = None if more is None or trees is None else [*trees, *more]
    if trees is None or any(_asks_outside(program, node, tree) for tree in trees):
        return None
    return _reader([(slots[name], path) for name, path in sorted(leaves(own, slots.keys()))])


def _trees(program: Program, node: Node) -> list[ast.Node] | None:
    """All FEEL of a decision or function; nothing for a decision service, or for what cannot be compiled."""
    element = node.element
    if isinstance(element, dmn.Decision):
        box = element.expression
    elif isinstance(element, dmn.BusinessKnowledge):
        box = element.function
    else:
        return None
    logic = _Listening(Logic(program.home(node), program.unit(node)))
    try:
        logic.compile(box, Scope(None, {"?": Binding(0)}), program.visible_names(node))
    except (Refused, RecursionError):
        return None
    return logic.trees


def _asks_outside(program: Program, node: Node, tree: ast.Node) -> bool:
    outside = _IMPURE | program.home(node).functions.keys()
    return any(isinstance(part, ast.Name) and part.name in outside for part, _ in ast.walk(tree))


def leaves(trees: Sequence[ast.Node], names: AbstractSet[str]) -> set[_Leaf]:
    """What is read of these names: as a whole, or only entries by paths. A name that means a local is named too often,
    which does no harm."""
    found: set[_Leaf] = set()
    waiting = list(trees)
    while waiting:
        top = waiting.pop()
        path: list[str] = []
        root = top
        while isinstance(root, ast.Path):
            path.append(root.name)
            root = root.source
        if isinstance(root, ast.Name):
            if root.name in names:
                found.add((root.name, tuple(reversed(path))))
        elif path:
            waiting.append(root)
        else:
            waiting += ast.children(top)
    return found


def whole_key(values: Sequence[object]) -> Hashable:
    """The key of values as they are; nothing if one of them is no simple value."""
    key: list[Hashable] = []
    for value in values:
        kind = type(value)
        if kind is Decimal:
            key.append((str(value),))
        elif kind is bool:
            key.append((value,))
        elif kind in _SIMPLE:
            assert isinstance(value, Hashable)
            key.append(value)
        else:
            return None
    return tuple(key)


def _reader(parts: list[tuple[int, tuple[str, ...]]]) -> Reader:
    if not any(path for _, path in parts):
        slots = [slot for slot, _ in parts]
        return lambda values: whole_key([values[slot] for slot in slots])

    def read(values: Sequence[object]) -> Hashable:
        key: list[Hashable] = []
        for slot, path in parts:
            value = values[slot]
            for name in path:
                if type(value) is not dict:
                    # A path from null is not an entry that is null: one of them has a reason.
                    key.append(_BROKEN)
                    break
                value = value.get(name, _ABSENT)
            kind = type(value)
            if kind is Decimal:
                # By its digits: 1.0 and 1 are equal, and yet not the same text.
                key.append((str(value),))
            elif kind is bool:
                key.append((value,))
            elif kind in _SIMPLE:
                assert isinstance(value, Hashable)
                key.append(value)
            else:
                return None
        return tuple(key)

    return read


class _Absent:
    """An entry that a context does not have."""


_ABSENT = _Absent()
_BROKEN = 0
