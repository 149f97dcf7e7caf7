"""Cascades over large economies: only firms whose inputs or sales changed are looked at again.

Same steps and same numbers as `oracle.py`, to rounding. Losses never shrink along a cascade (σ grows as markets
shrink), so what a supplier adds to a customer's missing input is pushed as a difference (`downward.py`), and so is what
a customer adds to a supplier's missing sales (`upward.py`): a step costs the links of those firms whose loss, or whose
market, changed in the step before. What a cascade leaves behind is cleaned where it has been, not everywhere.
"""

from __future__ import annotations

import numba
import numpy as np

from yanlian.engine.chain.links import Floats, Ints, Longs
from yanlian.engine.chain.risk.downward import lose, step_down
from yanlian.engine.chain.risk.layout import END_INPUT, FIRST_INPUT, Arrays
from yanlian.engine.chain.risk.oracle import TIE
from yanlian.engine.chain.risk.scratch import AT, FIRM, LOSS, Scratch
from yanlian.engine.chain.risk.upward import step_up


@numba.njit(cache=True, nogil=True)
def block(
    a: Arrays,
    s: Scratch,
    start: Longs,
    firm: Ints,
    share: Floats,
    scenarios: tuple[int, int],
    epsilon: float,
    many: int,
    found: Floats,
) -> None:
    """The scenarios from … to: writes index, by inputs, by sales and steps into the rows of `found`. Firms of the
    shocks by their places in the layout. A step that reads more than `many` links goes through memory in its order."""
    for n in range(scenarios[0], scenarios[1]):
        part = slice(start[n], start[n + 1])
        _cascade(a, s, firm[part], share[part], epsilon, many, found[n])


@numba.njit(cache=True, nogil=True)
def _cascade(a: Arrays, s: Scratch, firms: Ints, shares: Floats, epsilon: float, many: int, found: Floats) -> None:
    """One scenario: its four figures; the scratch is clean again afterwards."""
    hits, fresh = _start(a, s, firms, shares)
    wave = met = len(firms)
    steps, all_inputs, all_sales = 0, False, False
    while True:
        steps += 1
        hits, fresh, more_down, much = step_down(a, s, hits, fresh, many)
        all_inputs |= much
        wave, met, more_up, much = step_up(a, s, firms, shares, wave, met, many)
        all_sales |= much
        if max(more_down, more_up) <= epsilon + TIE:
            break
    for n in range(fresh):
        s.is_fresh[s.fresh[n]] = 0
    only_down, found[1] = _weigh_down(a, s, hits, all_inputs)
    found[2] = _weigh_up(a, s, met, all_sales)
    found[0], found[3] = only_down + found[2], steps


@numba.njit(cache=True, nogil=True)
def _start(a: Arrays, s: Scratch, firms: Ints, shares: Floats) -> tuple[int, int]:
    """Put the shock in. Returns the hits and the fresh markets."""
    for n in range(len(firms)):
        firm = firms[n]
        s.down[firm] = s.up[firm] = shares[n]
        s.returned[n] = 0.0
        s.touched[n], s.row_more[n] = firm, 0.0
        s.met[n] = firm
        s.wave_start[n], s.wave_end[n], s.wave_more[n] = a.buy_start[firm], a.buy_start[firm + 1], shares[n]
    return lose(a, s, len(firms), 0)


@numba.njit(cache=True, nogil=True)
def _weigh_down(a: Arrays, s: Scratch, hits: int, is_all: bool) -> tuple[float, float]:
    """What missing inputs cost beyond missing sales, and what they cost alone; then forgets them. `is_all`: the cascade
    went through all inputs, so that all are cleaned at once."""
    hit, loss_of, weight, down, up, missing, record = s.hit, s.hit_loss, a.weight, s.down, s.up, s.missing, a.firm
    volumes, left, price = a.volume, s.left, s.price
    beyond = alone = 0.0
    for n in range(np.uint32(hits)):
        firm, loss, market = np.uint32(hit[n, FIRM]), loss_of[n, LOSS], hit[n, AT]
        alone += weight[firm] * loss
        beyond += weight[firm] * max(0.0, loss - up[firm])
        down[firm] = 0.0
        volume = volumes[market]
        left[market], price[market] = volume, 1.0 / volume if volume > 0.0 else 0.0
    if is_all:
        missing[:] = 0.0
    else:
        for n in range(np.uint32(hits)):
            firm = np.uint32(hit[n, FIRM])
            for slot in range(np.uint32(record[firm, FIRST_INPUT]), np.uint32(record[firm, END_INPUT])):
                missing[slot] = 0.0
    return beyond, alone


@numba.njit(cache=True, nogil=True)
def _weigh_up(a: Arrays, s: Scratch, met: int, is_all: bool) -> float:
    """What missing sales cost alone; then forgets them. `is_all`: the cascade went through all firms."""
    weight, up, met_ones = a.weight, s.up, s.met
    alone = 0.0
    if is_all:
        for n in range(np.uint32(len(up))):
            alone += weight[n] * up[n]
        up[:] = 0.0
    else:
        for n in range(np.uint32(met)):
            firm = np.uint32(met_ones[n])
            alone += weight[firm] * up[firm]
            up[firm] = 0.0
    return alone
