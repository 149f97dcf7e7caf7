"""The kernel tried with expressions that have no inputs: their constants become columns (`yanlian tck --lifted`).

An expression `2 + 3 * 1.5` becomes `c1 + c2 * c3` over a table with a row for each set of constants that the same shape
occurs with, and more rows made on purpose; the interpreter and the kernel answer every row and must not differ. May
import engine.feel, engine.dossier, engine.native and engine.policy. Start reading at `gather.py` and
`sites.py` (where expressions stand), then `lift.py`, `shapes.py`, `trial.py`, `cases.py`.
"""

from yanlian.engine.policy.lifted.cases import Asked, Verdict
from yanlian.engine.policy.lifted.gather import Gathered
from yanlian.engine.policy.lifted.report import Report, report_on
from yanlian.engine.policy.lifted.sites import Site
from yanlian.engine.policy.lifted.trial import Difference, Trial

__all__ = ["Asked", "Difference", "Gathered", "Report", "Site", "Trial", "Verdict", "report_on"]
