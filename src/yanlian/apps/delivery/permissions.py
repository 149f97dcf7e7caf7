"""Who may do which verb, and who sees what."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from yanlian.apps.delivery.machine import VERBS
from yanlian.apps.delivery.models import Entitlement, Objection, Round
from yanlian.apps.people.access import FINANCE, Anyone
from yanlian.apps.people.models import User
from yanlian.base.refusal import Refused

Visitor = Anyone


def parties(by: Visitor | None, department: str, entity_code: str = "") -> frozenset[str]:
    """As whom a user meets what a department leads and an entity is due: lead, finance, beneficiary, platform.

    `platform` (an administrator) keeps the house in order and sees; it takes no step of delivery.
    """
    found = {"public"}
    if isinstance(by, User) and by.is_active:
        official = by.role == User.Role.OFFICIAL
        if official and by.department and by.department == department:
            found.add("lead")
        if is_finance(by):
            found.add("finance")
        if by.role == User.Role.ENTERPRISE and by.entity_code and by.entity_code == entity_code:
            found.add("beneficiary")
        if by.role == User.Role.ADMINISTRATOR:
            found.add("platform")
    return frozenset(found)


def is_finance(by: Visitor | None) -> bool:
    """An official of the finance bureau: it pays and it sees every round."""
    return isinstance(by, User) and by.is_active and by.role == User.Role.OFFICIAL and by.department == FINANCE


def require(verb: str, by: Visitor | None, department: str, entity_code: str = "") -> None:
    """Refuse with `not_allowed` unless the user may do the verb there."""
    if not VERBS[verb].parties & parties(by, department, entity_code):
        raise Refused("not_allowed", verb=VERBS[verb].zh, verb_en=VERBS[verb].en, department=department)


def rounds_visible_to(user: Visitor) -> QuerySet[Round]:
    """Officials see their department's rounds; finance, administrators and analysts all; others none."""
    if not isinstance(user, User) or not user.is_active:
        return Round.objects.none()
    if is_finance(user) or user.role in (User.Role.ADMINISTRATOR, User.Role.ANALYST):
        return Round.objects.all()
    if user.role == User.Role.OFFICIAL and user.department:
        return Round.objects.filter(department=user.department)
    return Round.objects.none()


def entitlements_visible_to(user: Visitor) -> QuerySet[Entitlement]:
    """An enterprise sees its own; the offices see those of the rounds they see."""
    if isinstance(user, User) and user.is_active and user.role == User.Role.ENTERPRISE:
        if not user.entity_code:
            return Entitlement.objects.none()
        return Entitlement.objects.filter(entity__code=user.entity_code)
    return Entitlement.objects.filter(round__in=rounds_visible_to(user))


def objections_visible_to(user: Visitor) -> QuerySet[Objection]:
    """The lead department sees those of its rounds, an enterprise those it filed. Objectors' names go nowhere else."""
    if not isinstance(user, User) or not user.is_active:
        return Objection.objects.none()
    if user.role == User.Role.ENTERPRISE:
        own = Q(filed_by=user)
        if user.entity_code:
            own |= Q(entity__code=user.entity_code)
        return Objection.objects.filter(own)
    if user.role == User.Role.OFFICIAL and user.department:
        return Objection.objects.filter(round__department=user.department)
    return Objection.objects.none()


def may_see_bank_data(user: Visitor, entity_code: str) -> bool:
    """Masked account numbers: finance and the beneficiary itself. Analysts and others get lists without bank data."""
    return bool({"finance", "beneficiary"} & parties(user, "", entity_code))
