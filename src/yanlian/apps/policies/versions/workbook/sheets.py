"""Which sheets and columns a workbook of a policy document may have, and which words stand for which codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind`: how a typed cell is read (text, figure, date); `hint`: for the template."""

    key: str
    head: str
    needed: bool = False
    kind: str = "text"
    hint: str = ""
    words: Mapping[str, str] | None = None


SUBJECTS = {"企业": "enterprise", "机构": "institution", "个人": "person", "园区": "park"}
DELIVERIES = {"免申即享": "AUTO", "即申即享": "INSTANT", "申报": "APPLY", "人工办理": "MANUAL"}
STATUSES = {"征求意见稿": "draft", "现行有效": "in_force", "暂停执行": "suspended", "已废止": "repealed"}
OUTCOMES = {
    "符合": "eligible",
    "不符合": "not_eligible",
    "待补数据": "unknown",
    "人工判定": "manual",
    "不适用": "not_applicable",
}
TESTS = {"门槛": "gates", "否决项": "vetoes", "条件": "conditions"}
MODES = {"分段累进": "marginal", "整档": "whole"}
ROUNDINGS = {"四舍五入": "half_up", "舍去零头": "floor", "四舍六入五成双": "half_even"}

PACK, DOCUMENT, RULES, CLAUSES, CONDITIONS = "政策包", "文件", "通用规则", "条款", "条件"
PARAMETERS, SCALES, CASES, NOTES = "参数", "分档", "用例", "填写说明"
# A sheet called so, with a name behind it, is a decision table in the shape of docs/reference/dmn.md.
TABLE = "标准表"

# Sheets of two columns, 项目 and 内容: a row for each of these.
PACK_ITEMS = (
    Column("id", "政策包编号", needed=True, hint="laoshan"),
    Column("title", "政策包名称", needed=True, hint="崂山区政策包"),
    Column("district", "地区代码", needed=True, hint="370212"),
    Column("requires", "依赖的政策包", hint="national"),
)
DOCUMENT_ITEMS = (
    Column("id", "文件编号", needed=True, hint="全部政策包中唯一，例如 XX-2026"),
    Column("title", "标题", needed=True),
    Column("number", "文号"),
    Column("issuer", "发文机关"),
    Column("place", "地区"),
    Column("status", "状态", needed=True, words=STATUSES),
    Column("valid_from", "生效日", needed=True, kind="date"),
    Column("valid_to", "失效日", kind="date"),
    Column("payable_until", "可兑付至", kind="date"),
    Column("subject", "适用对象", needed=True, hint="企业、机构", words=SUBJECTS),
    Column("round_to", "取整到", hint="分、元、百元、千元、万元"),
    Column("round_mode", "取整方式", words=ROUNDINGS),
    Column("grade", "来源等级", needed=True, hint="A、B、B-、C"),
    Column("url", "网址"),
    Column("page", "出处"),
    Column("seen", "查阅时间"),
    Column("note", "说明"),
)
SHEETS: Mapping[str, tuple[Column, ...]] = {
    RULES: (
        Column("kind", "类别", needed=True, words=TESTS),
        Column("label", "名称", needed=True),
        Column("when", "公式", needed=True, hint="FEEL，例如 登记.注册区划 = 本区"),
        Column("article", "条文号"),
    ),
    CLAUSES: (
        Column("id", "条款编号", needed=True),
        Column("title", "标题", needed=True),
        Column("article", "条文号"),
        Column("text", "条文原文"),
        Column("department", "负责部门", needed=True, hint="部门名称或代码，例如 科技局、sci"),
        Column("theme", "主题"),
        Column("subject", "适用对象", hint="不填则同文件", words=SUBJECTS),
        Column("each", "触发清单", hint="每条记录判定一次，例如 科技资质"),
        Column("as", "记录名", hint="公式中对这条记录的称呼"),
        Column("where", "触发条件"),
        Column("date", "事项日期", hint="例如 平台.认定日期"),
        Column("matter", "事项编号", hint="例如 平台.证书编号"),
        Column("period", "所属期间", hint="例如 上年；不填为评价年度"),
        Column("amount", "金额", kind="figure", hint="数额、公式、标准表名或分档名(…)"),
        Column("cap", "单项上限", kind="figure"),
        Column("cap_year", "每年上限", kind="figure"),
        Column("cap_life", "累计上限", kind="figure"),
        Column("group", "就高组", hint="同组只取最高一项"),
        Column("manual", "人工判定", hint="填写原因，则由人判定"),
        Column("delivery", "兑现方式", needed=True, words=DELIVERIES),
        Column("evidence", "佐证材料", hint="材料@提供部门；材料@自备"),
        Column("note", "说明"),
    ),
    CONDITIONS: (
        Column("clause", "条款编号", needed=True),
        Column("kind", "类别", needed=True, words=TESTS),
        Column("label", "名称", needed=True),
        Column("when", "公式", needed=True),
        Column("article", "条文号"),
    ),
    PARAMETERS: (
        Column("name", "参数", needed=True),
        Column("unit", "单位", hint="元、比例、家、人…"),
        Column("from", "自", needed=True, kind="date"),
        Column("value", "取值", needed=True, kind="figure"),
        Column("reference", "依据", needed=True),
    ),
    SCALES: (
        Column("name", "分档", needed=True),
        Column("mode", "方式", needed=True, words=MODES),
        Column("from", "起点（含）", needed=True, kind="figure"),
        Column("rate", "比例", kind="figure"),
        Column("amount", "金额", kind="figure"),
        Column("reference", "依据"),
    ),
    CASES: (
        Column("clause", "条款编号", needed=True),
        Column("name", "用例", needed=True),
        Column("as_of", "评价日", needed=True, kind="date"),
        Column("subject", "主体类型", words=SUBJECTS),
        Column("facts", "事实", hint="例如 {税务年报: [{年度: 2024, 研发费用: 2000万元}]}"),
        Column("outcome", "应得结果", needed=True, words=OUTCOMES),
        Column("amount", "应得金额", kind="figure"),
        Column("failed", "未满足", hint="用、隔开"),
    ),
}
