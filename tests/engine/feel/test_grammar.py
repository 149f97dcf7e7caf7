"""What FEEL text means: names, literals, precedence, places of mistakes, limits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yanlian.engine.feel import (
    FeelError,
    Range,
    ast,
    compile_expression,
    compile_unary_tests,
    parse,
    parse_unary_tests,
)


def value(text: str, **variables: object) -> object:
    return compile_expression(text, names=variables).evaluate(variables)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("-2 ** 2", "4"),
        ("2 ** 3 ** 2", "64"),
        ("10 - 4 - 3", "3"),
        ("100 / 10 / 2", "5"),
        (".5 + 1.", None),
        ("1e3", "1000"),
        ("--3", "3"),
        ("1 /* 一 */ + 2 // 二", "3"),
    ],
)
def test_operators_bind_as_in_the_standard(text: str, expected: str | None):
    if expected is None:
        with pytest.raises(FeelError):
            value(text)
    else:
        assert value(text) == Decimal(expected)


def test_numbers_are_exact_decimals_of_34_digits():
    assert value("0.1 + 0.2 = 0.3") is True
    assert value("1 / 3") == Decimal("0." + "3" * 34)
    assert value("2 / 3") == Decimal("0." + "6" * 33 + "7")
    assert value("10000000000000000000000000000000 + 0.01") == Decimal("10000000000000000000000000000000.01")


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_a_name_with_a_sign_is_one_name_when_it_is_known(sign: str):
    name = f"净值 {sign} 税"
    assert compile_expression(f"净值{sign}税", names=[name]).evaluate({name: 5}) == 5
    assert compile_expression(f"净值{sign}税").evaluate({"净值": 6, "税": 2}) is not None


def test_the_longest_known_name_wins():
    names = ["上年", "上年 营业收入", "营业收入"]
    assert (
        compile_expression("上年 营业收入 + 营业收入", names=names).evaluate({"上年 营业收入": 1, "营业收入": 2}) == 3
    )
    assert parse("date and time(x)") == ast.Call(ast.Name("date and time"), (ast.Name("x"),))


def test_names_bound_inside_the_text_may_have_spaces():
    assert value("for 一 项 in [1, 2] return 一 项 * 2") == [2, 4]
    assert value("some 一 项 in [1, 2] satisfies 一 项 > 1") is True
    assert value("(function(基 数, 比 例) 基 数 * 比 例)(10, 0.3)") == 3
    assert value("{应 付 额: 5, 实 付 额: 应 付 额 - 1}.实 付 额") == 4
    assert value("[{应 付 额: 5}, {应 付 额: 7}][应 付 额 > 5].应 付 额") == [7]


def test_chinese_text_and_escapes():
    assert value('"\\u8F6F\\u4EF6" = "软件"') is True
    assert value('"\\uD83D\\uDC0E" = "\\U01F40E"') is True
    assert value('"a\\n\\t\\"b\\""') == 'a\n\t"b"'
    assert value('string length("芯片设计")') == 4


def test_ranges_in_every_spelling():
    for text, low, high in [("[1..3]", True, True), ("(1..3]", False, True), ("]1..3[", False, False)]:
        assert value(text) == Range(Decimal(1), Decimal(3), low, high)
    assert value("[1..3[") == value("[1..3)")
    assert value("5 in (> 4)") is True
    assert value("(< 10)") == Range(None, Decimal(10), low_closed=False, high_closed=False)
    assert value("3 in ]1..3[ and true") is False
    assert value("[a..b[", a=1, b=2) == Range(Decimal(1), Decimal(2), low_closed=True, high_closed=False)


def test_literals_with_at_are_dates_times_and_durations():
    assert value('@"2024-02-29"') == date(2024, 2, 29)
    assert value('@"2023-02-29"') is None
    assert str(value('@"P1Y2M"')) == "P1Y2M"
    assert str(value('@"PT36H"')) == "P1DT12H"
    assert str(value('@"2024-05-01T08:00:00@Asia/Shanghai"')) == "2024-05-01T08:00:00@Asia/Shanghai"


def test_nodes_know_their_places():
    tree = parse("1 +\n  营业收入")
    assert isinstance(tree, ast.Arithmetic)
    assert (tree.right.place.line, tree.right.place.column) == (2, 3)
    assert "1 +\n  营业收入"[tree.right.place.start : tree.right.place.end] == "营业收入"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 +", 1, 4),
        ("年报 营业收入", 1, 4),
        ("if a then b", 1, 12),
        ("(1, 2)", 1, 3),
        ('"没有结尾', 1, 1),
        ("a and\n  and b", 2, 3),
        ("for i in x return", 1, 18),
        ("[1, 2", 1, 6),
        ("{a: 1, a b}", 1, 8),
        ("f(a: 1, 2)", 1, 9),
        ("1 # 2", 1, 3),
        ("", 1, 1),
        ("x instance of list<", 1, 20),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, line: int, column: int):
    with pytest.raises(FeelError) as refused:
        parse(text, where="第十条")
    assert refused.value.code == "feel_syntax"
    assert (refused.value.data["line"], refused.value.data["column"]) == (line, column)
    assert "第十条" in refused.value.text("zh")
    assert "第十条" in refused.value.text("en")


def test_a_second_word_after_a_name_hints_at_the_known_name():
    with pytest.raises(FeelError) as refused:
        parse("营业 收人 > 1", names=["营业 收入"])
    assert refused.value.data["hint"] == "营业 收入"


def test_strict_names_refuse_what_nobody_declared():
    compile_expression(
        "营业收入 > 1 and count(贷款[余额 > 门槛]) > 0", names=["营业收入", "贷款", "余额", "门槛"], strict_names=True
    )
    with pytest.raises(FeelError) as refused:
        compile_expression("营业收人 > 1", names=["营业收入"], strict_names=True, where="第三条")
    assert refused.value.code == "feel_name_unknown"
    assert refused.value.data["hint"] == "营业收入"
    assert refused.value.data["column"] == 1
    assert "营业收入" in refused.value.text("zh")


def test_what_an_expression_reads_is_known_beforehand():
    text = "年报.营业收入 > 门槛 and count(贷款[余额 > 下限]) > 0 and (for x in 专利 return x.类型) = []"
    compiled = compile_expression(text)
    assert compiled.free_names == {"年报", "门槛", "贷款", "余额", "下限", "专利"}
    assert compiled.item_names == {"余额", "下限"}
    assert {("年报", "营业收入"), ("门槛",), ("贷款", "余额"), ("专利", "类型")} <= compiled.paths
    assert ("年报",) not in compiled.paths


def test_hostile_texts_are_refused_with_their_place():
    for text in ("(" * 300 + "1" + ")" * 300, "-" * 5000 + "1", "[" * 300, "1" + "+1" * 5000, "a" + "[1" * 300):
        with pytest.raises(FeelError) as refused:
            parse(text)
        assert refused.value.code == "feel_too_deep"
    with pytest.raises(FeelError) as refused:
        parse("1" * 100_001)
    assert refused.value.code == "feel_too_long"


def test_a_chain_of_conditions_may_be_long():
    text = " or ".join(f'行业 = "第{i}类"' for i in range(200))
    assert value(text, 行业="第150类") is True
    assert value("(" * 150 + "1" + ")" * 150) == 1


@pytest.mark.parametrize(
    "text",
    [
        "count(for i in 1..9999999 return i)",
        "for i in 1..3000, j in 1..3000, k in 1..3000 return i",
        '(for i in 1..60 return if i = 1 then "aa" else partial[-1] + partial[-1])[-1]',
        "(for i in 1..60 return if i = 1 then [1, 2] else concatenate(partial[-1], partial[-1]))[-1]",
        "{f: function(g) g(g), r: f(f)}.r",
        "every i in 1..5000, j in 1..5000 satisfies i + j > 0",
    ],
)
def test_endless_work_is_refused(text: str):
    with pytest.raises(FeelError) as refused:
        compile_expression(text, where="第一条").evaluate({}, steps=200_000)
    assert refused.value.code == "feel_limit"


def test_slow_patterns_are_run_in_time():
    assert value('matches("' + "a" * 200 + 'b", "(a+)+$")') is False
    assert value('matches("aab", "(a+)+b")') is True


def test_tests_of_a_cell():
    assert parse_unary_tests("-").tests == ()
    assert parse_unary_tests("not(1, 2)").negated
    assert not parse_unary_tests("not(a) and b").negated
    assert len(parse_unary_tests('"a", "b,c", [1..2]').tests) == 3


def test_numbers_no_engine_could_write_out_are_refused():
    assert value("1e6000 > 1e5999") is True
    with pytest.raises(FeelError):
        parse("1e999999999")


def test_patterns_of_xpath():
    assert value('matches("2024年", "^\\\\d{4}年$")') is True
    assert value('matches("' + "a" * 3000 + '", "a*a*b")') is False
    assert value('replace("a1b22", "\\\\d+", "<$0>")') == "a<1>b<22>"
    assert value('matches("abc", "[")') is None
    assert value('matches("abc", "(?=a)")') is None
    assert value('replace("abc", "b", "$")') is None


@pytest.mark.parametrize(
    "name",
    [
        "a+b",
        "it's",
        "first-name",
        "x/y",
        "a.b",
        "a*b",
        "a**b",
        "date of birth",
        "if only",
        "rate in percent",
        "for x",
        "not done",
        "null value",
        "count of x",
        "string value",
        "time offset",
        "R&D 费用",
        "税率(%)",
        "Größe der Wohnung",
        "имя файла",
        "年 末 人 数",
        "🐎 1",
        "profit and loss",
        "v1.5 total",
    ],
)
def test_a_known_name_of_several_words_or_signs_is_read_whole(name: str):
    spaced = f" {name} + 1"
    assert compile_expression(spaced, names=[name]).evaluate({name: 41}) == 42
    assert compile_expression(f"[{name}, if true then {name} else 0]", names=[name]).evaluate({name: 1}) == [1, 1]


def test_names_may_hide_built_in_functions():
    assert value("count + date", count=1, date=2) == 3
    assert compile_expression("count([1, 2])").evaluate() == 2
    assert value("for count in [1, 2] return count + 1") == [2, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 ** -1", "0.5"),
        ("1--1", "2"),
        ("1 - -1", "2"),
        ("1/*a*//*b*/+/**/2//c", "3"),
        ("// erst\n1 +\n// dann\n2", "3"),
        ("\ufeff1\u00a0+\u30002\u2028", "3"),
        ("\u200b1\u2003+\u1680 2\ufeff", "3"),
        ("a\ufeff+\u180ea", "2"),
        ("[{a: {b: 3}}][1].a.b", "3"),
        ("[[1, 2], [3, 4]][2][1]", "3"),
        ("{a: 1}.a + [5][1]", "6"),
        ('@"2024-02-01".month', "2"),
        ("(function(x, y: number) x ** y)(2, 3)", "8"),
        ("(function(f: function<number> -> number) f(2))(function(x) x + 1)", "3"),
        ("sum(for x in 1..3, y in x..3 return x * y)", "25"),
        ("sum(for i in 2 - 1..1 + 1 return i)", "3"),
        ("{method signature: 4, if: 1}.method signature", "4"),
    ],
)
def test_the_grammar_of_values(text: str, expected: str):
    assert value(text, a=1) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    [
        "5 in (>= 5)",
        "5 in (= 5)",
        "5 in (!= 4)",
        "5 in (1, 2, [3..5])",
        "5 in [1, 5]",
        "5 in > 4",
        "5 in (4..6)",
        "5 in ]4..6[",
        "not(5 in ]5..6[)",
        "5 between 1 and 6 and true",
        "5 between 1 and 2 + 4",
        "(true and false) = false",
        "1 = 1 = true",
        "]1..3[ instance of range<number>",
        "]1..3[ = (1..3)",
        "[1, 2] instance of list<number>",
        '{a: 1, b: "x"} instance of context<a: number, b: string>',
        '@"P1Y" instance of years and months duration',
        "(function(x: number) x) instance of function<number> -> Any",
        "null instance of Null",
        '@"2024-01-15" in [@"2024-01-01"..@"2024-01-31"]',
        "some x in [1, 2], y in [2, 3] satisfies x = y",
        "every x in [] satisfies false",
        'string length("a\nb\n") = 4',
        '"\\U01F40E\\u0041\\\\" = "\U0001f40eA\\\\"',
    ],
)
def test_the_grammar_of_conditions(text: str):
    assert value(text) is True


def test_a_definition_of_an_external_function_keeps_its_class_and_method():
    tree = parse('function(a, b) external {java: {class: "java.lang.Math", method signature: "max(int, int)"}}')
    assert isinstance(tree, ast.FunctionDefinition)
    assert tree.external
    assert isinstance(tree.body, ast.ContextLiteral)
    inner = tree.body.entries[0].value
    assert isinstance(inner, ast.ContextLiteral)
    assert [entry.key for entry in inner.entries] == ["class", "method signature"]


def test_comments_within_a_new_name_are_no_part_of_it():
    assert value("{基 /* 一 */ 数: 5, r: 基 数 + 1}.r") == 6


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ("< 5, > 10", 3, 7),
        ("not(< 5, > 10)", 7, 3),
        ("[1..3], 8", 8, 9),
        ("? > 5 and ? < 7", 6, 8),
        ("= 5", 5, 6),
        ("!= 5", 6, 5),
        ("]1..5[", 2, 5),
        ("not(5) ", 6, 5),
        ("1, null", None, 2),
        ('@"2024-01-01", (> @"2024-06-01")', date(2024, 7, 1), date(2024, 5, 1)),
    ],
)
def test_the_grammar_of_cells(cell: str, yes: object, no: object):
    tests = compile_unary_tests(cell)
    assert tests.matches(yes) is True
    assert tests.matches(no) is False
