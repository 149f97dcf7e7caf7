"""The registry's single writes: entities, names, relations, published figures, coverage, snapshots.

Each may be repeated: what is already there as asked is given back and nothing is written. Department files come in
through `imports` and `actions_import`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from yanlian.apps.people.models import User
from yanlian.apps.registry.models import (
    FOREVER,
    Alias,
    Batch,
    Coverage,
    Entity,
    FormerName,
    Known,
    Place,
    Relation,
    Snapshot,
    Statement,
)
from yanlian.base.ids import check_person_number, check_uscc, person_code, person_hash
from yanlian.base.refusal import Refused

K = TypeVar("K", Relation, Statement, Place)


def check_moment(recorded_at: datetime) -> None:
    """Nothing can be known from the future on. Raises `Refused("moment_in_future")`."""
    if recorded_at > timezone.now():
        raise Refused("moment_in_future", found=recorded_at.isoformat())


@transaction.atomic
def add_entity(
    *, name: str, kind: str, recorded_at: datetime, code: str = "", uscc: str = "", fictional: bool = False
) -> Entity:
    """An organisation or park. Its code is the USCC, or `code` where a text only names it.

    Raises `Refused("entity_code_taken")` when the code belongs to another name.
    """
    check_moment(recorded_at)
    number = check_uscc(uscc).value if uscc else None
    key = number or code
    if not key or kind not in Entity.Kind.values or kind == Entity.Kind.PERSON:
        raise ValueError(f"an entity needs a USCC or a code, and a kind other than person: {key!r}, {kind!r}")
    fresh = {"uscc": number, "name": name, "kind": kind, "fictional": fictional, "recorded_at": recorded_at}
    entity, created = Entity.objects.get_or_create(code=key, defaults=fresh)
    if not created and (entity.name != name or entity.kind != kind):
        raise Refused("entity_code_taken", key=key, name=entity.name)
    return entity


@transaction.atomic
def add_person(*, name: str, number: str, key: str, recorded_at: datetime, fictional: bool = False) -> Entity:
    """A person by the number of a document, of which only the hash with the installation's `key` is kept.

    The same number gives the same person. Raises `Refused("entity_code_taken")` when it has another name.
    """
    check_moment(recorded_at)
    hashed = person_hash(check_person_number(number).value, key)
    entity, created = Entity.objects.get_or_create(
        id_hash=hashed,
        defaults={
            "code": person_code(hashed),
            "name": name,
            "kind": Entity.Kind.PERSON,
            "fictional": fictional,
            "recorded_at": recorded_at,
        },
    )
    if not created and entity.name != name:
        raise Refused("entity_code_taken", key=entity.code, name=entity.name)
    return entity


@transaction.atomic
def add_alias(entity: Entity, name: str, *, source: str, recorded_at: datetime) -> Alias:
    """Another name of an entity; said twice it stays one."""
    check_moment(recorded_at)
    return Alias.objects.get_or_create(
        entity=entity, name=name, defaults={"source": source, "recorded_at": recorded_at}
    )[0]


@transaction.atomic
def rename_entity(entity: Entity, name: str, *, recorded_at: datetime) -> Entity:
    """A new registered name; the old stays as what older snapshots show. Repeating it changes nothing."""
    check_moment(recorded_at)
    current = Entity.objects.get(pk=entity.pk)
    if current.name == name:
        return current
    last = FormerName.objects.filter(entity=current).order_by("-replaced_at").first()
    known_since = last.replaced_at if last else current.recorded_at
    if recorded_at <= known_since:
        raise Refused("not_later", known=known_since.isoformat())
    if not Entity.objects.filter(pk=current.pk, name=current.name).update(name=name):
        raise Refused("not_later", known=known_since.isoformat())
    FormerName.objects.create(entity=current, name=current.name, recorded_at=known_since, replaced_at=recorded_at)
    current.name = name
    return current


@dataclass(frozen=True, slots=True)
class RelationTerms:
    """How an entity stands to another: share in ppm (1,000,000 is the whole) and the days it lasts, where known."""

    source: str
    share_ppm: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    quote: str = ""


@transaction.atomic
def add_relation(
    kind: str, from_entity: Entity, to_entity: Entity, terms: RelationTerms, *, recorded_at: datetime
) -> Relation:
    """`from_entity` owns / incubated / is housed in / operates / leads / is member of `to_entity`.

    A second one with the same ends, first day and source but other terms corrects the first.
    """
    check_moment(recorded_at)
    if from_entity.pk == to_entity.pk:
        raise Refused("relation_to_itself", key=from_entity.code)
    _check_span(terms.valid_from, terms.valid_to)
    if kind not in Relation.Kind.values:
        raise ValueError(f"unknown kind of relation {kind!r}")
    fresh = Relation(
        kind=kind,
        from_entity=from_entity,
        to_entity=to_entity,
        share_ppm=terms.share_ppm,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        source=terms.source,
        quote=terms.quote,
        recorded_at=recorded_at,
    )
    return _state(fresh, ("kind", "from_entity", "to_entity", "valid_from", "source"))


@transaction.atomic
def add_statement(statement: Statement) -> Statement:
    """A published figure as published, given unsaved. Another figure under the same source and code corrects it."""
    check_moment(statement.recorded_at)
    _check_span(statement.starts_on, statement.ends_on)
    if (statement.value is None) != bool(statement.value_text):
        raise ValueError("a statement has either a value or a word")
    if statement.operator not in Statement.Operator.values:
        raise ValueError(f"unknown operator {statement.operator!r}")
    return _state(statement, ("source", "code"))


@transaction.atomic
def add_place(place: Place) -> Place:
    """A named programme or place, given unsaved. Said otherwise under the same source and name it corrects."""
    check_moment(place.recorded_at)
    return _state(place, ("source", "name"))


def _state(fresh: K, key: tuple[str, ...]) -> K:
    """Add what is new, give back what stands already, or supersede what differs."""
    model = type(fresh)
    lookup = {name: getattr(fresh, name) for name in key}
    current = model._default_manager.select_for_update().filter(**lookup, replaced_at=FOREVER).first()
    if current is not None:
        if _said(current) == _said(fresh):
            return current
        if fresh.recorded_at <= current.recorded_at:
            raise Refused("not_later", known=current.recorded_at.isoformat())
        model._default_manager.filter(pk=current.pk, replaced_at=FOREVER).update(replaced_at=fresh.recorded_at)
        fresh.supersedes_id = current.pk
    fresh.save(force_insert=True)
    return fresh


def _said(record: Known) -> dict[str, object]:
    skipped = {"id", "recorded_at", "replaced_at", "supersedes"}
    return {
        field.name: getattr(record, field.attname)
        for field in record._meta.concrete_fields
        if field.name not in skipped
    }


def _check_span(start: date | None, end: date | None) -> None:
    if start is not None and end is not None and end < start:
        raise Refused("span_reversed", start=start.isoformat(), end=end.isoformat())


@transaction.atomic
def declare_coverage(
    kind: str,
    department: str,
    span: tuple[date | None, date],
    *,
    complete: bool,
    recorded_at: datetime,
    batch: Batch | None = None,
) -> Coverage:
    """A department delivered one kind of record from the first to the last day of `span` (None: from all beginning)."""
    check_moment(recorded_at)
    _check_span(*span)
    return Coverage.objects.get_or_create(
        kind=kind,
        department=department,
        starts_on=span[0],
        ends_on=span[1],
        complete=complete,
        recorded_at=recorded_at,
        defaults={"batch": batch},
    )[0]


def record_snapshot(*, digest: str, moment: datetime, rows: int, folder: str, by: User | None) -> Snapshot:
    """Enter a snapshot that was written. The same content is one snapshot, whoever made it first."""
    try:
        with transaction.atomic():
            return Snapshot.objects.create(
                hash=digest, moment=moment, rows=rows, folder=folder, made_at=timezone.now(), made_by=by
            )
    except IntegrityError:
        return Snapshot.objects.get(hash=digest)
