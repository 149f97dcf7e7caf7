"""Whom two or more firms share: common suppliers, common customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Ints, Links, Longs
from yanlian.engine.chain.network.paths import between
from yanlian.engine.chain.network.walks import Direction, checked, rows_for


@dataclass(frozen=True, slots=True)
class Shared:
    """A firm that all of the firms asked about buy from (or sell to), with the positions of its links to them."""

    firm: int
    link: Longs


def shared(links: Links, firms: Sequence[int], direction: Direction) -> tuple[Shared, ...]:
    """Direct suppliers (`up`) or customers (`down`) that all these firms have, by number. A firm of the question may be
    among them: one may supply another. Refused("network_shared") for fewer than two firms."""
    asked = checked(links, firms)
    if len(asked) < 2:
        raise Refused("network_shared", found=len(asked))
    rows = rows_for(links, direction)
    every: Ints = reduce(np.intersect1d, (rows.of(int(one)) for one in asked))
    return tuple(Shared(one, _links(links, one, asked.tolist(), direction)) for one in every.tolist())


def _links(links: Links, firm: int, asked: Sequence[int], direction: Direction) -> Longs:
    found = [between(links, firm, one) if direction == "up" else between(links, one, firm) for one in asked]
    return np.concatenate(found)
