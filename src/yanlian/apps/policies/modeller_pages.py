"""建模器: a clause's model opened in dmn-js, tried out on its worked cases, and taken away. Nothing is stored."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.model_pages import DMN_TYPE, attachment, clause_or_404, dmn_file, refused
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.pages import CLAUSES, faulty_packs
from yanlian.apps.policies.trial import try_out
from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.modeller import for_modeller, from_modeller
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.policy import PackFaults
from yanlian.engine.policy.dmn.export_files import SUFFIX
from yanlian.ui.refusals import shown
from yanlian.ui.words import say, t

# The largest model of our packs has a quarter of this.
MAX_BYTES = 2_000_000


@page(owner="policies", permission=Permission.TRY_RULES)
def modeller(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """The clause's model in the modeller, with a button that tries it out and one that takes it away."""
    try:
        packs = packs_in_use()
        clause = clause_or_404(packs, clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    try:
        xml = for_modeller(dmn_file(packs, clause.id, None).decode(), f"{clause.id}{SUFFIX}")
    except Refused as refusal:
        return refused(request, clause, refusal)
    title = t("建模器", "Modeller")
    crumbs = [(say(CLAUSES.title), reverse("policies")), (clause.id, reverse("clause", args=[clause.id]))]
    context = {
        "title": clause.source.title,
        "crumbs": [*crumbs, (title, None)],
        "clause": clause.source,
        "xml": xml,
        "cases": len(clause.source.cases),
    }
    return render(request, "policies/modeller.html", context)


@page(owner="policies", permission=Permission.TRY_RULES, methods=("POST",))
def try_model(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """What the check and the worked cases say of a changed model: a piece of a page, to be put below the modeller."""
    try:
        packs = packs_in_use()
        clause = clause_or_404(packs, clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    try:
        trial = try_out(packs, clause, read_model(_changed(request, clause.id), f"{clause.id}{SUFFIX}"))
    except Refused as refusal:
        return render(request, "policies/trial.html", {"refusals": shown(refusal)}, status=422)
    return render(request, "policies/trial.html", {"trial": trial})


@page(owner="policies", permission=Permission.TRY_RULES, methods=("POST",))
def take_model(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """The changed model as a DMN 1.5 file."""
    try:
        packs = packs_in_use()
        clause = clause_or_404(packs, clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    try:
        content = _changed(request, clause.id)
        read_model(content, f"{clause.id}{SUFFIX}")
    except Refused as refusal:
        return refused(request, clause, refusal)
    name = t("{id}-修改稿", "{id}-changed", id=clause.id)
    return attachment(content, DMN_TYPE, f"{name}{SUFFIX}")


def _changed(request: HttpRequest, clause_id: str) -> bytes:
    """The model that was sent, as DMN 1.5. Raises `Refused` for one that is too large or no XML."""
    sent = request.POST.get("xml", "")
    size = len(sent.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise Refused("dmn_xml_size", where=f"{clause_id}{SUFFIX}", found=size, expected=MAX_BYTES)
    return from_modeller(sent, f"{clause_id}{SUFFIX}").encode()
