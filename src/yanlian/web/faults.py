"""What a person sees when a page cannot be shown: not allowed, not found, our mistake."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yanlian.ui.words import Text, say

FORBIDDEN: tuple[Text, Text] = (
    ("您没有打开此页的权限", "You may not open this page"),
    (
        "此页需要其他角色。如工作需要，请联系系统管理员。",
        "It needs another role: ask an administrator.",
    ),
)
MISSING: tuple[Text, Text] = (
    ("没有这一页", "There is no such page"),
    (
        "地址可能有误，或者您没有查看该对象的权限。请从导航进入。",
        "The address may be wrong, or you may not see this object. Start from the navigation.",
    ),
)
OURS: tuple[Text, Text] = (
    ("系统出错", "Something went wrong on our side"),
    (
        "您的操作没有保存，请稍后重试。",
        "Nothing was saved. Try again later.",
    ),
)
FORGED: tuple[Text, Text] = (
    ("页面已过期", "This page has expired"),
    (
        "本次提交没有执行。请返回、刷新页面后重新提交。",
        "Nothing was done. Go back, reload the page, submit again.",
    ),
)


def _page(request: HttpRequest, status: int, texts: tuple[Text, Text]) -> HttpResponse:
    context = {"title": say(texts[0]), "explanation": say(texts[1]), "status": status}
    return render(request, "fault.html", context, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, MISSING)


def our_fault(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, OURS)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a failed CSRF check."""
    return _page(request, 403, FORGED)
