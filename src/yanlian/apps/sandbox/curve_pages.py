"""Along a range of one figure, and over the years to come."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yanlian.apps.people.access import Permission, page
from yanlian.apps.sandbox.asked import Year, curve_of, years_of
from yanlian.apps.sandbox.bench import clauses_on, label_of
from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.sandbox.opened import shelf_of
from yanlian.apps.sandbox.pages import dated, scenario_for
from yanlian.apps.sandbox.result_pages import faulty, trail, waiting
from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.revision.figures import ClauseFigure, figures_of
from yanlian.engine.stream.sandbox.curve import Point
from yanlian.engine.stream.sandbox.horizon import YEARS_MAX, Facts
from yanlian.ui.charts import Chart, Series, columns, lines
from yanlian.ui.numbers import FEN_PER_WAN
from yanlian.ui.refusals import shown
from yanlian.ui.words import t

_POINTS = 11
_UNITS = {"亿元": 8, "万元": 4, "元": 0, "亿": 8, "万": 4, "%": -2, "": 0}


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def curve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Sensitivity: total and receivers for values of one figure between two ends."""
    found = scenario_for(request, pk)
    try:
        return _curve(request, found)
    except PackFaults as faults:
        return faulty(request, found, faults)


def _curve(request: HttpRequest, found: Scenario) -> HttpResponseBase:
    title = t("敏感性曲线", "Sensitivity")
    clause, figure = _chosen(request, found)
    refusals: list[Refused] = []
    context: dict[str, object] = {
        "title": title,
        "crumbs": trail(found, title),
        "scenario": found,
        "clause": clause,
        "figure": figure,
        "given": request.GET,
        "clauses": [(one.id, one.source.title) for one in clauses_on(shelf_of(found.as_of), found)],
        "figures": [(one, label_of(one)) for one in figures_of(shelf_of(found.as_of), clause)] if clause else [],
        "label": label_of(figure) if figure else "",
        "points": request.GET.get("points", str(_POINTS)),
        "charts": True,
        "dated": dated(found),
    }
    if figure is not None and request.GET.get("from") and request.GET.get("to"):
        try:
            first, last = (_in_unit(request.GET[key], figure) for key in ("from", "to"))
            wanted = int(request.GET.get("points", _POINTS)) if request.GET.get("points", "").isdigit() else _POINTS
            task = curve_of(found, figure, first, last, wanted)
        except Refused as refusal:
            refusals.append(refusal)
        else:
            if task.fault is not None:
                return faulty(request, found, task.fault)
            if task.result is None:
                return waiting(request, found, task, title)
            if request.GET.get("as") == "csv":
                return _csv(task.result)
            context |= {"lines": task.result, "drawn": _charts(figure, task.result)}
    context["refusals"] = shown(*refusals)
    return render(request, "sandbox/curve.html", context, status=422 if refusals else 200)


def _chosen(request: HttpRequest, found: Scenario) -> tuple[CompiledClause | None, ClauseFigure | None]:
    shelf = shelf_of(found.as_of)
    clause = next((one for one in clauses_on(shelf, found) if one.id == request.GET.get("clause")), None)
    figures = figures_of(shelf, clause) if clause is not None else []
    return clause, next((one for one in figures if one.at == request.GET.get("at")), None)


def _in_unit(typed: str, figure: ClauseFigure) -> Decimal:
    """What was typed as a number in the unit of the figure: 600 and 600万元 are the same for a figure in 万元."""
    text = typed.strip()
    unit = text.lstrip("0123456789.,，")
    value = parse_figure(text)
    return value if not unit else value.scaleb(-_UNITS.get(figure.unit, 0))


def _charts(figure: ClauseFigure, points: Sequence[Point]) -> list[Chart]:
    """Two charts, because two units are two charts."""
    written = [one.written for one in points]
    return [
        lines(
            "curve-amount",
            t("总金额随“{label}”变化", "Total along {label}", label=label_of(figure)),
            t("每一取值下全部条款的应兑现总额，单位万元", "Total due of all clauses at each value, in CNY 10,000"),
            t("万元", "CNY 10,000"),
            written,
            [Series(t("总金额", "Total"), [_wan(one.amount_fen) for one in points])],
        ),
        lines(
            "curve-receivers",
            t("受益主体随“{label}”变化", "Receivers along {label}", label=label_of(figure)),
            t("每一取值下有应兑现金额的主体数", "Beneficiaries who are due anything at each value"),
            t("家、人", "receivers"),
            written,
            [Series(t("受益主体", "Receivers"), [one.receivers for one in points])],
        ),
    ]


def _wan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN_PER_WAN).quantize(Decimal("0.01"))


def _csv(points: Sequence[Point]) -> HttpResponseBase:
    """The points as CSV, amounts in yuan."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["value", "amount_yuan", "receivers", "eligible", "unknown", "gain", "lose"])
    for one in points:
        yuan = f"{one.amount_fen // 100}.{one.amount_fen % 100:02d}"
        rows.writerow([one.written, yuan, one.receivers, one.eligible, one.unknown, one.gain, one.lose])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sandbox-curve.csv"'
    return response


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def years(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The years to come: the same firms and figures, the rules of later days."""
    found, title = scenario_for(request, pk), t("逐年测算", "Years to come")
    typed = request.GET.get("years", "3")
    ahead = min(int(typed), YEARS_MAX) if typed.isdigit() else 3
    facts: Facts = "kept" if request.GET.get("facts") == "kept" else "moved"
    context: dict[str, object] = {
        "title": title,
        "crumbs": trail(found, title),
        "scenario": found,
        "years": ahead,
        "most": YEARS_MAX,
        "facts": facts,
        "charts": True,
        "dated": dated(found),
    }
    if "years" in request.GET:
        task = years_of(found, ahead, facts)
        if task.fault is not None:
            return faulty(request, found, task.fault)
        if task.result is None:
            return waiting(request, found, task, title)
        context |= {
            "lines": task.result,
            "total": [sum(one.before[0] for one in task.result), sum(one.after[0] for one in task.result)],
            "drawn": _years_chart(task.result),
        }
    return render(request, "sandbox/years.html", context)


def _years_chart(lines: Sequence[Year]) -> Chart:
    return columns(
        "years",
        t("逐年应兑现金额", "Amount due year by year"),
        t("现行政策与方案的逐年应兑现金额，单位万元", "Amount due under the packs as they are and as proposed"),
        t("万元", "CNY 10,000"),
        [str(one.year) for one in lines],
        [
            Series(t("现行", "Now"), [_wan(one.before[0]) for one in lines]),
            Series(t("方案", "Proposed"), [_wan(one.after[0]) for one in lines]),
        ],
    )
