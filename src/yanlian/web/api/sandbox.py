"""The calculator for programs: typed facts in, outcomes out. Public and rate-bounded like its page; stores nothing."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yanlian.apps.people.actions import address_of
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.sandbox.rate import count
from yanlian.engine.policy import render_text
from yanlian.engine.policy.calculator import calculate
from yanlian.engine.policy.near import render_near
from yanlian.web.api.core import PUBLIC_PROBLEMS
from yanlian.web.api.shapes import Money, OutcomeKind, money

router = Router(tags=["calculator"])
_MOST_WHY = 20


class FactsIn(Schema):
    """What is known of a firm.

    `facts`: records by their Chinese names or keys, as in worked cases of packs; a kind that is not named is unknown,
    an empty list says none. `why`: also derivation and near miss, for at most twenty outcomes.
    """

    facts: dict[str, object]
    kind: Literal["enterprise", "institution", "person", "park"] = "enterprise"
    as_of: date | None = None
    clauses: list[str] = Field(default_factory=list, max_length=200)
    why: bool = False
    language: Literal["zh", "en"] = "zh"


class CalculatedLine(Schema):
    """One outcome. `reason`: as outcomes of runs have it; `why`, `near`: text, where it was asked for."""

    clause: str
    title: str
    matter: str
    period: str
    outcome: OutcomeKind
    amount: Money
    reason: dict[str, object]
    why: str = ""
    near: str = ""


class CalculatedOut(Schema):
    """Outcomes of the clauses that apply, and what is due in all."""

    as_of: date
    packs: str
    outcomes: list[CalculatedLine]
    total: Money


@router.post(
    "/calculate", auth=None, response={200: CalculatedOut, **PUBLIC_PROBLEMS}, summary="What typed figures give"
)
def calculated(request: HttpRequest, given: FactsIn) -> CalculatedOut:
    """Typed figures under the packs in use. Nothing is stored and nobody is entitled by it."""
    count(address_of(request))
    day = given.as_of or today()
    packs = packs_in_use(day)
    found = calculate(packs, given.facts, day, kind=given.kind, clauses=given.clauses)
    lines: list[CalculatedLine] = []
    for one in found.outcomes:
        if one.kind == "not_applicable" and not given.clauses:
            continue
        told = given.why and len(lines) < _MOST_WHY
        near = told and one.kind in {"not_eligible", "unknown"}
        lines.append(
            CalculatedLine(
                clause=one.clause,
                title=packs.clause(one.clause).source.title,
                matter=one.matter,
                period=one.period,
                outcome=one.kind,
                amount=money(one.amount_fen if one.kind == "eligible" else 0),
                reason=dict(one.reason),
                why=render_text(found.explained(one), given.language) if told else "",
                near=render_near(found.near(one), packs.schema.departments, given.language) if near else "",
            )
        )
    return CalculatedOut(as_of=day, packs=packs.hash, outcomes=lines, total=money(found.total_fen))
