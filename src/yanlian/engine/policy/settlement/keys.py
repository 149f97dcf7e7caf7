"""What outcomes are ranked, ordered or grouped by: formulas asked of one dossier, in the scope of the very event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from yanlian.engine.dossier import Dossier
from yanlian.engine.feel import Unknown
from yanlian.engine.policy.compiled import CompiledClause, Expression
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.lack import UNNAMED
from yanlian.engine.policy.occurrence import Occurrence, occurrences
from yanlian.engine.policy.scope import DossierScope
from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.settlement.settle import columns_asked

# Which column (rule, ORDER or BY) a row has which value in.
Values = dict[tuple[int, str], dict[int, object]]


@dataclass(slots=True)
class KeyReader:
    """Collects values row by row; `asked`: how many dossiers were asked."""

    evaluator: Evaluator
    rules: Sequence[CompiledSettling]
    values: Values = field(default_factory=dict)
    asked: int = 0
    _clauses: dict[str, CompiledClause] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for number, which, _ in columns_asked(self.rules):
            self.values[number, which] = {}
        self._clauses = {one.id: one for one in self.evaluator.clauses}

    @property
    def clauses(self) -> frozenset[str]:
        """The clauses of which something has to be asked."""
        return frozenset().union(*(rule.clauses for _, _, rule in columns_asked(self.rules)))

    def read(self, dossier: Dossier, rows: Mapping[int, tuple[str, str, str]]) -> None:
        """Ask one dossier about its rows: (clause, matter, period) by row."""
        self.asked += 1
        frame = self.evaluator.frame(dossier)
        found: dict[str, list[Occurrence]] = {}
        for row, (clause_id, matter, period) in rows.items():
            clause = self._clauses[clause_id]
            if clause_id not in found:
                found[clause_id] = self._events(clause, frame)
            event = next((one for one in found[clause_id] if (one.matter, one.period) == (matter, period)), None)
            for number, which, expression in self._asked(clause_id):
                value: object = Unknown(UNNAMED)
                if event is not None and not event.open:
                    value = event.scope.value(expression)
                self.values[number, which][row] = value

    def _events(self, clause: CompiledClause, frame: DossierScope) -> list[Occurrence]:
        return occurrences(clause, frame.layer(clause.document.home, self.evaluator.as_of))

    def _asked(self, clause: str) -> Iterator[tuple[int, str, Expression]]:
        for number, which, rule in columns_asked(self.rules):
            expression = rule.by if which == "by" else rule.key
            if clause in rule.clauses and expression is not None:
                yield number, which, expression
