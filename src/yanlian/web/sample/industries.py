"""Industries of the invented firms: GB/T 4754-2017 codes, the word in the name, the usual size and R&D."""

from __future__ import annotations

from dataclasses import dataclass

CLUSTERS: tuple[str | None, ...] = ("software", "vr", "microelectronics", "industrial_internet", "ai", None)
NO_CLUSTER = 5


@dataclass(frozen=True)
class Industry:
    """`weight` is the share inside its cluster, `revenue` the median in yuan, `research` its median share of that."""

    code: str
    word: str
    cluster: str | None
    sector: str
    weight: float
    revenue: float
    research: float


_MAKING, _SERVICE = "工业", "服务业"

INDUSTRIES: tuple[Industry, ...] = (
    Industry("I6513", "软件", "software", _SERVICE, 0.55, 2_800_000, 0.07),
    Industry("I6531", "系统集成", "software", _SERVICE, 0.25, 3_600_000, 0.05),
    Industry("I6550", "数据服务", "software", _SERVICE, 0.20, 2_600_000, 0.06),
    Industry("I6572", "虚拟现实内容", "vr", _SERVICE, 0.55, 20_000_000, 0.08),
    Industry("C3961", "虚拟现实设备", "vr", _MAKING, 0.45, 45_000_000, 0.07),
    Industry("I6520", "集成电路设计", "microelectronics", _SERVICE, 0.60, 6_000_000, 0.18),
    Industry("C3973", "集成电路制造", "microelectronics", _MAKING, 0.40, 8_000_000, 0.12),
    Industry("I6431", "工业互联网", "industrial_internet", _SERVICE, 1.00, 6_000_000, 0.08),
    Industry("I6511", "人工智能", "ai", _SERVICE, 0.60, 5_000_000, 0.12),
    Industry("C3964", "智能机器人", "ai", _MAKING, 0.40, 14_000_000, 0.08),
    Industry("C3599", "装备", None, _MAKING, 0.16, 26_000_000, 0.035),
    Industry("C3911", "电子设备", None, _MAKING, 0.12, 30_000_000, 0.04),
    Industry("C2770", "医疗材料", None, _MAKING, 0.07, 18_000_000, 0.045),
    Industry("M7320", "工程研究", None, _SERVICE, 0.10, 4_000_000, 0.08),
    Industry("M7452", "检测", None, _SERVICE, 0.06, 9_000_000, 0.05),
    Industry("L7263", "人力资源", None, _SERVICE, 0.07, 40_000_000, 0.002),
    Industry("L7259", "商务", None, _SERVICE, 0.13, 1_500_000, 0.002),
    Industry("F5179", "贸易", None, "批发", 0.15, 12_000_000, 0.001),
    Industry("F5279", "零售", None, "零售", 0.08, 2_500_000, 0.001),
    Industry("H6210", "餐饮", None, "住宿餐饮", 0.06, 1_200_000, 0.0005),
)

# Institutions and park operators follow the enterprises in the list of industries.
INSTITUTIONS: tuple[Industry, ...] = (
    Industry("M7320", "研究院", None, _SERVICE, 0.50, 12_000_000, 0.45),
    Industry("M7452", "检测中心", None, _SERVICE, 0.20, 30_000_000, 0.06),
    Industry("L7264", "创业服务中心", None, _SERVICE, 0.20, 3_000_000, 0.01),
    Industry("M7310", "高校实验室", None, _SERVICE, 0.10, 8_000_000, 0.50),
)
PARKS: tuple[Industry, ...] = (Industry("L7221", "园区", None, _SERVICE, 1.0, 8_000_000, 0.002),)

ALL: tuple[Industry, ...] = INDUSTRIES + INSTITUTIONS + PARKS
FIRST_INSTITUTION = len(INDUSTRIES)
PARK = len(INDUSTRIES) + len(INSTITUTIONS)


def positions(cluster: str | None) -> list[int]:
    """The industries of a cluster among those of enterprises."""
    return [at for at, industry in enumerate(INDUSTRIES) if industry.cluster == cluster]
