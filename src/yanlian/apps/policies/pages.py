"""政策库: every clause of the packs in use, found by words of its text, with what the latest run says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from yanlian.apps.people.access import Permission, page, permits
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.results import latest_run
from yanlian.apps.policies.shelf.day import Day, dated, day_of, frame
from yanlian.apps.policies.shelf.index import Hit, index_of
from yanlian.apps.policies.soundness import assessments
from yanlian.engine.policy import PackFaults
from yanlian.engine.policy.model import Clause, Document
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import EXPORT, SEARCH, Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import english, say, t, word


@dataclass(frozen=True)
class ClauseRow:
    """One clause with its document and what the latest run gave."""

    clause: Clause
    document: Document
    state: str
    holder: str
    mode: str
    eligible: int | None
    amount_fen: int | None
    query: str = ""
    hit: Hit | None = None

    @property
    def found_in(self) -> str:
        """Where a search found it, as plain text."""
        return "".join(mark.text for mark in self.hit.excerpt) if self.hit else ""

    @property
    def delivery(self) -> str:
        """As the pack says; in brackets what rules and data allow, where that is something else."""
        written, possible = word("delivery", self.clause.delivery), word("delivery", self.mode)
        return str(written) if written == possible else t("{a}（{b}）", "{a} ({b})", a=written, b=possible)


def document_state(document: Document, today: date) -> str:
    """The code of ui/words.yaml, group document: what the status and the dates say on a day."""
    if document.status != "in_force":
        return document.status
    if today < document.valid_from:
        return "coming"
    return "in_force" if document.in_force_on(today) else "expired"


def clause_rows(day: Day, *, with_run: bool) -> list[ClauseRow]:
    """All clauses of a day in the order of their documents. Raises PackFaults when the packs cannot be read."""
    packs = packs_in_use(day.on)
    run = latest_run() if with_run else None
    totals = run.by_clause if run else {}
    modes = {key: one.mode for key, one in assessments(day.on).items()}
    return [
        ClauseRow(
            clause=clause.source,
            document=clause.document.source,
            state=document_state(clause.document.source, day.on),
            holder=packs.schema.holder_name(clause.source.department, t("zh", "en")),
            mode=modes[clause.id],
            eligible=totals.get(clause.id, {}).get("eligible", 0) if run else None,
            amount_fen=totals.get(clause.id, {}).get("amount_fen", 0) if run else None,
            query=day.query,
        )
        for clause in packs.clauses
    ]


R = TypeVar("R")


@dataclass(frozen=True)
class Ranked(FromMemory[R]):
    """Rows that a search has chosen and ordered already."""

    def found(self, text: str) -> Ranked[R]:
        return self


def ranked(rows: Sequence[ClauseRow], hits: Sequence[Hit]) -> list[ClauseRow]:
    """The rows that were found, the best first, each with the words that say so."""
    by_id = {row.clause.id: row for row in rows}
    return [replace(by_id[hit.clause], hit=hit) for hit in hits if hit.clause in by_id]


def _excerpt(row: ClauseRow) -> str:
    marks = row.hit.excerpt if row.hit else ()
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", m.text) if m.found else m.text,) for m in marks))


FOUND: Column[ClauseRow] = Column("found", ("相关内容", "Where it says so"), _excerpt, sortable=False)
FOUND_PLAIN: Column[ClauseRow] = replace(FOUND, value=lambda row: row.found_in)


def _documents() -> list[Choice]:
    return [Choice(one.source.id, one.source.title) for one in packs_in_use().documents]


def _departments() -> list[Choice]:
    packs = packs_in_use()
    keys = dict.fromkeys(clause.source.department for clause in packs.clauses)
    return [Choice(key, packs.schema.holder_name(key, t("zh", "en"))) for key in keys]


def _themes() -> list[Choice]:
    themes = sorted({clause.source.theme for clause in packs_in_use().clauses if clause.source.theme})
    return [Choice(one, one) for one in themes]


RUN_COLUMNS: Sequence[Column[ClauseRow]] = (
    Column("eligible", ("最近测算符合数", "Eligible in the latest run"), lambda row: row.eligible, Kind.COUNT),
    Column("amount", ("最近测算金额", "Amount in the latest run"), lambda row: row.amount_fen, Kind.MONEY),
)
CLAUSES: Listing[ClauseRow] = Listing(
    title=("政策库", "Policy library"),
    file_name="policies",
    search_hint=("按名称、原文、条件或材料搜索", "Search titles, wording, conditions, evidence"),
    columns=(
        Column("title", ("条款", "Clause"), lambda row: row.clause.title, main=True,
               link=lambda row: reverse("clause", args=[row.clause.id]) + row.query),
        Column("id", ("编号", "Id"), lambda row: row.clause.id, Kind.CODE),
        Column("document", ("文件", "Document"), lambda row: row.document.title),
        Column("department", ("负责部门", "Department"), lambda row: row.holder),
        Column("delivery", ("兑现方式", "Delivery"), lambda row: row.delivery),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="document"),
    ),
    filters=(
        Filter("document", ("文件", "Document"), _documents),
        Filter("department", ("负责部门", "Department"), _departments),
        Filter("delivery", ("兑现方式", "Delivery"), word_choices("delivery")),
        Filter("mode", ("可以做到", "Possible"), word_choices("delivery")),
        Filter("state", ("状态", "State"), word_choices("document")),
        Filter("subject", ("适用对象", "For whom"), word_choices("kind")),
        Filter("theme", ("主题", "Theme"), _themes),
        Filter("grade", ("来源等级", "Source"), word_choices("grade")),
    ),
    empty=("还没有政策包。请先把政策包放入政策包文件夹。", "There are no policy packs yet."),
    page_size=100,
)  # fmt: skip


def _columns(request: HttpRequest, *, searching: bool, with_run: bool) -> Sequence[Column[ClauseRow]]:
    """All columns; on the screen a search makes room for where it found its words."""
    columns = (*CLAUSES.columns, *(RUN_COLUMNS if with_run else ()))
    if not searching:
        return columns
    if request.GET.get(EXPORT):
        return (columns[0], FOUND_PLAIN, *columns[1:])
    return (columns[0], FOUND, *(column for column in columns[1:] if column.key in ("document", "department", "state")))


@page(owner="policies", permission=Permission.SEE_POLICIES)
def policies(request: HttpRequest) -> HttpResponseBase:
    """政策库 on a day. The columns of the latest run are for those who may see runs."""
    with_run = permits(request.user, Permission.SEE_RUNS)
    day = day_of(request)
    question = request.GET.get(SEARCH, "").strip()[:200]
    try:
        rows = clause_rows(day, with_run=with_run)
        if question:
            rows = ranked(rows, index_of(packs_in_use(day.on)).search(question))
    except PackFaults as faults:
        return faulty_packs(request, faults)
    listing = replace(CLAUSES, columns=_columns(request, searching=bool(question), with_run=with_run))
    listed = Ranked(
        rows,
        search=lambda row: (row.clause.title,),
        filters={
            "document": lambda row, value: row.document.id == value,
            "department": lambda row, value: row.clause.department == value,
            "delivery": lambda row, value: row.clause.delivery == value,
            "mode": lambda row, value: row.mode == value,
            "state": lambda row, value: row.state == value,
            "subject": lambda row, value: value in (row.clause.subject or row.document.rules.subject),
            "theme": lambda row, value: row.clause.theme == value,
            "grade": lambda row, value: row.document.source.grade == value,
        },
        orders={column.key: column.value for column in listing.columns},
    )
    run = latest_run() if with_run else None
    when = [*dated(day), *([(t("最近测算", "Latest run"), f"#{run.pk} {run.as_of}")] if run else [])]
    more = frame(request, day, "policies", say(CLAUSES.title))
    return show(request, listing, listed, template="policies/library.html", dated=when, more=more)


def faulty_packs(request: HttpRequest, faults: PackFaults) -> HttpResponseBase:
    """The packs cannot be used: every fault with file and line, instead of half a library."""
    context = {
        "title": say(CLAUSES.title),
        "crumbs": [(say(CLAUSES.title), None)],
        "faults": [fault.line_text("en" if english() else "zh") for fault in faults.faults],
    }
    return render(request, "policies/faulty.html", context, status=503)
