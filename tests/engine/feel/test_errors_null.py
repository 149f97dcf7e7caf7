"""Null says why: every way to null leaves a warning, and every warning has a sentence in both languages."""

from __future__ import annotations

import ast as python
import re
from pathlib import Path

import pytest

from yanlian.base.refusal import catalogue
from yanlian.engine import feel
from yanlian.engine.feel import FeelWarning, compile_expression

SOURCES = sorted(Path(feel.__file__).parent.rglob("*.py"))


def codes() -> dict[str, str]:
    """Every code that the engine's source names as a reason for null, with its file."""
    found: dict[str, str] = {}
    for file in SOURCES:
        for node in python.walk(python.parse(file.read_text("utf-8"))):
            if not isinstance(node, python.Call):
                continue
            name = node.func.id if isinstance(node.func, python.Name) else getattr(node.func, "attr", "")
            if name in {"fault", "Fault", "null", "FeelWarning"}:
                texts = [a.value for a in node.args if isinstance(a, python.Constant) and isinstance(a.value, str)]
                found |= {text: file.name for text in texts if re.fullmatch(r"feel_\w+", text)}
    return found


def test_every_reason_for_null_has_its_sentences():
    assert len(codes()) > 30
    assert {code: file for code, file in codes().items() if code not in catalogue()} == {}


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("1 / 0", "feel_division_by_zero", "除数为零"),
        ('1 + "a"', "feel_operands", "“+”不能用于类型“number”和“string”"),
        ('-"a"', "feel_operand", "“-”不能用于类型“string”"),
        ("not(1)", "feel_operand", "“not”不能用于类型“number”"),
        ('1 < "a"', "feel_operands", "“<”不能用于类型“number”和“string”"),
        ("true and 1", "feel_logic_on_null", "“and”的一边不是真或假"),
        ("null in [1..10]", "feel_undecided", "“in”不能判断"),
        ("null between 1 and 2", "feel_undecided", "“between”不能判断"),
        ("[1, 2][3]", "feel_index", "位置 3 不在1到2之间"),
        ("{a: 1}.b", "feel_entry_missing", "没有名为“b”的条目"),
        ("nothing", "feel_variable_missing", "没有提供“nothing”的值"),
        ("nothing.b", "feel_path_on_null", "空值没有条目“b”"),
        ('"a".b', "feel_no_property", "类型“string”没有属性“b”"),
        ("{a: 1, a: 2}", "feel_entry_twice", "同一个键出现了两次"),
        ('[1.."a"]', "feel_range_ends", "区间两端"),
        ("for i in null return i", "feel_iterate_null", "空值不能循环"),
        ("for i in 1.5..3 return i", "feel_iterate_range", "只能在整数或日期之间循环"),
        ('@"2023-02-29"', "feel_literal", "“2023-02-29”不是"),
        ("(1)(2)", "feel_no_function", "不能作为函数调用"),
        ("substring(1)", "feel_arguments", "没有1个参数"),
        ("string length(1)", "feel_argument_type", "number"),
        ("mean([])", "feel_empty", "列表为空"),
        ('matches("a", "[")', "feel_pattern", "正则表达式无效"),
        ("10 ** 9999", "feel_number_range", "超出数的范围"),
        ('@"P999999999Y" * 10 ** 30', "feel_date_range", "超出可表示的范围"),
        ("(function(a) external {})(1)", "feel_external", "外部函数"),
        ("{x: null, y: [x][1]}.y", "feel_null_input", "参与计算的值为空"),
    ],
)
def test_null_leaves_a_warning_with_its_place_and_reason(text: str, code: str, told: str):
    warnings: list[FeelWarning] = []
    assert compile_expression(text).evaluate({}, warnings=warnings) is None
    assert code in [warning.code for warning in warnings]
    warning = next(warning for warning in warnings if warning.code == code)
    assert warning.line == 1
    assert warning.column >= 1
    assert told in warning.text("zh")
    assert "{" not in warning.text("en")
    assert warning.text("en") != warning.text("zh")


def test_null_that_was_asked_for_needs_no_reason():
    warnings: list[FeelWarning] = []
    assert compile_expression("null").evaluate({}, warnings=warnings) is None
    assert warnings == []
