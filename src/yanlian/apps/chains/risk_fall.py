"""What filling a gap would save the district: the economy of shocks, widened by what local firms buy outside.

The product of a segment is delivered today by firms that stand on it (outside ones by their products) to local firms on
segments that need it. `engine/chain/risk/filled.py` adds one local supplier and compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, Placement
from yanlian.apps.chains.risk_economy import FEN, essential_of_links, industries_of, links_known, revenue_of, sold
from yanlian.apps.chains.trade import outside_firms
from yanlian.engine.chain.links import Ints, Links
from yanlian.engine.chain.risk.economy import Economy, Told, economy_of
from yanlian.engine.chain.risk.filled import Filled, filled
from yanlian.engine.chain.segments.candidates import segments_made
from yanlian.engine.chain.template.model import Chain

NEW = "@new"
Trade = tuple[str, str, str, int, int]


@dataclass(frozen=True)
class Wider:
    """Local firms with links or purchases outside, the outside firms they buy from, and a firm without links that may
    fill a gap (`new`). `counted`: whose revenue is the district's; `mark`: hash of what deliveries hang on."""

    economy: Economy
    place: Mapping[str, int]
    counted: npt.NDArray[np.bool_]
    deliveries: Mapping[tuple[str, str], Ints]
    mark: str

    @property
    def new(self) -> int:
        """The number of the firm that may fill a gap."""
        return self.place[NEW]


def wider_economy(year: int) -> Wider:
    """From the links of a year and all known deliveries from outside; segments by (chain, segment)."""
    chains = chains_in_use()
    stands = _stands()
    makers = _makers(chains)
    trade = _trade(year, stands, makers, chains)
    economy, place, counted = _economy(year, trade)
    users = _numbers(economy, stands)
    sellers = _numbers(economy, makers | stands)
    deliveries = {}
    for chain in chains:
        for segment in chain.by_id:
            found = _delivered(economy, chain, segment, sellers, users)
            if len(found):
                deliveries[chain.id, segment] = found
    digest = hashlib.sha256(repr(trade).encode())
    digest.update(repr([(key, one.tolist()) for key, one in deliveries.items()]).encode())
    digest.update(economy.revenue.tobytes())
    return Wider(economy, place, counted, deliveries, digest.hexdigest())


def falls(
    wider: Wider, epsilon: float, step: Callable[[int, int], None] | None = None
) -> Iterable[tuple[str, str, Filled]]:
    """Chain, segment and what filling it saves, of every segment whose product is known to be delivered. `step` is told
    cascades."""
    total, done = cascades_of_falls(wider), 0
    for (chain, segment), links in wider.deliveries.items():
        yield chain, segment, filled(wider.economy, links, wider.new, wider.counted, epsilon)
        done += _cascades(wider, links)
        if step is not None:
            step(done, total)


def cascades_of_falls(wider: Wider) -> int:
    """How many cascades `falls` takes: one for each supplier before and after, one for the new one."""
    return sum(_cascades(wider, links) for links in wider.deliveries.values())


def _cascades(wider: Wider, links: Ints) -> int:
    return 2 * len(np.unique(wider.economy.supplier[links])) + 1


def _stands() -> dict[str, set[str]]:
    """Segments of each local firm."""
    found: dict[str, set[str]] = {}
    confirmed = Placement.objects.filter(state=Placement.State.CONFIRMED)
    for entity, segment in confirmed.values_list("entity_id", "segment"):
        found.setdefault(str(entity), set()).add(segment)
    return found


def _makers(chains: Sequence[Chain]) -> dict[str, set[str]]:
    """Segments of each outside firm: those among whose products one of its own is."""
    # Which chain is asked makes a difference to their ties, not to their products.
    firms = outside_firms(chains[0]) if chains else []
    made = segments_made([segment for chain in chains for segment in chain.segments], firms)
    return {firm: set(segments) for firm, segments in made.items()}


def _trade(
    year: int, stands: Mapping[str, set[str]], makers: Mapping[str, set[str]], chains: Sequence[Chain]
) -> list[Trade]:
    """Supplier, customer, product, fen, essentiality: local links, then deliveries from outside."""
    rows = links_known(year)
    needed = essential_of_links()
    found = [(str(row[0]), str(row[1]), row[2], row[4], needed(row[0], row[1], row[2])) for row in rows]
    edges = [(edge.supplier, edge.customer, edge.essential) for chain in chains for edge in chain.edges]
    ties = OutsideTie.objects.filter(kind=OutsideTie.Kind.SUPPLIES).exclude(amount_fen=None).order_by("pk")
    for pk, entity, product, fen in ties.values_list("firm_id", "entity_id", "product", "amount_fen"):
        made, used = makers.get(f"o{pk}", set()), stands.get(str(entity), set())
        how = max((one for seller, buyer, one in edges if seller in made and buyer in used), default=1)
        found.append((f"o{pk}", str(entity), product, fen or 0, how))
    return found


def _economy(year: int, trade: Sequence[Trade]) -> tuple[Economy, dict[str, int], npt.NDArray[np.bool_]]:
    local = sorted({int(end) for row in trade for end in row[:2] if not end.startswith("o")})
    outside = sorted({row[0] for row in trade if row[0].startswith("o")})
    firms = [*map(str, local), *outside, NEW]
    place = {one: at for at, one in enumerate(firms)}
    kinds = {name: at for at, name in enumerate(sorted({row[2] for row in trade}))}
    supplier = np.array([place[row[0]] for row in trade], dtype=np.int32)
    fen = [row[3] for row in trade]
    known, _ = revenue_of(tuple(local), year, sold(len(firms), supplier, fen))
    elsewhere = dict(OutsideFirm.objects.values_list("pk", "revenue_fen"))
    known += [elsewhere.get(int(one[1:])) or 0 for one in outside]
    told = Told(
        essential=np.array([row[4] for row in trade], dtype=np.int8),
        product=np.array([kinds[row[2]] for row in trade], dtype=np.int32),
    )
    customer = np.array([place[row[1]] for row in trade], dtype=np.int32)
    markets = [*industries_of(tuple(local)), *(f"?{one}" for one in outside), NEW]
    # Yuan as floats from here on: the engine's unit.
    weight, revenue = np.array(fen, dtype=np.float64) / FEN, np.array([*known, 0], dtype=np.float64) / FEN
    economy = economy_of(Links(firms, supplier, customer, weight), markets, revenue, None, told)
    return economy, place, np.arange(len(firms)) < len(local)


def _numbers(economy: Economy, segments: Mapping[str, set[str]]) -> dict[str, list[int]]:
    """By segment the numbers of the firms that stand on it."""
    found: dict[str, list[int]] = {}
    for number, firm in enumerate(economy.firms):
        for one in segments.get(firm, ()):
            found.setdefault(one, []).append(number)
    return found


def _delivered(
    economy: Economy, chain: Chain, segment: str, sellers: Mapping[str, list[int]], users: Mapping[str, list[int]]
) -> Ints:
    """The numbers of the links by which a segment's product reaches local firms that need it."""
    sells, buys = (np.zeros(len(economy.firms), dtype=bool) for _ in range(2))
    sells[sellers.get(segment, [])] = True
    for edge in chain.outputs(segment):
        if edge.essential:
            buys[users.get(edge.customer, [])] = True
    return np.flatnonzero(sells[economy.supplier] & buys[economy.customer]).astype(np.int32)
