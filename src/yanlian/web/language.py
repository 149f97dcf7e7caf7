"""Chinese first: the user's own choice, otherwise Chinese; the browser's wish is not asked."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from yanlian.apps.people.access import Permission, page

COOKIE = "yanlian_language"
COOKIE_SECONDS = 365 * 24 * 3600


class ChosenLanguage:
    """Middleware. Django's own would answer an English browser in English, and Chinese first would be lost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = "en" if request.COOKIES.get(COOKIE) == "en" else "zh-hans"
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        return response


@page(owner="web", permission=Permission.PUBLIC, methods=("POST",))
def switch_language(request: HttpRequest) -> HttpResponse:
    """Remembers the chosen language in a cookie and goes back to the page one came from."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(target)
    chosen = "en" if request.POST.get("language") == "en" else "zh-hans"
    response.set_cookie(COOKIE, chosen, max_age=COOKIE_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
