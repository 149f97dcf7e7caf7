"""链上数据导入: files with products, supply links, outside firms, their ties and other areas' figures."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from yanlian.apps.chains.intake import FILES, Answered, Taken, file_of, take_in
from yanlian.apps.chains.intake.kinds import template
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ProductText, ReferenceFigure, SupplyLink
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.registry.import_pages import safe_name
from yanlian.base.refusal import Refused
from yanlian.ui.refusals import shown
from yanlian.ui.words import english, t

LARGEST_MB = 20
ANSWERS_SHOWN = 200
_MODELS = {
    "products": ProductText, "links": SupplyLink, "outside": OutsideFirm, "ties": OutsideTie,
    "references": ReferenceFigure,
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A kind of file: what it is called, how many facts stand, the last day on which one came."""

    key: str
    title: str
    count: int
    last: datetime | None
    columns: str


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("GET", "POST"))
def chain_files(request: HttpRequest) -> HttpResponse:
    """The form, what stands, and after an upload what became of each row."""
    title = t("链上数据导入", "Chain data import")
    context: dict[str, object] = {"title": title, "crumbs": [(title, None)], "most_mb": LARGEST_MB}
    if request.method == "POST":
        try:
            taken = _take_in(request)
            context |= {"taken": taken, "kind_title": _title(taken.kind), "answers": _answers(taken)}
            context["more"] = max(0, len(taken.answers) - ANSWERS_SHOWN)
        except Refused as refusal:
            context |= {"refusals": shown(refusal), "given": request.POST}
    context["kinds"] = [_standing(key) for key in FILES]
    return render(request, "chains/chain_files.html", context)


@page(owner="chains", permission=Permission.EDIT_CHAINS)
def empty_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The headers of a kind of file as CSV that spreadsheet programs open."""
    if kind not in FILES:
        raise Http404(kind)
    out = io.StringIO()
    csv.writer(out).writerow(template(kind))
    answer = HttpResponse(("\ufeff" + out.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="chain-{kind}.csv"'
    return answer


def _take_in(request: HttpRequest) -> Taken:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or upload.size is None:
        raise Refused("file_not_chosen")
    name = safe_name(upload.name or "")
    if upload.size > LARGEST_MB * 1024 * 1024:
        raise Refused("upload_too_large", file=name, found=f"{upload.size / 1048576:.1f}", most=LARGEST_MB)
    return take_in(cast("BinaryIO", upload.file), request.POST.get("kind", ""), by=signed_in(request), name=name)


def _answers(taken: Taken) -> list[tuple[Answered, str]]:
    return [(one, one.reason("en" if english() else "zh")) for one in taken.answers[:ANSWERS_SHOWN]]


def _standing(key: str) -> Standing:
    rows = _MODELS[key]._default_manager
    last = rows.aggregate(last=Max("recorded_at"))["last"]
    return Standing(key, _title(key), rows.count(), last, "、".join(template(key)))


def _title(key: str) -> str:
    kind = file_of(key).kind
    return t(kind.zh, kind.en)
