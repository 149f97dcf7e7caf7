"""What holds over several outcomes of one beneficiary: stacking groups (only the highest counts), then caps.

Before both, `combination` chooses among clauses that exclude each other. All of them only take away. Outcomes that are
not decided yet take nothing away; where they could, the decided ones are marked `provisional` with the clauses that
are open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import Unknown
from yanlian.engine.policy.amount import limit_of
from yanlian.engine.policy.compiled import CompiledCap
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.outcome import Draft
from yanlian.engine.policy.payments import Key, sum_in_scope
from yanlian.engine.policy.scope import DossierScope

OPEN_KINDS = frozenset({"unknown", "manual"})


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """The order in which amounts compete: clauses as they stand, then dates of events, then matters."""
    return sorted(drafts, key=lambda d: (d.clause.order, d.event_on or date.min, d.matter, d.period))


# Stacking


def apply_stacking(drafts: Sequence[Draft]) -> None:
    """Leave only the highest eligible outcome of each group; ties go to the clause that stands first."""
    groups: dict[tuple[str, str, str], list[Draft]] = {}
    loose: dict[str, list[Draft]] = {}
    for draft in drafts:
        stacking = draft.clause.source.stacking
        if stacking is None or draft.kind == "not_eligible":
            continue
        if draft.open_event:
            loose.setdefault(stacking.group, []).append(draft)
        else:
            key = (stacking.group, stacking.per, bucket_of(draft, stacking.per))
            groups.setdefault(key, []).append(draft)
    for (group, _, _), members in groups.items():
        eligible = [draft for draft in in_order(members) if draft.kind == "eligible" and draft.taken]
        if not eligible:
            continue
        winner = max(eligible, key=lambda draft: draft.amount_fen)
        for draft in eligible:
            if draft is not winner:
                reduce_to(draft, 0, "stacking", group, winner.clause.id)
        undecided = [draft for draft in [*members, *loose.get(group, [])] if draft.kind in OPEN_KINDS]
        mark_provisional(winner, undecided)


def bucket_of(draft: Draft, per: str) -> str:
    """What outcomes must share to stand in one scope: the year, the matter, nothing."""
    return draft.period if per == "year" else draft.matter if per == "matter" else ""


def reduce_to(draft: Draft, to_fen: int, by: str, label: str, winner: str = "", **more: object) -> None:
    """Lower an amount and say why. Nothing is said where nothing is lowered."""
    if to_fen >= draft.amount_fen:
        return
    entry: dict[str, object] = {"by": by, "label": label, "from_fen": draft.amount_fen, "to_fen": to_fen}
    if winner:
        entry["winner"] = winner
    entry |= more
    reduced = draft.reason.setdefault("reduced", [])
    assert isinstance(reduced, list)
    reduced.append(entry)
    draft.amount_fen = to_fen


def mark_provisional(draft: Draft, undecided: Iterable[Draft]) -> None:
    """Say that an amount may still change, and which clauses it waits for."""
    clauses = {one.clause.id for one in undecided if one is not draft}
    if clauses:
        known = draft.reason.get("provisional")
        clauses |= set(known) if isinstance(known, list) else set()
        draft.reason["provisional"] = sorted(clauses)


# Caps


def apply_caps(frame: DossierScope, drafts: Sequence[Draft], *, own_only: bool = False) -> None:
    """Apply the caps over clauses, then groups, then documents. `own_only`: only those over a clause alone."""
    for over in ("clause",) if own_only else ("clause", "group", "document"):
        for cap, members in members_under(drafts, over):
            _apply(frame, cap, members)


def members_under(drafts: Sequence[Draft], over: str) -> list[tuple[CompiledCap, list[Draft]]]:
    """Each cap of a kind with the outcomes it holds over. A cap that a document gives to its clauses counts once for
    all of them, unless it is over each clause alone."""
    found: dict[tuple[object, ...], tuple[CompiledCap, list[Draft]]] = {}
    for draft in in_order(drafts):
        for cap in draft.clause.caps:
            if cap.source.over == over:
                key = _cap_key(draft, cap)
                found.setdefault(key, (cap, []))
    for (_, *scope), (cap, members) in found.items():
        members += [draft for draft in in_order(drafts) if _is_under(draft, cap, scope)]
    return list(found.values())


def _cap_key(draft: Draft, cap: CompiledCap) -> tuple[object, ...]:
    if cap.source.over == "clause":
        return (id(cap), draft.clause.id)
    if cap.source.over == "document":
        return (id(cap), draft.clause.source.document)
    text = " ".join(cap.amount.formula.text.split())
    words = (cap.source.label, cap.source.per, text, cap.source.exempt)
    return (words, draft.clause.document.pack.id, cap.source.name)


def _is_under(draft: Draft, cap: CompiledCap, scope: list[object]) -> bool:
    clause = draft.clause
    if clause.id in cap.source.exempt:
        return False
    if cap.source.over == "clause":
        return scope == [clause.id]
    if cap.source.over == "document":
        return scope == [clause.source.document] and (not cap.inherited or cap in clause.caps)
    if clause.document.pack.id != scope[0]:
        return False
    if clause.source.stacking is not None and clause.source.stacking.group == scope[1]:
        return True
    return any(own.source.over == "group" and own.source.name == scope[1] and not own.inherited for own in clause.caps)


def _apply(frame: DossierScope, cap: CompiledCap, members: list[Draft]) -> None:
    paying = [draft for draft in members if draft.kind == "eligible" and draft.amount_fen > 0]
    if not paying:
        return
    keys = eligible_keys(members)
    clauses = capped_clauses(cap, members)
    used: dict[str, int] = {}
    for draft in paying:
        bucket = bucket_of(draft, cap.source.per)
        if bucket not in used:
            before = paid_under(frame, cap, draft, clauses, keys)
            if isinstance(before, Unknown):
                draft.to_unknown(lack_of(before))
                continue
            used[bucket] = int(before.scaleb(2))
        assert draft.scope is not None
        limit = limit_of(cap.amount, draft.scope, cap.source.label)
        if limit.missing:
            draft.to_unknown(limit.missing)
            continue
        if limit.null:
            draft.to_manual(limit.null)
            continue
        reduce_to(draft, max(min(draft.amount_fen, limit.fen - used[bucket]), 0), "cap", cap.source.label)
        used[bucket] += draft.amount_fen
        earlier = [one for one in members[: members.index(draft)] if one.kind in OPEN_KINDS]
        mark_provisional(draft, [one for one in earlier if one.open_event or bucket_of(one, cap.source.per) == bucket])


def capped_clauses(cap: CompiledCap, members: Sequence[Draft]) -> set[str]:
    """All clauses whose earlier payments count against a cap, also those that give nothing this time."""
    first = members[0].clause
    if cap.source.members:
        return set(cap.source.members)
    if cap.source.over == "document":
        held = {one.id for one in first.document.clauses if not cap.inherited or cap in one.caps}
        return held.difference(cap.source.exempt)
    return {draft.clause.id for draft in members}


def eligible_keys(members: Iterable[Draft]) -> list[Key]:
    """The outcomes whose own payments do not count as earlier ones."""
    return [(draft.clause.id, draft.matter, draft.period) for draft in members if draft.kind == "eligible"]


def paid_under(
    frame: DossierScope, cap: CompiledCap, draft: Draft, clauses: set[str], keys: list[Key]
) -> Decimal | Unknown:
    """Yuan paid before that count against a cap: none of them can be older than the document, or than the year."""
    since, per = draft.clause.document.source.valid_from, cap.source.per
    return sum_in_scope(frame, clauses, keys, per, since=since, matter=draft.matter, period=draft.period)
