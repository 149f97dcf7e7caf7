"""How organisations and persons are called on the pages of networks, for the user who reads them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.urls import reverse

from yanlian.apps.people.access import Anyone, sees_entity
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.portions import portions
from yanlian.apps.registry.visible import masked_name
from yanlian.base.ids import check_uscc
from yanlian.ui.names import masked
from yanlian.ui.tables import Column
from yanlian.ui.words import t


@dataclass(frozen=True, slots=True)
class Called:
    """A name as it may be shown, where it leads (None: this user may not open it), and whether it is made up."""

    code: str
    name: str
    href: str | None
    fictional: bool = False
    person: bool = False

    @property
    def badge(self) -> str | None:
        """虚构 beside who is made up."""
        return t("虚构", "fictional") if self.fictional else None


Row = TypeVar("Row")


def called_column(key: str, title: tuple[str, str], who: Callable[[Row], Called], *, main: bool = False) -> Column[Row]:
    """A column of names that lead where this user may go."""
    return Column(
        key,
        title,
        lambda row: who(row).name,
        main=main,
        link=lambda row: who(row).href,
        badge=lambda row: who(row).badge,
    )


def called(codes: Collection[str], user: Anyone, as_delivered: Mapping[str, str] | None = None) -> dict[str, Called]:
    """Names by code. `as_delivered`: names of those that may not be in the registry; without a USCC they count as
    persons and are masked."""
    found: dict[str, Called] = {}
    asked = sorted(set(codes))
    for some in portions(asked):
        for one in Entity.objects.filter(code__in=some):
            found[one.code] = entity_called(one, user)
    for code in asked:
        if code not in found:
            name = (as_delivered or {}).get(code) or code
            person = name != code and not check_uscc(code).valid
            found[code] = Called(code, masked(name) if person else name, None, person=person)
    return found


def entities_called(keys: Collection[int], user: Anyone) -> dict[int, Called]:
    """Names by primary key."""
    found: dict[int, Called] = {}
    for some in portions(sorted(set(keys))):
        for one in Entity.objects.filter(pk__in=some):
            found[one.pk] = entity_called(one, user)
    return found


def entity_called(one: Entity, user: Anyone) -> Called:
    """One entity of the registry."""
    person = one.kind == Entity.Kind.PERSON
    href = reverse("dossier", args=[one.code]) if not person and sees_entity(user, one.code) else None
    return Called(one.code, masked_name(one, user), href, one.fictional, person)
