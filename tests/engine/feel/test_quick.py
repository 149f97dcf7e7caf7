"""The quick form of an expression gives what its closures give, with the same warnings, whatever the variables hold."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanlian.engine.feel import Compiled, FeelError, FeelWarning, IncompleteList, Missing, Unknown, compile_expression
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.compile_quick import quick_of
from yanlian.engine.feel.values import Function

NAMES = ("a", "b", "text", "list", "firm")
NUMBERS = ("0", "1", "3", "2.5", "-1", "1e30")
TEXTS = ('""', '"b"', '"research"')
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "**", "and", "or")
PLACES = st.sampled_from((*NAMES, "firm.name", "firm.size", "firm.seat.city", "list[1]", "list[-1]", "firm.list[2]"))
CONSTANTS = st.sampled_from((*NUMBERS, *TEXTS, "true", '@"2025-03-01"', 'date("2025-03-01")', 'date("x")', "{n: 3}.n"))


def deeper(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Everything that has a quick form, and some forms that have none."""
    two = st.tuples(parts, parts)
    return st.one_of(
        st.tuples(parts, st.sampled_from(OPERATORS), parts).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(parts, CONSTANTS, CONSTANTS).map(lambda p: f"({p[0]} between {p[1]} and {p[2]})"),
        st.tuples(parts, st.lists(CONSTANTS, max_size=3)).map(lambda p: f"({p[0]} in [{', '.join(p[1])}])"),
        st.tuples(parts, st.sampled_from(("[1..3]", "(0..2.5]", "(<3)", '["a".."c"]', "[1..x]"))).map(" in ".join),
        st.tuples(parts, parts, parts).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
        two.map(lambda p: f"contains({p[0]}, {p[1]})"),
        two.map(lambda p: f"starts with({p[0]}, {p[1]})"),
        two.map(lambda p: f"max({p[0]}, {p[1]})"),
        two.map(lambda p: f"substring({p[0]}, {p[1]})"),
        st.tuples(parts, CONSTANTS).map(lambda p: f"list contains({p[0]}, {p[1]})"),
        parts.map(lambda p: f"abs({p})"),
        parts.map(lambda p: f"upper case({p})"),
        parts.map(lambda p: f"count({p})"),
    )


EXPRESSIONS = st.recursive(PLACES | CONSTANTS, deeper, max_leaves=6)
LACK = Missing("fact", "office")
SCALARS = st.one_of(
    st.sampled_from((0, 1, 2, 3, 10**40, -1, Decimal("2.5"), Decimal(3), Decimal("-0"), Decimal("1e6000"), 0.5)),
    st.sampled_from((True, False, None, "", "b", "research", "long " * 30, date(2025, 3, 1), datetime(2025, 3, 1, 12))),
    st.sampled_from((Unknown(frozenset({LACK})), Unknown(frozenset({LACK}), Decimal(0), Decimal(1)))),
)
LISTS = st.lists(SCALARS, max_size=3) | st.sampled_from(([3, 1], [1] * 101, (1, 2), IncompleteList([1], [], {LACK})))
FIRMS = st.dictionaries(st.sampled_from(("name", "size", "list")), SCALARS | LISTS).flatmap(
    lambda firm: st.sampled_from((firm, {**firm, "seat": {"city": "b"}}, MappingProxyType(firm), [firm, firm]))
)
VALUES = st.fixed_dictionaries(
    {},
    optional={"a": SCALARS, "b": SCALARS, "text": SCALARS, "list": LISTS | SCALARS, "firm": FIRMS | SCALARS},
)


class NoPlainDict(dict[str, object]):
    """Variables for which the closures of the compiler are used."""


def outcome(compiled: Compiled, variables: Mapping[str, object]) -> tuple[object, ...]:
    """Type, value and warnings of an evaluation, or the code of what it refused."""
    warnings: list[FeelWarning] = []
    try:
        value = compiled.evaluate(variables, warnings=warnings)
    except FeelError as error:
        return ("refused", error.code)
    exact = value.as_tuple() if isinstance(value, Decimal) else repr(value)
    return (type(value), exact, [(warning.code, warning.line, warning.column) for warning in warnings])


@settings(max_examples=1_500, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=EXPRESSIONS, variables=VALUES)
def test_quick_form_gives_what_the_closures_give(text: str, variables: dict[str, object]) -> None:
    compiled = compile_expression(text, names=NAMES)
    expected = outcome(compiled, NoPlainDict(variables))
    for _ in range(3):
        assert outcome(compiled, variables) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a between 1 and 3",
        'text in ["b", "c"]',
        "a in (1..3]",
        "list[2]",
        "list contains(list, 3)",
        "firm.seat.city",
        'contains(text, "b")',
        "a + b * 2 > 3 and text = text",
        'a < date("2025-01-01")',
        "if a > 1 then {n: 3}.n else max(a, b)",
    ],
)
def test_ordinary_shapes_have_a_quick_form(text: str) -> None:
    compiled = compile_expression(text, names=NAMES)
    assert quick_of(compiled.ast, compiled.free_names, FUNCTIONS) is not None


@pytest.mark.parametrize("text", ["[a]", "for x in list return x", "now()", "?", "{n: a}.n", "sum(list)", "a[b]"])
def test_what_needs_a_frame_has_none(text: str) -> None:
    compiled = compile_expression(text, names=NAMES)
    assert quick_of(compiled.ast, compiled.free_names, FUNCTIONS) is None


def test_functions_given_from_outside_are_called_instead_of_built_in_ones() -> None:
    mine = Function("contains", ("string", "match"), lambda text, match: "mine")
    compiled = compile_expression('contains(text, "b")', names=NAMES, functions={"contains": mine})
    assert [compiled.evaluate({"text": "b"}) for _ in range(3)] == ["mine"] * 3


def test_a_variable_named_like_a_function_is_no_function() -> None:
    compiled = compile_expression("abs(a)", names=("abs", "a"))
    own = Function("abs", ("n",), lambda n: "own")
    assert [compiled.evaluate({"abs": own, "a": 1}) for _ in range(3)] == ["own"] * 3


def test_a_chain_too_deep_for_the_stack_is_refused_as_before() -> None:
    compiled = compile_expression("+".join(["a"] * 130), names=NAMES)
    found: list[object] = []

    def low(depth: int) -> None:
        if depth:
            return low(depth - 1)
        for _ in range(3):
            try:
                found.append(compiled.evaluate({"a": 1}))
            except FeelError as error:
                found.append(error.code)
        return None

    low(sys.getrecursionlimit() - len(inspect.stack()) - 60)
    assert found == ["feel_limit"] * 3
