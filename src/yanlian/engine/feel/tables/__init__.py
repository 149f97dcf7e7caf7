"""The geometry of decision tables: gaps, overlaps and rows without effect, each with inputs that show it.

Start reading at `examine`. A cell becomes a condition over constants (`conditions`), a column a finite number of atoms
(`domain`, `scale`), a cell a set of them (`regions`), a row a box (`board`); `sweep` finds what boxes leave uncovered;
`overlaps`, `masked` and `examine` ask it; `findings` and `spell` say what came out.

    examine(columns, rules, "U")  →  findings; `finding.text("zh")` says them
"""

from yanlian.engine.feel.tables.board import Column, Rule
from yanlian.engine.feel.tables.examine import examine
from yanlian.engine.feel.tables.findings import Finding

__all__ = ["Column", "Finding", "Rule", "examine"]
