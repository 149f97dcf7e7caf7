"""Where an industry stands and how concentrated it is: location quotient, Herfindahl, Hoover, Gini, Ellison–Glaeser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats


def location_quotient(here: float, all_here: float, everywhere: float, all_everywhere: float) -> float | None:
    """The industry's share here over its share everywhere; None when it has no share to compare with.

    `here`: the industry in the region; `all_here`: all industries there; the other two: in the reference area. Any one
    unit (employees, revenue). Source: Florence (1939); the same quotient as Balassa's RCA.
    """
    if not all_here or not everywhere or not all_everywhere:
        return None
    return (here / all_here) / (everywhere / all_everywhere)


def herfindahl(sizes: Floats) -> float:
    """Σ of squared shares, from 1/n (all alike) to 1 (one has all). Sizes at least 0, any unit."""
    shares = _shares(sizes)
    return float(shares @ shares)


def hoover(sizes: Floats, reference: Floats | None = None) -> float:
    """Half the sum of |share - reference share|: what part would have to move. `reference`: sizes of the whole economy
    in the same regions, by default all alike. Source: Hoover (1936), Review of Economics and Statistics 18, 162–171."""
    shares = _shares(sizes)
    others = np.full(len(shares), 1 / len(shares)) if reference is None else _shares(reference)
    if len(others) != len(shares):
        raise Refused("complexity_shapes", found=f"{len(shares)}, {len(others)}")
    return float(np.abs(shares - others).sum() / 2)


def gini(sizes: Floats) -> float:
    """Gini's coefficient, Σ_i Σ_j |x_i - x_j| / (2 n² mean), from 0 (all alike) to 1 - 1/n (one has all)."""
    ordered = np.sort(np.asarray(sizes, dtype=np.float64))
    _shares(ordered)
    number = len(ordered)
    place = 2 * np.arange(1, number + 1) - number - 1
    return float((place @ ordered) / (number * ordered.sum()))


def locational_gini(sizes: Floats, reference: Floats) -> float:
    """Gini's coefficient of the Lorenz curve of an industry's shares over the regions' shares of the whole economy.

    Regions are put in the order of their location quotient. A region without any economy but with the industry comes
    last. Source: Krugman (1991), Geography and Trade; Kim (1995), Quarterly Journal of Economics 110, 881–908.
    """
    shares, others = _shares(sizes), _shares(reference)
    if len(others) != len(shares):
        raise Refused("complexity_shapes", found=f"{len(shares)}, {len(others)}")
    quotient = np.divide(shares, others, out=np.full(len(shares), np.inf), where=others > 0)
    order = np.argsort(quotient, kind="stable")
    reached = np.concatenate([[0.0], np.cumsum(shares[order])])
    return float(1 - ((reached[1:] + reached[:-1]) * others[order]).sum())


def ellison_glaeser(firms: Floats, regions: Sequence[str], economy: dict[str, float]) -> float | None:
    """γ = (G - (1 - Σ x²) H) / ((1 - Σ x²)(1 - H)): concentration in space beyond what few large firms explain.

    `firms`: size of each firm of the industry; `regions`: where each stands; `economy`: size of every region's whole
    economy. G = Σ (s_j - x_j)², s and x the regions' shares of the industry and the economy; H: Herfindahl of firms.
    About 0 for darts at a board, below 0 dispersed. None for one firm or one region, where it says nothing.
    Source: Ellison, Glaeser (1997), Journal of Political Economy 105, 889–927.
    """
    strange = sorted(set(regions) - set(economy))
    if strange or len(regions) != len(firms):
        raise Refused("complexity_regions", found=", ".join(strange) or f"{len(firms)}, {len(regions)}")
    names = list(economy)
    place = {name: at for at, name in enumerate(names)}
    industry = np.zeros(len(names))
    np.add.at(industry, [place[name] for name in regions], firms)
    all_shares = _shares(np.array([economy[name] for name in names]))
    spread, plants = 1 - float(all_shares @ all_shares), herfindahl(firms)
    if spread <= 0 or plants >= 1:
        return None
    raw = float(((_shares(industry) - all_shares) ** 2).sum())
    return (raw - spread * plants) / (spread * (1 - plants))


def _shares(sizes: Floats) -> Floats:
    numbers = np.asarray(sizes, dtype=np.float64)
    total = float(numbers.sum()) if numbers.ndim == 1 and len(numbers) else 0.0
    if not (np.isfinite(total) and total > 0 and numbers.min() >= 0):
        raise Refused("complexity_sizes", found=str(numbers[:5].tolist()))
    return numbers / total
