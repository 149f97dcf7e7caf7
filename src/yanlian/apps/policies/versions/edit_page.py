"""One file of a version in the browser: its text with line numbers, and the faults with their lines beside it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, permits, signed_in
from yanlian.apps.policies.models import PackVersion
from yanlian.apps.policies.packs import today
from yanlian.apps.policies.versions.actions import save_texts
from yanlian.apps.policies.versions.checking import Finding, check_texts_of, faults_of
from yanlian.apps.policies.versions.pages import VERSIONS
from yanlian.apps.policies.versions.shown import OPEN, shown_title
from yanlian.apps.policies.versions.texts import check_texts, texts_of
from yanlian.apps.policies.versions.version_page import revision_of
from yanlian.base.refusal import Language, Refused
from yanlian.ui.refusals import shown
from yanlian.ui.words import english, say, t


@page(owner="policies", permission=Permission.SEE_VERSIONS)
def version_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The text of a file, as it is now or (`?at=` an event) as it was after some saving."""
    found = get_object_or_404(PackVersion, pk=pk)
    at = request.GET.get("at", "")
    if at:
        event = found.events.filter(pk=int(at) if at.isascii() and at.isdigit() and len(at) < 19 else -1).first()
        if event is None or name not in event.files:
            raise Http404(name)
        text = texts_of({name: event.files[name]})[name]
        return _show(request, found, name, text, [], past=event.revision)
    if name not in found.files:
        raise Http404(name)
    text = texts_of({name: found.files[name]})[name]
    return _show(request, found, name, text, _own(faults_of(found.pack, _key(found), today()).faults, found, name))


@page(owner="policies", permission=Permission.WRITE_VERSIONS, methods=("POST",))
def save_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """Saves the text as it was typed, or nothing at all; then shows what is wrong with it.

    When somebody else changed the version meanwhile, the typed text stands in the page again and is not saved.
    """
    found = get_object_or_404(PackVersion, pk=pk)
    # Browsers send the ends of lines as two characters.
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if request.POST.get("verb") == "look":
        return _look(request, found, name, text)
    try:
        texts = {**texts_of(found.files), name: text}
        save_texts(found, revision_of(request), texts, signed_in(request), request.POST.get("note", "").strip()[:500])
    except Refused as refusal:
        return _show(request, found, name, text, [], refusal)
    messages.success(request, t("已保存。", "Saved."))
    return redirect("version-file", pk=pk, name=name)


def _look(request: HttpRequest, found: PackVersion, name: str, text: str) -> HttpResponseBase:
    """What is wrong with a text that is not saved yet."""
    texts = {**texts_of(found.files), name: text}
    try:
        check_texts(texts)
    except Refused as refusal:
        return _show(request, found, name, text, [], refusal)
    findings = check_texts_of(found.pack, texts, today(), cases=False)
    return _show(request, found, name, text, _own(findings.faults, found, name), looked=True)


def _key(found: PackVersion) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(found.files.items()))


def _own(faults: Sequence[Finding], found: PackVersion, name: str) -> list[Finding]:
    """The faults of this file first; errors elsewhere follow, since they stop this file too."""
    own = [one for one in faults if one.pack == found.pack and one.file == name]
    rest = [one for one in faults if one not in own and one.severity == "error"]
    return sorted(own, key=lambda one: one.line) + rest


def _show(
    request: HttpRequest,
    found: PackVersion,
    name: str,
    text: str,
    faults: Sequence[Finding],
    *refusals: Refused,
    past: int | None = None,
    looked: bool = False,
) -> HttpResponseBase:
    may_edit = past is None and found.state in OPEN and permits(request.user, Permission.WRITE_VERSIONS)
    trail = [(say(VERSIONS.title), reverse("versions")), (str(found), reverse("version", args=[found.pk]))]
    language: Language = "en" if english() else "zh"
    context = {
        "title": name,
        "crumbs": [*trail, (name, None)],
        "pack_version": found,
        "version_title": shown_title(found),
        "name": name,
        "text": text,
        "lines": range(1, text.count("\n") + 2),
        "faults": [{"here": one.pack == found.pack and one.file == name, "place": one, "text": one.text(language)}
                   for one in faults],
        "may_edit": may_edit,
        # After a refused saving the page still holds the revision that the writer saw, so that it is refused again.
        "revision": revision_of(request) if refusals else found.revision,
        "past": past,
        "looked": looked,
        "refusals": shown(*refusals),
    }  # fmt: skip
    return render(request, "policies/versions/file.html", context, status=409 if refusals else 200)
