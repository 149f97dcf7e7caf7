"""Economic complexity by its published definitions: RCA, ECI, PCI, proximity, density, COI, COG; location measures.

Start at `measures.py` (the whole set from one matrix) and `dialect.py` (where published packages differ). `table.py`
reads long tables; `bits.py` has the fast loops, `obvious.py` the slow ones that they are checked against;
`backtest.py` says how well a ranking foretells. Knows numpy, scipy, numba, pyarrow and `base` only.
"""

from yanlian.engine.chain.complexity.backtest import BackTest, auc, hold_out, later, precision_at
from yanlian.engine.chain.complexity.dialect import DIALECTS, Dialect
from yanlian.engine.chain.complexity.measures import Measures, measure
from yanlian.engine.chain.complexity.table import Grid, grids_of, read_table

__all__ = [
    "DIALECTS",
    "BackTest",
    "Dialect",
    "Grid",
    "Measures",
    "auc",
    "grids_of",
    "hold_out",
    "later",
    "measure",
    "precision_at",
    "read_table",
]
