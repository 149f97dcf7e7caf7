"""List pages: search first, then filters, a sortable table, paging with the total; all of it in the address.

A page declares a `Listing` once and calls `show(request, listing, rows)`. `?export=xlsx` gives all filtered rows, not
only the page on the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yanlian.ui.export import download
from yanlian.ui.rows import Rows
from yanlian.ui.tables import EXPORT, Column, Kind, Listing, State, cell, read_state, selected
from yanlian.ui.words import say

R = TypeVar("R")


@dataclass(frozen=True)
class Heading:
    """One header cell: a sort button where the column can be sorted by."""

    title: str
    href: str | None
    aria_sort: str | None
    is_figure: bool


def show(
    request: HttpRequest,
    listing: Listing[R],
    rows: Rows[R],
    *,
    template: str = "ui/list_page.html",
    dated: Sequence[tuple[str, str]] = (),
    more: Mapping[str, object] | None = None,
) -> HttpResponseBase:
    """The list page, or its export. `dated`: label and value pairs that date the data (run number, snapshot)."""
    state = read_state(request, listing)
    wanted = selected(rows, state)
    if request.GET.get(EXPORT) == "xlsx":
        return download(request, listing, wanted, state, dated)
    response = render(request, template, {**page_context(listing, wanted, state), "dated": dated, **(more or {})})
    if request.headers.get("HX-Request"):
        # The address bar follows the search field, without the parameters that are empty.
        response["HX-Push-Url"] = request.path + state.address()
    return response


def page_context(listing: Listing[R], wanted: Rows[R], state: State) -> dict[str, object]:
    """Everything that the list template needs."""
    total = wanted.count()
    last = max(1, -(-total // listing.page_size))
    page = min(max(1, state.page), last)
    start = (page - 1) * listing.page_size
    on_page = [column for column in listing.columns if not column.sheet_only]
    lines = wanted.slice(start, start + listing.page_size)
    return {
        "listing": listing,
        "title": say(listing.title),
        "state": state,
        "headings": [_heading(column, state) for column in on_page],
        "lines": [[cell(column, row) for column in on_page] for row in lines],
        "filters": [(one, one.choices(), state.chosen.get(one.key, "")) for one in listing.filters],
        "has_money": any(column.kind is Kind.MONEY for column in listing.columns),
        "total": total,
        "first": start + 1 if lines else 0,
        "last": start + len(lines),
        "page_number": page,
        "page_count": last,
        "previous": state.address(page=str(page - 1)) if page > 1 else None,
        "next": state.address(page=str(page + 1)) if page < last else None,
        "export_href": state.address(export="xlsx", page=None),
    }


def _heading(column: Column[R], state: State) -> Heading:
    if not column.sortable:
        return Heading(column.heading(), None, None, column.is_figure)
    is_current = state.order == column.key
    turned = f"-{column.key}" if is_current and not state.descending else column.key
    direction = ("descending" if state.descending else "ascending") if is_current else "none"
    return Heading(column.heading(), state.address(sort=turned, page=None), direction, column.is_figure)
