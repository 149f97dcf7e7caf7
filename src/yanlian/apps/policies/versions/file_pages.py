"""A version to take away: its files as they are, and its documents as DMN models."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.model_pages import SHEET_TYPE, attachment
from yanlian.apps.policies.models import PackVersion
from yanlian.apps.policies.packs import today
from yanlian.apps.policies.versions.in_force import folders_with
from yanlian.apps.policies.versions.texts import texts_of
from yanlian.apps.policies.versions.workbook.template import template_workbook
from yanlian.base.archive import packed
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults, load_packs
from yanlian.engine.policy.dmn.export_files import SUFFIX, export_one
from yanlian.ui.refusals import shown
from yanlian.ui.words import english, t

ZIP_TYPE = "application/zip"


@page(owner="policies", permission=Permission.SEE_VERSIONS)
def version_zip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The folder of the pack as a zip: unpacked below the packs folder, it is the pack."""
    found = get_object_or_404(PackVersion, pk=pk)
    texts = {f"{found.pack}/{name}": text.encode() for name, text in texts_of(found.files).items()}
    return attachment(packed(texts), ZIP_TYPE, f"{found.pack}-v{found.number}.zip")


@page(owner="policies", permission=Permission.WRITE_VERSIONS)
def template_book(request: HttpRequest) -> HttpResponseBase:
    """The workbook to fill in."""
    return attachment(template_workbook(), SHEET_TYPE, t("政策文件导入模板.xlsx", "policy-template.xlsx"))


@page(owner="policies", permission=Permission.SEE_VERSIONS)
def version_dmn(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every document of the version as a DMN 1.5 file, in a zip. A version with faults has none."""
    found = get_object_or_404(PackVersion, pk=pk)
    try:
        return attachment(packed(_models(found)), ZIP_TYPE, f"{found.pack}-v{found.number}-dmn.zip")
    except PackFaults as faults:
        told = [fault.line_text("en" if english() else "zh") for fault in faults.faults]
        context = {"title": str(found), "crumbs": _crumbs(found), "faults": told}
        return render(request, "policies/faulty.html", context, status=422)
    except Refused as refusal:
        back = reverse("version", args=[pk])
        context = {"title": str(found), "crumbs": _crumbs(found), "refusals": shown(refusal), "back": back}
        return render(request, "policies/no_model.html", context, status=422)


def _crumbs(found: PackVersion) -> list[tuple[str, str | None]]:
    return [(t("政策包版本", "Pack versions"), reverse("versions")), (str(found), reverse("version", args=[found.pk]))]


def _models(found: PackVersion) -> Mapping[str, bytes]:
    home = Path(settings.DATA) / "rules"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".exporting-") as folder:
        folders = folders_with(found.pack, texts_of(found.files), today(), Path(folder) / "packs")
        packs = load_packs(folders)
        models = {}
        for document in packs.documents:
            if document.pack.id == found.pack:
                file = Path(folder) / f"{document.source.id}{SUFFIX}"
                export_one(packs, document.source.id, file, None)
                models[file.name] = file.read_bytes()
        return models
