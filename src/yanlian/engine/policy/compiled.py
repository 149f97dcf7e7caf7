"""Packs compiled: every formula a closure, every name resolved to where it is defined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from yanlian.engine.feel import Compiled, Function
from yanlian.engine.feel.decision_table import DecisionTable
from yanlian.engine.policy.combination.exclusion import CompiledExclusion
from yanlian.engine.policy.model import (
    Cap,
    Clause,
    Definition,
    Document,
    Formula,
    Multiplier,
    Pack,
    Parameter,
    Part,
    Rounding,
    Scale,
    Table,
    Test,
)
from yanlian.engine.policy.model_terms import ReturnTerm

# Names that only exist while a clause with an event is evaluated.
EVENT_NAMES = frozenset({"事件", "事件日"})
DOCUMENT_NAMES = frozenset({"文件生效日", "文件失效日"})
BASE_NAMES = frozenset({"评价日", "评价年度", "上年", "前年", "本区"})
PARAMETER_ON = "参数值"
# The code of the district in the pack where a formula stands, whatever other packs are loaded beside it.
DISTRICT = "本区"


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula ready to be evaluated. `uses`: names it reads directly; `reach`: also through definitions and tables;
    `dated`: whether a parameter is among them. `constant` is its value when it reads nothing and is a number."""

    formula: Formula
    compiled: Compiled
    uses: frozenset[str]
    reach: frozenset[str]
    dated: bool
    constant: Decimal | None = None
    # The text without layout, when it reads nothing but facts and the day: then every clause of every document that
    # says the same means the same, and a dossier needs to be asked once. Empty otherwise.
    plain: str = ""


@dataclass(slots=True)
class Item:
    """A name that a pack, document or clause defines, and where it lives."""

    name: str
    home: Home
    source: Parameter | Scale | Table | Definition
    function: Function | None = None
    expression: Expression | None = None
    table: CompiledTable | None = None
    reach: frozenset[str] = frozenset()
    dated: bool = False


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """A decision table ready to be asked."""

    source: Table
    decision: DecisionTable
    inputs: tuple[Expression, ...]


@dataclass(slots=True, eq=False, repr=False)
class Home:
    """A pack, document or clause as a place of names. `visible` holds its own items and all it may use."""

    key: tuple[str, ...]
    pack: Pack
    document: Document | None = None
    parent: Home | None = None
    event_names: frozenset[str] = frozenset()
    own: dict[str, Item] = field(default_factory=dict)
    visible: dict[str, Item] = field(default_factory=dict)

    def __repr__(self) -> str:
        # Homes and items name each other: written out in full they would fill the memory (a failing test shows them).
        return f"Home({' / '.join(self.key)})"


@dataclass(frozen=True, slots=True)
class CompiledTest:
    """A gate, veto or condition. `floating`: its verdict may differ from event to event; otherwise it is the same for
    the whole dossier and `slot` numbers it within its document (or clause)."""

    kind: Literal["gate", "veto", "condition"]
    source: Test
    expression: Expression
    inherited: bool
    floating: bool
    slot: int


@dataclass(frozen=True, slots=True)
class CompiledCap:
    """A limit over several outcomes."""

    source: Cap
    amount: Expression
    inherited: bool


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """A summand."""

    source: Part
    when: Expression | None
    amount: Expression


@dataclass(frozen=True, slots=True)
class CompiledMultiplier:
    """A factor."""

    source: Multiplier
    when: Expression | None
    factor: Expression


@dataclass(frozen=True, slots=True)
class CompiledEvent:
    """What triggers a clause."""

    each: Expression
    where: Expression | None
    date: Expression
    matter: Expression | None
    window_from: Expression | None
    window_to: Expression | None
    # Whether `each` gives records of the schema, whose key fields name the matter when `matter` is not written.
    record: str | None


@dataclass(frozen=True, slots=True)
class CompiledDeadline:
    """Until when a clause must be applied for, and whether it was."""

    last: Expression
    applied: Expression


@dataclass(frozen=True, slots=True)
class CompiledReturn:
    """When a payment goes back, and which share of it. Read in `home`, which also knows the payment."""

    source: ReturnTerm
    home: Home
    when: Expression
    share: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class CompiledClause:
    """A clause ready to be run; tests are the inherited ones and its own, in order."""

    source: Clause
    document: CompiledDocument
    home: Home
    order: int
    tests: tuple[CompiledTest, ...]
    event: CompiledEvent | None
    period: Expression | None
    amount: Expression | None
    parts: tuple[CompiledPart, ...]
    cap: Expression | None
    multipliers: tuple[CompiledMultiplier, ...]
    first_time: Expression | None
    top_up: Expression | Literal["default"] | None
    caps: tuple[CompiledCap, ...]
    rounding: Rounding
    result: Expression | None
    exclusions: tuple[CompiledExclusion, ...] = ()
    deadline: CompiledDeadline | None = None
    returns: tuple[CompiledReturn, ...] = ()

    @property
    def id(self) -> str:
        """The clause's id."""
        return self.source.id


@dataclass(slots=True, eq=False)
class CompiledDocument:
    """A document with its clauses."""

    source: Document
    pack: Pack
    home: Home
    clauses: tuple[CompiledClause, ...] = ()
    # How many tests of the document's own rules there are: the size of a dossier's memory for their verdicts.
    tests: int = 0
    homes: Mapping[str, Home] = field(default_factory=dict)
