"""Whose dossiers a user sees, and how persons' names read."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from registry_files import MOMENT

from yanlian.apps.people.models import User
from yanlian.apps.registry.actions import add_person
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.visible import masked_name, visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(firm: Entity) -> Entity:
    return add_person(name="欧阳小明", number="11010519491231002X", key="k", recorded_at=MOMENT)


def user(role: str, department: str = "", entity_code: str = "") -> User:
    return User(username=role, role=role, department=department, entity_code=entity_code)


@pytest.mark.parametrize(
    ("role", "department", "persons"),
    [
        ("official", "hr", True),
        ("official", "org", True),
        ("official", "tax", False),
        ("official", "", False),
        ("analyst", "", False),
        ("administrator", "", False),
        ("administrator", "hr", False),
    ],
)
def test_the_office_sees_organisations_and_two_departments_see_persons(
    firm: Entity, person: Entity, role: str, department: str, persons: bool
):
    viewer = user(role, department)
    assert set(visible_to(viewer)) == ({firm, person} if persons else {firm})
    assert masked_name(person, viewer) == ("欧阳小明" if persons else "欧**明")
    assert masked_name(firm, viewer) == firm.name


def test_an_enterprise_sees_only_itself(firm: Entity, person: Entity):
    assert list(visible_to(user("enterprise", entity_code=firm.code))) == [firm]
    assert list(visible_to(user("enterprise"))) == []
    assert masked_name(person, user("enterprise", entity_code=firm.code)) == "欧**明"


def test_a_person_reads_the_own_name(person: Entity):
    assert masked_name(person, user("enterprise", entity_code=person.code)) == "欧阳小明"


def test_a_stranger_sees_nobody(firm: Entity, person: Entity):
    assert list(visible_to(AnonymousUser())) == []
    gone = user("official", "hr")
    gone.is_active = False
    assert list(visible_to(gone)) == []
    assert masked_name(person, AnonymousUser()) == "欧**明"
