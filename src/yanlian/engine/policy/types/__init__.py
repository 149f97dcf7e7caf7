"""Types and units of the formulas of packs, checked against the fact schema before any dossier is seen.

`type_packs` types every formula once (after names are resolved, with `feel.static`) and notes what can never give what
is asked of it: types first, then units as far as they are sure. What it found is a `PackTypes`, which a compiler asks:
`typed(expression)` gives the FEEL type, unit, decimal places and whether the value may be null, `fact` the same of a
field of the schema. The way of a formula: `scope` (what names are) → `feel.static.infer` → `quantities` (units and
decimal places) → `check` (faults). Start reading at `known` and `check`.
"""

from yanlian.engine.policy.types.fault import TypeRefused
from yanlian.engine.policy.types.known import Known, KnownTree, PackTypes, fact, type_packs
from yanlian.engine.policy.types.units import Unit, unit_of

__all__ = ["Known", "KnownTree", "PackTypes", "TypeRefused", "Unit", "fact", "type_packs", "unit_of"]
