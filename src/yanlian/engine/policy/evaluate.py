"""Packs over dossiers: one outcome for each clause and event, in the order that docs/reference/packs.md declares.

The ordinary path is lean: kind of subject and events first, gates and vetoes that do not hang on the event once per
document and dossier, shared definitions when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Dossier
from yanlian.engine.feel import DateTime, FeelError, IncompleteList, Missing, Unknown
from yanlian.engine.policy.across import apply_caps, apply_stacking
from yanlian.engine.policy.amount import Figure, figure_of
from yanlian.engine.policy.combination.choose import choose
from yanlian.engine.policy.combination.claims import Standing
from yanlian.engine.policy.compiled import CompiledClause, CompiledDeadline, CompiledDocument, CompiledTest
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Constant
from yanlian.engine.policy.occurrence import Occurrence, occurrences
from yanlian.engine.policy.outcome import ZERO_AMOUNT, Draft, Outcome, missing_data, null_text
from yanlian.engine.policy.result import data_value
from yanlian.engine.policy.scope import DossierScope, Listener, Scope, base_names


@dataclass(slots=True)
class Verdicts:
    """What the tests of a clause say together."""

    failed: list[str]
    missing: set[Missing]
    nulls: list[str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A clause ready for the loop: its shared tests (same for all clauses with the same `key`) and its own."""

    clause: CompiledClause
    kinds: frozenset[str]
    shared: tuple[CompiledTest, ...]
    own: tuple[CompiledTest, ...]
    key: int
    draft: bool
    # The same for every dossier to which the clause does not apply.
    none: Draft


class Evaluator:
    """Evaluates the clauses in force on a day.

    `with_drafts` also shows what documents that are still drafts would give, marked `draft` in the reason. `only`
    narrows to some clauses and `any_status` ignores status and dates of documents (both for worked cases);
    `parameters` replace values of parameters by name.
    """

    def __init__(
        self,
        packs: PackSet,
        as_of: date,
        with_drafts: bool = False,
        *,
        only: Container[str] | None = None,
        any_status: bool = False,
        parameters: Mapping[str, Constant] | None = None,
    ) -> None:
        self.packs = packs
        self.as_of = as_of
        self.parameters: Mapping[str, Constant] = parameters or {}
        district = next((pack.district for pack in reversed(packs.packs) if pack.district), "")
        self._base = base_names(as_of, district)
        self._keys: dict[tuple[int, ...], int] = {}
        self.documents = [
            document for document in packs.documents if any_status or _runs(document, as_of, with_drafts=with_drafts)
        ]
        self._plans = [
            self._plan(clause)
            for document in self.documents
            for clause in document.clauses
            if only is None or clause.id in only
        ]

        self._standing = Standing.of(dict.fromkeys(one for clause in self.clauses for one in clause.exclusions))

    @property
    def clauses(self) -> list[CompiledClause]:
        """The clauses that are run, in order."""
        return [plan.clause for plan in self._plans]

    def _plan(self, clause: CompiledClause) -> _Plan:
        shared = tuple(test for test in clause.tests if test.inherited and not test.floating)
        own = tuple(test for test in clause.tests if not test.inherited or test.floating)
        # Two clauses of a document that inherit the same tests share one result.
        key = self._keys.setdefault(tuple(id(test.expression) for test in shared), len(self._keys))
        none = Draft(clause, None, period=str(self.as_of.year))
        draft = clause.document.source.status == "draft"
        return _Plan(clause, frozenset(clause.source.subject), shared, own, key, draft, none)

    def evaluate(
        self, row: Mapping[str, object], coverage: Coverage, *, only: Container[str] | None = None
    ) -> list[Outcome]:
        """All outcomes of one dossier row, after stacking and caps. `only`: of these clauses, among which are all that
        stacking or a cap ties to one of them."""
        return self.evaluate_dossier(Dossier(row, self.packs.schema, coverage, self.as_of), only=only)

    def evaluate_dossier(self, dossier: Dossier, *, only: Container[str] | None = None) -> list[Outcome]:
        """All outcomes of one dossier, after stacking and caps."""
        entity = str(dossier.row["id"])
        try:
            return [draft.finished(entity) for draft in self.settled(self.frame(dossier), only)]
        except FeelError as error:
            raise Refused("pack_run_failed", entity=entity, found=error.text("en")) from error

    def frame(self, dossier: Dossier, listener: Listener | None = None) -> DossierScope:
        """The scope of one dossier."""
        return DossierScope(dossier, self._base, self.parameters, listener)

    def settled(self, frame: DossierScope, only: Container[str] | None = None) -> list[Draft]:
        """The drafts of one dossier, after stacking and caps."""
        drafts = self.drafts(frame, only)
        paying = [draft for draft in drafts if draft.kind != "not_applicable"]
        if paying:
            chosen = choose(frame, paying, self._standing) if self._standing.roles else []
            apply_stacking(paying)
            apply_caps(frame, paying)
            for one in chosen:
                assert one.total == sum(draft.amount_fen for draft in one.items), "weighed otherwise than paid"
        return drafts

    def drafts(self, frame: DossierScope, only: Container[str] | None = None) -> list[Draft]:
        """What each clause says alone."""
        kind = frame.dossier.row.get("kind")
        found: list[Draft] = []
        for plan in self._plans:
            clause = plan.clause
            if only is not None and clause.id not in only:
                continue
            if kind not in plan.kinds:
                found.append(plan.none)
                continue
            if clause.event is not None and clause.event.each.plain:
                listed = frame.asked(clause.event.each, frame.layer(clause.document.home, self.as_of))
                if listed is None or (type(listed) is list and not listed):
                    found.append(plan.none)
                    continue
            below = frame.layer(clause.document.home, self.as_of)
            events = occurrences(clause, below)
            if not events:
                found.append(plan.none)
            elif len(events) == 1:
                found.append(self._judge(plan, below, events[0]))
            else:
                found += self._judge_all(plan, below, events)
        return found

    def _judge_all(self, plan: _Plan, below: Scope, events: Iterable[Occurrence]) -> list[Draft]:
        """One draft for each certain event, and one for all events together that may exist."""
        found: list[Draft] = []
        loose: list[Draft] = []
        for one in events:
            (loose if one.open else found).append(self._judge(plan, below, one))
        if loose:
            found.append(_joined(loose))
        return found

    def _judge(self, plan: _Plan, below: Scope, event: Occurrence) -> Draft:
        clause, scope = plan.clause, event.scope
        draft = Draft(clause, scope, event.matter, event.period, event.event_on, open_event=event.open)
        if event.open:
            draft.matter = ""
        verdicts = self._verdicts(plan, below, event)
        if event.repeated:
            draft.reason["repeated"] = [day.isoformat() for day in sorted(event.repeated)]
        if plan.draft:
            draft.reason["draft"] = True
        figure = Figure()
        self._history(clause, scope, verdicts)
        if not verdicts.failed and (clause.amount is not None or clause.parts):
            figure = figure_of(clause, scope, event.matter, event.period)
            verdicts.missing |= figure.missing
            if figure.null:
                verdicts.nulls.append(figure.null)
            elif not figure.missing and figure.fen <= 0:
                verdicts.failed.append(ZERO_AMOUNT)
        _decide(draft, verdicts, figure)
        return draft

    def _verdicts(self, plan: _Plan, below: Scope, event: Occurrence) -> Verdicts:
        memory = below.verdicts
        shared = memory.get(plan.key)
        if shared is None:
            shared = memory[plan.key] = ask(plan.shared, below)
        assert isinstance(shared, Verdicts)
        own = ask(plan.own, event.scope)
        failed = [*shared.failed, *own.failed]
        if shared.failed and own.failed:
            failed = [test.source.label for test in plan.clause.tests if test.source.label in failed]
        missing = {*shared.missing, *own.missing, *event.missing}
        return Verdicts(failed, missing, [*shared.nulls, *own.nulls, *event.nulls])

    @staticmethod
    def _history(clause: CompiledClause, scope: Scope, verdicts: Verdicts) -> None:
        """`first_time`: the list of earlier records must be empty."""
        if clause.first_time is None or clause.source.first_time is None:
            return
        earlier = scope.value(clause.first_time)
        label = clause.source.first_time.label
        if isinstance(earlier, Unknown):
            verdicts.missing |= lack_of(earlier)
        elif isinstance(earlier, list):
            if earlier:
                verdicts.failed.append(label)
            elif isinstance(earlier, IncompleteList) and earlier.is_open:
                verdicts.missing |= lack_of(earlier)
        elif earlier is not None:
            verdicts.failed.append(label)


def ask(tests: Iterable[CompiledTest], scope: Scope) -> Verdicts:
    """Every test, so that an explanation can show all of them."""
    verdicts = Verdicts([], set(), [])
    for test in tests:
        value = scope.value(test.expression)
        if value is True or value is False:
            if value is (test.kind == "veto"):
                verdicts.failed.append(test.source.label)
        elif isinstance(value, Unknown):
            verdicts.missing |= lack_of(value)
        else:
            verdicts.nulls.append(test.source.label)
    return verdicts


def _decide(draft: Draft, verdicts: Verdicts, figure: Figure) -> None:
    """The outcome: what is false decides, then what only a person decides, then what is missing, then what is null."""
    clause, reason = draft.clause, draft.reason
    if verdicts.missing and not verdicts.failed:
        reason["missing"] = missing_data(verdicts.missing)
    if verdicts.failed:
        draft.kind = "not_eligible"
        reason["failed"] = verdicts.failed
    # An event that may not even exist is nothing a person could judge: first somebody has to deliver it.
    elif clause.source.manual and not draft.open_event:
        draft.kind = "manual"
        reason["manual"] = clause.source.manual
    elif verdicts.missing:
        draft.kind = "unknown"
    elif verdicts.nulls:
        draft.kind = "manual"
        reason["null"] = verdicts.nulls
        reason["manual"] = null_text(verdicts.nulls)
    else:
        draft.kind = "eligible"
        draft.amount_fen = draft.clause_fen = figure.fen
        if clause.deadline is not None:
            _await_application(draft, clause.deadline)
        if clause.result is not None:
            _add_result(draft)


def _await_application(draft: Draft, deadline: CompiledDeadline) -> None:
    """Not applied for yet, or nobody knows: until when that may still be done."""
    assert draft.scope is not None
    if draft.scope.value(deadline.applied) is not True:
        last = draft.scope.value(deadline.last)
        day = last.day if isinstance(last, DateTime) else last
        draft.reason["apply_by"] = day.isoformat() if isinstance(day, date) else ""


def _add_result(draft: Draft) -> None:
    assert draft.clause.result is not None
    assert draft.scope is not None
    value = draft.scope.value(draft.clause.result)
    if isinstance(value, Unknown):
        draft.to_unknown(lack_of(value))
    elif value is None:
        draft.to_manual("result")
    else:
        draft.reason["result"] = data_value(value)


def _joined(drafts: list[Draft]) -> Draft:
    """Events that may exist, as one draft: not eligible only when none of them could be."""
    if len(drafts) == 1:
        return drafts[0]
    rank = {"unknown": 0, "manual": 1, "eligible": 2, "not_eligible": 3, "not_applicable": 4}
    first = min(drafts, key=lambda draft: rank[draft.kind])
    key = "failed" if first.kind == "not_eligible" else "missing"
    listed: list[object] = []
    for draft in drafts:
        told = draft.reason.get(key)
        if draft.kind == first.kind and isinstance(told, list):
            listed += [one for one in told if one not in listed]
    if listed:
        first.reason[key] = listed
    first.event_on = None
    return first


def _runs(document: CompiledDocument, as_of: date, *, with_drafts: bool) -> bool:
    if document.source.status == "draft":
        return with_drafts
    return document.source.status == "in_force" and document.source.in_force_on(as_of)
