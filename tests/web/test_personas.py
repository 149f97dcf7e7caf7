"""Who gets in where: the office, the enterprise, the stranger, on every address."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from tests.web.district import District, make_user
from yanlian.apps.people.access import Permission, permissions_of, permits, sees_entity
from yanlian.apps.people.models import User


def routes(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not str(pattern.pattern).startswith("api/"):
                found += routes(pattern.url_patterns)
        else:
            found.append(pattern)
    return found


ROUTES = {pattern.name: pattern.callback for pattern in routes(get_resolver().url_patterns) if pattern.name}
# The objects of the district, by route; other routes with parameters are asked for objects that may not exist.
CODE, CLAUSE = "91370212MA0000000X", "XX-2025-01"


def address(name: str, district: District) -> tuple[str, bool]:
    """The address of a route, and whether the object that it names is known to exist."""
    known: dict[str, dict[str, object]] = {
        "dossier": {"code": CODE},
        "clause": {"clause_id": CLAUSE},
        "run": {"pk": district.run.pk},
        "outcomes": {"pk": district.run.pk},
        "user": {"pk": User.objects.values_list("pk", flat=True).first() or 0},
    }
    pattern = next(one for one in routes(get_resolver().url_patterns) if one.name == name)
    wanted = pattern.pattern.converters
    # Rooms of delivery may have nothing to show yet for an enterprise without entitlements.
    if name in known or (not wanted and ROUTES[name].owner not in ("delivery", "ledger")):
        return reverse(name, kwargs=known.get(name, {})), True
    stand_ins = {key: 1 if isinstance(kind, IntConverter) else "x" for key, kind in wanted.items()}
    return reverse(name, kwargs=stand_ins), False


def test_every_address_names_its_owner_and_its_permission():
    for name, view in ROUTES.items():
        assert isinstance(view.permission, Permission), name
        assert view.owner in {"web", "people", "registry", "policies", "sandbox", "chains", "ledger", "delivery"}, name


@pytest.mark.parametrize("name", ROUTES)
def test_without_a_login_only_public_addresses_answer(name: str, district: District):
    path, exists = address(name, district)
    view = ROUTES[name]
    answer = Client().get(path)
    if view.permission is Permission.PUBLIC:
        assert answer.status_code in ((200, 405) if exists else (200, 405, 404))
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("role", User.Role.values)
def test_a_role_opens_exactly_what_the_table_grants(role: str, district: District):
    user = make_user(role, "sci" if role == "official" else "", district.firm.code if role == "enterprise" else "")
    client = Client(raise_request_exception=True)
    client.force_login(user)
    for name, view in ROUTES.items():
        path, exists = address(name, district)
        answer = client.get(path)
        if not permits(user, view.permission):
            assert answer.status_code == 403, (role, name)
        elif "GET" in view.methods:
            assert answer.status_code in ((200, 302) if exists else (200, 302, 404)), (role, name, answer.status_code)
        else:
            assert answer.status_code == 405, (role, name)


def test_an_enterprise_sees_its_own_dossier_and_no_other(as_role, district: District):
    client = as_role("enterprise")
    assert client.get(reverse("dossier", args=[district.firm.code])).status_code == 200
    assert client.get(reverse("dossier", args=[district.stranger.code])).status_code == 404
    assert client.get(reverse("dossier", args=["no-such-code"])).status_code == 404
    assert client.get(reverse("my-dossier"))["Location"] == reverse("dossier", args=[district.firm.code])


def test_an_enterprise_without_an_entity_sees_no_dossier(as_role, district: District):
    client = as_role("enterprise", entity_code="")
    assert client.get(reverse("dossier", args=[district.firm.code])).status_code == 404
    assert client.get(reverse("home")).status_code == 200


def test_a_deactivated_login_sees_nothing(district: District):
    user = make_user("official", "sci")
    client = Client()
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(reverse("entities")).status_code == 302
    user.refresh_from_db()
    assert permissions_of(user) == {Permission.PUBLIC}
    assert not sees_entity(user, district.firm.code)


def test_only_finance_may_pay_and_nobody_who_manages_users():
    makers = {
        "official-sci": User(role="official", department="sci"),
        "official-fin": User(role="official", department="fin"),
        "analyst": User(role="analyst", department="fin"),
        "enterprise": User(role="enterprise", entity_code="x"),
        "administrator": User(role="administrator", department="fin"),
    }
    assert [name for name, user in makers.items() if permits(user, Permission.PAY)] == ["official-fin"]
    assert [name for name, user in makers.items() if permits(user, Permission.MANAGE_USERS)] == ["administrator"]
    assert not permits(makers["administrator"], Permission.HANDLE_ROUNDS)


def test_inspection_reads_the_log_and_other_officials_do_not(as_role):
    assert as_role("official", "inspect").get(reverse("audit")).status_code == 200
    assert as_role("official", "sci").get(reverse("audit")).status_code == 403


def test_the_name_of_a_person_is_masked_on_every_page(as_role, district: District):
    client = as_role("official")
    for path in (reverse("dossier", args=[district.person.code]), reverse("entities") + "?kind=person"):
        page = client.get(path).content.decode()
        assert district.person.name not in page
        assert "欧**明" in page
    assert district.person.code not in client.get(reverse("entities")).content.decode()


def test_a_person_is_not_found_by_name(as_role, district: District):
    page = as_role("official").get(reverse("entities"), {"kind": "person", "q": "欧阳"}).content.decode()
    assert "欧**明" not in page


def test_the_navigation_offers_only_what_opens(as_role, district: District):
    enterprise = as_role("enterprise").get(reverse("home")).content.decode()
    assert reverse("policies") in enterprise
    for name in ("entities", "runs", "overview", "users", "audit"):
        assert f'href="{reverse(name)}"' not in enterprise
