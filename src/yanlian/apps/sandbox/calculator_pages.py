"""政策计算器: anybody types figures of a firm and sees what a clause gives and why. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yanlian.apps.people.access import Permission, page
from yanlian.apps.people.actions import address_of
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.policies.results import period_text, reason_texts
from yanlian.apps.sandbox.calculator_form import blocks_of, facts_typed
from yanlian.apps.sandbox.rate import count
from yanlian.base.refusal import Language, Refused
from yanlian.engine.policy import Evaluator, PackFaults, PackSet, render_text
from yanlian.engine.policy.calculator import Calculated, calculate
from yanlian.engine.policy.calculator.calculate import SUBJECTS
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.near import render_near
from yanlian.engine.policy.outcome import Outcome
from yanlian.ui.refusals import shown
from yanlian.ui.words import english, t


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome in words. `why`: its derivation; `near`: what would make it eligible."""

    outcome: Outcome
    title: str
    period: str
    reasons: Sequence[str]
    why: str
    near: str


@page(owner="sandbox", permission=Permission.PUBLIC, methods=("GET", "POST"))
def calculator(request: HttpRequest) -> HttpResponseBase:
    """The form of a clause, and under it what the typed figures come to. Nothing is stored."""
    given = request.POST if request.method == "POST" else request.GET
    refusals: list[Refused] = []
    day = _day(given.get("as_of", ""))
    title = t("政策计算器", "Policy calculator")
    context: dict[str, object] = {"title": title, "crumbs": [(title, None)], "as_of": day, "kinds": SUBJECTS}
    try:
        packs = packs_in_use(day)
        clauses = Evaluator(packs, day).clauses
        context |= {"clauses": _grouped(clauses), "chosen": None, "packs": packs.hash[:12]}
        chosen = next((one for one in clauses if one.id == given.get("clause")), None)
        if chosen is not None:
            context |= _of_clause(request, packs, chosen, day, given)
    except Refused as refusal:
        refusals.append(refusal)
    except PackFaults as faults:
        refusals += [one.refusal for one in faults.faults if one.severity == "error"][:5]
    context["refusals"] = shown(*refusals)
    often = any(one.code == "calculator_often" for one in refusals)
    return render(request, "sandbox/calculator.html", context, status=429 if often else 422 if refusals else 200)


def _of_clause(
    request: HttpRequest, packs: PackSet, chosen: CompiledClause, day: date, given: Mapping[str, str]
) -> dict[str, object]:
    kind = given.get("kind") or chosen.source.subject[0]
    blocks = blocks_of(chosen, packs.schema, given)
    context: dict[str, object] = {"chosen": chosen, "blocks": blocks, "kind": kind, "subjects": chosen.source.subject}
    if request.method != "POST":
        return context
    try:
        count(address_of(request))
        found = calculate(packs, facts_typed(blocks, packs.schema), day, kind=kind)
    except Refused as refusal:
        # The form stays as it was typed.
        return context | {"wrong": shown(refusal)}
    own = [one for one in found.outcomes if one.clause == chosen.id]
    others = [one for one in found.outcomes if one.clause != chosen.id and one.kind == "eligible"]
    return context | {
        "lines": [_line(found, one) for one in own],
        "others": [(one, packs.clause(one.clause).source.title) for one in others],
        "total_fen": found.total_fen,
    }


def _line(found: Calculated, outcome: Outcome) -> Line:
    language: Language = "en" if english() else "zh"
    packs = found.evaluator.packs
    near = ""
    if outcome.kind in {"not_eligible", "unknown", "not_applicable"}:
        near = render_near(found.near(outcome), packs.schema.departments, language)
    return Line(
        outcome,
        packs.clause(outcome.clause).source.title,
        period_text(outcome.period),
        reason_texts(outcome.reason, packs.schema),
        render_text(found.explained(outcome), language),
        near,
    )


def _grouped(clauses: Sequence[CompiledClause]) -> list[tuple[str, list[CompiledClause]]]:
    found: dict[str, list[CompiledClause]] = {}
    for one in clauses:
        found.setdefault(one.document.source.title, []).append(one)
    return list(found.items())


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return today()
