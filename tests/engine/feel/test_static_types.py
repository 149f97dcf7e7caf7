"""Which type a FEEL text has, and what is said about a text that can never give a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from yanlian.base.refusal import catalogue
from yanlian.engine.feel import (
    DateTime,
    DaysTime,
    Function,
    Range,
    Time,
    YearsMonths,
    ast,
    compile_expression,
    parse,
    parse_unary_tests,
    print_expression,
)
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.properties import property_of
from yanlian.engine.feel.static import Typed, conforms, fits, infer, infer_tests, join, overlaps
from yanlian.engine.feel.static.builtin_types import SIGNATURES
from yanlian.engine.feel.static.members import PROPERTIES, path_type
from yanlian.engine.feel.types import is_instance
from yanlian.engine.feel.values import Fault


def kind(text: str, types: Mapping[str, ast.Type] | None = None) -> ast.Type:
    tree = parse(f"null instance of {text}", types=types or ())
    assert isinstance(tree, ast.InstanceOf)
    return tree.type


NODE = {"tNode": kind("context<value: number, next: list<tNode>>"), "tSelf": kind("tSelf"), "tMoney": kind("number")}
NODE["tEndless"] = kind("list<tEndless>", NODE | {"tEndless": kind("Any")})
NAMES = {
    "n": kind("number"),
    "s": kind("string"),
    "b": kind("boolean"),
    "d": kind("date"),
    "ns": kind("list<number>"),
    "c": kind("context<a: number, b: string>"),
    "cs": kind("list<context<a: number, b: string>>"),
    "o": kind("context<>"),
    "any": kind("Any"),
    "f": kind("function<number, string> -> date"),
    "node": kind("tNode"),
    "loop": kind("tSelf"),
    "endless": kind("tEndless"),
    "r": kind("range<number>"),
    "营业收入": kind("tMoney"),
}


def typed(text: str, *, strict: bool = False, expected: ast.Type | None = None) -> Typed:
    return infer(parse(text, names=NAMES, types=NODE), NAMES, types=NODE, strict=strict, expected=expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n + 1", "number"),
        ("s + s", "string"),
        ("d - d", "days and time duration"),
        ('d + @"P1M"', "date"),
        ('@"P1D" * n', "days and time duration"),
        ('@"P1Y" / @"P1M"', "number"),
        ('@"12:00:00" - @"PT1H"', "time"),
        ("any + n", "number"),
        ("any + s", "string"),
        ("any + any", "Any"),
        ("any ** any", "number"),
        ("-n", "number"),
        ("n > 1 and b", "boolean"),
        ("n in [1..3]", "boolean"),
        ("n instance of string", "boolean"),
        ("if b then n else null", "number"),
        ("if b then n else s", "Any"),
        ("[1, n]", "list<number>"),
        ("[1, s]", "list<Any>"),
        ("[]", "list<Null>"),
        ("[1..n]", "range<number>"),
        ("[1..n].start", "number"),
        ("[1..n].end included", "boolean"),
        ("(< d)", "range<date>"),
        ("{x: n, y: x + 1, z: [y]}", "context<x: number, y: number, z: list<number>>"),
        ("{x: n}.x", "number"),
        ("c.b", "string"),
        ("o.whatever", "Any"),
        ("cs.a", "list<number>"),
        ("[cs, cs].b", "list<list<string>>"),
        ("d.year", "number"),
        ("ns[1]", "number"),
        ("ns[-1]", "number"),
        ("ns[item > 1]", "list<number>"),
        ("ns[n]", "Any"),
        ("n[item > 0]", "list<number>"),
        ("cs[a > n].b", "list<string>"),
        ("cs[a > n][1].b", "string"),
        ("any[item > 1]", "list<Any>"),
        ("for i in ns return i * 2", "list<number>"),
        ("for i in 1..n return [i, s]", "list<list<Any>>"),
        ("for i in d..d return i", "list<date>"),
        ("for i in [1..3] return i", "list<number>"),
        ("for i in s return i", "list<string>"),
        ("for i in ns, j in cs return {i: i, j: j.b}", "list<context<i: number, j: string>>"),
        ("some i in ns satisfies i > 1", "boolean"),
        ("function(x: number, y) x", "function<number, Any> -> number"),
        ("(function(x: number) x > 1)(2)", "boolean"),
        ("{g: function(x: number) [x], r: g(1)}.r", "list<number>"),
        ("f(1, s)", "date"),
        ("f(x: 1, y: s)", "date"),
        ("if b then function(x) 1 else function(x, y) 2", "function"),
        ("-any", "Any"),
        ("n in r", "boolean"),
        ("endless.x", "Any"),
        ("context merge([{a: 1}, {a: n}])", "context<a: number>"),
        ("context merge([{a: 1}, {b: n}])", "context<>"),
        ("insert before(position: 1, newItem: n, list: ns)", "list<number>"),
        ("f", "function<number, string> -> date"),
        ("min(ns)", "number"),
        ("max(n, 3)", "number"),
        ("max([d, d])", "date"),
        ('max([@"P1D"])', "days and time duration"),
        ("append(ns, 1)", "list<number>"),
        ("append(ns, s)", "list<Any>"),
        ("concatenate(ns, [s])", "list<Any>"),
        ("concatenate(ns, ns)", "list<number>"),
        ("sort(cs, function(x, y) x.a < y.a)", "list<context<a: number, b: string>>"),
        ("flatten([[ns], [ns]])", "list<number>"),
        ("insert before(ns, 1, s)", "list<Any>"),
        ("abs(n)", "number"),
        ('abs(@"-P1D")', "days and time duration"),
        ("abs(any)", "Any"),
        ("abs([n])", "number"),
        ('get value(c, "a")', "number"),
        ("get value(c, s)", "Any"),
        ("get entries({x: 1, y: n})", "list<context<key: string, value: number>>"),
        ('context put(c, "k", d)', "context<a: number, b: string, k: date>"),
        ('duration("P1Y")', "years and months duration"),
        ("duration(s)", "Any"),
        ("date(2024, 1, 1)", "date"),
        ("today()", "date"),
        ("min(c1: n, c2: 2)", "number"),
        ("node.next.next.value", "list<list<number>>"),
        ("营业收入 * 2", "number"),
        ("loop.x", "Any"),
        ("nobody + 1", "number"),
        ("if b then c else {a: 1}", "context<>"),
    ],
)
def test_a_text_has_the_type_of_its_values(text: str, expected: str):
    found = typed(text)
    assert [fault.text() for fault in found.faults] == []
    assert print_expression(found.type) == expected


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("s + 1", "feel_type_operator", 1),
        ("1 + (d + n)", "feel_type_operator", 6),
        ("b + any", "feel_type_operator", 1),
        ("ns + 1", "feel_type_operator", 1),
        ("-s", "feel_type_negate", 1),
        ("n + null", "feel_type_null", 1),
        ("n > null", "feel_type_null", 1),
        ('1 < "x"', "feel_type_compare", 1),
        ('n = "1"', "feel_type_compare", 1),
        ('d = @"2024-01-01T00:00:00"', "feel_type_compare", 1),
        ("b < b", "feel_type_order", 1),
        ("c > any", "feel_type_order", 1),
        ("b and n", "feel_type_logic", 7),
        ("not(n)", "feel_type_argument", 5),
        ("if n then 1 else 2", "feel_type_condition", 4),
        ("every i in ns satisfies i", "feel_type_condition", 25),
        ("ns[s]", "feel_type_filter", 4),
        ("c.z", "feel_type_entry", 1),
        ("cs[a > 1].z", "feel_type_entry", 1),
        ('get value(c, "z")', "feel_type_entry", 1),
        ("n.year", "feel_type_property", 1),
        ("r.middle", "feel_type_property", 1),
        ("s in r", "feel_type_test", 6),
        ("n in (> null)", "feel_type_null", 7),
        ("ns.year", "feel_type_property", 1),
        ("{a: 1, a: 2}", "feel_type_entry_twice", 8),
        ("substring(n, 1)", "feel_type_argument", 11),
        ("substring(string: s, start position: s)", "feel_type_argument", 38),
        ("sum([s])", "feel_type_argument", 5),
        ("sum(1, s)", "feel_type_argument", 8),
        ("abs(d)", "feel_type_argument", 5),
        ("before(d, n)", "feel_type_compare", 1),
        ('f("x", s)', "feel_type_argument", 3),
        ("(function(x: number) x)(d)", "feel_type_argument", 25),
        ("substring(s)", "feel_type_arguments", 1),
        ("f(1)", "feel_type_arguments", 1),
        ("substring(text: s, from: 1)", "feel_type_names", 1),
        ("n(1)", "feel_type_call", 1),
        ('[1.."a"]', "feel_type_range", 1),
        ('for i in "a".."b" return i', "feel_type_loop", 5),
        ('s in (1, "a")', "feel_type_test", 7),
        ("s in [1..3]", "feel_type_test", 6),
        ("n between 1 and s", "feel_type_compare", 17),
        ('@"someday"', "feel_type_literal", 1),
    ],
)
def test_what_can_never_give_a_value_is_a_fault_with_its_place(text: str, code: str, column: int):
    (fault,) = typed(text).faults
    assert (fault.code, fault.place.line, fault.place.column) == (code, 1, column)
    assert fault.data["column"] == column


@pytest.mark.parametrize(
    "text",
    [
        "x.y.z[w] + 1",
        "s = null",
        "null = null",
        "b or n",
        "[1] = []",
        '{x: 1} = {y: "a"}',
        "count(n)",
        "string length([s])",
        "any(1)(2)",
        "min([])",
        "cs[1].a + 1",
    ],
)
def test_what_may_give_a_value_is_no_fault(text: str):
    assert typed(text).faults == ()


def test_the_place_of_a_fault_has_its_line():
    (fault,) = typed('if b\nthen n\nelse n + "x"').faults
    assert (fault.place.line, fault.place.column) == (3, 6)
    assert "Line 3, column 6" in fault.text("en")
    assert "第3行第6列" in fault.text("zh")


def test_a_fault_says_what_was_expected_and_found_in_both_languages():
    (fault,) = typed("sum([s])").faults
    assert fault.data["found"] == "list<string>"
    assert "should be list of number" in fault.text("en")
    assert "应为列表（数）" in fault.text("zh")
    assert "实为列表（文本）" in fault.text("zh")
    (mixed,) = typed("-[1, s]").faults
    assert "found list;" in mixed.text("en")
    (missing,) = typed("{营业收入: 1}.营业收人").faults
    assert missing.data["hint"] == "营业收入"


def test_every_sentence_can_be_said():
    for code, entry in catalogue().items():
        if code.startswith("feel_type_"):
            assert entry["zh_do"], code
            assert entry["en_do"], code


def test_every_expression_of_a_tree_has_its_type():
    tree = parse("for i in [1, 2] return {x: i}.x", names=NAMES)
    found = infer(tree, NAMES)
    assert isinstance(tree, ast.For)
    assert isinstance(tree.body, ast.Path)
    assert print_expression(found.type_of(tree.iterations[0].source)) == "list<number>"
    assert print_expression(found.type_of(tree.body.source)) == "context<x: number>"
    assert found.type_of(tree) == found.type == kind("list<number>")


def test_names_and_types_nobody_knows_are_faults_only_where_the_caller_asks():
    assert typed("营业收人 + 1").faults == ()
    (fault,) = typed("营业收人 + 1", strict=True).faults
    assert (fault.code, fault.data["hint"]) == ("feel_type_name", "营业收入")
    (fault,) = typed("cs[aa > 1]", strict=True).faults
    assert fault.data["hint"] == "a"
    (fault,) = typed("n instance of tMonney", strict=True).faults
    assert (fault.code, fault.data["hint"]) == ("feel_type_unknown", "tMoney")
    assert typed("for i in ns, j in cs[a > n] return i + j.a + sum(ns[item > 1])", strict=True).faults == ()


def test_a_result_that_is_not_what_was_declared_is_a_fault():
    assert typed("n + 1", expected=kind("tMoney")).faults == ()
    assert typed("ns", expected=kind("number")).faults == ()
    assert typed("d", expected=kind("list<date and time>")).faults == ()
    (fault,) = typed("n + 1", expected=kind("string")).faults
    assert fault.code == "feel_type_result"


@pytest.mark.parametrize(
    ("text", "subject", "faults"),
    [
        ("> 5", "number", 0),
        ("> 5", "string", 1),
        ("> 5", "list<number>", 1),
        ('"a", "b"', "string", 0),
        ('"a", 1', "string", 1),
        ("not(1)", "string", 1),
        ("[1..3]", "number", 0),
        ("[1..3]", "string", 1),
        ("-", "string", 0),
        ("null", "string", 0),
        ("? > n", "number", 0),
        ("cs.a", "number", 0),
        ("cs.a", "string", 1),
        ("contains(?, s)", "string", 0),
        ("> 5", "Any", 0),
        ("true", "string", 0),
    ],
)
def test_a_cell_that_can_never_match_its_input_is_a_fault(text: str, subject: str, faults: int):
    found = infer_tests(parse_unary_tests(text, names=NAMES), kind(subject), NAMES)
    assert [fault.code for fault in found.faults] == ["feel_type_test"] * faults


def test_a_restricted_type_is_treated_as_its_base():
    restricted = ast.Restricted(kind("string"), parse_unary_tests('"a", "b"'), lambda value: True)
    (fault,) = infer(parse("-x"), {"x": restricted}).faults
    assert "found string" in fault.text("en")
    assert conforms(restricted, kind("string"), {})


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        ("number", "Any", True),
        ("Any", "number", False),
        ("Null", "list<string>", True),
        ("list<number>", "list<Any>", True),
        ("list<Any>", "list<number>", False),
        ("range<number>", "range<number>", True),
        ("range<number>", "list<number>", False),
        ("context<a: number, b: string>", "context<a: number>", True),
        ("context<a: number>", "context<a: number, b: string>", False),
        ("context<a: number>", "context<>", True),
        ("function<Any> -> number", "function<string> -> number", True),
        ("function<string> -> number", "function<Any> -> number", False),
        ("function<number> -> number", "function<number> -> Any", True),
        ("function<number> -> number", "function<> -> number", False),
        ("function<context<a: string>> -> string", "function<context<a: string, b: string>> -> string", True),
        ("day and time duration", "days and time duration", True),
        ("tNode", "tNode", True),
        ("tNode", "context<next: list<context<value: number>>>", True),
        ("tNode", "context<next: list<context<value: string>>>", False),
        ("tMoney", "number", True),
    ],
)
def test_types_conform_as_the_standard_says(a: str, b: str, answer: bool):
    assert conforms(kind(a, NODE), kind(b, NODE), NODE) is answer


def test_types_that_refer_to_themselves_come_to_an_end():
    other = {**NODE, "tOther": kind("context<value: number, next: list<tOther>>", {"tOther": kind("Any")})}
    assert conforms(kind("tNode", other), kind("tOther", other), other)
    assert print_expression(join(kind("tNode", other), kind("tOther", other), other)) == (
        "context<value: number, next: list<Any>>"
    )
    assert overlaps(kind("tSelf", other), kind("number"), other)
    assert fits(kind("list<list<number>>"), kind("number"), other)
    assert fits(kind("tEndless", NODE), kind("number"), NODE)
    assert not fits(kind("function<> -> Any"), kind("function<number> -> Any"), NODE)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('(function() "x") instance of function<> -> string', True),
        ("(function() 123) instance of function<> -> string", False),
        ("(function(a: number) a) instance of function<number> -> number", True),
        ("(function(a: number) a) instance of function<string> -> number", False),
        ("(function(a: number) a) instance of function<Any> -> number", False),
        ("(function(a) 1) instance of function<string> -> number", True),
        ("(function(a, b) 1) instance of function<string> -> number", False),
        ('(function(a: list<number>) {b: "b"}) instance of function<list<number>> -> context<b: string>', True),
        ('(function(a: list<number>) {b: "b"}) instance of function<list<number>> -> context<c: string>', False),
        ('[function(a: string) 1, function(a) "x"] instance of list<function<string> -> number>', False),
        ("abs instance of function<number> -> number", True),
        ("abs instance of function<string> -> number", False),
        ("substring instance of function<string, number> -> string", True),
        ("substring instance of function<string, number, number> -> number", False),
        ("sum instance of Any", True),
        ("[] instance of list<number>", True),
        ("[null] instance of list<number>", True),
        ("[1, 2] instance of list<string>", False),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{a: 1} instance of context<a: number, b: number>", False),
        ("[1..2] instance of range<number>", True),
    ],
)
def test_instance_of_asks_functions_for_their_whole_type(text: str, answer: bool):
    assert compile_expression(text).evaluate() is answer


def test_a_function_from_outside_is_asked_for_its_parameters_only():
    given = Function("g", ("x",), lambda x: x)
    assert is_instance(given, kind("function<number> -> string"), {}) is True
    assert is_instance(given, kind("function<> -> string"), {}) is False


def test_every_built_in_function_has_the_signatures_it_can_be_called_with():
    assert set(SIGNATURES) == set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        signatures = SIGNATURES[name]
        for names in (function.parameters, *function.others):
            assert any(one.named(names) is not None for one in signatures), (name, names)
        for signature in signatures:
            own = tuple(parameter.name for parameter in signature.parameters)
            assert any(own[: len(names)] == names for names in (function.parameters, *function.others)), (name, own)
        assert any(p.many for one in signatures for p in one.parameters) is function.variadic, name
        if function.numbered:
            assert signatures[0].named([*function.parameters[:-1], f"{function.numbered}1"]) is not None, name


@pytest.mark.parametrize(
    "value",
    [
        date(2024, 1, 1),
        Time(1, 2, 3, 0, 3600),
        Time(1, 2, 3, zone="Asia/Shanghai"),
        DateTime(date(2024, 1, 1), Time(1, 2, 3, 0, 0)),
        YearsMonths(14),
        DaysTime.of(1),
        Range(Decimal(1), Decimal(2)),
    ],
)
def test_every_property_has_the_type_that_it_gives(value: object):
    own = compile_expression("x").evaluate({"x": value})
    names = {name for group in PROPERTIES.values() for name in group} | {"start", "end", "start included", "low"}
    type_name = "range<number>" if isinstance(value, Range) else next(
        one for one in PROPERTIES if is_instance(own, kind(one), {}) is True
    )  # fmt: skip
    for name in names:
        found, expected = property_of(value, name), path_type(kind(type_name), name, {})
        if expected is None:
            assert isinstance(found, Fault), name
        else:
            assert found is None or is_instance(found, expected, {}) is True, name


def test_a_high_tree_is_walked_without_recursion():
    deep = "1" + " + 1" * 250
    assert typed(deep).type == kind("number")
    nested = parse("[" * 150 + "1" + "]" * 150)
    assert print_expression(infer(nested, {}).type).startswith("list<")
    tree: ast.Expression = ast.Number(Decimal(1))
    for _ in range(20_000):
        tree = ast.Negate(tree)
    assert infer(tree, {}).type == kind("number")


def test_types_do_not_grow_without_end():
    entries = ", ".join(f"x{i}: {{l: x{i - 1}, r: x{i - 1}}}" for i in range(1, 80))
    found = typed(f"{{x0: 1, {entries}}}")
    assert len(print_expression(found.type)) < 10_000
    parameters = ", ".join(f"p{i}" for i in range(1_100))
    asked = ", ".join(["Any"] * 1_100)
    text = f"(function({parameters}) 1) instance of function<{asked}> -> number"
    assert compile_expression(text).evaluate() is True
