"""Boxed expressions into closures: each becomes what FEEL already has (a call, a filter, a loop), in the same frame.

`Logic` belongs to one decision or business knowledge model; `Home` to the model that it stands in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import coercer
from yanlian.engine.feel.compile_calls import compile_call, compile_function
from yanlian.engine.feel.compiler import compile_node
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.loops import conditional, filtered, iterated
from yanlian.engine.feel.dmn.moved import moved, moved_error
from yanlian.engine.feel.dmn.tables import compile_boxed_table
from yanlian.engine.feel.dmn.types import ANY, Types
from yanlian.engine.feel.frame import Frame, Piece, fixed
from yanlian.engine.feel.parser import parse, parse_unary_tests
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.values import Function

_FEEL = ("", "feel", "FEEL")


class Boxed(ast.Node):
    """A boxed expression as a node of the tree, so that FEEL's own constructs can hold it; with the names in scope."""

    __slots__ = ("expression", "logic", "names")
    logic: Logic
    expression: dmn.BoxedExpression
    names: tuple[str, ...]

    def __init__(self, logic: Logic, expression: dmn.BoxedExpression, names: tuple[str, ...]) -> None:
        super().__init__(place=logic.place(expression))
        for name, value in (("logic", logic), ("expression", expression), ("names", names)):
            # Nodes are frozen.
            object.__setattr__(self, name, value)


@dataclass(slots=True)
class Home:
    """What all logic of one model shares: its types, the names of entries anywhere, and functions from outside."""

    types: Types
    visible: Mapping[str, ast.Type]
    members: tuple[str, ...]
    functions: Mapping[str, Function]
    where: str


@dataclass(slots=True)
class Logic:
    """One compilation: `unit` collects what it reads, `home` says what may be read."""

    home: Home
    unit: Unit
    language: str = field(default="")

    def compile(self, expression: dmn.BoxedExpression | None, scope: Scope, names: tuple[str, ...]) -> Piece:
        """The closure of a boxed expression; what is empty is null."""
        if expression is None:
            return fixed(None)
        piece = self._box(expression, scope, names)
        kind = self.type(expression.type_ref, expression.spot)
        return piece if isinstance(expression, dmn.DecisionTable) else self.fitted(piece, kind, expression)

    def _box(self, box: dmn.BoxedExpression, scope: Scope, names: tuple[str, ...]) -> Piece:
        match box:
            case dmn.LiteralExpression():
                return self.literal(box, scope, names)
            case dmn.DecisionTable():
                return compile_boxed_table(self, box, scope, names)
            case dmn.BoxedContext():
                return self._context(box, scope, names)
            case dmn.BoxedFunction():
                return compile_function(self.unit, self.function(box, names), scope)
            case dmn.BoxedInvocation():
                named = tuple(ast.Entry(b.name, self.node(b.expression, names)) for b in box.bindings)
                call = ast.Call(self.node(box.function, names), (), named, place=self.place(box))
                return compile_call(self.unit, call, scope)
            case dmn.BoxedList():
                return compile_node(self.unit, ast.ListLiteral(self._nodes(box.items, names)), scope)
            case dmn.Relation():
                return self._relation(box, scope, names)
            case dmn.BoxedConditional():
                return conditional(self, box, scope, names)
            case dmn.BoxedFilter():
                return filtered(self, box, scope, names)
            case dmn.BoxedIterator():
                return iterated(self, box, scope, names)
            case dmn.Unreadable():
                raise box.refusal

    def node(self, expression: dmn.BoxedExpression | None, names: tuple[str, ...]) -> ast.Expression:
        """A boxed expression where FEEL's tree wants a node."""
        if expression is None:
            return ast.Null()
        if isinstance(expression, dmn.LiteralExpression) and not expression.type_ref and expression.text.strip():
            return self.parsed(expression, names)
        return Boxed(self, expression, names)  # type: ignore[return-value]

    def _nodes(self, expressions: Iterable[dmn.BoxedExpression], names: tuple[str, ...]) -> tuple[ast.Expression, ...]:
        return tuple(self.node(expression, names) for expression in expressions)

    def function(self, box: dmn.BoxedFunction, names: tuple[str, ...]) -> ast.FunctionDefinition:
        """A boxed function as FEEL defines one; a Java function's class and method become its external body."""
        parameters = tuple(
            ast.Parameter(p.name, self.type(p.type_ref, p.spot) if p.type_ref else None) for p in box.parameters
        )
        body = self.node(box.body, (*names, *(p.name for p in box.parameters)))
        if box.kind == "FEEL":
            return ast.FunctionDefinition(parameters, body, place=self.place(box))
        entries = box.body.entries if isinstance(box.body, dmn.BoxedContext) else ()
        found = tuple(ast.Entry(e.name, self.node(e.expression, names)) for e in entries)
        described = ast.ContextLiteral((ast.Entry(box.kind.lower(), ast.ContextLiteral(found)),))
        return ast.FunctionDefinition(parameters, described, external=True, place=self.place(box))

    def literal(self, box: dmn.LiteralExpression, scope: Scope, names: tuple[str, ...]) -> Piece:
        """FEEL text."""
        if not box.text.strip():
            return fixed(None)
        return compile_node(self.unit, self.parsed(box, names), scope)

    def parsed(self, box: dmn.LiteralExpression, names: tuple[str, ...]) -> ast.Expression:
        """The tree of FEEL text, with places in the file."""
        self._check_language(box)
        try:
            tree = parse(box.text, names=(*names, *self.home.members), where=self.home.where, types=self.home.visible)
        except FeelError as error:
            raise moved_error(error, box.spot) from None
        return moved(tree, box.spot)  # type: ignore[return-value]

    def tests(self, box: dmn.LiteralExpression, names: tuple[str, ...]) -> ast.UnaryTests:
        """The tree of unary tests; an empty cell is any value."""
        self._check_language(box)
        if not box.text.strip():
            return ast.UnaryTests(())
        try:
            tree = parse_unary_tests(
                box.text, names=(*names, *self.home.members), where=self.home.where, types=self.home.visible
            )
        except FeelError as error:
            raise moved_error(error, box.spot) from None
        return moved(tree, box.spot)  # type: ignore[return-value]

    def _check_language(self, box: dmn.LiteralExpression) -> None:
        if box.language in _FEEL or "FEEL" in box.language.upper():
            return
        raise FeelError(
            "dmn_language", where=self.home.where, line=box.spot.line, column=box.spot.column, found=box.language
        )

    def type(self, ref: str, spot: dmn.Spot) -> ast.Type:
        """The type behind a reference."""
        return self.home.types.of(ref, spot) if ref else ANY

    def fitted(self, piece: Piece, kind: ast.Type, part: dmn.Part) -> Piece:
        """The same value as its declared type wants it; null with a warning where it does not fit."""
        if kind == ANY:
            return piece
        run, fit, place = piece.run, coercer(kind, self.home.visible), self.place(part)
        return Piece(lambda f: f.settle(fit(run(f)), place), origin=piece.origin, truth=False)

    def place(self, part: dmn.Part) -> ast.Place:
        """Where a part stands in the file."""
        return ast.Place(part.spot.line, part.spot.column)

    def _context(self, box: dmn.BoxedContext, scope: Scope, names: tuple[str, ...]) -> Piece:
        entries: list[tuple[str, int, Piece]] = []
        result: Piece | None = None
        for entry in box.entries:
            piece = self.compile(entry.expression, scope, names)
            piece = self.fitted(piece, self.type(entry.type_ref, entry.spot), entry)
            if not entry.name:
                result = piece
                continue
            slot = self.unit.slot()
            entries.append((entry.name, slot, piece))
            scope = scope.inner({entry.name: Binding(slot, piece.origin)})
            names = (*names, entry.name)
        runs = [(name, slot, piece.run) for name, slot, piece in entries]
        last = None if result is None else result.run

        def run(f: Frame) -> object:
            found: dict[str, object] = {}
            slots = f.slots
            for name, slot, value in runs:
                found[name] = slots[slot] = value(f)
            return found if last is None else last(f)

        return Piece(run)

    def _relation(self, box: dmn.Relation, scope: Scope, names: tuple[str, ...]) -> Piece:
        kinds = [self.type(column.type_ref, column.spot) for column in box.columns]
        rows = [
            [
                (column.name, self.fitted(self.compile(cell, scope, names), kind, cell).run)
                for column, kind, cell in zip(box.columns, kinds, row, strict=True)
            ]
            for row in box.rows
        ]
        return Piece(lambda f: [{name: run(f) for name, run in row} for row in rows])


def compile_any(unit: Unit, node: ast.Node, scope: Scope) -> Piece:
    """The closure of a node of FEEL or of a box; what `Unit.compile` is for DMN."""
    if isinstance(node, Boxed):
        return node.logic.compile(node.expression, scope, node.names)
    return compile_node(unit, node, scope)
