"""The short ways over lists of plain values, and of loops over one list, give what the long ways give."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.engine.feel import FeelError, FeelWarning, Missing, Unknown, compile_expression
from yanlian.engine.feel.builtins.lists import distinct_values, list_contains
from yanlian.engine.feel.builtins.statistics import maximum, mean, median, minimum, mode, product, stddev, total
from yanlian.engine.feel.compare import disjunction, equal, key_of
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.numbers import CONTEXT, ZERO

LACK = frozenset({Missing("fact", "office")})
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from((0, 10**33, 10**34 + 5))
SCALARS = NUMBERS | st.booleans() | st.text("ab1", max_size=2) | st.none() | st.sampled_from((1, True, "1", Decimal(1)))
MEMBERS = st.lists(SCALARS | st.just(Unknown(LACK)) | st.lists(SCALARS, max_size=2), max_size=5)


def plain(value: object) -> object:
    """A value by which also the kinds and exponents of numbers are compared."""
    if isinstance(value, Decimal):
        return value.as_tuple()
    return [plain(member) for member in value] if isinstance(value, list) else (type(value), value)


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=6))
def test_integers_in_a_list_count_as_their_decimals(numbers: list[object]) -> None:
    decimals = [clean(number) for number in numbers]
    for function in (total, mean, minimum, maximum, product, median, stddev, mode):
        assert plain(function(numbers)) == plain(function(decimals)), function.__name__


@given(numbers=st.lists(st.decimals(-(10**40), 10**40, places=3) | st.integers(-(10**40), 10**40), min_size=1))
def test_a_sum_is_rounded_after_every_member(numbers: list[Decimal | int]) -> None:
    expected = ZERO
    for number in numbers:
        expected = CONTEXT.add(expected, Decimal(number))
    assert plain(total(numbers)) == plain(expected)


@given(members=MEMBERS, element=SCALARS)
def test_a_list_contains_what_equals_a_member(members: list[object], element: object) -> None:
    asked = clean(element)
    results = [equal(clean(member), asked) for member in members]
    assert list_contains(members, asked) == disjunction([False if result is None else result for result in results])


@given(members=st.lists(SCALARS.map(clean), max_size=6))
def test_distinct_values_are_the_first_of_each_key(members: list[object]) -> None:
    first: dict[object, object] = {}
    for member in members:
        first.setdefault(key_of(member), member)
    assert plain(distinct_values(members)) == plain(list(first.values()))


def outcome(text: str, variables: Mapping[str, object]) -> object:
    warnings: list[FeelWarning] = []
    try:
        value = compile_expression(text, names=("list", "n")).evaluate(variables, warnings=warnings)
    except FeelError as error:
        return error.code
    return plain(value), [warning.code for warning in warnings]


BODIES = st.sampled_from(("x > n", "x = n", "x", "x + n", "x > 0 and n > 0", "[x]", "x[1]", "item"))


@settings(max_examples=300, deadline=None)
@given(members=MEMBERS, n=SCALARS, body=BODIES)
def test_a_loop_over_one_list_gives_what_a_loop_over_two_gives(members: list[object], n: object, body: str) -> None:
    variables = {"list": members, "n": n}
    for before, after in (
        ("for x in list", "return"),
        ("some x in list", "satisfies"),
        ("every x in list", "satisfies"),
    ):
        one, two = f"{before} {after} {body}", f"{before}, y in [0] {after} {body}"
        assert outcome(one, variables) == outcome(two, variables)


def test_functions_made_in_a_loop_keep_their_member() -> None:
    text = "for f in (for x in [1, 2] return function(y) x + y) return f(10)"
    assert compile_expression(text).evaluate() == [Decimal(11), Decimal(12)]


def test_a_loop_stays_within_its_budget() -> None:
    compiled = compile_expression("some x in list satisfies x > n", names=("list", "n"))
    assert compiled.evaluate({"list": [1, 2] * 50, "n": 0}, steps=50) is True
    for text in ("some x in list satisfies x > n", "for x in list return x"):
        with pytest.raises(FeelError) as refused:
            compile_expression(text, names=("list", "n")).evaluate({"list": [1, 2] * 50, "n": 5}, steps=50)
        assert refused.value.code == "feel_limit"
