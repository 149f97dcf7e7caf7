"""A small chain of five segments, a district of four firms on it, and the people who look at it."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity

CHAIN = Path(__file__).with_name("small_vr.yaml")


def write_chain(folder: Path) -> Path:
    """The chain as a file of a folder, which is what settings.CHAINS names."""
    folder.mkdir(exist_ok=True)
    (folder / "vr.yaml").write_bytes(CHAIN.read_bytes())
    return folder


def make_firm(code: str, name: str) -> Entity:
    return Entity.objects.create(code=code, name=name, kind="enterprise", fictional=True, recorded_at=timezone.now())


def make_person(username: str, role: str, department: str = "", entity_code: str = "") -> User:
    return User.objects.create(username=username, role=role, department=department, entity_code=entity_code)
