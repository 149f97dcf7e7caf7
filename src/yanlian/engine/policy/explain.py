"""Why: one dossier and one clause evaluated once more, keeping every fact, parameter, table row and step.

The result must be the evaluated outcome, exactly; anything else is a mistake of ours and fails loudly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeVar

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Dossier, FactRead, Row, Trace, telling
from yanlian.engine.feel import FeelWarning, IncompleteList, Unknown
from yanlian.engine.feel.decision_table import Decided
from yanlian.engine.policy.amount import Figure, Step, figure_of
from yanlian.engine.policy.compiled import CompiledClause, Expression, Item
from yanlian.engine.policy.derivation import LimitLine, TriedTable, limits_of, tried_table
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.model import Clause, Document, Parameter
from yanlian.engine.policy.occurrence import Occurrence, occurrences
from yanlian.engine.policy.outcome import ZERO_AMOUNT, Outcome, missing_data
from yanlian.engine.policy.payments import paid_before
from yanlian.engine.policy.result import plain_number
from yanlian.engine.policy.scope import Scope, parameter_on
from yanlian.engine.policy.substitution import Comparison, Term, comparisons_of, shown, substituted, terms_of

Verdict = Literal["met", "not_met", "unknown", "null"]
_Line = TypeVar("_Line")


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact as it was read. `holder` is the department's key; `recorded` an ISO date or empty."""

    name: str
    value: str
    unit: str
    calibre: str
    record_key: str
    source: str
    recorded: str
    holder: str
    known: bool


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter as it was read: its value, since when, until when (inclusive, or empty), and the article."""

    name: str
    value: str
    unit: str
    reference: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row of a decision table that fired, from 1, with its cells; 0 when none did."""

    name: str
    reference: str
    row: int
    cells: tuple[str, ...]
    result: str
    tried: TriedTable


@dataclass(frozen=True, slots=True)
class Used:
    """Everything that went into one rule or step."""

    facts: tuple[FactLine, ...] = ()
    parameters: tuple[ParameterLine, ...] = ()
    tables: tuple[TableLine, ...] = ()
    terms: tuple[Term, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    missing: tuple[Mapping[str, str], ...] = ()
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A gate, veto, condition, or the first-time rule, with its verdict. A veto is met when it does not apply."""

    kind: Literal["gate", "veto", "condition", "first_time"]
    label: str
    article: str
    text: str
    verdict: Verdict
    used: Used


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the amount: kind (amount, part, multiplier, cap, top_up, rounding), formula, the same with values, its
    value, and the amount in yuan after it."""

    kind: str
    label: str
    text: str
    substituted: str
    value: str
    after: str
    used: Used


@dataclass(frozen=True, slots=True)
class EventLine:
    """The event: which record, when, within which days."""

    text: str
    matter: str
    event_on: str
    facts: tuple[FactLine, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a clause gives what it gives to one beneficiary for one matter."""

    clause: Clause
    document: Document
    as_of: date
    outcome: Outcome
    event: EventLine | None
    rules: tuple[RuleLine, ...]
    steps: tuple[StepLine, ...]
    # Stacking and caps over several outcomes, also those that took nothing away.
    limits: tuple[LimitLine, ...] = ()
    # For not_applicable: "subject" (another kind of beneficiary) or "event" (none that counts); else empty.
    why_not_applicable: str = ""
    departments: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @property
    def reduced(self) -> list[Mapping[str, object]]:
        """What stacking and caps took away, in order."""
        found = self.outcome.reason.get("reduced")
        return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def explain(
    evaluator: Evaluator, row: Mapping[str, object], coverage: Coverage, clause_id: str, matter: str | None = None
) -> Explanation:
    """Explain one outcome of a dossier row. Without `matter`: the first outcome of the clause that applies.

    Raises `Refused`: `clause_unknown`, `clause_not_run` (its document is not in force on the day), `matter_unknown`.
    """
    clause = evaluator.packs.clause(clause_id)
    outcomes = [one for one in evaluator.evaluate(row, coverage) if one.clause == clause_id]
    if not outcomes:
        document = clause.document.source
        raise Refused("clause_not_run", clause=clause_id, document=document.title, as_of=evaluator.as_of)
    chosen = [one for one in outcomes if matter is None or one.matter == matter]
    if not chosen:
        known = "、".join(one.matter or "—" for one in outcomes)
        raise Refused("matter_unknown", clause=clause_id, found=matter, expected=known)
    return _Witness(evaluator, row, coverage, clause).explanation(chosen[0])


class _Witness:
    """Evaluates parts of one clause over one dossier, noting what each part reads."""

    def __init__(
        self, evaluator: Evaluator, row: Mapping[str, object], coverage: Coverage, clause: CompiledClause
    ) -> None:
        self.evaluator = evaluator
        self.clause = clause
        self.trace = Trace()
        self.dossier = Dossier(row, evaluator.packs.schema, coverage, evaluator.as_of, self.trace)
        self.heard: list[tuple[Item, date, object]] = []

    def explanation(self, outcome: Outcome) -> Explanation:
        event = self._event(outcome)
        rules: list[RuleLine] = []
        steps: list[StepLine] = []
        if event is not None:
            rules = self._rules(outcome)
            if outcome.kind in {"eligible", "unknown"} or outcome.reason.get("failed") == [ZERO_AMOUNT]:
                steps = self._steps(outcome)
            self._agree(outcome, rules)
        why = ""
        if event is None:
            why = "event" if self.dossier.row.get("kind") in self.clause.source.subject else "subject"
        return Explanation(
            clause=self.clause.source,
            document=self.clause.document.source,
            as_of=self.evaluator.as_of,
            outcome=outcome,
            event=event if self.clause.event is not None else None,
            rules=tuple(rules),
            steps=tuple(steps),
            limits=tuple(limits_of(self.clause, outcome, self._scope(outcome))) if event is not None else (),
            why_not_applicable=why,
            departments=self.evaluator.packs.schema.departments,
        )

    # Evaluating

    def _fresh(self, outcome: Outcome) -> Occurrence | None:
        """The event of an outcome in a scope that remembers nothing yet, so that each part shows all that it reads."""
        frame = self.evaluator.frame(self.dossier, lambda item, day, value: self.heard.append((item, day, value)))
        below = frame.layer(self.clause.document.home, self.evaluator.as_of)
        if outcome.kind == "not_applicable":
            return None
        found = occurrences(self.clause, below)
        same = [
            one
            for one in found
            if (one.open and not outcome.matter and outcome.event_on is None)
            or (not one.open and (one.matter, one.period) == (outcome.matter, outcome.period))
        ]
        return same[0] if same else next(iter(found), None)

    def _scope(self, outcome: Outcome) -> Scope:
        event = self._fresh(outcome)
        assert event is not None
        self.trace.take()
        self.heard.clear()
        return event.scope

    def _used(self, scope: Scope, expression: Expression | None, value: object, warnings: list[FeelWarning]) -> Used:
        facts = tuple(_fact_line(read) for read in telling(self.trace.take()))
        heard, self.heard = self.heard, []
        missing: list[Mapping[str, str]] = []
        if isinstance(value, (Unknown, IncompleteList)):
            missing = list(missing_data(lack_of(value)))
        terms: tuple[Term, ...] = ()
        comparisons: tuple[Comparison, ...] = ()
        tables = _unique(_table_line(item, scope, heard_value) for item, _, heard_value in heard)
        if expression is not None:
            terms = tuple(terms_of(expression.compiled.ast, scope))
            comparisons = tuple(comparisons_of(expression.compiled.ast, scope))
        self.trace.take()
        self.heard = []
        return Used(
            facts,
            _unique(_parameter_line(item, day, heard_value) for item, day, heard_value in heard),
            tables,
            terms,
            comparisons,
            tuple(missing),
            tuple(dict.fromkeys(warning.code for warning in warnings)),
        )

    def _event(self, outcome: Outcome) -> EventLine | None:
        found = self._fresh(outcome)
        if found is None:
            return None
        reads = self.trace.take()
        self.heard.clear()
        source = self.clause.source.event
        if source is None:
            return EventLine("", "", "", ())
        member = found.scope["事件"]
        own = [read for read in reads if isinstance(member, Row) and _is_of(read, member)]
        where = f" [{source.where.text}]" if source.where else ""
        day = found.event_on.isoformat() if found.event_on else ""
        return EventLine(f"{source.each.text}{where}", outcome.matter, day, tuple(_fact_line(read) for read in own))

    def _rules(self, outcome: Outcome) -> list[RuleLine]:
        lines: list[RuleLine] = []
        for test in self.clause.tests:
            scope = self._scope(outcome)
            if test.inherited and not test.floating:
                scope = scope.below or scope
            warnings: list[FeelWarning] = []
            value = test.expression.compiled.evaluate(scope, warnings=warnings)
            verdict = _verdict(value, veto=test.kind == "veto")
            used = self._used(scope, test.expression, value, warnings)
            lines.append(
                RuleLine(test.kind, test.source.label, test.source.article, test.source.when.text, verdict, used)
            )
        first = self.clause.source.first_time
        if first is not None and self.clause.first_time is not None:
            scope = self._scope(outcome)
            value = self.clause.first_time.compiled.evaluate(scope)
            used = self._used(scope, None, value, [])
            lines.append(RuleLine("first_time", first.label, first.article, first.when.text, _emptiness(value), used))
        return lines

    def _steps(self, outcome: Outcome) -> list[StepLine]:
        noted: list[Step] = []
        figure = figure_of(self.clause, self._scope(outcome), outcome.matter, outcome.period, noted.append)
        if not noted and self.clause.amount is not None:
            # What stops the figure is told, too.
            noted.append(Step("amount", "", self.clause.amount, None, None))
        lines = [self._step(outcome, step) for step in noted]
        if self.clause.amount is None and not self.clause.parts:
            return []
        self._check_figure(outcome, figure)
        return lines

    def _step(self, outcome: Outcome, step: Step) -> StepLine:
        after = "" if step.after is None else shown(step.after)
        if step.expression is None:
            used = self._paid(outcome, step)
            return StepLine(step.kind, step.label, "", "", _shown_or_empty(step.value), after, used)
        scope = self._scope(outcome)
        warnings: list[FeelWarning] = []
        value = step.expression.compiled.evaluate(scope, warnings=warnings)
        used = self._used(scope, step.expression, value, warnings)
        with_values = substituted(step.expression.compiled.ast, scope)
        self.trace.take()
        return StepLine(step.kind, step.label, step.expression.formula.text, with_values, shown(value), after, used)

    def _paid(self, outcome: Outcome, step: Step) -> Used:
        """The earlier payments that a top-up takes off."""
        if step.kind != "top_up":
            return Used()
        scope = self._scope(outcome)
        value = paid_before(scope.frame, self.clause, outcome.matter, outcome.period)
        return self._used(scope, None, value, [])

    # Agreeing

    def _agree(self, outcome: Outcome, rules: list[RuleLine]) -> None:
        """The rules as shown must be the rules that decided."""
        if outcome.matter == "" and self.clause.event is not None and outcome.event_on is None:
            return
        failed = [rule.label for rule in rules if rule.verdict == "not_met"]
        told = outcome.reason.get("failed")
        decided = [label for label in told if label != ZERO_AMOUNT] if isinstance(told, list) else []
        assert failed == decided, f"{self.clause.id}: explained {failed}, evaluated {decided}"

    def _check_figure(self, outcome: Outcome, figure: Figure) -> None:
        if outcome.kind == "eligible":
            assert figure.fen == outcome.clause_fen, f"{self.clause.id}: {figure.fen} is not {outcome.clause_fen}"


def _verdict(value: object, *, veto: bool) -> Verdict:
    if isinstance(value, bool):
        return "met" if value is not veto else "not_met"
    return "unknown" if isinstance(value, Unknown) else "null"


def _emptiness(value: object) -> Verdict:
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, list):
        return "not_met" if value else "unknown" if isinstance(value, IncompleteList) and value.is_open else "met"
    return "met" if value is None else "not_met"


def _is_of(read: FactRead, member: Row) -> bool:
    return read.record is not None and read.record.key == member.kind.key and read.row_key == member.key_text()


def _fact_line(read: FactRead) -> FactLine:
    # A year is a name, not a quantity: no thousands separator.
    year = read.field.type == "year" and isinstance(read.value, Decimal)
    return FactLine(
        name=read.name,
        value=str(read.value) if year else shown(read.value),
        unit=read.field.unit_shown,
        calibre=read.field.calibre,
        record_key=" ".join(read.row_key),
        source=read.source,
        recorded=read.recorded.isoformat() if read.recorded else "",
        holder=read.record.holder if read.record else "",
        known=not isinstance(read.value, Unknown),
    )


def _parameter_line(item: Item, day: date, value: object) -> ParameterLine | None:
    if not isinstance(item.source, Parameter):
        return None
    valid_from = valid_to = reference = ""
    for i, dated in enumerate(item.source.values):
        if dated.start <= day:
            later = item.source.values[i + 1].start if i + 1 < len(item.source.values) else None
            valid_from, reference = dated.start.isoformat(), dated.reference
            valid_to = (later - timedelta(days=1)).isoformat() if later else ""
    if parameter_on(item.source, day) != value:
        reference = valid_from = valid_to = ""
    return ParameterLine(item.name, shown(value), item.source.unit, reference, valid_from, valid_to)


def _table_line(item: Item, scope: Scope, value: object) -> TableLine | None:
    if item.table is None or not isinstance(value, Decided):
        return None
    table = item.table.source
    number = value.fired[0] + 1 if value.fired else 0
    cells = tuple(cell.text for cell in table.rows[number - 1]) if number else ()
    return TableLine(item.name, table.reference, number, cells, shown(value.value), tried_table(item, scope, value))


def _unique(lines: Iterable[_Line | None]) -> tuple[_Line, ...]:
    return tuple(dict.fromkeys(line for line in lines if line is not None))


def _shown_or_empty(value: object) -> str:
    if value is None:
        return ""
    return plain_number(value) if isinstance(value, Decimal) else str(value)
