"""The day for which the library is read: today, or the one in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse

from yanlian.apps.people.access import Permission, permits
from yanlian.apps.policies.packs import today
from yanlian.ui.words import t

ON = "on"


@dataclass(frozen=True)
class Day:
    """`on`: the day; `asked`: whether the address names it; `unreadable`: what stood there and is no day."""

    on: date
    asked: bool
    unreadable: str = ""

    @property
    def query(self) -> str:
        """What links to other pages of the same day carry."""
        return f"?{ON}={self.on.isoformat()}" if self.asked else ""


def day_of(request: HttpRequest) -> Day:
    """The day that the address asks for; what is no day is told and today is taken."""
    text = request.GET.get(ON, "").strip()
    if not text:
        return Day(today(), asked=False)
    try:
        return Day(date.fromisoformat(text), asked=True)
    except ValueError:
        return Day(today(), asked=False, unreadable=text[:40])


def tabs(request: HttpRequest, day: Day, current: str) -> list[tuple[str, str, bool]]:
    """(title, address, is current) of the pages of the library, for the same day."""
    pages = [
        ("policies", t("条款", "Clauses")),
        ("policy-documents", t("文件", "Documents")),
        ("policy-parameters", t("参数", "Parameters")),
    ]
    if permits(request.user, Permission.SEE_VERSIONS):
        pages.append(("versions", t("版本", "Versions")))
    return [
        (title, reverse(name) + (day.query if name != "versions" else ""), name == current) for name, title in pages
    ]


def frame(request: HttpRequest, day: Day, current: str, title: str) -> dict[str, object]:
    """What all pages of the library share: trail, tabs, the day."""
    library = t("政策库", "Policy library")
    crumbs: list[tuple[str, str | None]] = [(library, None)]
    if current != "policies":
        crumbs = [(library, reverse("policies") + day.query), (title, None)]
    return {"crumbs": crumbs, "tabs": tabs(request, day, current), "day": day}


def dated(day: Day) -> list[tuple[str, str]]:
    """What dates the page, its print and its export."""
    return [(t("按日期", "As of"), day.on.isoformat())]
