"""Who leads the chain (链主): columns beside each other and what no other firm beats, without a weight between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from yanlian.engine.chain.segments.coverage import Flows
from yanlian.engine.chain.segments.figures import Firm, SegmentFigures
from yanlian.engine.chain.segments.pareto import undominated

LeaderColumn = Literal["esri", "segment_share", "output", "suppliers", "customers", "controls", "offspring"]
LEADER_COLUMNS: Final[Mapping[LeaderColumn, tuple[str, str, str, str]]] = {
    "esri": ("系统性风险指数", "ESRI", "该企业停产时全网产出损失的比例（Diem 等 2022）",
             "share of the network's output lost if it stops (Diem et al. 2022)"),
    "segment_share": ("占环节产出", "Share of its segment", "在其所站环节中占本地产出最高的一处",
                      "its share of local output on the segment where that is largest"),
    "output": ("产出", "Output", "年营业收入（元）", "operating revenue, yuan a year"),
    "suppliers": ("本地供应商", "Local suppliers", "已知供应关系中的本地供应企业数（去重）",
                  "distinct local firms known to supply it"),
    "customers": ("本地客户", "Local customers", "已知供应关系中的本地采购企业数（去重）",
                  "distinct local firms known to buy from it"),
    "controls": ("控制企业", "Firms controlled", "直接或间接控制的企业数", "firms that it controls directly or not"),
    "offspring": ("孵化企业", "Offspring", "由其孵化的企业数（含再孵化）", "firms that it incubated, and theirs"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leader:
    """A firm with the columns by which a leader is known; None: not known. `segment`: where its share is largest;
    `undominated`: no other firm is at least as good in every column and better in one."""

    firm: str
    columns: Mapping[LeaderColumn, float | None]
    segment: str | None
    undominated: bool


def leaders_of(
    firms: Sequence[Firm],
    figures: Sequence[SegmentFigures],
    *,
    purchases: Flows | None = None,
    esri: Mapping[str, float] | None = None,
    controls: Mapping[str, int] | None = None,
    offspring: Mapping[str, int] | None = None,
) -> tuple[Leader, ...]:
    """The local firms of a chain with their columns, the undominated first, then by output. What is
    not given (`purchases`, `esri` …) is unknown of every firm; a firm that a given table does not name has nought of
    it, but no risk index."""
    local = [one for one in firms if one.local and one.stands]
    output = {one.segment: one.here.output for one in figures}
    sold = _trade(purchases, {one.id for one in local})
    rows: list[tuple[str, dict[LeaderColumn, float | None], str | None]] = []
    for one in local:
        share, segment = _largest_share(one, output)
        rows.append(
            (
                one.id,
                {
                    "esri": (esri or {}).get(one.id),
                    "segment_share": share,
                    "output": one.output,
                    "suppliers": None if sold is None else len(sold[0].get(one.id, ())),
                    "customers": None if sold is None else len(sold[1].get(one.id, ())),
                    "controls": None if controls is None else controls.get(one.id, 0),
                    "offspring": None if offspring is None else offspring.get(one.id, 0),
                },
                segment,
            )
        )
    flags = undominated([list(columns.values()) for _, columns, _ in rows])
    found = [Leader(*row, flag) for row, flag in zip(rows, flags, strict=True)]
    return tuple(sorted(found, key=lambda one: (not one.undominated, -(one.columns["output"] or 0), one.firm)))


def _largest_share(firm: Firm, output: Mapping[str, float | None]) -> tuple[float | None, str | None]:
    if firm.output is None:
        return None, None
    shares = [(firm.output * stand.share / total, stand.segment) for stand in firm.stands
              if (total := output.get(stand.segment))]  # fmt: skip
    return max(shares, default=(None, None), key=lambda one: one[0])


def _trade(purchases: Flows | None, local: set[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]] | None:
    """Of each local firm its local suppliers, and its local customers."""
    if purchases is None:
        return None
    suppliers: dict[str, set[str]] = {}
    customers: dict[str, set[str]] = {}
    for buyer, bought in purchases.items():
        for seller, _ in bought:
            if buyer in local and seller in local and buyer != seller:
                suppliers.setdefault(buyer, set()).add(seller)
                customers.setdefault(seller, set()).add(buyer)
    return suppliers, customers
