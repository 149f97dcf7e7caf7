"""Eligible outcomes of one beneficiary as claims: what stands alike in all exclusions is taken or left as a whole.

An outcome stands in an exclusion at a place: its side (or dependent, or giver) in one scope, the year, the matter or
once. Outcomes with the same places are one claim: their rivals and needs are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from yanlian.engine.policy.across import bucket_of, in_order
from yanlian.engine.policy.combination.exclusion import DEPENDENT, GIVER, CompiledExclusion
from yanlian.engine.policy.outcome import Draft

# The number of an exclusion, the role in it, the scope.
Place: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Which clause stands where: clause id → number of the exclusion and role."""

    exclusions: tuple[CompiledExclusion, ...]
    roles: Mapping[str, tuple[tuple[int, int], ...]]

    @classmethod
    def of(cls, exclusions: Iterable[CompiledExclusion]) -> Standing:
        """For these exclusions."""
        listed = tuple(exclusions)
        roles: dict[str, list[tuple[int, int]]] = {}
        for n, one in enumerate(listed):
            for clause in dict.fromkeys(one.clauses):
                roles.setdefault(clause, []).extend((n, role) for role in one.roles(clause))
        return cls(listed, {clause: tuple(found) for clause, found in roles.items()})

    def places(self, draft: Draft) -> list[Place]:
        """Where an outcome stands."""
        found = self.roles.get(draft.clause.id, ())
        return [(n, role, bucket_of(draft, self.exclusions[n].per)) for n, role in found]


@dataclass(slots=True)
class Claims:
    """`items`: the eligible outcomes in order; `claims`: their numbers; `rivals` and `needs` by claim, as numbers of
    claims: of each need one must be taken."""

    items: list[Draft]
    places: list[frozenset[Place]] = field(default_factory=list)
    claims: list[list[int]] = field(default_factory=list)
    rivals: list[set[int]] = field(default_factory=list)
    needs: list[dict[Place, set[int]]] = field(default_factory=list)

    @property
    def choices(self) -> list[int]:
        """The claims about which there is something to choose."""
        return [n for n in range(len(self.claims)) if self.rivals[n] or self.needs[n]]

    def always(self) -> set[int]:
        """The claims that nothing stands against: no rivals, and no needs left."""
        return {n for n in range(len(self.claims)) if not self.rivals[n] and not self.needs[n]}


def claims_of(standing: Standing, drafts: Sequence[Draft]) -> Claims:
    """The claims among the eligible outcomes that are still in."""
    found = Claims(in_order(draft for draft in drafts if draft.kind == "eligible" and draft.taken))
    number: dict[frozenset[Place], int] = {}
    for item, draft in enumerate(found.items):
        places = frozenset(standing.places(draft))
        if not places:
            continue
        if places not in number:
            number[places] = len(found.claims)
            found.claims.append([])
            found.places.append(places)
        found.claims[number[places]].append(item)
    at: dict[Place, set[int]] = {}
    for n, places in enumerate(found.places):
        for place in places:
            at.setdefault(place, set()).add(n)
    for places in found.places:
        found.rivals.append({n for place in places for n in _across(place, at, standing)})
        found.needs.append(
            {place: set(at.get((place[0], GIVER, place[2]), ())) for place in places if place[1] == DEPENDENT}
        )
    return found


def _across(place: Place, at: Mapping[Place, set[int]], standing: Standing) -> Iterable[int]:
    """The claims on the other sides."""
    number, side, scope = place
    if side < 0:
        return
    for other in range(len(standing.exclusions[number].sides)):
        if other != side:
            yield from at.get((number, other, scope), ())
