"""What a clause page says of the clauses that a clause excludes or needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yanlian.engine.policy.combination.exclusion import DEPENDENT, CompiledExclusion
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.ui.words import Text, say, t

PER: Mapping[str, Text] = {
    "year": ("同一年度", "in one year"),
    "life": ("始终", "ever"),
    "matter": ("同一事项", "for one matter"),
}
MOST = 12


def exclusion_lines(found: CompiledClause) -> Iterator[tuple[str, str]]:
    """The label of each exclusion, and what it means for this clause."""
    for one in found.exclusions:
        for role in one.roles(found.id):
            said = _said(one, role)
            yield (
                one.label,
                t("{said}（{article}）", "{said} ({article})", said=said, article=one.article) if one.article else said,
            )


def _said(one: CompiledExclusion, role: int) -> str:
    per = say(PER[one.per])
    if role == DEPENDENT:
        return t("{per}须享受{clauses}之一", "{per} only with one of {clauses}", per=per, clauses=_named(one.givers))
    if role < 0:
        return t("{per}是{clauses}的前提", "{per} needed by {clauses}", per=per, clauses=_named(one.dependents))
    text = t("{per}不与{clauses}同享", "{per} not together with {clauses}", per=per, clauses=_named(one.rivals(role)))
    if one.switch:
        text += t("；已兑付的可由人工改选", "; after a payment a person may change over")
    return text


def _named(clauses: tuple[str, ...]) -> str:
    shown = "、".join(clauses[:MOST])
    return shown if len(clauses) <= MOST else t("{shown}等{n}项", "{shown} … ({n})", shown=shown, n=len(clauses))
