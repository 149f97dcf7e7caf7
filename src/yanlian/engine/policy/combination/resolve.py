"""Ids in exclusions become clauses; what can never be, and what could not be searched exactly, is a fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from yanlian.engine.policy.combination.exclusion import CompiledExclusion, Exclusion
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Clause, Pack
from yanlian.engine.policy.named_clauses import NamedClauses, visible_packs
from yanlian.engine.policy.outcome import ONCE

# Claims (clauses that stand alike in all exclusions count once) that exclusions may tie together.
MOST_CLAIMS = 40
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Placed:
    """An exclusion and where it was written."""

    compiled: CompiledExclusion
    pack: str
    file: str
    line: int


def resolve_exclusions(packs: Sequence[Pack], faults: Faults, pack_file: str) -> dict[str, list[CompiledExclusion]]:
    """Clause id → the exclusions that speak of it: pack by pack, those of pack.yaml first, then those of documents."""
    by_id = {pack.id: pack for pack in packs}
    made: list[_Placed] = []
    for pack in packs:
        written = [(pack_file, one) for one in pack.exclusions]
        written += [(document.file, one) for document in pack.documents for one in document.exclusions]
        if not written:
            continue
        visible = visible_packs(pack, by_id)
        named = NamedClauses(visible)
        starts = {c.id: d.valid_from for one in visible for d in one.documents for c in d.clauses}
        for file, one in written:
            faults.at(pack.id, file)
            compiled = _compiled(one, named, starts, faults)
            if compiled is not None:
                made.append(_Placed(compiled, pack.id, file, one.line))
    _note_never(made, faults)
    _note_large(made, faults)
    found: dict[str, list[CompiledExclusion]] = {}
    for placed in made:
        for clause in dict.fromkeys(placed.compiled.clauses):
            found.setdefault(clause, []).append(placed.compiled)
    return found


def _compiled(
    one: Exclusion, named: NamedClauses, starts: Mapping[str, date], faults: Faults
) -> CompiledExclusion | None:
    before = len(faults.errors)
    entries = [named.found(ids, one.kind, one.line, faults) for ids in one.entries]
    own = named.found((one.clause,), "clause", one.line, faults) if one.kind != "not_together" else ()
    if len(faults.errors) > before:
        return None
    sides: tuple[tuple[str, ...], ...] = tuple(entries)
    dependents: tuple[str, ...] = ()
    givers: tuple[str, ...] = ()
    if one.kind != "not_together":
        others = tuple(dict.fromkeys(clause for entry in entries for clause in entry))
        sides = (own, others) if one.kind == "only_without" else ()
        dependents, givers = ((), ()) if sides else (own, others)
    _note_self(one, sides or (dependents, givers), faults)
    _note_without_money(one, [*(c for side in sides for c in side), *dependents], named, faults)
    if len(faults.errors) > before:
        return None
    _note_apart(one, sides or (dependents, givers), named, faults)
    every = [*(clause for side in sides for clause in side), *dependents, *givers]
    since = min((starts[clause] for clause in every), default=date.min)
    return CompiledExclusion(one.label, one.per, one.switch, one.article, sides, dependents, givers, since)


def _note_self(one: Exclusion, sides: Iterable[tuple[str, ...]], faults: Faults) -> None:
    """A clause stands on one side only."""
    seen: set[str] = set()
    for side in sides:
        for clause in side:
            if clause in seen:
                faults.add(one.line, "pack_exclusion_self", label=one.label, found=clause)
        seen |= set(side)


def _note_without_money(one: Exclusion, clauses: Iterable[str], named: NamedClauses, faults: Faults) -> None:
    """A qualification has no amount to be weighed."""
    for clause in clauses:
        if named.clauses[clause].gate_only:
            faults.add(one.line, "pack_exclusion_no_money", label=one.label, found=clause)


def _note_apart(one: Exclusion, sides: Sequence[tuple[str, ...]], named: NamedClauses, faults: Faults) -> None:
    """Sides that can never stand in one scope: the rule between them says nothing."""
    for here, there in combinations(sides, 2):
        pairs = [(named.clauses[a], named.clauses[b]) for a in here for b in there]
        if not any(_may_meet(a, b, one.per) for a, b in pairs):
            found = f"{here[0]} / {there[0]}"
            faults.add(one.line, "pack_exclusion_apart", "warning", label=one.label, found=found, per=one.per)


def _may_meet(a: Clause, b: Clause, per: str) -> bool:
    if per == "year":
        return (a.period.text == ONCE) == (b.period.text == ONCE)
    return per == "life" or (a.event is None) == (b.event is None)


def _note_never(made: Sequence[_Placed], faults: Faults) -> None:
    """A clause that needs only clauses which it excludes could never be taken."""
    for placed in made:
        need = placed.compiled
        for clause in need.dependents:
            if all(_apart(made, clause, giver, need.per) for giver in need.givers):
                faults.at(placed.pack, placed.file)
                faults.add(placed.line, "pack_exclusion_never", label=need.label, found=clause)


def _apart(made: Sequence[_Placed], one: str, other: str, per: str) -> bool:
    """Whether two clauses are never taken in the same scope."""
    for placed in made:
        exclusion = placed.compiled
        if exclusion.per in {per, "life"}:
            here, there = (next((r for r in exclusion.roles(c) if r >= 0), None) for c in (one, other))
            if here is not None and there is not None and here != there:
                return True
    return False


def _note_large(made: Sequence[_Placed], faults: Faults) -> None:
    """So many claims tied together that nobody can promise to find the best combination."""
    standing: dict[str, list[tuple[int, int]]] = {}
    for n, placed in enumerate(made):
        for clause in dict.fromkeys(placed.compiled.clauses):
            standing.setdefault(clause, []).extend((n, role) for role in placed.compiled.roles(clause))
    for tied in _tied([placed.compiled.clauses for placed in made]):
        claims = {tuple(standing[clause]): clause for placed in tied for clause in made[placed].compiled.clauses}
        if len(claims) > MOST_CLAIMS:
            first = made[tied[0]]
            faults.at(first.pack, first.file)
            shown = sorted(claims.values())
            text = "、".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")
            faults.add(first.line, "pack_exclusion_large", found=text, count=len(claims), expected=MOST_CLAIMS)


def _tied(groups: Sequence[Iterable[str]]) -> list[list[int]]:
    """The numbers of groups that share members, also through others."""
    found: list[tuple[set[str], list[int]]] = []
    for n, group in enumerate(groups):
        members, numbers = set(group), [n]
        apart: list[tuple[set[str], list[int]]] = []
        for other, its in found:
            if members & other:
                members |= other
                numbers = [*its, *numbers]
            else:
                apart.append((other, its))
        found = [*apart, (members, numbers)]
    return [sorted(numbers) for _, numbers in found]
