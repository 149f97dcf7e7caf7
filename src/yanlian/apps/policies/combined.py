"""The combination chosen among clauses that exclude each other, beside the runner-up: lines of a table for the page."""

from __future__ import annotations

from dataclasses import dataclass

from yanlian.apps.policies.results import period_text
from yanlian.apps.policies.titles import title_of, titles
from yanlian.engine.policy.combination.told import combinations_of
from yanlian.engine.policy.explain import Explanation


@dataclass(frozen=True)
class Compared:
    """An outcome in the combination that was chosen and in the runner-up: what is due in each, in fen. `mine`: of the
    clause that the page is about; `total`: the sums."""

    clause: str
    title: str
    matter: str
    period: str
    chosen_fen: int
    second_fen: int
    mine: bool = False
    total: bool = False


def combined(it: Explanation) -> dict[str, object]:
    """`compared`: the lines, the totals last, nothing where there was no choice; `runner_up`: whether there is one."""
    found = combinations_of(it.outcome.reason)
    if not found:
        return {"compared": [], "runner_up": False}
    given: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in found:
        for member in one.members:
            key = (member.clause, member.matter, member.period)
            first, second = given.get(key, (0, 0))
            given[key] = (member.fen, second) if one.chosen else (first, member.fen)
    known = titles()
    lines = [
        Compared(clause, title_of(known, clause).title, matter, period_text(period), *fen, clause == it.clause.id)
        for (clause, matter, period), fen in given.items()
    ]
    # What is given first, then what only the runner-up would give.
    lines.sort(key=lambda line: line.chosen_fen == 0)
    first, second = found[0].total_fen, found[1].total_fen if len(found) > 1 else 0
    return {
        "compared": [*lines, Compared("", "", "", "", first, second, total=True)],
        "runner_up": len(found) > 1,
    }
