"""Random tables: what is found is what the engine does on a grid of all borders and their neighbours, and no more."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_tools import Rows, examined, fired_at

from yanlian.engine.feel import CompiledTests, compile_unary_tests
from yanlian.engine.feel.decision_table import DecisionTable, decision_table

NUMBERS = ["-4", "0", "2.5"]
DAYS = [date(2024, 2, 28), date(2024, 2, 29), date(2025, 1, 1)]
WORDS = ["甲", "乙", "丙"]
SPELLED = {"number": NUMBERS, "date": [f'@"{day}"' for day in DAYS]}
GRID: dict[str, list[object]] = {
    "number": [Decimal(n) + e for n in NUMBERS for e in (Decimal("-0.01"), Decimal(0), Decimal("0.01"))],
    "date": sorted({day + timedelta(e) for day in DAYS for e in (-1, 0, 1)}),
    "text": [*WORDS, "丁"],
    "flag": [True, False],
}


def ordered_cells(borders: list[str]) -> st.SearchStrategy[str]:
    border = st.sampled_from(borders)
    opened, closed = st.sampled_from("[("), st.sampled_from("])")
    ranges = st.builds(lambda o, a, b, c: f"{o}{a}..{b}{c}", opened, border, border, closed)
    single = st.one_of(
        border, st.builds(lambda op, a: f"{op} {a}", st.sampled_from(["<", "<=", ">", ">="]), border), ranges
    )
    several = st.lists(single, min_size=1, max_size=2).map(", ".join)
    asking = st.builds(lambda a, b, op: f"? > {a} {op} not(? = {b})", border, border, st.sampled_from(["and", "or"]))
    return st.one_of(st.just("-"), single, several, several.map(lambda t: f"not({t})"), asking)


def word_cells() -> st.SearchStrategy[str]:
    words = st.lists(st.sampled_from([f'"{word}"' for word in WORDS]), min_size=1, max_size=2, unique=True)
    return st.one_of(st.just("-"), words.map(", ".join), words.map(lambda ws: f"not({', '.join(ws)})"))


def cells(kind: str) -> st.SearchStrategy[str]:
    if kind == "text":
        plain = word_cells()
    elif kind == "flag":
        plain = st.sampled_from(["-", "true", "false", "not(true)"])
    else:
        plain = ordered_cells(SPELLED[kind])
    return st.one_of(plain, plain, plain, plain, st.sampled_from(["null", "not(null)"]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    kinds = draw(st.lists(st.sampled_from(["number", "date", "text", "flag"]), min_size=1, max_size=3))
    row = st.tuples(*(cells(kind) for kind in kinds)).map(list)
    return kinds, draw(st.lists(row, min_size=1, max_size=6))


def names(kinds: list[str]) -> list[str]:
    return [f"in{i}" for i in range(len(kinds))]


def running(kinds: list[str], rows: Rows) -> DecisionTable:
    return decision_table(names(kinds), ["out"], [(row, ["0"]) for row in rows], hit_policy="C")


def grid(kinds: list[str], rows: Rows, *, null: bool) -> list[tuple[object, ...]]:
    """All combinations of borders and their neighbours; null only where a row asks for it, or everywhere.

    A column whose cells have no borders (only `-` and null) has no kind that could be known from them.
    """
    columns = []
    for i, kind in enumerate(kinds):
        asked = any("null" in row[i] for row in rows)
        columns.append([*GRID[kind], *([None] if null or asked else [])])
    return list(product(*columns))


@cache
def region_test(text: str) -> CompiledTests:
    return compile_unary_tests(text)


def in_region(region: dict[str, str], point: tuple[object, ...]) -> bool:
    return all(region_test(test).matches(v) is True for test, v in zip(region.values(), point, strict=True))


@settings(max_examples=60, deadline=None)
@given(tables())
def test_gaps_are_where_no_row_is_true(table: tuple[list[str], list[list[str]]]):
    kinds, rows = table
    gaps = [one for one in examined(names(kinds), rows, most=10_000) if one.kind == "gap"]
    for gap in gaps:
        assert fired_at(gap, rows) == ()
    engine = running(kinds, rows)
    for point in grid(kinds, rows, null=False):
        found = engine.decide(dict(zip(names(kinds), point, strict=True))).fired
        assert any(in_region(dict(gap.region), point) for gap in gaps) == (not found), point


@settings(max_examples=60, deadline=None)
@given(tables())
def test_overlaps_are_where_several_rows_are_true(table: tuple[list[str], list[list[str]]]):
    kinds, rows = table
    found = [one for one in examined(names(kinds), rows, most=10_000) if one.kind in {"overlap", "identical"}]
    together = {pair for one in found for pair in product(one.rows, repeat=2)}
    engine = running(kinds, rows)
    met = set()
    for one in found:
        if one.kind == "overlap":
            assert fired_at(one, rows) == one.rows
    for point in grid(kinds, rows, null=False):
        fired = tuple(i + 1 for i in engine.decide(dict(zip(names(kinds), point, strict=True))).fired)
        if len(fired) > 1:
            met.update(product(fired, repeat=2))
        for one in found:
            if one.kind == "overlap" and in_region(dict(one.region), point):
                assert fired == one.rows
    assert {pair for pair in met if pair[0] != pair[1]} <= together


@settings(max_examples=60, deadline=None)
@given(tables())
def test_a_row_that_never_comes_first_is_told(table: tuple[list[str], list[list[str]]]):
    kinds, rows = table
    findings = examined(names(kinds), rows, "F", most=10_000)
    told = {one.rows[0] for one in findings if one.kind in {"unreachable", "never_true"}}
    told |= {row for one in findings if one.kind == "identical" for row in one.rows[1:]}
    engine = running(kinds, rows)
    first = set()
    for point in grid(kinds, rows, null=True):
        fired = engine.decide(dict(zip(names(kinds), point, strict=True))).fired
        first.update(i + 1 for i in fired[:1])
    silent = set(range(1, len(rows) + 1)) - first
    # A part of a cell that is never true says nothing about the row.
    told -= {one.rows[0] for one in findings if one.reason == "part" and one.rows[0] in first}
    assert told == silent


@settings(max_examples=40, deadline=None)
@given(tables(), st.data())
def test_a_row_that_is_never_best_is_told(table: tuple[list[str], list[list[str]]], data: st.DataObject):
    kinds, rows = table
    ranks = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    with_outputs = [[*row, str(rank)] for row, rank in zip(rows, ranks, strict=True)]
    order = [[Decimal(0), Decimal(1), Decimal(2)]]
    findings = examined(names(kinds), with_outputs, "P", output_order=order)
    told = {one.rows[0] for one in findings if one.kind == "unreachable"}
    engine = running(kinds, rows)
    best, true = set(), set()
    for point in grid(kinds, rows, null=True):
        fired = engine.decide(dict(zip(names(kinds), point, strict=True))).fired
        true.update(i + 1 for i in fired)
        best.update(i + 1 for i in fired if ranks[i] == min(ranks[j] for j in fired))
    assert told == true - best


@pytest.mark.parametrize("policy", ["U", "A", "F", "R", "O", "C", "C+", "C#"])
def test_every_policy_has_the_same_gaps(policy: str):
    rows = [["< 1", '"甲"', "1"], ["> 2", "-", "2"]]
    gaps = [dict(one.region) for one in examined(["a", "b"], rows, policy) if one.kind == "gap"]
    assert gaps == [{"a": "[1..2]", "b": "-"}, {"a": "< 1", "b": 'not("甲")'}]
