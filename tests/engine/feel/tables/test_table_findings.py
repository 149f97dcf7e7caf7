"""What is told about tables of every kind, and how it is said."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from table_tools import examined, fired_at, kind, kinds, region_texts

from yanlian.engine.feel import DateTime, DaysTime, Time, YearsMonths, parse, parse_unary_tests
from yanlian.engine.feel.tables import Column
from yanlian.engine.feel.tables.findings import Finding


def allowed(text: str, name: str = "string") -> Column:
    return Column("x", kind(name), parse_unary_tests(text))


# Sentences


def test_an_official_reads_where_two_rows_overlap():
    (found,) = examined(["营业收入"], [["<= 500", "1"], [">= 500", "2"]])
    assert found.text("zh").startswith("第1行与第2行重叠：例如 营业收入=500 时两行都成立，而结果不同。")
    assert found.text("en").startswith("Rows 1 and 2 overlap: for example with 营业收入 = 500 both are true")
    assert found.witness == {"营业收入": Decimal(500)}
    assert found.text("zh", "标准").startswith("表“标准”：第1行与第2行重叠")


def test_borders_and_examples_have_the_units_of_the_table():
    rows = [["< 2000万元"], ["[1亿元..2亿元)"], [">= 3亿元"]]
    first, second = region_texts(examined(["营业收入"], rows))[0], examined(["营业收入"], rows)[0]
    assert first == {"营业收入": "[2000万元..1亿元), [2亿元..3亿元)"}
    assert "例如 营业收入=2000万元" in second.text("zh")
    (gap,) = examined(["比例"], [["<= 5%"], [">= 6%"]])
    assert gap.shown == {"比例": "5.1%"}
    (gap,) = examined(["金额"], [["<= 2000万元"], [">= 3000万元"]])
    assert gap.shown == {"金额": "2100万元"}


def test_three_rows_at_one_place_are_one_finding():
    (found,) = examined(["x"], [["-", "1"], ["[1..2]", "2"], ["[1..2] , 3", "3"]], "U")[:1]
    assert found.rows == (1, 2, 3)
    assert "第1、2、3行重叠" in found.text("zh")
    assert "时三行都成立" in found.text("zh")


# Kinds of values


@pytest.mark.parametrize(
    ("rows", "region", "witness"),
    [
        ([["<= 1"], [">= 2"]], "(1..2)", Decimal("1.1")),
        ([['@"2024-02-28"'], ['< @"2024-02-28"'], ['> @"2024-02-29"']], '@"2024-02-29"', date(2024, 2, 29)),
        ([['< @"08:00:00"'], ['>= @"23:59:59"']], '[@"08:00:00"..@"23:59:59")', Time(8, 0)),
        ([['< @"P1Y"'], ['> @"P1Y"']], '@"P1Y"', YearsMonths(12)),
        ([['<= @"P1D"'], ['> @"P3D"']], '(@"P1D"..@"P3D"]', DaysTime.of(days=3)),
        (
            [['< @"2024-01-01T00:00:00"'], ['> @"2024-01-01T00:00:00"']],
            '@"2024-01-01T00:00:00"',
            DateTime(date(2024, 1, 1), Time(0, 0)),
        ),
        ([["true"]], "false", False),
        ([['"甲", "乙"']], 'not("甲", "乙")', "其他"),
        ([['"51"'], ['"52"']], 'not("51", "52")', "53"),
        ([['"A"'], ['"C"']], 'not("A", "C")', "B"),
        ([['< "b"'], ['> "b"']], '"b"', "b"),
    ],
)
def test_a_gap_in_each_kind_of_values(rows: list[list[str]], region: str, witness: object):
    gaps = [one for one in examined(["x"], rows) if one.kind == "gap"]
    assert [dict(gap.region) for gap in gaps] == [{"x": region}]
    assert gaps[0].witness == {"x": witness}
    assert fired_at(gaps[0], rows) == ()


def test_days_and_whole_numbers_have_nothing_in_between():
    assert examined(["x"], [['<= @"2024-02-28"'], ['>= @"2024-02-29"']]) == ()
    assert examined([Column("x", kind("number"), integral=True)], [["<= 1"], [">= 2"]]) == ()
    assert examined([Column("x", kind("number"), integral=True)], [["<= 1.5"], ["> 2"]])[0].witness == {"x": 2}


def test_null_is_asked_about_only_where_a_row_asks_for_it():
    assert examined(["x"], [["< 5"], [">= 5"]]) == ()
    assert kinds(examined(["x"], [["not(null)", "1"], ["< 5", "2"]], "U")) == [("overlap", (1, 2)), ("gap", ())]
    gaps = region_texts(examined(["x"], [["not(null)"]]))
    assert gaps == [{"x": "null"}]
    # A last row for everything still has null to itself.
    assert examined(["x"], [["< 5"], [">= 5"], ["-"]], "F") == ()
    limited = Column("x", kind("number"), parse_unary_tests(">= 0"))
    assert kinds(examined([limited], [["< 5"], [">= 5"], ["-"]], "F")) == [("unreachable", (3, 1, 2))]


def test_zoned_and_local_moments_do_not_mix():
    rows = [['< @"2024-01-01T00:00:00Z"'], ['>= @"2024-01-01T08:00:00+08:00"']]
    assert examined(["x"], rows) == ()


def test_numbers_as_far_apart_and_as_close_as_feel_can_hold_them():
    (gap,) = examined(["x"], [["< 1E-6000"], ["> 1E6000"]])
    assert fired_at(gap, [["< 1E-6000"], ["> 1E6000"]]) == ()
    close = [["<= 1.000000000000000000000000000000000"], [">= 1.000000000000000000000000000000001"]]
    assert examined(["x"], close) == ()


# Domains


def test_allowed_values_are_all_there_is():
    assert examined([allowed('"甲", "乙"')], [['"甲"'], ['"乙"']]) == ()
    assert region_texts(examined([allowed('"甲", "乙"')], [['"甲"']])) == [{"x": '"乙"'}]
    assert examined([allowed("[0..100]", "number")], [["< 50"], [">= 50"]]) == ()


def test_a_value_that_is_not_allowed_is_told_also_within_a_list():
    whole, part = examined([allowed('"国家级", "省级"')], [['"国家极"'], ['"省级", "市极"']], "C")[:2]
    assert (whole.kind, whole.rows, whole.found, whole.reason) == ("never_true", (1,), '"国家极"', "")
    assert (part.kind, part.rows, part.found, part.reason) == ("never_true", (2,), '"市极"', "part")


def test_an_inverted_range_is_never_true():
    assert ("never_true", (1,)) in kinds(examined(["x"], [["[5..1]"], ["-"]]))


def test_a_number_is_never_text_when_the_type_is_known():
    assert kinds(examined([Column("x", kind("number"))], [['"5"'], ["-"]])) == [("never_true", (1,))]


def test_columns_that_ask_about_the_same_value_are_one_dimension():
    same = parse("x")
    columns = [Column("从", expression=same), Column("至", expression=same)]
    assert examined(columns, [[">= 0", "< 5"], [">= 5", "-"], ["-", "< 0"]]) == ()
    assert examined(["从", "至"], [[">= 0", "< 5"], [">= 5", "-"], ["-", "< 0"]]) != ()
    (never,) = [one for one in examined(columns, [["> 5", "< 3"]]) if one.kind == "never_true"]
    assert (never.rows, never.column, never.reason) == ((1,), "从 / 至", "together")


# What cannot be examined


@pytest.mark.parametrize(
    ("cell", "reason", "found"),
    [
        ("> 门槛", "name", "门槛"),
        ("date(开始)", "name", "开始"),
        ("starts with(?, 甲)", "function", "starts with"),
        ("< today()", "function", "today"),
        ("? * 2 > 6", "expression", "? * 2 > 6"),
        ("not(门槛)", "name", "门槛"),
        ("门槛(3)", "function", "门槛"),
        ("1 = 1", "expression", "1 = 1"),
        ('@"2024-02-30"', "expression", '@"2024-02-30"'),
        ('date("2024-02-30")', "expression", 'date("2024-02-30")'),
        ("{a: 1}", "expression", "{a: 1}"),
        ("[[1], [2]]", "expression", "[[1], [2]]"),
        ("= [1, 2]", "expression", "[1, 2]"),
        ("< ? + 1", "expression", "? + 1"),
        ("for i in 1..100000 return i", "expression", "for i in 1..100000 return i"),
    ],
)
def test_a_cell_that_only_the_facts_decide_is_told_and_decides_nothing(cell: str, reason: str, found: str):
    findings = examined(["x"], [[cell, "1"], ["> 3", "2"], ["<= 3", "3"]])
    assert [(one.kind, one.rows, one.column, one.reason, one.found) for one in findings] == [
        ("not_examined", (1,), "x", reason, found)
    ]


def test_a_part_that_is_known_still_counts():
    findings = examined(["x"], [["5, 门槛", "1"], ["> 3", "2"]])
    assert [one.kind for one in findings] == ["overlap", "not_examined"]
    assert findings[0].witness == {"x": 5}
    findings = examined(["x"], [["? > 5 and ? < 门槛", "1"], ["<= 5", "2"]])
    assert [one.kind for one in findings] == ["not_examined"]
    (gap,) = region_texts(examined(["x"], [["? > 5 and ? < 门槛", "1"]]))
    assert gap == {"x": "<= 5"}


def test_rows_with_the_same_unexamined_tests_are_identical():
    found = examined(["x"], [["> 门槛", "1"], ["> 门槛", "2"]])
    assert kinds(found) == [("identical", (1, 2)), ("not_examined", (1, 2))]


def test_a_list_cannot_be_examined():
    assert [(one.kind, one.reason) for one in examined([Column("x", kind("list"))], [["5"]])] == [
        ("not_examined", "kind")
    ]


def test_allowed_values_that_only_the_facts_decide_leave_the_column_open():
    found = examined([allowed("< 门槛", "number")], [["> 5", "1"], ["> 3", "2"]])
    assert [(one.kind, one.reason) for one in found] == [("not_examined", "allowed")]


def test_constants_may_be_computed():
    rows = [['< date(2024, 1, 1) + duration("P1D")'], ['> @"2024-01-02"'], ['? in [date("2024-01-02")]']]
    assert examined(["x"], rows) == ()


@pytest.mark.parametrize(
    "cell",
    ["5 < ?", "? > 5", "? > 5 and true", "false or ? > 5", "[(5..1E6000)], > 6", "not(? <= 5)", "(5..6), [6..7], > 7"],
)
def test_other_ways_to_say_more_than_five(cell: str):
    assert region_texts(examined(["x"], [[cell]])) == [{"x": "<= 5"}]


def test_between_and_a_list_of_ranges_are_ranges():
    assert examined(["x"], [["? between 1 and 2"], ["< 1"], ["[(2..3], (3..4]]"], ["> 4"]]) == ()


# Hit policies


OVERLAPPING = [["> 1", '"甲"'], ["> 2", '"乙"'], ["<= 1", '"甲"']]
EQUAL = [["> 1", '"甲"'], ["> 2", '"甲"'], ["<= 1", '"甲"']]
COMPUTED = [["> 1", "x + 1"], ["> 2", "x + 2"], ["<= 1", "0"]]


@pytest.mark.parametrize(
    ("policy", "rows", "expected"),
    [
        ("U", OVERLAPPING, [("overlap", "error", "")]),
        ("U", EQUAL, [("overlap", "warning", "same")]),
        ("U", COMPUTED, [("overlap", "error", "doubtful")]),
        ("A", OVERLAPPING, [("overlap", "error", "")]),
        ("A", EQUAL, []),
        ("A", COMPUTED, [("overlap", "warning", "doubtful")]),
        ("F", OVERLAPPING, [("unreachable", "warning", "")]),
        ("R", OVERLAPPING, []),
        ("C+", OVERLAPPING, []),
    ],
)
def test_what_an_overlap_means_under_each_policy(policy: str, rows: list[list[str]], expected: list[object]):
    assert [(one.kind, one.severity, one.reason) for one in examined(["x"], rows, policy)] == expected


@pytest.mark.parametrize(
    ("policy", "outputs", "expected"),
    [
        ("U", ("1", "2"), [("identical", "error", "")]),
        ("U", ("1", "1"), [("identical", "warning", "same")]),
        ("A", ("1", "2"), [("identical", "error", "")]),
        ("F", ("1", "2"), [("identical", "warning", "")]),
        ("C", ("1", "2"), []),
        ("C+", ("1", "1"), [("identical", "warning", "same")]),
    ],
)
def test_rows_with_the_same_tests(policy: str, outputs: tuple[str, str], expected: list[object]):
    rows = [["-", outputs[0]], ["-", outputs[1]]]
    assert [(one.kind, one.severity, one.reason) for one in examined(["x"], rows, policy)] == expected


def test_the_same_cells_in_another_spelling_are_the_same_tests():
    assert kinds(examined(["x"], [["1, 2", "1"], ["2, 1.0", "2"], ["not(1, 2)", "3"]])) == [("identical", (1, 2))]


def test_a_row_is_never_best_when_a_better_one_is_always_true_with_it():
    rows = [["> 5", '"低"'], ["> 3", '"高"'], ["<= 3", '"低"']]
    (found,) = examined(["x"], rows, "P", output_order=[["高", "低"]])
    assert (found.kind, found.rows, found.reason) == ("unreachable", (1, 2), "never_best")
    assert examined(["x"], rows, "P", output_order=[["低", "高"]]) == ()
    # Without a known output nothing can be said.
    assert examined(["x"], [["> 5", "x"], *rows[1:]], "P", output_order=[["高", "低"]]) == ()


@pytest.mark.parametrize(("policy", "severity"), [("U", "warning"), ("A", "warning"), ("F", "warning"), ("C", "info")])
def test_how_much_a_gap_matters(policy: str, severity: str):
    (gap,) = examined(["x"], [["> 1"]], policy)
    assert gap.severity == severity
    (gap,) = examined(["x"], [["> 1"]], policy, has_default=True)
    assert (gap.severity, gap.reason) == ("info", "default")


def test_several_coverers_are_named_and_the_needless_left_out():
    rows = [["[0..5]", "1"], ["[20..30]", "2"], ["[5..9]", "3"], ["[1..8]", "4"], ["-", "5"]]
    assert kinds(examined(["x"], rows, "F")) == [("unreachable", (4, 1, 3))]


def test_many_coverers_are_all_named():
    rows = [[str(i), str(i)] for i in range(14)] + [[", ".join(str(i) for i in range(14)), "99"]]
    assert kinds(examined(["x"], rows, "F"))[0] == ("unreachable", (15, *range(1, 15)))


def test_the_order_of_the_outputs_must_fit_them():
    assert kinds(examined(["x"], [["> 5", "1"], ["-", "2"]], "P")) == []


def test_allowed_values_that_allow_nothing_leave_the_table_open():
    assert [(one.kind, one.reason) for one in examined([allowed("[5..1]", "number")], [["-"]])] == [
        ("not_examined", "allowed")
    ]


def test_a_type_without_borders_still_has_an_example():
    (gap,) = [one for one in examined([Column("x", kind("date")), "y"], [["-", "1"]]) if one.kind == "gap"]
    assert gap.witness == {"x": date(2025, 1, 1), "y": Decimal(2)}
    (gap,) = examined([Column("x", kind("number"))], [["null"]])
    assert dict(gap.region) == {"x": "not(null)"}


# Edges


def test_a_table_without_rows_or_without_inputs():
    assert kinds(examined(["x"], [])) == [("gap", ())]
    assert examined([], [["1"]]) == ()
    assert kinds(examined([], [["1"], ["2"]])) == [("identical", (1, 2))]
    assert kinds(examined([], [])) == [("gap", ())]
    assert "任何输入" in examined([], [])[0].text("zh")


def test_two_columns_of_the_same_name_are_told_apart():
    assert list(examined(["x", "x"], [["1", "2"]])[0].witness) == ["x", "x (2)"]


def test_what_is_not_listed_is_said():
    rows = [[str(i), "-", "1"] for i in range(20)] + [["-", str(i), "2"] for i in range(20)]
    found = examined(["a", "b"], rows, most=5)
    assert [one.kind for one in found].count("overlap") == 5
    assert [(one.reason, one.found) for one in found if one.kind == "not_examined"] == [("more_overlaps", "395")]
    diagonal = [[f"[{i}..{i + 1})", f"[{i}..{i + 1})"] for i in range(8)]
    found = examined(["a", "b"], diagonal, most=3)
    assert [one.kind for one in found].count("gap") == 3
    assert "more_gaps" in [one.reason for one in found]


def test_a_budget_that_is_used_up_is_said():
    found = examined(["a", "b"], [["1", "-"], ["-", "1"], ["2", "2"]], steps=5)
    assert [(one.kind, one.reason) for one in found] == [("overlap", ""), ("not_examined", "steps")]
    assert examined([f"x{i}" for i in range(301)], [])[0].reason == "steps"
    large = [[", ".join(str(i * 100 + j) for j in range(100))] for i in range(300)]
    assert [one.reason for one in examined(["x"], large)] == ["steps"]
    assert kinds(examined(["x"], large[:50])) == [("gap", ())]


@pytest.mark.parametrize(
    "finding",
    [
        Finding("gap", "warning", region={"x": "5"}, shown={"x": "5"}),
        Finding("gap", "info", region={"x": "5"}, shown={"x": "5"}, reason="default"),
        *(Finding("overlap", "error", (1, 2), shown={"x": "5"}, reason=r) for r in ("", "same", "doubtful")),
        *(Finding("identical", "error", (1, 2, 3), reason=r) for r in ("", "same", "doubtful")),
        *(Finding("unreachable", "warning", (3, 1), reason=r) for r in ("", "never_best")),
        *(Finding("never_true", "warning", (3,), "x", reason=r, found="5") for r in ("", "part", "together")),
        *(
            Finding("not_examined", "info", (1,), "x", reason=r, found="f")
            for r in ("name", "function", "expression", "kind", "allowed", "steps", "more_gaps", "more_overlaps")
        ),
    ],
)
def test_every_finding_has_its_sentences(finding: Finding):
    for sentence in (finding.text("zh"), finding.text("en")):
        assert sentence
        assert "{" not in sentence
        assert "-" not in sentence.split()


# Size


def partition(columns: int, rows: int) -> list[list[str]]:
    """A complete table without overlaps: a space that is halved again and again, in one column after another."""
    boxes = [[(0, 1 << 20)] * columns]
    turn = 0
    while len(boxes) < rows:
        box = boxes.pop(0)
        low, high = box[turn % columns]
        middle = (low + high) // 2
        boxes += [
            [*box[: turn % columns], part, *box[turn % columns + 1 :]] for part in ((low, middle), (middle, high))
        ]
        turn += 1 if len(boxes) % 3 else 2
    ends = {0: "< {1}", 1 << 20: ">= {0}"}
    return [
        [
            "-" if span == (0, 1 << 20) else ends.get(span[0], ends.get(span[1], "[{0}..{1})")).format(*span)
            for span in box
        ]
        for box in boxes
    ]


def test_twelve_columns_and_five_hundred_rows_take_seconds():
    rows = partition(12, 500)
    columns = [f"x{i}" for i in range(12)]
    started = time.process_time()
    assert examined(columns, rows) == ()
    (gap,) = examined(columns, [*rows[:250], *rows[251:]])
    assert dict(gap.region) == dict(zip(columns, rows[250], strict=True))
    double = examined(columns, [*rows, rows[7], ["-"] * 12], most=10)
    assert ("identical", (8, 501)) in kinds(double)
    assert time.process_time() - started < 20
