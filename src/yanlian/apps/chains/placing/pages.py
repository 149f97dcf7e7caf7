"""The placement workbench of a chain: one firm after the other with five suggestions, by keyboard or mouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.chains.in_use import chain_or_404, chains_in_use
from yanlian.apps.chains.models import Placement, PlacementReview
from yanlian.apps.chains.names import chain_title, segment_title
from yanlian.apps.chains.placing import shown
from yanlian.apps.chains.placing.actions import (
    confirm,
    put_aside,
    reject,
    take_back,
    take_back_many,
    take_back_rejection,
)
from yanlian.apps.chains.placing.board import Board, board_of
from yanlian.apps.chains.placing.lately import steps
from yanlian.apps.chains.placing.queue import Line, Waiting, judged, progress, waiting
from yanlian.apps.chains.placing.texts import PPM
from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.registry.pages import fictional_badge
from yanlian.base.refusal import Refused
from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.template.codes import industry
from yanlian.engine.chain.template.model import Chain
from yanlian.ui.list_page import show
from yanlian.ui.refusals import Shown
from yanlian.ui.refusals import shown as refused
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import t

TITLE = ("归位工作台", "Placement workbench")
_NEXT, FEW = 8, 20
_STAYS = {"reject", "undo", "undo_reject"}
_VERBS = {"confirm", "other", "undo_many", *_STAYS}


@page(owner="chains", permission=Permission.SEE_CHAINS)
def choose(request: HttpRequest) -> HttpResponse:
    """Which chain to work on. Counts only: the model of a chain is made when its workbench is opened."""
    confirmed = Placement.objects.filter(state=Placement.State.CONFIRMED).values("chain")
    done = {one["chain"]: one["firms"] for one in confirmed.annotate(firms=Count("entity", distinct=True))}
    rows = [
        {"chain": one, "title": chain_title(one), "done": done.get(one.id, 0), "accuracy": judged(one.id)}
        for one in chains_in_use()
    ]
    context = {"title": t(*TITLE), "rows": rows, "crumbs": [(t(*TITLE), None)]}
    return render(request, "chains/placing_choose.html", context)


@page(owner="chains", permission=Permission.SEE_CHAINS)
def workbench(request: HttpRequest, chain: str) -> HttpResponse:
    """One firm and what is suggested for it: the one asked for, or the most useful that waits."""
    return _page(request, chain_or_404(chain))


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("POST",))
def decide(request: HttpRequest, chain: str) -> HttpResponse:
    """Confirm, reject, 其他 or take back; then the next firm."""
    found = chain_or_404(chain)
    board = board_of(found)
    before = waiting(board).suggested
    try:
        verb, pk, segment = _asked(request)
        told = _act(request, board, verb, pk, segment)
    except Refused as refusal:
        return _page(request, found, refusals=refused(refusal), pk=_number(request.POST.get("firm", "")))
    changed = _changed(board_of(found), board, before, pk)
    messages.success(
        request,
        told + t("模型已即时学习，{n} 家待归位企业的首选建议随之改变。", " The model has learned at once: the first"
                 " suggestion of {n} waiting firms changed.", n=changed),
    )  # fmt: skip
    stays = f"?firm={pk}" if verb in _STAYS else ""
    return redirect(reverse("placement-workbench", args=[found.id]) + stays)


def _changed(now: Board, board: Board, before: Longs, pk: int) -> int:
    """Of how many firms that waited and still wait, but for this one, the first suggestion is another."""
    if now is not board:
        return 0
    after = waiting(now).suggested
    changed = (before != after) & (before > -2) & (after > -2)
    if pk in now.rows:
        changed[now.rows[pk]] = False
    return int(changed.sum())


def _asked(request: HttpRequest) -> tuple[str, int, str]:
    """(verb, firm, segment) of the pressed button: confirm:vr-optics, reject:vr-optics, other, undo;
    undo_many carries the moment of the batch in place of a segment."""
    verb, _, segment = request.POST.get("do", "").partition(":")
    pk = _number(request.POST.get("firm", ""))
    if verb == "choose":
        verb, segment = "confirm", request.POST.get("segment", "")
    if pk is None or verb not in _VERBS:
        raise Refused("form_changed", found=request.POST.get("do", "")[:40])
    return verb, pk, segment


def _act(request: HttpRequest, board: Board, verb: str, pk: int, segment: str) -> str:
    """Do it, and what to say afterwards."""
    by = signed_in(request)
    version = _number(request.POST.get("version", "")) or 0
    if pk not in board.rows:
        raise Refused("firm_not_waiting", found=pk)
    facts = {"firm": board.firm(pk).name, "segment": ""}
    if segment in board.chain.by_id:
        facts["segment"] = segment_title(board.chain.by_id[segment])
    if verb == "confirm":
        confirm(board, pk, segment, version, by)
        return t("已确认：{firm} → {segment}。", "Confirmed: {firm} → {segment}.", **facts)
    if verb == "reject":
        reject(board, pk, segment, version, by)
        return t("已排除：{firm} 不在 {segment}。", "Rejected: {firm} is not on {segment}.", **facts)
    if verb == "other":
        put_aside(board, pk, version, by)
        return t("已归为其他：{firm}。", "Put aside as other: {firm}.", **facts)
    if verb == "undo_many":
        return t("已撤回整批：{n} 家重新待归位。", "Taken back: {n} firms wait again.",
                 n=take_back_many(board, _moment(segment), by))  # fmt: skip
    if verb == "undo_reject":
        take_back_rejection(board, pk, segment, by)
    else:
        take_back(board, pk, by)
    return t("已撤回：{firm} 重新待归位。", "Taken back: {firm} waits again.", **facts)


def _moment(text: str) -> datetime:
    """Refused: `form_changed`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused("form_changed", found=f"undo_many:{text}"[:40])
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _page(request: HttpRequest, chain: Chain, *, refusals: Sequence[Shown] = (), pk: int | None = None) -> HttpResponse:
    board = board_of(chain)
    line = waiting(board)
    pk = pk or _number(request.GET.get("firm", "")) or _after(line, request.GET.get("after", ""))
    if pk not in board.rows:
        pk = line[0].firm.pk if line else None
    context: dict[str, object] = {
        "title": t("{chain}：归位工作台", "{chain}: placement workbench", chain=chain_title(chain)),
        "crumbs": [(t(*TITLE), reverse("placement-choose")), (chain_title(chain), None)],
        "chain": chain,
        "progress": progress(board),
        "accuracy": _accuracy(board),
        "line": [
            {"firm": one.firm, "percent": shown.percent(one.likeliest)}
            for one in line[: _NEXT + 1]
            if one.firm.pk != pk
        ][:_NEXT],
        "waiting": len(line),
        "steps": steps(board),
        "edits": permits(request.user, Permission.EDIT_CHAINS),
        "refusals": refusals,
        "threshold": shown.percent(board.calibration.threshold),
        "decided": board.calibration.decided,
    }
    if pk is not None:
        context |= _card(request, board, pk)
    return render(request, "chains/placing.html", context)


def _after(line: Line, text: str) -> int | None:
    """The firm that waits behind another one: a skipped firm keeps its place in the queue."""
    asked = _number(text)
    keys = line.keys() if asked is not None else []
    if asked is None or asked not in keys:
        return None
    return keys[(keys.index(asked) + 1) % len(keys)]


def _card(request: HttpRequest, board: Board, pk: int) -> Mapping[str, object]:
    firm, mark = board.firm(pk), board.marks[board.rows[pk]]
    suggested = board.suggested(pk)
    offered = [one.category for one in suggested.suggestions]
    asked = request.GET.get("show", "")
    show_ = asked if asked in offered else (offered[0] if offered else "")
    carried = next((one.evidence for one in suggested.suggestions if one.category == show_), ())
    review = PlacementReview.objects.filter(chain=board.chain.id, entity=pk).select_related("changed_by").first()
    barred = [
        (segment_title(board.chain.by_id[one]), found.word if found else "") for one, found in suggested.barred.items()
    ]
    known = industry(firm.industry) if firm.industry else None
    return {
        "firm": firm,
        "industry": known.name if known else "",
        "mark": shown.mark_words(mark),
        "choices": shown.choices(board, suggested, show_),
        "texts": shown.texts(firm, carried, mark),
        "is_other": suggested.is_other,
        "other_percent": shown.percent(suggested.other),
        "other_width": round(suggested.other * 100),
        "like_aside": [(board.firm(int(one)).name, shown.percent(value)) for one, value in suggested.like_aside[:1]],
        "barred": barred,
        "review": review,
        "version": review.version if review else 0,
        "is_open": review is None or review.verdict == PlacementReview.Verdict.OPEN,
        "segments": [(one.id, segment_title(one)) for one in board.chain.segments if one.id not in offered],
    }


def _accuracy(board: Board) -> Mapping[str, str] | None:
    """Share right so far, in words; none before the first decision."""
    found = progress(board)
    if not found.judged:
        return None
    return {
        "first": _share(found.first, found.judged),
        "five": _share(found.among_five, found.judged),
        "judged": str(found.judged),
    }


def _share(some: int, of_all: int) -> str:
    """A share; of few decisions only the counts, which say how little they prove."""
    counts = f"{some}/{of_all}"
    return counts if of_all < FEW else f"{shown.percent(some / of_all)} ({counts})"


def _listing(board: Board) -> Listing[Waiting]:
    def named(one: Waiting) -> str:
        return segment_title(board.chain.by_id[one.segment]) if one.segment else t("其他", "Other")

    def segments() -> Sequence[Choice]:
        return [Choice(one.id, segment_title(one)) for one in board.chain.segments]

    address = reverse("placement-workbench", args=[board.chain.id])
    return Listing(
        title=(f"{board.chain.title}：待归位企业", f"{board.chain.title_en}: firms that wait"),
        columns=[
            Column(
                "name",
                ("企业", "Firm"),
                lambda one: one.firm.name,
                link=lambda one: f"{address}?firm={one.firm.pk}",
                badge=lambda one: fictional_badge(one.firm),
                main=True,
            ),
            Column("industry", ("行业代码", "Industry"), lambda one: one.firm.industry, Kind.CODE),
            Column("size", ("规模", "Size"), lambda one: one.firm.size_fen, Kind.MONEY),
            Column("segment", ("首选建议", "First suggestion"), named),
            Column("probability", ("概率", "Probability"), lambda one: shown.percent(one.likeliest), Kind.CODE),
            Column("usefulness", ("办理价值", "Usefulness"), lambda one: f"{one.usefulness:.2f}", Kind.CODE),
        ],
        filters=[Filter("segment", ("首选建议", "First suggestion"), segments)],
        search_hint=("企业名称或代码", "Name or code of a firm"),
        first_order="-usefulness",
        empty=("没有待归位的企业。", "No firm waits."),
        file_name=f"placement-{board.chain.id}",
        calibre=[
            (
                "规模：最近一年税务申报营业收入；没有申报的为注册资本。",
                "Size: revenue of the last tax return, else registered capital.",
            ),
            (
                "概率：首选建议（含“其他”）的校准概率。",
                "Probability: calibrated, of the first suggestion (also “other”).",
            ),
            (
                "办理价值 = (1 − 概率) × ln(1 + 规模万元)，仅主行业代码相符的乘以0.3。",
                "Usefulness = (1 − probability) × ln(1 + size in CNY 10,000), × 0.3 where only a core industry fits.",
            ),
        ],
    )


@page(owner="chains", permission=Permission.SEE_CHAINS)
def line(request: HttpRequest, chain: str) -> HttpResponseBase:
    """All firms that wait, as a list with search, sorting and export."""
    board = board_of(chain_or_404(chain))
    rows = FromMemory(
        waiting(board),
        search=lambda one: (one.firm.name, one.firm.code),
        filters={"segment": lambda one, value: one.segment == value},
        orders={
            "name": lambda one: one.firm.name,
            "industry": lambda one: one.firm.industry or None,
            "size": lambda one: one.firm.size_fen,
            "segment": lambda one: one.segment,
            "probability": lambda one: round(one.likeliest * PPM),
            "usefulness": lambda one: round(one.usefulness * PPM),
        },
    )
    return show(request, _listing(board), rows)
