"""What a clause says of a beneficiary and a matter: the outcome, and the draft it grows from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from yanlian.engine.feel import Missing
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.scope import Scope

Kind = Literal["eligible", "not_eligible", "unknown", "manual", "not_applicable"]
ZERO_AMOUNT = "金额不大于零"
ONCE = "once"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of a run. `amount_fen` is due after stacking and caps, `clause_fen` is what the clause alone gives.

    `reason` is data for pages, only with the keys that apply: failed [labels], missing [{fact, holder, period}],
    manual text, null [labels of rules that gave null], reduced [{by, label, from_fen, to_fen, winner, paid_fen}],
    alternatives [{as, total_fen, outcomes [{clause, matter, period, fen}]}: among clauses that exclude each other the
    combination chosen, the runner_up, and with_this, the best with an outcome that is in neither], provisional [clause
    ids], result, apply_by the last day for an application
    that is still to come, repeated [dates of later records of the same matter], draft.
    """

    entity: str
    clause: str
    document: str
    department: str
    matter: str
    period: str
    event_on: date | None
    kind: Kind
    amount_fen: int
    clause_fen: int
    delivery: str
    reason: Mapping[str, object]


@dataclass(slots=True, eq=False)
class Draft:
    """An outcome while it is being worked out."""

    clause: CompiledClause
    # None for what does not apply: nothing is left to be asked.
    scope: Scope | None
    matter: str = ""
    period: str = ""
    event_on: date | None = None
    kind: Kind = "not_applicable"
    amount_fen: int = 0
    clause_fen: int = 0
    reason: dict[str, object] = field(default_factory=dict)
    # An event that may not even exist, whose matter and period nobody knows.
    open_event: bool = False
    # False: left out of the combination of clauses that exclude each other.
    taken: bool = True

    def finished(self, entity: str) -> Outcome:
        """The outcome."""
        source = self.clause.source
        return Outcome(
            entity,
            source.id,
            source.document,
            source.department,
            self.matter,
            self.period,
            self.event_on,
            self.kind,
            self.amount_fen,
            self.clause_fen,
            source.delivery,
            self.reason,
        )

    def to_unknown(self, missing: Iterable[Missing]) -> None:
        """The outcome cannot be decided after all."""
        self.kind = "unknown"
        self.amount_fen = 0
        known = self.reason.get("missing")
        listed = known if isinstance(known, list) else []
        self.reason["missing"] = listed + [one for one in missing_data(missing) if one not in listed]

    def to_manual(self, label: str) -> None:
        """A rule gave null where a figure was needed."""
        self.kind = "manual"
        self.amount_fen = 0
        self.reason["null"] = [label]
        self.reason["manual"] = null_text([label])


def missing_data(missing: Iterable[Missing]) -> list[dict[str, str]]:
    """Missing facts as data, in a stable order."""
    ordered = sorted({(one.fact, one.holder, one.period) for one in missing})
    return [{"fact": fact, "holder": holder, "period": period} for fact, holder, period in ordered]


def null_text(labels: Iterable[str]) -> str:
    """Why a person must decide when rules gave null."""
    return "、".join(f"“{label}”" for label in labels) + "没有得出结果，须人工判定"
