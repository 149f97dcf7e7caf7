"""How much less the district loses when a gap is filled: one more supplier of a product, in the district."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Ints
from yanlian.engine.chain.risk.economy import Economy, closures
from yanlian.engine.chain.risk.index import EPSILON
from yanlian.engine.chain.risk.relief import moved
from yanlian.engine.chain.risk.scenario import tell

MARKET = "@filled"
# A loss is a share from 0 to 1, so no firm is told as hit: only the end of the cascade is wanted.
_NOBODY = 2.0


@dataclass(frozen=True, slots=True)
class Filled:
    """The greatest loss that the stop of one supplier causes, as a share of all counted revenue, `before` and `after`;
    `worst`: that supplier before; `suppliers`, `customers`: how many there are before."""

    before: float
    after: float
    worst: int
    suppliers: int
    customers: int

    @property
    def fall(self) -> float:
        """How much less is lost."""
        return self.before - self.after


def filled(economy: Economy, links: Ints, new: int, counted: npt.NDArray[np.bool_], epsilon: float = EPSILON) -> Filled:
    """What a new supplier saves. `links`: numbers of the links by which the product is delivered today; `new`: a firm
    of the economy without any link, which takes the part 1 / (n + 1) of each, n the number of suppliers today;
    `counted`: whose revenue counts (firms elsewhere may stop, but what they lose is not the district's loss).

    All who deliver it are one market, before and after, so that a supplier is as replaceable as its share of it.
    The greatest loss of one stop is compared and not the sum: a sum hardly falls when sales are only divided anew.
    The new firm's own stop is among those after. Cost: a cascade for each supplier, before and after.
    Refused: no link, `new` sells or buys already.
    """
    sellers = np.unique(economy.supplier[links])
    if not len(links) or new in economy.supplier or new in economy.customer:
        raise Refused("risk_second_source", part=0)
    sector = economy.sector.copy()
    sector[[*sellers.tolist(), new]] = len(economy.sectors)
    before = replace(economy, sectors=[*economy.sectors, MARKET], sector=sector)
    after = moved(before, links, new, 1 / (len(sellers) + 1))
    losses = [_lost(before, one, counted, epsilon) for one in sellers.tolist()]
    later = [_lost(after, one, counted, epsilon) for one in [*sellers.tolist(), new]]
    worst = int(np.argmax(losses))
    return Filled(losses[worst], max(later), int(sellers[worst]), len(sellers), len(np.unique(economy.customer[links])))


def _lost(economy: Economy, firm: int, counted: npt.NDArray[np.bool_], epsilon: float) -> float:
    """What is lost of the counted revenue when a firm stops."""
    weights = np.where(counted, economy.revenue, 0.0)
    total = float(weights.sum())
    ended = tell(economy, closures(np.array([firm], dtype=np.int32)), epsilon, _NOBODY).cascade
    return float(weights @ ended.loss) / total if total > 0 else 0.0
