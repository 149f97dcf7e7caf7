"""The best lawful combination, exactly, and the runner-up: depth first with a bound that never says too little.

**What is sought.** Claims are taken or left as a whole. A set is lawful when no two rivals are in it and every claim in
it that needs others has one of each of its needs. Its total is what `Weighing.due` leaves of all items: those of the
set and those that no claim holds. Sought is the greatest total; of equal ones the set whose first difference from the
other is a claim that it takes (so the clauses that stand first win); and, as the runner-up, the same among the lawful
sets that take something which the best does not.

**Why it is exact.** A branch is left only when its bound is not above (first search) or below (second search) a total
already reached. The bound is the least of: the sum of what the taken claims, and of each clique of rivals the one worth
most, could give at most, groups counted by their highest; and for each limit its room and all that lies outside of
it. Stacking and caps only take away, no item gives more than its amount or the room of a limit over it, of a clique at
most one is taken: so no set below gives more. The first search finds the total (worth most first, to reach it soon),
the second the set. tests/engine/policy/combination compares both with the enumeration of all sets.

**When it is too large.** Choosing under caps is as hard as packing a knapsack, so steps are counted, never time: more
than `MOST_STEPS` raise `TooLarge`, on every machine for the same dossiers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yanlian.engine.policy.combination.weigh import Weighing

MOST_STEPS = 10_000


class TooLarge(Exception):
    """More steps than can be promised."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`claims`: the items of each, in order; `rivals`: bits of the claims that exclude it; `needs`: for each need the
    bits of the claims of which it takes one."""

    weighing: Weighing
    claims: tuple[tuple[int, ...], ...]
    rivals: tuple[int, ...]
    needs: tuple[tuple[int, ...], ...]

    def due(self, chosen: int) -> list[int]:
        """What is due of each item under a set of claims."""
        taken = [True] * len(self.weighing.amounts)
        for n, items in enumerate(self.claims):
            if not chosen >> n & 1:
                for item in items:
                    taken[item] = False
        return self.weighing.due(taken)

    def lawful(self, chosen: int) -> bool:
        """Whether a set keeps all rules."""
        return all(not self.rivals[n] & chosen and all(need & chosen for need in self.needs[n]) for n in bits(chosen))


@dataclass(frozen=True, slots=True)
class Found:
    """A combination: bits of the claims taken, and its total in fen."""

    chosen: int
    total: int


def bits(chosen: int) -> Iterator[int]:
    """The numbers of the bits that are set, the lowest first."""
    while chosen:
        low = chosen & -chosen
        yield low.bit_length() - 1
        chosen ^= low


def best_of(problem: Problem) -> tuple[Found, Found | None]:
    """The best combination and the runner-up; none when every lawful set is a part of the best. Raises `TooLarge`."""
    search = _Search(problem)
    best = search.best(beyond=None)
    assert best is not None, "the empty set is lawful"
    return best, search.best(beyond=best.chosen)


def best_with(problem: Problem, claim: int) -> Found | None:
    """The best combination that takes a claim; none when no lawful set does. Raises `TooLarge`."""
    return _Search(problem).best(beyond=~(1 << claim))


@dataclass(slots=True)
class _Search:
    problem: Problem
    steps: int = 0
    _bound: _Bound = field(init=False)

    def __post_init__(self) -> None:
        self._bound = _Bound.of(self.problem)

    def best(self, beyond: int | None) -> Found | None:
        """The best set, or the best that takes something which `beyond` does not."""
        count = len(self.problem.claims)
        order = sorted(range(count), key=lambda n: -self._bound.worth[n])
        reached: Found | None = None
        for found in self._sets(order, beyond, -1, strict=True):
            reached = found
        if reached is None:
            return None
        return next(self._sets(range(count), beyond, reached.total, strict=False))

    def _sets(self, order: Sequence[int], beyond: int | None, least: int, *, strict: bool) -> Iterator[Found]:
        """Lawful sets in the order of the walk, which takes before it leaves: each with a total above all before
        (strict), or not below `least`."""
        problem = self.problem
        stack = [(0, 0, 0)]
        while stack:
            depth, chosen, left = stack.pop()
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise TooLarge
            bound = self._bound.over(chosen, left)
            if bound < least or (strict and bound == least) or self._hopeless(chosen, left):
                continue
            if depth == len(order):
                total = sum(problem.due(chosen))
                news = beyond is None or chosen & ~beyond
                if news and problem.lawful(chosen) and (total > least if strict else total >= least):
                    yield Found(chosen, total)
                    least = total
                continue
            one = 1 << order[depth]
            stack.append((depth + 1, chosen, left | one))
            if not left & one:
                stack.append((depth + 1, chosen | one, left | problem.rivals[order[depth]]))

    def _hopeless(self, chosen: int, left: int) -> bool:
        """Whether a rule is broken whatever is taken besides."""
        return any(not need & ~left for n in bits(chosen) for need in self.problem.needs[n])


@dataclass(frozen=True, slots=True)
class _Bound:
    """How much a set can come to at most. `worth`: of each claim without items of groups; `cliques`: bits of rivals all
    of each other; `groups`: for each item of a group what it can give and the bit of its claim (0: always there);
    `outside`: for each limit its room with what lies always outside, and what each claim has outside."""

    always: int
    worth: tuple[int, ...]
    cliques: tuple[int, ...]
    groups: tuple[tuple[tuple[int, int], ...], ...]
    outside: tuple[tuple[int, tuple[int, ...]], ...]

    @classmethod
    def of(cls, problem: Problem) -> _Bound:
        """The bound of a problem."""
        weighing = problem.weighing
        top = list(weighing.amounts)
        for limit in weighing.limits:
            for item, most in zip(limit.members, limit.most, strict=True):
                top[item] = min(top[item], max(0, most - limit.used))
        claim = {item: n for n, items in enumerate(problem.claims) for item in items}
        grouped = {item for group in weighing.groups for item in group}

        def worth(n: int | None, without: frozenset[int] | set[int]) -> int:
            items = range(len(top)) if n is None else problem.claims[n]
            return sum(top[i] for i in items if i not in without and (n is not None or i not in claim))

        count = len(problem.claims)
        groups = tuple(
            tuple((top[item], 1 << claim[item] if item in claim else 0) for item in group) for group in weighing.groups
        )
        outside = tuple(
            (limit.room + worth(None, inside), tuple(worth(n, inside) for n in range(count)))
            for limit in weighing.limits
            for inside in (frozenset(limit.members),)
        )
        worths = tuple(worth(n, grouped) for n in range(count))
        return cls(worth(None, grouped), worths, _cliques(problem), groups, outside)

    def over(self, chosen: int, left: int) -> int:
        """At most this, when these claims are taken and these are not."""
        total = self.always + sum(self.worth[n] for n in bits(chosen))
        for clique in self.cliques:
            total += max((self.worth[n] for n in bits(clique & ~chosen & ~left)), default=0)
        for group in self.groups:
            total += max((top for top, bit in group if not bit & left), default=0)
        maybe = [n for n in range(len(self.worth)) if not left >> n & 1]
        for room, worths in self.outside:
            total = min(total, room + sum(worths[n] for n in maybe))
        return total


def _cliques(problem: Problem) -> tuple[int, ...]:
    """Claims in sets of rivals, each claim in one; found greedily, which any cover would do."""
    found: list[int] = []
    for n, rivals in enumerate(problem.rivals):
        place = next((k for k, clique in enumerate(found) if not clique & ~rivals), None)
        if place is None:
            found.append(1 << n)
        else:
            found[place] |= 1 << n
    return tuple(found)
