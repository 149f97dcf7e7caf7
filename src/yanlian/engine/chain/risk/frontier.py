"""Cascades over large economies: only firms whose inputs or sales changed are looked at again.

Same steps and same numbers as `oracle.py`, to rounding. Losses never shrink along a cascade (σ grows as markets
shrink), so what a supplier adds to a customer's missing input is pushed as a difference, and the worst input of a
customer is a running maximum: a step costs the links of those firms whose loss, or whose market, changed in the step
before. Most cascades stay narrow; one whose next step would read more than a quarter of all links goes on in `wide.py`,
which is cheaper a link than following changes around.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from yanlian.engine.chain.links import Floats, Ints, Longs
from yanlian.engine.chain.risk.layout import Arrays
from yanlian.engine.chain.risk.oracle import TIE
from yanlian.engine.chain.risk.wide import COLUMNS, Wide, free_column, step_wide

# Below this part of its first volume a market is summed anew: differences of large numbers would lose digits.
_THIN_MARKET = 1e-2


# Columns of a firm's state: one firm is one line of the cache.
DOWN, WORST, TOLD, UP, UNSOLD, SIZE, TOUCHED, LINKS = range(8)


class Scratch(NamedTuple):
    """What one thread needs; clean between cascades. `state`: of each firm its losses by missing inputs (DOWN) and
    missing sales (UP), what presses on either (WORST, UNSOLD), σ · loss that its customers were told, its out-strength,
    whether it is on the list of touched firms, its links. `missing`: of each input; `left`: what each market still
    sells; `first_hit`, `next_hit`: firms with a loss by missing inputs, in one list a market; `fresh`: markets that
    changed; `wave`, `growth`: firms whose sales fell, and by how much; `met`: firms with any loss."""

    state: Floats
    missing: Floats
    left: Floats
    growth: Floats
    first_hit: Ints
    next_hit: Ints
    fresh: Ints
    is_fresh: Ints
    wave: Ints
    touched: Ints
    met: Ints


def scratch(arrays: Arrays) -> Scratch:
    """A clean one."""
    firms, markets = len(arrays.sector), len(arrays.volume)
    room = np.zeros(8 * firms + 8)
    lead = (-room.ctypes.data // 8) % 8
    state = room[lead : lead + 8 * firms].reshape(firms, 8)
    state[:, SIZE] = arrays.strength
    state[:, LINKS] = np.diff(arrays.out_start) + np.diff(arrays.in_start)

    def ints(size: int = firms, value: int = 0) -> Ints:
        return np.full(size, value, dtype=np.int32)

    return Scratch(
        state=state,
        missing=np.zeros(int(arrays.slot_start[-1])),
        left=arrays.volume.copy(),
        growth=np.zeros(firms),
        first_hit=ints(markets, -1),
        next_hit=ints(value=-1),
        fresh=ints(markets),
        is_fresh=ints(markets),
        wave=ints(),
        touched=ints(),
        met=ints(),
    )


@numba.njit(cache=True, nogil=True)
def _lose(a: Arrays, s: Scratch, firm: int, loss: float, fresh: int) -> int:
    """A firm's loss by missing inputs rises to `loss`; its market is fresh. Returns how many markets are."""
    state = s.state
    before, size = state[firm, DOWN], state[firm, SIZE]
    state[firm, DOWN] = loss
    if size > 0.0:
        market = a.sector[firm]
        if before == 0.0:
            s.next_hit[firm] = s.first_hit[market]
            s.first_hit[market] = firm
        s.left[market] -= size * (loss - before)
        if s.is_fresh[market] == 0:
            s.is_fresh[market] = 1
            s.fresh[fresh] = market
            fresh += 1
    return fresh


@numba.njit(cache=True, nogil=True)
def _push_down(a: Arrays, s: Scratch, fresh: int) -> int:
    """Customers of firms in fresh markets miss more. Returns how many customers were touched."""
    state, missing, touched, next_hit = s.state, s.missing, s.touched, s.next_hit
    out_start, out_slot, out_to, out_share = a.out_start, a.out_slot, a.out_to, a.out_share
    count = 0
    for n in range(fresh):
        market = s.fresh[n]
        s.is_fresh[market] = 0
        left = _left(a, s, market)
        firm = s.first_hit[market]
        while firm >= 0:
            size = state[firm, SIZE]
            told = (size / left if left > size else 1.0) * state[firm, DOWN]
            more = told - state[firm, TOLD]
            if more > 0.0:
                state[firm, TOLD] = told
                for e in range(out_start[firm], out_start[firm + 1]):
                    slot, to = out_slot[e], out_to[e]
                    lost = missing[slot] + more * out_share[e]
                    missing[slot] = lost
                    if lost > state[to, WORST]:
                        state[to, WORST] = lost
                        if state[to, TOUCHED] == 0.0:
                            state[to, TOUCHED] = 1.0
                            touched[count] = to
                            count += 1
            firm = next_hit[firm]
    return count


@numba.njit(cache=True, nogil=True)
def _left(a: Arrays, s: Scratch, market: int) -> float:
    """What a market still sells; summed anew where little is left."""
    left: float = s.left[market]
    if left < _THIN_MARKET * a.volume[market]:
        left = 0.0
        for m in range(a.member_start[market], a.member_start[market + 1]):
            left += s.state[a.member[m], SIZE] * (1.0 - s.state[a.member[m], DOWN])
        s.left[market] = left
    return left


@numba.njit(cache=True, nogil=True)
def _push_up(a: Arrays, s: Scratch, wave: int) -> int:
    """Suppliers of firms whose sales fell sell less. Returns how many suppliers were touched."""
    in_start, in_from, in_share = a.in_start, a.in_from, a.in_share
    state, touched = s.state, s.touched
    count = 0
    for n in range(wave):
        firm, more = s.wave[n], s.growth[n]
        for e in range(in_start[firm], in_start[firm + 1]):
            to = in_from[e]
            state[to, UNSOLD] += more * in_share[e]
            if state[to, TOUCHED] == 0.0:
                state[to, TOUCHED] = 1.0
                touched[count] = to
                count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _start(a: Arrays, s: Scratch, firms: Ints, shares: Floats) -> tuple[int, float]:
    """Put the shock in. Returns how many markets are fresh, and the links next to be read."""
    fresh, reads = 0, 0.0
    for n in range(len(firms)):
        firm = firms[n]
        s.state[firm, UP] = s.growth[n] = shares[n]
        fresh = _lose(a, s, firm, shares[n], fresh)
        s.wave[n] = s.met[n] = firm
        reads += s.state[firm, LINKS]
    return fresh, reads


@numba.njit(cache=True, nogil=True)
def _narrow(
    a: Arrays, s: Scratch, firms: Ints, shares: Floats, epsilon: float, room: int
) -> tuple[int, int, int, bool]:
    """Follow changes until nothing grows by more than ε, or until the next step would read more than `room` links.
    Returns the firms met, the fresh markets, the steps taken, and whether it is at rest."""
    state, met = s.state, s.met
    fresh, reads = _start(a, s, firms, shares)
    known, wave, steps, hits = len(firms), len(firms), 0, reads
    while reads <= room:
        steps += 1
        biggest = 0.0
        touched = _push_down(a, s, fresh)
        fresh = 0
        for n in range(touched):
            firm = s.touched[n]
            state[firm, TOUCHED] = 0.0
            before, loss = state[firm, DOWN], min(1.0, state[firm, WORST])
            if loss > before:
                biggest = max(biggest, loss - before)
                if before == 0.0:
                    hits += state[firm, LINKS]
                    if state[firm, UP] == 0.0:
                        met[known] = firm
                        known += 1
                fresh = _lose(a, s, firm, loss, fresh)
        reads = hits
        touched = _push_up(a, s, wave)
        wave = 0
        for n in range(touched):
            firm = s.touched[n]
            state[firm, TOUCHED] = 0.0
            before = state[firm, UP]
            more = min(1.0, state[firm, UNSOLD]) - before
            if more > 0.0:
                if before == 0.0 and state[firm, DOWN] == 0.0:
                    met[known] = firm
                    known += 1
                biggest = max(biggest, more)
                state[firm, UP] = before + more
                s.growth[wave] = more
                s.wave[wave] = firm
                wave += 1
                reads += state[firm, LINKS]
        if biggest <= epsilon + TIE:
            return known, fresh, steps, True
    return known, fresh, steps, False


@numba.njit(cache=True, nogil=True)
def _clean(a: Arrays, s: Scratch, met: int, fresh: int) -> None:
    """Forget the cascade: only what was met."""
    for n in range(fresh):
        s.is_fresh[s.fresh[n]] = 0
    for n in range(met):
        firm = s.met[n]
        market = a.sector[firm]
        s.first_hit[market] = -1
        s.left[market] = a.volume[market]
        if s.state[firm, WORST] > 0.0:
            for slot in range(a.slot_start[firm], a.slot_start[firm + 1]):
                s.missing[slot] = 0.0
        s.state[firm, DOWN] = s.state[firm, WORST] = s.state[firm, TOLD] = 0.0
        s.state[firm, UP] = s.state[firm, UNSOLD] = 0.0


@numba.njit(cache=True, nogil=True)
def _weigh(a: Arrays, s: Scratch, met: int, found: Floats) -> None:
    """The index of the losses: both halves, missing inputs alone, missing sales alone."""
    both = down = up = 0.0
    for n in range(met):
        firm = s.met[n]
        one, other = s.state[firm, DOWN], s.state[firm, UP]
        both += a.weight[firm] * max(one, other)
        down += a.weight[firm] * one
        up += a.weight[firm] * other
    found[0], found[1], found[2] = both, down, up


@numba.njit(cache=True, nogil=True)
def _hand_over(s: Scratch, w: Wide, met: int, column: int) -> None:
    for n in range(met):
        firm = s.met[n]
        w.down[firm, column] = s.state[firm, DOWN]
        w.up[firm, column] = s.state[firm, UP]


@numba.njit(cache=True, nogil=True)
def block(
    a: Arrays,
    s: Scratch,
    w: Wide,
    start: Longs,
    firm: Ints,
    share: Floats,
    scenarios: tuple[int, int],
    epsilon: float,
    room: int,
    found: Floats,
) -> None:
    """The scenarios from … to: writes index, by inputs, by sales and steps into the rows of `found`. Firms of the
    shocks by their places in the layout. A cascade is wide from the step on that would read more than `room` links."""
    taken, n = 0, scenarios[0]
    while n < scenarios[1] or taken > 0:
        while n < scenarios[1] and taken < COLUMNS:
            part = slice(start[n], start[n + 1])
            met, fresh, steps, at_rest = _narrow(a, s, firm[part], share[part], epsilon, room)
            if at_rest:
                _weigh(a, s, met, found[n])
                found[n, 3] = steps
            else:
                column = free_column(w)
                _hand_over(s, w, met, column)
                w.scenario[column], w.steps[column] = n, steps
                taken += 1
            _clean(a, s, met, fresh)
            n += 1
        if taken > 0:
            taken -= step_wide(a, w, epsilon, found)
