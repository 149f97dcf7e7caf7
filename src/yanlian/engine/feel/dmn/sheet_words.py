"""The words of a decision table on a worksheet, what they stand for, and what is refused about a sheet.

A table stands like this (rows marked * may be missing; the band row says which columns are which):

    U        | 输入                | 输出      | 说明          hit policy in the corner
    序号     | 研发占比 | 行业      | 奖励金额  | 依据          labels
    表达式 * | 年报.研发占比 | …    | 奖励金额  |               FEEL of inputs, names of outputs; else the labels
    类型 *   | 数      | 文本      | 数        |
    允许值 * …   默认值 * …   描述 * …   结果名称 * …   结果类型 * …
    1        | ≥3%     | 智能、海洋 | 50万元    | 第八条        one rule a row
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from yanlian.base.refusal import Language, Refused

Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta | None

# Everything after this mark is FEEL as it stands, whatever the column.
FEEL_MARK = "FEEL:"

POLICY_WORDS = {
    **{letters: letters for letters in ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")},
    **dict.fromkeys(("唯一", "UNIQUE"), "U"),
    **dict.fromkeys(("任意", "任一", "ANY"), "A"),
    **dict.fromkeys(("优先", "优先级", "PRIORITY"), "P"),
    **dict.fromkeys(("首条", "首个", "第一条", "FIRST"), "F"),
    **dict.fromkeys(("规则顺序", "按规则顺序", "RULE ORDER"), "R"),
    **dict.fromkeys(("输出顺序", "按输出顺序", "OUTPUT ORDER"), "O"),
    **dict.fromkeys(("汇总", "收集", "COLLECT"), "C"),
    **dict.fromkeys(("求和", "汇总求和", "合计", "COLLECT SUM"), "C+"),
    **dict.fromkeys(("最小", "最小值", "汇总最小", "COLLECT MIN"), "C<"),
    **dict.fromkeys(("最大", "最大值", "汇总最大", "COLLECT MAX"), "C>"),
    **dict.fromkeys(("计数", "个数", "汇总计数", "COLLECT COUNT"), "C#"),
}
BAND_WORDS = {
    **dict.fromkeys(("输入", "条件", "输入条件", "INPUT", "INPUTS"), "input"),
    **dict.fromkeys(("输出", "结果", "结论", "OUTPUT", "OUTPUTS"), "output"),
    **dict.fromkeys(("说明", "注释", "备注", "ANNOTATION", "ANNOTATIONS"), "annotation"),
    **dict.fromkeys(("规则描述", "RULE DESCRIPTION"), "rule"),
}
ROW_WORDS = {
    **dict.fromkeys(("表达式", "EXPRESSION"), "expression"),
    **dict.fromkeys(("类型", "TYPE"), "type"),
    **dict.fromkeys(("允许值", "ALLOWED"), "allowed"),
    **dict.fromkeys(("默认值", "DEFAULT"), "default"),
    **dict.fromkeys(("描述", "DESCRIPTION"), "description"),
    **dict.fromkeys(("结果名称", "RESULT NAME"), "result name"),
    **dict.fromkeys(("结果类型", "RESULT TYPE"), "result type"),
}
LABEL_WORDS = frozenset({"", "序号", "编号", "规则", "列名", "名称", "RULE", "NO."})
TYPE_WORDS = {
    "数": "number",
    "数值": "number",
    "数字": "number",
    "文本": "string",
    "文字": "string",
    "是否": "boolean",
    "布尔": "boolean",
    "日期": "date",
    "时间": "time",
    "日期时间": "date and time",
}


def word(cell: Cell) -> str:
    """A heading as it is looked up: no blanks around, letters large, full-width signs narrow."""
    text = " ".join(str(cell).split()) if isinstance(cell, str) else ""
    return text.upper().translate(str.maketrans("＋＜＞＃", "+<>#"))


class SheetRefused(Refused):
    """Several cells of one sheet that cannot be read: `faults` are their refusals, each with its cell."""

    def __init__(self, faults: tuple[Refused, ...], where: str) -> None:
        super().__init__("dmn_sheet_faults", where=where, found=len(faults))
        self.faults = faults

    def text(self, language: Language = "en") -> str:
        """The sentence, and under it one line for every cell."""
        return "\n".join([super().text(language), *(fault.text(language) for fault in self.faults)])

    def __reduce__(self) -> tuple[object, ...]:
        return (SheetRefused, (self.faults, self.data["where"]))
