"""Every export of a list is written down: who took which list, with which filters, and when."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from yanlian.apps.people.actions import address_of, record
from yanlian.apps.people.models import User
from yanlian.ui.tables import EXPORT


class ExportLog:
    """Middleware. Stands outside the lists, because they know no users."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if EXPORT in request.GET and "attachment" in response.headers.get("Content-Disposition", ""):
            by = request.user if isinstance(request.user, User) else None
            filters = {name: value for name, value in request.GET.items() if name != EXPORT and value}
            record("list_exported", by=by, kind="list", key=request.path, address=address_of(request), filters=filters)
        return response
