"""What a budget or quota comes to in a year: its formula, asked without any dossier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Coverage, Dossier, Schema
from yanlian.engine.feel import Unknown
from yanlian.engine.policy.amount import limit_of
from yanlian.engine.policy.model import Constant
from yanlian.engine.policy.scope import DossierScope, Scope, base_names
from yanlian.engine.policy.settlement.compile import CompiledSettling

# No place can be given to more than there are people.
_MOST_PLACES = 10**10


class Limits:
    """Asks formulas of limits as of a day. `parameters`: replaced values, as worked cases may have them."""

    def __init__(
        self, schema: Schema, as_of: date, district: str, parameters: Mapping[str, Constant] | None = None
    ) -> None:
        self._as_of = as_of
        nobody = Dossier({"id": "", "kind": ""}, schema, Coverage(), as_of)
        self._frame = DossierScope(nobody, base_names(as_of, district), parameters or {})

    def of(self, rule: CompiledSettling, year: int | None) -> int | None:
        """Fen of a budget, places of a quota; None where the formula gives no figure. In a year, parameters have the
        values of its last day, or of the as-of date if that comes first."""
        day = self._as_of if year is None else min(self._as_of, date(year, 12, 31))
        scope = Scope(rule.home, self._frame, None, day, {})
        if rule.kind == "budget":
            found = limit_of(rule.limit, scope, rule.source.label)
            return None if found.null or found.missing else found.fen
        value = scope.value(rule.limit)
        if isinstance(value, Unknown) or not isinstance(value, Decimal) or not 0 <= value <= _MOST_PLACES:
            return None
        return int(value)
