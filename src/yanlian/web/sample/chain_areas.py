"""Fictional areas around the sample district, so that there is a product space to compute: who has what, year by year.

An area is good at some groups of segments and not at others, and rare segments are made by areas that make much: that
is what real tables of areas and products look like (Hausmann & Hidalgo 2011). Seeded; it says nothing of real places.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from yanlian.apps.chains.models import ReferenceFigure
from yanlian.engine.chain.template.model import Chain, Segment
from yanlian.web.sample.chain_firms import YEAR, rng_of

SOURCE = "样例对照数据（虚构，随机生成）"
AREAS = 16
_FIRST_CODE = 990101
_OUTPUT_OF_ONE = 60_000_000
# Spread of how much an area makes at all, of what it is good at, and of how rare a segment is.
_LEVEL, _SKILL, _RARITY = 0.7, 1.6, 0.9


def draw_areas(chain: Chain, at: datetime) -> list[ReferenceFigure]:
    """One row for each area and segment; nought where the area has no firm."""
    rng = rng_of("areas", chain.id)
    groups = sorted({one.group for one in chain.segments})
    skill = rng.normal(0, _SKILL, (AREAS, len(groups)))
    level = rng.normal(0, _LEVEL, AREAS)
    rarity = rng.normal(0.6, _RARITY, len(chain.segments))
    found = []
    for area in range(AREAS):
        for place, segment in enumerate(chain.segments):
            strength = level[area] + skill[area, groups.index(segment.group)] - rarity[place] + rng.normal(0, 0.5)
            firms = int(rng.poisson(np.exp(1.2 + strength / 2))) if strength > 0 else 0
            output = int(np.exp(rng.normal(16.8, 0.7, firms)).sum()) * 100 if firms else 0
            named = (str(_FIRST_CODE + area), f"样例外区{area + 1:02d}（虚构）")
            found.append(figure_of(chain, segment, named, SOURCE, at, YEAR, firms, output))
    return found


def figure_of(
    chain: Chain, segment: Segment, area: tuple[str, str], source: str, at: datetime, year: int, firms: int, output: int
) -> ReferenceFigure:
    """A fictional figure of a segment in an area (code and name): firms, and output in fen a year. Each employee stands
    for an output of 600,000 yuan."""
    return ReferenceFigure(
        area_code=area[0],
        area=area[1],
        chain=chain.id,
        segment=segment.id,
        year=year,
        firms=firms,
        output_fen=output,
        employees=output // _OUTPUT_OF_ONE,
        source=source,
        fictional=True,
        recorded_at=at,
    )
