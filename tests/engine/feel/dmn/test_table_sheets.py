"""Decision tables on worksheets: what officials write is read exactly or refused by cell; round trips lose nothing."""

from __future__ import annotations

import io
import pickle
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.sheet_cells import CellReader, number_of
from yanlian.engine.feel.dmn.sheet_grid import _MOST_FAULTS
from yanlian.engine.feel.dmn.sheet_read import read_table_sheet
from yanlian.engine.feel.dmn.sheet_words import FEEL_MARK, POLICY_WORDS, SheetRefused
from yanlian.engine.feel.dmn.sheet_write import write_table_sheet
from yanlian.engine.feel.parser import parse, parse_unary_tests

TABLE = [
    ["唯一", "输入", "", "输出", "说明"],
    ["序号", "研发占比", "行业", "奖励金额", "依据"],
    ["类型", "数", "文本", "数", ""],
    [1, "≥3%", "智能、海洋", "50万元", "第八条"],
    [2, "1%以上不满3%", "", "200000", ""],
]


def book(rows, *, merges=(), title="决策表", more=(), hidden=()) -> bytes:
    """A workbook with one sheet of these rows; `merges` are areas (top, left, bottom, right)."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as made:
        sheet = made.add_worksheet(title)
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(r, c, cell, day)
                elif isinstance(cell, tuple):
                    sheet.write_formula(r, c, cell[0], None, cell[1])
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                else:
                    sheet.write(r, c, cell)
        for top, left, bottom, right in merges:
            sheet.merge_range(top, left, bottom, right, rows[top][left])
        for name in more:
            made.add_worksheet(name).write_string(0, 0, "x")
        for name in hidden:
            extra = made.add_worksheet(name)
            extra.write_string(0, 0, "x")
            extra.hide()
    return file.getvalue()


def changed(row: int, column: int, cell) -> bytes:
    """The usual table with one other cell."""
    rows = [list(one) for one in TABLE]
    while len(rows) <= row:
        rows.append([])
    rows[row] += [""] * (column + 1 - len(rows[row]))
    rows[row][column] = cell
    return book(rows)


def refusal(data: bytes, **options) -> Refused:
    with pytest.raises(Refused) as refused:
        read_table_sheet(data, "奖励.xlsx", **options)
    return refused.value


def texts(parts) -> list[str]:
    return [part.text for part in parts]


def test_a_sheet_as_officials_write_it_is_read_as_a_decision_table():
    table = read_table_sheet(book(TABLE, merges=[(0, 1, 0, 2)]), "奖励.xlsx")
    assert table.hit_policy == "U"
    assert [(i.label, i.expression.text, i.expression.type_ref) for i in table.inputs] == [
        ("研发占比", "研发占比", "number"),
        ("行业", "行业", "string"),
    ]
    assert [(o.name, o.label, o.type_ref) for o in table.outputs] == [("奖励金额", "奖励金额", "number")]
    assert table.annotations == ("依据",)
    assert [texts(rule.tests) for rule in table.rules] == [[">= 0.03", '"智能", "海洋"'], ["[0.01..0.03)", "-"]]
    assert [texts(rule.outputs) for rule in table.rules] == [["500000"], ["200000"]]
    assert [rule.annotations for rule in table.rules] == [("第八条",), ("",)]


def test_every_heading_row_is_read():
    rows = [
        ["C+", "输入", "输出", "输出", "规则描述"],
        ["", "占比", "金额", "等级", ""],
        ["表达式", "年报.研发费用 / 年报.营业收入", "amount", "grade", ""],
        ["类型", "数", "数", "tGrade", ""],
        ["允许值", "[0..1]", "", "甲、乙", ""],
        ["默认值", "", 0, "乙", ""],
        ["描述", "按年报", "", "", ""],
        ["结果名称", "", "奖励", "", ""],
        ["结果类型", "", "tReward", "", ""],
        [1, ">0.03", 5, "甲", "注"],
    ]
    table = read_table_sheet(book(rows), "t.xlsx", types={"tGrade": "string"})
    assert table.hit_policy == "C+"
    assert table.inputs[0].expression == dmn.LiteralExpression("年报.研发费用 / 年报.营业收入", "number")
    assert table.inputs[0].allowed == dmn.LiteralExpression("[0..1]")
    assert table.inputs[0].description == "按年报"
    assert table.outputs[0].default == dmn.LiteralExpression("0")
    assert table.outputs[1].name == "grade"
    assert table.outputs[1].values == dmn.LiteralExpression('"甲", "乙"')
    assert table.outputs[1].default == dmn.LiteralExpression('"乙"')
    assert (table.output_label, table.type_ref) == ("奖励", "tReward")
    assert table.rules[0].description == "注"


@pytest.mark.parametrize(("written", "letters"), sorted(POLICY_WORDS.items()))
def test_hit_policies_are_known_by_letter_and_by_name(written: str, letters: str):
    assert read_table_sheet(changed(0, 0, f" {written.lower()} ")).hit_policy == letters


NUMBERS = [
    ("", "-"),
    (" ", "-"),
    ("-", "-"),
    ("—", "-"),
    (None, "-"),
    (5, "5"),
    (0.1, "0.1"),
    (0.3, "0.3"),
    (-2.5, "-2.5"),
    ("5", "5"),
    ("5000万", "50000000"),
    ("0.5亿元", "50000000"),
    ("30%", "0.3"),
    ("30％", "0.3"),
    ("≥5000万元", ">= 50000000"),
    (">=5000", ">=5000"),
    ("＞5", ">5"),
    ("=5", "=5"),
    ("5000万元以上", ">= 50000000"),
    ("5000万元（含）以上", ">= 50000000"),
    ("5以上（不含）", "> 5"),
    ("30以下", "<= 30"),
    ("30以内", "<= 30"),
    ("不满30", "< 30"),
    ("超过30万元", "> 300000"),
    ("不超过30", "<= 30"),
    ("不低于1%", ">= 0.01"),
    ("1000万元以上2000万元以下", "[10000000..20000000]"),
    ("1000以上，不满2000", "[1000..2000)"),
    ("超过10不超过20", "(10..20]"),
    (">=10且<20", "[10..20)"),
    ("[1000..2000)", "[1000..2000)"),
    ("[1000万元..2000万元)", "[10000000..20000000)"),
    ("[1000..2000），5", "[1000..2000),5"),
    ("<10, >20", "<10, >20"),
    ("1、2、3", "1, 2, 3"),
    ("1；2", "1, 2"),
    ("1, 2", "1, 2"),
    ("1%、5%以上", "0.01, >= 0.05"),
    ("not(1)", "not(1)"),
    ("≠5", "!=5"),
    ("? > 2 * 3", "? > 2 * 3"),
    ("FEEL: 门槛 * 2", "门槛 * 2"),
    ("floor(?) = 2", "floor(?) = 2"),
]


@pytest.mark.parametrize(("cell", "feel"), NUMBERS, ids=lambda value: repr(value))
def test_conditions_on_numbers_are_read_as_feel(cell, feel: str):
    assert CellReader().test(cell, "number") == feel
    parse_unary_tests(feel, names=["门槛"])


WRONG_NUMBERS = [
    ("1000-2000", "dmn_sheet_dash"),
    ("1000~2000", "dmn_sheet_dash"),
    ("10万元至20万元", "dmn_sheet_dash"),
    (">=1000,<2000", "dmn_sheet_always"),
    ("<2000、>=1000", "dmn_sheet_always"),
    ("20以上10以下", "dmn_sheet_dash"),
    ("10以下20以上", "dmn_sheet_dash"),
    ("5、1-3", "dmn_sheet_dash"),
    ("1,000", "dmn_sheet_thousands"),
    (">=1，000万元", "dmn_sheet_thousands"),
    ("100,200", "dmn_sheet_thousands"),
    ("不限", "dmn_sheet_any_word"),
    ("无", "dmn_sheet_name"),
    ("约5", "dmn_sheet_name"),
    ("1、", "dmn_sheet_separator"),
    ("≥", "dmn_sheet_feel"),
    ("5公里", "dmn_sheet_feel"),
    (True, "dmn_sheet_kind"),
    (date(2021, 1, 1), "dmn_sheet_kind"),
    (1e15, "dmn_sheet_digits"),
    (0.1 + 0.2, "dmn_sheet_digits"),
    (float("inf"), "dmn_sheet_digits"),
    (12345678901234567890.0, "dmn_sheet_digits"),
]


@pytest.mark.parametrize(("cell", "code"), WRONG_NUMBERS, ids=lambda value: repr(value))
def test_what_is_not_certain_in_a_column_of_numbers_is_refused(cell, code: str):
    with pytest.raises(Refused) as refused:
        CellReader().test(cell, "number")
    assert refused.value.code == code


TEXTS = [
    ("智能", '"智能"'),
    ("智能、海洋", '"智能", "海洋"'),
    ("A, B;C", '"A", "B", "C"'),
    ("软件（含、嵌入式）", '"软件（含、嵌入式）"'),
    ('"智能", "海洋"', '"智能", "海洋"'),
    ("“智能”", '"智能"'),
    ("not(智能、海洋)", 'not("智能", "海洋")'),
    ("null", "null"),
    ("ISO-9001", '"ISO-9001"'),
    ("GB/T 4754", '"GB/T 4754"'),
    ("0123", '"0123"'),
    ("a\\b", '"a\\\\b"'),
    ("软件(含嵌入式)", '"软件(含嵌入式)"'),
    ('starts with(?, "A")', 'starts with(?, "A")'),
    ("FEEL: 主导产业", "主导产业"),
]


@pytest.mark.parametrize(("cell", "feel"), TEXTS)
def test_conditions_on_texts_need_no_quotes(cell: str, feel: str):
    assert CellReader().test(cell, "string") == feel
    parse_unary_tests(feel, names=["主导产业"])


WRONG_TEXTS = [
    ("≥B", "dmn_sheet_text"),
    ("a..b", "dmn_sheet_text"),
    ("? in x", "dmn_sheet_text"),
    ("string(x)", "dmn_sheet_text"),
    ("a\nb", "dmn_sheet_text"),
    ("智能、、海洋", "dmn_sheet_separator"),
    ("不限", "dmn_sheet_any_word"),
    (39.0, "dmn_sheet_code"),
    ('"a', "dmn_sheet_feel"),
    ('"a" b', "dmn_sheet_feel"),
    ('x + "a"', "dmn_sheet_name"),
]


@pytest.mark.parametrize(("cell", "code"), WRONG_TEXTS)
def test_what_is_not_certain_in_a_column_of_texts_is_refused(cell, code: str):
    with pytest.raises(Refused) as refused:
        CellReader().test(cell, "string")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cell", "kind", "feel"),
    [
        ("是", "boolean", "true"),
        ("×", "boolean", "false"),
        (True, "boolean", "true"),
        ("not(true)", "boolean", "not(true)"),
        (date(2021, 12, 31), "date", 'date("2021-12-31")'),
        ("2021年1月5日", "date", 'date("2021-01-05")'),
        ("≥2021-1-5、2020/12/1", "date", '>= date("2021-01-05"), date("2020-12-01")'),
        ('[date("2021-01-01")..date("2021-12-31")]', "date", '[date("2021-01-01")..date("2021-12-31")]'),
        (datetime(2021, 12, 31, 8, 30), "date and time", 'date and time("2021-12-31T08:30:00")'),
        (3.0, "", "3"),
        (date(2021, 12, 31), "", 'date("2021-12-31")'),
        (False, "", "false"),
        ('"a", 1', "", '"a", 1'),
    ],
)
def test_truth_values_dates_and_untyped_cells_are_read_as_feel(cell, kind: str, feel: str):
    assert CellReader().test(cell, kind) == feel
    parse_unary_tests(feel)


@pytest.mark.parametrize(
    ("cell", "kind", "code"),
    [
        ("智能", "", "dmn_sheet_name"),
        ("也许", "boolean", "dmn_sheet_name"),
        (1.0, "boolean", "dmn_sheet_kind"),
        ("2021-02-30", "date", "dmn_sheet_kind"),
        (44561.0, "date", "dmn_sheet_kind"),
        (datetime(2021, 1, 1, 8), "date", "dmn_sheet_kind"),
    ],
)
def test_what_does_not_fit_the_type_of_its_column_is_refused(cell, kind: str, code: str):
    with pytest.raises(Refused) as refused:
        CellReader().test(cell, kind)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cell", "kind", "feel"),
    [
        ("50万元", "number", "500000"),
        (0.3, "number", "0.3"),
        ("营业收入 * 0.1", "number", "营业收入 * 0.1"),
        ("准予、公示", "string", '"准予、公示"'),
        ("是", "boolean", "true"),
        ("2021-12-31", "date", 'date("2021-12-31")'),
        ("null", "string", "null"),
        ("null", "number", "null"),
    ],
)
def test_results_are_read_as_one_expression(cell, kind: str, feel: str):
    assert CellReader(("营业收入",)).result(cell, kind) == feel
    parse(feel, names=["营业收入"])


@pytest.mark.parametrize("cell", ["", "-", None, "  "])
def test_a_result_left_empty_is_refused(cell):
    with pytest.raises(Refused) as refused:
        CellReader().result(cell, "number")
    assert refused.value.code == "dmn_sheet_blank"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-999_999_999, max_value=999_999_999, places=6))
def test_a_number_cell_of_fifteen_digits_keeps_every_digit(number):
    assert number_of(float(number)) == (format(number.normalize(), "f") if number else "0")


@pytest.mark.parametrize(
    ("row", "column", "cell", "code", "name"),
    [
        (3, 1, "1000-2000", "dmn_sheet_dash", "B4"),
        (4, 3, "", "dmn_sheet_blank", "D5"),
        (3, 2, 39, "dmn_sheet_code", "C4"),
        (4, 0, 3, "dmn_sheet_number", "A5"),
        (4, 0, "乙", "dmn_sheet_number", "A5"),
        (7, 2, "合计", "dmn_sheet_stray", "C8"),
        (3, 7, "注", "dmn_sheet_stray", "H4"),
        (2, 4, "注", "dmn_sheet_stray", "E3"),
        (0, 4, "别的", "dmn_sheet_heading", "E1"),
        (0, 4, "输入", "dmn_sheet_heading", "E1"),
        (1, 0, "别的", "dmn_sheet_heading", "A2"),
        (0, 0, "Z", "dmn_sheet_corner", "A1"),
        (1, 1, "", "dmn_sheet_blank", "B2"),
        (3, 3, ("=1/0", "#DIV/0!"), "dmn_sheet_error", "D4"),
        (3, 1, 0.1234567890123456, "dmn_sheet_digits", "B4"),
    ],
)
def test_a_refusal_names_the_sheet_and_the_cell(row: int, column: int, cell, code: str, name: str):
    found = refusal(changed(row, column, cell))
    faults = found.faults if isinstance(found, SheetRefused) else (found,)
    assert code in [fault.code for fault in faults]
    fault = next(fault for fault in faults if fault.code == code)
    assert fault.data["cell"] == name
    assert f"奖励.xlsx「决策表!{name}」" in fault.text("zh")
    assert name in fault.text("en")


def test_all_faults_of_a_sheet_are_told_at_once():
    rows = [*TABLE[:3], [1, "1-2", "≥B", "", ""], [2, "1,000", "", "5", ""]]
    found = refusal(book(rows))
    assert isinstance(found, SheetRefused)
    assert [fault.data["cell"] for fault in found.faults] == ["B4", "C4", "D4", "B5"]
    assert found.text("zh").count("\n") == 4
    again = pickle.loads(pickle.dumps(found))
    assert again.text("en") == found.text("en")
    many = [*TABLE[:3], *([n, "1-2", "", "5", ""] for n in range(1, 99))]
    assert len(refusal(book(many)).faults) == _MOST_FAULTS


def test_a_formula_whose_result_was_not_saved_is_refused_and_one_with_a_result_is_read():
    assert read_table_sheet(changed(3, 3, ("=2+3", 5))).rules[0].outputs[0].text == "5"
    data = changed(3, 3, ("=2+3", "5"))
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(plain, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith("sheet1.xml"):
                assert b"</f><v>5</v>" in content
                content = content.replace(b"</f><v>5</v>", b"</f>")
            new.writestr(part, content)
    found = refusal(plain.getvalue())
    faults = found.faults if isinstance(found, SheetRefused) else (found,)
    assert (faults[0].code, faults[0].data["cell"]) == ("dmn_sheet_formula", "D4")


def test_a_cell_merged_downwards_says_the_same_for_each_rule():
    rows = [list(row) for row in TABLE]
    rows[4][2] = ""
    table = read_table_sheet(book(rows, merges=[(3, 2, 4, 2), (3, 4, 4, 4)]))
    assert [rule.tests[1].text for rule in table.rules] == ['"智能", "海洋"'] * 2
    assert [rule.annotations for rule in table.rules] == [("第八条",)] * 2


def test_cells_of_a_rule_merged_across_columns_are_refused():
    found = refusal(book(TABLE, merges=[(3, 1, 3, 2)]))
    faults = found.faults if isinstance(found, SheetRefused) else (found,)
    assert {fault.code for fault in faults} == {"dmn_sheet_merged"}
    assert faults[0].data["cell"] == "C4"


def test_the_corner_may_be_merged_over_the_labels():
    rows = [list(row) for row in TABLE]
    rows[1][0] = ""
    assert len(read_table_sheet(book(rows, merges=[(0, 0, 1, 0), (0, 1, 0, 2)])).rules) == 2


def test_lines_above_the_table_are_its_description_and_empty_rows_are_nothing():
    rows = [["研发奖励决策表"], ["（2021年）"], [], *TABLE[:4], [], TABLE[4], []]
    table = read_table_sheet(book(rows))
    assert table.description == "研发奖励决策表\n（2021年）"
    assert len(table.rules) == 2


def test_the_sheet_is_chosen_by_name_where_there_are_several():
    several = book(TABLE, more=["其他"])
    assert refusal(several).code == "dmn_sheet_choose"
    assert "其他" in refusal(several).text("zh")
    assert len(read_table_sheet(several, sheet="决策表").rules) == 2
    assert refusal(several, sheet="没有").code == "dmn_sheet_choose"
    assert len(read_table_sheet(book(TABLE, hidden=["底稿"])).rules) == 2
    assert refusal(book([])).code == "dmn_sheet_choose"


@pytest.mark.parametrize("data", [b"", b"PK", b"a,b\n1,2", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_is_refused(data: bytes):
    assert refusal(data).code == "dmn_sheet_file"


def test_a_workbook_with_cells_far_apart_is_refused_before_it_is_built():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        made.add_worksheet().write_string(1_048_575, 16_383, "x")
    assert refusal(file.getvalue()).code == "dmn_sheet_limit"


def test_a_workbook_with_a_document_type_is_refused():
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(TABLE))) as old, zipfile.ZipFile(plain, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/workbook.xml":
                content = content.replace(b"<workbook", b'<!DOCTYPE w [<!ENTITY a "b">]><workbook', 1)
            new.writestr(part, content)
    assert refusal(plain.getvalue()).code == "dmn_sheet_file"


# Round trip

KINDS = st.sampled_from(["", "number", "string", "boolean", "date", "date and time", "tRisk", "文本", "days"])
WORDS = st.text('智能a B1-（）,、;"\\\n\t<≥?.=0', max_size=8).filter(lambda text: not text or bool(text.strip()))
FEELS = st.sampled_from(
    [
        "-",
        "",
        "1",
        "0.10",
        "-2.5",
        "1e3",
        "123456789012345678",
        "1,000",
        "1, 2",
        "5-3",
        "[1..2)",
        ">= 3%",
        ">=门槛",
        '"智能"',
        '"智能", "海洋"',
        '"a、b"',
        '"a\\"b"',
        '"不限"',
        '"null"',
        '"1"',
        'not("a")',
        "null",
        "true",
        "false",
        'date("2021-12-31")',
        '> date("2021-12-31")',
        " x ",
        "不限",
        "智能",
        "≥5",
        "“a”",
        "FEEL: 1",
        "=1",
        "a\r\nb",
        "是",
        ">=1, <2",
        "<1, >2",
        'date and time("2021-12-31T08:00:00")',
        "for i in [1] return i",
        '"',
        "，",
    ]
)
CELLS = st.builds(dmn.LiteralExpression, FEELS | WORDS)
MAYBE = st.none() | CELLS


@st.composite
def tables(draw):
    inputs = draw(
        st.lists(
            st.builds(
                dmn.InputClause, st.builds(dmn.LiteralExpression, FEELS | WORDS, KINDS), WORDS, MAYBE, description=WORDS
            ),
            max_size=3,
        )
    )
    names = WORDS.map(lambda text: " ".join(text.split()))
    outputs = draw(
        st.lists(
            st.builds(dmn.OutputClause, names, WORDS, KINDS, MAYBE, MAYBE, description=WORDS), min_size=1, max_size=2
        )
    )
    notes = draw(st.lists(WORDS, max_size=2))
    row = st.builds(
        dmn.RuleRow,
        st.lists(CELLS, min_size=len(inputs), max_size=len(inputs)).map(tuple),
        st.lists(CELLS, min_size=len(outputs), max_size=len(outputs)).map(tuple),
        st.lists(WORDS, min_size=len(notes), max_size=len(notes)).map(tuple),
        description=WORDS,
    )
    return dmn.DecisionTable(
        tuple(inputs),
        tuple(outputs),
        tuple(draw(st.lists(row, max_size=4))),
        draw(st.sampled_from(sorted(set(POLICY_WORDS.values())))),
        tuple(notes),
        draw(WORDS),
        draw(KINDS),
        description=draw(WORDS),
    )


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables())
def test_a_table_written_to_a_sheet_and_read_is_the_same_table(table: dmn.DecisionTable):
    assert read_table_sheet(write_table_sheet(table), "t.xlsx") == table


def test_cells_are_written_in_the_plainest_form_that_reads_back():
    table = read_table_sheet(book(TABLE))
    written = write_table_sheet(table, "研发/奖励")
    with CalamineWorkbook.from_filelike(io.BytesIO(written)) as made:
        assert made.sheet_names == ["研发 奖励"]
        rows = made.get_sheet_by_index(0).to_python()
    assert rows == [
        ["U", "输入", "", "输出", "说明"],
        ["序号", "研发占比", "行业", "奖励金额", "依据"],
        ["类型", "数", "文本", "数", ""],
        [1.0, ">= 0.03", "智能、海洋", 500000.0, "第八条"],
        [2.0, "[0.01..0.03)", "-", 200000.0, ""],
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"tests": (dmn.LiteralExpression("1", description="d"),)},
        {"tests": (dmn.LiteralExpression("1", "number"),)},
        {"tests": (dmn.LiteralExpression("1", language="urn:javascript"),)},
        {"annotations": ("a", "b")},
        {"annotations": (" ",)},
        {"annotations": ("x" * 40_000,)},
        {"annotations": ("\ud800",)},
    ],
)
def test_what_a_sheet_has_no_place_for_is_refused_not_dropped(changes):
    one = (dmn.LiteralExpression("1"),)
    row = dmn.RuleRow(**{"tests": one, "outputs": one, "annotations": ("",), **changes})
    table = dmn.DecisionTable(
        (dmn.InputClause(dmn.LiteralExpression("x")),), (dmn.OutputClause(),), (row,), annotations=("说明",)
    )
    with pytest.raises(Refused) as refused:
        write_table_sheet(table)
    assert refused.value.code == "dmn_sheet_cannot_hold"


def test_results_of_different_types_in_one_column_are_refused():
    rows = tuple(dmn.RuleRow((), (dmn.LiteralExpression("1", kind),)) for kind in ("string", "number"))
    with pytest.raises(Refused) as refused:
        write_table_sheet(dmn.DecisionTable((), (dmn.OutputClause(),), rows))
    assert refused.value.code == "dmn_sheet_cannot_hold"


def test_feel_by_its_name_is_no_foreign_language_and_missing_annotations_are_blank():
    feel = "https://www.omg.org/spec/DMN/20230324/FEEL/"
    row = dmn.RuleRow((), (dmn.LiteralExpression("1", language=feel),))
    table = dmn.DecisionTable((), (dmn.OutputClause("a", "a"),), (row,), annotations=("说明",))
    again = read_table_sheet(write_table_sheet(table))
    assert again.rules[0].outputs[0].text == "1"
    assert again.rules[0].annotations == ("",)


def test_a_type_that_all_cells_of_a_result_name_becomes_the_columns():
    rows = tuple(dmn.RuleRow((), (dmn.LiteralExpression(text, "string"),)) for text in ('"a"', '"b"'))
    table = dmn.DecisionTable((), (dmn.OutputClause("x", "x"),), rows)
    again = read_table_sheet(write_table_sheet(table))
    assert again.outputs[0].type_ref == "string"
    assert [rule.outputs[0].text for rule in again.rules] == ['"a"', '"b"']


def test_names_that_are_known_need_no_mark():
    row = dmn.RuleRow((dmn.LiteralExpression(">= 门槛"),), (dmn.LiteralExpression("门槛 * 2"),))
    clause = dmn.InputClause(dmn.LiteralExpression("收入", "number"), "收入")
    table = dmn.DecisionTable((clause,), (dmn.OutputClause("a", "a", "number"),), (row,))
    for names, cell in (((), f"{FEEL_MARK} >= 门槛"), (("门槛",), ">= 门槛")):
        written = write_table_sheet(table, names=names)
        with CalamineWorkbook.from_filelike(io.BytesIO(written)) as made:
            assert made.get_sheet_by_index(0).to_python()[-1][1] == cell
        assert read_table_sheet(written, names=names) == table
