"""What names mean where, and what one compilation learns about the names it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.frame import Piece
from yanlian.engine.feel.records import dataclass
from yanlian.engine.feel.values import Function

Origin: TypeAlias = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Binding:
    """A local name: the slot that holds its value and the path it stands for."""

    slot: int
    origin: Origin = None


@dataclass(frozen=True, slots=True)
class Scope:
    """One level of names. `item` is set for a filter: the slot of the member whose entries are names too."""

    parent: Scope | None = None
    names: Mapping[str, Binding] = field(default_factory=dict)
    item: Binding | None = None

    def inner(self, names: Mapping[str, Binding]) -> Scope:
        """A scope with further names."""
        return Scope(self, names)

    def filtered(self, item: Binding) -> Scope:
        """The scope of a filter's condition."""
        return Scope(self, {}, item)

    def levels(self) -> Iterator[Scope]:
        """The scopes from the innermost to the outermost."""
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.parent


@dataclass(frozen=False, slots=True)
class Unit:
    """One compilation: its settings, how it compiles a node, and what it has seen.

    `light`: nothing yet that loops, calls or makes lists and contexts, so that no budget is needed.
    """

    functions: Mapping[str, Function]
    given: frozenset[str]
    types: Mapping[str, ast.Type]
    where: str
    strict: bool
    compile: Callable[[ast.Node, Scope], Piece]
    builtin: Mapping[str, Function]
    slots: int = 1
    light: bool = True
    free: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    paths: defaultdict[tuple[str, ...], int] = field(default_factory=lambda: defaultdict(int))

    def slot(self) -> int:
        """A new slot."""
        self.slots += 1
        return self.slots - 1

    def is_given(self, function: Function) -> bool:
        """Whether a function comes from outside, so that nothing is known about it."""
        return function.name not in self.builtin or self.functions.get(function.name) is not self.builtin[function.name]
