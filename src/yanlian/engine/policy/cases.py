"""Worked cases of packs: run each and say in words what was expected and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Language, Refused
from yanlian.engine.dossier import Dossier, Schema, dossier_of_case
from yanlian.engine.policy.across import apply_caps
from yanlian.engine.policy.amount import EXACT
from yanlian.engine.policy.case_returns import compare_returns, says_returns, without_returns
from yanlian.engine.policy.combination.told import runner_up_fen
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.expected import CLAUSE, DOCUMENT, KINDS
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.result import data_value
from yanlian.engine.policy.settlement.cases import compare_beneficiaries, judged
from yanlian.engine.policy.settlement.cost import Payers, compare_shares, payers_of_outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise."""

    what: str
    expected: str
    found: str

    def text(self, language: Language) -> str:
        """As a phrase."""
        if language == "zh":
            return f"{self.what}：应为 {self.expected}，实为 {self.found}"
        return f"{self.what}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case and what came of it. `clause` is the document's id for cases of a whole document."""

    pack: str
    clause: str
    case: Case
    differences: tuple[Difference, ...] = ()
    refusal: Refused | None = None
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences and self.refusal is None

    def text(self, language: Language = "zh") -> str:
        """The case with its place, and every difference."""
        head = f"{self.pack}/{self.case.file}:{self.case.line}: [{self.clause}] {self.case.name}"
        if self.passed:
            return f"{head}: {'通过' if language == 'zh' else 'passed'}"
        reasons = [one.text(language) for one in self.differences]
        if self.refusal is not None:
            reasons.append(self.refusal.text(language))
        return f"{head}: {'；'.join(reasons) if language == 'zh' else '; '.join(reasons)}"


def run_cases(packs: PackSet, pack_id: str | None = None) -> list[CaseResult]:
    """All worked cases, or those of one pack."""
    results: list[CaseResult] = []
    for document in packs.documents:
        if pack_id is not None and document.pack.id != pack_id:
            continue
        for clause in document.clauses:
            results += [
                _run(packs, document.pack.id, clause.id, case, {clause.id}, alone=True) for case in clause.source.cases
            ]
        clauses = {clause.id for clause in document.clauses}
        results += [
            _run(packs, document.pack.id, document.source.id, case, clauses, alone=False)
            for case in document.source.cases
        ]
    for pack in packs.packs:
        if pack_id in (None, pack.id):
            clauses = {clause.id for clause in packs.clauses if clause.document.pack is pack}
            results += [_run(packs, pack.id, pack.id, case, clauses, alone=False) for case in pack.cases]
    return results


def _run(packs: PackSet, pack: str, clause: str, case: Case, only: set[str], *, alone: bool) -> CaseResult:
    try:
        if case.beneficiaries:
            return _run_together(packs, pack, clause, case, only)
        dossier = _dossier(packs.schema, case)
        evaluator = Evaluator(packs, case.as_of, only=only, any_status=True, parameters=case.parameters)
        outcomes = _alone(evaluator, dossier) if alone else evaluator.evaluate_dossier(dossier)
        back = compare_returns(packs, only, case, dossier) if says_returns(case) else ()
        rest = without_returns(case) if says_returns(case) else case.expect
        differences = tuple(Difference(*told) for told in back)
        # A case that says only what goes back may have any number of outcomes.
        if rest or not says_returns(case):
            differences += (
                tuple(_compare_clause(packs.schema, rest, outcomes, _payers(packs, case)))
                if alone
                else tuple(_compare_document(rest, outcomes))
            )
    except Refused as refusal:
        return CaseResult(pack, clause, case, refusal=refusal)
    return CaseResult(pack, clause, case, differences, outcomes=tuple(outcomes))


def _run_together(packs: PackSet, pack: str, clause: str, case: Case, only: set[str]) -> CaseResult:
    """A case of several beneficiaries: each evaluated, then budgets and quotas over all of them."""
    evaluator = Evaluator(packs, case.as_of, only=only, any_status=True, parameters=case.parameters)
    outcomes = judged(evaluator, case)
    differences = tuple(
        Difference(what, expected, found)
        for what, expected, found in compare_beneficiaries(case, outcomes, _payers(packs, case))
    )
    return CaseResult(pack, clause, case, differences, outcomes=tuple(outcomes))


def _dossier(schema: Schema, case: Case) -> Dossier:
    return dossier_of_case(schema, case.facts, case.kind, case.as_of)


def _alone(evaluator: Evaluator, dossier: Dossier) -> list[Outcome]:
    """A clause by itself: with its caps over the clause, without stacking and without caps over groups or documents."""
    frame = evaluator.frame(dossier)
    drafts = evaluator.drafts(frame)
    apply_caps(frame, [draft for draft in drafts if draft.kind != "not_applicable"], own_only=True)
    return [draft.finished(str(dossier.row["id"])) for draft in drafts]


# Comparing


def _payers(packs: PackSet, case: Case) -> Payers:
    """Who pays which part of an outcome of the case."""

    def payers(outcome: Outcome) -> list[tuple[str, int]]:
        clause = packs.clause(outcome.clause)
        return payers_of_outcome(clause.source, clause.document.source, outcome, case.as_of)

    return payers


def _compare_clause(
    schema: Schema, expect: object, outcomes: Sequence[Outcome], payers: Payers
) -> Iterable[Difference]:
    if isinstance(expect, list):
        yield from _compare_list(schema, expect, outcomes, payers)
        return
    if not isinstance(expect, Mapping):
        yield Difference("expect", "{outcome: …}", str(expect))
        return
    if len(outcomes) != 1:
        shown = ", ".join(f"{one.matter or '—'} {one.kind}" for one in outcomes)
        yield Difference("outcomes", "1", f"{len(outcomes)} ({shown})")
        return
    yield from _compare_one(schema, expect, outcomes[0], payers)


def _compare_list(
    schema: Schema, expect: Sequence[object], outcomes: Sequence[Outcome], payers: Payers
) -> Iterable[Difference]:
    left = list(outcomes)
    for one in expect:
        if not isinstance(one, Mapping) or "matter" not in one:
            yield Difference("expect", "{matter, outcome, …}", str(one))
            continue
        matter = "" if one["matter"] is None else str(one["matter"])
        period = one.get("period")
        match = next((o for o in left if o.matter == matter and period in (None, o.period, str(period))), None)
        if match is None:
            yield Difference("matter", matter, ", ".join(o.matter or "—" for o in outcomes))
            continue
        left.remove(match)
        yield from _compare_one(schema, one, match, payers, prefix=f"{matter} ")
    for outcome in left:
        yield Difference("matter", "—", f"{outcome.matter or '—'} ({outcome.kind})")


def _compare_one(
    schema: Schema, expect: Mapping[object, object], outcome: Outcome, payers: Payers, prefix: str = ""
) -> Iterable[Difference]:
    for key in expect:
        if key not in CLAUSE:
            yield Difference("expect", " | ".join(sorted(CLAUSE)), str(key))
    kind = expect.get("outcome")
    if kind is not None and kind != outcome.kind:
        yield Difference(f"{prefix}outcome", str(kind), f"{outcome.kind}{_because(outcome)}")
    if "amount" in expect:
        wanted = _fen(expect["amount"])
        if wanted != outcome.amount_fen:
            yield Difference(f"{prefix}amount", _yuan(wanted), f"{_yuan(outcome.amount_fen)}{_because(outcome)}")
    missing = outcome.reason.get("missing")
    listed = [one for one in missing if isinstance(one, dict)] if isinstance(missing, list) else []
    facts = {str(one["fact"]) for one in listed}
    wanted_facts = _words(expect.get("missing"))
    if not wanted_facts <= facts:
        yield Difference(f"{prefix}missing", _shown(wanted_facts), _shown(facts))
    holders = {str(one["holder"]) for one in listed}
    names = {str(one["zh"]): key for key, one in schema.departments.items()}
    wanted_holders = {names.get(word, word) for word in _words(expect.get("holder"))}
    if not wanted_holders <= holders:
        yield Difference(f"{prefix}holder", _shown(wanted_holders), _shown(holders))
    if "failed" in expect:
        failed = _words(outcome.reason.get("failed"))
        if failed != _words(expect["failed"]):
            yield Difference(f"{prefix}failed", _shown(_words(expect["failed"])), _shown(failed))
    if "result" in expect and not _same_result(expect["result"], outcome.reason.get("result")):
        yield Difference(f"{prefix}result", str(expect["result"]), str(outcome.reason.get("result")))
    apply_by = outcome.reason.get("apply_by")
    if "apply_by" in expect and (None if expect["apply_by"] is None else str(expect["apply_by"])) != apply_by:
        yield Difference(f"{prefix}apply_by", str(expect["apply_by"] or "—"), str(apply_by or "—"))
    if "period" in expect and str(expect["period"]) != outcome.period:
        yield Difference(f"{prefix}period", str(expect["period"]), outcome.period)
    if "shares" in expect:
        for told in compare_shares(f"{prefix}shares", expect["shares"], payers(outcome)):
            yield Difference(*told)


def _compare_document(expect: object, outcomes: Sequence[Outcome]) -> Iterable[Difference]:
    if not isinstance(expect, Mapping):
        yield Difference("expect", "{clauses: …, total: …}", str(expect))
        return
    clauses = expect.get("clauses") or {}
    if not isinstance(clauses, Mapping):
        yield Difference("clauses", "{clause: amount}", str(clauses))
        return
    for key in expect:
        if key not in DOCUMENT:
            yield Difference("expect", " | ".join(sorted(DOCUMENT)), str(key))
    known = {outcome.clause for outcome in outcomes}
    for clause, wanted in clauses.items():
        own = [outcome for outcome in outcomes if outcome.clause == clause]
        if clause not in known:
            yield Difference(str(clause), str(wanted), f"— ({', '.join(sorted(known))})")
        elif wanted in KINDS:
            if all(outcome.kind != wanted for outcome in own):
                yield Difference(str(clause), str(wanted), ", ".join(f"{o.kind}{_because(o)}" for o in own))
        elif _fen(wanted) != sum(outcome.amount_fen for outcome in own):
            found = f"{_yuan(sum(o.amount_fen for o in own))}{''.join(_because(o) for o in own)}"
            yield Difference(str(clause), _yuan(_fen(wanted)), found)
    if "total" in expect:
        total = sum(outcome.amount_fen for outcome in outcomes)
        if _fen(expect["total"]) != total:
            yield Difference("total", _yuan(_fen(expect["total"])), _yuan(total))
    if "runner_up" in expect:
        second = runner_up_fen(outcomes)
        if second != _fen(expect["runner_up"]):
            found = "—" if second is None else _yuan(second)
            yield Difference("runner_up", _yuan(_fen(expect["runner_up"])), found)


def _because(outcome: Outcome) -> str:
    """The reason in short, so that a failing case can be understood at a glance."""
    words: list[str] = []
    for key in ("failed", "null"):
        found = outcome.reason.get(key)
        words += [str(one) for one in found] if isinstance(found, list) else []
    missing = outcome.reason.get("missing")
    words += [f"{o['fact']} {o['period']}".strip() for o in missing] if isinstance(missing, list) else []
    reduced = outcome.reason.get("reduced")
    words += [str(one["label"]) for one in reduced] if isinstance(reduced, list) else []
    return f" ({'、'.join(words)})" if words else ""


def _words(found: object) -> set[str]:
    if found is None:
        return set()
    return {str(one) for one in found} if isinstance(found, list) else {str(found)}


def _shown(words: set[str]) -> str:
    return "、".join(sorted(words)) or "—"


def _fen(written: object) -> int:
    return int(EXACT.scaleb(parse_figure(written), 2))


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}元"


def _same_result(expected: object, found: object) -> bool:
    if isinstance(expected, str) and isinstance(found, str) and expected != found:
        try:
            return parse_figure(expected) == parse_figure(found)
        except Refused:
            return False
    return data_value(expected) == found
