"""Pages for administrators: users, one user, the log of actions."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from yanlian.apps.people import actions
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.audit import verbs
from yanlian.apps.people.departments import department_name, departments
from yanlian.apps.people.models import AuditEntry, User
from yanlian.base.refusal import Refused
from yanlian.ui.list_page import show
from yanlian.ui.refusals import shown
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t


def _departments() -> list[Choice]:
    return [Choice(key, say(names)) for key, names in departments().items()]


USERS: Listing[User] = Listing(
    title=("用户管理", "Users"),
    file_name="users",
    search_hint=("按用户名、姓名或主体编号搜索", "Search by user name, name or entity code"),
    first_order="username",
    columns=(
        Column("username", ("用户名", "User name"), lambda user: user.username, main=True,
               link=lambda user: reverse("user", args=[user.pk])),
        Column("name", ("姓名或岗位", "Name or post"), lambda user: user.first_name),
        Column("role", ("角色", "Role"), lambda user: user.role, Kind.WORD, words="role"),
        Column("department", ("部门", "Department"), lambda user: department_name(user.department)),
        Column("entity", ("所代表主体", "Speaks for"), lambda user: user.entity_code, Kind.CODE),
        Column("state", ("状态", "State"), lambda user: "active" if user.is_active else "inactive", Kind.STATUS,
               words="login"),
        Column("last", ("上次登录", "Last sign-in"), lambda user: user.last_login, Kind.INSTANT),
    ),
    filters=(
        Filter("role", ("角色", "Role"), word_choices("role")),
        Filter("department", ("部门", "Department"), _departments),
        Filter("state", ("状态", "State"), word_choices("login")),
    ),
)  # fmt: skip


@page(owner="people", permission=Permission.MANAGE_USERS)
def users(request: HttpRequest) -> HttpResponseBase:
    """用户管理."""
    rows = FromDatabase(
        User.objects.all(),
        search=("username__icontains", "first_name__icontains", "entity_code__icontains"),
        filters={
            "role": lambda value: Q(role=value),
            "department": lambda value: Q(department=value),
            "state": lambda value: Q(is_active=value == "active"),
        },
        orders={
            "username": "username",
            "name": "first_name",
            "role": "role",
            "department": "department",
            "entity": "entity_code",
            "state": "is_active",
            "last": "last_login",
        },
    )
    more = {"crumbs": [(say(USERS.title), None)]}
    return show(request, USERS, rows, template="people/users.html", more=more)


def _form(user: User | None, given: dict[str, str] | None = None) -> dict[str, object]:
    """Template context of the user form: what stands in its fields, and the choices."""
    values = {"username": "", "name": "", "role": "", "department": "", "entity_code": "", "active": "1"}
    if user is not None:
        values |= {
            "username": user.username,
            "name": user.first_name,
            "role": user.role,
            "department": user.department,
            "entity_code": user.entity_code,
            "active": "1" if user.is_active else "",
            "seen": actions.version_of(user),
        }
    title = user.username if user else t("新建用户", "New user")
    return {
        "title": title,
        "crumbs": [(say(USERS.title), reverse("users")), (title, None)],
        "values": {**values, **(given or {})},
        "roles": word_choices("role")(),
        "departments": _departments(),
        "person": user,
    }


def _given(request: HttpRequest) -> dict[str, str]:
    fields = ("username", "name", "role", "department", "entity_code", "active")
    return {field: request.POST.get(field, "").strip() for field in fields}


@page(owner="people", permission=Permission.MANAGE_USERS, methods=("GET", "POST"))
@sensitive_variables("password")
def new_user(request: HttpRequest) -> HttpResponse:
    """新建用户. The first password is shown once."""
    if request.method != "POST":
        return render(request, "people/user.html", _form(None))
    given = _given(request)
    try:
        user, password = actions.create_user(
            signed_in(request),
            username=given["username"],
            name=given["name"],
            role=given["role"],
            department=given["department"],
            entity_code=given["entity_code"],
        )
    except Refused as refusal:
        return render(request, "people/user.html", {**_form(None, given), "refusals": shown(refusal)})
    return render(request, "people/password.html", _password_context(user, password))


@page(owner="people", permission=Permission.MANAGE_USERS, methods=("GET", "POST"))
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One user: change its role, department or entity, or deactivate it."""
    person = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        return render(request, "people/user.html", _form(person))
    given = _given(request)
    try:
        actions.change_user(
            signed_in(request),
            person,
            seen=request.POST.get("seen", ""),
            name=given["name"],
            role=given["role"],
            department=given["department"],
            entity_code=given["entity_code"],
            active=given["active"] == "1",
        )
    except Refused as refusal:
        return render(request, "people/user.html", {**_form(person), "refusals": shown(refusal)})
    messages.success(request, t("已保存。", "Saved."), extra_tags="good")
    return redirect("user", pk=pk)


@page(owner="people", permission=Permission.MANAGE_USERS, methods=("POST",))
@sensitive_variables("password")
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """重置密码. The new password is shown once."""
    person = get_object_or_404(User, pk=pk)
    password = actions.reset_password(signed_in(request), person)
    return render(request, "people/password.html", _password_context(person, password))


def _password_context(user: User, password: str) -> dict[str, object]:
    return {
        "title": t("一次性显示的密码", "A password that is shown once"),
        "crumbs": [(say(USERS.title), reverse("users")), (user.username, reverse("user", args=[user.pk]))],
        "person": user,
        "password": password,
    }


AUDIT: Listing[AuditEntry] = Listing(
    title=("操作记录", "Log of actions"),
    file_name="log",
    search_hint=("按用户、对象或地址搜索", "Search by user, object or address"),
    first_order="-at",
    columns=(
        Column("at", ("时间", "When"), lambda entry: entry.at, Kind.INSTANT, main=True),
        Column("login", ("用户", "Who"), lambda entry: entry.login),
        Column("verb", ("操作", "What"), lambda entry: say(verbs()[entry.verb])),
        Column("object", ("对象", "Object"), lambda entry: entry.object_key, Kind.CODE),
        Column("address", ("来源地址", "From"), lambda entry: entry.address, Kind.CODE),
    ),
    filters=(Filter("verb", ("操作", "What"), lambda: [Choice(verb, say(names)) for verb, names in verbs().items()]),),
    empty=("还没有操作记录。", "Nothing has been recorded yet."),
)


@page(owner="people", permission=Permission.SEE_AUDIT)
def audit(request: HttpRequest) -> HttpResponseBase:
    """操作记录: who did what to what, when and from where."""
    rows = FromDatabase(
        AuditEntry.objects.all(),
        search=("login__icontains", "object_key__icontains", "address__icontains"),
        filters={"verb": lambda value: Q(verb=value)},
        orders={"at": "at", "login": "login", "verb": "verb", "object": "object_key", "address": "address"},
    )
    return show(request, AUDIT, rows, more={"crumbs": [(say(AUDIT.title), None)]})
