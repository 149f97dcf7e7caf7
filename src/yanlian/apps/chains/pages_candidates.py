"""A gap: why it is one, who needs it, and the firms outside that could fill it; a candidate with what it may expect."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.chains.actions_lead import begin_lead
from yanlian.apps.chains.filling import Filling, filling
from yanlian.apps.chains.graded import thresholds_in_use
from yanlian.apps.chains.in_use import chain_or_404, segment_or_404
from yanlian.apps.chains.map_pages import dated
from yanlian.apps.chains.models import Lead, OutsideFirm
from yanlian.apps.chains.names import segment_title
from yanlian.apps.chains.offers import ASSUMED, offers_for
from yanlian.apps.chains.pages_gaps import tie_words, trail
from yanlian.apps.chains.segment_words import margin_text, percent_points, why_fill, why_grade
from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.registry.pages import fictional_badge
from yanlian.base.refusal import Refused
from yanlian.engine.chain.segments import margins
from yanlian.engine.chain.segments.candidates import COLUMNS, Candidate, ColumnId
from yanlian.engine.chain.segments.coverage import Met
from yanlian.engine.chain.segments.gaps import Gap
from yanlian.engine.policy import PackFaults
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import Text, say, t, word

_NONE: Text = (
    "没有一家已知的区外企业与该环节的产品相符。请先导入区外企业名录，或从上下游企业的供应商中打听。",
    (
        "No known outside firm makes a product of this segment. Import a list of outside firms, or ask the customers "
        "for their suppliers."
    ),
)
_ORDER: Text = (
    (
        "次序按列逐级比较：产品匹配、上下游往来、本地往来、营收增长、外设分支、营业收入；前一列相同才看后一列，"
        "没有综合得分。点表头可换次序。"
    ),
    (
        "Ordered column by column: product fit, ties nearby, local ties, growth, branches, "
        "revenue. A later column decides only between equals; there is no score. Click a heading for another order."
    ),
)


@dataclass(frozen=True)
class Row:
    """A candidate as a line of the list. `rank`: by the declared order of columns; `lead`: how far a lead is."""

    rank: int
    firm: OutsideFirm
    candidate: Candidate
    ties: str
    lead: str | None
    href: str


def _gap_or_404(chain: str, segment: str, area: str = "") -> tuple[Filling, Gap]:
    one = chain_or_404(chain)
    segment_or_404(one, segment)
    found = filling(one, area)
    gap = found.gap(segment)
    if gap is None:
        raise Http404(segment)
    return found, gap


@page(owner="chains", permission=Permission.SEE_CHAINS)
def gap(request: HttpRequest, chain_id: str, segment_id: str) -> HttpResponseBase:
    """A gap with its reasons, and the candidates."""
    found, one = _gap_or_404(chain_id, segment_id, request.GET.get("area", ""))
    place = found.chain.by_id[segment_id]
    title = segment_title(place)
    more = {
        "title": title,
        "crumbs": [*trail(found.chain),
                   (t("补链清单", "What to fill"), reverse("chain-gaps", args=[chain_id])), (title, None)],
        "chain": found.chain,
        "gap": one,
        "segment": place,
        "products": [product.name for product in place.products],
        "why": why_fill(found, one),
        "grade_why": why_grade(one.graded),
        "margins": [margin_text(each) for each in margins(one.graded, thresholds_in_use())],
        "customers": _customers(found, one),
        "inputs": [(met.edge.product, segment_title(found.chain.by_id[met.edge.supplier]), met_words(met))
                   for met in one.graded.figures.inputs.products],
        "columns": [(say(text[:2]), say(text[2:])) for text in COLUMNS.values()],
    }  # fmt: skip
    return show(
        request,
        _listing(title),
        _rows(found, segment_id),
        template="chains/gap.html",
        dated=dated(found.state),
        more=more,
    )


def met_words(met: Met) -> str:
    """Which part of an input is met here, and on what that rests."""
    if met.share is None:
        return t("未知", "unknown")
    if met.basis == "links":
        return t("按往来，本地满足{p}%", "by trade, {p}% met locally", p=percent_points(met.share, 0))
    return t("本区有企业", "made here") if met.share else t("本区没有企业", "nobody here makes it")


def _customers(found: Filling, one: Gap) -> list[tuple[str, str, str]]:
    """Local firms that need the product: name, address of the dossier, where they stand."""
    chain = found.chain
    wanted = {edge.customer for edge in one.needed_by}
    stands = {
        firm.id: [stand.segment for stand in firm.stands if stand.segment in wanted] for firm in found.state.firms
    }
    rows = sorted((found.names[key], stands[key]) for key in one.customers if key in found.names)
    return [
        (name, reverse("dossier", args=[code]), t("、", ", ").join(segment_title(chain.by_id[each]) for each in held))
        for (name, code), held in rows
    ]


def _rows(found: Filling, segment: str) -> FromMemory[Row]:
    candidates = found.candidates(segment)
    firms = OutsideFirm.objects.in_bulk([int(one.firm.id[1:]) for one in candidates])
    leads = dict(Lead.objects.filter(chain=found.chain.id, segment=segment).values_list("firm_id", "stage"))
    rows = []
    for rank, one in enumerate(candidates, 1):
        firm = firms[int(one.firm.id[1:])]
        href = reverse("chain-candidate", args=[found.chain.id, segment, firm.code])
        rows.append(Row(rank, firm, one, tie_words(found, one), leads.get(firm.pk), href))
    return FromMemory(
        rows,
        search=lambda row: (row.firm.name, row.firm.place, row.firm.scope, row.ties, *row.candidate.words),
        orders={one.key: one.value for one in _listing("").columns},
    )


def _listing(title: str) -> Listing[Row]:
    def figure(key: ColumnId, *, sheet_only: bool = False) -> Column[Row]:
        title = COLUMNS[key][:2]
        return Column(key, title, lambda row: _count(row.candidate.columns[key]), Kind.COUNT, sheet_only=sheet_only)

    return Listing(
        title=(f"候选企业：{title}" if title else "候选企业", f"Candidates: {title}" if title else "Candidates"),
        file_name="chain-candidates",
        search_hint=("按企业、地方、产品或往来搜索", "Search firms, places, products or ties"),
        first_order="rank",
        columns=(
            Column("rank", ("次序", "Order"), lambda row: row.rank, Kind.COUNT),
            Column("name", ("企业", "Firm"), lambda row: row.firm.name, main=True, link=lambda row: row.href,
                   badge=lambda row: fictional_badge(row.firm)),
            Column("place", ("所在地", "Place"), lambda row: row.firm.place),
            figure("fit"),
            Column("words", ("相符的产品", "Matching products"),
                   lambda row: t("、", ", ").join(row.candidate.words[:4]), Kind.PROSE, sortable=False),
            figure("ties_near"),
            figure("ties", sheet_only=True),
            Column("tied", ("往来", "Tied by"), lambda row: row.ties, Kind.PROSE, sortable=False),
            Column("growth", ("营收增长（%）", "Growth (%)"),
                   lambda row: percent_points(row.candidate.columns["growth"]), Kind.COUNT),
            figure("branches", sheet_only=True),
            Column("revenue", ("营业收入", "Revenue"), lambda row: row.firm.revenue_fen, Kind.MONEY),
            Column("lead", ("线索", "Lead"), lambda row: row.lead, Kind.STATUS, words="lead"),
        ),
        empty=_NONE,
        calibre=(
            _ORDER,
            *((f"{one[0]}：{one[2]}。", f"{one[1]}: {one[3]}.") for one in COLUMNS.values()),
        ),
    )  # fmt: skip


def _count(value: float | None) -> int | None:
    return None if value is None else int(value)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def candidate(request: HttpRequest, chain_id: str, segment_id: str, code: str) -> HttpResponseBase:
    """A firm for a gap: what is known of it, its ties, what it may expect, and a lead."""
    found, one = _gap_or_404(chain_id, segment_id)
    firm = get_object_or_404(OutsideFirm, code=code)
    ranked = {int(each.firm.id[1:]): (rank, each) for rank, each in enumerate(found.candidates(segment_id), 1)}
    if firm.pk not in ranked:
        raise Http404(code)
    rank, known = ranked[firm.pk]
    place = found.chain.by_id[segment_id]
    context: dict[str, object] = {
        "title": firm.name,
        "crumbs": [*trail(found.chain),
                   (t("补链清单", "What to fill"), reverse("chain-gaps", args=[chain_id])),
                   (segment_title(place), reverse("chain-gap", args=[chain_id, segment_id])), (firm.name, None)],
        "chain": found.chain,
        "segment": place,
        "segment_title": segment_title(place),
        "gap": one,
        "firm": firm,
        "rank": rank,
        "of": len(ranked),
        "candidate": known,
        "growth": percent_points(known.columns["growth"]),
        "ties": [(tie, found.names.get(tie.local), tie in known.near) for tie in known.firm.ties],
        "lead": Lead.objects.filter(firm=firm, chain=chain_id, segment=segment_id).select_related("owner").first(),
        "may_lead": permits(request.user, Permission.EDIT_CHAINS),
        "reason": t("；", "; ").join(why_fill(found, one)[:2]),
        "assumed": [say(text) for text in ASSUMED],
        "dated": dated(found.state),
    }  # fmt: skip
    refusals: list[Refused] = []
    try:
        context["offers"] = offers_for(firm, chain_id)
    except Refused as refusal:
        refusals.append(refusal)
    except PackFaults as faults:
        refusals += [fault.refusal for fault in faults.faults if fault.severity == "error"][:5]
    return render(request, "chains/candidate.html", {**context, "refusals": shown(*refusals)})


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("POST",))
def make_lead(request: HttpRequest, chain_id: str, segment_id: str, code: str) -> HttpResponseBase:
    """Begin a lead for a candidate; begun already, it stays as it is."""
    segment_or_404(chain_or_404(chain_id), segment_id)
    firm = get_object_or_404(OutsideFirm, code=code)
    try:
        lead = begin_lead(chain_id, segment_id, signed_in(request), firm=firm, reason=request.POST.get("reason", ""))
        stage = word("lead", lead.stage)
        messages.success(request, t("已列入招商线索：{name}（{stage}）", "On the list of leads: {name} ({stage})",
                                    name=lead.name, stage=stage))  # fmt: skip
    except Refused as refusal:
        messages.error(request, shown(refusal)[0].text)
    return redirect("chain-candidate", chain_id, segment_id, code)
