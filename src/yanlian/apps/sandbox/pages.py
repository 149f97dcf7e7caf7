"""政策沙盘: the scenarios one may see, a new one, and the bench where figures and texts of clauses are changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Snapshot
from yanlian.apps.sandbox import actions
from yanlian.apps.sandbox.bench import bench_context, changes_filled_in, document_file
from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.sandbox.opened import packs_on
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults
from yanlian.engine.policy.revision import Change
from yanlian.ui import numbers
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import say, t

SANDBOX = ("政策沙盘", "Policy sandbox")


def seen_by(user: User) -> QuerySet[Scenario]:
    """Scenarios that a user may open: one's own, and those that were shared."""
    found = Scenario.objects.filter(put_away=False).filter(Q(owner=user) | Q(shared=True))
    return found.select_related("owner", "snapshot")


def scenario_for(request: HttpRequest, pk: int) -> Scenario:
    """A scenario, or 404: a stranger does not even learn that it exists."""
    return get_object_or_404(seen_by(signed_in(request)), pk=pk)


def _sharing() -> list[Choice]:
    return [Choice("mine", t("只有我的", "Mine")), Choice("shared", t("已共享的", "Shared"))]


def _listing(user: User) -> Listing[Scenario]:
    return Listing(
        title=SANDBOX,
        file_name="scenarios",
        search_hint=("按方案名称、说明或创建人搜索", "Search names, notes or people"),
        first_order="-changed",
        columns=(
            Column("name", ("方案", "Scenario"), lambda one: one.name, main=True,
                   link=lambda one: reverse("scenario", args=[one.pk])),
            Column("changes", ("改动（处）", "Changes"), lambda one: len(one.changes), Kind.COUNT, sortable=False),
            Column("as_of", ("评价日", "As of"), lambda one: one.as_of, Kind.DATE),
            Column("snapshot", ("快照时间", "Snapshot of"), lambda one: one.snapshot.moment, Kind.INSTANT),
            Column("owner", ("创建人", "Owner"), lambda one: one.owner.shown_name),
            Column("shared", ("已共享", "Shared"), lambda one: one.shared, Kind.FLAG),
            Column("changed", ("修改时间", "Changed at"), lambda one: one.changed_at, Kind.INSTANT),
        ),
        filters=(Filter("whose", ("范围", "Whose"), _sharing),),
        empty=("还没有方案。新建一个方案，改一条政策的数，看要多花多少钱、谁多谁少。",
               "No scenarios yet. Begin one, change a figure of a policy, and see what it costs and for whom."),
        calibre=(
            ("沙盘只作测算，不产生兑付；方案未共享前只有创建人能看到。",
             "The sandbox pays nothing; a scenario is its owner's alone until it is shared."),
        ),
    )  # fmt: skip


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def scenarios(request: HttpRequest) -> HttpResponseBase:
    """政策沙盘 list."""
    user = signed_in(request)
    rows = FromDatabase(
        seen_by(user),
        search=("name__icontains", "note__icontains", "owner__username__icontains"),
        filters={"whose": lambda value: Q(owner=user) if value == "mine" else Q(shared=True)},
        orders={
            "name": "name",
            "as_of": "as_of",
            "snapshot": "snapshot__moment",
            "owner": "owner__username",
            "shared": "shared",
            "changed": "changed_at",
        },
    )
    more = {"crumbs": [(say(SANDBOX), None)]}
    return show(request, _listing(user), rows, template="sandbox/list.html", more=more)


@page(owner="sandbox", permission=Permission.USE_SANDBOX, methods=("GET", "POST"))
def new_scenario(request: HttpRequest) -> HttpResponseBase:
    """新建方案: its name, the snapshot and the day."""
    snapshots = list(Snapshot.objects.order_by("-moment", "-pk")[:30])
    refusals: Sequence[Refused] = ()
    if request.method == "POST":
        snapshot = next((one for one in snapshots if str(one.pk) == request.POST.get("snapshot")), None)
        try:
            as_of = date.fromisoformat(request.POST.get("as_of", ""))
        except ValueError:
            as_of = None
        try:
            if snapshot is None or as_of is None:
                raise Refused("scenario_snapshot")
            drafts = request.POST.get("drafts") == "on"
            made = actions.begin_scenario(
                request.POST.get("name", ""), snapshot, as_of, signed_in(request), drafts=drafts
            )
            return redirect("scenario", pk=made.pk)
        except Refused as refusal:
            refusals = (refusal,)
    title = t("新建方案", "New scenario")
    context = {
        "title": title,
        "crumbs": [(say(SANDBOX), reverse("scenarios")), (title, None)],
        "snapshots": snapshots,
        "given": request.POST,
        "as_of": request.POST.get("as_of") or _usual_day(snapshots),
        "refusals": shown(*refusals),
    }
    return render(request, "sandbox/new.html", context, status=422 if refusals else 200)


def _usual_day(snapshots: Sequence[Snapshot]) -> str:
    """The end of the year before the newest snapshot: the last day of which everything can be known."""
    if not snapshots:
        return ""
    moment = snapshots[0].moment.astimezone(numbers.SHANGHAI)
    return date(moment.year - 1, 12, 31).isoformat()


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def scenario(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One scenario: its changes, and the figures of a clause to be changed."""
    found = scenario_for(request, pk)
    return _bench(request, found)


def _bench(request: HttpRequest, found: Scenario, *refusals: Refused, status: int = 200) -> HttpResponseBase:
    try:
        context = bench_context(request, found)
    except PackFaults as faults:
        refusals = (*refusals, *(one.refusal for one in faults.faults if one.severity == "error"))
        context = {"scenario": found}
    user = signed_in(request)
    context |= {
        "title": found.name,
        "crumbs": [(say(SANDBOX), reverse("scenarios")), (found.name, None)],
        "mine": found.owner_id == user.pk,
        "others": seen_by(user).filter(snapshot=found.snapshot, as_of=found.as_of).exclude(pk=found.pk)[:50],
        "refusals": shown(*refusals),
        "dated": dated(found),
    }
    return render(request, "sandbox/scenario.html", context, status=status)


def dated(found: Scenario) -> list[tuple[str, str]]:
    """What dates the figures of a scenario; it goes with every page, print and export of them."""
    try:
        packs = packs_on(found.as_of).hash
    except PackFaults:
        packs = "-"
    return [
        (t("沙盘方案", "Scenario"), found.name),
        (t("评价日", "As of"), found.as_of.isoformat()),
        (t("快照", "Snapshot"), found.snapshot.hash[:12]),
        (t("政策包", "Packs"), packs[:12]),
        (t("改动", "Changes"), found.proposal.digest[:12] if found.changes else "-"),
    ]


@page(owner="sandbox", permission=Permission.USE_SANDBOX, methods=("POST",))
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Save changes: figures filled in, a text replaced, one change or all taken back, the name, a proposal file."""
    found, user = scenario_for(request, pk), signed_in(request)
    given = request.POST
    revision = int(given.get("revision", "0") or 0)
    try:
        if "name" in given:
            actions.change_scenario(found, revision, user, name=given["name"], note=given.get("note", ""))
        else:
            actions.change_scenario(found, revision, user, changes=_new_changes(request, found))
    except (Refused, PackFaults) as fault:
        problems = [fault] if isinstance(fault, Refused) else [one.refusal for one in fault.faults]
        return _bench(request, found, *problems, status=422)
    address = reverse("scenario", args=[pk])
    clause = given.get("clause", "")
    messages.success(request, t("已保存。", "Saved."))
    return redirect(f"{address}?clause={clause}" if clause else address)


def _new_changes(request: HttpRequest, found: Scenario) -> list[Change]:
    """The changes after what was asked for. Refused, or `PackFaults`: they make no packs."""
    given, changes = request.POST, list(found.change_list)
    if given.get("verb") == "take_back":
        return [one for one in changes if one.at != given.get("at")]
    if given.get("verb") == "clear":
        return []
    fresh = changes_filled_in(request, found)
    if not fresh:
        raise Refused("scenario_nothing")
    replaced = {(one.at, one.do) for one in fresh if one.do != "add"}
    return [*(one for one in changes if (one.at, one.do) not in replaced), *fresh]


@page(owner="sandbox", permission=Permission.USE_SANDBOX, methods=("POST",))
def handle(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Share, stop sharing, copy, put away."""
    found, user = scenario_for(request, pk), signed_in(request)
    verb, revision = request.POST.get("verb", ""), int(request.POST.get("revision", "0") or 0)
    try:
        if verb == "copy":
            copied = actions.copy_scenario(found, user, t("{name}（副本）", "{name} (copy)", name=found.name[:100]))
            return redirect("scenario", pk=copied.pk)
        if verb in {"share", "unshare"}:
            actions.share_scenario(found, revision, user, shared=verb == "share")
        elif verb == "put_away":
            actions.put_away_scenario(found, revision, user)
            return redirect("scenarios")
        else:
            raise Http404(verb)
    except Refused as refusal:
        return _bench(request, found, refusal, status=422)
    return redirect("scenario", pk=pk)


@page(owner="sandbox", permission=Permission.USE_SANDBOX)
def proposal_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The changes as a file that `yanlian sandbox ask` takes."""
    return document_file(scenario_for(request, pk))
