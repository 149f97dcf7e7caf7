"""Texts, dates and tables in programs, each against the interpreter."""

from __future__ import annotations

from datetime import date

from tests.engine.policy.lower.asked import answers

WORDS = ["甲", "", "甲乙", "ab", "C3922", None, "没有见过", "国家级", "a" * 40]
TEXTS = [{"made_one": {"text": one, "code": other}} for one in WORDS for other in ("甲", "ab", None)]
LEAP = [
    "1850-06-30",
    "1899-12-31",
    "1900-01-01",
    "2000-02-29",
    "2023-12-31",
    "2024-02-28",
    "2024-02-29",
    "2024-03-01",
    "2024-12-31",
    "2025-01-01",
    "2025-12-31",
    "2149-12-31",
    "2150-01-01",
    "9999-12-31",
]


def day(text):
    return None if text is None else date.fromisoformat(text)


def days(first, second):
    return {"made_one": {"day": day(first)}, "registration": {"established_on": day(second)}}


def test_texts_are_compared_and_cut_as_the_interpreter_does(tmp_path):
    formulas = [
        '甲表.码 = "甲"',
        '甲表.码 in ("甲", "ab", "没有")',
        "甲表.码 = 甲表.码",
        'starts with(甲表.码, "a")',
        'contains(甲表.码, "甲")',
        'substring(甲表.码, 1, 1) = "甲"',
        "upper case(甲表.码)",
        '甲表.码 < "b"',
        '"b" <= 甲表.码',
        "甲表.文 = 甲表.码",
        "甲表.文 = null",
        'substring(甲表.文, 2) = "乙"',
        'upper case(substring(甲表.码, 1, 1)) = "A"',
        'if 甲表.文 = "甲" then 甲表.码 else "别的"',
        'ends with(upper case(甲表.码), "B")',
        "主体类型",
        "名称",
        "甲表.文 < 甲表.码",
    ]
    answers(tmp_path, formulas, TEXTS).agree()
    known = [one for one in TEXTS if one["made_one"]["text"] is not None and one["made_one"]["code"] is not None]
    alone = [formulas[n] for n in (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15)]
    answers(tmp_path / "known", formulas, known).agree(*alone)


def test_dates_at_the_ends_of_years_and_on_leap_days(tmp_path):
    moved = ["P1D", "P30D", "P1M", "P1Y", "-P1Y", "P6M", "P400Y", "P4000Y", "-P1500Y", "P9999999D"]
    formulas = [f'甲表.日子 + duration("{one}") {op} 登记.成立日期' for one in moved for op in (">", "=")]
    formulas += [f"甲表.日子.{part}" for part in ("year", "month", "day", "weekday")]
    formulas += [f"{name}(甲表.日子, 登记.成立日期)" for name in ("月数", "周年数")]
    formulas += [
        "date(甲表.日子.year, 1, 1) <= 甲表.日子",
        "min(甲表.日子, 登记.成立日期) < 评价日",
        "甲表.日子 in [登记.成立日期..评价日)",
        "date(甲表.日子.year, 2, 29) = 甲表.日子",
    ]
    rows = [days(first, second) for first in LEAP for second in (*LEAP[::3], None)]
    for ranges in (True, False):
        answers(tmp_path / str(ranges), formulas, rows, ranges=ranges).agree()
    plain = [days(first, second) for first in LEAP[3:11] for second in LEAP[3:11]]
    alone = [one for one in formulas if not any(word in one for word in ("P4000Y", "P9999999D", "-P1500Y", "29)"))]
    answers(tmp_path / "plain", formulas, plain).agree(*alone)


def table(hit, *rules):
    return {
        "hit": hit,
        "inputs": ["甲表.钱", "甲表.码"],
        "outputs": ["金额"],
        "rules": list(rules),
        "reference": "一",
        "incomplete": "试",
    }


TABLES = {
    "唯一": table("U", ["< 1", '"甲"', "5"], ["[1..2)", '"甲", "ab"', "甲表.钱"], [">= 2", 'not("甲")', "7"]),
    "首行": table("F", ["< 1", "-", "5"], ["-", '"甲"', "甲表.钱 * 2"], ["[1..3]", "-", "甲表.钱 / 3"]),
    "任意": table("A", ["< 1", "-", "5"], ["<= 0.5", '"甲"', "5"], ["> 2", 'starts with(?, "a")', "9"]),
    "合计": table("C+", ["< 1", "-", "5"], ["-", '"甲"', "6"]),
    "两列": {**table("F", ["< 1", "-", "5", '"小"'], ["> 2", '"甲"', "甲表.钱", '"大"']), "outputs": ["金额", "名"]},
}


def test_tables_choose_the_row_that_the_interpreter_chooses(tmp_path):
    rows = [
        {"made_one": {"money": money, "code": code}}
        for money in (-1, 0, 50, 99, 100, 101, 199, 200, 201, 300, None)
        for code in ("甲", "ab", "乙", None)
    ]
    formulas = ["唯一()", "首行()", "任意()", "合计()", "两列().金额", "两列().名", "两列().金额 * -1", "首行() = null"]
    answers(tmp_path, formulas, rows, names={"tables": TABLES}).agree()
    certain = [{"made_one": {"money": 50, "code": "甲"}}, {"made_one": {"money": 300, "code": "甲"}}]
    answers(tmp_path / "certain", formulas, certain, names={"tables": TABLES}).agree("首行() = null", "两列().名")


def test_scales_give_what_they_give_below_on_and_above_their_brackets(tmp_path):
    brackets = [{"from": 1, "rate": "10%"}, {"from": 2, "rate": "3.33%"}, {"from": "3.01", "rate": "0%"}]
    fixed = [{"from": 1, "amount": 5}, {"from": 2, "rate": "50%"}]
    scales = {
        "分段": {"mode": "marginal", "input": "元", "brackets": brackets, "reference": "一"},
        "分档": {"mode": "whole", "input": "元", "brackets": brackets, "reference": "一"},
        "台阶": {"mode": "whole", "input": "元", "brackets": fixed, "reference": "一"},
    }
    formulas = [
        f"round half up({name}({what}), 4)"
        for name in scales
        for what in ("甲表.钱", "甲表.钱 / 3", "甲表.钱 * 甲表.率")
    ]
    rows = [
        {"made_one": {"money": money, "rate": rate}}
        for money in (-500, 0, 99, 100, 101, 200, 300, 301, 302, 903, 10**12, None)
        for rate in (333_333, 1_000_000)
    ]
    answers(tmp_path, formulas, rows, names={"scales": scales}).agree()
    answers(tmp_path / "known", formulas, rows[:-2], names={"scales": scales}).agree(
        formulas[0], formulas[3], formulas[6]
    )
