"""Many rows of one table at once, by the fastest way each database has. Only actions call this.

Django's bulk_create sends one statement with a thousand parameters after another; executemany (SQLite) and COPY
(PostgreSQL) are several times faster at the sizes of department files.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, models

# Values as `stored_moment` and the import's readers make them; the database adds nothing.
Value = int | str | bool | None


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """Insert rows given as values in the order of `fields` (attribute names). Inside a transaction of the caller."""
    columns_of = {field.attname: field.column for field in model._meta.concrete_fields}
    names = [str(columns_of[field]) for field in fields]
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(name) for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(names))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608 names, no values


def stored_moment(moment: datetime) -> str:
    """A moment as the database keeps it in text form."""
    return str(connection.ops.adapt_datetimefield_value(moment))


def lock_registry() -> None:
    """Imports run one after the other: SQLite's transactions do by themselves, PostgreSQL takes a lock until commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('yanlian.registry.import'))")
