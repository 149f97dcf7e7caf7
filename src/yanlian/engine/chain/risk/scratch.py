"""What one thread needs for its cascades; clean between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from yanlian.engine.chain.links import Floats, Ints
from yanlian.engine.chain.risk.layout import Arrays

# Columns of `Scratch.hit` and `Scratch.hit_loss`.
FIRM, FROM, UNTIL, AT = range(4)
BIG, LOSS, TOLD = range(3)


class Scratch(NamedTuple):
    """By firm: `down` and `up`, its losses by missing inputs and by missing sales; `unsold`, what missing sales add in
    this step; `hit_number`, where it stands among the hits. `missing`: of each input.

    Hits are the firms with a loss by missing inputs, in the order in which they were first met: `hit` (FIRM, its sales
    FROM … UNTIL, the market it stands AT) and `hit_loss` (how BIG it is, its LOSS, the part its customers were TOLD).
    By market: `left`, what it still sells, `price`, one by that; `fresh`, those that changed, and `is_fresh`.

    Rows of links to be read next: their start, end and by how much the loss at their end grew; `row_*` down, `wave_*`
    up. `touched`: firms that may have lost more; `met`: firms with a loss by missing sales. `returned`: missing sales
    of the shocked firms."""

    down: Floats
    up: Floats
    unsold: Floats
    hit_number: Ints
    missing: Floats
    hit: Ints
    hit_loss: Floats
    left: Floats
    price: Floats
    fresh: Ints
    is_fresh: Ints
    row_start: Ints
    row_end: Ints
    row_more: Floats
    wave_start: Ints
    wave_end: Ints
    wave_more: Floats
    touched: Ints
    met: Ints
    returned: Floats


def scratch(arrays: Arrays) -> Scratch:
    """A clean one. Lists have room for every entry that is ever written at their end, also one that is not kept."""
    firms, markets, links = len(arrays.firm), len(arrays.volume), len(arrays.buy)
    twice = 2 * firms + 2

    def floats(size: int) -> Floats:
        return np.zeros(size, dtype=np.float64)

    def ints(size: int) -> Ints:
        return np.zeros(size, dtype=np.int32)

    return Scratch(
        down=floats(firms),
        up=floats(firms),
        unsold=floats(firms),
        hit_number=ints(firms),
        missing=floats(len(arrays.owner)),
        hit=np.zeros((twice, 4), dtype=np.int32),
        hit_loss=np.zeros((twice, 3), dtype=np.float64),
        left=arrays.volume.copy(),
        price=np.divide(1.0, arrays.volume, out=np.zeros(markets), where=arrays.volume > 0),
        fresh=ints(markets + 1),
        is_fresh=ints(markets),
        row_start=ints(twice),
        row_end=ints(twice),
        row_more=floats(twice),
        wave_start=ints(twice),
        wave_end=ints(twice),
        wave_more=floats(twice),
        touched=ints(links + twice),
        met=ints(links + twice),
        returned=floats(firms),
    )
