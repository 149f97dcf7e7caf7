"""Lists in programs: members that are certain, that may belong because a test is unknown, and that nobody delivered."""

from __future__ import annotations

from datetime import date

from tests.engine.policy.lower.asked import answers

from yanlian.engine.dossier import Coverage, Delivery


def many(*records, **row):
    """Records of 乙表: a number, an amount in fen, a day; what is left out is empty."""
    keys = ("number", "money", "day", "flag")
    return {"made_many": [dict(zip(keys, one, strict=False)) for one in records], **row}


DAY = date(2025, 3, 1)
ROWS = [
    many(),
    {"made_many": None},
    many(("1", 100, DAY, True)),
    many(("1", 100, DAY, False), ("2", -50, date(2024, 2, 29), True), ("3", 0, DAY, True)),
    many(("1", None, DAY, True), ("2", 500, DAY, True)),
    many(("1", 100, None, None), ("2", 500, DAY, None)),
    many(("1", 100, DAY, None), ("2", 500, DAY, True)),
    many(("1", 100, date(2026, 1, 1), True)),
    many(("1", 100, DAY, True), kind="person"),
    many(("1", 100, DAY, True), kind="park", refused=["made_many"]),
    many(("1", 100, DAY, True), registration={"moved_in_on": date(2025, 6, 1)}),
]
FORMULAS = [
    "count(乙表)",
    "count(乙表[旗])",
    "count(乙表[钱 > 0])",
    "count(乙表[钱 > 0]) >= 1",
    "sum(乙表.钱)",
    "sum(append(乙表[旗 = true].钱, 0))",
    "max(乙表.钱)",
    "min(append(乙表.钱, 0.5))",
    "乙表[1].钱",
    "乙表[钱 > 1][1].号",
    "乙表[-1].号",
    "乙表[2].钱",
    "some 行 in 乙表 satisfies 行.钱 > 1",
    "every 行 in 乙表 satisfies 行.钱 >= 0",
    "some 行 in 乙表[日子 >= 文件生效日] satisfies 行.旗",
    'list contains(乙表.号, "2")',
    'list contains(乙表[旗 = true].号, "3")',
    '记录(乙表, "号", "2").钱',
    '记录(乙表, "号", "9") = null',
    "sum(for 行 in 乙表 return 行.钱 * 2)",
    "count(乙表[not(旗)])",
    "every 行 in 乙表[旗] satisfies (every 另 in 乙表[旗] satisfies true)",
    "count(乙表[日子 >= date(2025, 1, 1)]) <= 3",
]
DELIVERED = {
    "everything": Coverage(everything=True),
    "all": Coverage([Delivery("made_many", None, date(2026, 12, 31), complete=True)]),
    "from the middle": Coverage([Delivery("made_many", date(2025, 1, 1), date(2026, 12, 31), complete=True)]),
    "up to the middle": Coverage([Delivery("made_many", None, date(2025, 3, 1), complete=True)]),
    "with a gap": Coverage(
        [
            Delivery("made_many", None, date(2024, 12, 31), complete=True),
            Delivery("made_many", date(2025, 2, 1), date(2026, 12, 31), complete=True),
        ]
    ),
    "nothing": Coverage(),
}


def test_lists_give_the_same_whatever_was_delivered(tmp_path):
    for name, coverage in DELIVERED.items():
        answers(tmp_path / name, FORMULAS, ROWS, coverage).agree()


def test_lists_that_are_certain_are_walked_by_the_program(tmp_path):
    certain = [many(("1", 100, DAY, True)), many(("1", 0, DAY, False), ("2", 300, DAY, True))]
    formulas = ["count(乙表[旗])", "sum(乙表.钱)", "max(乙表.钱)", "乙表[1].钱", "some 行 in 乙表 satisfies 行.钱 > 1"]
    answers(tmp_path, formulas, certain).agree(*formulas)


def test_a_filter_of_nothing_whose_test_is_unknown_is_unknown_itself(tmp_path):
    formula = "count(乙表[contains(登记.行业代码, 号)]) >= 0"
    found = answers(tmp_path, [formula], [{"registration": {"industry": None}}], DELIVERED["all"])
    found.agree()
    assert "unknown" in str(found.interpreter[formula])


def test_what_may_belong_leaves_a_list_function_open_although_it_would_not_decide(tmp_path):
    formula = 'list contains(乙表[登记.行业代码 = 号].号, "9")'
    rows = [many(("1", 1, DAY), registration={"industry": None})]
    found = answers(tmp_path, [formula], rows, DELIVERED["all"])
    found.agree()
    assert "unknown" in str(found.interpreter[formula])


def test_a_year_that_has_its_one_record_lacks_nothing_more(tmp_path):
    formulas = [
        "税务年报[年度 = 上年][1].营业收入",
        "count(税务年报[年度 = 上年])",
        "sum(税务年报[年度 >= 前年].营业收入)",
        "count(税务年报[年度 < 2000]) = 0",
    ]
    rows = [
        {"tax_year": [{"year": year, "revenue": 100 * year} for year in years]}
        for years in ((), (2024,), (2023, 2024), (2023, 2024, 2025), (2026,), (2022, 2025))
    ]
    for start in (None, date(2000, 1, 1), date(2023, 1, 1), date(2023, 5, 1), date(2024, 1, 1)):
        for end in (date(2024, 12, 31), date(2025, 12, 31)):
            coverage = Coverage([Delivery("tax_year", start, end, complete=True)])
            answers(tmp_path / f"{start} {end}", formulas, rows, coverage).agree()
