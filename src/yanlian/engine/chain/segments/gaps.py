"""What to fill next: how feasible and how valuable each missing or weak segment is, on two axes with a frontier.

No weights: a reader chooses one measure for each axis, and what no other segment beats on both is the frontier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from yanlian.engine.chain.segments.backtest import Presence, Scores
from yanlian.engine.chain.segments.coverage import Flows, Standing
from yanlian.engine.chain.segments.grades import Graded
from yanlian.engine.chain.segments.pareto import undominated
from yanlian.engine.chain.template.model import Chain, Edge

MeasureId = Literal[
    "density", "inputs_here", "customers_here", "complexity", "gain", "unmet_firms", "unmet_value", "risk_fall"
]
Axis = Literal["feasibility", "value"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to say how feasible or how valuable it is to fill a segment; more is better."""

    id: MeasureId
    axis: Axis
    zh: str
    en: str
    formula_zh: str
    formula_en: str


_ALL: Final = (
    Measure("density", "feasibility", "关联密度", "Relatedness density",
            "Σ 已有环节的邻近度 ÷ Σ 全部环节的邻近度（Hidalgo 等 2007）",
            "Σ proximity to segments present ÷ Σ proximity to all (Hidalgo et al. 2007)"),
    Measure("inputs_here", "feasibility", "必需投入本地可得", "Essential inputs at hand",
            "本地有企业供给的必需投入 ÷ 全部必需投入",
            "essential inputs that local firms make ÷ all essential inputs"),
    Measure("customers_here", "feasibility", "下游客户在本地", "Customers at hand",
            "本地有企业的下游环节 ÷ 必需该产品的全部下游环节",
            "customer segments with local firms ÷ all that need the product"),
    Measure("complexity", "value", "复杂度", "Complexity (PCI)",
            "产品复杂度指数 PCI（Hidalgo & Hausmann 2009）",
            "product complexity index (Hidalgo & Hausmann 2009)"),
    Measure("gain", "value", "机会增益", "Opportunity gain (COG)",
            "补上后其他尚缺环节更易补的程度（Hausmann 等 2014）",
            "how much nearer the other missing segments come (Hausmann et al. 2014)"),
    Measure("unmet_firms", "value", "本地未满足的客户", "Local customers unmet",
            "必需该产品、本地无人供给的本地下游企业数（去重）",
            "distinct local firms that need the product and have no local maker of it"),
    Measure("unmet_value", "value", "外购额", "Bought outside",
            "本地下游企业向区外该环节企业的采购额之和（仅按已知供应关系）",
            "what local customers buy of it from outside (known links only), yuan a year"),
    Measure("risk_fall", "value", "断链风险下降", "Fall of chain-break risk",
            "现有供应商中影响最大的一家停产带走的全区营收比例，减去新增一家本地供应商（从每笔供货分走1/(n+1)）后的同一比例",
            "share of the district's revenue lost if the one supplier stops that matters most, less the same after one "
            "more local supplier took 1/(n+1) of each delivery"),
)  # fmt: skip
MEASURES: Final[Mapping[MeasureId, Measure]] = {one.id: one for one in _ALL}


@dataclass(frozen=True, slots=True)
class Gap:
    """A segment to fill with every measure known of it; None: not known. `needed_by`: edges to segments with local
    firms that need the product; `fed_by`: its essential inputs that are made here; `customers`: those local firms."""

    segment: str
    graded: Graded
    measures: Mapping[MeasureId, float | None]
    needed_by: tuple[Edge, ...]
    fed_by: tuple[Edge, ...]
    customers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frontier:
    """Gaps on two axes. `on`: the segments that no other beats on both; `off`: those beaten, by axis order; `unplaced`:
    those of which one of the two measures is not known."""

    across: MeasureId
    up: MeasureId
    on: tuple[Gap, ...]
    off: tuple[Gap, ...]
    unplaced: tuple[Gap, ...]


def gaps_of(
    chain: Chain,
    graded: Sequence[Graded],
    standing: Standing,
    flows: Flows,
    measured: Mapping[MeasureId, Mapping[str, float]] | None = None,
) -> tuple[Gap, ...]:
    """Every segment that is blank, weak or perhaps so, with its measures. `measured`: those that are computed
    elsewhere (density, complexity, gain, risk_fall), by segment; what is not given is unknown."""
    given = measured or {}
    found = []
    for one in graded:
        if one.worst not in {"blank", "weak"}:
            continue
        outputs = [edge for edge in chain.outputs(one.segment) if edge.essential]
        needed = tuple(edge for edge in outputs if standing.here(edge.customer))
        fed = tuple(edge for edge in chain.inputs(one.segment) if edge.essential and standing.here(edge.supplier))
        buyers = sorted(set().union(*(standing.here(edge.customer) for edge in needed))) if needed else []
        values: dict[MeasureId, float | None] = {
            "inputs_here": one.figures.inputs.share,
            "customers_here": one.figures.outputs.share,
            "unmet_firms": _unmet_firms(one, standing, buyers),
            "unmet_value": _bought_outside(one.segment, buyers, standing, flows),
        }
        for key in MEASURES:
            if key not in values:
                values[key] = given.get(key, {}).get(one.segment)
        found.append(Gap(one.segment, one, values, needed, fed, tuple(buyers)))
    return tuple(found)


def frontier(gaps: Sequence[Gap], across: MeasureId, up: MeasureId) -> Frontier:
    """The gaps on two chosen measures, those on the frontier from the most valuable down."""
    placed = [one for one in gaps if one.measures[across] is not None and one.measures[up] is not None]
    flags = undominated([(one.measures[across], one.measures[up]) for one in placed])

    def order(one: Gap) -> tuple[float, float]:
        return -(one.measures[up] or 0.0), -(one.measures[across] or 0.0)

    on = sorted((one for one, flag in zip(placed, flags, strict=True) if flag), key=order)
    off = sorted((one for one, flag in zip(placed, flags, strict=True) if not flag), key=order)
    unplaced = tuple(one for one in gaps if one not in placed)
    return Frontier(across, up, tuple(on), tuple(off), unplaced)


def _unmet_firms(one: Graded, standing: Standing, buyers: Sequence[str]) -> float | None:
    if not standing.placed:
        return None
    return 0.0 if standing.here(one.segment) else float(len(buyers))


def _bought_outside(segment: str, buyers: Sequence[str], standing: Standing, flows: Flows) -> float | None:
    """None where no purchase of these firms from this segment is known at all."""
    makers = standing.firms.get(segment, frozenset())
    seen = [(seller, value) for buyer in buyers for seller, value in flows.get(buyer, ()) if seller in makers]
    return sum(value for seller, value in seen if seller not in standing.local) if seen else None


def neighbour_scores(chain: Chain, *, inputs: bool) -> tuple[Sequence[str], Scores]:
    """The weights that turn presence into `inputs_here` (or `customers_here`) of every segment: presence @ weights.
    A segment without such edges has weights of nought. Segments in the template's order."""
    ids = [one.id for one in chain.segments]
    place = {one: at for at, one in enumerate(ids)}
    joined = np.zeros((len(ids), len(ids)))
    for edge in chain.edges:
        if edge.essential:
            pair = (edge.supplier, edge.customer) if inputs else (edge.customer, edge.supplier)
            joined[place[pair[0]], place[pair[1]]] += 1
    total = joined.sum(axis=0)
    return ids, np.divide(joined, total, out=np.zeros_like(joined), where=total > 0)


def by_neighbours(weights: Scores, seen: Presence) -> Scores:
    """The ranking of `inputs_here` or `customers_here`, for its back-test."""
    return np.asarray(seen.astype(np.float64) @ weights)
