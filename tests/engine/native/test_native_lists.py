"""Entries of picked rows, gathered by machine code, beside the same in Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from yanlian.engine.native.lists import Lists, Place

LISTS = Lists(None)
NUMBERS = st.integers(-(1 << 62), 1 << 62)


@st.composite
def picked(draw: st.DrawFn) -> tuple[np.ndarray, list[Place]]:
    size = draw(st.integers(1, 40))
    rows = np.array(sorted(draw(st.sets(st.integers(0, size - 1)))), np.int64)
    more = draw(st.integers(0, 3))

    def longs(count: int) -> np.ndarray:
        return np.array(draw(st.lists(NUMBERS, min_size=count, max_size=count)), np.int64)

    places = []
    for n in range(draw(st.integers(1, 4))):
        flags = np.array(draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), np.int8)
        places.append(Place(7 * n, flags, longs(size), longs(len(rows)), [longs(len(rows)) for _ in range(more)]))
    return rows, places


@given(picked())
def test_entries_stand_by_row_and_place_and_what_was_lost_is_replaced(drawn: tuple) -> None:
    rows, places = drawn
    expected = [
        (int(row), one.number, int(one.old[row]), *(int(told[i]) for told in one.told))
        for i, row in enumerate(rows)
        for one in places
        if one.flags[i]
    ]
    after = [one.old.copy() for one in places]
    for one, values in zip(places, after, strict=True):
        values[rows[one.flags == 1]] = one.new[one.flags == 1]
    found_rows, numbers, values = LISTS.gathered(rows, places)
    assert list(zip(found_rows, numbers, *values, strict=True)) == expected
    assert all((one.old == new).all() for one, new in zip(places, after, strict=True))


@given(st.lists(st.integers(0, 4), max_size=40))
def test_lists_are_those_of_the_rows_null_where_there_is_none(counts: list[int]) -> None:
    owners = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    begins, here = LISTS.offsets(owners, len(counts))
    entries = pa.array(np.arange(len(owners)))
    found = pa.Array.from_buffers(pa.list_(pa.int64()), len(counts), [here, begins], children=[entries])
    found.validate(full=True)
    whole = iter(range(len(owners)))
    assert found.to_pylist() == [[next(whole) for _ in range(count)] or None for count in counts]
