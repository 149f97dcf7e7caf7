"""Where findings are collected: the packs under review, the day, and what departments are known to deliver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from yanlian.base.finding import Severity
from yanlian.base.refusal import Refused
from yanlian.engine.policy.compiled import CompiledClause, CompiledDocument
from yanlian.engine.policy.fault import Fault
from yanlian.engine.policy.lint.reads import Read, reads_of
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Formula


@dataclass(frozen=True, slots=True)
class Delivered:
    """What departments deliver, as one snapshot shows it: kinds of record by key, and fields that are filled in at
    least one record as (record, field); a kind of record without any record says nothing of its fields."""

    records: frozenset[str]
    empty_fields: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Review:
    """One review of a pack set. `day`: what counts as today; None leaves out what hangs on it. `delivered`: None when
    no snapshot was given."""

    packs: PackSet
    day: date | None = None
    delivered: Delivered | None = None
    found: list[Fault] = field(default_factory=list)
    _reads: dict[str, tuple[Read, ...]] = field(default_factory=dict)

    @property
    def clauses(self) -> tuple[CompiledClause, ...]:
        """All clauses, in order."""
        return self.packs.clauses

    def reads(self, clause: CompiledClause) -> tuple[Read, ...]:
        """What facts a clause reads, and for what."""
        found = self._reads.get(clause.id)
        if found is None:
            found = self._reads[clause.id] = tuple(reads_of(clause, self.packs.schema))
        return found

    def note(
        self,
        where: CompiledClause | CompiledDocument,
        code: str,
        severity: Severity,
        at: Formula | int | None = None,
        /,
        **data: object,
    ) -> None:
        """Note a finding about a clause or document; `at`: a formula or line other than its own."""
        is_clause = isinstance(where, CompiledClause)
        document = where.document if isinstance(where, CompiledClause) else where
        line = at.line if isinstance(at, Formula) else at if at is not None else where.source.line
        file = at.file if isinstance(at, Formula) and at.file else where.source.file
        clause = where.source.id if is_clause else ""
        fault = Fault(document.pack.id, file, line, clause, Refused(code, **data), severity)
        if fault_key(fault) not in {fault_key(one) for one in self.found[-50:]}:
            self.found.append(fault)


def fault_key(fault: Fault) -> tuple[object, ...]:
    """What makes two findings the same one."""
    return (fault.pack, fault.file, fault.line, fault.clause, fault.code, fault.text("en"))


def listed(words: Iterable[str]) -> Mapping[str, str]:
    """Words for a sentence, as the facts `found_zh` and `found_en`."""
    several = list(dict.fromkeys(words))
    return {"found_zh": "、".join(several), "found_en": ", ".join(several)}
