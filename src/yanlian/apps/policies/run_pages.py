"""测算: the runs, one run with its totals, and its outcomes one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.results import clause_titles, missing_facts, period_text, reasons, schema_in_use
from yanlian.apps.policies.run_engines import engines_of
from yanlian.apps.policies.settlement_words import buckets_of
from yanlian.apps.registry.pages import dossier_href, fictional_badge, shown_name
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults
from yanlian.ui import numbers
from yanlian.ui.charts import Chart, Series, columns
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromDatabase, FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, words

WAN = 1_000_000  # fen
# Upper ends of the brackets of the histogram, in 万元; the last bracket is open.
BRACKETS = (1, 5, 10, 20, 50, 100, 200, 500, 1000)
MOST_MISSING = 30


RUNS: Listing[Run] = Listing(
    title=("测算", "Runs"),
    file_name="runs",
    search_hint=("按快照或政策包的哈希搜索", "Search by hash of snapshot or packs"),
    first_order="-made",
    columns=(
        Column("number", ("测算", "Run"), lambda run: f"#{run.pk}", main=True,
               link=lambda run: reverse("run", args=[run.pk])),
        Column("as_of", ("评价日", "As of"), lambda run: run.as_of, Kind.DATE),
        Column("state", ("状态", "State"), lambda run: run.state, Kind.STATUS, words="run"),
        Column("entities", ("主体数（家、人）", "Entities"), lambda run: run.entities, Kind.COUNT),
        Column("clauses", ("条款数", "Clauses"), lambda run: run.clauses, Kind.COUNT),
        Column("eligible", ("符合项数", "Eligible"), lambda run: run.by_outcome.get("eligible", 0), Kind.COUNT,
               sortable=False),
        Column("amount", ("应兑现金额", "Amount"), lambda run: run.amount_fen, Kind.MONEY),
        Column("made", ("测算时间", "Made at"), lambda run: run.made_at, Kind.INSTANT),
        Column("snapshot", ("快照", "Snapshot"), lambda run: run.snapshot_hash[:12], Kind.CODE, sortable=False),
        Column("packs", ("政策包", "Packs"), lambda run: run.pack_hash[:12], Kind.CODE, sortable=False),
    ),
    filters=(Filter("state", ("状态", "State"), word_choices("run")),),
    empty=("还没有测算。生成快照后即可测算。", "There are no runs yet."),
)  # fmt: skip


@page(owner="policies", permission=Permission.SEE_RUNS)
def runs(request: HttpRequest) -> HttpResponseBase:
    """测算 list."""
    rows = FromDatabase(
        Run.objects.all(),
        search=("snapshot_hash__istartswith", "pack_hash__istartswith"),
        filters={"state": lambda value: Q(state=value)},
        orders={
            "number": "pk",
            "as_of": "as_of",
            "state": "state",
            "entities": "entities",
            "clauses": "clauses",
            "amount": "amount_fen",
            "made": "made_at",
        },
    )
    return show(request, RUNS, rows, more={"crumbs": [(say(RUNS.title), None)]})


@dataclass(frozen=True)
class ClauseTotal:
    """What a run gave under one clause."""

    id: str
    title: str
    document: str
    department: str
    counts: dict[str, int]

    def count(self, kind: str) -> int:
        return self.counts.get(kind, 0)


CLAUSE_TOTALS: Listing[ClauseTotal] = Listing(
    title=("分条款结果", "By clause"),
    file_name="run",
    search_hint=("按条款或文件搜索", "Search clauses or documents"),
    first_order="-amount",
    columns=(
        Column("title", ("条款", "Clause"), lambda row: row.title, main=True,
               link=lambda row: reverse("clause", args=[row.id])),
        Column("document", ("文件", "Document"), lambda row: row.document),
        Column("department", ("负责部门", "Department"), lambda row: row.department),
        Column("eligible", ("符合（项）", "Eligible"), lambda row: row.count("eligible"), Kind.COUNT),
        Column("amount", ("金额", "Amount"), lambda row: row.count("amount_fen"), Kind.MONEY),
        Column("unknown", ("待补数据（项）", "Data missing"), lambda row: row.count("unknown"), Kind.COUNT),
        Column("manual", ("人工判定（项）", "To judge"), lambda row: row.count("manual"), Kind.COUNT),
        Column("not_eligible", ("不符合（项）", "Not eligible"), lambda row: row.count("not_eligible"), Kind.COUNT),
    ),
    page_size=200,
    empty=("本次测算没有产生结果。", "This run gave no outcomes."),
    calibre=(
        (
            "金额为叠加、上限和预算规则之后的应兑现金额，未经部门确认和公示。",
            "Amounts are after stacking, caps and budget rules, before confirmation and publicity.",
        ),
    ),
)  # fmt: skip


@page(owner="policies", permission=Permission.SEE_RUNS)
def run(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One run: totals by outcome, each clause, what is missing and who holds it, how amounts are spread."""
    found = get_object_or_404(Run, pk=pk)
    totals = clause_totals(found)
    rows = FromMemory(
        totals,
        search=lambda row: (row.title, row.document, row.id, row.department),
        orders={column.key: column.value for column in CLAUSE_TOTALS.columns},
    )
    missing = missing_facts(found)
    title = t("测算#{n}", "Run #{n}", n=found.pk)
    more: dict[str, object] = {
        "title": title,
        "crumbs": [(say(RUNS.title), reverse("runs")), (title, None)],
        "run": found,
        "outcomes": [(code, found.by_outcome.get(code, 0)) for code in words("outcome")],
        "beneficiaries": beneficiaries(found),
        "buckets": buckets_of(found),
        "missing": missing[:MOST_MISSING],
        "missing_total": len(missing),
        "histogram": histogram(found) if found.amount_fen else None,
        "seconds": t("{s}秒", "{s} s", s=numbers.decimal_text(Decimal(found.seconds_ms) / 1000, 1)),
        "charts": True,
        **engines_of(found),
    }
    return show(request, CLAUSE_TOTALS, rows, template="policies/run.html", dated=dated(found), more=more)


def dated(found: Run) -> Sequence[tuple[str, str]]:
    """What dates the figures of a run; it goes with every page, print and export of them."""
    unusable = (
        [(t("状态", "State"), t("核对不一致，不能使用", "Engines differ: not to be used"))] if found.differences else []
    )
    return [
        *unusable,
        (t("测算", "Run"), f"#{found.pk}"),
        (t("评价日", "As of"), found.as_of.isoformat()),
        (t("快照", "Snapshot"), found.snapshot_hash[:12]),
        (t("政策包", "Packs"), found.pack_hash[:12]),
    ]


def clause_totals(found: Run) -> list[ClauseTotal]:
    """One row for each clause of the run; titles come from the packs in use."""
    try:
        packs = packs_in_use()
    except (PackFaults, Refused):
        return [ClauseTotal(id_, id_, "-", "-", counts) for id_, counts in found.by_clause.items()]
    known = {clause.id: clause for clause in packs.clauses}
    rows = []
    for id_, counts in found.by_clause.items():
        clause = known.get(id_)
        if clause is None:
            rows.append(ClauseTotal(id_, id_, "-", "-", counts))
            continue
        holder = packs.schema.holder_name(clause.source.department, t("zh", "en"))
        rows.append(ClauseTotal(id_, clause.source.title, clause.document.source.title, holder, counts))
    return rows


def beneficiaries(found: Run) -> int:
    """How many entities have at least one eligible outcome with money."""
    due = Outcome.objects.filter(run=found, kind=Outcome.Kind.ELIGIBLE, amount_fen__gt=0)
    return due.values("entity").distinct().count()


def histogram(found: Run) -> Chart:
    """How many entitlements fall into each bracket of amount."""
    due = Outcome.objects.filter(run=found, kind=Outcome.Kind.ELIGIBLE, amount_fen__gt=0)
    lows, highs = (0, *BRACKETS), (*BRACKETS, None)
    conditions, titles = {}, []
    for place, (low, high) in enumerate(zip(lows, highs, strict=True)):
        inside = Q(amount_fen__gt=low * WAN)
        if high is None:
            titles.append(t("{low}以上", "over {low}", low=f"{low:,}"))
        else:
            inside &= Q(amount_fen__lte=high * WAN)
            titles.append(f"{low:,}–{high:,}")
        conditions[f"b{place}"] = Count("pk", filter=inside)
    counted = due.aggregate(**conditions)
    return columns(
        "amounts",
        t("单项应兑现金额，按万元分档", "Amounts by bracket of CNY 10,000"),
        t(
            "按单项金额分档的符合项数，金额单位万元，每档含上端",
            "Eligible outcomes by bracket of amount in CNY 10,000; the upper end belongs to the bracket",
        ),
        t("项", "outcomes"),
        titles,
        [Series(t("符合项数", "Eligible"), [counted[f"b{place}"] for place in range(len(titles))])],
    )


OUTCOMES_TITLE = ("逐项结果", "Outcomes")


def _listed_kinds() -> list[Choice]:
    return [Choice(code, str(one)) for code, one in words("outcome").items() if code != "not_applicable"]


def outcome_listing() -> Listing[Outcome]:
    """The list of outcomes. Titles and schema are asked once for each request, not once for each row."""
    titles, schema = clause_titles(), schema_in_use()
    return Listing(
        title=OUTCOMES_TITLE,
        file_name="outcomes",
        search_hint=("按企业名称、编号或事项搜索", "Search by name, code or matter"),
        first_order="-amount",
        columns=(
            Column("entity", ("主体", "Entity"), lambda one: shown_name(one.entity), main=True,
                   link=lambda one: dossier_href(one.entity), badge=lambda one: fictional_badge(one.entity)),
            Column("code", ("编号", "Code"), lambda one: one.entity.code, Kind.CODE, sortable=False),
            Column("clause", ("条款", "Clause"), lambda one: titles.get(one.clause, one.clause),
                   link=lambda one: reverse("clause", args=[one.clause])),
            Column("kind", ("结果", "Outcome"), lambda one: one.kind, Kind.STATUS, words="outcome"),
            Column("amount", ("金额", "Amount"),
                   lambda one: one.amount_fen if one.kind == Outcome.Kind.ELIGIBLE else None, Kind.MONEY),
            Column("matter", ("事项", "Matter"), lambda one: one.matter, Kind.CODE),
            Column("period", ("所属年度", "Year"), lambda one: period_text(one.period)),
            Column("reason", ("原因", "Reason"), lambda one: "；".join(reasons(one, schema)), sortable=False),
        ),
        filters=(
            Filter("kind", ("结果", "Outcome"), _listed_kinds),
            Filter("clause", ("条款", "Clause"), lambda: [Choice(id_, title) for id_, title in titles.items()]),
            Filter("department", ("负责部门", "Department"),
                   lambda: [Choice(key, t(one["zh"], one["en"])) for key, one in schema.departments.items()]),
        ),
        empty=("本次测算没有产生结果。", "This run gave no outcomes."),
        calibre=(("不适用的条款不在此列。", "Clauses that do not apply are not listed."),),
    )  # fmt: skip


@page(owner="policies", permission=Permission.SEE_RUNS)
def outcomes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """逐项结果 of one run."""
    found = get_object_or_404(Run, pk=pk)
    rows = FromDatabase(
        Outcome.objects.filter(run=found).select_related("entity"),
        search=("entity__name__icontains", "entity__code__icontains", "matter__icontains"),
        filters={
            "kind": lambda value: Q(kind=value),
            "clause": lambda value: Q(clause=value),
            "department": lambda value: Q(department=value),
        },
        orders={
            "entity": "entity__name",
            "clause": "clause",
            "kind": "kind",
            "amount": "amount_fen",
            "matter": "matter",
            "period": "period",
        },
    )
    title = t("测算#{n}", "Run #{n}", n=found.pk)
    trail = [(say(RUNS.title), reverse("runs")), (title, reverse("run", args=[pk])), (say(OUTCOMES_TITLE), None)]
    return show(request, outcome_listing(), rows, dated=dated(found), more={"crumbs": trail})


def eligible_by_department(found: Run) -> list[tuple[str, int, int]]:
    """(department key, how many, fen) of the eligible outcomes, the largest sum first."""
    due = Outcome.objects.filter(run=found, kind=Outcome.Kind.ELIGIBLE, amount_fen__gt=0)
    grouped = (
        due.values_list("department").annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("-fen", "department")
    )
    return [(department, n, fen or 0) for department, n, fen in grouped.order_by("-fen", "department")]
