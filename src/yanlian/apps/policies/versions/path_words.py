"""What the keys of a pack are called on a page of differences: ("conditions", "注册地") is 条件 · 注册地."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from yanlian.ui import numbers
from yanlian.ui.words import Text, say

KEYS: dict[str, Text] = {
    "title": ("标题", "Title"),
    "number": ("文号", "Number"),
    "issuer": ("发文机关", "Issuer"),
    "place": ("地区", "Place"),
    "status": ("文件状态", "Status"),
    "valid_from": ("生效日", "In force from"),
    "valid_to": ("失效日", "In force until"),
    "payable_until": ("可兑付至", "Payable until"),
    "source": ("来源", "Source"),
    "note": ("说明", "Note"),
    "adopted_from": ("取自", "Adopted from"),
    "replaces": ("替代文件", "Replaces"),
    "repealed_by": ("废止依据", "Repealed by"),
    "rules": ("文件通用规则", "Rules of the document"),
    "names": ("", ""),
    "parameters": ("参数", "Parameter"),
    "scales": ("分档", "Scale"),
    "tables": ("标准表", "Table"),
    "definitions": ("定义", "Definition"),
    "values": ("取值", "value"),
    "brackets": ("自", "from"),
    "article": ("条文号", "Article"),
    "text": ("条文", "Text"),
    "department": ("负责部门", "Department"),
    "theme": ("主题", "Theme"),
    "subject": ("适用对象", "For whom"),
    "event": ("触发事项", "Trigger"),
    "each": ("每一条", "each"),
    "where": ("其中", "where"),
    "date": ("日期", "date"),
    "matter": ("事项编号", "matter"),
    "window_from": ("受理起", "window from"),
    "window_to": ("受理止", "window to"),
    "period": ("所属期间", "Period"),
    "gates": ("门槛", "Gate"),
    "vetoes": ("否决项", "Veto"),
    "conditions": ("条件", "Condition"),
    "without": ("不适用的通用规则", "Without"),
    "rounding": ("取整", "Rounding"),
    "caps": ("合计上限", "Cap over several"),
    "cap": ("单项上限", "Cap"),
    "amount": ("金额", "Amount"),
    "parts": ("分项", "Part"),
    "multipliers": ("系数", "Multiplier"),
    "first_time": ("首次", "First time"),
    "top_up": ("差额补足", "Top-up"),
    "stacking": ("就高不重复", "Highest only"),
    "exclusions": ("互斥", "Exclusion"),
    "manual": ("人工判定", "A person judges"),
    "gate_only": ("只认定资格", "Qualification only"),
    "result": ("结果", "Result"),
    "parameters_on": ("参数取值日", "Parameters on"),
    "delivery": ("兑现方式", "Delivery"),
    "evidence": ("佐证材料", "Evidence"),
    "flags": ("标记", "Flag"),
    "cases": ("用例", "Case"),
    "requires": ("依赖的政策包", "Requires"),
    "district": ("地区代码", "District"),
    "facts": ("自定义数据项", "Own facts"),
    "base_case": ("用例基础数据", "Base case"),
    "hit": ("命中规则", "Hit policy"),
    "inputs": ("输入", "Inputs"),
    "outputs": ("输出", "Outputs"),
    "reference": ("依据", "Reference"),
    "unit": ("单位", "Unit"),
    "mode": ("方式", "Mode"),
    "shared": ("共用", "Shared"),
    "grade": ("等级", "Grade"),
    "url": ("网址", "Address"),
    "page": ("出处", "Place"),
    "seen": ("查阅时间", "Seen"),
}


def path_text(path: Sequence[str]) -> str:
    """The path in the reader's language; what is not a key is a name that the pack gives."""
    keys = {**KEYS, "rules": ("行", "row")} if "tables" in path else KEYS
    parts = [say(keys[one]) if one in keys else one for one in path]
    if len(path) > 1 and path[-2] == "brackets" and path[-1].replace(".", "", 1).isdigit():
        # A bracket is known by the value it begins at.
        parts[-1] = numbers.number(Decimal(path[-1]))
    return " · ".join(part for part in parts if part)
