"""An economy laid out for the kernels: plain arrays, firms by falling number of links, and what is read together in one
place of memory.

The few firms which nearly every cascade meets lie together then, and in the cache. A link is one record of 16 bytes
(two numbers and its share), what a cascade must know of a firm is one of 32: reading elsewhere in memory is what
cascades cost, not the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from yanlian.engine.chain.links import Floats, Ints, Longs
from yanlian.engine.chain.risk.economy import Economy, summed

# Columns of `Arrays.firm`; the last two hold the size, read through `Arrays.size`.
FIRST_INPUT, END_INPUT, FIRST_SALE, END_SALE, MARKET = range(5)
_WORDS, SIZE = 8, 3
# Columns of links: what is read of their integers, and where the share lies among their floats.
INPUT, CUSTOMER, SUPPLIER, SHARE = 0, 1, 0, 1


class Arrays(NamedTuple):
    """An economy for the kernels, firms in the new order.

    `firm[i]`: its inputs FIRST_INPUT … END_INPUT, its sales FIRST_SALE … END_SALE, its MARKET; `size[i, SIZE]`: what it
    sells in the network (the same memory). `owner`: the customer of each input. `sale[l]`: INPUT and CUSTOMER of a link
    that carries missing inputs, by supplier; `sale_share[l, SHARE]`: λ (the same memory). `buy[l]`, `buy_share`:
    SUPPLIER and share of its revenue for all links, by customer, those of i from `buy_start[i]` on. `weight`: share of
    all revenue; `volume`: what each market sells; `member*`: its firms."""

    firm: Ints
    size: Floats
    weight: Floats
    owner: Ints
    sale: Ints
    sale_share: Floats
    buy_start: Ints
    buy: Ints
    buy_share: Floats
    volume: Floats
    member_start: Longs
    member: Ints


@dataclass(frozen=True)
class Prepared:
    """Arrays of an economy; `place`: where each firm stands in them, `order`: the firm at each place."""

    arrays: Arrays
    place: Ints
    order: Ints


def prepare(economy: Economy) -> Prepared:
    """Order the firms and lay the links out in both directions."""
    firms = len(economy.firms)
    ends = np.concatenate([economy.supplier, economy.customer])
    order = np.argsort(-np.bincount(ends, minlength=firms), kind="stable").astype(np.int32)
    place = np.empty(firms, dtype=np.int32)
    place[order] = np.arange(firms, dtype=np.int32)
    sector, strength = economy.sector[order], economy.strength[order]
    firm = np.zeros((firms, _WORDS), dtype=np.int32)
    size = firm.view(np.float64)
    firm[:, MARKET], size[:, SIZE] = sector, strength
    owner, sale, sale_share = _sales(economy, place, firm)
    supplier, customer = place[economy.supplier], place[economy.customer]
    buy_start, back = _rows(firms, customer, supplier)
    buy, buy_share = _records(supplier[back], supplier[back], economy.up[back])
    member_start, member = _rows(len(economy.sectors), sector, np.arange(firms, dtype=np.int32))
    arrays = Arrays(
        firm=firm,
        size=size,
        weight=economy.revenue[order] / economy.total,
        owner=owner,
        sale=sale,
        sale_share=sale_share,
        buy_start=buy_start.astype(np.int32),
        buy=buy,
        buy_share=buy_share,
        volume=summed(sector, strength, len(economy.sectors)),
        member_start=member_start,
        member=member.astype(np.int32),
    )
    return Prepared(arrays, place, order)


def _sales(economy: Economy, place: Ints, firm: Ints) -> tuple[Ints, Ints, Floats]:
    """Owners of inputs and links that carry missing inputs, by supplier; inputs numbered in the order of their
    customers. Writes both into the records of firms."""
    firms, live = len(place), np.flatnonzero(economy.slot >= 0)
    supplier, customer = place[economy.supplier[live]], place[economy.customer[live]]
    owner = np.zeros(economy.slots, dtype=np.int32)
    owner[economy.slot[live]] = customer
    order = np.argsort(owner, kind="stable")
    rank = np.empty(economy.slots, dtype=np.int32)
    rank[order] = np.arange(economy.slots, dtype=np.int32)
    input_start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=firms))])
    out_start, out = _rows(firms, supplier, customer)
    firm[:, FIRST_INPUT], firm[:, END_INPUT] = input_start[:-1], input_start[1:]
    firm[:, FIRST_SALE], firm[:, END_SALE] = out_start[:-1], out_start[1:]
    sale, share = _records(rank[economy.slot[live]][out], customer[out], economy.down[live][out])
    return owner[order], sale, share


def _records(one: Ints, other: Ints, share: Floats) -> tuple[Ints, Floats]:
    """Links as records of 16 bytes, seen as integers and as floats."""
    floats = np.zeros((len(share), 2))
    ints = floats.view(np.int32)
    ints[:, 0], ints[:, 1], floats[:, SHARE] = one, other, share
    return ints, floats


def _rows(nodes: int, one: Ints, other: Ints) -> tuple[Longs, Longs]:
    start = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(one, minlength=nodes), out=start[1:])
    return start, np.lexsort((other, one))
