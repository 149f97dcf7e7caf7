"""A DMN model as data: the elements of the standard's metamodel (DMN 1.5, chapters 6 to 8 and 10.2) that carry meaning.

Frozen, comparable, with tuples for lists. Every expression and element knows where it stands in its file; places and
layout do not count when models are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from yanlian.base.refusal import Refused


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands in the file: line and column from 1; 0 where it stands in none."""

    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Anything with an id, a place and perhaps a description."""

    id: str = field(default="", compare=False)
    description: str = ""
    spot: Spot = field(default=Spot(), compare=False, repr=False)


# Expressions


@dataclass(frozen=True, slots=True)
class LiteralExpression(Part):
    """FEEL text. `spot` is the place of its first character."""

    text: str
    type_ref: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ContextEntry(Part):
    """One entry of a boxed context; the entry without a name is its result."""

    name: str
    expression: BoxedExpression | None
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class BoxedContext(Part):
    """Entries by name, each seeing those before it."""

    entries: tuple[ContextEntry, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Binding(Part):
    """A parameter of an invocation and what it is given."""

    name: str
    expression: BoxedExpression | None


@dataclass(frozen=True, slots=True)
class BoxedInvocation(Part):
    """A call with its arguments by name."""

    function: BoxedExpression
    bindings: tuple[Binding, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Parameter(Part):
    """A formal parameter."""

    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class BoxedFunction(Part):
    """A function; `kind` is FEEL, Java or PMML (the last is refused when it is called)."""

    parameters: tuple[Parameter, ...]
    body: BoxedExpression | None
    kind: str = "FEEL"
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class BoxedList(Part):
    """A list of expressions."""

    items: tuple[BoxedExpression, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Relation(Part):
    """A list of contexts, written as rows under named columns."""

    columns: tuple[Parameter, ...]
    rows: tuple[tuple[BoxedExpression, ...], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class BoxedConditional(Part):
    """if, then, else as boxes."""

    condition: BoxedExpression
    then: BoxedExpression
    otherwise: BoxedExpression
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class BoxedFilter(Part):
    """The members of a list that match."""

    source: BoxedExpression
    match: BoxedExpression
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class BoxedIterator(Part):
    """`kind` for, some or every: over the members of a list, one variable."""

    kind: str
    variable: str
    source: BoxedExpression
    body: BoxedExpression
    variable_type: str = ""
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class InputClause(Part):
    """One input column: the expression asked and the values it may have (`allowed`, unary tests as text)."""

    expression: LiteralExpression
    label: str = ""
    allowed: LiteralExpression | None = None


@dataclass(frozen=True, slots=True)
class OutputClause(Part):
    """One output column: name, type, allowed values (best first for P and O) and the default."""

    name: str = ""
    label: str = ""
    type_ref: str = ""
    values: LiteralExpression | None = None
    default: LiteralExpression | None = None


@dataclass(frozen=True, slots=True)
class RuleRow(Part):
    """One rule: unary tests for every input, an expression for every output, a text for every annotation column."""

    tests: tuple[LiteralExpression, ...]
    outputs: tuple[LiteralExpression, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable(Part):
    """A decision table; `hit_policy` in letters: U A P F R O C C+ C< C> C#."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[RuleRow, ...]
    hit_policy: str = "U"
    annotations: tuple[str, ...] = ()
    output_label: str = ""
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable(Part):
    """Logic that could not be read, with the reason: its element cannot be run or written, all others can."""

    refusal: Refused
    type_ref: str = ""


BoxedExpression: TypeAlias = (
    LiteralExpression
    | BoxedContext
    | BoxedInvocation
    | BoxedFunction
    | BoxedList
    | Relation
    | BoxedConditional
    | BoxedFilter
    | BoxedIterator
    | DecisionTable
    | Unreadable
)


# Types


@dataclass(frozen=True, slots=True)
class FunctionItem(Part):
    """The type of a function."""

    parameters: tuple[Parameter, ...] = ()
    output_type_ref: str = ""


@dataclass(frozen=True, slots=True)
class ItemDefinition(Part):
    """A named type: another type, a context of components, or a function; perhaps a list of it.

    `allowed` are unary tests on each value (of a list: on each member), `constraint` on the value as a whole.
    """

    name: str
    type_ref: str = ""
    components: tuple[ItemDefinition, ...] = ()
    function: FunctionItem | None = None
    is_collection: bool = False
    allowed: LiteralExpression | None = None
    constraint: LiteralExpression | None = None
    label: str = ""


# The requirements graph


@dataclass(frozen=True, slots=True)
class InputData(Part):
    """What comes from outside."""

    name: str
    type_ref: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Requirement(Part):
    """An arrow to an element: `kind` is input, decision, knowledge or authority; `href` as written in the file."""

    kind: str
    href: str


@dataclass(frozen=True, slots=True)
class Decision(Part):
    """A decision with its logic and what it requires."""

    name: str
    expression: BoxedExpression | None = None
    type_ref: str = ""
    requirements: tuple[Requirement, ...] = ()
    question: str = ""
    allowed_answers: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class BusinessKnowledge(Part):
    """A business knowledge model: a named function."""

    name: str
    function: BoxedFunction | None = None
    type_ref: str = ""
    requirements: tuple[Requirement, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class DecisionService(Part):
    """Decisions offered together as a function; hrefs as written in the file."""

    name: str
    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()
    type_ref: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class KnowledgeSource(Part):
    """An authority: a law, a document; `location` is its address."""

    name: str
    type: str = ""
    location: str = ""
    requirements: tuple[Requirement, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Import(Part):
    """Another model (or PMML, XSD), visible under a name; without a name its elements are visible as they are."""

    name: str
    namespace: str
    import_type: str = ""
    location: str = ""


# Layout


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an element is drawn."""

    element: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """How an arrow is drawn: the id of the requirement and its points."""

    element: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One DMN file. `prefixes` are the namespaces its names may be qualified with."""

    name: str
    namespace: str
    imports: tuple[Import, ...] = ()
    items: tuple[ItemDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[BusinessKnowledge, ...] = ()
    services: tuple[DecisionService, ...] = ()
    sources: tuple[KnowledgeSource, ...] = ()
    description: str = ""
    id: str = field(default="", compare=False)
    where: str = field(default="", compare=False)
    version: str = field(default="1.5", compare=False)
    prefixes: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)
    shapes: tuple[Shape, ...] = field(default=(), compare=False, repr=False)
    edges: tuple[Edge, ...] = field(default=(), compare=False, repr=False)


Element: TypeAlias = InputData | Decision | BusinessKnowledge | DecisionService | KnowledgeSource
