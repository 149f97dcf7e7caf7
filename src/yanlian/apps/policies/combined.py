"""The combination chosen among clauses that exclude each other, beside the runner-up: a table for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yanlian.apps.policies.results import period_text
from yanlian.apps.policies.titles import title_of, titles
from yanlian.engine.policy.combination.told import combinations_of
from yanlian.engine.policy.explain import Explanation
from yanlian.ui.words import Text, say

NAMES: Mapping[str, Text] = {
    "chosen": ("选定的组合", "Chosen"),
    "runner_up": ("次优组合", "Runner-up"),
    "with_this": ("含本条款的最好组合", "Best with this clause"),
}


@dataclass(frozen=True)
class Compared:
    """An outcome and what is due of it in each combination, in fen, under its name. `mine`: of the clause that the page
    is about."""

    clause: str
    title: str
    matter: str
    period: str
    amounts: Sequence[tuple[str, int]]
    mine: bool


def combined(it: Explanation) -> dict[str, object]:
    """`combinations`: the names of those shown, none where there was no choice; `compared`: a line for each outcome;
    `totals`: what each combination comes to."""
    found = combinations_of(it.outcome.reason)
    heads = [say(NAMES[one.role]) for one in found]
    given: dict[tuple[str, str, str], list[int]] = {}
    for n, one in enumerate(found):
        for member in one.members:
            given.setdefault((member.clause, member.matter, member.period), [0] * len(found))[n] = member.fen
    known = titles()
    lines = [
        Compared(
            clause,
            title_of(known, clause).title,
            matter,
            period_text(period),
            list(zip(heads, fen, strict=True)),
            clause == it.clause.id,
        )
        for (clause, matter, period), fen in given.items()
    ]
    totals = [(head, one.total_fen) for head, one in zip(heads, found, strict=True)]
    return {"combinations": heads, "compared": lines, "totals": totals}
