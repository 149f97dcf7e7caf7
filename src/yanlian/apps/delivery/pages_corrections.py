"""更正影响: entitlements whose amount a later run of the same as-of date no longer confirms: to top up, to reclaim, to
correct before payment. Nothing is changed here; each line leads to the entitlement, where the verbs are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.delivery.machine import UNPAID, S
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.delivery.permissions import Visitor, entitlements_visible_to
from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.results import clause_titles, latest_run, period_text, reason_texts, schema_in_use
from yanlian.apps.registry.pages import fictional_badge, shown_name
from yanlian.engine.dossier import Schema
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, words

TITLE = ("更正影响", "What corrections change")
# Money has left, or is on its way.
PAID = (S.SENT, S.PAID, S.CLOSED)
_AT_A_TIME = 500


@dataclass(frozen=True)
class Affected:
    """An entitlement and what the later run says of the same key. `what`: top_up, reclaim or correct."""

    entitlement: Entitlement
    what: str
    new_kind: str
    new_fen: int
    why: Sequence[str]

    @property
    def change_fen(self) -> int:
        return self.new_fen - self.entitlement.amount_fen


def affected_by(run: Run, visitor: Visitor, schema: Schema) -> list[Affected]:
    """Entitlements of other runs of the same as-of date, of those that the visitor may see, to which this run gives
    another amount; in the order of clause and entity. An outcome that the run does not have at all is due nothing."""
    rows = list(_standing(run, visitor))
    found: list[Affected] = []
    for at in range(0, len(rows), _AT_A_TIME):
        found += _affected(run, rows[at : at + _AT_A_TIME], schema)
    return found


def _standing(run: Run, visitor: Visitor) -> QuerySet[Entitlement]:
    return (
        entitlements_visible_to(visitor)
        .filter(run__as_of=run.as_of, state__in=(*PAID, *UNPAID))
        .exclude(run=run)
        .select_related("entity", "round")
        .order_by("clause", "entity__code", "matter", "period")
    )


def _affected(run: Run, rows: Sequence[Entitlement], schema: Schema) -> Iterator[Affected]:
    outcomes = Outcome.objects.filter(run=run, entity__in={row.entity_id for row in rows})
    said = {(one.clause, one.entity_id, one.matter, one.period): one for one in outcomes}
    for row in rows:
        outcome = said.get((row.clause, row.entity_id, row.matter, row.period))
        due = outcome.amount_fen if outcome is not None and outcome.kind == Outcome.Kind.ELIGIBLE else 0
        if due == row.amount_fen:
            continue
        what = "correct" if row.state in UNPAID else "top_up" if due > row.amount_fen else "reclaim"
        kind = outcome.kind if outcome is not None else Outcome.Kind.NOT_APPLICABLE
        yield Affected(row, what, kind, due, reason_texts(outcome.reason, schema) if outcome is not None else [])


AFFECTED: Listing[Affected] = Listing(
    title=TITLE,
    file_name="corrections",
    search_hint=("按主体名称、代码、条款或事项搜索", "Search by name, code, clause or matter"),
    columns=(
        Column("entity", ("主体", "Beneficiary"), lambda row: shown_name(row.entitlement.entity), main=True,
               link=lambda row: reverse("entitlement", args=[row.entitlement.pk]),
               badge=lambda row: fictional_badge(row.entitlement.entity)),
        Column("code", ("编号", "Code"), lambda row: row.entitlement.entity.code, Kind.CODE),
        Column("clause", ("条款", "Clause"), lambda row: row.entitlement.clause, Kind.CODE),
        Column("title", ("条款名称", "Title"), lambda row: clause_titles().get(row.entitlement.clause, ""),
               sortable=False),
        Column("matter", ("事项与年度", "Matter and year"), lambda row: " · ".join(
            part for part in (row.entitlement.matter, period_text(row.entitlement.period)) if part)),
        Column("state", ("办理状态", "State"), lambda row: row.entitlement.state, Kind.STATUS, words="entitlement"),
        Column("what", ("应如何处理", "To do"), lambda row: row.what, Kind.STATUS, words="correction"),
        Column("before", ("办理金额", "Amount handled"), lambda row: row.entitlement.amount_fen, Kind.MONEY),
        Column("after", ("更正后应兑现", "Due now"), lambda row: row.new_fen, Kind.MONEY),
        Column("change", ("增减", "Change"), lambda row: row.change_fen, Kind.MONEY),
        Column("why", ("新结果的原因", "Why"), lambda row: "；".join(row.why), Kind.PROSE, sortable=False),
    ),
    filters=(Filter("what", ("应如何处理", "To do"), word_choices("correction")),),
    empty=("没有受影响的事项：后来的测算与已办理的金额一致。",
           "Nothing is affected: the later run confirms every amount."),
    calibre=(
        (
            "只对照评价日相同的测算；此处不改动任何事项，请到事项页办理更正、追回或补发。",
            "Only runs of the same as-of date are compared; nothing is changed here: see each entitlement.",
        ),
    ),
)  # fmt: skip


@page(owner="delivery", permission=Permission.SEE_ROUNDS)
def corrections(request: HttpRequest) -> HttpResponseBase:
    """Entitlements to which a run (`?run=`, by default the latest) gives another amount."""
    run = _run(request)
    rows = affected_by(run, request.user, schema_in_use()) if run is not None else []
    listed = FromMemory(
        rows,
        search=lambda row: (
            row.entitlement.entity.name,
            row.entitlement.entity.code,
            row.entitlement.clause,
            row.entitlement.matter,
        ),
        filters={"what": lambda row, value: row.what == value},
        orders={column.key: column.value for column in AFFECTED.columns},
    )
    sums = [(code, [row for row in rows if row.what == code]) for code in words("correction")]
    more = {
        "crumbs": [(t("兑现批次", "Rounds"), reverse("rounds")), (say(TITLE), None)],
        "run": run,
        "sums": [(code, len(some), sum(row.change_fen for row in some)) for code, some in sums if some],
    }
    dated = [(t("测算", "Run"), f"#{run.pk} {run.as_of}")] if run is not None else []
    return show(request, AFFECTED, listed, template="delivery/corrections.html", dated=dated, more=more)


def _run(request: HttpRequest) -> Run | None:
    text = request.GET.get("run", "")
    if not text:
        return latest_run()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = Run.objects.filter(pk=number, state=Run.State.COMPLETE).first()
    if found is None:
        raise Http404(text)
    return found
