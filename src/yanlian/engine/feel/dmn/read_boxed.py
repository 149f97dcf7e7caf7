"""Boxed expressions from their XML elements (DMN 1.5, chapter 10.2)."""

from __future__ import annotations

from typing import TypedDict

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.xml import Element

BOXES = (
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "functionDefinition",
    "list",
    "relation",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)
_POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = {"": "", "SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}


class PartFields(TypedDict):
    """What every part has."""

    id: str
    description: str
    spot: dmn.Spot


class Reader:
    """Reads the parts of one file; `language` is its default expression language."""

    def __init__(self, where: str, language: str) -> None:
        self.where = where
        self.language = language

    def refuse(self, code: str, element: Element, **data: object) -> Refused:
        """A refusal at an element."""
        return Refused(code, where=self.where, line=element.spot.line, column=element.spot.column, **data)

    def part(self, element: Element) -> PartFields:
        """Id, description and place."""
        return {"id": element.get("id"), "description": self.description(element), "spot": element.spot}

    def description(self, element: Element) -> str:
        """The text of its description."""
        found = element.one("description")
        return "" if found is None else found.text

    def name(self, element: Element) -> str:
        """Its name, with white space as the standard normalises it."""
        name = " ".join(element.get("name").split())
        if not name:
            raise self.refuse("dmn_name_missing", element, found=element.name)
        return name

    def type_ref(self, element: Element, attribute: str = "typeRef") -> str:
        """A reference to a type: an attribute, or in item definitions an element of that name.

        A prefix that is declared as a namespace in the XML (DMN 1.1, `feel:number`) is written out as `{uri}name`.
        """
        text = element.get(attribute)
        member = element.one(attribute)
        if not text and member is not None:
            text = member.text
        text = " ".join(text.split())
        prefix, colon, local = text.partition(":")
        if colon and prefix in element.prefixes:
            return f"{{{element.prefixes[prefix]}}}{local}"
        return text

    def parameter(self, element: Element) -> dmn.Parameter:
        """A formal parameter or column."""
        return dmn.Parameter(self.name(element), self.type_ref(element), **self.part(element))

    def literal(self, element: Element) -> dmn.LiteralExpression:
        """FEEL text with the place of its first character."""
        text = element.one("text")
        imported = element.one("importedValues")
        if imported is not None:
            raise self.refuse("dmn_imported_values", imported)
        language = element.get("expressionLanguage") or self.language
        return dmn.LiteralExpression(
            "" if text is None else text.text,
            self.type_ref(element),
            language,
            id=element.get("id"),
            description=self.description(element),
            spot=element.spot if text is None or not text.pieces else text.text_spot,
        )

    def literal_of(self, element: Element, name: str) -> dmn.LiteralExpression | None:
        """The FEEL text below a member of that name."""
        found = element.one(name)
        return None if found is None or found.one("text") is None else self.literal(found)

    def logic(self, element: Element) -> dmn.BoxedExpression:
        """The logic of one element; what cannot be read is kept with its reason, so that the other elements can run."""
        try:
            return self.boxed(element)
        except Refused as refused:
            return dmn.Unreadable(refused, **self.part(element))

    def encapsulated(self, element: Element) -> dmn.BoxedFunction:
        """The function of a business knowledge model; what cannot be read of it is kept with its reason."""
        try:
            return self.function(element)
        except Refused as refused:
            return dmn.BoxedFunction((), dmn.Unreadable(refused, **self.part(element)), **self.part(element))

    def boxed(self, element: Element) -> dmn.BoxedExpression:
        """Any boxed expression."""
        match element.name:
            case "literalExpression":
                return self.literal(element)
            case "decisionTable":
                return self.table(element)
            case "context":
                return self.context(element)
            case "invocation":
                return self.invocation(element)
            case "functionDefinition":
                return self.function(element)
            case "list":
                items = tuple(self.boxed(e) for e in element.all(*BOXES))
                return dmn.BoxedList(items, self.type_ref(element), **self.part(element))
            case "relation":
                return self.relation(element)
            case "conditional":
                condition, then, other = (self.within(element, name) for name in ("if", "then", "else"))
                return dmn.BoxedConditional(condition, then, other, self.type_ref(element), **self.part(element))
            case "filter":
                source, match = self.within(element, "in"), self.within(element, "match")
                return dmn.BoxedFilter(source, match, self.type_ref(element), **self.part(element))
            case "for" | "some" | "every":
                return self.iterator(element)
            case _:
                raise self.refuse("dmn_box_unknown", element, found=element.name)

    def within(self, element: Element, name: str) -> dmn.BoxedExpression:
        """The expression inside a member of that name."""
        member = element.one(name)
        found = None if member is None else member.one(*BOXES)
        if found is None:
            raise self.refuse("dmn_box_missing", element, found=element.name, expected=name)
        return self.boxed(found)

    def content(self, element: Element) -> dmn.BoxedExpression | None:
        """The expression directly inside an element, if there is any."""
        found = element.one(*BOXES)
        return None if found is None else self.boxed(found)

    def context(self, element: Element) -> dmn.BoxedContext:
        """Entries with their variables; one without a variable is the result."""
        entries: list[dmn.ContextEntry] = []
        for entry in element.all("contextEntry"):
            variable = entry.one("variable")
            name = "" if variable is None else self.name(variable)
            kind = "" if variable is None else self.type_ref(variable)
            entries.append(dmn.ContextEntry(name, self.content(entry), kind, **self.part(entry)))
        return dmn.BoxedContext(tuple(entries), self.type_ref(element), **self.part(element))

    def invocation(self, element: Element) -> dmn.BoxedInvocation:
        """The called expression is the first box, the bindings follow."""
        called = element.one(*BOXES)
        if called is None:
            raise self.refuse("dmn_box_missing", element, found=element.name, expected="literalExpression")
        bindings: list[dmn.Binding] = []
        for binding in element.all("binding"):
            parameter = binding.one("parameter")
            if parameter is None:
                raise self.refuse("dmn_box_missing", binding, found="binding", expected="parameter")
            # The schema gives a binding no id and description of its own; its parameter has them.
            told = self.part(parameter if parameter.get("id") or parameter.one("description") else binding)
            bindings.append(dmn.Binding(self.name(parameter), self.content(binding), **told))
        return dmn.BoxedInvocation(self.boxed(called), tuple(bindings), self.type_ref(element), **self.part(element))

    def function(self, element: Element) -> dmn.BoxedFunction:
        """Parameters and a body; the kind is FEEL unless said otherwise."""
        kind = element.get("kind") or "FEEL"
        return dmn.BoxedFunction(
            tuple(self.parameter(e) for e in element.all("formalParameter")),
            self.content(element),
            {"F": "FEEL", "J": "Java", "P": "PMML"}.get(kind, kind),
            self.type_ref(element),
            **self.part(element),
        )

    def relation(self, element: Element) -> dmn.Relation:
        """Columns and rows; a row must have a cell for every column."""
        columns = tuple(self.parameter(e) for e in element.all("column"))
        rows: list[tuple[dmn.BoxedExpression, ...]] = []
        for row in element.all("row"):
            cells = tuple(self.boxed(e) for e in row.all(*BOXES))
            if len(cells) != len(columns):
                raise self.refuse("dmn_row_shape", row, found=len(cells), expected=len(columns))
            rows.append(cells)
        return dmn.Relation(columns, tuple(rows), self.type_ref(element), **self.part(element))

    def iterator(self, element: Element) -> dmn.BoxedIterator:
        """for … return, some and every … satisfies."""
        inner = "return" if element.name == "for" else "satisfies"
        variable = " ".join(element.get("iteratorVariable").split())
        if not variable:
            raise self.refuse("dmn_name_missing", element, found=f"{element.name} iteratorVariable")
        source = element.one("in")
        return dmn.BoxedIterator(
            element.name,
            variable,
            self.within(element, "in"),
            self.within(element, inner),
            "" if source is None else self.type_ref(source),
            self.type_ref(element),
            **self.part(element),
        )

    def table(self, element: Element) -> dmn.DecisionTable:
        """A decision table; every rule must have a cell for every column."""
        policy, aggregation = element.get("hitPolicy") or "UNIQUE", element.get("aggregation")
        if policy not in _POLICIES or aggregation not in _AGGREGATIONS:
            raise self.refuse("dmn_hit_policy", element, found=f"{policy} {aggregation}".strip())
        inputs = tuple(self.input_clause(e) for e in element.all("input"))
        outputs = tuple(self.output_clause(e) for e in element.all("output"))
        if not outputs:
            raise self.refuse("dmn_box_missing", element, found="decisionTable", expected="output")
        rules = tuple(self.rule(e, len(inputs), len(outputs)) for e in element.all("rule"))
        suffix = _AGGREGATIONS[aggregation] if policy == "COLLECT" else ""
        return dmn.DecisionTable(
            inputs,
            outputs,
            rules,
            f"{_POLICIES[policy]}{suffix}",
            tuple(e.get("name") for e in element.all("annotation")),
            element.get("outputLabel"),
            self.type_ref(element),
            **self.part(element),
        )

    def input_clause(self, element: Element) -> dmn.InputClause:
        """One input column."""
        expression = element.one("inputExpression")
        return dmn.InputClause(
            dmn.LiteralExpression("", **self.part(element)) if expression is None else self.literal(expression),
            element.get("label"),
            self.literal_of(element, "inputValues"),
            **self.part(element),
        )

    def output_clause(self, element: Element) -> dmn.OutputClause:
        """One output column."""
        return dmn.OutputClause(
            " ".join(element.get("name").split()),
            element.get("label"),
            self.type_ref(element),
            self.literal_of(element, "outputValues"),
            self.literal_of(element, "defaultOutputEntry"),
            **self.part(element),
        )

    def rule(self, element: Element, inputs: int, outputs: int) -> dmn.RuleRow:
        """One row."""
        tests = tuple(self.literal(e) for e in element.all("inputEntry"))
        results = tuple(self.literal(e) for e in element.all("outputEntry"))
        for found, expected in ((len(tests), inputs), (len(results), outputs)):
            if found != expected:
                raise self.refuse("dmn_row_shape", element, found=found, expected=expected)
        notes: list[str] = []
        for entry in element.all("annotationEntry"):
            text = entry.one("text")
            notes.append("" if text is None else text.text)
        return dmn.RuleRow(tests, results, tuple(notes), **self.part(element))
