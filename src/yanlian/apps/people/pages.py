"""Pages around logins: sign in, sign out, one's own account and password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from yanlian.apps.people import actions
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.base.refusal import Refused
from yanlian.ui.refusals import shown
from yanlian.ui.words import t


@page(owner="people", permission=Permission.PUBLIC, methods=("GET", "POST"))
@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录. After five failures of one login from one address it has to wait."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = resolve_url(settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        return redirect(target)
    context: dict[str, object] = {"title": t("登录", "Sign in"), "next": target}
    if request.method == "POST":
        username = request.POST.get("username", "").strip()
        try:
            actions.sign_in(request, username, request.POST.get("password", ""))
        except Refused as refusal:
            context |= {"refusals": shown(refusal), "username": username}
            status = 429 if refusal.code == "sign_in_wait" else 200
            return render(request, "people/sign_in.html", context, status=status)
        return redirect(target)
    return render(request, "people/sign_in.html", context)


@page(owner="people", permission=Permission.PUBLIC, methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponse:
    """退出."""
    actions.sign_out(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@page(owner="people", permission=Permission.SIGNED_IN, methods=("GET", "POST"))
@sensitive_post_parameters()
def account(request: HttpRequest) -> HttpResponse:
    """我的账户: who one is here, and a new password."""
    user = signed_in(request)
    context: dict[str, object] = {
        "title": t("我的账户", "My account"),
        "crumbs": [(t("我的账户", "My account"), None)],
        "department": department_name(user.department),
    }
    if request.method == "POST":
        new = request.POST.get("new", "")
        try:
            if new != request.POST.get("again"):
                raise Refused("passwords_differ")
            actions.change_password(user, current=request.POST.get("current", ""), new=new)
        except Refused as refusal:
            return render(request, "people/account.html", {**context, "refusals": shown(refusal)})
        update_session_auth_hash(request, user)
        messages.success(request, t("密码已修改。", "The password has been changed."), extra_tags="good")
        return redirect("account")
    return render(request, "people/account.html", context)
