"""The sample's logins: the same passwords at every start, tried only when something about them changed.

Trying a password takes a third of a second by design. After all were tried, a seal of what is stored about the logins
is left beside the keys from which their passwords come; while it fits, they work.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from yanlian.apps.people.actions import SampleLogin, make_sample_users
from yanlian.apps.people.models import User
from yanlian.web.keys import installation_key

NAMES = ("official-sci", "official-fin", "enterprise", "analyst", "administrator")
_SEAL = "logins-tried"


def sample_logins(data: Path, entity_code: str) -> list[SampleLogin]:
    """One login for each role, with its password; `entity_code`: for whom the enterprise's speaks, empty: no such."""
    # Kept in the data folder like other keys, so that every start prints the same ones.
    passwords = {name: installation_key(data, f"login-{name}")[:14] for name in NAMES}
    file = data / "keys" / _SEAL
    if file.exists() and file.read_text("ascii") == _seal(passwords, entity_code):
        roles = dict(User.objects.filter(username__in=NAMES).values_list("username", "role"))
        return [SampleLogin(roles[name], name, passwords[name]) for name in NAMES if name in roles]
    logins = make_sample_users(entity_code, passwords)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(_seal(passwords, entity_code))
    return logins


def _seal(passwords: dict[str, str], entity_code: str) -> str:
    """Of the passwords and of all that decides whether they work."""
    fields = ("username", "password", "role", "entity_code", "is_active")
    stored = list(User.objects.filter(username__in=NAMES).order_by("username").values_list(*fields))
    told = json.dumps([stored, sorted(passwords.items()), entity_code])
    return hashlib.sha256(told.encode()).hexdigest()
