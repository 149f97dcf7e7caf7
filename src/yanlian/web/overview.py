"""区情总览: the five clusters with what was published of them, what is due and paid, and the latest run.

Figures of different calibre or unit never share a chart: published figures are written one by one with their operator,
period and calibre; the charts count only what this registry and this run hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.delivery.models import Payment
from yanlian.apps.people.access import Permission, page
from yanlian.apps.people.departments import department_name
from yanlian.apps.policies.models import Run
from yanlian.apps.policies.results import latest_run
from yanlian.apps.policies.run_pages import beneficiaries, dated, eligible_by_department
from yanlian.apps.registry.models import FOREVER, Entity, Registration, Statement
from yanlian.apps.registry.published import Published, published
from yanlian.ui.charts import Chart, Series, bars
from yanlian.ui.numbers import FEN_PER_WAN
from yanlian.ui.words import t, words


@dataclass(frozen=True)
class Cluster:
    """One cluster: its figures as published, and how many enterprises of it stand in the registry."""

    code: str
    title: str
    href: str
    statements: Sequence[Published]
    enterprises: int


@page(owner="web", permission=Permission.SEE_DISTRICT)
def overview(request: HttpRequest) -> HttpResponse:
    """区情总览."""
    standing = list(Statement.objects.filter(replaced_at=FOREVER).order_by("code"))
    counts = enterprises_by_cluster()
    run = latest_run()
    context = {
        "title": t("区情总览", "District overview"),
        "crumbs": [(t("区情总览", "District overview"), None)],
        "clusters": clusters(standing, counts),
        "others": [published(one) for one in standing if not one.cluster],
        "run": run,
        "beneficiaries": beneficiaries(run) if run else 0,
        "paid": paid(),
        "entities": Entity.objects.exclude(kind=Entity.Kind.PERSON).count(),
        "fictional": Entity.objects.exclude(kind=Entity.Kind.PERSON).filter(fictional=True).count(),
        "cluster_chart": cluster_chart(counts) if counts else None,
        "due_chart": due_chart(run) if run and run.amount_fen else None,
        "dated": dated(run) if run else [],
        "charts": True,
    }
    return render(request, "overview.html", context)


def enterprises_by_cluster() -> dict[str, int]:
    """Cluster code → organisations of the registry whose registration names it."""
    found = Registration.objects.filter(replaced_at=FOREVER).exclude(cluster=None)
    return {str(code): n for code, n in found.values_list("cluster").annotate(n=Count("pk")).order_by()}


def clusters(standing: Iterable[Statement], counts: dict[str, int]) -> list[Cluster]:
    """The five clusters in their fixed order."""
    statements: dict[str, list[Published]] = {}
    for one in standing:
        statements.setdefault(one.cluster, []).append(published(one))
    listed = reverse("entities")
    return [
        Cluster(code, str(title), f"{listed}?cluster={code}", statements.get(code, []), counts.get(code, 0))
        for code, title in words("cluster").items()
    ]


def paid() -> dict[str, int]:
    """What the bank has confirmed as paid: how many payments and how much."""
    total = Payment.objects.filter(state=Payment.State.PAID).aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    return {"count": total["n"], "fen": total["fen"] or 0}


def cluster_chart(counts: dict[str, int]) -> Chart:
    """Organisations by cluster, of this registry."""
    listed = [(str(title), counts.get(code, 0)) for code, title in words("cluster").items()]
    return bars(
        "clusters",
        t("名录内的集群企业", "Organisations of the registry by cluster"),
        t(
            "名录中登记了产业集群的主体数，含虚构主体",
            "Organisations of this registry, fictional included",
        ),
        t("家", "organisations"),
        [title for title, _ in listed],
        [Series(t("主体数", "Organisations"), [n for _, n in listed])],
    )


def due_chart(run: Run) -> Chart:
    """What the latest run gives, by the department that answers for it."""
    listed = eligible_by_department(run)
    return bars(
        "due",
        t("应兑现金额，按负责部门", "Amount due by department"),
        t("评价日{day}的测算结果，未经确认和公示", "Result of the run as of {day}, before confirmation", day=run.as_of),
        t("万元", "CNY 10,000"),
        [department_name(department) for department, _, _ in listed],
        [Series(t("应兑现金额", "Amount due"), [_wan(fen) for _, _, fen in listed])],
    )


def _wan(fen: int) -> int:
    """Whole 万元, half up: a chart needs no fen."""
    return (2 * fen + FEN_PER_WAN) // (2 * FEN_PER_WAN)
