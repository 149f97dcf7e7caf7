"""What can be done to users: sign in and out, create, change, reset a password, make the sample logins; and `record`.

Every action checks, changes and writes the log in one transaction. Passwords are kept only as hashes; one that is made
here is returned once, to be shown once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from yanlian.apps.people.audit import verbs
from yanlian.apps.people.departments import departments
from yanlian.apps.people.models import AuditEntry, User
from yanlian.base.refusal import Refused

# After this many failures of one login from one address, it waits.
TRIES = 5
WAIT = timedelta(minutes=15)
# Without letters and digits that are mistaken for each other on paper.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LOGIN_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


def record(
    verb: str, *, by: User | None, kind: str = "", key: str = "", login: str = "", address: str = "", **data: object
) -> AuditEntry:
    """Adds one entry to the log: who did what to which object. `data` are plain JSON values, never secrets."""
    assert verb in verbs(), f"{verb} stands not in people/verbs.yaml"
    return AuditEntry.objects.create(
        at=timezone.now(),
        user=by,
        login=login or (by.username if by else ""),
        address=address,
        verb=verb,
        object_kind=kind,
        object_key=key,
        data=data,
    )


def address_of(request: HttpRequest) -> str:
    """The address a request comes from, as the server saw it. Forwarding headers can be forged and are not read."""
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def sign_in(request: HttpRequest, username: str, password: str) -> User:
    """Signs in. Refused: `sign_in_failed`, or `sign_in_wait` after five failures of this login from this address."""
    address, name = address_of(request), _login_in_log(username)
    # The try is counted before the password is looked at, so that many requests at once gain nothing.
    with transaction.atomic():
        waiting = _minutes_to_wait(name, address)
        if waiting:
            record("sign_in_refused_wait", by=None, login=name, address=address)
        else:
            record("sign_in_tried", by=None, login=name, address=address)
    if waiting:
        raise Refused("sign_in_wait", minutes=waiting, tries=TRIES)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise Refused("sign_in_failed")
    with transaction.atomic():
        login(request, user)
        record("signed_in", by=user, address=address)
    return user


def _login_in_log(username: str) -> str:
    if User.objects.filter(username=username).exists():
        return username
    key = settings.SECRET_KEY.encode()
    return "?" + hmac.new(key, username.encode(), hashlib.sha256).hexdigest()[:24]


def _minutes_to_wait(name: str, address: str) -> int:
    """Whole minutes until another try is allowed; 0 when it is allowed now."""
    now = timezone.now()
    entries = AuditEntry.objects.filter(login=name, address=address, at__gt=now - WAIT)
    success = entries.filter(verb="signed_in").order_by("-at").values_list("at", flat=True).first()
    tried = entries.filter(verb="sign_in_tried")
    if success:
        tried = tried.filter(at__gt=success)
    times = list(tried.order_by("-at").values_list("at", flat=True)[:TRIES])
    if len(times) < TRIES:
        return 0
    return max(1, -int((now - times[0] - WAIT).total_seconds() // 60))


def sign_out(request: HttpRequest) -> None:
    """Ends the session. Without one it does nothing."""
    user = request.user
    if isinstance(user, User):
        record("signed_out", by=user, address=address_of(request))
    logout(request)


def version_of(user: User) -> str:
    """A mark of what an administrator saw; a change is refused when it is no longer so."""
    seen = "\n".join([user.role, user.department, user.entity_code, user.first_name, str(user.is_active)])
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def create_user(
    by: User | None, *, username: str, name: str, role: str, department: str, entity_code: str, password: str = ""
) -> tuple[User, str]:
    """A new login; returns it with its password, made at random unless given. Refused with all that is wrong."""
    _check_login(username)
    _check_position(role, department, entity_code)
    password = password or new_password()
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise Refused("user_exists", found=username)
        user = User(username=username, first_name=name, role=role, department=department, entity_code=entity_code)
        user.set_password(password)
        user.save()
        record("user_created", by=by, kind="user", key=username, role=role, department=department, entity=entity_code)
    return user, password


def change_user(
    by: User, user: User, *, seen: str, name: str, role: str, department: str, entity_code: str, active: bool
) -> User:
    """Changes what a user is. Refused: `user_changed_meanwhile`, `user_is_self` (one cannot demote oneself)."""
    _check_position(role, department, entity_code)
    with transaction.atomic():
        current = User.objects.select_for_update().get(pk=user.pk)
        if version_of(current) != seen:
            raise Refused("user_changed_meanwhile", found=current.username)
        if current.pk == by.pk and (role != current.role or not active):
            raise Refused("user_is_self")
        changes = {"first_name": name, "role": role, "department": department, "entity_code": entity_code}
        before = {field: getattr(current, field) for field in changes}
        changed = User.objects.filter(pk=user.pk, is_active=current.is_active, **before)
        if changed.update(**changes, is_active=active) != 1:
            raise Refused("user_changed_meanwhile", found=current.username)
        record("user_changed", by=by, kind="user", key=current.username, before=before, active=active, **changes)
    return User.objects.get(pk=user.pk)


def reset_password(by: User, user: User) -> str:
    """A new random password, returned once. All sessions of that user end."""
    password = new_password()
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record("password_reset", by=by, kind="user", key=user.username)
    return password


def change_password(user: User, *, current: str, new: str) -> None:
    """Changes one's own password. Refused: `password_wrong`, `password_weak` with the reasons."""
    if not user.check_password(current):
        raise Refused("password_wrong")
    try:
        validate_password(new, user)
    except ValidationError as fault:
        raise Refused("password_weak", reasons="".join(str(reason) for reason in fault.messages)) from fault
    with transaction.atomic():
        user.set_password(new)
        user.save(update_fields=["password"])
        record("password_changed", by=user, kind="user", key=user.username)


class SampleLogin(NamedTuple):
    """A login of the sample, with its password: to be printed once, stored nowhere."""

    role: str
    username: str
    password: str


def make_sample_users(entity_code: str, passwords: Mapping[str, str] | None = None) -> list[SampleLogin]:
    """One login for each role. Passwords are made at random unless given (login → password).

    A login that exists keeps what it is, speaks for `entity_code` if it is the enterprise's, and gets the password
    named in the answer, so that what a second start prints works too. Without an entity there is no enterprise login.
    """
    wanted = [
        ("official-sci", "科技局工作人员", User.Role.OFFICIAL, "sci", ""),
        ("official-fin", "财政局工作人员", User.Role.OFFICIAL, "fin", ""),
        ("enterprise", "企业政策专员", User.Role.ENTERPRISE, "", entity_code),
        ("analyst", "分析人员", User.Role.ANALYST, "", ""),
        ("administrator", "系统管理员", User.Role.ADMINISTRATOR, "", ""),
    ]
    made = []
    for username, name, role, department, code in wanted:
        if role == User.Role.ENTERPRISE and not code:
            continue
        password = (passwords or {}).get(username) or new_password()
        with transaction.atomic():
            user = User.objects.filter(username=username).first()
            if user is None:
                create_user(
                    None, username=username, name=name, role=role, department=department, entity_code=code,
                    password=password,
                )  # fmt: skip
            elif user.entity_code != code or not user.check_password(password):
                user.entity_code = code
                user.set_password(password)
                user.save(update_fields=["password", "entity_code"])
                record("password_reset", by=None, kind="user", key=username, entity=code)
        made.append(SampleLogin(role, username, password))
    return made


def new_password() -> str:
    """Sixteen characters from 56: 92 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def _check_login(username: str) -> None:
    if not 3 <= len(username) <= 60 or not set(username) <= LOGIN_CHARACTERS:
        raise Refused("login_unusable", found=username)


def _check_position(role: str, department: str, entity_code: str) -> None:
    if role not in User.Role.values:
        raise Refused("role_unknown", found=role)
    if department and department not in departments():
        raise Refused("department_unknown", found=department)
    if role == User.Role.OFFICIAL and not department:
        raise Refused("official_without_department")
    if role == User.Role.ENTERPRISE and not entity_code:
        raise Refused("enterprise_without_entity")
