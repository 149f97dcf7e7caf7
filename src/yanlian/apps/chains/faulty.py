"""What every page says when files of the chains are faulty: each fault with its line, instead of a server error."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yanlian.engine.chain.template.finding import ChainFaults
from yanlian.ui.words import Text, english, say, t

CHAINS: Text = ("产业链", "Industry chains")


class FaultyChains:
    """Middleware: any page that reads the chains may meet faulty files; none has to think of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of faults; nothing for any other exception."""
        if not isinstance(exception, ChainFaults):
            return None
        context = {
            "title": t("链条文件有误", "Files of the chains are faulty"),
            "crumbs": [(say(CHAINS), None)],
            "faults": [one.line_text("en" if english() else "zh") for one in exception.findings],
        }
        return render(request, "chains/faulty.html", context, status=500)
