"""Patterns of XPath: what they match, what is none, what a replacement may be, and that none takes seconds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.engine.feel.builtins.pattern_machine import Machine, TooSlow
from yanlian.engine.feel.builtins.pattern_sets import caseless, difference, named, negation, union
from yanlian.engine.feel.builtins.pattern_tree import read
from yanlian.engine.feel.builtins.patterns import compiled
from yanlian.engine.feel.builtins.text import matches, replace, split
from yanlian.engine.feel.values import Fault


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("abab", r"^(ab)\1$", "", True),
        ("abac", r"^(ab)\1$", "", False),
        ("aBAb", r"^(ab)\1$", "i", True),
        ("a" * 11, r"^(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)\10$", "", True),
        ("aa0", r"^(a)\10$", "", True),
        ("αβγ", r"^\p{IsGreek}+$", "", True),
        ("αβγ", r"^\p{IsGreekandCoptic}+$", "", True),
        ("中文", r"^\p{IsCJKUnifiedIdeographs}{2}$", "", True),
        ("é", r"\p{IsLatin-1Supplement}", "", True),
        ("a", r"\P{IsBasicLatin}", "", False),
        ("bcd", r"^[a-z-[aeiou]]+$", "", True),
        ("bad", r"^[a-z-[aeiou]]+$", "", False),
        ("e", "^[a-z-[a-d-[b]]]$", "", True),
        ("b", "^[a-z-[a-d-[b]]]$", "", True),
        ("c", "^[a-z-[a-d-[b]]]$", "", False),
        ("A1", r"^[\P{L}]+$", "", False),
        ("1_", r"^[\P{L}]+$", "", True),
        ("_a:b-1.", r"^\i\c*$", "", True),
        ("1a", r"^\i", "", False),
        ("a", r"[\I\C]", "", False),
        ("٣", r"^\d$", "", True),
        ("a\u00a0b", r"a\sb", "", False),
        ("a\tb", r"a\sb", "", True),
        ("_", r"\w", "", False),
        ("+", r"\w", "", True),
        ("K", "k", "i", True),
        ("k", "[^K]", "i", False),
        ("Ä", "[ä-ö]", "i", True),
        ("a", r"\p{Lu}", "i", False),
        ("helloworld", "hello[ ] world", "x", False),
        ("hello world", "hello[ ] w o r l d", "x", True),
        ("a\nb", "a.b", "", False),
        ("a\rb", "a.b", "", False),
        ("a\nb", "a.b", "s", True),
        ("a\nb", "^b", "", False),
        ("a\nb", "^b", "m", True),
        ("a\nb", "a$", "m", True),
        ("a\n", "a$", "", False),
        ("a\n", "^$", "m", False),
        ("A.B", "a.b", "qi", True),
        ("axb", "a.b", "q", False),
        ("a b", "a b", "qx", True),
        ("a-b", "[a-]b", "", True),
        ("]", r"[\]]", "", True),
        ("\\", r"[\\]", "", True),
        ("aaa", "^a{2,3}$", "", True),
        ("a", "^a{2}$", "", False),
        ("ab", "^(?:a)(b)$", "", True),
        ("", "", "", True),
        ("b", "a|b|", "", True),
    ],
)
def test_patterns_are_those_of_xpath(text: str, pattern: str, flags: str, expected: bool):
    assert matches(text, pattern, flags) is expected
    if "\\1" not in pattern:
        tree, groups = read(pattern, flags) if "q" not in flags else (None, 0)
        if tree is not None:
            assert (Machine(tree, groups, lines="m" in flags).search(text) is not None) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "[", "[]", "[^]", "[a", "[z-a]", "a]", "a{", "a}", "a{,2}", "a{3,2}", "*", "a**", "a++", "a??+"),
        *(
            "(?=a)",
            "(?i)a",
            "(?<x>a)",
            r"\q",
            r"\b",
            r"\/",
            r"\p{Xx}",
            r"\p{IsNowhere}",
            r"\p{L",
            "\\",
            r"\1",
            r"(a\1)",
        ),
        *(r"(a)\2", r"[a\1]", "[a-b-c]", r"[\d-a]", r"[a-\d]", "[[a]", "[a-[b]c]", "(" * 60 + ")" * 60, "a" * 1001),
    ],
)
def test_what_is_no_pattern_gives_null_with_a_reason(pattern: str):
    for found in (matches("a", pattern), replace("a", pattern, ""), split("a", pattern)):
        assert isinstance(found, Fault)
        assert found.code == "feel_pattern"


def test_flags_are_those_of_xpath():
    assert isinstance(matches("a", "a", "g"), Fault)
    assert matches("a", "a", "smixx") is True


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("abcd", "(ab)|(a)", "[1=$1][2=$2]"), "[1=ab][2=]cd"),
        (("abc", "(b)", "<$0$1$2>"), "a<bb>c"),
        (("abc", "(b)", "$10"), "ab0c"),
        (("abc", "b", r"\$\\"), r"a$\c"),
        (("a.c", ".", "$", "q"), "a$c"),
        (("abracadabra", "a(.)", "a$1$1"), "abbraccaddabbra"),
        (("AAAA", "A+?", "b"), "bbbb"),
    ],
)
def test_replacements_know_groups_and_escapes(arguments: tuple[str, ...], expected: str):
    assert replace(*arguments) == expected


@pytest.mark.parametrize("replacement", ["$", "a$b", "\\", r"\a", "$x"])
def test_a_replacement_that_is_not_well_formed_gives_null(replacement: str):
    assert isinstance(replace("abc", "b", replacement), Fault)


@pytest.mark.parametrize("pattern", ["", "x*", "a?", "^", "$", "(|a)", "()"])
def test_a_pattern_that_matches_the_empty_text_neither_replaces_nor_splits(pattern: str):
    for found in (replace("abc", pattern, "-"), split("abc", pattern)):
        assert isinstance(found, Fault)
        assert found.code == "feel_pattern_empty"


HARD = [
    ("a" * 100_000, "(a+)+b"),
    ("a" * 100_000, "a*a*a*a*b"),
    ("a" * 50_000, "(a|aa)+b"),
    ("a" * 30, "a?" * 30 + "a" * 30),
    ("a" * 5_000, r"(a*)*\1b"),
    ("a" * 3_000, r"(.*)(.*)(.*)\1b"),
    ("x" * 1_000_000, "x*y"),
    ("ab" * 10_000, "((a|b)*(ab)*)*c"),
    ("a" * 900, "(((a{0,30}){0,30}){0,30}){0,30}b"),
    ("a" * 900, "((a{1,99}){1,99}){1,99}$"),
]


@pytest.mark.parametrize(("text", "pattern"), HARD)
def test_no_pattern_takes_seconds(text: str, pattern: str):
    for run in (lambda: matches(text, pattern), lambda: replace(text, pattern, "-"), lambda: split(text, pattern)):
        begin = time.process_time()
        run()
        assert time.process_time() - begin < 2


def test_a_hard_pattern_is_answered_where_the_text_is_short_enough():
    assert matches("a" * 2_000 + "b", "^(a|aa)+b$") is True
    assert matches("a" * 2_000 + "c", "^(a|aa)+b$") is False
    assert matches("www." * 100 + "cn", r"^([a-z0-9]+\.)+[a-z]+$") is True
    assert replace("a" * 2_000 + "b", "(a|aa)+b", "<$1>") == "<a>"


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a)", "(b|c)", "(?:ab|a)", "^", "$"])
PIECES = st.tuples(ATOMS, st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}", "{0,2}?"])).map(
    "".join
)
PATTERNS = st.lists(st.lists(PIECES, min_size=1, max_size=4).map("".join), min_size=1, max_size=2).map("|".join)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, st.text("abc\n", max_size=8))
def test_the_machine_finds_what_backtracking_finds(pattern: str, text: str):
    regex = compiled(pattern, "", 0)
    assert not isinstance(regex, (Fault, Machine))
    tree, groups = read(pattern, "")
    machine = Machine(tree, groups, lines=False)
    found, wanted = machine.search(text), regex.search(text)
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        assert (found.start(), found.end()) == (wanted.start(), wanted.end())
    assert [(hit.start(), hit.end()) for hit in machine.finditer(text)][:1] == [
        (hit.start(), hit.end()) for hit in regex.finditer(text)
    ][:1]


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), max_size=5).map(
    lambda pairs: union(tuple((first, first + size) for first, size in pairs))
)


@given(SPANS, SPANS, st.integers(0, 60))
def test_sets_of_characters_are_sets(a: tuple[tuple[int, int], ...], b: tuple[tuple[int, int], ...], code: int):
    def has(spans: tuple[tuple[int, int], ...]) -> bool:
        return any(first <= code <= last for first, last in spans)

    assert has(union(a, b)) == (has(a) or has(b))
    assert has(negation(a)) != has(a)
    assert has(difference(a, b)) == (has(a) and not has(b))


def test_case_is_closed_over_large_sets_too():
    letters = named("Ll")
    assert letters is not None
    assert union(caseless(letters), ((65, 90),)) == caseless(letters)


def test_the_machine_says_when_it_has_had_enough():
    tree, groups = read("(a|aa)*b", "")
    with pytest.raises(TooSlow):
        Machine(tree, groups, lines=False).search("a" * 1_000_000)
