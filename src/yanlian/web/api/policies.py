"""Clauses, runs, outcomes, and why an outcome is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router

from yanlian.apps.people.access import Anyone, Permission
from yanlian.apps.policies.explaining import explain_outcome
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.registry.visible import masked_name, visible_to
from yanlian.base.refusal import Refused
from yanlian.engine.policy import Explanation, render_text
from yanlian.engine.policy.combination.told import Combination, combinations_of
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.web.api.core import PROBLEMS, PageNumber, PageSize, Search, need, paged, paged_list
from yanlian.web.api.derivation_shapes import LimitOut
from yanlian.web.api.registry import entity_of
from yanlian.web.api.shapes import (
    ClauseLine,
    ClauseOut,
    CombinationMember,
    CombinationOut,
    EvidenceOut,
    ExplanationOut,
    MissingFact,
    OutcomeKind,
    OutcomeOut,
    Page,
    ReductionOut,
    RuleOut,
    RuleText,
    RunOut,
    StepOut,
    money,
)

router = Router(tags=["policies"])
RunId = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="A run; default the latest by as-of date.")]
ClauseId = Annotated[str, Query(max_length=40)]
AsOf = Annotated[date | None, Query(description="Instead of a run: the latest run as of this day.")]
Matter = Annotated[str | None, Query(max_length=200, description="Which event, when there are several.")]
Spoken = Annotated[Literal["zh", "en"], Query()]


@router.get("/clauses", response={200: Page[ClauseLine], **PROBLEMS}, summary="Clauses of the packs in use")
def clauses(
    request: HttpRequest,
    q: Search = "",
    document: Annotated[str, Query(max_length=40)] = "",
    department: Annotated[str, Query(max_length=16)] = "",
    page: PageNumber = 1,
    size: PageSize = 50,
) -> Page[ClauseLine]:
    """In the order of their documents."""
    need(request, Permission.SEE_POLICIES)
    words = q.casefold().split()
    found = [
        _clause(one)
        for one in packs_in_use().clauses
        if (not document or one.document.source.id == document)
        and (not department or one.source.department == department)
        and all(word in f"{one.id} {one.source.title} {one.source.text}".casefold() for word in words)
    ]
    return paged_list(found, page, size)


@router.get("/clauses/{clause_id}", response={200: ClauseOut, **PROBLEMS}, summary="One clause with its rules")
def clause(request: HttpRequest, clause_id: str) -> ClauseOut:
    """The wording, the rules in FEEL, and who holds the evidence."""
    need(request, Permission.SEE_POLICIES)
    try:
        one = packs_in_use().clause(clause_id)
    except Refused as refusal:
        raise Http404(clause_id) from refusal
    return ClauseOut(
        **_clause(one).dict(),
        text=one.source.text,
        note=one.source.note,
        manual=one.source.manual,
        rules=[
            RuleText(kind=test.kind, label=test.source.label, article=test.source.article, text=test.source.when.text)
            for test in one.tests
        ],
        evidence=[EvidenceOut(data=each.data, held_by=each.held_by) for each in one.source.evidence],
    )


def _clause(one: CompiledClause) -> ClauseLine:
    document = one.document.source
    return ClauseLine(
        id=one.id,
        title=one.source.title,
        article=one.source.article,
        document=document.id,
        document_title=document.title,
        department=one.source.department,
        delivery=one.source.delivery,
        theme=one.source.theme,
        subject=list(one.source.subject),
        document_status=document.status,
        valid_from=document.valid_from,
        valid_to=document.valid_to,
    )


@router.get("/runs", response={200: Page[RunOut], **PROBLEMS}, summary="Runs, the newest first")
def runs(request: HttpRequest, page: PageNumber = 1, size: PageSize = 50) -> Page[RunOut]:
    """Finished or not."""
    need(request, Permission.SEE_RUNS)
    return paged(Run.objects.order_by("-made_at", "-pk"), page, size, _run)


@router.get("/runs/{run_id}", response={200: RunOut, **PROBLEMS}, summary="One run")
def run(request: HttpRequest, run_id: int) -> RunOut:
    """What it evaluated and what came of it."""
    need(request, Permission.SEE_RUNS)
    return _run(run_of(run_id))


@router.get("/runs/{run_id}/outcomes", response={200: Page[OutcomeOut], **PROBLEMS}, summary="Outcomes of a run")
def run_outcomes(
    request: HttpRequest,
    run_id: int,
    clause: ClauseId = "",
    kind: Annotated[OutcomeKind | None, Query()] = None,
    entity: Annotated[str, Query(max_length=64)] = "",
    page: PageNumber = 1,
    size: PageSize = 50,
) -> Page[OutcomeOut]:
    """Without those that do not apply: they are kept in the run's Parquet files only."""
    user = need(request, Permission.SEE_RUNS)
    found = Outcome.objects.filter(run=run_of(run_id), entity__in=visible_to(user).order_by())
    if clause:
        found = found.filter(clause=clause)
    if kind:
        found = found.filter(kind=kind)
    if entity:
        found = found.filter(entity__code=entity)
    return _outcomes(found, user, page, size)


@router.get("/entities/{code}/outcomes", response={200: Page[OutcomeOut], **PROBLEMS}, summary="Outcomes of an entity")
def entity_outcomes(
    request: HttpRequest, code: str, run: RunId = None, page: PageNumber = 1, size: PageSize = 50
) -> Page[OutcomeOut]:
    """What a run says of one entity."""
    user = need(request, Permission.SEE_OWN_ENTITY)
    one = entity_of(user, code)
    found = Outcome.objects.filter(run=wanted_run(run, None), entity=one)
    return _outcomes(found, user, page, size)


@router.get("/explanation", response={200: ExplanationOut, **PROBLEMS}, summary="Why an outcome is what it is")
def explanation(
    request: HttpRequest,
    entity: Annotated[str, Query(max_length=64)],
    clause: ClauseId,
    run: RunId = None,
    as_of: AsOf = None,
    matter: Matter = None,
    language: Spoken = "zh",
) -> ExplanationOut:
    """One dossier of the run's own snapshot evaluated again; it gives what the run stored, or the call is refused."""
    user = need(request, Permission.SEE_OWN_ENTITY)
    one = entity_of(user, entity)
    chosen = wanted_run(run, as_of)
    it = explain_outcome(chosen, one.code, clause, matter)
    return _explained(it, chosen, one.code, masked_name(one, user), language)


def run_of(run_id: int) -> Run:
    """The run; 404 when there is none."""
    found = Run.objects.filter(pk=run_id).first() if run_id < 2**63 else None
    if found is None:
        raise Http404(f"run {run_id}")
    return found


def wanted_run(run_id: int | None, as_of: date | None) -> Run:
    """The run asked for, or the latest (as of a day). Raises `Refused("run_missing")`."""
    if run_id is not None:
        return run_of(run_id)
    found = Run.objects.filter(state=Run.State.COMPLETE)
    if as_of is not None:
        found = found.filter(as_of=as_of)
    latest = found.order_by("-as_of", "-made_at").first()
    if latest is None:
        raise Refused("run_missing", as_of=as_of or "-")
    return latest


def _run(one: Run) -> RunOut:
    return RunOut(
        id=one.pk,
        as_of=one.as_of,
        state=cast("Literal['running', 'complete', 'failed', 'differs']", one.state),
        snapshot_hash=one.snapshot_hash,
        pack_hash=one.pack_hash,
        engine=one.engine,
        made_at=one.made_at,
        finished_at=one.finished_at,
        entities=one.entities,
        clauses=one.clauses,
        by_outcome=one.by_outcome,
        amount=money(one.amount_fen),
    )


def _outcomes(found: QuerySet[Outcome], user: Anyone, page: int, size: int) -> Page[OutcomeOut]:
    ordered = found.select_related("entity").order_by("clause", "entity__code", "matter", "period")
    return paged(ordered, page, size, lambda one: _outcome(one, user))


def _outcome(one: Outcome, user: Anyone) -> OutcomeOut:
    return OutcomeOut(
        id=one.pk,
        run=one.run_id,
        entity=one.entity.code,
        entity_name=masked_name(one.entity, user),
        clause=one.clause,
        document=one.document,
        department=one.department,
        matter=one.matter,
        period=one.period,
        event_on=one.event_on,
        kind=cast("OutcomeKind", one.kind),
        amount=money(one.amount_fen),
        clause_amount=money(one.clause_fen),
        delivery=one.delivery,
        failed=one.reason.get("failed", []),
        missing=[MissingFact(**each) for each in one.reason.get("missing", [])],
        manual=str(one.reason.get("manual", "")),
    )


def _explained(it: Explanation, run: Run, code: str, name: str, language: Literal["zh", "en"]) -> ExplanationOut:
    reason = it.outcome.reason
    return ExplanationOut(
        run=run.pk,
        as_of=it.as_of,
        entity=code,
        entity_name=name,
        clause=it.clause.id,
        title=it.clause.title,
        article=it.clause.article,
        document=it.document.id,
        document_title=it.document.title,
        matter=it.outcome.matter,
        period=it.outcome.period,
        kind=it.outcome.kind,
        amount=money(it.outcome.amount_fen),
        clause_amount=money(it.outcome.clause_fen),
        failed=cast("list[str]", reason.get("failed", [])),
        missing=[MissingFact(**one) for one in cast("list[dict[str, str]]", reason.get("missing", []))],
        why_not_applicable=it.why_not_applicable,
        rules=[RuleOut.from_orm(one) for one in it.rules],
        steps=[StepOut.from_orm(one) for one in it.steps],
        limits=[LimitOut.from_orm(one) for one in it.limits],
        reduced=[_reduction(one) for one in it.reduced],
        provisional=cast("list[str]", reason.get("provisional", [])),
        combinations=[_combination(one) for one in combinations_of(reason)],
        text=render_text(it, language),
    )


def _reduction(one: Mapping[str, object]) -> ReductionOut:
    before, after = (cast("int", one.get(key, 0)) for key in ("from_fen", "to_fen"))
    return ReductionOut(
        by=str(one.get("by", "")),
        label=str(one.get("label", "")),
        before=money(before),
        after=money(after),
        winner=str(one.get("winner", "")),
        rank=cast("int | None", one.get("rank")),
        carried=money(cast("int", one["carried_fen"])) if "carried_fen" in one else None,
    )


def _combination(one: Combination) -> CombinationOut:
    members = [
        CombinationMember(clause=each.clause, matter=each.matter, period=each.period, amount=money(each.fen))
        for each in one.members
    ]
    return CombinationOut(role=one.role, total=money(one.total_fen), outcomes=members)
