"""Constants become columns, what fixes a form stays; rows are made around them, with null and undelivered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yanlian.engine.feel import ast
from yanlian.engine.feel.parser import parse
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.rebuild import substituted
from yanlian.engine.policy.lifted.lift import lifted
from yanlian.engine.policy.lifted.made_rows import MOST, UNDELIVERED, rows_of


def lift(text: str) -> tuple[str, list[tuple[str, object]]]:
    found = lifted(parse(text))
    return print_expression(found.tree), [(one.kind, one.value) for one in found.constants]


def test_constants_become_columns_of_the_type_that_holds_them():
    text, constants = lift('if 1.25 > 2 then "a" else date("2024-02-29")')
    assert text == "if c1 > c2 then c3 else c4"
    assert constants == [
        ("money", Decimal("1.25")),
        ("count", Decimal(2)),
        ("text", "a"),
        ("date", date(2024, 2, 29)),
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[1, 2][2]", "[c1, c2][2]"),
        ("2 ** 3", "c1 ** 3"),
        ("decimal(2.5, 1)", "decimal(c1, 1)"),
        ('substring("foobar", 3)', "substring(c1, 3)"),
        ('@"P1D" + @"2024-01-01"', '@"P1D" + c1'),
        ('time("12:00:00")', 'time("12:00:00")'),
        ("0.12345678 + 1", "0.12345678 + c1"),
        ("c1 + 1", "c1 + c1_"),
    ],
)
def test_what_fixes_a_form_stays_as_it_is_written(text: str, left: str):
    assert lift(text)[0] == left


def test_rows_are_those_found_and_others_around_them():
    found = rows_of("c1 < c2", ("count", "count"), [(Decimal(1), Decimal(2))])
    assert found[0] == (Decimal(1), Decimal(2))
    assert (None, None) in found
    assert (UNDELIVERED, UNDELIVERED) in found
    assert {(Decimal(2), Decimal(2)), (Decimal(1), Decimal(1))} & set(found)
    assert len(found) == len(set(found)) <= MOST + 1
    assert found == rows_of("c1 < c2", ("count", "count"), [(Decimal(1), Decimal(2))])


def test_an_expression_without_constants_has_the_one_row():
    assert rows_of("null = null", (), [()]) == [()]


def test_names_bound_inside_are_not_put_in():
    tree = parse("x + sum(for x in [x] return x) + {x: 1, y: x}.y")
    found = substituted(tree, {"x": ast.Number(Decimal(7))})
    assert print_expression(found) == "7 + sum(for x in [7] return x) + {x: 1, y: x}.y"
