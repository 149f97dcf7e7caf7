"""Answers over a whole network: worked out at once where it is small, else in the background while the page waits.

The key names the state of the facts, so that nothing old is shown, and the same question is worked on once; the result
of the last questions stays in this process (`apps.tasks`). A page that has to wait asks again by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yanlian.apps.tasks import Tell, started
from yanlian.base.refusal import Refused

R = TypeVar("R")
# Up to so many links or holdings are read and worked out in the request itself: a fraction of a second.
AT_ONCE: Final = 20_000
WAIT_SECONDS: Final = 2.0


class Waiting(Exception):
    """It is being worked out; `done` of `total` steps."""

    def __init__(self, key: str, done: int, total: int, seconds: int) -> None:
        super().__init__(key)
        self.done, self.total, self.seconds = done, total, seconds


def answered(key: str, size: int, work: Callable[[Tell], R]) -> R:
    """The result of some work over so many links. Raises `Waiting` while it goes on, `Refused` as the work does."""
    if size <= AT_ONCE:
        return work(lambda done, total: None)
    task = started(key, work, WAIT_SECONDS)
    if isinstance(task.fault, Refused):
        raise task.fault
    found = task.result
    if found is None:
        raise Waiting(key, task.done, task.total, task.seconds)
    return found


def wait_page(request: HttpRequest, waiting: Waiting, context: dict[str, object]) -> HttpResponse:
    """What the reader sees until then; the page asks again by itself."""
    return render(request, "chains/network_progress.html", {**context, "waiting": waiting}, status=202)
