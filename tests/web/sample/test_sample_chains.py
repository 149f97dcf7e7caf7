"""The sample of the chains: real gaps, trade along the edges within everybody's books, the same every time."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yanlian.engine.chain.template.read import read_chain, read_chains
from yanlian.web.sample.chain_firms import Firm, missing_of, rng_of, stands_of
from yanlian.web.sample.chain_links import draw_links
from yanlian.web.sample.chain_outside import CITY, draw_outside, draw_references
from yanlian.web.sample.chain_places import draw_places
from yanlian.web.sample.chain_text import read_text_placements

ROOT = Path(__file__).parents[3]
AT = datetime(2026, 1, 15, tzinfo=UTC)


def firms(number: int) -> list[Firm]:
    rng = rng_of("firms")
    found = []
    for pk in range(1, number + 1):
        revenue = int(rng.lognormal(17, 1)) * 100
        found.append(Firm(pk, f"F{pk:04d}", "C3961" if pk % 2 else "I6572", revenue, revenue * 9 // 10))
    return found


@pytest.fixture(scope="module")
def chain():
    return read_chain(ROOT / "chains" / "vr.yaml")


@pytest.fixture(scope="module")
def stands(chain):
    return stands_of(chain, firms(116))


def test_at_least_three_segments_that_others_need_have_no_firm(chain, stands):
    taken = {segment.id for one in stands for segment in one.segments}
    missing = missing_of(chain)
    assert len(missing) >= 3
    assert not taken & missing
    assert taken | missing == set(chain.by_id)
    assert all(any(edge.essential == 2 for edge in chain.outputs(one)) for one in missing)


def test_links_follow_the_edges_and_nobody_sells_more_than_its_revenue_or_buys_more_than_its_cost(chain, stands):
    links = draw_links(chain, stands, AT)
    on = {one.firm.pk: {segment.id for segment in one.segments} for one in stands}
    edges = {(edge.supplier, edge.customer, edge.product) for edge in chain.edges}
    sold, bought = Counter(), Counter()
    for link in links:
        pairs = {(a, b, link.product) for a in on[link.supplier_id] for b in on[link.customer_id]}
        assert pairs & edges
        assert link.supplier_id != link.customer_id
        sold[link.supplier_id] += link.amount_fen or 0
        bought[link.customer_id] += link.amount_fen or 0
    books = {one.firm.pk: one.firm for one in stands}
    assert all(amount <= books[pk].revenue_fen for pk, amount in sold.items())
    assert all(amount <= books[pk].cost_fen for pk, amount in bought.items())
    assert len(links) > len(stands)


def test_few_firms_sell_to_many(chain, stands):
    customers = defaultdict(set)
    for link in draw_links(chain, stands, AT):
        customers[link.supplier_id].add(link.customer_id)
    numbers = sorted((len(one) for one in customers.values()), reverse=True)
    assert numbers[0] >= 3 * numbers[len(numbers) // 2]


def test_what_is_drawn_twice_is_the_same(chain, stands):
    again = stands_of(chain, firms(116))
    assert again == stands
    first, second = (draw_links(chain, one, AT) for one in (stands, again))
    assert [str(one) for one in first] == [str(one) for one in second]
    assert [one.amount_fen for one in first] == [one.amount_fen for one in second]


def test_the_evidence_of_a_placement_points_at_a_product_of_the_segment(chain, stands):
    drawn = draw_places(chain, stands, AT)
    for one in drawn.placements:
        piece = one.evidence[0]
        word = str(piece["text"])[int(piece["start"]) : int(piece["end"])]
        segment = chain.by_id[one.segment]
        assert word in {name for product in segment.products for name in (product.name, *product.aliases)}
    states = Counter(one.state for one in drawn.placements)
    assert states["confirmed"] > states["suggested"] > 0
    assert len(drawn.products) > len(drawn.placements)


def test_every_missing_segment_has_outside_firms_that_say_they_are_fictional(chain, stands):
    outside = draw_outside(chain, stands, AT)
    filled = Counter(segment for _, segment in outside.fills)
    assert all(filled[one] >= 4 for one in missing_of(chain))
    assert all(one.fictional and "虚构" in one.name for one in outside.firms)
    codes = {one.code for one in outside.firms}
    assert {one[0] for one in outside.ties} <= codes


def test_the_city_holds_at_least_what_the_district_holds(chain, stands):
    here = Counter(segment.id for one in stands for segment in one.segments)
    city = {one.segment: one for one in draw_references(chain, stands, AT) if one.area_code == CITY[0]}
    assert all(city[segment].firms >= number for segment, number in here.items())
    assert all(one.fictional for one in city.values())


def test_the_text_places_organisations_only_by_its_own_words_on_segments_that_exist():
    lines = read_text_placements(ROOT / "districts" / "laoshan")
    assert len(lines) >= 15
    shipped = {one.id: one for one in read_chains(ROOT / "chains")}
    for one in lines:
        assert one["basis"] in ("text", "name")
        if one["chain"] in shipped:
            assert one["segment"] in shipped[one["chain"]].by_id, one
    assert {"vr", "ai", "industrial-internet", "microelectronics"} <= {one["chain"] for one in lines} & set(shipped)
