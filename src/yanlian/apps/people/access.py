"""Who may do what: one table role × permission, and the decorator that every view carries.

`@page(owner="registry", permission=Permission.SEE_ENTITIES)` names the app that answers for a route and what one must
be allowed to do to open it; a structure test walks all addresses and refuses a view without both. What a permission
does not decide (is this *my* dossier?) the page asks here: `sees_entity`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, cast

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from yanlian.apps.people.models import User

P = ParamSpec("P")


class Permission(StrEnum):
    """What a person may be allowed to do. A route needs exactly one."""

    PUBLIC = "public"  # anyone, without a login
    SIGNED_IN = "signed_in"  # any role
    SEE_DISTRICT = "see_district"
    SEE_ENTITIES = "see_entities"  # every dossier
    SEE_OWN_ENTITY = "see_own_entity"  # the dossier of the entity one speaks for
    SEE_POLICIES = "see_policies"
    SEE_RUNS = "see_runs"
    START_RUNS = "start_runs"
    SEE_OWN_BENEFITS = "see_own_benefits"
    IMPORT_FACTS = "import_facts"
    SEE_ROUNDS = "see_rounds"
    SEE_VERSIONS = "see_versions"  # drafts and versions of policy packs
    WRITE_VERSIONS = "write_versions"
    APPROVE_POLICIES = "approve_policies"  # approve what others wrote, and put it into force
    TRY_RULES = "try_rules"  # try out a changed rule on its worked cases; changes nothing
    USE_SANDBOX = "use_sandbox"  # ask what changed rules would cost; pays nothing
    HANDLE_ROUNDS = "handle_rounds"  # draft, confirm, publish, answer objections
    PAY = "pay"  # officials of the Finance Bureau only
    SEE_LEDGER = "see_ledger"
    SEE_CHAINS = "see_chains"  # chains, who stands where, leads
    SEE_OWN_PLACE = "see_own_place"  # where the entity one speaks for stands in a chain; report a mistake
    EDIT_CHAINS = "edit_chains"  # confirm placements, answer reports, follow leads
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"  # administrators, and officials of inspection


FINANCE = "fin"
# 督查: not a holder of facts, so not among the departments of the fact schema.
INSPECTION = "inspect"
CHAIN_DEPARTMENTS = ("ind", "dev", "sci")

_READING = frozenset(
    {
        Permission.PUBLIC,
        Permission.SIGNED_IN,
        Permission.SEE_DISTRICT,
        Permission.SEE_ENTITIES,
        Permission.SEE_OWN_ENTITY,
        Permission.SEE_POLICIES,
        Permission.SEE_RUNS,
        Permission.SEE_VERSIONS,
        Permission.SEE_CHAINS,
        Permission.SEE_OWN_PLACE,
    }
)
GRANTS: Mapping[str, frozenset[Permission]] = {
    User.Role.OFFICIAL: _READING
    | {
        Permission.START_RUNS,
        Permission.TRY_RULES,
        Permission.USE_SANDBOX,
        Permission.WRITE_VERSIONS,
        Permission.APPROVE_POLICIES,
        Permission.IMPORT_FACTS,
        Permission.SEE_ROUNDS,
        Permission.HANDLE_ROUNDS,
        Permission.SEE_LEDGER,
    },
    User.Role.ANALYST: _READING | {Permission.START_RUNS, Permission.USE_SANDBOX, Permission.SEE_ROUNDS},
    # Keeps the house in order and watches; handles no case and no money.
    User.Role.ADMINISTRATOR: _READING
    | {
        Permission.IMPORT_FACTS,  # of any department; officials only those of their own
        Permission.SEE_ROUNDS,
        Permission.SEE_LEDGER,
        Permission.MANAGE_USERS,
        Permission.SEE_AUDIT,
    },
    User.Role.ENTERPRISE: frozenset(
        {
            Permission.PUBLIC,
            Permission.SIGNED_IN,
            Permission.SEE_OWN_ENTITY,
            Permission.SEE_POLICIES,
            Permission.SEE_OWN_BENEFITS,
            Permission.SEE_OWN_PLACE,
        }
    ),
}
# What officials may do besides, by department.
BY_DEPARTMENT: Mapping[str, frozenset[Permission]] = {
    FINANCE: frozenset({Permission.PAY}),
    INSPECTION: frozenset({Permission.SEE_AUDIT}),
    # 产业链: industry, development and science share the work on chains.
    **dict.fromkeys(CHAIN_DEPARTMENTS, frozenset({Permission.EDIT_CHAINS})),
}

Anyone = User | AnonymousUser


def permissions_of(user: Anyone) -> frozenset[Permission]:
    """Everything this user may do. Without a login: only what is public."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset({Permission.PUBLIC})
    granted = GRANTS.get(user.role, frozenset({Permission.PUBLIC}))
    if user.role == User.Role.OFFICIAL:
        granted |= BY_DEPARTMENT.get(user.department, frozenset())
    return granted


def permits(user: Anyone, permission: Permission) -> bool:
    return permission in permissions_of(user)


def sees_entity(user: Anyone, code: str) -> bool:
    """May this user open the dossier with this code: the office every one, an enterprise its own."""
    if permits(user, Permission.SEE_ENTITIES):
        return True
    if not isinstance(user, User) or not permits(user, Permission.SEE_OWN_ENTITY):
        return False
    return bool(code) and user.entity_code == code


def need_entity(user: Anyone, code: str) -> None:
    """Http404 unless the user may see this entity: a stranger does not even learn that it exists."""
    if not sees_entity(user, code):
        raise Http404(code)


def answers_for(user: Anyone, department: str) -> bool:
    """Is this an official of the department that answers for a matter?"""
    return isinstance(user, User) and user.role == User.Role.OFFICIAL and user.department == department != ""


def signed_in(request: HttpRequest) -> User:
    """The user of a page that needs a login."""
    user = request.user
    assert isinstance(user, User), "a page that needs a login was reached without one"
    return user


class Guarded(Protocol[P]):
    """A view that says who answers for it and what it needs."""

    owner: str
    permission: Permission
    methods: Sequence[str]

    def __call__(self, request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase: ...


def page(
    *, owner: str, permission: Permission, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[Concatenate[HttpRequest, P], HttpResponseBase]], Guarded[P]]:
    """Marks a view with its owner and permission, and keeps everyone else out.

    Without a login: to the login page and back. With a login that may not: 403. A method that is not named: 405.
    """
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def guard(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not permits(user, permission):
                if not user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                raise PermissionDenied(permission)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        marked = cast("Guarded[P]", guarded)
        marked.owner, marked.permission, marked.methods = owner, permission, tuple(allowed)
        return marked

    return guard
