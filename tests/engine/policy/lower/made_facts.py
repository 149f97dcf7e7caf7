"""What made packs and dossiers are about: kinds of record, some of a made pack's own so that every type of field comes
up with both meanings of an empty cell; and the small pools from which figures and words are taken."""

from __future__ import annotations

from dataclasses import dataclass

# Stored figures: fen, ppm, hundredths of square metres, counts.
MONEY = (0, 1, 50, 99, 100, 150, 12_345, 1_000_000, 99_999_999, 100_000_000, 200_000_000_00)
HUGE = ((1 << 31) - 1, 1 << 53, 10**16 + 1, 10**17 - 1, 10**17, (1 << 62) + 3, (1 << 63) - 1, -(1 << 63))
RATE = (0, 1, 15_000, 50_000, 200_000, 333_333, 1_000_000, 1_500_000)
AREA = (0, 1, 5_000, 50_000, 100_001)
COUNT = (0, 1, 2, 3, 7, 30, 400)
YEARS = (2022, 2023, 2024, 2025, 2026)
DAYS = (
    "1899-12-31", "1999-12-31", "2000-02-29", "2023-12-31", "2024-01-01", "2024-02-28", "2024-02-29", "2024-03-01",
    "2024-12-31", "2025-01-01", "2025-01-31", "2025-02-28", "2025-06-30", "2025-12-31", "2026-01-01", "2150-01-01",
)  # fmt: skip
WORDS = ("", "甲", "乙", "丙", "甲乙", "国家级", "省级", "C3922", "I65", "ab", "B", "7")
SCALES = {"money": 2, "rate": 6, "area": 2, "count": 0, "year": 0}
FIGURES = {"money": MONEY, "rate": RATE, "area": AREA, "count": COUNT, "year": YEARS}


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of record: its fields (name → type), and whether there are many."""

    name: str
    many: bool
    fields: dict[str, str]

    def of(self, *types: str) -> list[str]:
        return [name for name, type_ in self.fields.items() if type_ in types]


REGISTRATION = Kind("登记", False, {"独立法人": "flag", "成立日期": "date", "迁入日期": "date", "行业代码": "code",
    "注册资本": "money", "实缴资本": "money", "登记状态": "code", "产业集群": "code",
    "战略性新兴产业": "flag"})  # fmt: skip
SINGLE = Kind("甲表", False, {"钱": "money", "率": "rate", "面": "area", "数": "count", "年份": "year", "日子": "date",
    "文": "text", "码": "code", "旗": "flag", "空旗": "flag", "空钱": "money", "空率": "rate"})  # fmt: skip
TAX = Kind("税务年报", True, {"年度": "year", "营业收入": "money", "研发费用": "money", "资产总额": "money"})
TITLES = Kind("科技资质", True, {"类别": "code", "级别": "code", "证书编号": "text", "认定日期": "date",
    "有效期至": "date", "重新认定": "flag", "撤销日期": "date"})  # fmt: skip
FEES = Kind("融资费用", True, {"合同编号": "text", "费用类别": "code", "金额": "money", "支付日期": "date"})
DATED = Kind("乙表", True, {"号": "text", "日子": "date", "钱": "money", "空钱": "money", "率": "rate", "数": "count",
    "年份": "year", "文": "text", "旗": "flag", "空旗": "flag", "面": "area", "空日": "date"})  # fmt: skip
PLAIN = Kind("丁表", True, {"号": "text", "钱": "money", "率": "rate", "旗": "flag"})
PAYMENTS = Kind("兑付记录", True, {"条款": "code", "事项": "text", "级别": "code", "所属年度": "year", "金额": "money",
    "支付日期": "date"})  # fmt: skip
LISTED = Kind("四上名录", True, {"专业": "code", "入库日期": "date", "退库日期": "date", "统计区划": "code"})
MANY = (TAX, TITLES, FEES, DATED, PLAIN, PAYMENTS, LISTED)
EVENTS = (TITLES, TITLES, FEES, DATED, DATED, PLAIN, TAX, LISTED)
FACTS = {
    "records": {
        "made_one": {"zh": "甲表", "en": "One", "holder": "sci", "record": "one", "of": ["enterprise", "institution"]},
        "made_many": {"zh": "乙表", "en": "Many", "holder": "ind", "record": "many", "of": ["enterprise", "person"],
            "period": "day", "key": ["number"], "local": True},
        "made_plain": {"zh": "丁表", "en": "Plain", "holder": "tax", "record": "many", "of": ["enterprise"],
            "key": ["number"]},
    },
    "fields": {
        "made_one": {
            "money": {"zh": "钱", "en": "Money", "type": "money"},
            "rate": {"zh": "率", "en": "Rate", "type": "rate"},
            "area": {"zh": "面", "en": "Area", "type": "area"},
            "count": {"zh": "数", "en": "Count", "type": "count"},
            "year": {"zh": "年份", "en": "Year", "type": "year", "empty": "none"},
            "day": {"zh": "日子", "en": "Day", "type": "date"},
            "text": {"zh": "文", "en": "Text", "type": "text", "empty": "none"},
            "code": {"zh": "码", "en": "Code", "type": "code"},
            "flag": {"zh": "旗", "en": "Flag", "type": "flag"},
            "flag_none": {"zh": "空旗", "en": "Flag or none", "type": "flag", "empty": "none"},
            "money_none": {"zh": "空钱", "en": "Money or none", "type": "money", "empty": "none"},
            "rate_none": {"zh": "空率", "en": "Rate or none", "type": "rate", "empty": "none"},
        },
        "made_many": {
            "number": {"zh": "号", "en": "Number", "type": "text"},
            "day": {"zh": "日子", "en": "Day", "type": "date"},
            "money": {"zh": "钱", "en": "Money", "type": "money"},
            "money_none": {"zh": "空钱", "en": "Money or none", "type": "money", "empty": "none"},
            "rate": {"zh": "率", "en": "Rate", "type": "rate"},
            "count": {"zh": "数", "en": "Count", "type": "count"},
            "year": {"zh": "年份", "en": "Year", "type": "year"},
            "text": {"zh": "文", "en": "Text", "type": "text"},
            "flag": {"zh": "旗", "en": "Flag", "type": "flag"},
            "flag_none": {"zh": "空旗", "en": "Flag or none", "type": "flag", "empty": "none"},
            "area": {"zh": "面", "en": "Area", "type": "area"},
            "day_none": {"zh": "空日", "en": "Day or none", "type": "date", "empty": "none"},
        },
        "made_plain": {
            "number": {"zh": "号", "en": "Number", "type": "text"},
            "money": {"zh": "钱", "en": "Money", "type": "money"},
            "rate": {"zh": "率", "en": "Rate", "type": "rate"},
            "flag": {"zh": "旗", "en": "Flag", "type": "flag"},
        },
    },
}  # fmt: skip
