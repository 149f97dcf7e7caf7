"""The kinds of title in the sample: who can get them, at which levels, how often, and what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from yanlian.web.sample import calibration as cal


@dataclass(frozen=True)
class Levels:
    """The levels at which a title exists, from the highest, and how often each occurs."""

    words: tuple[str, ...]
    weights: tuple[float, ...]


_ALL = Levels(("国家级", "省级", "市级"), (0.15, 0.35, 0.5))
_LOWER = Levels(("省级", "市级"), (0.4, 0.6))
_UPPER = Levels(("国家级", "省级"), (0.6, 0.4))
_NATION = Levels(("国家级",), (1.0,))
_PROVINCE = Levels(("省级",), (1.0,))
_CITY = Levels(("市级",), (1.0,))
_FOUR = Levels(("国家级", "省级", "市级", "区级"), (0.15, 0.25, 0.3, 0.3))
_DISTRICT = Levels(("区级",), (1.0,))
_LOCAL = Levels(("市级", "区级"), (0.5, 0.5))


@dataclass(frozen=True)
class TitleKind:
    """`rate` is the share of candidates that have it (in a ladder: that climb on), `least` a minimum for the sample.

    `years` is the validity (0: open end), `renewals` the share recognised again. `fixed_2021` is the exact number
    recognised by the end of 2021 where the text publishes one (0: none before 2022; None: free). `funds` are amounts of
    upper-level money in yuan. `smart` counts towards the published smart manufacturers. Half of the
    `late` ones were recognised in the last days of 2025, when a document for them had come into force.
    """

    record: str
    name: str
    series: str
    who: str
    rate: float = 0.0
    least: int = 0
    levels: Levels = _ALL
    years: int = 0
    renewals: float = 0.0
    fixed_2021: int | None = None
    evaluated: bool = False
    funds: tuple[int, ...] = ()
    smart: bool = False
    late: bool = False


_science = partial(TitleKind, "science_title")
_industry = partial(TitleKind, "industry_title")
_market = partial(TitleKind, "accreditation")

HIGH_TECH = _science("高新技术企业", "HNTE", "enterprise", levels=_NATION, years=3)
TECH_SME = _science("科技型中小企业", "TSME", "enterprise", levels=_NATION)

LADDER: tuple[TitleKind, ...] = (
    _industry("创新型中小企业", "CXZX", "enterprise", 0.6, 0, years=3, levels=_PROVINCE),
    _industry("专精特新中小企业", "ZJTX", "enterprise", 0.45, 0, years=3, levels=_PROVINCE),
    _industry("专精特新小巨人企业", "XJR", "enterprise", 0.5, 0, years=3, levels=_NATION),
    _industry("重点小巨人企业", "ZDXJR", "enterprise", 0.0, 0, years=3, levels=_NATION),
)

_SMART_SPLIT = (53, 40, 40)
assert sum(_SMART_SPLIT) == cal.SMART_MANUFACTURERS

TITLES: tuple[TitleKind, ...] = (
    _science("重点实验室", "LAB", "any", 0.004, 120, years=5, evaluated=True, funds=(500_000, 1_000_000, 2_000_000)),
    _science("技术创新中心", "TIC", "any", 0.004, 120, years=5, evaluated=True, funds=(500_000, 1_000_000)),
    _science(
        "新型研发机构",
        "NRD",
        "research",
        0.9,
        60,
        years=3,
        renewals=0.8,
        fixed_2021=cal.NEW_RESEARCH_BODIES,
        evaluated=True,
        funds=(300_000, 500_000),
        levels=_LOWER,
    ),
    _science("高端研发机构", "HRD", "research", 0.3, 24, levels=_DISTRICT),
    _science("国际科技合作基地", "ISTC", "any", 0.004, 120, evaluated=True, funds=(100_000, 200_000, 300_000)),
    _science(
        "概念验证中心", "POC", "any", 0.003, 100, evaluated=True, funds=(500_000, 1_000_000, 2_400_000), levels=_LOWER
    ),
    _science(
        "中试基地", "PILOT", "any", 0.003, 100, evaluated=True, funds=(1_000_000, 2_000_000, 3_000_000), levels=_LOWER
    ),
    _science("孵化器", "INC", "carrier", 0.5, 60, levels=_FOUR, evaluated=True, funds=(200_000, 500_000)),
    _science("众创空间", "MAKER", "carrier", 0.5, 40, evaluated=True, funds=(100_000, 200_000)),
    _science("孵化器", "INC-VR", "vr", 0.08, 10, levels=_UPPER, funds=(200_000, 500_000)),
    _science(
        "国家重点研发计划项目", "NKP-VR", "vr", 0.15, 15, levels=_NATION, funds=(1_500_000, 5_000_000, 12_000_000)
    ),
    _science("工程技术研究中心", "ERC", "any", 0.003, 30, years=5),
    _science("国家科学技术奖（前三名）", "AWARD", "any", 0.001, 12, levels=_NATION),
    _science("标准制定（前五名）", "STD", "enterprise", 0.006, 30, levels=_NATION),
    _science("企业技术中心", "ETC", "enterprise", 0.006, 30, years=3, renewals=0.5),
    _science("创新积分制评价", "JF", "enterprise", 0.02, 40, years=1, levels=_PROVINCE),
    _science("科融信评价", "KRX", "enterprise", 0.02, 40, years=1, levels=_PROVINCE),
    _science(
        "国家重点研发计划项目", "NKP", "software", 0.015, 30, funds=(1_500_000, 5_000_000, 12_000_000), levels=_NATION
    ),
    _industry("智能工厂", "ZNGC", "making", 0.03, 40, fixed_2021=_SMART_SPLIT[0], smart=True),
    _industry("智能制造示范", "ZNZZ", "making", 0.01, 30, fixed_2021=_SMART_SPLIT[1], smart=True),
    _industry("数字化车间", "SZCJ", "making", 0.02, 30, fixed_2021=_SMART_SPLIT[2], smart=True, levels=_LOWER),
    _industry("未来工厂", "WLGC", "making", 0.01, 24, fixed_2021=0, levels=_PROVINCE),
    _industry(
        "制造业单项冠军",
        "DXGJ",
        "making",
        0.015,
        40,
        years=3,
        renewals=0.6,
        levels=_UPPER,
    ),
    _industry("制造业单项冠军产品", "DXCP", "making", 0.008, 30, years=3, levels=_NATION),
    _industry(
        "工业互联网垂直平台",
        "CZPT",
        "platform",
        0.02,
        10,
        fixed_2021=cal.VERTICAL_PLATFORMS,
        levels=_CITY,
    ),
    _industry("虚拟现实应用试点示范", "VRSD", "vr", 0.2, 20, levels=_UPPER),
    _industry("数据标注平台", "BZPT", "software", 0.005, 30, levels=_CITY),
    _industry("软件企业", "RJQY", "software", 0.08, 60, years=1, renewals=0.7, levels=_PROVINCE),
    _industry("国家鼓励的重点软件企业", "ZDRJ", "software", 0.008, 30, years=1, levels=_NATION),
    _industry("中国软件百强企业", "RJBQ", "software", 0.004, 24, years=1, levels=_NATION),
    _industry("总部企业", "ZBQY", "enterprise", 0.005, 30, years=3, levels=_LOCAL),
    _industry("瞪羚企业", "DLQY", "enterprise", 0.01, 30, years=3, levels=_PROVINCE),
    _industry("垂直领域大模型产品", "DMX", "software", 0.01, 60, late=True, levels=_UPPER),
    _industry("高质量语料库", "YLK", "software", 0.01, 60, late=True, levels=_PROVINCE),
    _industry(
        "数据基础设施项目",
        "SJSS",
        "software",
        0.01,
        60,
        late=True,
        funds=(3_000_000, 5_000_000, 10_000_000),
        levels=_PROVINCE,
    ),
    _market("CNAS", "CNAS", "testing", 0.3, 40, years=6, levels=_NATION),
    _market("CMA", "CMA", "testing", 0.4, 40, years=6, levels=_PROVINCE),
    _market("DCMM", "DCMM", "software", 0.02, 30, years=3, levels=_NATION),
    _market("ITSS", "ITSS", "software", 0.03, 30, years=3, renewals=0.5, levels=_NATION),
    _market("AEC-Q100", "AEC", "chip", 0.3, 24, levels=_NATION),
)
