"""Rows of one table by many values of one column, as plain values: one statement with one parameter.

Django's own `__in` costs more time a value than the database needs for the row; an import asks for millions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime

from django.db import connection, models

Plain = int | str | bool | date | datetime | None


def select_in(
    model: type[models.Model], fields: Sequence[str], by: str, values: Collection[int] | Collection[str], also: str = ""
) -> list[tuple[Plain, ...]]:
    """`fields` (attribute names) of all rows whose `by` is one of the values. `also`: SQL condition without values.

    SQLite gives dates and moments as text and flags as 0 and 1: see `plain_day`, `moment_of`.
    """
    if not values:
        return []
    columns_of = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(columns_of[field]) for field in fields)
    table, column = quote(model._meta.db_table), quote(columns_of[by])
    condition = f"AND {also}" if also else ""
    parameter: str | list[int | str] = list(values)
    where = "= ANY(%s)"
    if connection.vendor == "sqlite":
        where, parameter = "IN (SELECT value FROM json_each(%s))", json.dumps(parameter, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE {column} {where} {condition}", [parameter])  # noqa: S608
        return list(cursor.fetchall())


def plain_day(value: Plain) -> int | str | bool | None:
    """A day as ISO text on every database; other values as they are."""
    return value.isoformat() if isinstance(value, date) else value


def moment_of(value: Plain) -> datetime:
    """A moment on every database."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    assert isinstance(value, datetime)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
