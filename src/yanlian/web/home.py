"""首页: by role, what there is to do and where to go."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yanlian.apps.people.access import Permission, page
from yanlian.ui.words import t


@page(owner="web", permission=Permission.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """首页."""
    return render(request, "home.html", {"title": t("首页", "Home")})
