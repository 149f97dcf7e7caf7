"""Whatever text comes: a value or a named refusal, within the budget of steps and memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanlian.base.refusal import catalogue
from yanlian.engine.feel import FeelError, FeelWarning, compile_expression, compile_unary_tests, print_expression
from yanlian.engine.feel.builtins import FUNCTIONS

STEPS = 30_000
MOST_MEMORY = 200_000_000
NAMES = ("营业收入", "上年 营业收入", "a - b", "it's", "x", "xs", "c", "R&D")
VARIABLES = {"营业收入": 7, "x": 3, "xs": [1, 2, None, "a"], "c": {"a": 1, "b": [2]}, "R&D": 5}

SIGNS = [
    *list("+-*/=<>()[]{},:.'@?!#%&|^~\\`;\"$ \n\t"),
    "**",
    "..",
    "<=",
    ">=",
    "!=",
    "->",
    "//",
    "/*",
    "*/",
    "\ufeff",
]
WORDS = [
    "for",
    "return",
    "if",
    "then",
    "else",
    "some",
    "every",
    "satisfies",
    "in",
    "function",
    "or",
    "and",
    "between",
    "not",
    "null",
    "true",
    "false",
    "instance",
    "of",
    "external",
    "list",
    "context",
    "range",
    "number",
    "string",
    "date",
    "time",
    "x",
    "xs",
    "c",
    "营业收入",
    "上年",
    "item",
    "partial",
    "?",
    "（",
    "）",
    "，",
    "“",
    "万元",
]
EXTREME = [
    "0",
    "1",
    "-1",
    "0.1",
    "1e6144",
    "1e-6143",
    "9" * 34,
    "9" * 60,
    "1e18",
    "99999999999",
    '""',
    '"a"',
    '"' + "ab" * 300 + '"',
    '"\\uD83D\\uDC0E"',
    '"(a+)+$"',
    '"[a-z-[aeiou]]*"',
    '@"999999999-12-31"',
    '@"-999999999-01-01"',
    '@"2024-02-29T23:59:59.999999999+14:00"',
    '@"00:00:00@Asia/Shanghai"',
    '@"P999999999Y"',
    '@"-P99999999999DT23H"',
    "null",
    "true",
    "[]",
    "{}",
    "[1..1e18]",
    "(<0)",
    "xs",
    "c",
    "x",
    "function(p, q) p < q",
]
TYPES = ["number", "string", "date and time", "list<number>", "context<a: number>", "range<date>", "Any", "nonsense"]
TOKENS = [*SIGNS, *WORDS, *EXTREME, *sorted(FUNCTIONS)]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions of expressions, by the grammar."""
    operators = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]
    some = st.lists(inner, max_size=3)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(operators), inner),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), some.map(", ".join)),
        st.builds("[{}]".format, some.map(", ".join)),
        st.builds("{{a: {}, b: {}}}".format, inner, inner),
        st.builds("[{}..{}]".format, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({}).{}".format, inner, st.sampled_from(["a", "b", "year", "time offset", "start"])),
        st.builds("(for i in {} return {})".format, inner, inner),
        st.builds("(for i in 1..{}, j in {} return [partial, {}])".format, inner, inner, inner),
        st.builds("(for i in 1..40 return if i = 1 then {0} else [partial[-1], partial[-1], {0}])".format, inner),
        st.builds("(some i in {} satisfies {})".format, inner, inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("({} between {} and {})".format, inner, inner, inner),
        st.builds("({} instance of {})".format, inner, st.sampled_from(TYPES)),
        st.builds("(function(f, i) {})({}, {})".format, inner, inner, inner),
        st.builds("{{f: function(g, i) g(g, [i, {}]), r: f(f, {})}}".format, inner, inner),
        st.builds("sort({}, function(p, q) {})".format, inner, inner),
    )


expressions = st.recursive(st.sampled_from(EXTREME), grown, max_leaves=12)
soup = st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join)
tight_soup = st.lists(st.sampled_from(TOKENS), max_size=25).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid expression with a slice cut out, doubled or replaced."""
    text = draw(expressions)
    at, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    middle = draw(st.sampled_from(["", text[at:end] * 2, *TOKENS]))
    return text[:at] + middle + text[end:]


@pytest.fixture(scope="module", autouse=True)
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def survives(text: str) -> None:
    """Compile, print and run a text as an expression and as tests; nothing but a named refusal may stop it."""
    tracemalloc.reset_peak()
    warnings: list[FeelWarning] = []
    refusals: list[FeelError] = []
    try:
        compiled = compile_expression(text, names=NAMES)
        print_expression(compiled.ast, names=NAMES)
        compiled.evaluate(VARIABLES, warnings=warnings, steps=STEPS)
    except FeelError as refused:
        refusals.append(refused)
    try:
        compile_unary_tests(text, names=NAMES).matches(3, VARIABLES, warnings=warnings, steps=STEPS)
    except FeelError as refused:
        refusals.append(refused)
    assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    for refused in refusals:
        assert refused.text("zh"), text
        assert refused.text("en"), text
        assert "\n" in refused.excerpt(text) or "line" not in refused.data, text
    for warning in warnings:
        assert warning.code in catalogue(), text
        assert warning.line >= 0, text


FUZZ = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(st.one_of(soup, tight_soup))
def test_any_sequence_of_words_is_a_value_or_a_refusal(text: str):
    survives(text)


@FUZZ
@given(mutated())
def test_a_broken_expression_is_a_value_or_a_refusal(text: str):
    survives(text)


@FUZZ
@given(expressions)
def test_an_expression_of_extremes_ends_within_its_budget(text: str):
    survives(text)


@FUZZ
@given(st.text(max_size=60))
def test_any_text_at_all_is_a_value_or_a_refusal(text: str):
    survives(text)
