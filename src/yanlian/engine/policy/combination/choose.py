"""Among clauses that exclude or need each other, what one beneficiary is given: the best lawful combination.

First what was paid before decides; then a clause whose need nothing can meet is out; what is left to be chosen is
searched, part by part (outcomes that no rule, group or limit ties to each other are chosen apart). Outcomes left out
stay eligible with nothing due and say why; those about which there was a choice name the combination chosen and the
runner-up. What hangs on outcomes that are not decided is marked provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yanlian.engine.feel import Unknown
from yanlian.engine.policy.across import reduce_to
from yanlian.engine.policy.combination.claims import Claims, Standing, claims_of
from yanlian.engine.policy.combination.exclusion import DEPENDENT, CompiledExclusion
from yanlian.engine.policy.combination.search import Found, Problem, TooLarge, best_of, best_with
from yanlian.engine.policy.combination.told import CHOSEN, RUNNER_UP, WITH_THIS
from yanlian.engine.policy.combination.waiting import mark_waiting
from yanlian.engine.policy.combination.weigh import Weighed, weighed
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.outcome import Draft
from yanlian.engine.policy.payments import is_paid, sum_in_scope
from yanlian.engine.policy.scope import DossierScope

BY = "exclusion"
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Chosen:
    """Outcomes chosen together, and what is due of them all: what stacking and caps must leave. Fen."""

    items: tuple[Draft, ...]
    total: int


def choose(frame: DossierScope, drafts: Sequence[Draft], standing: Standing) -> list[Chosen]:
    """Leave out what the best lawful combination does not take. `drafts`: all that apply, before stacking and caps."""
    concerned = [draft for draft in drafts if draft.clause.id in standing.roles]
    if not any(draft.kind == "eligible" for draft in concerned):
        return []
    found = _Choice(frame, drafts, standing)
    found.leave_paid(concerned)
    chosen = found.settle()
    mark_waiting(standing, concerned)
    return chosen


@dataclass(slots=True)
class _Choice:
    frame: DossierScope
    drafts: Sequence[Draft]
    standing: Standing

    # What was paid before

    def leave_paid(self, concerned: Iterable[Draft]) -> None:
        """Money already given decides: where a rival was paid in the same scope, nothing more is. Where the text allows
        to change over, a person does it: what was paid must come back first."""
        for draft in concerned:
            if draft.kind != "eligible" or is_paid(self.frame, (draft.clause.id, draft.matter, draft.period)):
                continue
            for number, role in self.standing.roles[draft.clause.id]:
                exclusion = self.standing.exclusions[number]
                if role >= 0 and draft.kind == "eligible" and draft.taken:
                    self._leave_if_paid(draft, exclusion, exclusion.rivals(role))

    def _leave_if_paid(self, draft: Draft, exclusion: CompiledExclusion, rivals: tuple[str, ...]) -> None:
        paid = self._paid(exclusion, rivals, draft)
        if isinstance(paid, Unknown):
            draft.to_unknown(lack_of(paid))
        elif paid > 0:
            each = ((one, self._paid(exclusion, (one,), draft)) for one in rivals)
            winner = next(one for one, its in each if not isinstance(its, Unknown) and its > 0)
            if exclusion.switch:
                _to_person(draft, f"“{exclusion.label}”：{winner}已兑付{paid:,.2f}元，改选须先退回或抵扣")
            else:
                draft.taken = False
                reduce_to(draft, 0, BY, exclusion.label, winner, paid_fen=int(paid.scaleb(2)))

    def _paid(self, exclusion: CompiledExclusion, clauses: tuple[str, ...], draft: Draft) -> Decimal | Unknown:
        return sum_in_scope(
            self.frame, clauses, (), exclusion.per, since=exclusion.since, matter=draft.matter, period=draft.period
        )

    # What can be chosen

    def settle(self) -> list[Chosen]:
        """Until nothing changes any more: needs that nothing can meet, limits that nobody knows; then choose."""
        while True:
            claims = claims_of(self.standing, self.drafts)
            if self._meet_needs(claims):
                continue
            if not claims.choices:
                return []
            weighing = weighed(self.frame, self.drafts, claims.items)
            parts = _parts(claims, weighing)
            if not _settle_unsure(claims, weighing, parts):
                found = [self._chosen(claims, weighing, part) for part in parts]
                return [one for one in found if one is not None]

    def _meet_needs(self, claims: Claims) -> bool:
        """Strike needs that are met whatever is chosen. Whether an outcome was decided by it, so that claims must be
        made anew."""
        met = -1
        while met != (met := sum(len(needs) for needs in claims.needs)):
            always = claims.always()
            for needs in claims.needs:
                for place in [place for place, givers in needs.items() if givers & always]:
                    del needs[place]
        for n, needs in enumerate(claims.needs):
            for place, givers in sorted(needs.items()):
                exclusion = self.standing.exclusions[place[0]]
                outcomes = [claims.items[item] for item in claims.claims[n]]
                paid = self._paid(exclusion, exclusion.givers, outcomes[0])
                if isinstance(paid, Unknown):
                    for draft in outcomes:
                        draft.to_unknown(lack_of(paid))
                    return True
                if paid > 0:
                    del needs[place]
                elif not givers:
                    _leave(outcomes, exclusion.label)
                    return True
        return False

    # Choosing

    def _chosen(self, claims: Claims, weighing: Weighed, part: Sequence[int]) -> Chosen | None:
        problem, choices = _problem(claims, weighing, part)
        items = tuple(claims.items[item] for item in part)
        concerned = [claims.items[item] for n in choices for item in claims.claims[n]]
        try:
            best, second = best_of(problem)
        except TooLarge:
            _give_up(concerned)
            return None
        taken = {n for k, n in enumerate(choices) if best.chosen >> k & 1}
        told = [_told(problem, items, best, CHOSEN)]
        told += [_told(problem, items, second, RUNNER_UP)] if second is not None else []
        for k, n in enumerate(choices):
            alternatives = [*told, *_with(problem, items, k, best.chosen | (second.chosen if second else 0))]
            for item in claims.claims[n]:
                draft = claims.items[item]
                draft.reason["alternatives"] = alternatives
                draft.taken = n in taken
        for draft in concerned:
            if not draft.taken:
                label, winner = self._why_left(draft, concerned)
                reduce_to(draft, 0, BY, label, winner)
        return Chosen(items, best.total)

    def _why_left(self, draft: Draft, concerned: Sequence[Draft]) -> tuple[str, str]:
        """The label of the rule, and the clause that is given instead."""
        first = ""
        for number, role, scope in self.standing.places(draft):
            exclusion = self.standing.exclusions[number]
            for other in concerned:
                places = self.standing.places(other) if other.taken else ()
                if role >= 0 and any(n == number and r not in (role, -1, -2) and s == scope for n, r, s in places):
                    return exclusion.label, other.clause.id
            if not first or role == DEPENDENT:
                first = exclusion.label
        return first, ""


def _give_up(concerned: Sequence[Draft]) -> None:
    """Too many combinations to promise the best: a person chooses."""
    clauses = list(dict.fromkeys(draft.clause.id for draft in concerned))
    named = "、".join(clauses[:MOST_NAMED]) + ("等" if len(clauses) > MOST_NAMED else "")
    for draft in concerned:
        _to_person(draft, f"互斥条款的组合太多，不能保证找到最优，须人工选择：{named}")


def _leave(outcomes: Iterable[Draft], label: str) -> None:
    for draft in outcomes:
        draft.taken = False
        reduce_to(draft, 0, BY, label)


def _to_person(draft: Draft, why: str) -> None:
    draft.kind = "manual"
    draft.amount_fen = 0
    draft.reason["manual"] = why


def _settle_unsure(claims: Claims, weighing: Weighed, parts: Iterable[Sequence[int]]) -> bool:
    """A choice cannot hang on a limit that nobody knows: what it limits is not decided. Whether there was one."""
    found = [item for part in parts for item in part if item in weighing.unsure]
    for item in found:
        limit = weighing.unsure[item]
        if limit.missing:
            claims.items[item].to_unknown(limit.missing)
        else:
            claims.items[item].to_manual(limit.null)
    return bool(found)


def _parts(claims: Claims, weighing: Weighed) -> list[list[int]]:
    """The items that are tied to each other and about which there is something to choose, in order."""
    leader = list(range(len(claims.items)))

    def find(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    ties: list[Iterable[int]] = [*claims.claims, *weighing.weighing.groups]
    ties += [limit.members for limit in weighing.weighing.limits]
    for n in claims.choices:
        others = claims.rivals[n].union(*claims.needs[n].values())
        ties.append([claims.claims[n][0], *(claims.claims[other][0] for other in others)])
    for tie in ties:
        first, *rest = tie
        for item in rest:
            leader[find(item)] = find(first)
    wanted = {find(claims.claims[n][0]) for n in claims.choices}
    found: dict[int, list[int]] = {}
    for item in range(len(claims.items)):
        if find(item) in wanted:
            found.setdefault(find(item), []).append(item)
    return list(found.values())


def _problem(claims: Claims, weighing: Weighed, part: Sequence[int]) -> tuple[Problem, list[int]]:
    """A part as a problem, and the numbers of its claims."""
    place = {item: k for k, item in enumerate(part)}
    choices = [n for n in claims.choices if claims.claims[n][0] in place]
    bit = {n: 1 << k for k, n in enumerate(choices)}
    return Problem(
        weighing.weighing.part(part),
        tuple(tuple(place[item] for item in claims.claims[n]) for n in choices),
        tuple(sum(bit[other] for other in claims.rivals[n]) for n in choices),
        tuple(tuple(sum(bit[o] for o in givers) for givers in claims.needs[n].values()) for n in choices),
    ), choices


def _with(problem: Problem, items: Sequence[Draft], claim: int, shown: int) -> list[dict[str, object]]:
    """The best combination with a claim that is in none of those shown, where it can be found."""
    if shown >> claim & 1:
        return []
    try:
        found = best_with(problem, claim)
    except TooLarge:
        return []
    return [] if found is None else [_told(problem, items, found, WITH_THIS)]


def _told(problem: Problem, items: Sequence[Draft], found: Found, role: str) -> dict[str, object]:
    """A combination as data: what is due of each outcome, and the total."""
    due = zip(items, problem.due(found.chosen), strict=True)
    outcomes = [
        {"clause": draft.clause.id, "matter": draft.matter, "period": draft.period, "fen": fen}
        for draft, fen in due
        if fen
    ]
    return {"as": role, "total_fen": found.total, "outcomes": outcomes}
