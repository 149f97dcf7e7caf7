"""The clustered table and what is asked of it, against the engine over the same links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from yanlian.apps.chains.actions_neighbours import rebuild_neighbours, refresh_neighbours
from yanlian.apps.chains.evidence import common_partners, links_of, paths_between
from yanlian.apps.chains.models import Neighbour, SupplyLink
from yanlian.apps.chains.walking import walk
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.network.paths import paths
from yanlian.engine.chain.network.shared import shared
from yanlian.engine.chain.network.walks import Direction, tiers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRMS = 12
Traded = list[tuple[int, int, int | None]]


@pytest.fixture
def firms() -> list[int]:
    made = [Entity(code=f"F{n:02}", name=f"企业{n}", kind="enterprise", recorded_at=NOW) for n in range(FIRMS)]
    Entity.objects.bulk_create(made)
    return list(Entity.objects.order_by("code").values_list("pk", flat=True))


def link(supplier: int, customer: int, amount: int | None, *, product: str = "部件", year: int = 2025) -> SupplyLink:
    return SupplyLink(
        supplier_id=supplier,
        customer_id=customer,
        product=product,
        year=year,
        amount_fen=amount,
        source="合同",
        recorded_at=NOW,
    )


@pytest.fixture
def trade(firms: list[int]) -> Callable[[Traded], None]:
    def write(traded: Traded) -> None:
        SupplyLink.objects.bulk_create([link(firms[a], firms[b], amount) for a, b, amount in traded])
        rebuild_neighbours()

    return write


def drawn(seed: int) -> Traded:
    rng = np.random.default_rng(seed)
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, FIRMS, (30, 2)) if a != b}
    return [(a, b, 100 + n) for n, (a, b) in enumerate(sorted(pairs))]


def engine(traded: Traded) -> Links:
    ends = np.array([(a, b) for a, b, _ in traded], dtype=np.int32)
    return Links([str(n) for n in range(FIRMS)], ends[:, 0], ends[:, 1], np.ones(len(ends)))


@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("seed", range(4))
def test_an_unbounded_walk_meets_whom_the_engine_meets_over_the_same_links(firms, trade, seed, direction: Direction):
    traded = drawn(seed)
    trade(traded)
    links = engine(traded)
    for start in range(FIRMS):
        wanted = tiers(links, [start], 3, direction)
        found = walk([firms[start]], direction, 3, breadth=FIRMS, followed=FIRMS)
        assert found.tier == {firms[a]: b for a, b in zip(wanted.firm.tolist(), wanted.tier.tolist(), strict=True)}
        ends = [(firms[links.supplier[n]], firms[links.customer[n]]) for n in wanted.link.tolist()]
        steps = [(step.other, step.firm) if direction == "up" else (step.firm, step.other) for step in found.steps]
        assert sorted(steps) == sorted(ends)
        assert found.complete


def test_a_bounded_walk_keeps_the_largest_and_says_how_many_more_there_are(firms, trade):
    trade([(0, 1, 10), (0, 2, 30), (0, 3, None), (0, 4, 20), (2, 5, 1), (4, 6, 1)])
    found = walk([firms[0]], "down", 2, breadth=2, followed=1)
    assert [(step.other, step.amount_fen) for step in found.steps if step.tier == 1] == [(firms[2], 30), (firms[4], 20)]
    assert found.more == {firms[0]: 2}
    assert found.unfollowed == {1: 1}
    assert firms[5] in found.tier
    assert firms[6] not in found.tier


def test_neighbours_count_the_products_and_years_and_show_the_last_year(firms):
    SupplyLink.objects.bulk_create(
        [
            link(firms[0], firms[1], 500, year=2024),
            link(firms[0], firms[1], 100, year=2025, product="芯片"),
            link(firms[0], firms[1], 20, year=2025, product="模组"),
            link(firms[0], firms[2], None),
        ]
    )
    rebuild_neighbours()
    step, other = walk([firms[0]], "down", 1).steps
    assert (step.other, step.year, step.amount_fen, step.links) == (firms[1], 2025, 120, 3)
    assert (other.other, other.amount_fen, other.links) == (firms[2], None, 1)
    assert [one.product for one in links_of([(firms[0], firms[1])])[firms[0], firms[1]]] == ["芯片", "模组", "部件"]


@pytest.mark.parametrize("seed", range(3))
def test_refreshing_the_firms_of_new_links_gives_what_a_rebuild_gives(firms, trade, seed):
    traded = drawn(seed)
    trade(traded[:-5])
    SupplyLink.objects.bulk_create([link(firms[a], firms[b], amount) for a, b, amount in traded[-5:]])
    refresh_neighbours([firms[end] for a, b, _ in traded[-5:] for end in (a, b)])
    refreshed = list(Neighbour.objects.values_list())
    rebuild_neighbours()
    assert refreshed == list(Neighbour.objects.values_list())
    assert len(refreshed) == 2 * len(traded)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("longest", [1, 3, 4])
def test_paths_in_the_database_are_the_paths_of_the_engine(firms, trade, seed, longest):
    traded = drawn(seed)
    trade(traded)
    for one, other in ((0, 5), (3, 8), (7, 1)):
        wanted = paths(engine(traded), one, other, longest)
        found = paths_between(firms[one], firms[other], longest, most=1000)
        assert [[firms[place] for place in way] for way in wanted.found] == [list(way) for way in found.paths]
        assert not found.cut


def test_paths_that_are_too_many_to_show_say_so(firms, trade):
    trade([(0, n, 1) for n in range(1, 6)] + [(n, 6, 1) for n in range(1, 6)])
    found = paths_between(firms[0], firms[6], 2, most=3)
    assert (len(found.paths), found.cut) == (3, True)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_common_partners_are_those_of_the_engine(firms, trade, direction: Direction):
    traded = drawn(5)
    trade(traded)
    for asked in ([0, 1], [2, 3, 4], [5, 6]):
        wanted = [firms[one.firm] for one in shared(engine(traded), asked, direction)]
        assert common_partners([firms[one] for one in asked], direction) == wanted


def test_questions_with_one_firm_where_two_are_needed_are_refused(firms):
    with pytest.raises(Refused, match="network_shared"):
        common_partners([firms[0], firms[0]], "up")
    with pytest.raises(Refused, match="network_same"):
        paths_between(firms[0], firms[0], 3)
