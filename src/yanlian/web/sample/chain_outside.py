"""Around the sample district: fictional outside firms for what is missing, their ties, and figures of other areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ReferenceFigure
from yanlian.engine.chain.template.model import Chain, Segment
from yanlian.web.sample.chain_areas import figure_of
from yanlian.web.sample.chain_firms import YEAR, Firm, Stands, rng_of

SOURCE = "样例区外企业名录（虚构）"
FIGURES = "样例对照数据（虚构，随机生成）"
PLACES = (
    ("440305", "深圳市南山区"), ("310115", "上海市浦东新区"), ("110108", "北京市海淀区"), ("330108", "杭州市滨江区"),
    ("320505", "苏州市虎丘区"), ("420111", "武汉市洪山区"), ("360113", "南昌市红谷滩区"), ("340104", "合肥市蜀山区"),
)  # fmt: skip
# The areas to compare with: the city around the district, and a district that does not exist.
CITY, OTHER = ("370200", "青岛市"), ("990001", "样例对照区（虚构）")
_NUMBERS = "一二三四五六"


@dataclass(frozen=True)
class Outside:
    """Outside firms with the code of each segment they could fill, and what ties each to local firms."""

    firms: list[OutsideFirm]
    ties: list[tuple[str, int, str, str, int | None, int | None]]
    fills: list[tuple[str, str]]


def draw_outside(chain: Chain, stands: Sequence[Stands], at: datetime) -> Outside:
    """Firms that make what nobody or only one firm here makes; some sell it to local customers already."""
    rng = rng_of("outside", chain.id)
    on: dict[str, list[Firm]] = {}
    for one in stands:
        for segment in one.segments:
            on.setdefault(segment.id, []).append(one.firm)
    drawn = Outside([], [], [])
    for segment in chain.segments:
        here = len(on.get(segment.id, []))
        wanted = int(rng.integers(4, 7)) if not here else int(rng.integers(1, 3)) if here == 1 else 0
        buyers = [firm for edge in chain.outputs(segment.id) for firm in on.get(edge.customer, [])]
        for number in range(wanted):
            firm = _firm(segment, number, at, rng)
            drawn.firms.append(firm)
            drawn.fills.append((firm.code, segment.id))
            drawn.ties.extend(_ties(firm, segment, buyers, rng))
    return drawn


def _firm(segment: Segment, number: int, at: datetime, rng: np.random.Generator) -> OutsideFirm:
    code, place = PLACES[int(rng.integers(len(PLACES)))]
    names = [one.name for one in segment.products] or [segment.title]
    products = [names[int(index)] for index in rng.permutation(len(names))[:3]]
    return OutsideFirm(
        code=f"OUT-{segment.id}-{number + 1}",
        name=f"样例{segment.title}{_NUMBERS[number]}号（虚构）有限公司"[:200],
        place_code=code,
        place=place,
        contact=f"公开电话 000-{code[-4:]}{number + 1:04d}（虚构）",
        scope="、".join(f"{one}的研发、生产和销售" for one in products) + "（虚构经营范围）",
        products=products,
        year=YEAR,
        revenue_fen=int(np.exp(rng.normal(18.2, 1.0))) * 100,
        growth_ppm=int(rng.normal(120_000, 150_000)),
        employees=int(np.exp(rng.normal(4.8, 0.8))) + 5,
        branches=int(rng.poisson(1.2)),
        source=SOURCE,
        fictional=True,
        recorded_at=at,
    )


def _ties(
    firm: OutsideFirm, segment: Segment, buyers: Sequence[Firm], rng: np.random.Generator
) -> list[tuple[str, int, str, str, int | None, int | None]]:
    """(code of the outside firm, local firm, kind, product, amount in fen, share in ppm)."""
    found: list[tuple[str, int, str, str, int | None, int | None]] = []
    if buyers and rng.random() < 0.7:
        for index in rng.choice(len(buyers), size=min(len(buyers), int(rng.integers(1, 4))), replace=False):
            buyer = buyers[int(index)]
            amount = int(buyer.cost_fen * rng.uniform(0.02, 0.08)) // 100 * 100
            found.append((firm.code, buyer.pk, OutsideTie.Kind.SUPPLIES, firm.products[0], amount or None, None))
    if buyers and rng.random() < 0.15:
        owned = buyers[int(rng.integers(len(buyers)))]
        found.append((firm.code, owned.pk, OutsideTie.Kind.OWNS, "", None, int(rng.integers(5, 40)) * 10_000))
    return list({(one[0], one[1], one[2]): one for one in found}.values())


def draw_references(chain: Chain, stands: Sequence[Stands], at: datetime) -> list[ReferenceFigure]:
    """The city holds what stands here and more; the other district is of the same order and lacks other segments."""
    rng = rng_of("reference", chain.id)
    found = []
    for segment in chain.segments:
        local = [one.firm for one in stands if segment in one.segments]
        firms, output = len(local), sum(one.firm.revenue_fen for one in stands if one.segments[0] == segment)
        more = int(rng.poisson(4 + 1.5 * firms)) + 1
        city = (firms + more, output + _output(more, rng))
        there = 0 if rng.random() < 0.12 else int(rng.poisson(2 + 0.7 * firms)) + 1
        for (code, area), (count, total) in ((CITY, city), (OTHER, (there, _output(there, rng)))):
            past = int(total / (1 + rng.normal(0.08, 0.06)))
            found += [
                figure_of(chain, segment, (code, area), FIGURES, at, *one)
                for one in ((YEAR, count, total), (YEAR - 1, count, past))
            ]
    return found


def _output(firms: int, rng: np.random.Generator) -> int:
    return int(np.exp(rng.normal(16.8, 0.9, firms)).sum()) * 100 if firms else 0
