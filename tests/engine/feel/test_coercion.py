"""What a value becomes where a type is declared: one conversion of the whole, none within (DMN 10.3.2.9.4)."""

from __future__ import annotations

import pytest

from yanlian.engine.feel import ast, compile_expression
from yanlian.engine.feel.builtins.convert import text_of
from yanlian.engine.feel.coerce import coerce
from yanlian.engine.feel.dmn.inputs import from_outside
from yanlian.engine.feel.parser import parse
from yanlian.engine.feel.values import Fault


def kind(text: str) -> ast.Type:
    tree = parse(f"null instance of {text}")
    assert isinstance(tree, ast.InstanceOf)
    return tree.type


def coerced(value: str, wanted: str) -> str:
    found = coerce(compile_expression(value).evaluate({}), kind(wanted), {})
    return found.code if isinstance(found, Fault) else text_of(found)


@pytest.mark.parametrize(
    ("value", "wanted", "found"),
    [
        ("1", "number", "1"),
        ("[1]", "number", "1"),
        ("1", "list<number>", "[1]"),
        ("[[1, 2]]", "list<number>", "[1, 2]"),
        ("[1, 2]", "list<list<number>>", "[[1, 2]]"),
        ("1", "list", "[1]"),
        ('@"2024-01-01"', "date and time", "2024-01-01T00:00:00Z"),
        ("[{a: 1}]", "context<a: number>", "{a: 1}"),
        ("null", "list<number>", "null"),
        ("[null]", "number", "null"),
        ("[1, null]", "list<number>", "[1, null]"),
    ],
)
def test_a_value_that_does_not_fit_is_converted_once_as_a_whole(value: str, wanted: str, found: str):
    assert coerced(value, wanted) == found


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("[[1]]", "number"),
        ("[1, 2]", "number"),
        ("[]", "number"),
        ("[[1], [2]]", "list<number>"),
        ("1", "list<list<number>>"),
        ('[@"2024-01-01"]', "date and time"),
        ('@"2024-01-01"', "list<date and time>"),
        ('{d: @"2024-01-01"}', "context<d: date and time>"),
        ("{a: [1]}", "context<a: number>"),
        ("{a: 1}", "context<a: list<number>>"),
    ],
)
def test_nothing_is_converted_twice_or_within(value: str, wanted: str):
    assert coerced(value, wanted) == "feel_value_type"


@pytest.mark.parametrize(
    ("value", "wanted", "expected", "found"),
    [
        ('["a"]', "number", "number", "string"),
        ('"a"', "list<number>", "number", "string"),
        ('[1, "a"]', "list<number>", "number", "string"),
        ("[1, 2]", "number", "number", "list"),
    ],
)
def test_the_reason_names_the_part_that_does_not_fit(value: str, wanted: str, expected: str, found: str):
    fault = coerce(compile_expression(value).evaluate({}), kind(wanted), {})
    assert isinstance(fault, Fault)
    assert (fault.data["expected"], fault.data["found"]) == (expected, found)


def test_in_values_from_outside_parts_are_converted_as_wholes_are():
    wanted = kind("context<a: number, b: list<date and time>>")
    found = from_outside({"a": [[1]], "b": "2024-01-01T08:00:00"}, wanted, {})
    assert text_of(found) == '{a: 1, b: [@"2024-01-01T08:00:00"]}'
