"""Texts joined and measured, parts of days, equality of lists, contexts and ranges, each against the interpreter."""

from __future__ import annotations

from datetime import date

from tests.engine.policy.lower.asked import answers

TEXT = "甲表.文"
WORDS = ["", "甲", "甲乙丙", "𝄞", "x" * 126, "x" * 127, "x" * 200, None]


def row(text=None, code=None, day=None, money=None, rate=None):
    return {"made_one": {"text": text, "code": code, "day": day, "money": money, "rate": rate}}


def test_a_text_is_joined_with_a_constant_and_measured(tmp_path):
    formulas = [
        f'{TEXT} + "乙" = "甲乙"',
        f'"乙" + {TEXT} = "乙甲"',
        f'starts with("<" + {TEXT} + ">", "<甲")',
        f'contains(upper case({TEXT} + "z"), "XZ")',
        f"string length({TEXT}) > 3",
        f"string length({TEXT}) * 2",
        f'string length({TEXT} + "1234") = 5',
        f"string length(substring({TEXT}, 2))",
        "string length(甲表.码) + string length(名称)",
        f"({TEXT} + 甲表.码) = null",
        f'({TEXT} + "乙") = null',
        f'string length({TEXT} + "乙") in [1..3]',
    ]
    rows = [row(text=one, code=other) for one in WORDS for other in ("乙", None)]
    answers(tmp_path, formulas, rows).agree()
    short = [row(text=one, code="乙") for one in WORDS if one is not None and len(one) < 100]
    alone = [one for one in formulas if "甲表.码" not in one and "substring" not in one]
    answers(tmp_path / "short", formulas, short).agree(*alone)


def test_part_of_a_day_back_is_the_day_before(tmp_path):
    spans = ["PT1H", "PT24H", "PT36H", "-PT1H", "P1DT1S"]
    formulas = [f'甲表.日子 {op} duration("{one}") = @"2024-02-29"' for one in spans for op in "+-"]
    formulas += [
        'duration("PT24H") = duration("P1D")',
        'duration("PT1H") < duration("PT61M")',
        '甲表.日子 + duration("P1M") * 2 > 评价日',
    ]
    rows = [row(day=one) for one in (date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), None)]
    answers(tmp_path, formulas, rows).agree()
    answers(tmp_path / "known", formulas, rows[:-1]).agree(*formulas)


def test_lists_contexts_and_ranges_are_equal_where_all_their_parts_are(tmp_path):
    formulas = [
        '[甲表.钱, 甲表.文] = [1, "甲"]',
        "[甲表.钱] = [1, 2]",
        "[甲表.钱, 甲表.率] = [甲表.率, 甲表.钱]",
        "{a: 甲表.钱, b: 甲表.文} = {b: null, a: 1}",
        "{a: 甲表.钱} != {b: 1}",
        "[甲表.率..甲表.钱] = [1..1]",
        "[甲表.率..甲表.钱] = (甲表.率..1]",
        "[甲表.钱] = [甲表.文] or 甲表.钱 > 0",
        "[] = []",
    ]
    rows = [
        row(text=text, money=money, rate=rate)
        for text in ("甲", None)
        for money in (100, 0, None)
        for rate in (1_000_000, 2_000_000, None)
    ]
    answers(tmp_path, formulas, rows).agree()
    known = [one for one in rows if one["made_one"]["money"] is not None and one["made_one"]["rate"] is not None]
    answers(tmp_path / "known", formulas, known).agree(*formulas[:5])


def test_functions_of_numbers_look_to_their_side(tmp_path):
    names = ("round up", "round half down", "ceiling", "floor")
    formulas = [f"{name}(甲表.钱, {digits})" for name in names for digits in (1, 0, -1)]
    formulas += [f"{name}(甲表.钱)" for name in ("even", "odd")] + ["甲表.钱 ** 3", "甲表.率 ** 0"]
    rows = [row(money=one, rate=one) for one in (-251, -250, -249, -100, -5, 0, 5, 15, 100, 250, 251, 300, 400, None)]
    answers(tmp_path, formulas, rows).agree()
    answers(tmp_path / "known", formulas, rows[:-1]).agree(*formulas)
