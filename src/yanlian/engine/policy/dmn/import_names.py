"""FEEL text of a model as a formula of a pack: elements under the names that the pack has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from yanlian.engine.feel import ast, parse, parse_unary_tests, print_expression
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.members import member_names
from yanlian.engine.policy.compiled import PARAMETER_ON
from yanlian.engine.policy.dmn.export_facts import ALL, AS_OF
from yanlian.engine.policy.dmn.export_formula import rebuilt
from yanlian.engine.policy.dmn.marks import MADE, mark_of

EVENT_DAY = "事件日"


Element: TypeAlias = dmn.Decision | dmn.BusinessKnowledge


def with_logic(model: dmn.Model) -> tuple[Element, ...]:
    """The elements that carry logic."""
    return (*model.decisions, *model.knowledge)


def path_of(element: Element) -> tuple[str, ...]:
    """Which part of a pack an element says; empty when it does not tell."""
    found = mark_of(element.description).get("of")
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


@dataclass(slots=True)
class PackNames:
    """What the elements of one exported model are called in its pack."""

    names: tuple[str, ...]
    members: tuple[str, ...]
    paths: Mapping[str, tuple[str, ...]]
    events: Mapping[str, str]
    facts: Mapping[str, str] = field(default_factory=dict)

    def formula(self, text: str) -> str:
        """An expression. Raises FeelError when it cannot be read."""
        tree = parse(text, names=(*self.names, *self.members))
        return print_expression(self._said(tree), names=self.members)

    def tests(self, text: str) -> str:
        """The cell of a decision table."""
        tree = parse_unary_tests(text, names=(*self.names, *self.members))
        return print_expression(rebuilt(tree, self._said), names=self.members)

    @staticmethod
    def name(name: str) -> str:
        """An output keeps its name."""
        return name

    def _said(self, node: ast.Expression) -> ast.Expression:
        if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
            called = self._called(node, node.function.name)
            if called is not None:
                return called
        if isinstance(node, ast.Name):
            return self._named(node)
        return rebuilt(node, self._said)

    def _named(self, node: ast.Name) -> ast.Expression:
        path = self.paths.get(node.name, ())
        if path[-2:] == (MADE, EVENT_DAY) or path[-2:] == ("event", "date"):
            return ast.Name(EVENT_DAY)
        if path and path[-2] == "tables":
            return ast.Call(ast.Name(path[-1]))
        if path and path[-2] in {"definitions", "scales", "parameters"}:
            return ast.Name(path[-1])
        return ast.Name(self.events.get(node.name) or self.facts.get(node.name, node.name))

    def _called(self, node: ast.Call, name: str) -> ast.Expression | None:
        """Calls of what packs do not call: dated parameters, and the functions packs have beyond FEEL."""
        path = self.paths.get(name, ())
        arguments = tuple(self._said(one) for one in node.positional)
        if path and path[-2] == "parameters" and len(arguments) == 1:
            day = arguments[0]
            if isinstance(day, ast.Name) and day.name in {AS_OF, EVENT_DAY}:
                return ast.Name(path[-1])
            return ast.Call(ast.Name(PARAMETER_ON), (ast.String(path[-1]), day))
        if path[:1] == ("library",) and path[1] == "记录" and len(arguments) == 2:
            return ast.Call(ast.Name("记录"), (arguments[0], ast.String(path[2]), arguments[1]))
        return None


def names_of(model: dmn.Model) -> PackNames:
    """The names of an exported model."""
    elements = with_logic(model)
    paths = {one.name: path for one in elements if (path := path_of(one))}
    known = tuple(one.name for one in (*model.inputs, *elements, *model.services))
    events = {one.name: one.label for one in model.inputs if one.label}
    facts = {one.name: one.name.removeprefix(ALL) for one in model.inputs if one.name.startswith(ALL)}
    return PackNames(known, tuple(member_names([model])), paths, events, facts)
