"""The computation of chain-break risk as background work: begun by a click, watched, stopped; kept when it is done.

The result is that of `rank_risks` called directly: the same action runs in the thread and writes there, so that nobody
has to stay on the page. Watched where it was begun: another process of the server shows the last ranking that was kept.
"""

from __future__ import annotations

from typing import Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.chains.actions_risk import rank_risks
from yanlian.apps.chains.models import RiskRanking
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.tasks import Task, Tell, give_up, known, started
from yanlian.base.refusal import Refused
from yanlian.ui.refusals import shown
from yanlian.ui.words import t

# The whole district is computed, so there is one such work.
_KEY: Final = "chain-risk"
# A small district is done before anybody wonders.
WAIT_SECONDS: Final = 2.0

Done = tuple[RiskRanking, bool]


def under_way() -> Task[Done] | None:
    """The computation that goes on in this process."""
    task = cast("Task[Done] | None", known(_KEY))
    return None if task is None or task.finished or task.given_up else task


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("POST",))
def compute(request: HttpRequest) -> HttpResponseBase:
    """Begin to compute the ranking from today's links; while that goes on nobody begins another."""
    by = signed_in(request)

    def work(tell: Tell) -> Done:
        before = set(RiskRanking.objects.values_list("pk", flat=True))
        made = rank_risks(by, step=tell)
        return made, made.pk not in before

    task = started(_KEY, work, WAIT_SECONDS, anew=True)
    if task.work is not work and not task.finished:
        messages.info(
            request, t("已有一次测算正在进行，不再另开。", "It is being computed already; no other was begun.")
        )
    return _ended(request, task) if task.finished else redirect("risk-progress")


@page(owner="chains", permission=Permission.EDIT_CHAINS)
def progress(request: HttpRequest) -> HttpResponseBase:
    """How far it is; where it is over, what came of it."""
    task = cast("Task[Done] | None", known(_KEY))
    over = task is None or task.finished or task.given_up
    if over and request.headers.get("HX-Request"):
        # The whole page is asked for again, which tells the end.
        answer = HttpResponse()
        answer["HX-Redirect"] = reverse("risk-progress")
        return answer
    if task is None or task.given_up:
        return redirect("chain-risk")
    return _ended(request, task) if task.finished else _shown(request, {"task": task})


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("POST",))
def stop(request: HttpRequest) -> HttpResponse:
    """Give it up: nothing of it is kept."""
    if give_up(_KEY):
        messages.info(request, t("已停止测算，未保存结果。", "Stopped; nothing of it is kept."))
    return redirect("chain-risk")


def _ended(request: HttpRequest, task: Task[Done]) -> HttpResponseBase:
    if isinstance(task.fault, Refused):
        return _shown(request, {"refusals": shown(task.fault)})
    if task.result is not None and task.result[1]:
        messages.success(request, t("已重新测算。", "Computed anew."), extra_tags="good")
    elif task.result is not None:
        messages.info(
            request,
            t("供应关系和营收没有变化，结果与上次相同。", "Links and revenues are as before; so is the result."),
        )
    return redirect("chain-risk")


def _shown(request: HttpRequest, more: dict[str, object]) -> HttpResponse:
    title = t("测算断链风险", "Computing chain-break risk")
    crumbs = [(t("断链风险", "Chain-break risk"), reverse("chain-risk")), (title, None)]
    return render(request, "chains/risk_progress.html", {"title": title, "crumbs": crumbs, **more})
