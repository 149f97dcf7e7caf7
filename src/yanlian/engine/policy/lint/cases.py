"""Worked cases that never try what matters: the border of a threshold, a cap that binds, a case that pays."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from yanlian.engine.feel import Compiled, ast, print_expression
from yanlian.engine.policy.amount import Step, figure_of
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.terms import conjuncts, expanded, field_names, is_constant
from yanlian.engine.policy.lint.worked import Trial, compiled_side
from yanlian.engine.policy.model import Formula
from yanlian.engine.policy.outcome import Draft

_ORDERED = frozenset({"<", "<=", ">", ">="})


def note_cases(review: Review) -> None:
    """Every clause that has worked cases; that it has none is told when it is read."""
    taken = field_names(review.packs.schema)
    for clause in review.clauses:
        source = clause.source
        if not source.cases:
            continue
        drafts = [draft for case in source.cases for draft in Trial(review.packs, clause, case).drafts()]
        if (source.amount or source.parts) and not source.manual and all(d.kind != "eligible" for d in drafts):
            review.note(clause, "lint_case_never_pays", "warning", found=source.title)
        for label, formula, shown, left, right in _thresholds(clause, taken):
            if not any(_is_border(draft, left, right) for draft in drafts):
                review.note(clause, "lint_case_border", "hint", formula, label=label, found=shown)
        if clause.cap is not None and drafts and not any(_binds(clause, draft) for draft in drafts):
            review.note(clause, "lint_case_cap", "hint", clause.cap.formula, found=clause.cap.formula.text)


def _thresholds(
    clause: CompiledClause, taken: frozenset[str]
) -> Iterator[tuple[str, Formula, str, Compiled, Compiled]]:
    """Comparisons of the clause's own conditions with a number: label, formula, the comparison, and both sides."""
    day = clause.document.source.valid_from
    for test in clause.tests:
        if test.inherited or test.kind == "veto":
            continue
        for part in conjuncts(test.expression.compiled.ast):
            if not isinstance(part, ast.Compare) or part.op not in _ORDERED:
                continue
            sides = [expanded(side, clause.home, day, taken) for side in (part.left, part.right)]
            numbers = [side.value for side in sides if isinstance(side, ast.Number)]
            # More than nothing is no threshold of the text.
            if not any(numbers) or all(is_constant(side) for side in sides):
                continue
            left, right = compiled_side(part.left, clause), compiled_side(part.right, clause)
            if left is not None and right is not None:
                yield test.source.label, test.expression.formula, print_expression(part), left, right


def _is_border(draft: Draft, left: Compiled, right: Compiled) -> bool:
    if draft.scope is None:
        return False
    first, second = left.evaluate(draft.scope), right.evaluate(draft.scope)
    return isinstance(first, Decimal) and isinstance(second, Decimal) and first == second


def _binds(clause: CompiledClause, draft: Draft) -> bool:
    """Whether the cap took something away, or was just reached."""
    if draft.scope is None or draft.kind != "eligible":
        return False
    steps: list[Step] = []
    figure_of(clause, draft.scope, draft.matter, draft.period, steps.append)
    for before, step in pairwise(steps):
        if step.kind == "cap" and before.after is not None and isinstance(step.value, Decimal):
            return step.value <= before.after
    return False
