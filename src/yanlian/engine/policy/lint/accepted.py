"""The pack's own answers to findings: shown and counted beside the finding, never instead of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yanlian.base.refusal import Refused
from yanlian.engine.policy.fault import Fault
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Accepted, Clause, Document

# What makes a pack unusable cannot be argued away.
_NEVER = ("pack_", "feel_", "table_", "type_")
# Made only while the other pack is read along: an answer may be to one that is not there this time.
_BETWEEN = frozenset({"lint_double_event", "lint_double_base"})


def answered(packs: PackSet, found: Sequence[Fault], unasked: frozenset[str] = frozenset()) -> list[Fault]:
    """The findings, each with the reason for which its clause or document accepts it; and answers to nothing.

    `unasked`: codes that nobody looked for this time, so that an answer to one may still be needed.
    """
    answers: dict[tuple[str, str, str], Accepted] = {}
    documents = [document.source for document in packs.documents]
    for document in documents:
        for one in document.accepted:
            answers[document.pack, document.file, one.finding] = one
        for clause in document.clauses:
            for one in clause.accepted:
                answers[document.pack, clause.id, one.finding] = one
    used: set[int] = set()
    told: list[Fault] = []
    for fault in found:
        answer = answers.get((fault.pack, fault.clause, fault.code)) if fault.clause else None
        answer = answer or answers.get((fault.pack, fault.file, fault.code))
        if answer is None or (fault.severity == "error" and fault.code.startswith(_NEVER)):
            told.append(fault)
            continue
        used.add(id(answer))
        told.append(replace(fault, accepted=answer.because))
    return [*told, *(one for one in _unused(documents, used) if one.refusal.data["found"] not in unasked | _BETWEEN)]


def _unused(documents: Sequence[Document], used: set[int]) -> list[Fault]:
    """Answers to findings that are not made any more: the text may have changed under them."""
    owners: list[tuple[Document, Document | Clause]] = []
    for document in documents:
        owners.append((document, document))
        owners += [(document, clause) for clause in document.clauses]
    return [
        Fault(
            document.pack,
            owner.file,
            one.line,
            owner.id if isinstance(owner, Clause) else "",
            Refused("lint_accepted_unused", found=one.finding),
            "warning",
        )
        for document, owner in owners
        for one in owner.accepted
        if id(one) not in used
    ]
