"""Unary tests in programs: a test that is itself a truth value, unknown or null, each against the interpreter."""

from __future__ import annotations

from tests.engine.policy.lower.asked import answers

ROWS = [
    {"made_one": {"money": money, "year": year, "flag_none": flag, "flag": other}}
    for money in (100, None)
    for year in (2024, None)
    for flag in (True, False, None)
    for other in (True, False, None)
]
# 空旗 and 年份 may be null, 旗 and 钱 unknown.
TESTS = [
    f"not({value} in ({test}))"
    for value in ("甲表.钱", "甲表.年份", "甲表.空旗", "甲表.旗")
    for test in ("甲表.空旗", "甲表.旗", "甲表.空旗 and 甲表.旗", "甲表.年份 > 2000", "甲表.空旗, 甲表.旗", "true")
]


def test_a_test_that_is_no_truth_value_is_passed_by_null_alone(tmp_path):
    answers(tmp_path, TESTS, ROWS).agree()
    known = [one for one in ROWS if one["made_one"]["money"] is not None and one["made_one"]["flag"] is not None]
    answers(tmp_path / "known", TESTS, known).agree(*(one for one in TESTS if "and" not in one))


def test_a_test_of_constants_alone_is_what_the_input_must_be(tmp_path):
    formulas = [f"甲表.旗 in ({test})" for test in ("not(false)", "1 > 2", "true")]
    formulas += [f"not(甲表.钱 in ({test}))" for test in ("not(false)", "1 < 2")]
    answers(tmp_path, formulas, ROWS).agree()
