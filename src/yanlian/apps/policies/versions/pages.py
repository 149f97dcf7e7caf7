"""政策包版本: the list of versions, and how a new one is begun: from what is in force, from files, from a workbook."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.policies.models import PackVersion
from yanlian.apps.policies.packs import today
from yanlian.apps.policies.versions.actions import begin_draft, begin_pack
from yanlian.apps.policies.versions.shown import VersionRow, packs_to_choose, version_rows
from yanlian.apps.policies.versions.texts import pack_id_in
from yanlian.apps.policies.versions.uploads import uploaded_texts
from yanlian.base.refusal import Refused
from yanlian.engine.policy.load import PACK_FILE
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t


def _packs() -> list[Choice]:
    return [Choice(pack, title) for pack, title in packs_to_choose()]


def _href(row: VersionRow) -> str | None:
    return reverse("version", args=[row.version.pk]) if row.version else None


VERSIONS: Listing[VersionRow] = Listing(
    title=("政策包版本", "Pack versions"),
    file_name="pack-versions",
    search_hint=("按政策包、说明或人员搜索", "Search packs, notes or people"),
    columns=(
        Column("title", ("版本", "Version"), lambda row: f"{row.pack} v{row.number}", main=True, link=_href),
        Column("pack", ("政策包", "Pack"), lambda row: row.pack_title),
        Column("what", ("说明", "What for"), lambda row: row.title),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="version"),
        Column("starts", ("实施日", "In force from"), lambda row: row.starts_on, Kind.DATE),
        Column("author", ("起草人", "Written by"), lambda row: row.author),
        Column("approver", ("批准人", "Approved by"), lambda row: row.approver),
        Column("made", ("新建时间", "Begun at"), lambda row: row.made_at, Kind.INSTANT),
    ),
    filters=(
        Filter("state", ("状态", "State"), word_choices("version")),
        Filter("pack", ("政策包", "Pack"), _packs),
    ),
    empty=("还没有政策包。", "There are no packs yet."),
    calibre=(
        (
            "测算按评价日采用当日有效的版本；没有版本的政策包按安装时交付的文件执行。",
            "A run uses the version in force on its as-of date; a pack without versions counts as it was delivered.",
        ),
    ),
)  # fmt: skip


@page(owner="policies", permission=Permission.SEE_VERSIONS)
def versions(request: HttpRequest) -> HttpResponseBase:
    """政策包版本 list."""
    rows = FromMemory(
        version_rows(today()),
        search=lambda row: (row.pack, row.pack_title, row.title, row.author, row.approver),
        filters={
            "state": lambda row, value: row.state == value,
            "pack": lambda row, value: row.pack == value,
        },
        orders={column.key: column.value for column in VERSIONS.columns},
    )
    more = {
        "crumbs": [(say(VERSIONS.title), None)],
        "may_write": permits(request.user, Permission.WRITE_VERSIONS),
    }
    return show(request, VERSIONS, rows, template="policies/versions/list.html", more=more)


@page(owner="policies", permission=Permission.WRITE_VERSIONS, methods=("GET", "POST"))
def new_version(request: HttpRequest) -> HttpResponseBase:
    """新建版本: of a pack that is there, or a new pack from uploaded files or a filled-in workbook."""
    if request.method == "POST":
        try:
            version = _begun(request)
        except Refused as refusal:
            return _form(request, refusal)
        messages.success(
            request, t("已新建草稿，起草中的内容不影响测算。", "Draft begun; nothing that is paid depends on it.")
        )
        return redirect("version", pk=version.pk)
    return _form(request)


def _begun(request: HttpRequest) -> PackVersion:
    user = signed_in(request)
    title = request.POST.get("title", "").strip()
    if not title:
        raise Refused("version_title_missing")
    if request.POST.get("how") != "new":
        return begin_draft(request.POST.get("pack", ""), title, user)
    texts = uploaded_texts(request)
    if not texts:
        raise Refused("file_not_chosen")
    pack = pack_id_in(texts.get(PACK_FILE, ""))
    if not pack:
        raise Refused("version_no_pack_file", found="-")
    return begin_pack(pack, title, user, texts)


def _form(request: HttpRequest, *refusals: Refused) -> HttpResponseBase:
    title = t("新建版本", "New version")
    context = {
        "title": title,
        "crumbs": [(say(VERSIONS.title), reverse("versions")), (title, None)],
        "packs": packs_to_choose(),
        "given": request.POST,
        "refusals": shown(*refusals),
    }
    return render(request, "policies/versions/new.html", context, status=422 if refusals else 200)
