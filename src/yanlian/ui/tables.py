"""What a list page is made of: columns, filters, and what the address asks for. `list_page.show` puts it on the screen.

Start at `Listing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yanlian.ui import numbers
from yanlian.ui.rows import Rows, Value
from yanlian.ui.words import Text, say, t, word, words

R = TypeVar("R")
SEARCH, SORT, PAGE, EXPORT = "q", "sort", "page", "export"


class Kind(StrEnum):
    """How a value is written, on the page and in an exported sheet."""

    TEXT = "text"
    PROSE = "prose"  # a sentence or more: the column keeps a readable width
    CODE = "code"
    MONEY = "money"  # integer fen: 万元 on the page, yuan in the sheet
    COUNT = "count"
    YEAR = "year"
    DATE = "date"
    INSTANT = "instant"
    STATUS = "status"  # a code with words in ui/words.yaml, group `words`, shown with its colour
    WORD = "word"  # likewise, shown plain
    FLAG = "flag"


FIGURES = frozenset({Kind.MONEY, Kind.COUNT, Kind.YEAR})


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column of a list: where its value comes from, how it is written, whether it can be sorted by."""

    key: str
    title: Text
    value: Callable[[R], Value]
    kind: Kind = Kind.TEXT
    sortable: bool = True
    link: Callable[[R], str | None] | None = None
    # A short word beside the value, such as 虚构; None for none.
    badge: Callable[[R], str | None] | None = None
    words: str = ""
    main: bool = False  # the cell that names the row
    sheet_only: bool = False  # in exported sheets, not on the page

    def heading(self, *, sheet: bool = False) -> str:
        """The title with its unit: headers name units. Sheets hold yuan, pages 万元."""
        if self.kind is not Kind.MONEY:
            return say(self.title)
        unit = t("（元）", " (CNY)") if sheet else t("（万元）", " (CNY 10,000)")
        return say(self.title) + unit

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURES


@dataclass(frozen=True)
class Choice:
    """One value that a filter offers."""

    value: str
    title: str


def word_choices(group: str) -> Callable[[], list[Choice]]:
    """Every word of a group of `ui/words.yaml`, in the reader's language, as values that a filter offers."""
    return lambda: [Choice(code, str(one)) for code, one in words(group).items()]


@dataclass(frozen=True)
class Filter:
    """A select field above the table. Only offered values are applied; anything else in the address is ignored."""

    key: str
    title: Text
    choices: Callable[[], Sequence[Choice]]


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A list page: what it is called, its columns and filters, its first order, and what it says when it is empty."""

    title: Text
    columns: Sequence[Column[R]]
    filters: Sequence[Filter] = ()
    search_hint: Text = ("搜索", "Search")
    first_order: str = ""  # column key, with "-" for descending
    empty: Text = ("还没有记录。", "There are no records yet.")
    page_size: int = 50
    file_name: str = "list"
    # What the figures mean, for the page and for the sheet 口径 of an export.
    calibre: Sequence[Text] = field(default_factory=tuple)


@dataclass(frozen=True)
class State:
    """What the address asks for, checked: unknown orders and filter values fall away."""

    search: str
    chosen: Mapping[str, str]
    order: str
    descending: bool
    page: int
    parameters: QueryDict

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.chosen)

    def address(self, **changes: str | None) -> str:
        """The query string with some parameters changed; None removes one."""
        parameters = self.parameters.copy()
        for name, value in changes.items():
            parameters.pop(name, None)
            if value is not None:
                parameters[name] = value
        return "?" + parameters.urlencode()


@dataclass(frozen=True)
class Cell:
    """One written value with what stands around it."""

    column: str
    text: str | SafeString
    kind: Kind
    href: str | None
    badge: str | None
    is_figure: bool
    is_main: bool


def read_state(request: HttpRequest, listing: Listing[R]) -> State:
    """What the address asks for, in terms that the listing knows."""
    given = request.GET
    chosen = {}
    for one in listing.filters:
        value = given.get(one.key, "")
        if value and value in {choice.value for choice in one.choices()}:
            chosen[one.key] = value
    sortable = {column.key for column in listing.columns if column.sortable}
    sort = given.get(SORT, "")
    if sort.removeprefix("-") not in sortable:
        sort = listing.first_order
    page = given.get(PAGE, "1")
    parameters = given.copy()
    for name in [EXPORT, *(name for name, value in given.items() if not value)]:
        parameters.pop(name, None)
    return State(
        search=given.get(SEARCH, "").strip()[:200],
        chosen=chosen,
        order=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
        parameters=parameters,
    )


def selected(rows: Rows[R], state: State) -> Rows[R]:
    """The rows that the state lets through, in its order."""
    if state.search:
        rows = rows.found(state.search)
    for key, value in state.chosen.items():
        rows = rows.narrowed(key, value)
    return rows.ordered(state.order, descending=state.descending) if state.order else rows


def cell(column: Column[R], row: R) -> Cell:
    """One value of one row as it is written on a page."""
    value = column.value(row)
    return Cell(
        column=column.heading(),
        text=written(column, value),
        kind=column.kind,
        href=column.link(row) if column.link else None,
        badge=column.badge(row) if column.badge else None,
        is_figure=column.is_figure,
        is_main=column.main,
    )


def written(column: Column[R], value: Value) -> str | SafeString:
    """A value as text, by the kind of its column. None is "-": never blank, never zero."""
    if value is None or value == "":
        return numbers.NONE
    if column.kind is Kind.STATUS:
        found = word(column.words, str(value))
        return format_html('<span class="status status-{}">{}</span>', found.tone, found)
    if column.kind is Kind.WORD:
        return str(word(column.words, str(value)))
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if isinstance(value, datetime):
        return numbers.stamp(value)
    if isinstance(value, date):
        return numbers.iso(value)
    if column.kind is Kind.MONEY:
        assert isinstance(value, int), f"{column.key}: money is integer fen"
        return numbers.wan(value)
    if column.kind is Kind.COUNT and not isinstance(value, str):
        return numbers.number(value)
    return str(value)
