"""Cascades that reach much of the economy, eight at a time: every firm sums over its own links, in the order in which
they lie in memory, for eight cascades at once.

A wide step costs all links, but a link is read once for eight cascades, whose losses lie side by side in one line of
the cache. Each cascade takes its own steps and stops by itself; the figures do not depend on which stand together.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from yanlian.engine.chain.links import Floats, Longs
from yanlian.engine.chain.risk.layout import Arrays
from yanlian.engine.chain.risk.oracle import TIE

COLUMNS = 8


class Wide(NamedTuple):
    """Losses of eight cascades, by firm and column; zero where no cascade is. `told`: σ · loss; `left`: what each
    market still sells; `fresh`: losses by missing sales after the step. `scenario` (-1: none), `steps`: of each
    column."""

    down: Floats
    told: Floats
    up: Floats
    fresh: Floats
    left: Floats
    biggest: Floats
    sums: Floats
    at_rest: npt.NDArray[np.bool_]
    scenario: Longs
    steps: Longs


def wide(arrays: Arrays) -> Wide:
    """A clean one."""
    firms, markets = len(arrays.sector), len(arrays.volume)
    return Wide(
        np.zeros((firms, COLUMNS)),
        np.zeros((firms, COLUMNS)),
        np.zeros((firms, COLUMNS)),
        np.zeros((firms, COLUMNS)),
        np.zeros((markets, COLUMNS)),
        np.zeros(COLUMNS),
        np.zeros((COLUMNS, 3)),
        np.zeros(COLUMNS, dtype=np.bool_),
        np.full(COLUMNS, -1, dtype=np.int64),
        np.zeros(COLUMNS, dtype=np.int64),
    )


@numba.njit(cache=True, nogil=True)
def _weigh_markets(a: Arrays, w: Wide) -> None:
    """σ · loss of every firm, from the losses before the step."""
    sector, strength, down, told, left = a.sector, a.strength, w.down, w.told, w.left
    left[:] = 0.0
    for firm in range(len(sector)):
        market, size = sector[firm], strength[firm]
        for c in range(COLUMNS):
            left[market, c] += size * (1.0 - down[firm, c])
    for firm in range(len(sector)):
        market, size = sector[firm], strength[firm]
        if size > 0.0:
            for c in range(COLUMNS):
                there = left[market, c]
                sigma = size / there if there > size else 1.0
                told[firm, c] = sigma * down[firm, c]


@numba.njit(cache=True, nogil=True)
def _step_down(a: Arrays, w: Wide) -> None:
    """One step by missing inputs."""
    _weigh_markets(a, w)
    slot_start, start, supplier, share = a.slot_start, a.input_start, a.input_from, a.input_share
    down, told, biggest = w.down, w.told, w.biggest
    worst, lost = np.zeros(COLUMNS), np.zeros(COLUMNS)
    for firm in range(len(down)):
        if slot_start[firm] == slot_start[firm + 1]:
            continue
        worst[:] = 0.0
        for slot in range(slot_start[firm], slot_start[firm + 1]):
            lost[:] = 0.0
            for e in range(start[slot], start[slot + 1]):
                other, part = supplier[e], share[e]
                for c in range(COLUMNS):
                    lost[c] += part * told[other, c]
            for c in range(COLUMNS):
                worst[c] = lost[c] if lost[c] > worst[c] else worst[c]
        for c in range(COLUMNS):
            loss = worst[c] if worst[c] < 1.0 else 1.0
            more = loss - down[firm, c]
            down[firm, c] = loss if more > 0.0 else down[firm, c]
            biggest[c] = more if more > biggest[c] else biggest[c]


@numba.njit(cache=True, nogil=True)
def _step_up(a: Arrays, w: Wide) -> None:
    """One step by missing sales."""
    up, fresh, biggest, start, customer, share = w.up, w.fresh, w.biggest, a.sale_start, a.sale_to, a.sale_share
    lost = np.zeros(COLUMNS)
    for firm in range(len(up)):
        lost[:] = 0.0
        for e in range(start[firm], start[firm + 1]):
            other, part = customer[e], share[e]
            for c in range(COLUMNS):
                lost[c] += part * up[other, c]
        for c in range(COLUMNS):
            fresh[firm, c] = lost[c]
    for firm in range(len(up)):
        for c in range(COLUMNS):
            loss = fresh[firm, c] if fresh[firm, c] < 1.0 else 1.0
            more = loss - up[firm, c]
            up[firm, c] = loss if more > 0.0 else up[firm, c]
            biggest[c] = more if more > biggest[c] else biggest[c]


@numba.njit(cache=True, nogil=True)
def _weigh(a: Arrays, w: Wide) -> None:
    """The index of each column: both halves, missing inputs alone, missing sales alone."""
    sums, down, up = w.sums, w.down, w.up
    both, one, other = np.zeros(COLUMNS), np.zeros(COLUMNS), np.zeros(COLUMNS)
    for firm in range(len(down)):
        weight = a.weight[firm]
        for c in range(COLUMNS):
            both[c] += weight * (down[firm, c] if down[firm, c] > up[firm, c] else up[firm, c])
            one[c] += weight * down[firm, c]
            other[c] += weight * up[firm, c]
    for c in range(COLUMNS):
        sums[c, 0], sums[c, 1], sums[c, 2] = both[c], one[c], other[c]


@numba.njit(cache=True, nogil=True)
def free_column(w: Wide) -> int:
    """A column that no cascade has."""
    for c in range(COLUMNS):
        if w.scenario[c] < 0:
            return c
    return -1


@numba.njit(cache=True, nogil=True)
def step_wide(a: Arrays, w: Wide, epsilon: float, found: Floats) -> int:
    """One step of all columns. Those that come to rest write their figures and leave; returns how many."""
    w.biggest[:] = 0.0
    _step_down(a, w)
    _step_up(a, w)
    ended = 0
    for c in range(COLUMNS):
        w.at_rest[c] = w.scenario[c] >= 0 and w.biggest[c] <= epsilon + TIE
        w.steps[c] += 1
        if w.at_rest[c]:
            ended += 1
    if ended == 0:
        return 0
    _weigh(a, w)
    for c in range(COLUMNS):
        if w.at_rest[c]:
            n = w.scenario[c]
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = w.sums[c, 0], w.sums[c, 1], w.sums[c, 2], w.steps[c]
            w.scenario[c] = -1
    _forget(w)
    return ended


@numba.njit(cache=True, nogil=True)
def _forget(w: Wide) -> None:
    kept = np.ones(COLUMNS)
    for c in range(COLUMNS):
        if w.at_rest[c]:
            kept[c] = 0.0
    for firm in range(len(w.down)):
        for c in range(COLUMNS):
            w.down[firm, c] *= kept[c]
            w.up[firm, c] *= kept[c]
