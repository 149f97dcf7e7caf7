"""两次测算的差异: what changed between two runs, why, and since when that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.comparing.differences import Difference, differences, run_of, totals
from yanlian.apps.policies.comparing.facts import FactChange, Pair, kinds_read, pair_of
from yanlian.apps.policies.models import Run
from yanlian.apps.policies.packs import packs_of
from yanlian.apps.policies.results import clause_titles, period_text, reason_texts, schema_in_use
from yanlian.apps.policies.run_pages import RUNS
from yanlian.apps.registry.dossier_parts import write
from yanlian.apps.registry.models import Snapshot
from yanlian.apps.registry.pages import dossier_href, fictional_badge, shown_name
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Schema
from yanlian.engine.policy import PackFaults, PackSet
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, word

MOST_FACTS = 6
# A side that has no such outcome: it does not apply there.
ABSENT = "not_applicable"
TITLE = ("两次测算的差异", "Differences of two runs")


@dataclass(frozen=True)
class Compared:
    """Two runs with everything that the list needs to say why they differ."""

    old: Run
    new: Run
    found: Sequence[Difference]
    schema: Schema
    titles: Mapping[str, str]
    pair: Pair | None
    kinds: Callable[[str], set[str] | None]

    @property
    def reasons(self) -> list[str]:
        """What is not the same about the runs themselves."""
        said = []
        if self.old.snapshot_hash != self.new.snapshot_hash:
            said.append(t("数据不同：两次测算所用的快照不同", "other data: the snapshots differ"))
        if self.old.pack_hash != self.new.pack_hash:
            said.append(t("规则不同：两次测算所用的政策包不同", "other rules: the packs differ"))
        if self.old.as_of != self.new.as_of:
            said.append(t("评价日不同", "other as-of dates"))
        return said or [t("快照、政策包和评价日都相同", "the same snapshot, packs and as-of date")]


def compared(old: Run, new: Run) -> Compared:
    """What two runs differ in; dossiers are read only when a reason is asked for."""
    found = differences(old, new)
    schema = schema_in_use()
    folders = [_folder(run) for run in (old, new)]
    pair = None
    if old.snapshot_hash != new.snapshot_hash and folders[0] is not None and folders[1] is not None:
        pair = pair_of(folders[0], folders[1], schema, sorted({one.entity.code for one in found}))
    try:
        packs: PackSet | None = packs_of(new)
    except (PackFaults, Refused):
        packs = None

    @cache
    def kinds(clause: str) -> set[str] | None:
        try:
            return kinds_read(packs.clause(clause), schema) if packs is not None else None
        except Refused:
            return None

    return Compared(old, new, found, schema, clause_titles(), pair, kinds)


def _folder(run: Run) -> Path | None:
    record = Snapshot.objects.filter(hash=run.snapshot_hash).first()
    folder = Path(settings.DATA) / record.folder if record else None
    return folder if folder is not None and folder.is_dir() else None


def fact_texts(it: Compared, one: Difference) -> list[str]:
    """The facts of the dossier that changed and that the clause reads, each with the day it was recorded."""
    if it.pair is None:
        return []
    read = it.kinds(one.clause)
    changes = [change for change in it.pair.changes(one.entity.code) if read is None or change.kind.key in read]
    said = [fact_text(change) for change in changes[:MOST_FACTS]]
    if len(changes) > MOST_FACTS:
        said.append(t("另有{n}项", "and {n} more", n=len(changes) - MOST_FACTS))
    return said


def fact_text(change: FactChange) -> str:
    """税务年报（2024）研发费用：500万元 → 450万元（2026-03-02登记，文件.csv:12）."""
    kind = t(change.kind.zh, change.kind.en)
    name = f"{kind}（{change.key}）" if change.key else kind
    if change.of is None:
        what = t("新增记录", "new record") if change.new else t("记录已不在", "record gone")
        text = f"{name}：{what}"
    else:
        old, new = (write(change.of, value, exact=True).text for value in (change.old, change.new))
        text = f"{name}{t(change.of.zh, ' ' + change.of.en)}：{old} → {new}"
    recorded = t("{day}登记", "recorded {day}", day=change.recorded.isoformat()) if change.recorded else ""
    origin = "，".join(part for part in (recorded, change.source) if part)
    return f"{text}（{origin}）" if origin else text


def why(it: Compared, one: Difference) -> str:
    """Why the outcome is another one, as far as it can be said: facts first, then reasons of the new outcome."""
    said = fact_texts(it, one)
    if not said and it.old.pack_hash != it.new.pack_hash:
        said.append(t("规则或参数有变化", "the rules or parameters changed"))
    if not said and it.old.as_of != it.new.as_of:
        said.append(t("评价日不同", "another as-of date"))
    said += reason_texts(one.new_reason, it.schema)
    return "；".join(said)


def _kinds(one: Difference) -> str:
    old, new = (str(word("outcome", kind or ABSENT)) for kind in (one.old_kind, one.new_kind))
    return old if old == new else f"{old} → {new}"


def listing_of(it: Compared) -> Listing[Difference]:
    """The list of differences."""
    return Listing(
        title=TITLE,
        file_name=f"runs-{it.old.pk}-{it.new.pk}",
        search_hint=("按企业名称、编号、条款或事项搜索", "Search by name, code, clause or matter"),
        first_order="-change",
        columns=(
            Column("entity", ("主体", "Entity"), lambda one: shown_name(one.entity), main=True,
                   link=lambda one: dossier_href(one.entity), badge=lambda one: fictional_badge(one.entity)),
            Column("code", ("编号", "Code"), lambda one: one.entity.code, Kind.CODE, sheet_only=True),
            Column("clause", ("条款", "Clause"), lambda one: it.titles.get(one.clause, one.clause),
                   link=lambda one: reverse("clause", args=[one.clause]) if one.clause in it.titles else None),
            Column("matter", ("事项与年度", "Matter and year"),
                   lambda one: " · ".join(part for part in (one.matter, period_text(one.period)) if part)),
            Column("what", ("差异", "Difference"), lambda one: one.what, Kind.STATUS, words="run_difference"),
            Column("kinds", ("结果", "Outcome"), _kinds),
            Column("old", ("原结果", "Before"), lambda one: one.old_kind or ABSENT, Kind.WORD, words="outcome",
                   sheet_only=True),
            Column("new", ("新结果", "After"), lambda one: one.new_kind or ABSENT, Kind.WORD, words="outcome",
                   sheet_only=True),
            Column("before", ("原金额", "Amount before"), lambda one: one.old_fen, Kind.MONEY),
            Column("after", ("新金额", "Amount after"), lambda one: one.new_fen, Kind.MONEY),
            Column("change", ("增减", "Change"), lambda one: one.change_fen, Kind.MONEY, sheet_only=True),
            Column("why", ("原因", "Why"), lambda one: why(it, one), Kind.PROSE, sortable=False),
        ),
        filters=(
            Filter("what", ("差异", "Difference"),
                   word_choices("run_difference")),
            Filter("clause", ("条款", "Clause"), lambda: [Choice(id_, title) for id_, title in it.titles.items()]),
            Filter("department", ("负责部门", "Department"),
                   lambda: [Choice(key, t(one["zh"], one["en"])) for key, one in it.schema.departments.items()]),
        ),
        empty=("两次测算的结果完全相同。", "Both runs say the same."),
        calibre=(
            (
                "差异只是对照，不改动任何一次测算保存的结果；金额为叠加和上限之后的应兑现金额。",
                "They only compare: no stored outcome is changed. Amounts are those due after stacking and caps.",
            ),
        ),
    )  # fmt: skip


@page(owner="policies", permission=Permission.SEE_RUNS)
def compare_runs(request: HttpRequest) -> HttpResponseBase:
    """Two runs side by side: chosen in the address (`old`, `new`), by default the two latest."""
    runs = list(Run.objects.filter(state__in=Run.RECORDED).order_by("-made_at", "-pk")[:50])
    try:
        old, new = chosen(request, runs)
    except Refused as refusal:
        return _nothing(request, runs, refusal)
    if old is None or new is None:
        return _nothing(request, runs)
    it = compared(old, new)
    listing = listing_of(it)
    rows = FromMemory(
        it.found,
        search=lambda one: (one.entity.name, one.entity.code, it.titles.get(one.clause, ""), one.clause, one.matter),
        filters={
            "what": lambda one, value: one.what == value,
            "clause": lambda one, value: one.clause == value,
            "department": lambda one, value: one.department == value,
        },
        orders={column.key: column.value for column in listing.columns},
    )
    more = {**_frame(runs), "old": old, "new": new, "reasons": it.reasons, "totals": totals(it.found)}
    dated = [(t("原测算", "Before"), f"#{old.pk} {old.as_of}"), (t("新测算", "After"), f"#{new.pk} {new.as_of}")]
    return show(request, listing, rows, template="policies/comparing/runs.html", dated=dated, more=more)


def chosen(request: HttpRequest, runs: Sequence[Run]) -> tuple[Run | None, Run | None]:
    """The runs of the address. Refused: `run_unknown`, `run_not_complete`."""
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    if not old and not new:
        return (runs[1], runs[0]) if len(runs) > 1 else (None, None)
    later = run_of(_number(new)) if new else runs[0]
    if old:
        return run_of(_number(old)), later
    # The run made before it, of the same as-of date if there is one.
    earlier = [run for run in runs if run.made_at <= later.made_at and run.pk != later.pk]
    alike = [run for run in earlier if run.as_of == later.as_of]
    return next(iter(alike or earlier), None), later


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _frame(runs: Sequence[Run]) -> dict[str, object]:
    return {
        "title": say(TITLE),
        "crumbs": [(say(RUNS.title), reverse("runs")), (say(TITLE), None)],
        "runs": runs,
    }


def _nothing(request: HttpRequest, runs: Sequence[Run], *refusals: Refused) -> HttpResponseBase:
    context = {**_frame(runs), "refusals": shown(*refusals)}
    return render(request, "policies/comparing/none.html", context, status=422 if refusals else 200)
