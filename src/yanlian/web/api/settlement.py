"""Budgets and quotas of a run as data: what each came to in each year, and who gets what under one of them."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from yanlian.apps.people.access import Permission
from yanlian.apps.policies.settling import settlement_of
from yanlian.apps.registry.visible import visible_to
from yanlian.engine.policy.settlement.result import Bucket, Entry, RuleTold, State, entries_of
from yanlian.web.api.core import PROBLEMS, PageNumber, PageSize, need, paged_list
from yanlian.web.api.policies import run_of
from yanlian.web.api.shapes import Money, Page, money

router = Router(tags=["policies"])


class BucketOut(Schema):
    """A budget or quota in one year ("life": for ever). `limit`, `paid`: money of a budget, places of a quota; null if
    its formula gave none. `line`: where the last one who gets anything stands."""

    rule: int
    kind: Literal["budget", "quota"]
    label: str
    article: str
    clauses: list[str]
    year: str
    limit: Money | int | None
    paid: Money | int
    how: str
    competing: int
    granted: int
    undecided: int
    asked: Money
    granted_amount: Money
    carried: Money
    line: str


class LineOut(Schema):
    """One outcome under a budget or quota. `rank`: from 1, null without a place; `group`: the value of `by`."""

    entity: str
    clause: str
    matter: str
    period: str
    year: str
    state: State
    rank: int | None
    ordered_by: str
    group: str
    asked: Money
    granted: Money
    carried: Money
    provisional: bool


@router.get("/runs/{run_id}/settlement", response={200: list[BucketOut], **PROBLEMS}, summary="Budgets and quotas")
def settlement(request: HttpRequest, run_id: int) -> list[BucketOut]:
    """In the order in which they were settled, year by year; empty when the packs of the run have none."""
    need(request, Permission.SEE_RUNS)
    found = settlement_of(run_of(run_id))
    return [] if found is None else [_bucket(found.rules[one.rule], one) for one in found.buckets]


@router.get(
    "/runs/{run_id}/settlement/{rule}",
    response={200: Page[LineOut], **PROBLEMS},
    summary="Who gets what under a budget or quota",
)
def settlement_lines(
    request: HttpRequest,
    run_id: int,
    rule: int,
    year: Annotated[str, Query(max_length=8)] = "",
    page: PageNumber = 1,
    size: PageSize = 50,
) -> Page[LineOut]:
    """By rank; `rule` is the number that the list of budgets and quotas gives. Empty when the run has none at all."""
    user = need(request, Permission.SEE_RUNS)
    found = settlement_of(run_of(run_id))
    if found is None:
        return paged_list([], page, size)
    if not 0 <= rule < len(found.rules):
        raise Http404(str(rule))
    seen = set(visible_to(user).values_list("code", flat=True))
    lines = [_line(one) for one in entries_of(found.of_rule(rule, year)) if one.entity in seen]
    return paged_list(lines, page, size)


def _bucket(rule: RuleTold, one: Bucket) -> BucketOut:
    is_money = rule.kind == "budget"
    return BucketOut(
        rule=one.rule,
        kind=rule.kind,
        label=rule.label,
        article=rule.article,
        clauses=list(rule.clauses),
        year=one.name,
        limit=one.limit if one.limit is None or not is_money else money(one.limit),
        paid=money(one.paid) if is_money else one.paid,
        how=rule.how,
        competing=one.count,
        granted=one.granted,
        undecided=one.open,
        asked=money(one.asked_fen),
        granted_amount=money(one.granted_fen),
        carried=money(one.carried_fen),
        line=one.line,
    )


def _line(one: Entry) -> LineOut:
    return LineOut(
        entity=one.entity,
        clause=one.clause,
        matter=one.matter,
        period=one.period,
        year=one.bucket,
        state=one.state,
        rank=one.rank or None,
        ordered_by=one.key,
        group=one.group,
        asked=money(one.before_fen),
        granted=money(one.after_fen),
        carried=money(one.carried_fen),
        provisional=one.provisional,
    )
