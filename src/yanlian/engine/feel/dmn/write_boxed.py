"""Boxed expressions as XML elements, in the order that the standard's schema asks for (DMN 1.5, chapter 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.write_ids import Ids
from yanlian.engine.feel.dmn.write_xml import Tag

POLICIES = {
    "U": ("UNIQUE", ""),
    "A": ("ANY", ""),
    "P": ("PRIORITY", ""),
    "F": ("FIRST", ""),
    "R": ("RULE ORDER", ""),
    "O": ("OUTPUT ORDER", ""),
    "C": ("COLLECT", ""),
    "C+": ("COLLECT", "SUM"),
    "C<": ("COLLECT", "MIN"),
    "C>": ("COLLECT", "MAX"),
    "C#": ("COLLECT", "COUNT"),
}
_NAME = frozenset({"name"})


class BoxWriter:
    """Writes the expressions of one file. `language` is its default expression language, `type_ref` spells types."""

    def __init__(self, ids: Ids, language: str, type_ref: Callable[[str], str]) -> None:
        self.ids = ids
        self.language = language
        self.type_ref = type_ref
        self.owner = ""
        self.made = 0

    def below(self, owner: str) -> BoxWriter:
        """From here on, ids that are made begin with that of their owner."""
        self.owner, self.made = owner, 0
        return self

    def tag(
        self,
        name: str,
        part: dmn.Part,
        attributes: Mapping[str, str],
        members: Iterable[Tag],
        kept: frozenset[str] = frozenset(),
    ) -> Tag:
        """An element with its id and, first of its members, its description."""
        self.made += 0 if part.id else 1
        own = self.ids.claim(part.id, f"{self.owner}_{self.made}")
        return Tag(name, {"id": own, **attributes}, [*described(part), *members], None, kept)

    def literal(self, part: dmn.LiteralExpression, name: str = "literalExpression") -> Tag:
        """FEEL text; also unary tests, which have the same parts."""
        language = "" if part.language == self.language else part.language
        attributes = {"typeRef": self.type_ref(part.type_ref), "expressionLanguage": language}
        return self.tag(name, part, attributes, [Tag("text", text=part.text)])

    def parameter(self, part: dmn.Parameter, name: str) -> Tag:
        """A formal parameter, a column of a relation."""
        return self.tag(name, part, {"name": part.name, "typeRef": self.type_ref(part.type_ref)}, [], _NAME)

    def variable(self, name: str, type_ref: str, tag: str = "variable") -> Tag:
        """The variable of an entry or element: it has the name of what it belongs to."""
        own = self.ids.claim("", f"{self.owner}_variable")
        return Tag(tag, {"id": own, "name": name, "typeRef": self.type_ref(type_ref)}, kept=_NAME)

    def boxed(self, box: dmn.BoxedExpression) -> Tag:
        """Any boxed expression."""
        match box:
            case dmn.LiteralExpression():
                return self.literal(box)
            case dmn.DecisionTable():
                return self.table(box)
            case dmn.BoxedFunction():
                return self.function(box, "functionDefinition")
            case dmn.BoxedContext():
                return self.typed("context", box, box.type_ref, (self.entry(e) for e in box.entries))
            case dmn.BoxedInvocation():
                bindings = (self.binding(b) for b in box.bindings)
                return self.typed("invocation", box, box.type_ref, (self.boxed(box.function), *bindings))
            case dmn.BoxedList():
                return self.typed("list", box, box.type_ref, (self.boxed(item) for item in box.items))
            case dmn.Relation():
                columns = [self.parameter(column, "column") for column in box.columns]
                rows = [Tag("row", {}, [self.boxed(cell) for cell in row]) for row in box.rows]
                return self.typed("relation", box, box.type_ref, (*columns, *rows))
            case dmn.BoxedConditional():
                parts = (("if", box.condition), ("then", box.then), ("else", box.otherwise))
                return self.typed("conditional", box, box.type_ref, (self.child(n, p) for n, p in parts))
            case dmn.BoxedFilter():
                inside = (self.child("in", box.source), self.child("match", box.match))
                return self.typed("filter", box, box.type_ref, inside)
            case dmn.BoxedIterator():
                return self.iterator(box)
            case dmn.Unreadable():
                raise box.refusal

    def typed(self, name: str, part: dmn.Part, type_ref: str, members: Iterable[Tag]) -> Tag:
        """An expression whose only attribute is its type."""
        return self.tag(name, part, {"typeRef": self.type_ref(type_ref)}, members)

    def child(self, name: str, box: dmn.BoxedExpression, type_ref: str = "") -> Tag:
        """An expression within a named part of a conditional, filter or iterator."""
        return Tag(name, {"typeRef": self.type_ref(type_ref)}, [self.boxed(box)])

    def maybe(self, box: dmn.BoxedExpression | None) -> list[Tag]:
        """The expression, if there is one."""
        return [] if box is None else [self.boxed(box)]

    def entry(self, entry: dmn.ContextEntry) -> Tag:
        """An entry of a context; the one without a name has no variable."""
        variable = [self.variable(entry.name, entry.type_ref)] if entry.name else []
        return self.tag("contextEntry", entry, {}, [*variable, *self.maybe(entry.expression)])

    def binding(self, binding: dmn.Binding) -> Tag:
        """A binding has no id or description in the schema, so its parameter carries them."""
        own = self.ids.claim(binding.id, f"{self.owner}_parameter")
        parameter = Tag("parameter", {"id": own, "name": binding.name}, described(binding), None, _NAME)
        return Tag("binding", {}, [parameter, *self.maybe(binding.expression)])

    def function(self, box: dmn.BoxedFunction, name: str) -> Tag:
        """A function definition, also as the logic of a business knowledge model."""
        parameters = [self.parameter(p, "formalParameter") for p in box.parameters]
        attributes = {"kind": box.kind, "typeRef": self.type_ref(box.type_ref)}
        return self.tag(name, box, attributes, (*parameters, *self.maybe(box.body)))

    def iterator(self, box: dmn.BoxedIterator) -> Tag:
        """for … return, some and every … satisfies."""
        inner = "return" if box.kind == "for" else "satisfies"
        attributes = {"typeRef": self.type_ref(box.type_ref), "iteratorVariable": box.variable}
        members = (self.child("in", box.source, box.variable_type), self.child(inner, box.body))
        return self.tag(box.kind, box, attributes, members)

    def table(self, table: dmn.DecisionTable) -> Tag:
        """A decision table: inputs, outputs, annotations, rules."""
        policy, aggregation = POLICIES[table.hit_policy]
        attributes = {
            "hitPolicy": policy,
            "aggregation": aggregation,
            "outputLabel": table.output_label,
            "typeRef": self.type_ref(table.type_ref),
        }
        members = [self.input_clause(clause) for clause in table.inputs]
        members += [self.output_clause(clause) for clause in table.outputs]
        members += [Tag("annotation", {"name": name}, kept=_NAME) for name in table.annotations]
        members += [self.rule(rule) for rule in table.rules]
        return self.tag("decisionTable", table, attributes, members)

    def input_clause(self, clause: dmn.InputClause) -> Tag:
        """One input column."""
        members = [self.literal(clause.expression, "inputExpression"), *self.given(clause.allowed, "inputValues")]
        return self.tag("input", clause, {"label": clause.label}, members)

    def output_clause(self, clause: dmn.OutputClause) -> Tag:
        """One output column."""
        attributes = {"label": clause.label, "name": clause.name, "typeRef": self.type_ref(clause.type_ref)}
        members = [*self.given(clause.values, "outputValues"), *self.given(clause.default, "defaultOutputEntry")]
        return self.tag("output", clause, attributes, members)

    def given(self, part: dmn.LiteralExpression | None, name: str) -> list[Tag]:
        """FEEL text under a name, if there is any."""
        return [] if part is None else [self.literal(part, name)]

    def rule(self, rule: dmn.RuleRow) -> Tag:
        """One row."""
        members = [self.literal(test, "inputEntry") for test in rule.tests]
        members += [self.literal(output, "outputEntry") for output in rule.outputs]
        members += [Tag("annotationEntry", {}, [Tag("text", text=text)]) for text in rule.annotations]
        return self.tag("rule", rule, {}, members)


def described(part: dmn.Part) -> list[Tag]:
    """The description of a part, if it has one."""
    return [Tag("description", text=part.description)] if part.description else []
