"""The quantities that thresholds are set on: each with its unit, its formula in words and its range as far as known.

A range instead of one number, because a figure that is not delivered may be anything: a comparison that holds at both
ends holds, one that holds at neither does not, and any other is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final, Literal

from yanlian.engine.chain.segments.figures import SegmentFigures

Unit = Literal["count", "ratio", "share", "points", "yuan"]
QuantityId = Literal[
    "firms",
    "output",
    "output_share",
    "location_quotient",
    "location_quotient_firms",
    "growth",
    "growth_lead",
    "leaders",
    "leader_share",
    "patents",
    "input_coverage",
    "output_coverage",
]


@dataclass(frozen=True, slots=True)
class Range:
    """What a quantity may be: one number where low and high are the same."""

    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The number, where it is known."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity of a segment: what it is called and how it is computed."""

    id: QuantityId
    zh: str
    en: str
    unit: Unit
    formula_zh: str
    formula_en: str
    of: Callable[[SegmentFigures], Range]


def known(value: float | None, low: float = 0.0, high: float = inf) -> Range:
    """One number, or everything between two ends."""
    return Range(low, high) if value is None else Range(value, value)


def ratio(part: float | None, whole: float | None) -> float | None:
    """A part of a whole; None where either is unknown or the whole is nought."""
    return part / whole if part is not None and whole is not None and whole > 0 else None


def location_quotient(part: float, local: float, reference_part: float, reference: float) -> float:
    """(part / local) ÷ (reference part / reference): 1 where the segment weighs as much here as in the reference area
    (Florence 1939; Isserman 1977). All four positive but `part`, which may be nought."""
    return (part / local) / (reference_part / reference)


def _quotient(part: float | None, local: float | None, other: float | None, reference: float | None) -> Range:
    if part is None or not local or not other or not reference:
        return known(None)
    return known(location_quotient(part, local, other, reference))


def _growth(one: SegmentFigures) -> float | None:
    found = ratio(one.here.grown_to, one.here.grown_from)
    return None if found is None else found - 1


def _lead(one: SegmentFigures) -> float | None:
    mine, there = _growth(one), ratio(one.reference.grown_to, one.reference.grown_from)
    return None if mine is None or there is None else mine - (there - 1)


_ALL: Final = (
    Quantity("firms", "企业数", "Firms", "count",
             "本区站在该环节上的企业数", "Local firms that stand on the segment",
             lambda one: known(one.here.firms)),
    Quantity("output", "产出", "Output", "yuan",
             "本区企业的年营业收入之和；跨环节企业按其份额计",
             "Sum of local firms' revenue, by their share on the segment",
             lambda one: known(one.here.output)),
    Quantity("output_share", "占参照区产出", "Share of the reference area's output", "share",
             "本区产出 ÷ 参照区产出", "local output ÷ the reference area's output",
             lambda one: known(ratio(one.here.output, one.reference.output), 0.0, 1.0)),
    Quantity("location_quotient", "区位商（产出）", "Location quotient (output)", "ratio",
             "（本区该环节产出 ÷ 本区合计）÷（参照区该环节产出 ÷ 参照区合计）",
             "(local output ÷ local total) ÷ (reference output ÷ reference total)",
             lambda one: _quotient(one.here.output, one.totals.output_here, one.reference.output,
                                   one.totals.output_reference)),
    Quantity("location_quotient_firms", "区位商（企业数）", "Location quotient (firms)", "ratio",
             "（本区该环节企业数 ÷ 本区合计）÷（参照区该环节企业数 ÷ 参照区合计）",
             "(local firms ÷ local total) ÷ (reference firms ÷ reference total)",
             lambda one: _quotient(one.here.firms, one.totals.firms_here, one.reference.firms,
                                   one.totals.firms_reference)),
    Quantity("growth", "产出增长", "Growth of output", "share",
             "两年数据齐全企业的本年产出 ÷ 上年产出 − 1", "this year ÷ the year before − 1, of firms with both",
             lambda one: known(_growth(one), -1.0)),
    Quantity("growth_lead", "增长领先", "Growth above the reference", "points",
             "本区增长 − 参照区增长", "local growth − the reference area's growth",
             lambda one: known(_lead(one), -inf)),
    Quantity("leaders", "领军企业数", "Leading firms", "count",
             "本区该环节上的领军企业数", "Local leading firms on the segment",
             lambda one: known(one.here.leaders)),
    Quantity("leader_share", "占全链领军企业", "Share of the chain's leading firms", "share",
             "本区该环节领军企业数 ÷ 参照区全链领军企业数",
             "local leading firms on the segment ÷ all leading firms of the chain",
             lambda one: known(ratio(one.here.leaders, one.totals.leaders_reference), 0.0, 1.0)),
    Quantity("patents", "有效专利", "Valid patents", "count",
             "本区该环节企业的有效专利数之和", "Sum of the valid patents of local firms",
             lambda one: known(one.here.patents)),
    Quantity("input_coverage", "上游本地配套率", "Local coverage of inputs", "share",
             "必需投入中由本区企业满足的部分，每种产品计一次",
             "Part of the essential inputs met by local firms, each product once",
             lambda one: _between(one.inputs.low, one.inputs.high)),
    Quantity("output_coverage", "下游本地消纳率", "Local coverage of customers", "share",
             "作为他环节必需投入的产出中由本区企业承接的部分，每种产品计一次",
             "Part of the outputs essential to others that local firms take, each product once",
             lambda one: _between(one.outputs.low, one.outputs.high)),
)  # fmt: skip
QUANTITIES: Final[Mapping[QuantityId, Quantity]] = {one.id: one for one in _ALL}


def _between(low: float | None, high: float | None) -> Range:
    # A segment that needs nothing has no coverage: no comparison on it can hold or fail.
    return Range(0.0, 1.0) if low is None or high is None else Range(low, high)
