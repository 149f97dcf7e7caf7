"""Dossiers as plain buffers for compiled rules: Arrow batches in, one array for each column out, no row-by-row work.

Start reading at `layout.py` (which columns a data set has), then `opened.py` (one batch, read by columns), `buffers.py`
(Arrow's memory as arrays), `gaps.py` (periods nobody delivered), `strings.py` (numbers for texts).
"""

from yanlian.engine.dossier.columns.buffers import Buffer, OutsideRange
from yanlian.engine.dossier.columns.layout import Layout
from yanlian.engine.dossier.columns.strings import Strings

__all__ = ["Buffer", "Layout", "OutsideRange", "Strings"]
