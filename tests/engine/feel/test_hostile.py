"""Texts made to hurt: deep, long, ambiguous, endless or swelling ones end in a named refusal, soon and small."""

from __future__ import annotations

import subprocess
import sys

import pytest

from yanlian.engine.feel import FeelError, compile_expression, parse, parse_unary_tests, print_expression
from yanlian.engine.feel.tokens import MAX_LENGTH

DEEP = [
    "(" * 300 + "1" + ")" * 300,
    "[" * 300,
    "]" * 300,
    "{a: " * 300 + "1" + "}" * 300,
    "-" * 5000 + "1",
    "1" + "+1" * 5000,
    "a" + "[1" * 300,
    "f(" * 300 + ")" * 300,
    "f(x: " * 300 + "1" + ")" * 300,
    "if " * 300 + "1" + " then 1 else 1" * 300,
    "for i in " * 300 + "[1]" + " return i" * 300,
    "some i in " * 300 + "a" + " satisfies b" * 300,
    "function(x) " * 300 + "1",
    "a in (" * 300 + "1" + ")" * 300,
    "x between 1 and " * 300 + "2",
    "not(" * 300 + "a" + ")" * 300,
    "x instance of " + "list<" * 300 + "number" + ">" * 300,
    "x instance of " + "function<" * 300 + "number" + ">->number" * 300,
]
LONG = [
    "@",
    '"\\',
    '\\"',
    "/*",
    "*/",
    "a ",
    "a.b",
    "1..",
    "f(a,",
    "{a b ",
    "a:",
    ".",
    "{a: 1}",
    "not(",
    "a(",
    "'",
    "（",
    "\ufeff",
]


def swollen(inner: str, first: str = "{a: 1}") -> str:
    """A value of few nodes that is a tree of 2 ** 60 leaves when it is walked through."""
    return f"(for i in 1..60 return if i = 1 then {first} else {inner})[-1]"


DOUBLED = swollen("{a: partial[-1], b: partial[-1]}")
ENDLESS = [
    "count(for i in 1..9999999 return i)",
    "for i in 1..3000, j in 1..3000, k in 1..3000 return i",
    "every i in 1..5000, j in 1..5000 satisfies i + j > 0",
    "{f: function(g) g(g), r: f(f)}.r",
    "{f: function(f, g) g(f, g), g: function(f, g) f(f, g), r: f(f, g)}.r",
    "{f: function(n, f) if n < 2 then 1 else f(n - 1, f) + f(n - 2, f), r: f(100, f)}.r",
    "{f: function(n, g) sort([1, 2], function(a, b) g(n, g)), r: f(1, f)}.r",
    "sort(for i in 1..2000 return 2000 - i, function(a, b) (some k in 1..2000 satisfies k > 3000) or a < b)",
    "list replace(for i in 1..3000 return i, function(a, b) (some k in 1..3000 satisfies k > 4000), 1)",
    swollen("partial[-1] + partial[-1]", '"aa"'),
    swollen("concatenate(partial[-1], partial[-1])", "[1, 2]"),
    swollen("string([partial[-1], partial[-1]])", '"a"'),
    swollen("[partial[-1], partial[-1]]", "[1]"),
    DOUBLED,
    f"{DOUBLED} = {DOUBLED}",
    f"string({DOUBLED})",
    f"distinct values([{DOUBLED}])",
    f"flatten({swollen('[partial[-1], partial[-1]]', '[1]')})",
    "(for i in 1..3000 return if i = 1 then [1] else [partial[-1]])[-1]",
    "string((for i in 1..3000 return if i = 1 then {a: 1} else {a: partial[-1]})[-1])",
    "{xs: for i in 1..9000 return i, r: for x in xs return reverse(xs)}.r",
    "{xs: for i in 1..9000 return i, r: for x in xs return append(xs, 1)}.r",
    "{xs: for i in 1..9000 return i, r: every x in xs satisfies sum(xs) > 0}.r",
    "{xs: for i in 1..9000 return i, r: every x in xs satisfies xs = xs}.r",
    "{xs: for i in 1..9000 return i, r: every x in xs satisfies not(-x in xs)}.r",
    "{xs: for i in 1..9000 return i, r: for x in xs return xs[item > 0]}.r",
    "for i in 1..9000 return partial",
    'for i in 1..9000 return upper case("' + "a" * 3000 + '" + string(i))',
    'for i in 1..9000 return "' + "a" * 3000 + '" + string(i)',
    "for i in 1..9000 return string(i * 1e6000)",
    'for i in 1..9000 return matches("' + "a" * 3000 + 'b", "(a+)+" + string(i) + "$")',
    "(for i in 1..9000 return if i = 1 then {a: 1} else context put(partial[-1], string(i), i))[-1].a",
]


@pytest.mark.parametrize("text", DEEP, ids=lambda text: text[:20])
def test_depth_is_refused_and_never_breaks_the_reader(text: str):
    for read in (parse, parse_unary_tests):
        with pytest.raises(FeelError) as refused:
            read(text)
        assert refused.value.code in {"feel_too_deep", "feel_syntax"}
        assert refused.value.text("zh")


@pytest.mark.parametrize(
    ("opening", "middle", "closing"),
    [
        ("(", "1", ")"),
        ("[f(", "1", ")]"),
        ("{a: ", "1", "}"),
        ("if ", "1", " then 1 else 1"),
        ("for i in ", "[1]", " return i"),
        ("some i in ", "[true]", " satisfies i"),
        ("function(x) ", "1", ""),
        ("a in (not(", "1", "))"),
        ("a[", "1", "]"),
        ("1 + (", "1", ")"),
        ("x between 1 and ", "2", ""),
        ("[1..", "2", "]"),
    ],
)
def test_what_can_be_read_can_be_printed_compiled_and_run_or_is_refused(opening: str, middle: str, closing: str):
    refusals: list[tuple[int, str]] = []
    for size in (10, 40, 60, 80, 100, 120, 140, 159):
        text = opening * size + middle + closing * size
        try:
            tree = parse(text)
            assert parse(print_expression(tree)) == tree
            compile_expression(text).evaluate({}, steps=10_000)
        except FeelError as error:
            refusals.append((size, error.code))
    assert {code for _, code in refusals} <= {"feel_too_deep", "feel_limit"}
    assert all(size > 10 for size, _ in refusals)


def test_a_text_is_read_in_time_in_proportion_to_its_length():
    """All in another process with a limit of memory and of processor time: a hang would be killed there."""
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from yanlian.engine.feel import FeelError, parse, parse_unary_tests
for unit in {LONG!r}:
    text = unit * ({MAX_LENGTH} // 2 // len(unit))
    for read in (parse, parse_unary_tests):
        try:
            read(text)
        except FeelError:
            pass
for text in ("{{" + "a " * 49_000 + ":1}}", "f(" + "a " * 49_000 + ")", "for " + "a " * 49_000, "x in " * 15_000):
    try:
        parse(text)
    except FeelError:
        pass
print("read")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "read\n", done.stderr[-2000:]


@pytest.mark.parametrize("text", ENDLESS, ids=lambda text: text[:40])
def test_endless_work_is_refused(text: str):
    with pytest.raises(FeelError) as refused:
        compile_expression(text, where="第一条").evaluate({}, steps=200_000)
    assert refused.value.code == "feel_limit"
    assert refused.value.text("en")


def test_callbacks_share_the_budget_and_the_depth_of_the_evaluation_that_made_them():
    text = "sort([3, 1, 2], function(a, b) (every i in 1..300 satisfies i > 0) and a < b)"
    assert compile_expression(text).evaluate({}, steps=20_000) == [1, 2, 3]
    with pytest.raises(FeelError):
        compile_expression(text).evaluate({}, steps=500)


def test_the_list_of_results_so_far_may_be_looked_at_for_long():
    fibonacci = "(for i in 1..3000 return if i < 3 then 1 else modulo(partial[-1] + partial[-2], 1000))[-1]"
    assert compile_expression(fibonacci).evaluate({}, steps=100_000) == 0
    kept = compile_expression("for i in 1..4 return partial").evaluate({})
    assert kept == [[], [[]], [[], [[]]], [[], [[]], [[], [[]]]]]


def test_a_lone_surrogate_never_gets_into_a_value():
    for text in ('"\\uD83D"', '"\\uDC0E\\uD83D"', '"a\ud83d"', "{\udc0e: 1}"):
        with pytest.raises(FeelError) as refused:
            parse(text)
        assert refused.value.text("en").encode("utf-8")


def test_durations_do_not_grow_beyond_what_can_be_written():
    text = '(for i in 1..500 return if i = 1 then @"PT9S" else partial[-1] + partial[-1])[-1]'
    assert compile_expression(text).evaluate({}) is None
