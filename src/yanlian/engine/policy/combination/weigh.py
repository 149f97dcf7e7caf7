"""What a combination comes to: the arithmetic of stacking and caps over the eligible outcomes of one beneficiary, in
fen, without the outcomes themselves.

It says what `across.apply_stacking` and `across.apply_caps` will say; the evaluator holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yanlian.engine.feel import Unknown
from yanlian.engine.policy.across import bucket_of, capped_clauses, eligible_keys, members_under, paid_under
from yanlian.engine.policy.amount import Figure, limit_of
from yanlian.engine.policy.compiled import CompiledCap
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.outcome import Draft
from yanlian.engine.policy.scope import DossierScope


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap in one scope: over which items, in order, what it is for each of them, and what was paid before. Fen."""

    members: tuple[int, ...]
    most: tuple[int, ...]
    used: int

    @property
    def room(self) -> int:
        """More than this is never left of all its members together."""
        return max(0, max(self.most) - self.used)


@dataclass(frozen=True, slots=True)
class Weighing:
    """`amounts` of items, in order; `groups` of items of which only the highest counts; limits in the order in which
    they are applied."""

    amounts: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    limits: tuple[Limit, ...]

    def due(self, taken: Sequence[bool]) -> list[int]:
        """What is due of each item when these are taken."""
        due = [fen if here else 0 for fen, here in zip(self.amounts, taken, strict=True)]
        for group in self.groups:
            highest = max(group, key=lambda n: due[n])
            for n in group:
                if n != highest:
                    due[n] = 0
        for limit in self.limits:
            used = limit.used
            for n, most in zip(limit.members, limit.most, strict=True):
                due[n] = max(min(due[n], most - used), 0)
                used += due[n]
        return due

    def part(self, items: Sequence[int]) -> Weighing:
        """The same for some items that no group and no limit ties to others."""
        place = {item: n for n, item in enumerate(items)}
        groups = (tuple(place[n] for n in group if n in place) for group in self.groups)
        limits = (
            Limit(tuple(place[n] for n in limit.members), limit.most, limit.used)
            for limit in self.limits
            if limit.members[0] in place
        )
        return Weighing(
            tuple(self.amounts[item] for item in items), tuple(group for group in groups if group), tuple(limits)
        )


@dataclass(frozen=True, slots=True)
class Weighed:
    """The weighing of some drafts; and for items whose limit is not known, what is missing or gave null."""

    weighing: Weighing
    unsure: Mapping[int, Figure]


def weighed(frame: DossierScope, drafts: Sequence[Draft], items: Sequence[Draft]) -> Weighed:
    """Over all drafts that apply; `items`: the eligible ones, in order."""
    place = {id(draft): n for n, draft in enumerate(items)}
    limits: list[Limit] = []
    unsure: dict[int, Figure] = {}
    for over in ("clause", "group", "document"):
        for cap, members in members_under(drafts, over):
            scopes: dict[str, list[tuple[int, int, int]]] = {}
            for draft in members:
                n = place.get(id(draft))
                if n is None or not draft.amount_fen:
                    continue
                limit, used = _limit(frame, cap, draft, members)
                if limit.missing or limit.null:
                    unsure[n] = limit
                else:
                    scopes.setdefault(bucket_of(draft, cap.source.per), []).append((n, limit.fen, used))
            limits += [
                Limit(tuple(n for n, _, _ in found), tuple(most for _, most, _ in found), found[0][2])
                for found in scopes.values()
            ]
    amounts = tuple(draft.amount_fen for draft in items)
    return Weighed(Weighing(amounts, _groups(items), tuple(limits)), unsure)


def _limit(frame: DossierScope, cap: CompiledCap, draft: Draft, members: Sequence[Draft]) -> tuple[Figure, int]:
    """A limit for a draft, and what was paid before under it. Fen."""
    before = paid_under(frame, cap, draft, capped_clauses(cap, members), eligible_keys(members))
    if isinstance(before, Unknown):
        return Figure(missing=lack_of(before)), 0
    assert draft.scope is not None
    return limit_of(cap.amount, draft.scope, cap.source.label), int(before.scaleb(2))


def _groups(items: Sequence[Draft]) -> tuple[tuple[int, ...], ...]:
    found: dict[tuple[str, str, str], list[int]] = {}
    for n, draft in enumerate(items):
        stacking = draft.clause.source.stacking
        if stacking is not None:
            key = (stacking.group, stacking.per, bucket_of(draft, stacking.per))
            found.setdefault(key, []).append(n)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)
