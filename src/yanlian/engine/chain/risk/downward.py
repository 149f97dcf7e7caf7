"""One step of a cascade by missing inputs: σ · loss of hit firms, told to their customers as a difference.

Firms are hit in any order; where a step reads many links, its customers are looked at in the order of memory instead of
one by one, which costs all inputs but no jumps.
"""

from __future__ import annotations

import numba
import numpy as np

from yanlian.engine.chain.links import Floats, Ints
from yanlian.engine.chain.risk.layout import (
    CUSTOMER,
    END_INPUT,
    END_SALE,
    FIRST_INPUT,
    FIRST_SALE,
    INPUT,
    MARKET,
    SHARE,
    SIZE,
    Arrays,
)
from yanlian.engine.chain.risk.scratch import AT, BIG, FIRM, FROM, LOSS, TOLD, UNTIL, Scratch

# Less than this is not passed on: of a loss (at most 1) it is what rounding makes of it. It is told with the next
# change, so no input of a customer ever lacks more than this.
CUT = 1e-15
# Below this part of its first volume a market is summed anew: differences of large numbers would lose digits.
_THIN_MARKET = 1e-2
# The price where nothing is left of a market: σ is 1 then for every firm that sells anything.
_SOLD_OUT = 1e300


@numba.njit(cache=True, nogil=True)
def step_down(a: Arrays, s: Scratch, hits: int, fresh: int, many: int) -> tuple[int, int, float, bool]:
    """Returns the hits, the fresh markets, by how much a loss grew at most, and whether many links were read."""
    _price(a, s, fresh)
    rows, reads = _tell(s, hits)
    if reads > many:
        _push_to_inputs(a, s, rows)
        raised, biggest = _look_at_all(a, s)
    else:
        touched = _push_to_customers(a, s, rows)
        raised, biggest = _look_at(a, s, touched)
    hits, fresh = lose(a, s, raised, hits)
    return hits, fresh, biggest, reads > many


@numba.njit(cache=True, nogil=True)
def lose(a: Arrays, s: Scratch, raised: int, hits: int) -> tuple[int, int]:
    """The firms that stand first on the list of touched ones have lost more than `row_more` says of each: hits now,
    and their markets are fresh if they sell there. Returns how many hits and fresh markets there are."""
    # Arrays by names of their own, here and in every loop of cascades: numba counts references at each `s.…` in a loop.
    down, number, hit, loss_of, left = s.down, s.hit_number, s.hit, s.hit_loss, s.left
    fresh_ones, is_fresh, record, sizes, listed, befores = s.fresh, s.is_fresh, a.firm, a.size, s.touched, s.row_more
    fresh = 0
    for n in range(np.uint32(raised)):
        firm = np.uint32(listed[n])
        before, loss, size, market = befores[n], down[firm], sizes[firm, SIZE], record[firm, MARKET]
        if before == 0.0:
            number[firm] = hits
            hit[hits, FIRM], hit[hits, AT] = firm, market
            hit[hits, FROM], hit[hits, UNTIL] = record[firm, FIRST_SALE], record[firm, END_SALE]
            loss_of[hits, BIG], loss_of[hits, LOSS], loss_of[hits, TOLD] = size, loss, 0.0
            hits += 1
        else:
            loss_of[number[firm], LOSS] = loss
        if size > 0.0:
            left[market] -= size * (loss - before)
            fresh_ones[fresh] = market
            fresh += 1 - is_fresh[market]
            is_fresh[market] = 1
    return hits, fresh


@numba.njit(cache=True, nogil=True)
def _price(a: Arrays, s: Scratch, fresh: int) -> None:
    """One by what a fresh market still sells; summed anew where little is left."""
    fresh_ones, is_fresh, lefts, price, volume = s.fresh, s.is_fresh, s.left, s.price, a.volume
    member_start, member, size, down = a.member_start, a.member, a.size, s.down
    for n in range(fresh):
        market = fresh_ones[n]
        is_fresh[market] = 0
        left = lefts[market]
        if left < _THIN_MARKET * volume[market]:
            left = 0.0
            for m in range(member_start[market], member_start[market + 1]):
                firm = np.uint32(member[m])
                left += size[firm, SIZE] * (1.0 - down[firm])
            lefts[market] = left
        price[market] = 1.0 / left if left > 1.0 / _SOLD_OUT else _SOLD_OUT


@numba.njit(cache=True, nogil=True)
def _tell(s: Scratch, hits: int) -> tuple[int, int]:
    """Lists the hits whose σ · loss grew: their links and by how much. Returns how many, and how many links."""
    hit, loss, price = s.hit, s.hit_loss, s.price
    start, end, growth = s.row_start, s.row_end, s.row_more
    rows = reads = 0
    for n in range(np.uint32(hits)):
        told = min(1.0, loss[n, BIG] * price[hit[n, AT]]) * loss[n, LOSS]
        before = loss[n, TOLD]
        more = told - before
        first, last = hit[n, FROM], hit[n, UNTIL]
        start[rows], end[rows], growth[rows] = first, last, more
        # Written in any case and kept or not: a jump that nobody can foretell costs more.
        grown = more > CUT
        loss[n, TOLD] = told if grown else before
        rows += grown
        reads += (last - first) * grown
    return rows, reads


@numba.njit(cache=True, nogil=True)
def _push_to_customers(a: Arrays, s: Scratch, rows: int) -> int:
    """Customers miss more. Lists those of whom an input now presses more than their loss (some more than once)."""
    link, share, missing, down, touched = a.sale, a.sale_share, s.missing, s.down, s.touched
    start, end, growth = s.row_start, s.row_end, s.row_more
    count = 0
    for n in range(np.uint32(rows)):
        more = growth[n]
        for e in range(np.uint32(start[n]), np.uint32(end[n])):
            slot, to = np.uint32(link[e, INPUT]), np.uint32(link[e, CUSTOMER])
            lost = missing[slot] + more * share[e, SHARE]
            missing[slot] = lost
            touched[count] = to
            count += lost > down[to]
    return count


@numba.njit(cache=True, nogil=True)
def _push_to_inputs(a: Arrays, s: Scratch, rows: int) -> None:
    """Inputs miss more; who is concerned is seen afterwards."""
    link, share, missing = a.sale, a.sale_share, s.missing
    start, end, growth = s.row_start, s.row_end, s.row_more
    for n in range(np.uint32(rows)):
        more = growth[n]
        for e in range(np.uint32(start[n]), np.uint32(end[n])):
            missing[np.uint32(link[e, INPUT])] += more * share[e, SHARE]


@numba.njit(cache=True, nogil=True)
def _worst(record: Ints, missing: Floats, firm: np.uint32) -> float:
    """What its worst input makes a firm lose."""
    worst = 0.0
    for slot in range(np.uint32(record[firm, FIRST_INPUT]), np.uint32(record[firm, END_INPUT])):
        worst = max(worst, missing[slot])
    return min(1.0, worst)


@numba.njit(cache=True, nogil=True)
def _look_at(a: Arrays, s: Scratch, touched: int) -> tuple[int, float]:
    """Firms on the list lose what their worst input says; those that lost more stand first on it then."""
    record, missing, down, listed, before = a.firm, s.missing, s.down, s.touched, s.row_more
    raised, biggest = 0, 0.0
    for n in range(np.uint32(touched)):
        firm = np.uint32(listed[n])
        worst = _worst(record, missing, firm)
        more = worst - down[firm]
        if more > 0.0:
            biggest = max(biggest, more)
            listed[raised], before[raised] = firm, down[firm]
            down[firm] = worst
            raised += 1
    return raised, biggest


@numba.njit(cache=True, nogil=True)
def _look_at_all(a: Arrays, s: Scratch) -> tuple[int, float]:
    """All inputs in the order of memory; a firm is asked for its worst one when any presses more than its loss."""
    record, missing, down, listed, before, owner = a.firm, s.missing, s.down, s.touched, s.row_more, a.owner
    raised, biggest = 0, 0.0
    for slot in range(np.uint32(len(missing))):
        firm = np.uint32(owner[slot])
        if missing[slot] > down[firm]:
            worst = _worst(record, missing, firm)
            more = worst - down[firm]
            if more > 0.0:
                biggest = max(biggest, more)
                listed[raised], before[raised] = firm, down[firm]
                down[firm] = worst
                raised += 1
    return raised, biggest
