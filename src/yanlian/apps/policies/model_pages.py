"""Rules to take away: a clause or its document as a DMN file, a decision table as a worksheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.clause_parts import items_used
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.policies.pages import CLAUSES, faulty_packs
from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.model import DecisionTable, Requirement
from yanlian.engine.feel.dmn.sheet_write import write_table_sheet
from yanlian.engine.policy import PackFaults, PackSet
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.dmn import model_of
from yanlian.engine.policy.dmn.export_files import SUFFIX, export_one
from yanlian.engine.policy.dmn.marks import mark_of
from yanlian.engine.policy.model import Table
from yanlian.ui.refusals import shown
from yanlian.ui.words import say, t

DMN_TYPE = "application/xml; charset=utf-8"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(owner="policies", permission=Permission.SEE_POLICIES)
def clause_dmn(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """The clause as a DMN 1.5 file, as of a day (today when none is given)."""
    return _dmn(request, clause_id, whole=False)


@page(owner="policies", permission=Permission.SEE_POLICIES)
def document_dmn(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """The whole document that the clause stands in, likewise."""
    return _dmn(request, clause_id, whole=True)


def _dmn(request: HttpRequest, clause_id: str, *, whole: bool) -> HttpResponseBase:
    try:
        packs = packs_in_use()
        clause = clause_or_404(packs, clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    found = clause.document.source.id if whole else clause.id
    try:
        day = day_of(request)
        content = dmn_file(packs, found, day)
    except Refused as refusal:
        return refused(request, clause, refusal)
    return attachment(content, DMN_TYPE, f"{found}-{day.isoformat()}{SUFFIX}")


@page(owner="policies", permission=Permission.SEE_POLICIES)
def clause_table(request: HttpRequest, clause_id: str, number: int) -> HttpResponseBase:
    """One decision table of the clause (the number is that of the page) as an XLSX file."""
    try:
        packs = packs_in_use()
        clause = clause_or_404(packs, clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    items = [item for item in items_used(clause) if isinstance(item.source, Table)]
    if not 1 <= number <= len(items):
        raise Http404(number)
    item = items[number - 1]
    try:
        content = table_sheet(packs, clause.id, (*item.home.key, "tables", item.name), item.name)
    except Refused as refusal:
        return refused(request, clause, refusal)
    return attachment(content, SHEET_TYPE, f"{clause.id}-{item.name}.xlsx")


def clause_or_404(packs: PackSet, clause_id: str) -> CompiledClause:
    """The clause with this id."""
    try:
        return packs.clause(clause_id)
    except Refused as refusal:
        raise Http404(clause_id) from refusal


def day_of(request: HttpRequest) -> date:
    """The as-of date asked for. Raises `Refused("model_day_unreadable")`."""
    text = request.GET.get("as_of", "")
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("model_day_unreadable", found=text[:40]) from None


def dmn_file(packs: PackSet, found: str, day: date | None) -> bytes:
    """What `yanlian pack export` writes for a document or clause. Raises `Refused` for what DMN cannot say."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"model{SUFFIX}"
        export_one(packs, found, file, day)
        return file.read_bytes()


def table_sheet(packs: PackSet, clause_id: str, place: tuple[str, ...], title: str) -> bytes:
    """The decision table at a place of the packs as a worksheet. Raises `Refused` for what a sheet cannot hold."""
    model = model_of(packs, clause_id)
    for decision in model.decisions:
        if mark_of(decision.description).get("of") == list(place) and isinstance(decision.expression, DecisionTable):
            return write_table_sheet(decision.expression, title, names=_names(decision.requirements))
    raise Refused("dmn_pack_name_left", name=title, found=clause_id)


def _names(requirements: tuple[Requirement, ...]) -> tuple[str, ...]:
    return tuple(one.href.rpartition("#")[2] for one in requirements if one.kind != "authority")


def attachment(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


def refused(request: HttpRequest, clause: CompiledClause, refusal: Refused) -> HttpResponseBase:
    """Why there is no file, and the way back to the clause."""
    back = reverse("clause", args=[clause.id])
    context = {
        "title": t("规则模型", "The rule as a model"),
        "crumbs": [(say(CLAUSES.title), reverse("policies")), (clause.id, back), (t("规则模型", "Model"), None)],
        "refusals": shown(refusal),
        "back": back,
    }
    return render(request, "policies/no_model.html", context, status=422)
