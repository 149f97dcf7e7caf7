"""Cascades over large economies: only firms whose inputs or sales changed are looked at again.

Same steps and same numbers as `oracle.py`, to rounding. Losses never shrink along a cascade (σ grows as markets
shrink), so what a supplier adds to a customer's missing input is pushed as a difference, and the worst input of a
customer is a running maximum: a step costs the links of those firms whose loss, or whose market, changed in the step
before. Most cascades stay narrow. One that reaches more than a tenth of all links goes on by whole steps: every firm
sums over its own links in the order in which they lie in memory, which is cheaper a link than following changes around.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from yanlian.engine.chain.links import Floats, Ints, Longs
from yanlian.engine.chain.risk.layout import Arrays
from yanlian.engine.chain.risk.oracle import TIE

# Below this part of its first volume a market is summed anew: differences of large numbers would lose digits.
_THIN_MARKET = 1e-2


class Scratch(NamedTuple):
    """What one thread needs; clean between cascades. `told`: σ · loss that was already pushed to customers; `missing`:
    of each input; `left`: what each market still sells; `first_hit`, `next_hit`: firms with a loss by missing inputs,
    in one list a market; `fresh`: markets that changed; `wave`, `growth`: firms whose sales fell, and by how much."""

    down: Floats
    worst: Floats
    told: Floats
    missing: Floats
    left: Floats
    up: Floats
    unsold: Floats
    growth: Floats
    first_hit: Ints
    next_hit: Ints
    fresh: Ints
    is_fresh: Ints
    wave: Ints
    touched: Ints
    is_touched: Ints
    met: Ints
    is_met: Ints
    all_firms: Ints


def scratch(arrays: Arrays) -> Scratch:
    """A clean one."""
    firms, markets = len(arrays.sector), len(arrays.volume)

    def floats() -> Floats:
        return np.zeros(firms)

    def ints(size: int = firms, value: int = 0) -> Ints:
        return np.full(size, value, dtype=np.int32)

    return Scratch(
        down=floats(),
        worst=floats(),
        told=floats(),
        missing=np.zeros(int(arrays.slot_start[-1])),
        left=arrays.volume.copy(),
        up=floats(),
        unsold=floats(),
        growth=floats(),
        first_hit=ints(markets, -1),
        next_hit=ints(value=-1),
        fresh=ints(markets),
        is_fresh=ints(markets),
        wave=ints(),
        touched=ints(),
        is_touched=ints(),
        met=ints(),
        is_met=ints(),
        all_firms=np.arange(firms, dtype=np.int32),
    )


@numba.njit(cache=True, nogil=True, inline="always")
def _meet(s: Scratch, firm: int, count: int) -> int:
    if s.is_met[firm] == 0:
        s.is_met[firm] = 1
        s.met[count] = firm
        count += 1
    return count


@numba.njit(cache=True, nogil=True, inline="always")
def _lose(a: Arrays, s: Scratch, firm: int, loss: float, fresh: int) -> int:
    """A firm's loss by missing inputs rises to `loss`; its market is fresh. Returns how many markets are."""
    if a.strength[firm] > 0.0:
        market = a.sector[firm]
        if s.down[firm] == 0.0:
            s.next_hit[firm] = s.first_hit[market]
            s.first_hit[market] = firm
        s.left[market] -= a.strength[firm] * (loss - s.down[firm])
        if s.is_fresh[market] == 0:
            s.is_fresh[market] = 1
            s.fresh[fresh] = market
            fresh += 1
    s.down[firm] = loss
    return fresh


@numba.njit(cache=True, nogil=True)
def _push_down(a: Arrays, s: Scratch, fresh: int) -> int:
    """Customers of firms in fresh markets miss more. Returns how many customers were touched."""
    strength, out_start, out_slot, out_to, out_share = a.strength, a.out_start, a.out_slot, a.out_to, a.out_share
    down, told, missing, worst, touched, is_touched = s.down, s.told, s.missing, s.worst, s.touched, s.is_touched
    count = 0
    for n in range(fresh):
        market = s.fresh[n]
        s.is_fresh[market] = 0
        left = _left(a, s, market)
        firm = s.first_hit[market]
        while firm >= 0:
            sigma = min(1.0, strength[firm] / left) if left > 0.0 else 1.0
            more = sigma * down[firm] - told[firm]
            if more > 0.0:
                told[firm] += more
                for e in range(out_start[firm], out_start[firm + 1]):
                    slot, to = out_slot[e], out_to[e]
                    lost = missing[slot] + more * out_share[e]
                    missing[slot] = lost
                    if lost > worst[to]:
                        worst[to] = lost
                        if is_touched[to] == 0:
                            is_touched[to] = 1
                            touched[count] = to
                            count += 1
            firm = s.next_hit[firm]
    return count


@numba.njit(cache=True, nogil=True)
def _left(a: Arrays, s: Scratch, market: int) -> float:
    """What a market still sells; summed anew where little is left."""
    left: float = s.left[market]
    if left < _THIN_MARKET * a.volume[market]:
        left = 0.0
        for m in range(a.member_start[market], a.member_start[market + 1]):
            left += a.strength[a.member[m]] * (1.0 - s.down[a.member[m]])
        s.left[market] = left
    return left


@numba.njit(cache=True, nogil=True)
def _push_up(a: Arrays, s: Scratch, wave: int) -> int:
    """Suppliers of firms whose sales fell sell less. Returns how many suppliers were touched."""
    in_start, in_from, in_share = a.in_start, a.in_from, a.in_share
    unsold, touched, is_touched = s.unsold, s.touched, s.is_touched
    count = 0
    for n in range(wave):
        firm = s.wave[n]
        more = s.growth[firm]
        for e in range(in_start[firm], in_start[firm + 1]):
            to = in_from[e]
            unsold[to] += more * in_share[e]
            if is_touched[to] == 0:
                is_touched[to] = 1
                touched[count] = to
                count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _start(a: Arrays, s: Scratch, firms: Ints, shares: Floats) -> tuple[int, int, int]:
    """Put the shock in. Returns how many firms are met, how many markets are fresh, and the links next to be read."""
    met = fresh = reads = 0
    for n in range(len(firms)):
        firm = firms[n]
        s.up[firm] = s.growth[firm] = shares[n]
        fresh = _lose(a, s, firm, shares[n], fresh)
        s.wave[n] = firm
        met = _meet(s, firm, met)
        reads += _links_of(a, firm)
    return met, fresh, reads


@numba.njit(cache=True, nogil=True)
def _links_of(a: Arrays, firm: int) -> int:
    links: int = a.out_start[firm + 1] - a.out_start[firm] + a.in_start[firm + 1] - a.in_start[firm]
    return links


@numba.njit(cache=True, nogil=True)
def _narrow(
    a: Arrays, s: Scratch, firms: Ints, shares: Floats, epsilon: float, room: int
) -> tuple[int, int, int, bool]:
    """Follow changes until nothing grows by more than ε, or until the next step would read more than `room` links.
    Returns the firms met, the fresh markets, the steps taken, and whether it is at rest."""
    met, fresh, reads = _start(a, s, firms, shares)
    wave, steps, hits = len(firms), 0, reads
    while reads <= room:
        steps += 1
        biggest = 0.0
        touched = _push_down(a, s, fresh)
        fresh = 0
        for n in range(touched):
            firm = s.touched[n]
            s.is_touched[firm] = 0
            met = _meet(s, firm, met)
            loss = min(1.0, s.worst[firm])
            if loss > s.down[firm]:
                biggest = max(biggest, loss - s.down[firm])
                if s.down[firm] == 0.0:
                    hits += a.out_start[firm + 1] - a.out_start[firm] + 1
                fresh = _lose(a, s, firm, loss, fresh)
        reads = hits
        touched = _push_up(a, s, wave)
        wave = 0
        for n in range(touched):
            firm = s.touched[n]
            s.is_touched[firm] = 0
            met = _meet(s, firm, met)
            more = min(1.0, s.unsold[firm]) - s.up[firm]
            if more > 0.0:
                biggest = max(biggest, more)
                s.up[firm] += more
                s.growth[firm] = more
                s.wave[wave] = firm
                wave += 1
                reads += a.in_start[firm + 1] - a.in_start[firm] + 1
        if biggest <= epsilon + TIE:
            return met, fresh, steps, True
    return met, fresh, steps, False


@numba.njit(cache=True, nogil=True)
def _weigh_markets(a: Arrays, s: Scratch) -> None:
    """σ · loss of every firm, from the losses before the step."""
    sector, strength, down, told, left = a.sector, a.strength, s.down, s.told, s.left
    left[:] = 0.0
    for firm in range(len(sector)):
        left[sector[firm]] += strength[firm] * (1.0 - down[firm])
    for firm in range(len(sector)):
        told[firm] = 0.0
        if down[firm] > 0.0:
            there = left[sector[firm]]
            told[firm] = (min(1.0, strength[firm] / there) if there > 0.0 else 1.0) * down[firm]


@numba.njit(cache=True, nogil=True)
def _wide_down(a: Arrays, s: Scratch) -> float:
    """One whole step by missing inputs. Returns the greatest growth."""
    _weigh_markets(a, s)
    slot_start, start, supplier, share = a.slot_start, a.input_start, a.input_from, a.input_share
    down, told, biggest = s.down, s.told, 0.0
    for firm in range(len(down)):
        worst = 0.0
        for slot in range(slot_start[firm], slot_start[firm + 1]):
            lost = 0.0
            for e in range(start[slot], start[slot + 1]):
                lost += share[e] * told[supplier[e]]
            worst = max(worst, lost)
        worst = min(1.0, worst)
        if worst > down[firm]:
            biggest = max(biggest, worst - down[firm])
            down[firm] = worst
    return biggest


@numba.njit(cache=True, nogil=True)
def _wide_up(a: Arrays, s: Scratch) -> float:
    """One whole step by missing sales. Returns the greatest growth."""
    up, unsold, start, customer, share = s.up, s.unsold, a.sale_start, a.sale_to, a.sale_share
    for firm in range(len(up)):
        lost = 0.0
        for e in range(start[firm], start[firm + 1]):
            lost += share[e] * up[customer[e]]
        unsold[firm] = lost
    biggest = 0.0
    for firm in range(len(up)):
        loss = min(1.0, unsold[firm])
        if loss > up[firm]:
            biggest = max(biggest, loss - up[firm])
            up[firm] = loss
    return biggest


@numba.njit(cache=True, nogil=True)
def _clean(a: Arrays, s: Scratch, met: int, fresh: int) -> None:
    """After a narrow cascade: only what was met."""
    for n in range(fresh):
        s.is_fresh[s.fresh[n]] = 0
    for n in range(met):
        firm = s.met[n]
        market = a.sector[firm]
        s.first_hit[market] = -1
        s.left[market] = a.volume[market]
        s.down[firm] = s.worst[firm] = s.told[firm] = 0.0
        s.up[firm] = s.unsold[firm] = 0.0
        s.is_met[firm] = 0
        for slot in range(a.slot_start[firm], a.slot_start[firm + 1]):
            s.missing[slot] = 0.0


@numba.njit(cache=True, nogil=True)
def _clean_all(a: Arrays, s: Scratch) -> None:
    """After a wide cascade: everything."""
    s.left[:] = a.volume
    s.first_hit[:] = -1
    s.is_fresh[:] = 0
    s.is_met[:] = 0
    s.missing[:] = 0.0
    s.down[:] = 0.0
    s.worst[:] = 0.0
    s.told[:] = 0.0
    s.up[:] = 0.0
    s.unsold[:] = 0.0


@numba.njit(cache=True, nogil=True)
def _sums(a: Arrays, s: Scratch, firms: Ints, count: int) -> tuple[float, float, float]:
    """The index of the losses of these firms: both halves, missing inputs alone, missing sales alone."""
    both = down = up = 0.0
    for n in range(count):
        firm = firms[n]
        both += a.weight[firm] * max(s.down[firm], s.up[firm])
        down += a.weight[firm] * s.down[firm]
        up += a.weight[firm] * s.up[firm]
    return both, down, up


@numba.njit(cache=True, nogil=True)
def _cascade(
    a: Arrays, s: Scratch, firms: Ints, shares: Floats, epsilon: float, room: int
) -> tuple[float, float, float, int]:
    met, fresh, steps, at_rest = _narrow(a, s, firms, shares, epsilon, room)
    if at_rest:
        both, down, up = _sums(a, s, s.met, met)
        _clean(a, s, met, fresh)
        return both, down, up, steps
    while not at_rest:
        steps += 1
        at_rest = max(_wide_down(a, s), _wide_up(a, s)) <= epsilon + TIE
    both, down, up = _sums(a, s, s.all_firms, len(s.all_firms))
    _clean_all(a, s)
    return both, down, up, steps


@numba.njit(cache=True, nogil=True)
def block(
    a: Arrays,
    s: Scratch,
    start: Longs,
    firm: Ints,
    share: Floats,
    scenarios: tuple[int, int],
    epsilon: float,
    room: int,
    found: Floats,
) -> None:
    """The scenarios from … to: writes index, by inputs, by sales and steps into the rows of `found`. Firms of the
    shocks by their places in the layout."""
    for n in range(scenarios[0], scenarios[1]):
        part = slice(start[n], start[n + 1])
        both, down, up, steps = _cascade(a, s, firm[part], share[part], epsilon, room)
        found[n, 0], found[n, 1], found[n, 2], found[n, 3] = both, down, up, steps
