"""Fixtures of page tests: the small district, its packs, and a signed-in client for each persona."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.web.district import District, make_district, make_user

PACKS = Path(__file__).parent / "packs"


@pytest.fixture
def district(db, settings) -> District:
    settings.PACKS = PACKS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return make_district()


@pytest.fixture
def as_role(district: District) -> Callable[..., Client]:
    """A client signed in as a role; an enterprise speaks for `district.firm` unless told otherwise."""

    def make(role: str, department: str = "", entity_code: str | None = None) -> Client:
        if entity_code is None:
            entity_code = district.firm.code if role == "enterprise" else ""
        client = Client()
        client.force_login(make_user(role, department or ("sci" if role == "official" else ""), entity_code))
        return client

    return make
