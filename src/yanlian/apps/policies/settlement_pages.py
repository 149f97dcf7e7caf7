"""预算与名额: what each budget and quota of a run came to, and who gets what under one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.models import Run
from yanlian.apps.policies.results import clause_titles, period_text
from yanlian.apps.policies.run_pages import RUNS, dated
from yanlian.apps.policies.settlement_words import bucket_text, buckets_of, how_text, key_text
from yanlian.apps.policies.settling import settlement_of
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import dossier_href, fictional_badge, shown_name
from yanlian.apps.registry.portions import portions
from yanlian.engine.policy.settlement.result import Entry, RuleTold, entries_of
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t


@dataclass(frozen=True)
class EntryRow:
    """One outcome under a budget or quota. `entity` None: it is not in the registry any more."""

    entry: Entry
    entity: Entity | None
    title: str

    @property
    def name(self) -> str:
        return self.entry.entity if self.entity is None else shown_name(self.entity)


def _link(row: EntryRow) -> str | None:
    return None if row.entity is None else dossier_href(row.entity)


def _badge(row: EntryRow) -> str | None:
    return None if row.entity is None else fictional_badge(row.entity)


def entry_listing(run: Run, rule: RuleTold, years: Sequence[str], *, matters: bool) -> Listing[EntryRow]:
    """The list of a rule; columns that say nothing for its kind are left out. `matters`: whether some have a matter."""
    columns: list[Column[EntryRow]] = [
        Column("rank", ("排名", "Rank"), lambda row: row.entry.rank or None, Kind.COUNT),
        Column("entity", ("主体", "Entity"), lambda row: row.name, main=True, link=_link, badge=_badge),
        Column("code", ("编号", "Code"), lambda row: row.entry.entity, Kind.CODE),
        Column("state", ("核定结果", "Result"), lambda row: row.entry.state, Kind.STATUS, words="settlement"),
        Column("key", ("排序依据", "Ordered by"), lambda row: key_text(row.entry.key), sortable=False),
        Column("group", ("分组", "Group"), lambda row: row.entry.group),
        Column("before", ("应得金额", "Asked"), lambda row: row.entry.before_fen, Kind.MONEY),
        Column("after", ("核定金额", "Granted"), lambda row: row.entry.after_fen, Kind.MONEY),
        Column("carried", ("结转下年", "Carried"), lambda row: row.entry.carried_fen or None, Kind.MONEY),
        Column(
            "clause",
            ("条款", "Clause"),
            lambda row: row.title,
            link=lambda row: reverse("clause", args=[row.entry.clause]),
        ),
        Column("matter", ("事项", "Matter"), lambda row: row.entry.matter, Kind.CODE),
        Column("period", ("所属年度", "Year"), lambda row: period_text(row.entry.period)),
        Column("provisional", ("暂定", "Provisional"), lambda row: row.entry.provisional, Kind.FLAG),
    ]
    spare = {"group"} if not rule.grouped else set()
    spare |= {"carried"} if rule.how != "next_year" else set()
    # With shares in proportion nobody stands before another.
    spare |= {"rank", "key"} if rule.how == "pro_rata" else set()
    spare |= set() if matters else {"matter"}
    spare |= {"clause"} if len(rule.clauses) == 1 else set()
    return Listing(
        title=(rule.label, rule.label),
        file_name=f"settlement-{run.pk}",
        search_hint=("按主体名称、编号或事项搜索", "Search by name, code or matter"),
        first_order="-before" if rule.how == "pro_rata" else "rank",
        columns=[one for one in columns if one.key not in spare],
        filters=(
            Filter(
                "year", ("预算年度", "Year of the budget"), lambda: [Choice(one, bucket_text(one)) for one in years]
            ),
            Filter("state", ("核定结果", "Result"), word_choices("settlement")),
        ),
        empty=("没有参与核定的结果。", "No outcome competes."),
        calibre=(
            (
                "金额为叠加和上限之后、本规则核定前后的金额；“暂定”指尚有未定结果可能改变其核定。",
                "Amounts before and after this rule; provisional: an outcome that is not decided yet may change it.",
            ),
        ),
    )


@page(owner="policies", permission=Permission.SEE_RUNS)
def settlement(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One budget or quota of a run: who gets what, by rank."""
    run = get_object_or_404(Run, pk=pk)
    found = settlement_of(run)
    if found is None or number >= len(found.rules):
        raise Http404(str(number))
    rule = found.rules[number]
    entries = list(entries_of(found.of_rule(number)))
    entities, titles = _entities(entries), clause_titles()
    buckets = [one for one in buckets_of(run) if one.number == number]
    years = [one.bucket.name for one in buckets]
    listing = entry_listing(run, rule, years, matters=any(one.matter for one in entries))
    rows = FromMemory(
        [EntryRow(one, entities.get(one.entity), titles.get(one.clause, one.clause)) for one in entries],
        search=lambda row: (row.name, row.entry.entity, row.entry.matter, row.title),
        filters={
            "year": lambda row, value: row.entry.bucket == value,
            "state": lambda row, value: row.entry.state == value,
        },
        orders={one.key: one.value for one in listing.columns if one.sortable},
    )
    title = t("测算#{n}", "Run #{n}", n=pk)
    more: dict[str, object] = {
        "crumbs": [
            (say(RUNS.title), reverse("runs")),
            (title, reverse("run", args=[pk])),
            (rule.label, None),
        ],
        "rule": rule,
        "buckets": buckets,
        "how": how_text(rule),
        "titles": [(one, titles.get(one, one)) for one in rule.clauses],
    }
    return show(request, listing, rows, template="policies/settlement.html", dated=dated(run), more=more)


def _entities(entries: Sequence[Entry]) -> dict[str, Entity]:
    codes = sorted({one.entity for one in entries})
    found: dict[str, Entity] = {}
    for some in portions(codes):
        found |= {one.code: one for one in Entity.objects.filter(code__in=some)}
    return found
