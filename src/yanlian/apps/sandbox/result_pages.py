"""What a scenario comes to: totals, clauses, who gains and loses, spread, budget; as page, sheet and data."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, permits
from yanlian.apps.sandbox.asked import Result, result_of
from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.sandbox.pages import SANDBOX, dated, scenario_for
from yanlian.apps.sandbox.shown import group_tables, group_title, moved_lines, spread_charts, spread_lines
from yanlian.apps.tasks import Task, give_up
from yanlian.base.money import parse_fen
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults
from yanlian.engine.stream.sandbox.answer import ClauseChange, Moved, differences
from yanlian.engine.stream.sandbox.budgets import budget_use
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import english, say, t

R = TypeVar("R")
_FIRST = 10


def _fen(one: ClauseChange, *, after: bool) -> int | None:
    totals = one.after if after else one.before
    return None if totals is None else totals.amount_fen


def _eligible(one: ClauseChange, *, after: bool) -> int | None:
    totals = one.after if after else one.before
    return None if totals is None else totals.outcomes.get("eligible", 0)


CLAUSES: Listing[ClauseChange] = Listing(
    title=("分条款结果", "By clause"),
    file_name="sandbox",
    search_hint=("按条款或文件搜索", "Search clauses or documents"),
    first_order="-difference",
    columns=(
        Column("title", ("条款", "Clause"), lambda one: one.title, main=True,
               link=lambda one: reverse("clause", args=[one.clause]) if one.before else None),
        Column("before", ("现行金额", "Now"), lambda one: _fen(one, after=False), Kind.MONEY),
        Column("after", ("方案金额", "Proposed"), lambda one: _fen(one, after=True), Kind.MONEY),
        Column("difference", ("增减", "Difference"), lambda one: one.difference_fen, Kind.MONEY),
        Column("eligible_before", ("现行符合（项）", "Eligible now"), lambda one: _eligible(one, after=False),
               Kind.COUNT),
        Column("eligible_after", ("方案符合（项）", "Eligible proposed"), lambda one: _eligible(one, after=True),
               Kind.COUNT),
        Column("unknown", ("待补数据（项）", "Data missing"),
               lambda one: None if one.after is None else one.after.outcomes["unknown"] + one.after.outcomes["open"],
               Kind.COUNT),
    ),
    filters=(Filter("affected", ("范围", "Which"), lambda: [Choice("yes", t("受改动影响的", "Affected"))]),),
    page_size=200,
    empty=("这一天没有现行条款。", "No clause is in force on this day."),
    calibre=(
        ("金额为叠加和上限之后、预算规则之前的应兑现金额；未经部门确认，不产生兑付。",
         "Amounts are after stacking and caps, before budget rules; nothing is confirmed, nothing is paid."),
    ),
)  # fmt: skip


def waiting(request: HttpRequest, found: Scenario, task: Task[R], title: str) -> HttpResponseBase:
    """The page of work that takes longer: how far it is, and a button to give it up."""
    context = {
        "title": title,
        "crumbs": [(say(SANDBOX), reverse("scenarios")), (found.name, reverse("scenario", args=[found.pk]))],
        "scenario": found,
        "task": task,
        "here": request.get_full_path(),
    }
    return render(request, "sandbox/waiting.html", context)


def faulty(request: HttpRequest, found: Scenario, fault: Refused | PackFaults) -> HttpResponseBase:
    """A scenario that makes no packs: every fault with its place."""
    lines = (
        [one.line_text("en" if english() else "zh") for one in fault.faults] if isinstance(fault, PackFaults) else []
    )
    context = {
        "title": found.name,
        "crumbs": [(say(SANDBOX), reverse("scenarios")), (found.name, reverse("scenario", args=[found.pk]))],
        "scenario": found,
        "faults": lines,
        "refusals": shown(fault) if isinstance(fault, Refused) else [],
    }
    return render(request, "sandbox/faulty.html", context, status=422)


def trail(found: Scenario, title: str) -> list[tuple[str, str | None]]:
    """Where a page about a scenario stands."""
    return [(say(SANDBOX), reverse("scenarios")), (found.name, reverse("scenario", args=[found.pk])), (title, None)]


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def result(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a scenario comes to, beside the packs as they are."""
    found = scenario_for(request, pk)
    task, title = result_of(found), t("测算结果", "Result")
    if task.fault is not None:
        return faulty(request, found, task.fault)
    if task.result is None:
        return waiting(request, found, task, title)
    if request.GET.get("as") == "json":
        return _as_json(found, task.result)
    return _shown(request, found, task.result, title)


def _shown(request: HttpRequest, found: Scenario, of: Result, title: str) -> HttpResponseBase:
    answer = of.answer
    rows = FromMemory(
        list(answer.clauses),
        search=lambda one: (one.title, one.clause, one.document),
        filters={"affected": lambda one, _: one.worked_out or one.after is None},
        orders={column.key: column.value for column in CLAUSES.columns},
    )
    budget, refusals = _budget(request, found, of)
    more: dict[str, object] = {
        "title": title,
        "crumbs": trail(found, title),
        "scenario": found,
        "answer": answer,
        "lost": -answer.lose[1],
        "affected": [one for one in answer.clauses if one.worked_out or one.after is None],
        "winners": moved_lines(answer.winners[:_FIRST]),
        "losers": moved_lines(answer.losers[:_FIRST]),
        "groups": group_tables(answer),
        "spread": spread_lines(answer),
        "charts_shown": spread_charts(answer),
        "charts": True,
        "budget": budget,
        "budget_over": request.GET.get("over", ""),
        "budget_typed": request.GET.get("budget", ""),
        "overs": _overs(answer.clauses),
        "warnings": [one.line_text("en" if english() else "zh") for one in of.judgement.warnings[:20]],
        "sees_people": permits(request.user, Permission.SEE_ENTITIES),
        "left": [one for one in answer.clauses if one.worked_out and one.interpreted],
        "rows": of.opened.sandbox.held.rows,
        "refusals": shown(*refusals),
    }
    return show(request, CLAUSES, rows, template="sandbox/result.html", dated=dated(found), more=more)


def _overs(clauses: tuple[ClauseChange, ...]) -> list[tuple[str, str]]:
    documents = dict.fromkeys(one.document for one in clauses)
    return [(one, one) for one in documents] + [(one.clause, f"{one.clause} {one.title}") for one in clauses]


def _budget(request: HttpRequest, found: Scenario, of: Result) -> tuple[object, list[Refused]]:
    """How far a budget goes, now and under the proposal, when one was asked about."""
    typed, over = request.GET.get("budget", "").strip(), request.GET.get("over", "")
    if not typed:
        return None, []
    try:
        fen = parse_fen(typed, "万元" if typed.replace(".", "").replace(",", "").isdigit() else "元")
        before = budget_use(of.opened.base, over, fen, found.as_of)
        return {"before": before, "after": budget_use(of.judgement, over, fen, found.as_of)}, []
    except Refused as refusal:
        return None, [refusal]


def _as_json(found: Scenario, of: Result) -> HttpResponseBase:
    """The whole answer as data, money in fen."""
    data = {
        "scenario": found.name,
        "as_of": found.as_of.isoformat(),
        "snapshot": found.snapshot.hash,
        "packs": of.opened.sandbox.packs.hash,
        "proposal": found.proposal.as_data(),
        **of.answer.as_data(),
    }
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "default": str})
    response["Content-Disposition"] = f'attachment; filename="sandbox-{found.pk}.json"'
    return response


# Who gains and who loses, one by one

PEOPLE: Listing[Moved] = Listing(
    title=("增减明细", "Who gains and who loses"),
    file_name="sandbox-people",
    search_hint=("按名称或编号搜索", "Search names or codes"),
    first_order="-difference",
    columns=(
        Column("name", ("主体", "Beneficiary"), lambda one: one.name, main=True,
               link=lambda one: reverse("dossier", args=[one.entity])),
        Column("code", ("编号", "Code"), lambda one: one.entity, Kind.CODE),
        Column("before", ("现行金额", "Now"), lambda one: one.before_fen, Kind.MONEY),
        Column("after", ("方案金额", "Proposed"), lambda one: one.after_fen, Kind.MONEY),
        Column("difference", ("增减", "Difference"), lambda one: one.after_fen - one.before_fen, Kind.MONEY),
    ),
    filters=(
        Filter("side", ("增或减", "Side"),
               lambda: [Choice("gain", t("增加", "Gain")), Choice("lose", t("减少", "Lose"))]),
    ),
    empty=("没有主体的金额因此改变。", "Nobody's amount differs."),
    calibre=CLAUSES.calibre,
)  # fmt: skip


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everybody whose sum differs."""
    found = scenario_for(request, pk)
    task = result_of(found)
    if task.fault is not None:
        return faulty(request, found, task.fault)
    if task.result is None:
        return waiting(request, found, task, say(PEOPLE.title))
    of = task.result
    rows = FromMemory(
        differences(of.opened.base, of.judgement, of.opened.who),
        search=lambda one: (one.name, one.entity),
        filters={"side": lambda one, side: (one.after_fen > one.before_fen) is (side == "gain")},
        orders={column.key: column.value for column in PEOPLE.columns},
    )
    more = {"crumbs": trail(found, say(PEOPLE.title)), "scenario": found}
    return show(request, PEOPLE, rows, dated=dated(found), more=more)


@page(owner="sandbox", permission=Permission.USE_SANDBOX, methods=("POST",))
def stop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give up the work that a page waits for."""
    found = scenario_for(request, pk)
    give_up(request.POST.get("key", ""))
    return redirect("scenario", pk=found.pk)


# Two scenarios side by side


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def beside(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Two scenarios of one snapshot and day: totals, clauses and groups side by side."""
    typed = request.GET.get("other", "")
    left = scenario_for(request, pk)
    right = scenario_for(request, int(typed) if typed.isdigit() else 0)
    title = t("两案对比", "Side by side")
    results: list[Result] = []
    for one in (left, right):
        task = result_of(one)
        if task.fault is not None:
            return faulty(request, one, task.fault)
        if task.result is None:
            return waiting(request, one, task, title)
        results.append(task.result)
    if results[0].opened.key != results[1].opened.key:
        return faulty(request, left, Refused("scenario_not_beside", left=left.name, right=right.name))
    context = {
        "title": title,
        "crumbs": trail(left, title),
        "left": left,
        "right": right,
        "of": [one.answer for one in results],
        "clauses": _pairs(results),
        "groups": [(name, _group_pairs(name, results)) for name in results[0].answer.groups],
        "charts": True,
        "dated": dated(left)[1:4],
        "gini": [
            Decimal(one.gini_ppm) / 1_000_000
            for one in (results[0].answer.spread_before, *(each.answer.spread_after for each in results))
        ],
    }
    return render(request, "sandbox/beside.html", context)


def _pairs(results: list[Result]) -> list[tuple[ClauseChange, int, int, int]]:
    """Clauses that come out otherwise in one of two: (clause, now, left, right) in fen."""
    right = {one.clause: one for one in results[1].answer.clauses}
    found: list[tuple[ClauseChange, int, int, int]] = []
    for one in (*results[0].answer.clauses, *results[1].answer.clauses):
        other = right.get(one.clause)
        now = one.before.amount_fen if one.before else 0
        here, there = (side.after.amount_fen if side is not None and side.after else 0 for side in (one, other))
        if {now} != {here, there} and all(one.clause != known[0].clause for known in found):
            found.append((one, now, here, there))
    return sorted(found, key=lambda line: -abs(line[3] - line[2]))


def _group_pairs(name: str, results: list[Result]) -> list[tuple[str, int, int, int]]:
    lines = zip(*(one.answer.groups[name] for one in results), strict=True)
    return [(group_title(name, a.label), a.before_fen, a.after_fen, b.after_fen) for a, b in lines]
