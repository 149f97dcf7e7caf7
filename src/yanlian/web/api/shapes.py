"""What answers look like. Money is integer fen with a text in yuan beside it; there is no floating-point number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from ninja import Schema
from pydantic import Field

from yanlian.base.money import yuan_of
from yanlian.web.api.derivation_shapes import LimitOut, TableOut

T = TypeVar("T")
OutcomeKind = Literal["eligible", "not_eligible", "unknown", "manual", "not_applicable"]


class Problem(Schema):
    """Why a call was not answered: a stable code, the facts, and a sentence in both languages."""

    code: str
    data: dict[str, str]
    text_zh: str
    text_en: str


class Money(Schema):
    """An amount: whole fen, and the same in yuan with two decimals."""

    fen: int
    yuan: str = Field(pattern=r"^-?\d+\.\d{2}$")


def money(fen: int) -> Money:
    """Fen as it is answered."""
    return Money(fen=fen, yuan=str(yuan_of(fen)))


class Page(Schema, Generic[T]):
    """One page of a list, and how many there are in all."""

    items: list[T]
    total: int
    page: int
    size: int


class EntityLine(Schema):
    """An entity in a list. Names of persons are masked unless the caller works with persons."""

    code: str
    name: str
    kind: Literal["enterprise", "institution", "person", "park"]
    uscc: str | None
    fictional: bool


class Value(Schema):
    """One field of a record. `value` is text: figures with all their decimals, days as ISO; null: not given."""

    field: str
    zh: str
    en: str
    type: str
    value: str | None
    money: Money | None
    unit: str
    calibre: str


class RecordOut(Schema):
    """One record with its source."""

    kind: str
    zh: str
    en: str
    holder: str
    valid_from: date | None
    recorded_at: datetime
    file: str
    row: int | None
    values: list[Value]


class EntityOut(EntityLine):
    """An entity with every record that stands."""

    other_names: list[str]
    former_names: list[str]
    records: list[RecordOut]


class RunOut(Schema):
    """One run: what it evaluated and what came of it."""

    id: int
    as_of: date
    state: Literal["running", "complete", "failed", "differs"]
    snapshot_hash: str
    pack_hash: str
    engine: str
    made_at: datetime
    finished_at: datetime | None
    entities: int
    clauses: int
    by_outcome: dict[str, int]
    amount: Money


class MissingFact(Schema):
    """A fact that nobody delivered, and the department that holds it."""

    fact: str
    holder: str
    period: str


class OutcomeOut(Schema):
    """What one clause says of one entity and one matter."""

    id: int
    run: int
    entity: str
    entity_name: str
    clause: str
    document: str
    department: str
    matter: str
    period: str
    event_on: date | None
    kind: OutcomeKind
    amount: Money
    clause_amount: Money
    delivery: str
    failed: list[str]
    missing: list[MissingFact]
    manual: str


class FactOut(Schema):
    """A fact as a rule read it."""

    name: str
    value: str
    unit: str
    calibre: str
    record_key: str
    source: str
    recorded: str
    holder: str
    known: bool


class ParameterOut(Schema):
    """A parameter as a rule read it, with its article and the days it is valid."""

    name: str
    value: str
    unit: str
    reference: str
    valid_from: str
    valid_to: str


class ComparisonOut(Schema):
    """One comparison with both sides and the distance between them."""

    text: str
    left: str
    op: str
    right: str
    holds: bool
    gap: str


class TermOut(Schema):
    """A definition that a formula uses, the same with values, and what it gives."""

    name: str
    text: str
    substituted: str
    value: str


class UsedOut(Schema):
    """Everything that went into one rule or step."""

    facts: list[FactOut]
    parameters: list[ParameterOut]
    tables: list[TableOut]
    terms: list[TermOut]
    comparisons: list[ComparisonOut]
    missing: list[MissingFact]


class RuleOut(Schema):
    """A gate, veto, condition or the first-time rule. A veto is met when it does not apply."""

    kind: Literal["gate", "veto", "condition", "first_time"]
    label: str
    article: str
    text: str
    verdict: Literal["met", "not_met", "unknown", "null"]
    used: UsedOut


class StepOut(Schema):
    """A step of the amount."""

    kind: str
    label: str
    text: str
    substituted: str
    value: str
    after: str
    used: UsedOut


class ReductionOut(Schema):
    """What took away from the amount of the clause alone: stacking, exclusion, cap, budget, quota. `winner`: the clause
    given instead; `rank`: its place, where a rule ranks; `carried`: what waits for the next year's money."""

    by: str
    label: str
    before: Money
    after: Money
    winner: str
    rank: int | None = None
    carried: Money | None = None


class CombinationMember(Schema):
    """What is due of one outcome in a combination, after stacking and caps."""

    clause: str
    matter: str
    period: str
    amount: Money


class CombinationOut(Schema):
    """What could lawfully be given together: the combination chosen, the runner-up, or the best with this clause when
    it is in neither."""

    role: Literal["chosen", "runner_up", "with_this"]
    total: Money
    outcomes: list[CombinationMember]


class ExplanationOut(Schema):
    """Why a clause gives what it gives. `text` is the whole of it, to be read."""

    run: int
    as_of: date
    entity: str
    entity_name: str
    clause: str
    title: str
    article: str
    document: str
    document_title: str
    matter: str
    period: str
    kind: OutcomeKind
    amount: Money
    clause_amount: Money
    failed: list[str]
    missing: list[MissingFact]
    why_not_applicable: str
    rules: list[RuleOut]
    steps: list[StepOut]
    limits: list[LimitOut]
    reduced: list[ReductionOut]
    provisional: list[str]
    combinations: list[CombinationOut]
    text: str


class ClauseLine(Schema):
    """A clause in a list."""

    id: str
    title: str
    article: str
    document: str
    document_title: str
    department: str
    delivery: str
    theme: str
    subject: list[str]
    document_status: str
    valid_from: date
    valid_to: date | None


class RuleText(Schema):
    """A rule as the pack has it."""

    kind: Literal["gate", "veto", "condition"]
    label: str
    article: str
    text: str


class EvidenceOut(Schema):
    """What proves a clause, and who holds it."""

    data: str
    held_by: str


class ClauseOut(ClauseLine):
    """A clause with its wording and its rules."""

    text: str
    note: str
    manual: str
    rules: list[RuleText]
    evidence: list[EvidenceOut]


class StateTotal(Schema):
    """How many entries are in a state, and for how much."""

    state: str
    count: int
    amount: Money


class RoundOut(Schema):
    """A round of delivery with its totals."""

    id: int
    title: str
    department: str
    document: str
    clauses: list[str]
    run: int
    state: Literal["open", "closed"]
    made_at: datetime
    count: int
    amount: Money
    by_state: list[StateTotal]


class EntitlementOut(Schema):
    """One entry of a round. Bank data are never answered."""

    id: int
    round: int
    entity: str
    entity_name: str
    clause: str
    matter: str
    period: str
    amount: Money
    state: str
    state_on: date


class NoticeOut(Schema):
    """A public notice: from when to when, how many for how much."""

    id: int
    round_title: str
    department: str
    document: str
    sequence: int
    starts_on: date
    ends_on: date
    accept_until: date
    state: Literal["coming", "running", "over"]
    count: int
    amount: Money


class NoticeLine(Schema):
    """One line of a notice while it is public. Names of persons are masked, and they have no code."""

    id: int
    name: str
    uscc: str | None
    clause: str
    clause_title: str
    period: str
    amount: Money


class NoticeDetail(NoticeOut):
    """A notice with its list; the list is empty when the publicity is over."""

    lines: list[NoticeLine]
