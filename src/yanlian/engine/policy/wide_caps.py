"""Caps over a department or over listed clauses, made caps over a group that each of their clauses carries.

So whatever knows groups knows them: the interpreter, the compiled programs, the pages. The formula of such a cap is
compiled where each clause stands; a name in it must be visible there. They are applied with the caps over groups,
clauses' own ones first, then those of pack.yaml's documents in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Cap, Clause, Document, Pack
from yanlian.engine.policy.named_clauses import NamedClauses

_WIDE = frozenset({"department", "listed"})


def with_wide_caps(pack: Pack, faults: Faults) -> Pack:
    """The pack with its wide caps spread over their clauses, and ids of documents after `except` replaced by those of
    their clauses. Unknown ids are noted as faults."""
    if not any(_in_need(cap) for document in pack.documents for cap in _caps(document)):
        return pack
    named = NamedClauses([pack])
    spread: dict[str, list[Cap]] = {}
    documents = [_settled(document, pack, named, spread, faults) for document in pack.documents]
    return replace(pack, documents=tuple(_with_spread(document, spread) for document in documents))


def _in_need(cap: Cap) -> bool:
    return cap.over in _WIDE or bool(cap.exempt)


def _caps(document: Document) -> Iterable[Cap]:
    yield from document.rules.caps
    for clause in document.clauses:
        yield from clause.caps


def _settled(
    document: Document, pack: Pack, named: NamedClauses, spread: dict[str, list[Cap]], faults: Faults
) -> Document:
    """The document with its narrow caps alone; the wide ones go to `spread`, by clause."""

    def narrow(caps: Sequence[Cap], bearers: Sequence[Clause]) -> tuple[Cap, ...]:
        kept: list[Cap] = []
        for cap in caps:
            line = cap.amount.line
            cap = replace(cap, exempt=named.found(cap.exempt, "caps.except", line, faults))
            if cap.over in _WIDE:
                for one in _made(cap, bearers, pack, named, faults):
                    _spread(one, document, spread, named)
            else:
                kept.append(cap)
        return tuple(kept)

    faults.at(pack.id, document.file)
    rules = replace(document.rules, caps=narrow(document.rules.caps, document.clauses))
    clauses: list[Clause] = []
    for clause in document.clauses:
        faults.at(pack.id, clause.file, clause.id)
        clauses.append(replace(clause, caps=narrow(clause.caps, [clause])))
    faults.clause = ""
    return replace(document, rules=rules, clauses=tuple(clauses))


def _made(cap: Cap, bearers: Sequence[Clause], pack: Pack, named: NamedClauses, faults: Faults) -> Iterable[Cap]:
    """The caps over groups that a wide one becomes: one for each department of the clauses that it stands for."""
    if cap.over == "listed":
        members = named.found(cap.members, "caps.over", cap.amount.line, faults)
        yield replace(cap, over="group", name="、".join(cap.members), members=members, wide="listed")
        return
    for department in dict.fromkeys(one.department for one in bearers):
        every = [clause for document in pack.documents for clause in document.clauses]
        members = tuple(one.id for one in every if one.department == department)
        yield replace(cap, over="group", name=f"部门 {department}", members=members, wide="department")


def _spread(cap: Cap, document: Document, spread: dict[str, list[Cap]], named: NamedClauses) -> None:
    own = {clause.id: clause for clause in document.clauses}
    left = {one for one in cap.members if one in own and cap.label in own[one].without}
    cap = replace(cap, members=tuple(one for one in cap.members if one not in left and one not in cap.exempt))
    for one in cap.members:
        given = spread.setdefault(one, [])
        if cap not in given:
            given.append(cap)


def _with_spread(document: Document, spread: dict[str, list[Cap]]) -> Document:
    clauses = (
        replace(clause, caps=(*clause.caps, *spread[clause.id])) if clause.id in spread else clause
        for clause in document.clauses
    )
    return replace(document, clauses=tuple(clauses))
