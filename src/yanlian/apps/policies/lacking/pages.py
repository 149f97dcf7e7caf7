"""待补数据: the list by department and period, the firms behind it, and the letter that asks a department for it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.policies.lacking.counting import Lack, lacks_of, missing_of
from yanlian.apps.policies.models import Run
from yanlian.apps.policies.packs import today
from yanlian.apps.policies.results import clause_titles, schema_in_use, span_text
from yanlian.apps.policies.run_pages import RUNS, dated
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import dossier_href, fictional_badge, shown_name
from yanlian.engine.dossier import Schema
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import say, t

TITLE = ("待补数据", "Missing data")
SELF = "self"


@dataclass(frozen=True)
class LackRow:
    """A missing fact as the list shows it."""

    lack: Lack
    holder: str
    clauses: str
    href: str


def holder_title(schema: Schema, holder: str) -> str:
    return t("申请人自备", "the beneficiary") if holder == SELF else schema.holder_name(holder, t("zh", "en"))


def lack_listing(run: Run, rows: Sequence[LackRow]) -> Listing[LackRow]:
    """The list of missing facts of a run."""
    holders = dict.fromkeys((row.lack.holder, row.holder) for row in rows)
    titles = clause_titles()
    clauses = sorted({clause for row in rows for clause in row.lack.clauses})
    return Listing(
        title=TITLE,
        file_name=f"missing-run-{run.pk}",
        search_hint=("按数据项、所属期或条款搜索", "Search facts, periods or clauses"),
        columns=(
            Column("fact", ("数据项", "Fact"), lambda row: row.lack.fact, main=True, link=lambda row: row.href),
            Column("holder", ("持有部门", "Held by"), lambda row: row.holder),
            Column("period", ("所属期", "Period"), lambda row: span_text(row.lack.period)),
            Column("entities", ("涉及主体（家、人）", "Entities"), lambda row: len(row.lack.entities), Kind.COUNT),
            Column("outcomes", ("待判定结果（项）", "Outcomes waiting"), lambda row: row.lack.outcomes, Kind.COUNT),
            Column("only", ("仅缺此项（项）", "Waiting for this alone"), lambda row: row.lack.only, Kind.COUNT),
            Column("clauses", ("涉及条款", "Clauses"), lambda row: row.clauses),
        ),
        filters=(
            Filter("holder", ("持有部门", "Held by"), lambda: [Choice(key, name) for key, name in holders]),
            Filter("clause", ("条款", "Clause"), lambda: [Choice(one, titles.get(one, one)) for one in clauses]),
        ),
        page_size=100,
        empty=("本次测算没有待补的数据。", "No outcome of this run waits for data."),
        calibre=(
            (
                "同一主体缺同一数据项只计一家；一项结果缺几项数据时各计一次，“仅缺此项”的补齐即可判定。",
                "An entity counts once for a fact, an outcome for each fact it misses; alone: decided once delivered.",
            ),
        ),
    )


@page(owner="policies", permission=Permission.SEE_RUNS)
def missing_data(request: HttpRequest, pk: int) -> HttpResponseBase:
    """待补数据 of a run, with a door to the letter of each department."""
    run = get_object_or_404(Run, pk=pk)
    schema, titles = schema_in_use(), clause_titles()
    rows = [_row(run, schema, titles, lack) for lack in lacks_of(run)]
    listing = lack_listing(run, rows)
    listed = FromMemory(
        rows,
        search=lambda row: (row.lack.fact, row.lack.period, row.clauses, row.holder),
        filters={
            "holder": lambda row, value: row.lack.holder == value,
            "clause": lambda row, value: value in row.lack.clauses,
        },
        orders={column.key: column.value for column in listing.columns},
    )
    holders: dict[str, set[int]] = {}
    for row in rows:
        holders[row.lack.holder] = holders.get(row.lack.holder, set()) | row.lack.entities
    letters = [
        (holder_title(schema, key), len(entities), reverse("missing-letter", args=[pk, key]))
        for key, entities in sorted(holders.items(), key=lambda item: -len(item[1]))
        if key != SELF
    ]
    more = {"crumbs": _crumbs(run), "run": run, "letters": letters}
    return show(request, listing, listed, template="policies/lacking/list.html", dated=dated(run), more=more)


def _row(run: Run, schema: Schema, titles: Mapping[str, str], lack: Lack) -> LackRow:
    named = "、".join(titles.get(one, one) for one in sorted(lack.clauses))
    href = f"{reverse('missing-firms', args=[run.pk])}?holder={lack.holder}"
    return LackRow(lack, holder_title(schema, lack.holder), named, href)


@dataclass(frozen=True)
class FirmRow:
    """One entity and one fact that is missing of it."""

    entity: Entity
    holder: str
    holder_name: str
    fact: str
    period: str
    clauses: str


def firm_rows(run: Run, holder: str = "") -> list[FirmRow]:
    """Which facts are missing of whom, by name; one row for each entity, fact and period."""
    schema, titles = schema_in_use(), clause_titles()
    clauses: dict[tuple[int, str, str, str], set[str]] = {}
    for one in missing_of(run, holder):
        clauses.setdefault((one.entity, one.holder, one.fact, one.period), set()).add(one.clause)
    entities = Entity.objects.in_bulk({key[0] for key in clauses})
    rows = [
        FirmRow(
            entity=entities[entity],
            holder=held_by,
            holder_name=holder_title(schema, held_by),
            fact=fact,
            period=span_text(period),
            clauses="、".join(titles.get(clause, clause) for clause in sorted(named)),
        )
        for (entity, held_by, fact, period), named in clauses.items()
    ]
    return sorted(rows, key=lambda row: (row.entity.name, row.entity.code, row.fact, row.period))


def firm_listing(run: Run, rows: Sequence[FirmRow]) -> Listing[FirmRow]:
    """The annex: whom the data are wanted of."""
    holders = dict.fromkeys((row.holder, row.holder_name) for row in rows)
    return Listing(
        title=("待补数据的主体", "Entities with missing data"),
        file_name=f"missing-entities-run-{run.pk}",
        search_hint=("按名称、编号或数据项搜索", "Search names, codes or facts"),
        columns=(
            Column("entity", ("主体", "Entity"), lambda row: shown_name(row.entity), main=True,
                   link=lambda row: dossier_href(row.entity), badge=lambda row: fictional_badge(row.entity)),
            Column("code", ("统一社会信用代码或编号", "Code"), lambda row: row.entity.code, Kind.CODE),
            Column("fact", ("数据项", "Fact"), lambda row: row.fact),
            Column("period", ("所属期", "Period"), lambda row: row.period),
            Column("holder", ("持有部门", "Held by"), lambda row: row.holder_name),
            Column("clauses", ("用于条款", "For clauses"), lambda row: row.clauses),
        ),
        filters=(Filter("holder", ("持有部门", "Held by"), lambda: [Choice(key, name) for key, name in holders]),),
        empty=("没有待补数据的主体。", "No entity waits for data."),
    )  # fmt: skip


@page(owner="policies", permission=Permission.SEE_RUNS)
def missing_firms(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The entities behind the list, for the annex of the letter."""
    run = get_object_or_404(Run, pk=pk)
    rows = firm_rows(run)
    listing = firm_listing(run, rows)
    listed = FromMemory(
        rows,
        search=lambda row: (row.entity.name, row.entity.code, row.fact),
        filters={"holder": lambda row, value: row.holder == value},
        orders={column.key: column.value for column in listing.columns},
    )
    crumbs = [*_crumbs(run)[:-1], (say(TITLE), reverse("missing-data", args=[pk])), (say(listing.title), None)]
    return show(request, listing, listed, dated=dated(run), more={"crumbs": crumbs})


@page(owner="policies", permission=Permission.SEE_RUNS)
def missing_csv(request: HttpRequest, pk: int, holder: str) -> HttpResponseBase:
    """The same of one department as CSV: it can be sent as it is."""
    run = get_object_or_404(Run, pk=pk)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["主体", "统一社会信用代码或编号", "数据项", "所属期", "用于条款"])
    writer.writerows(
        [_plain(shown_name(row.entity)), row.entity.code, row.fact, row.period, _plain(row.clauses)]
        for row in firm_rows(run, holder)
    )
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"待补数据-{holder_title(schema_in_use(), holder)}-测算{pk}.csv"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


def _plain(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


@page(owner="policies", permission=Permission.SEE_RUNS)
def missing_letter(request: HttpRequest, pk: int, holder: str) -> HttpResponseBase:
    """商请函: what the office asks one department for, on one sheet, with the list of entities as its annex."""
    run = get_object_or_404(Run, pk=pk)
    schema = schema_in_use()
    lacks = [one for one in lacks_of(run) if one.holder == holder]
    if holder == SELF or not lacks:
        raise Http404(holder)
    by_record: dict[tuple[str, str], list[Lack]] = {}
    for one in sorted(lacks, key=lambda one: (one.record, one.period, one.fact)):
        by_record.setdefault((one.record, span_text(one.period)), []).append(one)
    user = signed_in(request)
    title = t("数据商请函", "Request for data")
    context = {
        "title": title,
        "crumbs": [*_crumbs(run)[:-1], (say(TITLE), reverse("missing-data", args=[pk])), (title, None)],
        "run": run,
        "holder": schema.holder_name(holder, t("zh", "en")),
        "holder_key": holder,
        "office": department_name(user.department) if user.department else "",
        "today": today(),
        "lines": [
            (record, period, t("、", ", ").join(one.fact.partition(".")[2] or one.fact for one in some),
             len(set().union(*(one.entities for one in some))))
            for (record, period), some in by_record.items()
        ],
        "entities": len(set().union(*(one.entities for one in lacks))),
        "outcomes": len({one.outcome for one in missing_of(run, holder)}),
        "clauses": [clause_titles().get(one, one) for one in sorted(set().union(*(one.clauses for one in lacks)))],
        "dated": dated(run),
    }  # fmt: skip
    return render(request, "policies/lacking/letter.html", context)


def _crumbs(run: Run) -> list[tuple[str, str | None]]:
    number = t("测算#{n}", "Run #{n}", n=run.pk)
    return [(say(RUNS.title), reverse("runs")), (number, reverse("run", args=[run.pk])), (say(TITLE), None)]
