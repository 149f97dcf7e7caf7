"""The chain engine: which links an industry chain has, who stands where, what is missing, whose fall would hurt most.

Pure: numbers, tables and text files in, values out; no database, no clock, no network. Floats are allowed here (shares,
indices, risk), never for money that is paid. May import `base`, numpy, scipy, numba and pyarrow; not the policy engine.
Start at `template/model.py` (what a chain is), then `links.py` (who supplies whom).
"""

from yanlian.base.compiled import numba_keeps_there

numba_keeps_there()
