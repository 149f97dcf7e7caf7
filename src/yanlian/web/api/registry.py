"""Entities and their records."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, cast

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Query, Router

from yanlian.apps.people.access import Anyone, Permission
from yanlian.apps.registry.models import FOREVER, Entity, Record, column_of, record_models
from yanlian.apps.registry.visible import masked_name, visible_to
from yanlian.engine.dossier import Field, load_schema
from yanlian.web.api.core import PROBLEMS, PageNumber, PageSize, Search, need, paged
from yanlian.web.api.shapes import EntityLine, EntityOut, Page, RecordOut, Value, money

router = Router(tags=["entities"])
EntityKind = Literal["enterprise", "institution", "person", "park"]
DECIMALS = {"rate": 6, "area": 2}


@router.get("/entities", response={200: Page[EntityLine], **PROBLEMS}, summary="Entities the caller may see")
def entities(
    request: HttpRequest,
    q: Search = "",
    kind: Annotated[EntityKind | None, Query()] = None,
    cluster: Annotated[str, Query(max_length=64)] = "",
    page: PageNumber = 1,
    size: PageSize = 50,
) -> Page[EntityLine]:
    """The office sees every organisation, an enterprise itself. Persons are found by code only."""
    user = need(request, Permission.SEE_OWN_ENTITY)
    found = visible_to(user).order_by("code")
    for text in q.split():
        named = (
            Q(name__icontains=text)
            | Q(pk__in=Entity.objects.filter(aliases__name__icontains=text).values("pk"))
            | Q(pk__in=Entity.objects.filter(former_names__name__icontains=text).values("pk"))
        )
        found = found.filter(Q(code__icontains=text) | (named & ~Q(kind=Entity.Kind.PERSON)))
    if kind:
        found = found.filter(kind=kind)
    if cluster:
        found = found.filter(registration__cluster=cluster, registration__replaced_at=FOREVER)
    return paged(found, page, size, lambda one: line(one, user))


@router.get("/entities/{code}", response={200: EntityOut, **PROBLEMS}, summary="One entity with its records")
def entity(request: HttpRequest, code: str) -> EntityOut:
    """Every record that stands, with the file and row that said so."""
    user = need(request, Permission.SEE_OWN_ENTITY)
    one = entity_of(user, code)
    is_person = one.kind == Entity.Kind.PERSON
    return EntityOut(
        **line(one, user).dict(),
        other_names=[] if is_person else [alias.name for alias in one.aliases.order_by("name")],
        former_names=[] if is_person else [former.name for former in one.former_names.all()],
        records=_records(one),
    )


def entity_of(user: Anyone, code: str) -> Entity:
    """The entity, if the caller may see it; 404 otherwise."""
    found = visible_to(user).filter(code=code).first()
    if found is None:
        raise Http404(code)
    return found


def line(one: Entity, user: Anyone) -> EntityLine:
    """An entity as lists have it."""
    return EntityLine(
        code=one.code,
        name=masked_name(one, user),
        kind=cast("EntityKind", one.kind),
        uscc=one.uscc,
        fictional=one.fictional,
    )


def _records(one: Entity) -> list[RecordOut]:
    schema = load_schema()
    found = []
    for key, model in record_models().items():
        kind = schema.records[key]
        rows = model._default_manager.filter(entity=one, replaced_at=FOREVER).select_related("batch").order_by("pk")
        found += [
            RecordOut(
                kind=key,
                zh=kind.zh,
                en=kind.en,
                holder=kind.holder,
                valid_from=row.valid_from,
                recorded_at=row.recorded_at,
                file=row.batch.file_name,
                row=row.source_row,
                values=[_value(row, field) for field in kind.fields.values()],
            )
            for row in rows
        ]
    return found


def _value(row: Record, field: Field) -> Value:
    stored: object = getattr(row, column_of(field.key, field.type))
    is_money = field.type == "money" and isinstance(stored, int)
    return Value(
        field=field.key,
        zh=field.zh,
        en=field.en,
        type=field.type,
        value=_text(field, stored),
        money=money(stored) if is_money and isinstance(stored, int) else None,
        unit=field.unit_shown,
        calibre=field.calibre,
    )


def _text(field: Field, stored: object) -> str | None:
    if stored is None or stored == "":
        return None
    if isinstance(stored, bool):
        return "true" if stored else "false"
    if isinstance(stored, int) and field.type == "money":
        return money(stored).yuan
    if isinstance(stored, int) and field.type in DECIMALS:
        return str(Decimal(stored).scaleb(-DECIMALS[field.type]))
    return str(stored)
