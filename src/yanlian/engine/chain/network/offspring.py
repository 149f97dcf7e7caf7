"""Offspring: who incubated whom, generation by generation.

A forest as the sources tell it: an organisation may have been incubated by several (a parent and a maker space); it
then stands under each of them and is counted once for each ancestor, in its nearest generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from yanlian.base.refusal import Refused


@dataclass(frozen=True)
class Offspring:
    """`children`: of each parent, those it incubated, by name of id. Make it with `offspring_of`."""

    children: Mapping[str, tuple[str, ...]]

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Of each child, who incubated it."""
        found: dict[str, list[str]] = {}
        for parent in sorted(self.children):
            for child in self.children[parent]:
                found.setdefault(child, []).append(parent)
        return {child: tuple(parents) for child, parents in found.items()}

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Parents whom nobody incubated."""
        return tuple(one for one in sorted(self.children) if one not in self.parents)

    def generations(self, parent: str) -> tuple[tuple[str, ...], ...]:
        """Offspring by generation: first those it incubated itself, then what those incubated. Each once."""
        found: list[tuple[str, ...]] = []
        seen = {parent}
        now = [parent]
        while now := sorted({child for one in now for child in self.children.get(one, ())} - seen):
            seen |= set(now)
            found.append(tuple(now))
        return tuple(found)

    def counts(self, parent: str) -> tuple[int, ...]:
        """How many offspring in each generation."""
        return tuple(len(generation) for generation in self.generations(parent))


def offspring_of(pairs: Iterable[tuple[str, str]]) -> Offspring:
    """Offspring out of (parent, child). Refused("offspring_circle") when somebody would descend from itself; the circle
    is named."""
    children: dict[str, set[str]] = {}
    for parent, child in pairs:
        children.setdefault(parent, set()).add(child)
    made = Offspring({parent: tuple(sorted(found)) for parent, found in children.items()})
    circle = _circle(made)
    if circle:
        raise Refused("offspring_circle", circle=" → ".join((*circle, circle[0])))
    return made


def _circle(made: Offspring) -> tuple[str, ...]:
    """A circle of descent; empty when there is none. Whatever has no parent left is taken away until nothing is."""
    open_parents = {child: len(parents) for child, parents in made.parents.items()}
    todo = list(made.roots)
    while todo:
        for child in made.children.get(todo.pop(), ()):
            open_parents[child] -= 1
            if not open_parents[child]:
                todo.append(child)
    left = {child for child, count in open_parents.items() if count}
    if not left:
        return ()
    # What is left has a parent that is left: going up must come back.
    way = [min(left)]
    while True:
        parent = next(one for one in made.parents[way[-1]] if one in left)
        if parent in way:
            return tuple(reversed(way[way.index(parent) :]))
        way.append(parent)
