"""Who is in when places are few: ranked outcomes, ties at the cut, and what undecided ones could still change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from yanlian.engine.policy.settlement.rules import Ties

Place = Literal["in", "out", "tied"]


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one: `rank` from 1, equal scores share it; `provisional`: one undecided could take its place."""

    place: Place
    rank: int
    provisional: bool = False


def placed(scores: Sequence[int], held: Sequence[bool], places: int, ties: Ties, ahead: Sequence[int]) -> list[Placed]:
    """Places for outcomes that stand in their order, best first. `scores`: equal numbers are ties; `held`: has its
    place already (it was paid), `places` are what is left besides these; `ahead`: how many undecided ones could come
    before it or level with it.

    Of a tie across the cut all get in (`all`), those that stand first (`first`), or a person decides (`manual`).
    """
    found: list[Placed] = []
    left = max(places, 0)
    taken = 0
    for _, members in groupby(range(len(scores)), key=lambda n: scores[n]):
        level = list(members)
        rank = len(found) + 1
        fresh = sum(not held[n] for n in level)
        fits = fresh <= left
        first = taken + 1
        for n in level:
            if held[n]:
                found.append(Placed("in", rank))
                continue
            place: Place = "out"
            if fits or (left > 0 and (ties == "all" or (ties == "first" and taken < places))):
                place = "in"
            elif left > 0 and ties == "manual":
                place = "tied"
            taken += place == "in"
            # Level ones stand or fall together: with the first of them where all get in, with the last where a person
            # decides as soon as one does not.
            position = {"all": first, "manual": first + fresh - 1}.get(ties, taken)
            found.append(Placed(place, rank, place == "in" and ahead[n] > 0 and position + ahead[n] > places))
        left = left - fresh if fits else 0
    return found
