"""One version: its steps, what the check found, its files, what it changes, what happened to it, and the verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.people.models import User
from yanlian.apps.policies.models import PackVersion
from yanlian.apps.policies.packs import today
from yanlian.apps.policies.versions import actions
from yanlian.apps.policies.versions.in_force import standing
from yanlian.apps.policies.versions.pages import VERSIONS
from yanlian.apps.policies.versions.shown import OPEN, file_lines, shown_title, state_on, steps_of, verbs_for
from yanlian.apps.policies.versions.texts import texts_of
from yanlian.apps.policies.versions.uploads import uploaded_texts
from yanlian.base.refusal import Refused
from yanlian.engine.policy.load import PACK_FILE
from yanlian.ui.refusals import shown
from yanlian.ui.words import english, say, t

Verb = Callable[[PackVersion, int, HttpRequest, User], PackVersion]


@page(owner="policies", permission=Permission.SEE_VERSIONS)
def version(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One version."""
    return _show(request, get_object_or_404(PackVersion, pk=pk))


@page(owner="policies", permission=Permission.WRITE_VERSIONS, methods=("POST",))
def version_write(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A verb of the writers, for the revision that the page showed."""
    return _do(request, pk, WRITING)


@page(owner="policies", permission=Permission.APPROVE_POLICIES, methods=("POST",))
def version_decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A verb of those who approve."""
    return _do(request, pk, DECIDING)


def _do(request: HttpRequest, pk: int, verbs: Mapping[str, Verb]) -> HttpResponseBase:
    found = get_object_or_404(PackVersion, pk=pk)
    verb = request.POST.get("verb", "")
    if verb not in verbs:
        raise Http404(verb)
    try:
        moved = verbs[verb](found, revision_of(request), request, signed_in(request))
    except Refused as refusal:
        return _show(request, PackVersion.objects.get(pk=pk), refusal)
    unfit = verb == "check" and moved.state != PackVersion.State.CHECKED
    (messages.warning if unfit else messages.success)(request, say(UNFIT if unfit else DONE[verb]))
    return redirect("version", pk=pk)


def _check(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    return actions.check_version(found, revision, by)[0]


def _approve(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    return actions.approve(found, revision, by, _note(request))


def _enact(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    text = request.POST.get("day", "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("version_day_unreadable", found=text[:40] or "-") from None
    return actions.put_in_force(found, revision, day, by, _note(request))


def _give_back(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    return actions.give_back(found, revision, by, _note(request))


def _withdraw(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    return actions.withdraw(found, revision, by, _note(request))


def _upload(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    there = texts_of(found.files)
    texts = uploaded_texts(request, there)
    if not texts:
        raise Refused("file_not_chosen")
    note = t("上传：{names}", "Uploaded: {names}", names="、".join(texts))
    return actions.save_texts(found, revision, {**there, **texts}, by, note)


def _remove(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    name = request.POST.get("file", "")
    texts = {one: text for one, text in texts_of(found.files).items() if one != name}
    return actions.save_texts(found, revision, texts, by, t("删除：{name}", "Removed: {name}", name=name))


def _add(found: PackVersion, revision: int, request: HttpRequest, by: User) -> PackVersion:
    name = request.POST.get("file", "").strip()
    texts = texts_of(found.files)
    if name in texts:
        raise Refused("version_file_there", file=name)
    return actions.save_texts(
        found, revision, {**texts, name: SKELETON}, by, t("新增：{name}", "Added: {name}", name=name)
    )


SKELETON = """document:
  id:
  title:
  number:
  issuer:
  place:
  status: draft
  valid_from:
  valid_to: null
  source: {grade:, url:, page:, seen:}

rules:
  subject: [enterprise]

clauses: []
"""
WRITING: Mapping[str, Verb] = {
    "check": _check,
    "withdraw": _withdraw,
    "upload": _upload,
    "add": _add,
    "remove": _remove,
}
DECIDING: Mapping[str, Verb] = {"approve": _approve, "enact": _enact, "give_back": _give_back}
DONE = {
    "check": ("核验通过，可以送批准。", "The check passed; it can be approved."),
    "approve": ("已批准。实施前不影响测算。", "Approved. Nothing depends on it before it is in force."),
    "enact": ("已实施。评价日在实施日及以后的测算采用本版本。", "In force: runs as of that day and later use it."),
    "give_back": ("已退回起草人。", "Given back to its writer."),
    "withdraw": ("已撤回，文本仍可查阅。", "Withdrawn; its texts can still be read."),
    "upload": ("文件已上传。", "The files were taken in."),
    "add": ("文件已新增，请填写。", "The file was added; fill it in."),
    "remove": (
        "文件已删除，以前保存的内容仍可查阅。",
        "The file was removed; earlier savings can still be read.",
    ),
}
UNFIT = ("核验未通过，问题见下。", "The check did not pass; what it found stands below.")


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "").strip()[:500]


def revision_of(request: HttpRequest) -> int:
    """The revision that the page showed; -1, which no version has, when it was not said."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _show(request: HttpRequest, found: PackVersion, *refusals: Refused) -> HttpResponseBase:
    user, day = signed_in(request), today()
    events = list(found.events.select_related("by"))
    texts = texts_of(found.files)
    verbs = verbs_for(user, found)
    language = "en" if english() else "zh"
    findings = found.findings
    context = {
        "title": shown_title(found),
        "crumbs": [(say(VERSIONS.title), reverse("versions")), (str(found), None)],
        "pack_version": found,
        "state": state_on(found, day, standing(day)),
        "steps": steps_of(found, events),
        "verbs": verbs,
        "may_edit": found.state in OPEN and permits(user, Permission.WRITE_VERSIONS),
        "files": file_lines(found, texts),
        "pack_file": PACK_FILE,
        "events": reversed(events),
        "findings": findings,
        "findings_stale": bool(findings) and findings.get("revision") != found.revision,
        "faults": [{**one, "text": one[language]} for one in findings.get("faults", [])],
        "failures": [{**one, "text": one[language]} for one in findings.get("failures", [])],
        "today": day,
        "refusals": shown(*refusals),
        "dated": [(t("版本", "Version"), str(found)), (t("修改次数", "Revision"), str(found.revision))],
    }
    return render(request, "policies/versions/version.html", context, status=409 if refusals else 200)
