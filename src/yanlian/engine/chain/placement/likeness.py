"""How like firms are to those that were put aside as 其他: they share no words, so no centroid, only neighbours.

    A(x) = Σ max(0, x · y)³ over the firms y put aside          z(x) = ln(1 + A(x) / LIKE)

(A Parzen window with the cube of the cosine as its kernel: Parzen 1962. Power and LIKE were chosen on held-out firms,
docs/reference/placement.md.) Each part is kept as a whole number of 2⁻⁴⁰, so that a sum does not depend on the order in
which firms were put aside, and taking one back leaves exactly what was before. Room for 2²² firms.
"""

from __future__ import annotations

import numpy as np

from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.placement.vectors import Floats

LIKE = 0.01
_UNIT = float(2**40)


def parts(near: Floats) -> Longs:
    """The parts in A of cosines, in units."""
    made: Longs = np.rint(np.maximum(near, 0.0) ** 3 * _UNIT).astype(np.int64)
    return made


def likeness(sums: Longs) -> Floats:
    """z of summed parts."""
    made: Floats = np.log1p(sums / (_UNIT * LIKE))
    return made
