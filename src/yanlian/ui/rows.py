"""Rows behind a list page: a query set or a plain sequence, searched, narrowed and ordered in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Generic, Protocol, TypeVar

from django.db.models import F, Model, Q, QuerySet

Value = str | int | Decimal | date | datetime | bool | None
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
M = TypeVar("M", bound=Model)


class Rows(Protocol[R_co]):
    """What a list page asks of its rows. Every method gives new rows and leaves the old as they are."""

    def found(self, text: str) -> Rows[R_co]:
        """Only rows in which every word of the text occurs."""
        ...

    def narrowed(self, key: str, value: str) -> Rows[R_co]:
        """Only rows that a filter lets through."""
        ...

    def ordered(self, key: str, *, descending: bool) -> Rows[R_co]:
        """Sorted by a column; rows without a value come last."""
        ...

    def count(self) -> int: ...

    def slice(self, start: int, stop: int) -> Sequence[R_co]: ...

    def all(self) -> Iterator[R_co]:
        """All rows, fetched in portions."""
        ...


@dataclass(frozen=True)
class FromDatabase(Generic[M]):
    """Rows of a query set. `search`: lookups such as `name__icontains`; `filters` and `orders` by key."""

    queryset: QuerySet[M]
    search: Sequence[str] = ()
    filters: Mapping[str, Callable[[str], Q]] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)

    def found(self, text: str) -> FromDatabase[M]:
        queryset = self.queryset
        for one in text.split():
            queryset = self._only(queryset, reduce(or_, (Q(**{lookup: one}) for lookup in self.search)))
        return replace(self, queryset=queryset)

    def narrowed(self, key: str, value: str) -> FromDatabase[M]:
        return replace(self, queryset=self._only(self.queryset, self.filters[key](value)))

    def ordered(self, key: str, *, descending: bool) -> FromDatabase[M]:
        by = F(self.orders[key])
        first = by.desc(nulls_last=True) if descending else by.asc(nulls_last=True)
        # The key breaks ties, so that a page never repeats or skips a row.
        return replace(self, queryset=self.queryset.order_by(first, "pk"))

    def count(self) -> int:
        return self.queryset.count()

    def slice(self, start: int, stop: int) -> Sequence[M]:
        return list(self.queryset[start:stop])

    def all(self) -> Iterator[M]:
        return self.queryset.iterator(chunk_size=2000)

    def _only(self, queryset: QuerySet[M], condition: Q) -> QuerySet[M]:
        # A subquery, because a join to several aliases would show the same row several times.
        matching = self.queryset.model._default_manager.filter(condition).values("pk")
        return queryset.filter(pk__in=matching)


@dataclass(frozen=True)
class FromMemory(Generic[R]):
    """Rows of a sequence. `search`: the texts of a row to look in; `filters` say whether a row stays."""

    rows: Sequence[R]
    search: Callable[[R], Sequence[str]]
    filters: Mapping[str, Callable[[R, str], bool]] = field(default_factory=dict)
    orders: Mapping[str, Callable[[R], Value]] = field(default_factory=dict)

    def found(self, text: str) -> FromMemory[R]:
        wanted = text.casefold().split()
        return replace(self, rows=[row for row in self.rows if self._holds(row, wanted)])

    def narrowed(self, key: str, value: str) -> FromMemory[R]:
        keep = self.filters[key]
        return replace(self, rows=[row for row in self.rows if keep(row, value)])

    def ordered(self, key: str, *, descending: bool) -> FromMemory[R]:
        by = self.orders[key]
        known = [row for row in self.rows if by(row) is not None]
        known.sort(key=lambda row: _sortable(by(row)), reverse=descending)
        return replace(self, rows=known + [row for row in self.rows if by(row) is None])

    def count(self) -> int:
        return len(self.rows)

    def slice(self, start: int, stop: int) -> Sequence[R]:
        return self.rows[start:stop]

    def all(self) -> Iterator[R]:
        return iter(self.rows)

    def _holds(self, row: R, wanted: Sequence[str]) -> bool:
        text = "\n".join(self.search(row)).casefold()
        return all(one in text for one in wanted)


def _sortable(value: Value) -> tuple[str, Decimal]:
    """Numbers compare as numbers, everything else as text; a column holds one sort of value."""
    if isinstance(value, (int, Decimal)):
        return "", Decimal(value)
    return str(value), Decimal(0)
