"""A policy pack as read: documents, clauses and what they are made of. Frozen values; formulas are still text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from yanlian.engine.policy.combination.exclusion import Exclusion
from yanlian.engine.policy.model_terms import Deadline, Instalment, ReturnTerm, Stage
from yanlian.engine.policy.settlement.rules import Settling, Sharing

Delivery = Literal["AUTO", "INSTANT", "APPLY", "MANUAL"]
Constant: TypeAlias = Decimal | str | bool | date | tuple["Constant", ...] | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A FEEL text with its place. `block`: written with | or >, so that its own lines count from the next one."""

    text: str
    file: str = ""
    line: int = 0
    block: bool = False
    quoted: bool = False

    def line_of(self, inner: int) -> int:
        """The line of the file for a line of the text (from 1)."""
        return self.line + inner if self.block else self.line + max(inner, 1) - 1


@dataclass(frozen=True, slots=True)
class Test:
    """A labelled rule: a gate, a veto or a condition."""

    label: str
    when: Formula
    article: str = ""


@dataclass(frozen=True, slots=True)
class Rounding:
    """To which unit (in fen) and how."""

    to: str = "分"
    mode: str = "half_up"


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit over several outcomes. `over`: clause | document | group; `per`: year | life | matter.

    As written `over` may also be department or listed (`members`); loading makes those caps over groups, whose `name`
    people can read and whose `members` are the clauses (see `wide_caps`); `wide` keeps what was written. `exempt`:
    clauses that it does not hold over.
    """

    label: str
    over: str
    per: str
    amount: Formula
    name: str = ""
    exempt: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    wide: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A parameter's value from a day on, with the article that says so; `written`: a single value as it stands in the
    file, with its unit."""

    start: date
    value: Constant
    reference: str
    written: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value that changes with time; `values` in the order of their dates."""

    name: str
    unit: str
    values: tuple[Dated, ...]
    shared: bool = False
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Bracket:
    """From this value on (inclusive): a rate, or in `whole` scales a fixed amount."""

    start: Decimal
    rate: Decimal
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Brackets by level: `marginal` each slice at its own rate, `whole` everything at the rate of its bracket."""

    name: str
    mode: Literal["marginal", "whole"]
    brackets: tuple[Bracket, ...]
    unit: str = ""
    reference: str = ""
    shared: bool = False
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: input formulas, output names, and rows of cells (tests first, then outputs).

    `ranked`: for each output its values, best first, which the hit policies P and O go by; empty elsewhere.
    `incomplete`: why cases that no row covers may stay open.
    """

    name: str
    hit: str
    inputs: tuple[Formula, ...]
    outputs: tuple[str, ...]
    rows: tuple[tuple[Formula, ...], ...]
    ranked: tuple[tuple[Constant, ...], ...] = ()
    reference: str = ""
    shared: bool = False
    file: str = ""
    line: int = 0
    incomplete: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A named FEEL expression."""

    name: str
    formula: Formula
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What a pack, a document or a clause names for its formulas."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)

    def all(self) -> dict[str, Parameter | Scale | Table | Definition]:
        """Everything by its name."""
        return {**self.parameters, **self.scales, **self.tables, **self.definitions}


@dataclass(frozen=True, slots=True)
class Event:
    """What triggers a clause: one outcome for each member of `each`."""

    each: Formula
    name: str
    where: Formula | None
    date: Formula
    matter: Formula | None
    window: bool
    window_from: Formula | None
    window_to: Formula | None


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of an amount."""

    label: str
    when: Formula | None
    amount: Formula


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A factor on the amount, when its condition holds."""

    label: str
    when: Formula | None
    factor: Formula
    before_cap: bool


@dataclass(frozen=True, slots=True)
class Stacking:
    """Only the highest outcome of the group counts, per year, matter or life."""

    group: str
    per: str = "year"


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """One of several in a worked case of rules over all of them; `facts` as in `Case`."""

    name: str
    kind: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case. `facts` are raw YAML values with the base case already laid under; `expect` as written."""

    name: str
    as_of: date
    kind: str
    facts: Mapping[str, object]
    parameters: Mapping[str, Constant]
    expect: object
    file: str
    line: int
    beneficiaries: tuple[Beneficiary, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves a clause, and which department holds it."""

    data: str
    held_by: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding of `pack check` that the writer lets stand, by its code, and why."""

    finding: str
    because: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What every clause of a document inherits."""

    subject: tuple[str, ...] = ()
    gates: tuple[Test, ...] = ()
    vetoes: tuple[Test, ...] = ()
    conditions: tuple[Test, ...] = ()
    rounding: Rounding = Rounding()
    caps: tuple[Cap, ...] = ()
    settling: tuple[Settling, ...] = ()
    cost_sharing: tuple[Sharing, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One computable benefit (or a qualification, or what a person decides). Rules are its own; inherited ones stand
    in the document."""

    id: str
    document: str
    title: str
    article: str
    text: str
    department: str
    theme: str
    note: str
    subject: tuple[str, ...]
    event: Event | None
    period: Formula
    gates: tuple[Test, ...]
    vetoes: tuple[Test, ...]
    conditions: tuple[Test, ...]
    without: tuple[str, ...]
    rounding: Rounding | None
    caps: tuple[Cap, ...]
    amount: Formula | None
    parts: tuple[Part, ...]
    cap: Formula | None
    multipliers: tuple[Multiplier, ...]
    first_time: Test | None
    top_up: Formula | Literal["default"] | None
    stacking: Stacking | None
    manual: str
    gate_only: bool
    result: Formula | None
    parameters_on: Literal["event", "as_of"]
    names: Names
    delivery: Delivery
    evidence: tuple[Evidence, ...]
    flags: tuple[str, ...]
    cases: tuple[Case, ...]
    file: str
    line: int
    delivery_because: str = ""
    accepted: tuple[Accepted, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    stage: Stage | None = None
    deadline: Deadline | None = None
    returns: tuple[ReturnTerm, ...] = ()
    settling: tuple[Settling, ...] = ()
    cost_sharing: tuple[Sharing, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where the text was read: grade A official page, B press, B- repost, C agency page."""

    grade: str = ""
    url: str = ""
    page: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One policy document."""

    id: str
    pack: str
    title: str
    number: str
    issuer: str
    place: str
    status: str
    valid_from: date
    valid_to: date | None
    payable_until: date | None
    source: Source
    note: str
    adopted_from: str
    adopted_note: str
    replaces: tuple[str, ...]
    repealed_by: str
    rules: Rules
    names: Names
    clauses: tuple[Clause, ...]
    cases: tuple[Case, ...]
    file: str
    line: int
    accepted: tuple[Accepted, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    # Words of the text that include their number otherwise than national usage has it.
    bounds: Mapping[str, bool] = field(default_factory=dict)

    def in_force_on(self, day: date) -> bool:
        """Whether its events may be paid on a day, going by its dates alone."""
        last = self.payable_until or self.valid_to
        return self.valid_from <= day and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class Pack:
    """A folder of documents. `facts` is what it adds to the fact schema, in the form of facts.yaml."""

    id: str
    title: str
    district: str
    requires: tuple[str, ...]
    facts: Mapping[str, object]
    base_case: Mapping[str, object]
    names: Names
    documents: tuple[Document, ...]
    folder: str
    hash: str
    settling: tuple[Settling, ...] = ()
    cases: tuple[Case, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
