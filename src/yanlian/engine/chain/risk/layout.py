"""An economy laid out for the kernels: plain arrays, firms by falling number of links.

The few firms which nearly every cascade meets lie together then, and in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from yanlian.engine.chain.links import Floats, Ints, Longs
from yanlian.engine.chain.risk.economy import Economy, summed


class Arrays(NamedTuple):
    """An economy for the kernels, firms in the new order. `member*`: firms of each market. Links three times over: by
    supplier with the input they are part of (`out_*`), by input (`input_*`; the inputs of firm i are `slot_start[i]`
    …), and all of them for the way up, by customer (`in_*`) and by supplier (`sale_*`)."""

    sector: Ints
    strength: Floats
    weight: Floats
    volume: Floats
    member_start: Longs
    member: Ints
    out_start: Longs
    out_slot: Ints
    out_to: Ints
    out_share: Floats
    slot_start: Longs
    input_start: Longs
    input_from: Ints
    input_share: Floats
    in_start: Longs
    in_from: Ints
    in_share: Floats
    sale_start: Longs
    sale_to: Ints
    sale_share: Floats


@dataclass(frozen=True)
class Prepared:
    """Arrays of an economy; `place`: where each firm stands in them, `order`: the firm at each place."""

    arrays: Arrays
    place: Ints
    order: Ints


def prepare(economy: Economy) -> Prepared:
    """Order the firms and lay the links out in all directions."""
    firms = len(economy.firms)
    ends = np.concatenate([economy.supplier, economy.customer])
    order = np.argsort(-np.bincount(ends, minlength=firms), kind="stable").astype(np.int32)
    place = np.empty(firms, dtype=np.int32)
    place[order] = np.arange(firms, dtype=np.int32)
    sector = economy.sector[order]
    strength = np.ascontiguousarray(economy.strength[order])
    member_start, member = _rows(len(economy.sectors), sector, np.arange(firms, dtype=np.int32))
    down = _downward(economy, place)
    supplier, customer = place[economy.supplier], place[economy.customer]
    in_start, back = _rows(firms, customer, supplier)
    sale_start, forth = _rows(firms, supplier, customer)
    arrays = Arrays(
        sector,
        strength,
        economy.revenue[order] / economy.total,
        summed(sector, strength, len(economy.sectors)),
        member_start,
        member.astype(np.int32),
        *down,
        in_start,
        supplier[back],
        economy.up[back],
        sale_start,
        customer[forth],
        economy.up[forth],
    )
    return Prepared(arrays, place, order)


def _downward(economy: Economy, place: Ints) -> tuple[Longs, Ints, Ints, Floats, Longs, Longs, Ints, Floats]:
    """Links that carry missing inputs, by supplier and by input; inputs numbered in the order of their customers."""
    firms, live = len(economy.firms), np.flatnonzero(economy.slot >= 0)
    supplier, customer = place[economy.supplier[live]], place[economy.customer[live]]
    share, slot = economy.down[live], economy.slot[live]
    owner = np.zeros(economy.slots, dtype=np.int32)
    owner[slot] = customer
    rank = np.empty(economy.slots, dtype=np.int32)
    rank[np.argsort(owner, kind="stable")] = np.arange(economy.slots, dtype=np.int32)
    slot = rank[slot]
    slot_start = np.zeros(firms + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=firms), out=slot_start[1:])
    out_start, out = _rows(firms, supplier, customer)
    input_start, into = _rows(economy.slots, slot, supplier)
    return out_start, slot[out], customer[out], share[out], slot_start, input_start, supplier[into], share[into]


def _rows(nodes: int, one: Ints, other: Ints) -> tuple[Longs, Longs]:
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(one, minlength=nodes), out=start[1:])
    return start, np.lexsort((other, one))
