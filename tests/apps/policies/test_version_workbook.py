"""A policy document from a workbook: the template is fit as it stands, every fault is told by sheet, row, column."""

import io

import pytest
import xlsxwriter

from yanlian.apps.policies.versions.workbook.building import names_of_workbook, texts_of_workbook
from yanlian.apps.policies.versions.workbook.inserting import with_names
from yanlian.apps.policies.versions.workbook.reading import WorkbookRefused
from yanlian.apps.policies.versions.workbook.sheets import DOCUMENT_ITEMS, SHEETS
from yanlian.apps.policies.versions.workbook.template import template_workbook
from yanlian.base.refusal import Refused
from yanlian.engine.policy import check_pack, load_packs, run_cases
from yanlian.engine.policy.tree import read_tree

HEADS = {name: [column.head for column in columns] for name, columns in SHEETS.items()}
DOCUMENT = {
    "文件编号": "W-1", "标题": "办法", "状态": "现行有效", "生效日": "2025/1/1", "适用对象": "企业，机构",
    "来源等级": "A", "出处": "试",
}  # fmt: skip
CLAUSE = {"条款编号": "W-1-01", "标题": "奖励", "负责部门": "科技局", "金额": 500000.5, "兑现方式": "免申即享"}
CASE = {"条款编号": "W-1-01", "用例": "例", "评价日": "2025-12-31", "应得结果": "符合", "应得金额": "500000.5元"}


def book(sheets):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for line, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell != "":
                        sheet.write(line, place, cell)
    return content.getvalue()


def items(values):
    return [["项目", "内容"], *([key, value] for key, value in values.items())]


def table(name, *rows):
    return [HEADS[name], *([row.get(head, "") for head in HEADS[name]] for row in rows)]


def whole(**changes):
    sheets = {"文件": items(DOCUMENT), "条款": table("条款", CLAUSE), "用例": table("用例", CASE)}
    return book({**sheets, **changes})


def refused(content):
    with pytest.raises(WorkbookRefused) as found:
        texts_of_workbook(content, "x.xlsx")
    return [(one.sheet, one.row, one.column, one.refusal.code) for one in found.value.faults]


def write(folder, texts):
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_template_is_a_pack_without_faults_whose_cases_pass(tmp_path):
    texts = texts_of_workbook(template_workbook(), "template.xlsx")
    assert set(texts) == {"li-2026.yaml", "pack.yaml"}
    folder = write(tmp_path / "li", texts)
    assert [fault.line_text() for fault in check_pack(folder) if fault.severity == "error"] == []
    results = run_cases(load_packs([folder]))
    assert [result.text() for result in results if not result.passed] == []
    assert len(results) == 3


def test_a_small_document_with_typed_cells_becomes_the_same_words_as_in_a_pack(tmp_path):
    texts = texts_of_workbook(whole(), "x.xlsx")
    folder = write(tmp_path / "w", {**texts, "pack.yaml": "pack: {id: w, title: 试, district: '370212'}\n"})
    packs = load_packs([folder])
    (document,) = packs.documents
    assert document.source.valid_from.isoformat() == "2025-01-01"
    assert document.source.rules.subject == ("enterprise", "institution")
    assert [one.passed for one in run_cases(packs)] == [True]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        ({"条款": table("条款", {**CLAUSE, "兑现方式": "自动"})}, ("条款", 2, "兑现方式", "book_word")),
        ({"条款": table("条款", {**CLAUSE, "负责部门": "科学局"})}, ("条款", 2, "负责部门", "book_word")),
        ({"条款": table("条款", {**CLAUSE, "标题": ""})}, ("条款", 2, "标题", "book_cell_missing")),
        ({"条款": table("条款", CLAUSE, CLAUSE)}, ("条款", 3, "条款编号", "book_clause_twice")),
        ({"条款": table("条款", {**CLAUSE, "触发条件": "x"})}, ("条款", 2, "触发清单", "book_event_part")),
        ({"条款": table("条款", {**CLAUSE, "佐证材料": "发票"})}, ("条款", 2, "佐证材料", "book_proof")),
        ({"用例": table("用例", {**CASE, "条款编号": "W-9"})}, ("用例", 2, "条款编号", "book_clause_unknown")),
        ({"用例": table("用例", {**CASE, "评价日": "年底"})}, ("用例", 2, "评价日", "book_day")),
        ({"用例": table("用例", {**CASE, "事实": "[1, 2]"})}, ("用例", 2, "事实", "book_facts")),
        ({"用例": table("用例", {**CASE, "事实": "{a: ["})}, ("用例", 2, "事实", "pack_yaml")),
        ({"分档": table("分档", {"分档": "甲", "方式": "整档", "起点（含）": 0})},
         ("分档", 2, "比例", "book_scale_row")),
        ({"条件": [["条款编号", "类型"], ["W-1-01", "条件"]]}, ("条件", 1, "类型", "book_column_unknown")),
        ({"文件": items({**DOCUMENT, "生效": "2025-01-01"})}, ("文件", 9, "生效", "book_column_unknown")),
        ({"附件": [["随便"]]}, ("附件", 0, "", "book_sheet_unknown")),
        ({"条款": [[*HEADS["条款"], ""], [*(CLAUSE.get(head, "") for head in HEADS["条款"]), "多余"]]},
         ("条款", 2, "", "book_cell_stray")),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_sheet_row_and_column_and_nothing_is_taken(sheets, expected):
    assert expected in refused(whole(**sheets))


def test_all_faults_are_told_at_once_in_both_languages():
    content = whole(
        条款=table("条款", {**CLAUSE, "兑现方式": "自动", "负责部门": "科学局"}),
        用例=table("用例", {**CASE, "应得结果": "大概"}),
    )
    assert len(refused(content)) == 3
    with pytest.raises(WorkbookRefused) as found:
        texts_of_workbook(content, "x.xlsx")
    assert "工作表“条款”第2行“兑现方式”列" in found.value.text("zh")
    assert 'sheet "用例", row 2, column "应得结果"' in found.value.text("en")


def test_a_needed_item_of_the_document_that_is_missing_is_told():
    assert ("文件", 0, "标题", "book_cell_missing") in refused(whole(文件=items({**DOCUMENT, "标题": ""})))
    assert {item.head for item in DOCUMENT_ITEMS if item.needed} >= {"文件编号", "标题", "状态", "生效日"}


def test_a_text_that_looks_like_yaml_stays_that_text(tmp_path):
    odd = "奖励: [甲] # 不是注释 'x' \"y\" {z}"
    texts = texts_of_workbook(whole(条款=table("条款", {**CLAUSE, "标题": odd, "条文原文": "null"})), "x.xlsx")
    folder = write(tmp_path / "w", {**texts, "pack.yaml": "pack: {id: w, title: 试, district: '370212'}\n"})
    clause = load_packs([folder]).clause("W-1-01").source
    assert (clause.title, clause.text) == (odd, "null")


TABLE = [
    ["U", "输入", "输出"],
    ["", "平台.级别", "金额"],
    ["类型", "文本", "数"],
    ["1", "国家级", 500000],
    ["2", "省级", 200000],
]


def test_a_single_table_goes_into_a_document_whose_own_lines_stay(tmp_path):
    names = names_of_workbook(book({"标准表 平台奖励": TABLE}), "t.xlsx")
    text = "# 说明\ntables:\n  旧表:  # 保留\n    hit: U\n\nclauses: []\n"
    made = with_names(text, names, "a.yaml")
    for line in text.splitlines():
        assert line in made.splitlines()
    tree = read_tree(made)
    assert list(tree.get("tables").entries) == ["旧表", "平台奖励"]
    assert len(tree.get("tables").get("平台奖励").get("rules").items) == 2
    with pytest.raises(Refused) as found:
        with_names(made, names, "a.yaml")
    assert found.value.code == "book_name_there"
    assert read_tree(with_names("clauses: []\n", names, "a.yaml")).get("tables").get("平台奖励") is not None


def test_a_faulty_table_is_told_with_its_cell():
    wrong = [*TABLE[:3], ["1", "国家级", "很多"]]
    with pytest.raises(WorkbookRefused) as found:
        names_of_workbook(book({"标准表 平台奖励": wrong}), "t.xlsx")
    assert "C4" in found.value.text("zh")
