"""首页: by role, what there is to do and where to go."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.people.models import User
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.results import latest_run, outcomes_of
from yanlian.apps.policies.versions.shown import waiting_for
from yanlian.apps.registry.models import Batch, Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.ui.words import t, word


@dataclass(frozen=True)
class Task:
    """One thing that waits: what, how many, and where it is done."""

    title: str
    count: int
    href: str


@page(owner="web", permission=Permission.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """首页."""
    user = signed_in(request)
    run = latest_run()
    if user.role == User.Role.ENTERPRISE:
        return _enterprise(request, user, run)
    context: dict[str, object] = {
        "title": t("工作台", "Workbench"),
        "lead": _who(user),
        "run": run,
        "tasks": tasks(user, run),
        "imports": Batch.objects.order_by("-recorded_at")[:5] if permits(user, Permission.IMPORT_FACTS) else [],
    }
    return render(request, "home.html", context)


def _who(user: User) -> str:
    department = department_name(user.department)
    role = str(word("role", user.role))
    return (
        t("{department} · {role}", "{department} · {role}", department=department, role=role)
        if user.department
        else role
    )


def tasks(user: User, run: Run | None) -> list[Task]:
    """What waits for this user: outcomes to judge and data to deliver of its department, users to look after."""
    waiting: list[Task] = []
    if run and permits(user, Permission.HANDLE_ROUNDS):
        listed = reverse("outcomes", args=[run.pk])
        mine = f"&department={user.department}" if user.department else ""
        found = Outcome.objects.filter(run=run)
        if user.department:
            found = found.filter(department=user.department)
        taken = Entitlement.objects.filter(
            clause=OuterRef("clause"), entity=OuterRef("entity"), matter=OuterRef("matter"), period=OuterRef("period")
        )
        due = found.filter(kind=Outcome.Kind.ELIGIBLE, amount_fen__gt=0).exclude(delivery="MANUAL")
        title = t("应兑现、尚未拟入批次的结果", "Amounts due that no round holds yet")
        waiting.append(Task(title, due.filter(~Exists(taken)).count(), f"{listed}?kind=eligible{mine}"))
        for kind, title in (
            (Outcome.Kind.MANUAL, t("需要人工判定的结果", "Outcomes that a person must judge")),
            (Outcome.Kind.UNKNOWN, t("因缺数据无法判定的结果", "Outcomes that wait for data")),
        ):
            waiting.append(Task(title, found.filter(kind=kind).count(), f"{listed}?kind={kind}{mine}"))
    checked, approved = waiting_for(user)
    if checked:
        title = t("待您复核批准的政策包版本", "Pack versions that wait for your approval")
        waiting.append(Task(title, checked, f"{reverse('versions')}?state=checked"))
    if approved:
        title = t("已批准、待实施的政策包版本", "Approved pack versions, not yet in force")
        waiting.append(Task(title, approved, f"{reverse('versions')}?state=approved"))
    if permits(user, Permission.MANAGE_USERS):
        active = User.objects.filter(is_active=True).count()
        waiting.append(Task(t("在用的用户", "Active users"), active, reverse("users")))
    return waiting


def _enterprise(request: HttpRequest, user: User, run: Run | None) -> HttpResponse:
    """The enterprise opens one page and sees what is theirs."""
    entity = Entity.objects.filter(code=user.entity_code).first()
    outcomes = outcomes_of(entity, run) if entity and run else []
    eligible = [row for row in outcomes if row.outcome.kind == Outcome.Kind.ELIGIBLE]
    context = {
        "title": shown_name(entity) if entity else t("首页", "Home"),
        "entity": entity,
        "run": run,
        "eligible": eligible,
        "due_fen": sum(row.outcome.amount_fen for row in eligible),
        "open": [row for row in outcomes if row.outcome.kind in (Outcome.Kind.UNKNOWN, Outcome.Kind.MANUAL)],
    }
    return render(request, "home_enterprise.html", context)
