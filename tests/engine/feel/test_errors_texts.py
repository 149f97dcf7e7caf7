"""What a person reads when FEEL text is wrong: the place, what was expected, what was found, and what may help."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from yanlian.base.refusal import Language
from yanlian.engine.feel import FeelError, compile_expression, parse

WRONG = yaml.safe_load(Path(__file__).with_name("wrong_texts.yaml").read_text("utf-8"))
NAMES = ("营业收入", "年末 人数")
PLACES: dict[Language, str] = {"zh": "第五条 第{}行第{}列：", "en": "第五条, line {}, column {}: "}


def refusal(text: str, *names: str) -> FeelError:
    with pytest.raises(FeelError) as refused:
        parse(text, names=names or NAMES, where="第五条")
    return refused.value


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong["text"])
def test_a_mistake_is_told_with_place_expectation_finding_and_hint_in_both_languages(wrong: dict[str, object]):
    error = refusal(str(wrong["text"]))
    at = wrong["at"]
    assert isinstance(at, list)
    for language in ("zh", "en"):
        assert error.text(language) == PLACES[language].format(*at) + str(wrong[language])


def test_an_error_shows_the_line_with_a_caret_under_the_mistake():
    text = "a and\n\t营业收入 == 1"
    assert refusal(text).excerpt(text) == " 营业收入 == 1\n          ^"
    long = "1 + " * 100 + "+ 2 " + "+ 1 " * 60
    line, caret = refusal(long).excerpt(long).split("\n")
    assert len(line) <= 100
    assert line[caret.index("^") :].startswith("+ 2")
    assert refusal("1 +").excerpt("1 +") == "1 +\n   ^"


def test_an_error_without_a_place_has_nothing_to_show():
    assert FeelError("feel_limit", expected=1, found="steps").excerpt("1 + 1") == ""
    assert FeelError("feel_syntax", line=7, column=1).excerpt("1 + 1") == ""


def test_a_long_finding_is_shortened():
    error = refusal("a " + "b" * 500)
    assert len(error.text("zh")) < 150
    assert "b…”" in error.text("zh")


def test_full_width_punctuation_is_part_of_a_name_that_is_known():
    names = ("营业收入（万元）", "研发费用（上年） 合计")
    text = "营业收入（万元） + 研发费用（上年） 合计"
    assert compile_expression(text, names=names).evaluate({names[0]: 1, names[1]: 2}) == 3
    assert compile_expression("{收入（元）: 1, b: 收入（元） + 1}.b").evaluate() == 2
    assert compile_expression("for 项（一） in [1, 2] return 项（一） * 2").evaluate() == [2, 4]
    assert compile_expression("{收入（元）: 1}.收入（元）").evaluate() == 1
    assert compile_expression("[{收入（元）: 1}][收入（元） = 1].收入（元）").evaluate() == [1]
    assert refusal("营业收入（亿元） + 1", *names).data["hint"] == "("


def test_a_name_nobody_declared_gets_the_nearest_known_one_and_none_when_none_is_near():
    with pytest.raises(FeelError) as refused:
        compile_expression("营业收人 > 1", names=["营业收入"], strict_names=True)
    assert refused.value.text("zh").endswith("您要写的可能是“营业收入”。")
    with pytest.raises(FeelError) as refused:
        compile_expression("zzzzzz > 1", names=["营业收入"], strict_names=True)
    assert refused.value.text("en").endswith('is called "zzzzzz".')
