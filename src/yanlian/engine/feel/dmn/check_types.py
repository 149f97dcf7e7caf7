"""Types through boxed expressions: what each gives, and what in them can never give a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.boxes import Logic
from yanlian.engine.feel.static import TypeFault, fits, infer, infer_tests, join, resolved
from yanlian.engine.feel.static.faults import fault_at

ANY = ast.TypeName("Any")
BOOLEAN = ast.TypeName("boolean")
NULL = ast.TypeName("Null")
_NUMBER = ast.TypeName("number")


@dataclass(slots=True)
class BoxTypes:
    """A walk over one element's logic. Faults are gathered; a text that cannot be read is noted once and is `Any`."""

    logic: Logic
    faults: list[TypeFault | Refused] = field(default_factory=list)

    def of(self, box: dmn.BoxedExpression | None, names: Mapping[str, ast.Type]) -> ast.Type:
        """The type of a boxed expression under these names, as its own type reference narrows it."""
        if box is None:
            return NULL
        found = self._of(box, names)
        if not box.type_ref or isinstance(box, dmn.DecisionTable):
            return found
        declared = self.logic.type(box.type_ref, box.spot)
        if not isinstance(box, dmn.BoxedFunction):
            self.must_fit(found, declared, box)
        return found if declared == ANY else declared

    def must_fit(self, found: ast.Type, declared: ast.Type, part: dmn.Part) -> None:
        """A fault where no value of a type can be what is declared."""
        if not fits(found, declared, self.logic.home.visible):
            place = self.logic.place(part)
            self.faults.append(fault_at(place, "feel_type_result", expected=declared, found=found))

    def _of(self, box: dmn.BoxedExpression, names: Mapping[str, ast.Type]) -> ast.Type:
        match box:
            case dmn.LiteralExpression():
                return self._literal(box, names)
            case dmn.BoxedContext():
                return self._context(box, names)
            case dmn.BoxedFunction():
                return self.function(box, names)
            case dmn.BoxedInvocation():
                return self._invocation(box, names)
            case dmn.BoxedList():
                return ast.TypeOf("list", self._joined([self.of(item, names) for item in box.items]))
            case dmn.Relation():
                return self._relation(box, names)
            case dmn.BoxedConditional():
                self._condition(box.condition, names)
                return self._joined([self.of(box.then, names), self.of(box.otherwise, names)])
            case dmn.BoxedFilter():
                return self._filter(box, names)
            case dmn.BoxedIterator():
                return self._iterator(box, names)
            case dmn.DecisionTable():
                return self._table(box, names)
            case dmn.Unreadable():
                return ANY

    def _joined(self, kinds: list[ast.Type]) -> ast.Type:
        found: ast.Type | None = None
        for kind in kinds:
            found = kind if found is None else join(found, kind, self.logic.home.visible)
        return ANY if found is None else found

    def _literal(self, box: dmn.LiteralExpression, names: Mapping[str, ast.Type]) -> ast.Type:
        if not box.text.strip():
            return NULL
        try:
            tree = self.logic.parsed(box, tuple(names))
        except Refused as refused:
            self.faults.append(refused)
            return ANY
        typed = infer(tree, names, types=self.logic.home.visible)
        self.faults += typed.faults
        return typed.type

    def _tests(self, box: dmn.LiteralExpression, subject: ast.Type, names: Mapping[str, ast.Type]) -> None:
        try:
            tree = self.logic.tests(box, tuple(names))
        except Refused as refused:
            self.faults.append(refused)
            return
        self.faults += infer_tests(tree, subject, names, types=self.logic.home.visible).faults

    def _context(self, box: dmn.BoxedContext, names: Mapping[str, ast.Type]) -> ast.Type:
        known = dict(names)
        entries: list[ast.TypeEntry] = []
        for entry in box.entries:
            kind = self.of(entry.expression, known)
            if entry.type_ref:
                declared = self.logic.type(entry.type_ref, entry.spot)
                self.must_fit(kind, declared, entry)
                kind = kind if declared == ANY else declared
            if not entry.name:
                return kind
            known[entry.name] = kind
            entries.append(ast.TypeEntry(entry.name, kind))
        return ast.ContextType(tuple(entries))

    def function(self, box: dmn.BoxedFunction, names: Mapping[str, ast.Type]) -> ast.Type:
        """The type of a function; the body of one that is not FEEL is not looked into."""
        kinds = {p.name: self.logic.type(p.type_ref, p.spot) for p in box.parameters}
        result = self.of(box.body, {**names, **kinds}) if box.kind == "FEEL" else ANY
        return ast.FunctionType(tuple(kinds.values()), result)

    def _invocation(self, box: dmn.BoxedInvocation, names: Mapping[str, ast.Type]) -> ast.Type:
        for binding in box.bindings:
            self.of(binding.expression, names)
        called = resolved(self.of(box.function, names), self.logic.home.visible)
        return called.result if isinstance(called, ast.FunctionType) else ANY

    def _relation(self, box: dmn.Relation, names: Mapping[str, ast.Type]) -> ast.Type:
        columns: list[ast.TypeEntry] = []
        for i, column in enumerate(box.columns):
            kind = self._joined([self.of(row[i], names) for row in box.rows])
            if column.type_ref:
                declared = self.logic.type(column.type_ref, column.spot)
                self.must_fit(kind, declared, column)
                kind = declared
            columns.append(ast.TypeEntry(column.name, kind))
        return ast.TypeOf("list", ast.ContextType(tuple(columns)))

    def _condition(self, box: dmn.BoxedExpression, names: Mapping[str, ast.Type]) -> None:
        self.must_fit(self.of(box, names), BOOLEAN, box)

    def _member(self, source: ast.Type) -> ast.Type:
        found = resolved(source, self.logic.home.visible)
        return found.member if isinstance(found, ast.TypeOf) else found

    def _filter(self, box: dmn.BoxedFilter, names: Mapping[str, ast.Type]) -> ast.Type:
        member = self._member(self.of(box.source, names))
        inner = {**names, "item": member}
        shape = resolved(member, self.logic.home.visible)
        if isinstance(shape, ast.ContextType):
            inner |= {entry.name: entry.type for entry in shape.entries}
        if shape == ANY:
            # The members' entries may be anything, and hide any name.
            inner = dict.fromkeys(inner, ANY)
        self._condition(box.match, inner)
        return ast.TypeOf("list", member)

    def _iterator(self, box: dmn.BoxedIterator, names: Mapping[str, ast.Type]) -> ast.Type:
        inner = {**names, box.variable: self._member(self.of(box.source, names))}
        if box.kind != "for":
            self._condition(box.body, inner)
            return BOOLEAN
        return ast.TypeOf("list", self.of(box.body, {**inner, "partial": ast.TypeOf("list", ANY)}))

    def _table(self, box: dmn.DecisionTable, names: Mapping[str, ast.Type]) -> ast.Type:
        subjects = [self.of(clause.expression, names) for clause in box.inputs]
        for clause, subject in zip(box.inputs, subjects, strict=True):
            if clause.allowed is not None:
                self._tests(clause.allowed, subject, names)
        for row in box.rules:
            for cell, subject in zip(row.tests, subjects, strict=True):
                if cell.text.strip():
                    self._tests(cell, subject, {**names, "?": subject})
        columns: list[ast.TypeEntry] = []
        for i, output in enumerate(box.outputs):
            kinds = [self.of(row.outputs[i], names) for row in box.rules]
            if output.default is not None:
                kinds.append(self.of(output.default, names))
            columns.append(ast.TypeEntry(output.name, self._output(output, kinds)))
        one = columns[0].type if len(columns) == 1 else ast.ContextType(tuple(columns))
        if box.hit_policy in {"R", "O", "C"}:
            return ast.TypeOf("list", one)
        return _NUMBER if box.hit_policy == "C#" else one

    def _output(self, clause: dmn.OutputClause, kinds: list[ast.Type]) -> ast.Type:
        if clause.type_ref:
            return self.logic.type(clause.type_ref, clause.spot)
        return self._joined(kinds)
