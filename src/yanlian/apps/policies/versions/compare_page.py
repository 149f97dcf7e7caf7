"""版本差异: two versions side by side, by clause and by meaning, and the lines of their files below."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.models import PackVersion
from yanlian.apps.policies.versions.in_force import delivered_texts
from yanlian.apps.policies.versions.pages import VERSIONS
from yanlian.apps.policies.versions.path_words import path_text
from yanlian.apps.policies.versions.shown import shown_title
from yanlian.apps.policies.versions.texts import Texts, texts_of, write_folders
from yanlian.base.refusal import Language
from yanlian.engine.policy.changes import Change, pack_changes
from yanlian.engine.policy.fault import Fault
from yanlian.engine.policy.load import read_pack
from yanlian.engine.policy.model import Pack
from yanlian.ui.words import english, say, t

FILES = "files"
_CONTEXT = 3


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: the same on both sides, or marked."""

    text: str
    marked: bool


@dataclass(frozen=True)
class ChangeLine:
    """One difference as a row: what it is about, then both sides."""

    kind: str
    what: str
    old: Sequence[Piece]
    new: Sequence[Piece]
    old_place: str
    new_place: str


@dataclass(frozen=True)
class ChangeGroup:
    """All differences of a clause, or of what stands above the clauses."""

    document: str
    document_title: str
    clause: str
    clause_title: str
    lines: Sequence[ChangeLine]


@dataclass(frozen=True)
class Side:
    """One of the two: its name and texts."""

    title: str
    texts: Texts


@page(owner="policies", permission=Permission.SEE_VERSIONS)
def compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The version against another one (`?with=` its number, or `files`); by default the one it was begun from."""
    found = get_object_or_404(PackVersion, pk=pk)
    chosen = request.GET.get("with", "")
    old = _other(found, chosen)
    new = Side(shown_title(found), texts_of(found.files))
    before, after, faults = _read(found.pack, old.texts, new.texts)
    changes = pack_changes(before, after)
    trail = [(say(VERSIONS.title), reverse("versions")), (str(found), reverse("version", args=[pk]))]
    title = t("版本差异", "Differences")
    language: Language = "en" if english() else "zh"
    groups = grouped(changes, before, after)
    context = {
        "title": title,
        "lead": t("{old} → {new}", "{old} → {new}", old=old.title, new=new.title),
        "crumbs": [*trail, (title, None)],
        "pack_version": found,
        "old": old,
        "new": new,
        "chosen": chosen,
        "others": PackVersion.objects.filter(pack=found.pack).exclude(pk=pk).order_by("-number"),
        "has_files": found.pack in delivered_texts(),
        "groups": groups,
        "counts": [(kind, sum(one.kind == kind for one in changes)) for kind in ("changed", "new", "gone")],
        "faults": [one.line_text(language) for one in faults if one.severity == "error"],
        "files": text_changes(old.texts, new.texts),
    }
    return render(request, "policies/versions/compare.html", context)


def _other(found: PackVersion, chosen: str) -> Side:
    if chosen == FILES:
        texts = delivered_texts().get(found.pack)
        if texts is None:
            raise Http404(chosen)
        return Side(t("安装文件夹中的文件", "Files of the installation"), texts)
    if chosen:
        number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 9 else -1
        other = get_object_or_404(PackVersion, pack=found.pack, number=number)
        return Side(shown_title(other), texts_of(other.files))
    if found.based_on is None:
        return Side(t("（空）", "(nothing)"), {})
    return Side(shown_title(found.based_on), texts_of(found.based_on.files))


def _read(pack: str, old: Texts, new: Texts) -> tuple[Pack | None, Pack | None, list[Fault]]:
    """Both packs as they are written; what cannot be read is told and left out."""
    home = Path(settings.DATA) / "rules"
    home.mkdir(parents=True, exist_ok=True)
    faults: list[Fault] = []
    packs: list[Pack | None] = []
    with tempfile.TemporaryDirectory(dir=home, prefix=".comparing-") as folder:
        for side, texts in (("old", old), ("new", new)):
            if not texts:
                packs.append(None)
                continue
            (written,) = write_folders(Path(folder) / side, {pack: texts})
            read, found = read_pack(written)
            packs.append(read)
            faults += found
    return packs[0], packs[1], faults


def grouped(changes: Iterable[Change], old: Pack | None, new: Pack | None) -> list[ChangeGroup]:
    """The differences by clause, in the order of the texts."""
    documents, clauses = _titles(old), _titles(new)
    titles = {**documents, **clauses}
    groups: dict[tuple[str, str], list[ChangeLine]] = {}
    for one in changes:
        groups.setdefault((one.document, one.clause), []).append(_line(one))
    return [
        ChangeGroup(document, titles.get(document, ""), clause, titles.get(clause, ""), lines)
        for (document, clause), lines in sorted(groups.items(), key=lambda item: item[0])
    ]


def _titles(pack: Pack | None) -> dict[str, str]:
    if pack is None:
        return {}
    titles = {one.id: one.title for one in pack.documents}
    return titles | {clause.id: clause.title for one in pack.documents for clause in one.clauses}


def _line(change: Change) -> ChangeLine:
    old, new = change.old, change.new
    left, right = marked(old.text if old else "", new.text if new else "")
    return ChangeLine(
        kind=change.kind,
        what=path_text(change.path),
        old=left,
        new=right,
        old_place=f"{old.file}:{old.line}" if old else "",
        new_place=f"{new.file}:{new.line}" if new else "",
    )


def marked(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts with what differs marked, in words and figures rather than in single characters."""
    if not old or not new:
        return ([Piece(old, marked=False)] if old else []), ([Piece(new, marked=False)] if new else [])
    left, right = _words(old), _words(new)
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for what, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for side, text in ((0, "".join(left[a:b])), (1, "".join(right[c:d]))):
            if text:
                pieces[side].append(Piece(text, marked=what != "equal"))
    return pieces


def _words(text: str) -> list[str]:
    """Figures and Latin words whole, everything else character by character."""
    words: list[str] = []
    for one in text:
        if words and _joins(words[-1][-1], one):
            words[-1] += one
        else:
            words.append(one)
    return words


def _joins(before: str, one: str) -> bool:
    figures = "0123456789.,%"
    if before in figures and (one in figures or one in "万亿元"):
        return True
    if before in "万亿" and one in "亿元":
        return True
    return before.isascii() and one.isascii() and before.isalnum() and one.isalnum()


@dataclass(frozen=True)
class TextLine:
    """One line of a comparison of files, numbered on each side where it stands; `kind`: same, gone or new."""

    kind: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class FileChange:
    name: str
    kind: str
    lines: Sequence[TextLine]


def text_changes(old: Texts, new: Texts) -> list[FileChange]:
    """The files whose text differs, each with its changed lines and a few around them."""
    found = []
    for name in sorted({*old, *new}):
        before, after = old.get(name, ""), new.get(name, "")
        if before == after:
            continue
        kind = "new" if name not in old else "gone" if name not in new else "changed"
        found.append(FileChange(name, kind, _text_lines(before.splitlines(), after.splitlines())))
    return found


def _text_lines(old: Sequence[str], new: Sequence[str]) -> list[TextLine]:
    lines: list[TextLine] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        if lines:
            lines.append(TextLine("gap", None, None, "…"))
        for what, a, b, c, d in group:
            if what == "equal":
                lines += [TextLine("same", a + n + 1, c + n + 1, old[a + n]) for n in range(b - a)]
                continue
            lines += [TextLine("gone", n + 1, None, old[n]) for n in range(a, b)]
            lines += [TextLine("new", None, n + 1, new[n]) for n in range(c, d)]
    return lines
