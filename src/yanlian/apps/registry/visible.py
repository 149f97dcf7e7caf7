"""Whose dossiers a user sees, and how a person's name reads to this user. Every page and every API asks here."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from yanlian.apps.people.access import Anyone, Permission, permits
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity
from yanlian.ui.names import masked

# Departments whose officials work with persons by name: 人社局 and 组织部人才办.
PERSON_DEPARTMENTS = frozenset({"hr", "org"})


def knows_persons(user: Anyone) -> bool:
    """An official of a department that works with persons by name."""
    return isinstance(user, User) and user.role == User.Role.OFFICIAL and user.department in PERSON_DEPARTMENTS


def visible_to(user: Anyone) -> QuerySet[Entity]:
    """Entities that a user may list: the office all organisations, hr and org officials persons too, an enterprise or
    person login its own entity, anybody else none."""
    if permits(user, Permission.SEE_ENTITIES):
        everyone = Entity.objects.all()
        return everyone if knows_persons(user) else everyone.exclude(kind=Entity.Kind.PERSON)
    if isinstance(user, User) and permits(user, Permission.SEE_OWN_ENTITY) and user.entity_code:
        return Entity.objects.filter(Q(code=user.entity_code))
    return Entity.objects.none()


def masked_name(entity: Entity, user: Anyone) -> str:
    """The name as this user may read it: a person's in full only to hr and org officials and to the person."""
    if entity.kind != Entity.Kind.PERSON or knows_persons(user):
        return entity.name
    if isinstance(user, User) and permits(user, Permission.SEE_OWN_ENTITY) and user.entity_code == entity.code:
        return entity.name
    return masked(entity.name)
