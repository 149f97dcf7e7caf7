"""What is missing for an outcome, as data: obstacles, and the smallest changes that make it eligible."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yanlian.apps.people.access import Permission
from yanlian.apps.policies.nearing import MOST_OF_CLAUSE, PART, near_outcome, nearly
from yanlian.apps.policies.results import schema_in_use
from yanlian.apps.registry.visible import masked_name
from yanlian.engine.policy.near import NearMiss, Way, sentences
from yanlian.engine.policy.near.near_text import obstacle_text, reached_text
from yanlian.web.api.core import PROBLEMS, need
from yanlian.web.api.policies import AsOf, ClauseId, Matter, RunId, Spoken, wanted_run
from yanlian.web.api.registry import entity_of
from yanlian.web.api.shapes import Money, OutcomeKind, money

router = Router(tags=["policies"])
NearKind = Literal["supply", "wait", "improve", "cannot", "none"]
ChangeKind = Literal["supply", "wait", "improve", "cannot"]


class ObstacleOut(Schema):
    """A rule in the way. `share`: the percentage that is there and the one needed, where the rule asks for a share."""

    kind: str
    verdict: Literal["failed", "unknown", "null"]
    label: str
    article: str
    rule: str
    share_present: str
    share_needed: str
    text: str


class NeededField(Schema):
    """A field of a record that is lacking."""

    name: str
    name_en: str
    op: str
    needed: str
    unit: str
    type: str
    free: bool


class ChangeOut(Schema):
    """One thing that would have to be otherwise; `text` says it in a sentence. Figures are texts in the unit named."""

    kind: ChangeKind
    what: Literal["field", "record", "delivery", "day"]
    fact: str
    fact_en: str
    record_key: str
    holder: str
    present: str
    op: str
    needed: str
    difference: str
    unit: str
    type: str
    calibre: str
    exact: bool
    example: bool
    past: bool
    fields: list[NeededField]
    day: date | None
    text: str


class WayOut(Schema):
    """Changes that together were tried, and what came of it."""

    kind: ChangeKind
    reaches: OutcomeKind
    amount: Money
    text: str
    changes: list[ChangeOut]


class NearOut(Schema):
    """What is missing for one outcome. `kind`: that of the best way; `none` when none was found."""

    run: int
    as_of: date
    entity: str
    entity_name: str
    clause: str
    matter: str
    outcome: OutcomeKind
    kind: NearKind
    obstacles: list[ObstacleOut]
    ways: list[WayOut]
    searched: int
    cut: bool


class NearlyOut(Schema):
    """Who nearly qualifies for a clause, the nearest first. `tried` of `total` outcomes were tried; `left_out` never
    are."""

    run: int
    as_of: date
    clause: str
    tried: int
    total: int
    left_out: int
    items: list[NearOut]


@router.get("/near-miss", response={200: NearOut, **PROBLEMS}, summary="What is missing for an outcome")
def near(
    request: HttpRequest,
    entity: Annotated[str, Query(max_length=64)],
    clause: ClauseId,
    run: RunId = None,
    as_of: AsOf = None,
    matter: Matter = None,
    language: Spoken = "zh",
) -> NearOut:
    """The smallest changes that make it eligible; each was laid over the dossier of the run's snapshot and judged."""
    user = need(request, Permission.SEE_OWN_ENTITY)
    one = entity_of(user, entity)
    chosen = wanted_run(run, as_of)
    return _near(near_outcome(chosen, one.code, clause, matter), chosen.pk, one.code, masked_name(one, user), language)


@router.get("/clauses/{clause_id}/nearly", response={200: NearlyOut, **PROBLEMS}, summary="Who nearly qualifies")
def nearly_for(
    request: HttpRequest,
    clause_id: str,
    run: RunId = None,
    most: Annotated[int, Query(ge=1, le=MOST_OF_CLAUSE, description="So many outcomes are tried.")] = PART,
    language: Spoken = "zh",
) -> NearlyOut:
    """Outcomes with the fewest failed rules are tried first."""
    user = need(request, Permission.SEE_RUNS)
    chosen = wanted_run(run, None)
    found = nearly(chosen, clause_id, -(-most // PART))
    return NearlyOut(
        run=chosen.pk,
        as_of=chosen.as_of,
        clause=clause_id,
        tried=found.done,
        total=found.total,
        left_out=found.left_out,
        items=[
            _near(miss, chosen.pk, one.entity.code, masked_name(one.entity, user), language)
            for one, miss in found.found[:most]
        ],
    )


def _near(miss: NearMiss, run: int, code: str, name: str, language: Literal["zh", "en"]) -> NearOut:
    return NearOut(
        run=run,
        as_of=miss.as_of,
        entity=code,
        entity_name=name,
        clause=miss.outcome.clause,
        matter=miss.outcome.matter,
        outcome=miss.outcome.kind,
        kind=miss.kind,
        obstacles=[
            ObstacleOut(
                kind=one.kind,
                verdict=one.verdict,
                label=one.label,
                article=one.article,
                rule=one.text,
                share_present=one.share[0] if one.share else "",
                share_needed=one.share[1] if one.share else "",
                text=obstacle_text(one, language),
            )
            for one in miss.obstacles
        ],
        ways=[_way(one, language) for one in miss.ways],
        searched=miss.searched,
        cut=miss.cut,
    )


def _way(way: Way, language: Literal["zh", "en"]) -> WayOut:
    departments = schema_in_use().departments
    return WayOut(
        kind=way.kind,
        reaches=way.reaches,
        amount=money(way.amount_fen),
        text=reached_text(way, language),
        changes=[
            ChangeOut(
                kind=one.kind,
                what=one.what,
                fact=one.fact,
                fact_en=one.fact_en,
                record_key=one.record_key,
                holder=one.holder,
                present=one.present,
                op=one.op,
                needed=one.needed,
                difference=one.difference,
                unit=one.unit,
                type=one.type,
                calibre=one.calibre,
                exact=one.exact,
                example=one.example,
                past=one.past,
                fields=[NeededField.from_orm(field) for field in one.fields],
                day=one.day,
                text=text,
            )
            for one, text in zip(way.changes, sentences(way, departments, language), strict=True)
        ],
    )
