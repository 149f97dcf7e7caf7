"""The workbook to fill in: every sheet with its headings, hints and lists of words, and one small example."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from yanlian.apps.policies.versions.workbook import sheets
from yanlian.apps.policies.versions.workbook.sheets import Column

# The example: fictional, complete, and fit as it stands.
_ITEMS: Mapping[str, Mapping[str, str]] = {
    sheets.PACK: {"id": "li", "title": "示例政策包", "district": "370212"},
    sheets.DOCUMENT: {
        "id": "LI-2026",
        "title": "示例区支持研发投入办法",
        "status": "现行有效",
        "valid_from": "2026-01-01",
        "issuer": "示例区人民政府",
        "subject": "企业",
        "round_to": "元",
        "round_mode": "舍去零头",
        "grade": "A",
        "page": "示例，请替换",
        "seen": "2026-01",
    },
}
_ROWS: Mapping[str, Sequence[Mapping[str, str]]] = {
    sheets.RULES: [{"kind": "门槛", "label": "登记状态存续", "when": '登记.登记状态 = "存续"', "article": "第二条"}],
    sheets.CLAUSES: [
        {
            "id": "LI-2026-01",
            "title": "研发投入补助",
            "article": "第三条",
            "text": "年研发投入超过门槛的企业，按分档给予补助，每年最高100万元。",
            "department": "科技局",
            "period": "上年",
            "amount": "研发补助(税务年报[年度 = 上年][1].研发费用)",
            "cap": "100万元",
            "cap_year": "100万元",
            "delivery": "免申即享",
            "evidence": "企业所得税年度申报@税务局",
        },
        {
            "id": "LI-2026-02",
            "title": "创新平台奖励",
            "article": "第四条",
            "text": "新认定的国家级、省级平台，分别奖励50万元、20万元。",
            "department": "科技局",
            "each": "科技资质",
            "as": "平台",
            "where": '平台.类别 = "重点实验室" and 平台.级别 in ("国家级", "省级")',
            "date": "平台.认定日期",
            "matter": "平台.证书编号",
            "amount": "平台奖励",
            "delivery": "免申即享",
            "evidence": "认定文件@科技局",
        },
    ],
    sheets.CONDITIONS: [
        {
            "clause": "LI-2026-01",
            "kind": "条件",
            "label": "年研发投入超过门槛",
            "when": "税务年报[年度 = 上年][1].研发费用 > 研发门槛",
            "article": "第三条",
        }
    ],
    sheets.PARAMETERS: [
        {"name": "研发门槛", "unit": "元", "from": "2026-01-01", "value": "100万元", "reference": "第三条"},
    ],
    sheets.SCALES: [
        {"name": "研发补助", "mode": "分段累进", "from": "0", "rate": "10%", "reference": "第三条"},
        {"name": "研发补助", "mode": "分段累进", "from": "500万元", "rate": "5%"},
    ],
    sheets.CASES: [
        {
            "clause": "LI-2026-01",
            "name": "恰好等于门槛",
            "as_of": "2026-12-31",
            "facts": "{登记: {登记状态: 存续}, 税务年报: [{年度: 2025, 研发费用: 100万元}]}",
            "outcome": "不符合",
            "failed": "年研发投入超过门槛",
        },
        {
            "clause": "LI-2026-01",
            "name": "600万元",
            "as_of": "2026-12-31",
            "facts": "{登记: {登记状态: 存续}, 税务年报: [{年度: 2025, 研发费用: 600万元}]}",
            "outcome": "符合",
            "amount": "55万元",
        },
        {
            "clause": "LI-2026-02",
            "name": "省级",
            "as_of": "2026-12-31",
            "facts": (
                "{登记: {登记状态: 存续}, 科技资质: "
                "[{类别: 重点实验室, 级别: 省级, 证书编号: A1, 认定日期: 2026-03-01}]}"
            ),
            "outcome": "符合",
            "amount": "20万元",
        },
    ],
}
_TABLE = (
    ("U", "输入", "输出"),
    ("序号", "平台.级别", "金额"),
    ("表达式", "平台.级别", "金额"),
    ("类型", "文本", "数"),
    ("1", "国家级", "500000"),
    ("2", "省级", "200000"),
)
_TABLE_NAME = f"{sheets.TABLE} 平台奖励"
_NOTES = (
    "每张工作表的第一行是列名，不要改动；带*提示的列必须填写，见批注。示例行可以删去或改写。",
    "“文件”和“政策包”两张表左列是项目，右列填写。新建政策包时才需要“政策包”表。",
    "金额可写 500万元、0.5亿元、30%，或 FEEL 公式；公式写法见 docs/reference/packs.md。",
    "“以上、不低于、不超过”含本数，用 >=、<=；“超过、不足、低于”不含本数，用 >、<。",
    "决策表另起一张工作表，名为“标准表 名称”，写法同条款页下载的标准表。",
    "导入时如有任何问题，整个文件都不会导入，并逐一指出工作表、行和列。",
)


def template_workbook() -> bytes:
    """The bytes of the workbook."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#e6f0ef", "border": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        notes = book.add_worksheet(sheets.NOTES)
        notes.set_column(0, 0, 100)
        for line, note in enumerate(_NOTES):
            notes.write_string(line, 0, note, text)
        _items(book.add_worksheet(sheets.PACK), sheets.PACK_ITEMS, _ITEMS[sheets.PACK], head, text)
        _items(book.add_worksheet(sheets.DOCUMENT), sheets.DOCUMENT_ITEMS, _ITEMS[sheets.DOCUMENT], head, text)
        for name, columns in sheets.SHEETS.items():
            _rows(book.add_worksheet(name), columns, _ROWS[name], head, text)
        table = book.add_worksheet(_TABLE_NAME)
        table.set_column(0, 2, 24)
        for line, row in enumerate(_TABLE):
            for place, cell in enumerate(row):
                table.write_string(line, place, cell, head if line < 4 else text)
    return content.getvalue()


def _items(sheet: Worksheet, items: Sequence[Column], example: Mapping[str, str], head: Format, text: Format) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, "项目", head)
    sheet.write_string(0, 1, "内容", head)
    for line, item in enumerate(items, 1):
        sheet.write_string(line, 0, item.head, head)
        sheet.write_string(line, 1, example.get(item.key, ""), text)
        _help(sheet, line, 0, item)
        _offer(sheet, line, line, 1, item)


def _rows(
    sheet: Worksheet, columns: Sequence[Column], example: Sequence[Mapping[str, str]], head: Format, text: Format
) -> None:
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 36 if column.key in ("text", "when", "facts", "amount") else 16, text)
        sheet.write_string(0, place, column.head, head)
        _help(sheet, 0, place, column)
        _offer(sheet, 1, 500, place, column)
        for line, row in enumerate(example, 1):
            if column.key in row:
                sheet.write_string(line, place, row[column.key], text)
    sheet.freeze_panes(1, 1)


def _help(sheet: Worksheet, line: int, place: int, column: Column) -> None:
    said = ("*必填。" if column.needed else "可不填。") + column.hint
    if column.words:
        said += " " + "、".join(column.words)
    sheet.write_comment(line, place, said)


def _offer(sheet: Worksheet, first: int, last: int, place: int, column: Column) -> None:
    """A list to choose from; several subjects may be written, so nothing else is shut out."""
    if column.words:
        sheet.data_validation(
            first, place, last, place, {"validate": "list", "source": list(column.words), "error_type": "information"}
        )
