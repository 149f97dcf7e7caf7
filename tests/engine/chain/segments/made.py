"""Figures made by hand for the tests of segments."""

from __future__ import annotations

from datetime import date

from yanlian.engine.chain.segments import AreaFigures, Firm, SegmentFigures, Stand, Totals
from yanlian.engine.chain.segments.coverage import Covered
from yanlian.engine.chain.template.model import Chain, Edge, Segment

CHAIN = Chain(
    "t",
    "试",
    "Trial",
    date(2026, 11, 1),
    ("试",),
    (
        Segment("t-chip", "芯片", "Chips", "upstream", 1, "a"),
        Segment("t-lens", "镜片", "Lenses", "upstream", 1, "a"),
        Segment("t-set", "整机", "Sets", "midstream", 1, "b"),
        Segment("t-use", "应用", "Uses", "downstream", 1, "c"),
    ),
    (
        Edge("t-chip", "t-set", "芯片", 2),
        Edge("t-lens", "t-set", "镜片", 1),
        Edge("t-set", "t-use", "整机", 2),
        Edge("t-lens", "t-use", "镜片", 0),
    ),
)


def firm(name: str, *segments: str, local: bool = True, **figures: float | None) -> Firm:
    """A firm that stands on segments in equal parts. Figures: output, before, patents, leading."""
    stands = tuple(Stand(one, 1 / len(segments)) for one in segments)
    patents, leading = figures.get("patents"), figures.get("leading", 0)
    return Firm(
        name,
        stands,
        local,
        figures.get("output"),
        figures.get("before"),
        None if patents is None else int(patents),
        None if leading is None else bool(leading),
    )


def figures(
    firms: int | None = None,
    output: float | None = None,
    reference: float | None = None,
    growth: float | None = None,
    leaders: int | None = None,
) -> SegmentFigures:
    """Figures of a segment whose district has 100 of the reference area's 1,000 of output."""
    grown_from = None if growth is None else 100
    return SegmentFigures(
        "t-set",
        AreaFigures(firms, output, firms or 0, grown_from, None if growth is None else 100 + growth, leaders),
        AreaFigures(firms, reference, 0, 100, 110),
        Totals(100, 1000, 10, 100, 5),
        Covered(),
        Covered(),
    )
