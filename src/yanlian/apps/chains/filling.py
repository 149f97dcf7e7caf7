"""What to fill next in a chain here: gaps with their measures, the three to begin with, and whom to call.

The three are no score: gaps are taken layer by layer from the frontier of the two chosen measures (what nothing beats,
then what nothing else beats), within a layer the more valuable first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from yanlian.apps.chains.placing.elsewhere import placed_elsewhere
from yanlian.apps.chains.space import Space, back_tests, measured, space_of
from yanlian.apps.chains.state import ChainState, chain_state
from yanlian.apps.chains.trade import outside_firms
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.portions import portions
from yanlian.engine.chain.segments.backtest import BackTest
from yanlian.engine.chain.segments.candidates import DECLARED, Candidate, ColumnId, Outside, candidates_for
from yanlian.engine.chain.segments.coverage import Standing, purchases_of
from yanlian.engine.chain.segments.gaps import MEASURES, Axis, Frontier, Gap, MeasureId, frontier, gaps_of
from yanlian.engine.chain.template.model import Chain

ACROSS: Final[MeasureId] = "density"
UP: Final[MeasureId] = "unmet_firms"
FIRST = 3
_GROUPS = ("blank", "pending", "weak", "unknown")


@dataclass(frozen=True)
class Filling:
    """The gaps of a chain here, with everything that pages say of them."""

    state: ChainState
    space: Space
    gaps: Sequence[Gap]

    @property
    def chain(self) -> Chain:
        return self.state.chain

    @cached_property
    def tests(self) -> Mapping[MeasureId | Literal["common"], BackTest]:
        """The back-test of each feasibility ranking."""
        return back_tests(self.chain, self.space)

    @cached_property
    def outside(self) -> Sequence[Outside]:
        """Every outside firm that is known, with where the engine would put it."""
        return placed_elsewhere(self.chain, outside_firms(self.chain))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, str]]:
        """Of each local firm of the chain its name and code, by its id."""
        wanted = [int(one.id) for one in self.state.firms]
        found: dict[str, tuple[str, str]] = {}
        for some in portions(wanted):
            rows = Entity.objects.filter(pk__in=some)
            found.update({str(pk): (name, code) for pk, name, code in rows.values_list("pk", "name", "code")})
        return found

    def gap(self, segment: str) -> Gap | None:
        """The gap of a segment; None where the segment is none."""
        return next((one for one in self.gaps if one.segment == segment), None)

    def frontier(self, across: MeasureId = ACROSS, up: MeasureId = UP) -> Frontier:
        """The gaps on two measures."""
        return frontier(self.gaps, across, up)

    def first(self, across: MeasureId = ACROSS, up: MeasureId = UP, number: int = FIRST) -> list[Gap]:
        """The gaps to begin with: layer after layer of the frontier; first what is blank, then what is blank but has
        firms to be confirmed, then what is weak. Equals by how many firms here stop without it."""
        order = {one.graded.segment: at for at, one in enumerate(self.state.gaps())}
        found: list[Gap] = []
        for number_of_group in range(len(_GROUPS)):
            left = sorted(
                (one for one in self.gaps if self._group(one) == number_of_group),
                key=lambda one: order.get(one.segment, len(order)),
            )
            while left and len(found) < number:
                # Where one axis is known of none of them, the other alone orders them.
                layer = frontier(left, across, up).on or sorted(left, key=lambda one: -(one.measures[up] or 0.0))
                found += layer
                left = [one for one in left if one not in layer]
        return found[:number]

    def _group(self, gap: Gap) -> int:
        pending = gap.graded.grade == "blank" and self.state.segments[gap.segment].pending > 0
        return _GROUPS.index("pending" if pending else gap.graded.grade)

    def candidates(self, segment: str, order: Sequence[ColumnId] = DECLARED) -> tuple[Candidate, ...]:
        """Outside firms that fit a segment, by the declared columns."""
        return candidates_for(self.chain, segment, self.outside, order)


def filling(chain: Chain, area: str = "") -> Filling:
    """The gaps of a chain here, against a reference area."""
    return filling_of(chain_state(chain, area))


def filling_of(state: ChainState) -> Filling:
    """The gaps of a chain whose state is known."""
    chain = state.chain
    held: dict[str, set[str]] = {}
    for firm in (*state.firms, *state.outside):
        for stand in firm.stands:
            held.setdefault(stand.segment, set()).add(firm.id)
    standing = Standing(
        {segment: frozenset(firms) for segment, firms in held.items()},
        frozenset(one.id for one in state.firms),
        any(one.graded.figures.here.firms is not None for one in state.segments.values()),
    )
    space = space_of(state)
    graded = [one.graded for one in state.segments.values()]
    gaps = gaps_of(chain, graded, standing, purchases_of(state.links), measured(state, space))
    return Filling(state, space, gaps)


def measure_of(name: str, axis: Axis, usual: MeasureId) -> MeasureId:
    """The measure that an address asks for, on its axis; else the usual one."""
    return next((one.id for one in MEASURES.values() if one.id == name and one.axis == axis), usual)
