"""The table that relatedness and complexity are computed from: which areas (or firms) have which segments.

Areas where at least eight have figures; else the firms of the chain with several segments each (relatedness by what
firms do together, Teece et al. 1994). Which of the two it is stands on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from yanlian.apps.chains.models import ReferenceFigure
from yanlian.apps.chains.risk_known import falls_known, newest_ranking
from yanlian.apps.chains.state import ChainState
from yanlian.engine.chain.complexity import measure
from yanlian.engine.chain.complexity.bits import proximities
from yanlian.engine.chain.complexity.space import density
from yanlian.engine.chain.links import Floats
from yanlian.engine.chain.segments.backtest import BackTest, Presence, hold_out, how_common
from yanlian.engine.chain.segments.gaps import MeasureId, by_neighbours, neighbour_scores
from yanlian.engine.chain.template.model import Chain

LEAST_AREAS: Final = 8


@dataclass(frozen=True)
class Space:
    """Rows × segments in the template's order; the last row is the district itself. `rows`: how many there are
    besides; `output`: yuan of areas, None where the rows are firms; `fictional`: some of the figures are made up."""

    kind: Literal["areas", "firms"]
    present: Presence
    output: Floats | None
    rows: int
    fictional: bool


def space_of(state: ChainState) -> Space:
    """The table of a chain, from what areas published or from the firms of the district. An area has a segment where
    it is specialised in it (revealed comparative advantage of at least 1), a firm where it stands on it."""
    place = {one.id: at for at, one in enumerate(state.chain.segments)}
    table, fictional = _areas(state.chain, place)
    if len(table) >= LEAST_AREAS:
        mine = np.array([[one.graded.figures.here.output or 0.0 for one in state.segments.values()]])
        output = np.vstack([table, mine])
        return Space("areas", measure(output).present, output, len(table), fictional)
    firms = np.zeros((len(state.firms) + 1, len(place)), dtype=np.bool_)
    for row, firm in enumerate(state.firms):
        firms[row, [place[one.segment] for one in firm.stands]] = True
    firms[-1] = firms.any(axis=0)
    several = np.append(firms[:-1].sum(axis=1) > 1, [True])
    return Space("firms", firms[several], None, int(several.sum()) - 1, fictional)


def _areas(chain: Chain, place: Mapping[str, int]) -> tuple[Floats, bool]:
    rows = ReferenceFigure.objects.filter(chain=chain.id, segment__in=list(place)).exclude(output_fen=None)
    years: dict[str, int] = {}
    for code, year in rows.values_list("area_code", "year"):
        years[code] = max(year, years.get(code, 0))
    # An area above districts (its code ends in 00) holds others, the district too.
    areas = {code: at for at, code in enumerate(sorted(one for one in years if not one.endswith("00")))}
    table = np.zeros((len(areas), len(place)))
    fictional = False
    for code, year, segment, output, made in rows.values_list(
        "area_code", "year", "segment", "output_fen", "fictional"
    ):
        if code in areas and year == years[code]:
            table[areas[code], place[segment]] = output or 0
            fictional = fictional or made
    return table, fictional


def measured(state: ChainState, space: Space) -> dict[MeasureId, dict[str, float]]:
    """Density of every segment here, by its id; complexity and opportunity gain where the table is of areas; and what
    filling it would save, from the newest kept risk ranking."""
    ids = [one.id for one in state.chain.segments]
    saved = falls_known(state.chain, newest_ranking())
    if space.output is None:
        return {"density": _named(ids, related(space.present)[-1]), "risk_fall": saved}
    found = measure(space.output)
    return {
        "density": _named(ids, found.density[-1]),
        "complexity": _named(ids, found.pci),
        "gain": _named(ids, found.cog[-1]),
        "risk_fall": saved,
    }


def related(seen: Presence) -> Floats:
    """The relatedness density of every cell, from what is seen."""
    return density(seen, proximities(seen))


def _named(ids: list[str], values: Floats) -> dict[str, float]:
    return {one: float(value) for one, value in zip(ids, values, strict=True) if np.isfinite(value)}


def back_tests(chain: Chain, space: Space) -> dict[MeasureId | Literal["common"], BackTest]:
    """The back-test of each feasibility measure on the table, and of the ranking to beat (`common`)."""
    _, inputs = neighbour_scores(chain, inputs=True)
    _, outputs = neighbour_scores(chain, inputs=False)
    return {
        "density": hold_out(space.present, related),
        "inputs_here": hold_out(space.present, lambda seen: by_neighbours(inputs, seen)),
        "customers_here": hold_out(space.present, lambda seen: by_neighbours(outputs, seen)),
        "common": hold_out(space.present, how_common),
    }
