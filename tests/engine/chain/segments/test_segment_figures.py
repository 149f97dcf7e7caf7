"""Facts about what is counted on a segment."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.chain.segments.made import CHAIN, firm

from yanlian.engine.chain.links import Links
from yanlian.engine.chain.segments import Firm, SegmentFigures, figures_of
from yanlian.engine.chain.segments.quantities import QUANTITIES, QuantityId, location_quotient

FIRMS = (
    firm("A", "t-set", output=60, before=50, patents=3, leading=1),
    firm("B", "t-set", "t-lens", output=20, before=20, patents=1),
    firm("X", "t-set", local=False, output=120, before=100),
    firm("Y", "t-chip", local=False, output=800, before=800, leading=1),
)


def of(segment: str, firms: tuple[Firm, ...] = FIRMS, **more: object) -> SegmentFigures:
    found = figures_of(CHAIN, firms, **more)  # type: ignore[arg-type]
    return next(one for one in found if one.segment == segment)


def value(name: QuantityId, one: SegmentFigures) -> float | None:
    return QUANTITIES[name].of(one).value


def test_the_location_quotient_of_the_published_example() -> None:
    # REAT's example of locq: 1,714 of 79,006 here, 879,213 of 15,593,224 in the reference area.
    assert location_quotient(1714, 79006, 879213, 15593224) == pytest.approx(0.3847623, abs=5e-8)


def test_figures_of_a_segment_by_hand() -> None:
    found = of("t-set")
    # Local output: 60 + 20 / 2 of 80; reference: 70 + 120 of 1,000.
    assert found.here.output == 70
    assert value("output_share", found) == pytest.approx(70 / 190)
    assert value("location_quotient", found) == pytest.approx((70 / 80) / (190 / 1000))
    assert value("location_quotient_firms", found) == pytest.approx((2 / 2) / (3 / 4))
    assert value("growth", found) == pytest.approx(70 / 60 - 1)
    assert value("growth_lead", found) == pytest.approx((70 / 60 - 1) - (190 / 160 - 1))
    assert value("leader_share", found) == 0.5
    assert value("patents", found) == 4


def test_a_firm_on_two_segments_is_no_yuan_twice() -> None:
    found = figures_of(CHAIN, FIRMS)
    assert sum(one.here.output or 0 for one in found) == 80


def test_missing_output_is_unknown_and_not_nought() -> None:
    found = of("t-set", (firm("A", "t-set"), firm("B", "t-set", output=5), *FIRMS[2:]))
    assert found.here.firms == 2
    assert found.here.output is None
    assert value("location_quotient", found) is None


def test_a_sum_of_four_fifths_of_the_firms_counts() -> None:
    some = tuple(firm(str(one), "t-set", output=10) for one in range(4))
    found = of("t-set", (*some, firm("last", "t-set")))
    assert (found.here.output, found.here.output_known) == (40, 4)


def test_a_segment_without_firms_has_nought_of_everything_but_growth() -> None:
    found = of("t-chip")
    assert (found.here.firms, found.here.output, found.here.leaders, found.here.patents) == (0, 0, 0, 0)
    assert value("growth", found) is None


def test_without_placement_nothing_is_known() -> None:
    found = of("t-set", placed=False)
    assert found.here.firms is None
    assert found.inputs.share is None
    assert found.inputs.count("unknown") == 2


def test_inputs_by_presence() -> None:
    found = of("t-set")
    # Lenses are made here (B), chips are not: one of two essential products.
    assert found.inputs.share == 0.5
    assert found.inputs.count("presence") == 2
    assert [one.product for one in found.inputs.unmet] == ["芯片"]


def test_an_edge_that_one_can_do_without_is_not_counted() -> None:
    assert len(of("t-use").inputs.products) == 1


def trade(*links: tuple[int, int, float]) -> Links:
    names = [one.id for one in FIRMS]
    ends = np.array([one[:2] for one in links], dtype=np.int32).reshape(-1, 2)
    return Links(names, ends[:, 0], ends[:, 1], np.array([one[2] for one in links], dtype=np.float64))


def test_inputs_by_links_where_purchases_are_known() -> None:
    # A buys lenses for 30 from B; nothing is known of chips: those stay by presence.
    found = of("t-set", links=trade((1, 0, 30.0)))
    assert found.inputs.share == 0.5
    assert (found.inputs.count("links"), found.inputs.count("presence")) == (1, 1)
    outside = of("t-set", links=trade((1, 0, 30.0), (3, 0, 70.0), (3, 1, 10.0)))
    chips = next(one for one in outside.inputs.products if one.edge.product == "芯片")
    assert (chips.share, chips.basis, chips.value) == (0.0, "links", 80.0)


def test_outputs_by_links_count_what_local_sellers_sold() -> None:
    # B sells lenses for 30 to A here and for 90 to X outside: a quarter stays.
    found = of("t-lens", links=trade((1, 0, 30.0), (1, 2, 90.0)))
    assert found.outputs.share == 0.25
