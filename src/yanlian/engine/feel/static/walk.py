"""The walk over a tree, without recursion: every construct is a generator that asks for the types of its parts.

A handler yields `(node, scope)` for each part and is sent the part's type; it returns the type of the whole. One loop
drives them all, so that a tree may be as high as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from yanlian.base.finding import nearest
from yanlian.engine.feel import ast
from yanlian.engine.feel.static.faults import TypeFault, fault_at
from yanlian.engine.feel.static.lattice import ANY, BOOLEAN, NULL, NUMBER, STRING, Types, join, known_name
from yanlian.engine.feel.static.scope import Scope, names_in
from yanlian.engine.feel.static.signatures import Signature

Signatures: TypeAlias = Mapping[str, tuple[Signature, ...]]
Steps: TypeAlias = Generator[tuple[ast.Expression, Scope], ast.Type, ast.Type]


@dataclass(slots=True)
class Walk:
    """One inference: the named types, whether unknown names are faults, and what has been found.

    `functions`: the signatures of functions that the caller has beside the built-in ones.
    """

    types: Types
    strict: bool
    functions: Signatures = field(default_factory=dict)
    kinds: dict[int, ast.Type] = field(default_factory=dict)
    faults: list[TypeFault] = field(default_factory=list)

    def fault(self, place: ast.Place, code: str, **data: object) -> None:
        """Note a fault."""
        self.faults.append(fault_at(place, code, **data))

    def unknown_name(self, name: str, scope: Scope, place: ast.Place) -> ast.Type:
        """A name nobody knows is `Any`; a fault where the caller wants all names known."""
        if self.strict:
            self.fault(place, "feel_type_name", found=name, hint=nearest(name, names_in(scope)))
        return ANY

    def check_type(self, kind: ast.Type) -> None:
        """Names of types nobody knows are faults where the caller wants all names known."""
        if not self.strict:
            return
        for node, _ in ast.walk(kind):
            if isinstance(node, ast.TypeName) and not known_name(node.name, self.types):
                self.fault(node.place, "feel_type_unknown", found=node.name, hint=nearest(node.name, self.types))


Handler: TypeAlias = Callable[[Walk, ast.Expression, Scope], Steps | ast.Type]
_LEAVES: dict[type, ast.Type] = {ast.Number: NUMBER, ast.String: STRING, ast.Boolean: BOOLEAN, ast.Null: NULL}


def drive(walk: Walk, steps: Steps, handler: Handler) -> ast.Type:
    """Run a generator to its end, with those of the parts it asks for."""
    stack: list[tuple[Steps, ast.Expression | None]] = [(steps, None)]
    answer: ast.Type | None = None
    while True:
        running, owner = stack[-1]
        try:
            node, scope = next(running) if answer is None else running.send(answer)
        except StopIteration as stop:
            value: ast.Type = stop.value
            answer = value
            if owner is None:
                return value
            _note(walk, owner, value)
            stack.pop()
            continue
        next_steps = _LEAVES.get(type(node)) or handler(walk, node, scope)
        if isinstance(next_steps, ast.Node):
            _note(walk, node, next_steps)
            answer = next_steps
        else:
            stack.append((next_steps, node))
            answer = None


def _note(walk: Walk, node: ast.Expression, kind: ast.Type) -> None:
    """Remember a type; a node that stands in a tree twice has the type of both places."""
    before = walk.kinds.get(id(node))
    walk.kinds[id(node)] = kind if before is None else join(before, kind, walk.types)
