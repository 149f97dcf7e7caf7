"""Where the expressions of a model stand: literal ones alone and in boxes, cells of tables as tests of their input.

What an expression reads is put into it as constants: the values that the test cases give to inputs and that required
decisions have then; entries of a context by what they are written as; parameters by some value of their type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import resolved
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.boxes import Logic
from yanlian.engine.feel.dmn.evaluation import Evaluation
from yanlian.engine.feel.dmn.graph import Node, elements
from yanlian.engine.feel.dmn.kit import Case
from yanlian.engine.feel.dmn.program import Program
from yanlian.engine.feel.frame import MAX_STEPS
from yanlian.engine.feel.rebuild import Trees, substituted
from yanlian.engine.policy.lifted.written import sample, written


@dataclass(frozen=True, slots=True)
class Site:
    """An expression with what it reads put into it. `number` counts those of an element; an expression that cannot be
    read has no tree, and the reason. `cases`: by their ids, the cases that put these values in; None: all cases."""

    where: str
    element: str
    number: int
    text: str
    tree: ast.Expression | None
    refused: str = ""
    cases: frozenset[str] | None = None


def sites_of(program: Program, cases: Iterable[Case]) -> Iterator[Site]:
    """All expressions of the main model, again for all that the cases give."""
    alike: dict[str, list[Case]] = {}
    for case in cases:
        alike.setdefault(repr(case.inputs), []).append(case)
    for element in elements(program.graph.main):
        if isinstance(element, (dmn.Decision, dmn.BusinessKnowledge)):
            node = program.graph.names[program.graph.main.namespace, element.name]
            for names, ids in _environments(program, node, list(alike.values())):
                yield from _Walk(program, node, ids).element(names)


def _environments(program: Program, node: Node, alike: list[list[Case]]) -> list[tuple[Trees, frozenset[str] | None]]:
    """What the element reads, once for all cases (by id) that give the same; if it reads nothing, or there are no
    cases, once nothing."""
    targets = [
        target
        for _, target in program.graph.required(node)
        if isinstance(target.element, (dmn.InputData, dmn.Decision)) and not program.graph.prefix(node.model, target)
    ]
    if not targets or not alike:
        return [({}, None)]
    found: list[tuple[Trees, frozenset[str] | None]] = []
    for cases in alike:
        evaluation = Evaluation(program, MAX_STEPS)
        for space, name, value in cases[0].inputs:
            evaluation.bind_in(space or program.graph.main.namespace, name, value)
        values = {target.name: written(_value(evaluation, target)) for target in targets}
        names = {name: tree for name, tree in values.items() if tree is not None}
        found.append((names, frozenset(case.id for case in cases)))
    return found


def _value(evaluation: Evaluation, target: Node) -> object:
    if isinstance(target.element, dmn.InputData):
        return evaluation.given.get(target)
    try:
        return evaluation.ask(target)
    except Refused:
        return None


@dataclass(slots=True)
class _Walk:
    program: Program
    node: Node
    cases: frozenset[str] | None
    logic: Logic = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        self.logic = Logic(self.program.home(self.node), self.program.unit(self.node))

    def element(self, names: Trees) -> Iterator[Site]:
        element = self.node.element
        seen = self.program.visible_names(self.node)
        if isinstance(element, dmn.Decision):
            yield from self.box(element.expression, names, seen)
        elif isinstance(element, dmn.BusinessKnowledge):
            yield from self.box(element.function, names, seen)

    def box(self, box: dmn.BoxedExpression | None, names: Trees, seen: tuple[str, ...]) -> Iterator[Site]:
        match box:
            case dmn.LiteralExpression():
                yield from self.literal(box, names, seen)
            case dmn.BoxedContext():
                yield from self.context(box, names, seen)
            case dmn.BoxedFunction():
                if box.kind == "FEEL":
                    yield from self.function(box, names, seen)
            case dmn.BoxedInvocation():
                for binding in box.bindings:
                    yield from self.box(binding.expression, names, seen)
            case dmn.BoxedList():
                for item in box.items:
                    yield from self.box(item, names, seen)
            case dmn.Relation():
                for cell in (cell for row in box.rows for cell in row):
                    yield from self.box(cell, names, seen)
            case dmn.BoxedConditional():
                for part in (box.condition, box.then, box.otherwise):
                    yield from self.box(part, names, seen)
            case dmn.BoxedFilter():
                yield from self.box(box.source, names, seen)
                yield from self.composed(box.source, box.match, "item", names, seen)
            case dmn.BoxedIterator():
                yield from self.box(box.source, names, seen)
                yield from self.composed(box.source, box.body, box.variable, names, seen, box.kind)
            case dmn.DecisionTable():
                yield from self.table(box, names, seen)

    def literal(self, box: dmn.LiteralExpression, names: Trees, seen: tuple[str, ...]) -> Iterator[Site]:
        if box.text.strip():
            try:
                yield self.site(box.text, substituted(self.logic.parsed(box, seen), names))
            except Refused as refused:
                yield self.site(box.text, None, str(refused))

    def site(self, text: str, tree: ast.Expression | None, refused: str = "") -> Site:
        self.number += 1
        where = self.program.graph.main.where or self.program.graph.main.name
        return Site(where, self.node.name, self.number, text.strip(), tree, refused, self.cases)

    def context(self, box: dmn.BoxedContext, names: Trees, seen: tuple[str, ...]) -> Iterator[Site]:
        for entry in box.entries:
            yield from self.box(entry.expression, names, seen)
            if entry.name:
                tree = self.parsed(entry.expression, seen)
                hidden = {name: one for name, one in names.items() if name != entry.name}
                names = hidden if tree is None else {**hidden, entry.name: substituted(tree, names)}
                seen = (*seen, entry.name)

    def parsed(self, box: dmn.BoxedExpression | None, seen: tuple[str, ...]) -> ast.Expression | None:
        """The tree of a literal expression; None for any other and for what cannot be read."""
        if not isinstance(box, dmn.LiteralExpression) or not box.text.strip():
            return None
        try:
            return self.logic.parsed(box, seen)
        except Refused:
            return None

    def function(self, box: dmn.BoxedFunction, names: Trees, seen: tuple[str, ...]) -> Iterator[Site]:
        inner = dict(names)
        for one in box.parameters:
            inner.pop(one.name, None)
            tree = sample(resolved(self.logic.type(one.type_ref, one.spot), self.logic.home.visible))
            if tree is not None:
                inner[one.name] = tree
        yield from self.box(box.body, inner, (*seen, *(one.name for one in box.parameters)))

    def composed(
        self,
        source: dmn.BoxedExpression,
        body: dmn.BoxedExpression,
        variable: str,
        names: Trees,
        seen: tuple[str, ...],
        kind: str = "filter",
    ) -> Iterator[Site]:
        """A walk over a list as the expression that means the same."""
        members, inner = self.parsed(source, seen), self.parsed(body, (*seen, variable, "partial"))
        if members is None or inner is None:
            yield from self.box(body, names, (*seen, variable))
            return
        iterations = (ast.Iteration(variable, members),)
        tree: ast.Expression = ast.Filter(members, inner)
        if kind == "for":
            tree = ast.For(iterations, inner)
        elif kind != "filter":
            tree = ast.Quantified(kind, iterations, inner)
        assert isinstance(body, dmn.LiteralExpression)
        yield self.site(body.text, substituted(tree, names))

    def table(self, box: dmn.DecisionTable, names: Trees, seen: tuple[str, ...]) -> Iterator[Site]:
        for clause in box.inputs:
            yield from self.literal(clause.expression, names, seen)
        for rule in box.rules:
            for clause, cell in zip(box.inputs, rule.tests, strict=False):
                yield from self.cell(clause.expression, cell, names, seen)
            for output in rule.outputs:
                yield from self.literal(output, names, seen)
        for column in box.outputs:
            if column.default is not None:
                yield from self.literal(column.default, names, seen)

    def cell(
        self, asked: dmn.LiteralExpression, cell: dmn.LiteralExpression, names: Trees, seen: tuple[str, ...]
    ) -> Iterator[Site]:
        """A cell as a test of its input."""
        try:
            tests = self.logic.tests(cell, seen)
        except Refused as refused:
            yield self.site(cell.text, None, str(refused))
            return
        value = self.parsed(asked, seen)
        if value is not None and tests.tests:
            tree: ast.Expression = ast.In(value, tests.tests)
            if tests.negated:
                tree = ast.Call(ast.Name("not"), (tree,))
            yield self.site(cell.text, substituted(tree, names))
