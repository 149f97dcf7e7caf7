"""One step of a cascade by missing sales: what a firm loses more is passed on to its suppliers, once.

Losses add up and shares of a supplier's revenue sum to 1 at most, so no loss passes 1 and each difference is read once.
"""

from __future__ import annotations

import numba
import numpy as np

from yanlian.engine.chain.links import Floats, Ints
from yanlian.engine.chain.risk.downward import CUT
from yanlian.engine.chain.risk.layout import SHARE, SUPPLIER, Arrays
from yanlian.engine.chain.risk.scratch import Scratch


@numba.njit(cache=True, nogil=True)
def step_up(
    a: Arrays, s: Scratch, firms: Ints, shares: Floats, wave: int, met: int, many: int
) -> tuple[int, int, float, bool]:
    """`firms`, `shares`: the shock. Returns the rows to be read next, the firms met, by how much a loss grew at most,
    and whether many links were read (then not all that were met are on the list)."""
    reads = 0
    start, end = s.wave_start, s.wave_end
    for n in range(np.uint32(wave)):
        reads += end[n] - start[n]
    if reads > many:
        _push_all(a, s, wave)
        _take_returned(s, firms)
        rows, biggest = _look_at_all(a, s)
    else:
        touched = _push(a, s, wave)
        _take_returned(s, firms)
        rows, met, biggest = _look_at(a, s, touched, met)
    for n in range(len(firms)):
        firm = firms[n]
        loss = max(shares[n], min(1.0, s.returned[n]))
        more = loss - s.up[firm]
        if more > 0.0:
            biggest = max(biggest, more)
            s.up[firm] = loss
            s.wave_start[rows], s.wave_end[rows], s.wave_more[rows] = a.buy_start[firm], a.buy_start[firm + 1], more
            rows += 1
    return rows, met, biggest, reads > many


@numba.njit(cache=True, nogil=True)
def _take_returned(s: Scratch, firms: Ints) -> None:
    """What comes back to a shocked firm counts only where it is more than the shock."""
    for n in range(len(firms)):
        s.returned[n] += s.unsold[firms[n]]
        s.unsold[firms[n]] = 0.0


@numba.njit(cache=True, nogil=True)
def _push(a: Arrays, s: Scratch, wave: int) -> int:
    """Suppliers sell less; lists them."""
    link, share, unsold, touched = a.buy, a.buy_share, s.unsold, s.touched
    start, end, growth = s.wave_start, s.wave_end, s.wave_more
    count = 0
    for n in range(np.uint32(wave)):
        more = growth[n]
        for e in range(np.uint32(start[n]), np.uint32(end[n])):
            to = np.uint32(link[e, SUPPLIER])
            before = unsold[to]
            unsold[to] = before + more * share[e, SHARE]
            touched[count] = to
            count += before == 0.0
    return count


@numba.njit(cache=True, nogil=True)
def _push_all(a: Arrays, s: Scratch, wave: int) -> None:
    """Suppliers sell less; who is concerned is seen afterwards."""
    link, share, unsold = a.buy, a.buy_share, s.unsold
    start, end, growth = s.wave_start, s.wave_end, s.wave_more
    for n in range(np.uint32(wave)):
        more = growth[n]
        for e in range(np.uint32(start[n]), np.uint32(end[n])):
            unsold[np.uint32(link[e, SUPPLIER])] += more * share[e, SHARE]


@numba.njit(cache=True, nogil=True)
def _look_at(a: Arrays, s: Scratch, touched: int, met: int) -> tuple[int, int, float]:
    """Firms on the list lose what they sell less. Returns the rows to be read next, the firms met, the most growth."""
    up, unsold, first_of = s.up, s.unsold, a.buy_start
    start, end, growth, listed, met_ones = s.wave_start, s.wave_end, s.wave_more, s.touched, s.met
    rows, biggest = 0, 0.0
    for n in range(np.uint32(touched)):
        firm = np.uint32(listed[n])
        more, before = unsold[firm], up[firm]
        unsold[firm] = 0.0
        up[firm] = before + more
        met_ones[met] = firm
        met += before == 0.0
        biggest = max(biggest, more)
        first, last = first_of[firm], first_of[firm + np.uint32(1)]
        start[rows], end[rows], growth[rows] = first, last, more
        rows += (last > first) & (more > CUT)
    return rows, met, biggest


@numba.njit(cache=True, nogil=True)
def _look_at_all(a: Arrays, s: Scratch) -> tuple[int, float]:
    """All firms in the order of memory."""
    up, unsold, first_of = s.up, s.unsold, a.buy_start
    start, end, growth = s.wave_start, s.wave_end, s.wave_more
    rows, biggest = 0, 0.0
    for firm in range(np.uint32(len(up))):
        more = unsold[firm]
        unsold[firm] = 0.0
        up[firm] += more
        biggest = max(biggest, more)
        first, last = first_of[firm], first_of[firm + np.uint32(1)]
        start[rows], end[rows], growth[rows] = first, last, more
        rows += (last > first) & (more > CUT)
    return rows, biggest
