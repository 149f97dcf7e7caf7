"""Tables that come in the order of an id column, taken up to an id: what merging and cutting anew are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.dossier.groups import plain


class Cursor:
    """Reads on in tables whose `key` ascends, over all of them."""

    def __init__(self, tables: Iterator[pa.Table], schema: pa.Schema, key: str) -> None:
        self._tables = tables
        self._rest = schema.empty_table()
        self._key = key

    def upto(self, last: str) -> pa.Table:
        """All rows not taken yet with ids up to `last`, inclusive."""
        taken: list[pa.Table] = []
        while True:
            keys = plain(self._rest.column(self._key))
            count = int(pc.sum(pc.less_equal(keys, last)).as_py() or 0)
            taken.append(self._rest.slice(0, count))
            self._rest = self._rest.slice(count)
            if self._rest.num_rows:
                break
            more = next(self._tables, None)
            if more is None:
                break
            self._rest = more
        return joined(taken)

    def rest(self) -> Iterator[pa.Table]:
        """Everything not taken yet, table by table."""
        if self._rest.num_rows:
            yield self._rest
        self._rest = self._rest.slice(self._rest.num_rows)
        yield from self._tables


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables under each other, without the empty ones."""
    full = [one for one in tables if one.num_rows]
    if len(full) == 1:
        return full[0]
    return pa.concat_tables(full) if full else tables[0]


def last_key(table: pa.Table, key: str) -> str:
    """The last id of a table."""
    return str(table.column(key)[table.num_rows - 1])
