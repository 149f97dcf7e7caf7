"""Texts of packs out of what a browser sends: YAML files, a zip of them, or filled-in workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from django.http import HttpRequest

from yanlian.apps.policies.versions.workbook.building import has_document, names_of_workbook, texts_of_workbook
from yanlian.apps.policies.versions.workbook.inserting import with_names
from yanlian.base.archive import Archive, Unsound
from yanlian.base.refusal import Refused
from yanlian.base.tree import Unreadable
from yanlian.engine.policy.load import MAX_FILES
from yanlian.engine.policy.tree import MAX_BYTES, decode

_YAML = (".yaml", ".yml")
_MOST_FILES = MAX_FILES


def uploaded_texts(request: HttpRequest, there: Mapping[str, str] | None = None) -> dict[str, str]:
    """File name → text of everything under `files`; zips are opened, folders in them do not count.

    A workbook becomes the document that it describes; one of tables only goes into the file (of `there`) that the field
    `into` names. Refused: `version_file_type`, `version_file_text`, `version_file_large`, `version_files_many`,
    `book_target`, and workbooks with all their faults.
    """
    texts: dict[str, str] = {}
    for one in request.FILES.getlist("files"):
        name = PurePosixPath((one.name or "").replace("\\", "/")).name
        if (one.size or 0) > MAX_BYTES * 5:
            raise Refused("version_file_large", file=name, most=MAX_BYTES * 5)
        content = one.read()
        if name.lower().endswith(".zip"):
            texts |= _from_zip(name, content)
        elif name.lower().endswith(_YAML):
            texts[name] = _text(name, content)
        elif name.lower().endswith(".xlsx"):
            texts |= _from_workbook(name, content, {**(there or {}), **texts}, request.POST.get("into", ""))
        else:
            raise Refused("version_file_type", found=name)
    return texts


def _from_workbook(name: str, content: bytes, there: Mapping[str, str], into: str) -> dict[str, str]:
    if has_document(content, name):
        return texts_of_workbook(content, name)
    names = names_of_workbook(content, name)
    if into not in there:
        raise Refused("book_target", found=into or "-")
    return {into: with_names(there[into], names, into)}


def _from_zip(name: str, content: bytes) -> dict[str, str]:
    try:
        opened = Archive(content)
        inside = [one for one in opened.parts if one.filename.lower().endswith(_YAML)]
        if len(inside) > _MOST_FILES:
            raise Refused("version_files_many", found=len(inside), most=_MOST_FILES)
        if large := next((one for one in inside if one.file_size > MAX_BYTES), None):
            raise Refused("version_file_large", file=large.filename, most=MAX_BYTES)
        return {PurePosixPath(one.filename).name: _text(one.filename, opened.read(one)) for one in inside}
    except Unsound as error:
        raise Refused("version_file_text", file=name) from error


def _text(name: str, content: bytes) -> str:
    try:
        return decode(content)
    except Unreadable as problem:
        raise Refused("version_file_text", file=name) from problem
