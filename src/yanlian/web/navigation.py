"""The navigation on the left, by role."""

from __future__ import annotations

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    """Template context: the entries that this user may open."""
    return {"navigation": []}
