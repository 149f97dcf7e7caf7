"""用例试算: choose a worked case, change its facts, run it, see the outcome and every step of it. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.clause_page import expected_text
from yanlian.apps.policies.model_pages import clause_or_404
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.policies.pages import CLAUSES, faulty_packs
from yanlian.apps.policies.shelf.day import Day, dated, day_of
from yanlian.apps.policies.trying.facts import facts_text, read_facts
from yanlian.apps.policies.why_pages import explained
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy import Evaluator, PackFaults, PackSet, explain
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.outcome import Outcome
from yanlian.ui.refusals import shown
from yanlian.ui.words import say, t, words

# Of a case with more events only so many are shown with their whole derivation.
MOST = 5


@dataclass(frozen=True)
class Asked:
    """What is to be computed: facts of one beneficiary of a kind, on a day; `case`: the worked case they began from."""

    case: Case | None
    kind: str
    as_of: str
    facts: str
    changed: bool


@page(owner="policies", permission=Permission.TRY_RULES, methods=("GET", "POST"))
def try_case(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """The case runner of a clause; with POST the facts of the form, else those of the chosen case, are computed."""
    day = day_of(request)
    try:
        packs = packs_in_use(day.on)
        clause = clause_or_404(packs, clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    # Cases of several beneficiaries concern a budget, not one dossier.
    cases = [case for case in clause.source.cases if not case.beneficiaries]
    asked = _asked(request, clause, cases)
    context = _frame(packs, clause, cases, asked, day)
    try:
        context |= _computed(packs, clause, asked)
    except Refused as refusal:
        return render(request, "policies/trying/case.html", {**context, "refusals": shown(refusal)}, status=422)
    return render(request, "policies/trying/case.html", context)


def _asked(request: HttpRequest, clause: CompiledClause, cases: Sequence[Case]) -> Asked:
    given = request.POST if request.method == "POST" else request.GET
    number = given.get("case", "0")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    case = cases[place] if place < len(cases) else None
    kinds = clause.source.subject or clause.document.source.rules.subject
    if request.method != "POST":
        facts = facts_text(case.facts) if case else ""
        as_of = (case.as_of if case else today()).isoformat()
        return Asked(case, case.kind if case else kinds[0], as_of, facts, changed=False)
    facts = request.POST.get("facts", "").replace("\r\n", "\n")
    as_of, kind = request.POST.get("as_of", ""), request.POST.get("kind", kinds[0])
    same = case is not None and (facts_text(case.facts).strip(), case.as_of.isoformat(), case.kind) == (
        facts.strip(),
        as_of,
        kind,
    )
    return Asked(case, kind, as_of, facts, changed=not same)


def _computed(packs: PackSet, clause: CompiledClause, asked: Asked) -> Mapping[str, object]:
    """The outcomes with their derivations. Refused: facts that do not fit, a day that is none."""
    try:
        as_of = date.fromisoformat(asked.as_of)
    except ValueError:
        raise Refused("model_day_unreadable", found=asked.as_of[:40] or "-") from None
    if asked.kind not in words("kind"):
        raise Refused("case_kind", found=asked.kind[:40], expected="、".join(words("kind")))
    facts = read_facts(asked.facts)
    parameters = asked.case.parameters if asked.case else {}
    dossier = dossier_of_case(packs.schema, facts, asked.kind, as_of)
    evaluator = Evaluator(packs, as_of, only={clause.id}, any_status=True, parameters=parameters)
    outcomes = [one for one in evaluator.evaluate(dossier.row, dossier.coverage) if one.clause == clause.id]
    shown_ones = [
        {**explained(explain(evaluator, dossier.row, dossier.coverage, clause.id, one.matter)), "told": one}
        for one in _unlike(outcomes)[:MOST]
    ]
    return {"outcomes": outcomes, "derivations": shown_ones, "more": max(0, len(outcomes) - MOST)}


def _unlike(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """One for each matter: what is derived is named by it."""
    return list({one.matter: one for one in outcomes}.values())


def _frame(packs: PackSet, clause: CompiledClause, cases: Sequence[Case], asked: Asked, day: Day) -> dict[str, object]:
    title = t("用例试算", "Try a case")
    back = reverse("clause", args=[clause.id]) + day.query
    return {
        "title": clause.source.title,
        "crumbs": [(say(CLAUSES.title), reverse("policies") + day.query), (clause.id, back), (title, None)],
        "clause": clause.source,
        "document": clause.document.source,
        "cases": [(number, case, asked.case is case) for number, case in enumerate(cases)],
        "asked": asked,
        "expected": expected_text(asked.case.expect) if asked.case and not asked.changed else "",
        "kinds": [(code, str(one)) for code, one in words("kind").items()],
        "day": day,
        "dated": [*dated(day), (t("政策包", "Packs"), packs.hash[:12])],
    }
