"""How pages do a verb: the action and its entry in the log of actions stand or fall together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db import transaction
from django.http import HttpRequest

from yanlian.apps.people.actions import address_of, record
from yanlian.apps.people.models import User

R = TypeVar("R")


def done(
    request: HttpRequest,
    verb: str,
    kind: str,
    key: object,
    act: Callable[[], R],
    told: Callable[[R], Mapping[str, object]] = lambda _: {},
) -> R:
    """What the action gave. `told` are facts of it for the log: counts and sums, no names, no account numbers."""
    with transaction.atomic():
        result = act()
        note(request, verb, kind, key, told(result))
        return result


def note(request: HttpRequest, verb: str, kind: str, key: object, facts: Mapping[str, object]) -> None:
    """An entry in the log of actions, with who and from where. Visitors without a login are noted by address."""
    user = request.user if isinstance(request.user, User) else None
    # The facts are whatever the verb tells; none of them is called like a column of the log.
    write: Callable[..., object] = record
    write(verb, by=user, kind=kind, key=str(key), address=address_of(request), **facts)
