"""还差什么 on pages: part of the page 为什么, a sheet for the counter, and who nearly qualifies for a clause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.nearing import MOST_OF_CLAUSE, PART, Nearly, near_outcome, nearly
from yanlian.apps.policies.packs import packs_of
from yanlian.apps.policies.results import latest_run, period_text, reason_texts, schema_in_use
from yanlian.apps.policies.run_pages import RUNS, dated
from yanlian.apps.policies.titles import title_of, titles, why_href
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import dossier_href, fictional_badge, shown_name
from yanlian.apps.registry.visible import masked_name, visible_to
from yanlian.base.refusal import Refused
from yanlian.engine.policy.near import NearMiss, Way, sentences
from yanlian.engine.policy.near.near_text import nothing_text, obstacle_text, reached_text
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import english, say, t

NOT_HELD = (Outcome.Kind.ELIGIBLE, Outcome.Kind.MANUAL)


@dataclass(frozen=True)
class WayLines:
    """One way in words: what kind it is, what it needs, and what then."""

    kind: str
    lines: Sequence[str]
    reached: str


@dataclass(frozen=True)
class NearLines:
    """A near miss in words."""

    kind: str
    obstacles: Sequence[str]
    ways: Sequence[WayLines]
    nothing: str


def language() -> Literal["zh", "en"]:
    """The reader's."""
    return "en" if english() else "zh"


def near_lines(miss: NearMiss) -> NearLines:
    """A near miss in the reader's language."""
    departments = schema_in_use().departments
    spoken = language()
    return NearLines(
        kind=miss.kind,
        obstacles=[obstacle_text(one, spoken) for one in miss.obstacles],
        ways=[_way(one, departments, spoken) for one in miss.ways],
        nothing="" if miss.ways else nothing_text(miss, spoken),
    )


def _way(way: Way, departments: Mapping[str, Mapping[str, str]], spoken: Literal["zh", "en"]) -> WayLines:
    return WayLines(way.kind, sentences(way, departments, spoken), reached_text(way, spoken))


def lines_for(run: Run, entity: Entity, clause: str, kind: str, matter: str | None) -> NearLines | None:
    """What is missing for an outcome, for the page 为什么; None for what is reached, or cannot be worked out."""
    if kind in NOT_HELD:
        return None
    try:
        return near_lines(near_outcome(run, entity.code, clause, matter))
    except Refused:
        return None


def sheet_href(run: int, entity: str, clause: str, matter: str) -> str:
    """The sheet for the counter of one outcome."""
    return f"{reverse('near-sheet', args=[run, entity, clause])}?{urlencode({'matter': matter})}"


@page(owner="policies", permission=Permission.SEE_OWN_ENTITY)
def near_sheet(request: HttpRequest, pk: int, code: str, clause: str) -> HttpResponse:
    """告知单: one sheet of paper for the counter, what is missing for one benefit. An enterprise sees only its own."""
    run = Run.objects.filter(pk=pk, state=Run.State.COMPLETE).first()
    entity = visible_to(request.user).filter(code=code).first()
    if run is None or entity is None:
        raise Http404(code)
    matter = request.GET.get("matter")
    named = title_of(titles(), clause)
    title = t("还差什么：{title}", "What is missing: {title}", title=named.title)
    context: dict[str, object] = {
        "title": title,
        "crumbs": [
            (named.title, why_href(run.pk, code, clause, matter or "")),
            (t("还差什么", "What is missing"), None),
        ],
        "run": run,
        "entity": entity,
        "name": masked_name(entity, request.user),
        "named": named,
        "dated": dated(run),
    }
    try:
        miss = near_outcome(run, code, clause, matter)
        found = packs_of(run).clause(clause)
    except Refused as refusal:
        if refusal.code in ("clause_unknown", "clause_not_run", "matter_unknown"):
            raise Http404(clause) from refusal
        return render(request, "policies/near_sheet.html", {**context, "refusals": shown(refusal)})
    schema = schema_in_use()
    context |= {
        "near": near_lines(miss),
        "kind": miss.outcome.kind,
        "matter": miss.outcome.matter,
        "period": period_text(miss.outcome.period),
        "reached": miss.outcome.kind in NOT_HELD,
        "clause": found.source,
        "document": found.document.source,
        "holder": schema.holder_name(found.source.department, t("zh", "en")),
    }
    return render(request, "policies/near_sheet.html", context)


# Who nearly qualifies


@dataclass(frozen=True)
class NearRow:
    """One outcome that something is missing for. `place`: from the nearest, 1, on."""

    place: int
    outcome: Outcome
    miss: NearMiss
    near: NearLines
    reasons: str

    @property
    def needed(self) -> str:
        best = self.miss.best
        if best is None:
            return self.near.nothing
        return t("；", "; ").join(sentences(best, schema_in_use().departments, language(), brief=True))

    @property
    def amount_fen(self) -> int | None:
        return self.miss.best.amount_fen if self.miss.best else None


TITLE = ("接近符合的主体", "Who nearly qualifies")


def nearly_listing(*, events: bool, money: bool) -> Listing[NearRow]:
    """The list; with a column of matters for clauses with events, and of amounts for those that pay."""
    matter = Column[NearRow]("matter", ("事项", "Matter"), lambda row: row.outcome.matter, Kind.CODE)
    amount = Column[NearRow]("amount", ("届时金额", "Amount then"), lambda row: row.amount_fen, Kind.MONEY)
    return Listing(
        title=TITLE,
        file_name="nearly",
        search_hint=("按名称、编号或原因搜索", "Search by name, code or reason"),
        first_order="place",
        columns=(
            Column("place", ("次序", "Rank"), lambda row: row.place, Kind.COUNT),
            Column("entity", ("主体", "Entity"), lambda row: shown_name(row.outcome.entity), main=True,
                   link=lambda row: dossier_href(row.outcome.entity),
                   badge=lambda row: fictional_badge(row.outcome.entity)),
            Column("code", ("编号", "Code"), lambda row: row.outcome.entity.code, Kind.CODE, sortable=False),
            *((matter,) if events else ()),
            Column("reason", ("目前的障碍", "What stands in the way"), lambda row: row.reasons, sortable=False),
            Column("kind", ("还差什么", "What it takes"), lambda row: row.near.kind, Kind.STATUS, words="near"),
            Column("needed", ("最小的改变", "The smallest change"), lambda row: row.needed, sortable=False),
            *((amount,) if money else ()),
            Column("why", ("说明", "More"), lambda row: t("为什么", "Why"), sortable=False, link=_why),
        ),
        filters=(Filter("kind", ("还差什么", "What it takes"),
                        word_choices("near")),),
        empty=("本次测算中，该条款没有不符合或待补数据的结果。",
               "In this run nobody is missing anything for this clause."),
        calibre=(
            ("每一条改变都已代入该主体的档案、用解释引擎重新判定；往年数据已成定局，除非原数据有误。",
             ("Each change was laid over the dossier and judged again by the interpreter; what is past is past, "
             "unless a figure is wrong.")),
            (f"按未满足的条件由少到多试算，至多试算{MOST_OF_CLAUSE}项结果。",
             f"Outcomes with the fewest failed rules are tried first, {MOST_OF_CLAUSE} at most."),
        ),
    )  # fmt: skip


def _why(row: NearRow) -> str:
    one = row.outcome
    return why_href(one.run_id, one.entity.code, one.clause, one.matter)


@page(owner="policies", permission=Permission.SEE_RUNS)
def nearly_page(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """接近符合的主体 of one clause, worked out part by part; each call goes one part further when it is asked to."""
    given = request.GET.get("run", "")
    asked = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    run = get_object_or_404(Run, pk=asked, state=Run.State.COMPLETE) if asked is not None else latest_run()
    if run is None:
        raise Http404("run")
    named = title_of(titles(), clause_id)
    parts = _parts(request)
    refusal = None
    try:
        found = nearly(run, clause_id, parts)
    except Refused as told:
        refusal, found = told, Nearly((), 0, 0, 0)
    rows = near_rows(found)
    listing = nearly_listing(events=any(row.outcome.matter for row in rows), money=any(row.amount_fen for row in rows))
    more: dict[str, object] = {
        "title": t("接近符合：{title}", "Nearly qualify: {title}", title=named.title),
        "crumbs": [
            (say(RUNS.title), reverse("runs")),
            (t("测算#{n}", "Run #{n}", n=run.pk), reverse("run", args=[run.pk])),
            (named.title, reverse("clause", args=[clause_id])),
            (say(TITLE), None),
        ],
        "run": run,
        "named": named,
        "found": found,
        "next_parts": parts + 1 if found.done < found.total else None,
        "part": PART,
        "parts": parts,
    }
    if refusal is not None:
        more["refusals"] = shown(refusal)
    source = FromMemory(
        rows,
        search=lambda row: (shown_name(row.outcome.entity), row.outcome.entity.code, row.reasons, row.needed),
        filters={"kind": lambda row, value: row.near.kind == value},
        orders={column.key: column.value for column in listing.columns if column.sortable},
    )
    return show(request, listing, source, template="policies/nearly.html", dated=dated(run), more=more)


def _parts(request: HttpRequest) -> int:
    given = request.GET.get("parts", "")
    return min(max(int(given), 1), 100) if given.isascii() and given.isdigit() and len(given) < 4 else 1


def near_rows(found: Nearly) -> list[NearRow]:
    """The rows of the list, in order."""
    schema = schema_in_use()
    return [
        NearRow(place, outcome, miss, near_lines(miss), t("；", "; ").join(reason_texts(outcome.reason, schema)))
        for place, (outcome, miss) in enumerate(found.found, 1)
    ]
