"""企业档案 (一企一档): everything known of one entity on one page, and what the latest run says of it.

Stands in the outermost room because it joins the registry with runs and delivery, which know nothing of each other.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yanlian.apps.people.access import Permission, need_entity, page, permits, signed_in
from yanlian.apps.policies.results import latest_run, outcomes_of
from yanlian.apps.registry.dossier_parts import record_tables, relations, silent_kinds, statements, summary
from yanlian.apps.registry.models import Entity, Relation
from yanlian.apps.registry.pages import ENTITIES, dossier_href, shown_name
from yanlian.apps.registry.published import published
from yanlian.ui.words import say, t


@page(owner="registry", permission=Permission.SEE_OWN_ENTITY)
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """一企一档. The office sees every dossier, an enterprise its own; to a stranger it does not exist."""
    need_entity(request.user, code)
    entity = get_object_or_404(Entity, code=code)
    tables = record_tables(entity)
    none, unknown = silent_kinds(entity, tables)
    run = latest_run()
    name = shown_name(entity)
    crumbs = [(say(ENTITIES.title), reverse("entities"))] if permits(request.user, Permission.SEE_ENTITIES) else []
    context = {
        "title": name,
        "crumbs": [*crumbs, (name, None)],
        "entity": entity,
        "lines": summary(entity),
        "tables": tables,
        "none": none,
        "unknown": unknown,
        "relations": [_relation(entity, one) for one in relations(entity)],
        "statements": [published(one) for one in statements(entity)],
        "run": run,
        "outcomes": outcomes_of(entity, run) if run else [],
        "dated": [(t("测算", "Run"), f"#{run.pk} {run.as_of}")] if run else [],
    }
    return render(request, "dossier.html", context)


def _relation(entity: Entity, relation: Relation) -> dict[str, object]:
    """A relation with a link to the other side."""
    sides = {}
    for side, other in (("subject", relation.from_entity), ("target", relation.to_entity)):
        sides[side] = {"name": shown_name(other), "href": None if other.pk == entity.pk else dossier_href(other)}
    return {**sides, "relation": relation}


@page(owner="registry", permission=Permission.SEE_OWN_BENEFITS)
def my_dossier(request: HttpRequest) -> HttpResponse:
    """我的档案: to the dossier of the entity one speaks for."""
    return redirect("dossier", code=signed_in(request).entity_code)
