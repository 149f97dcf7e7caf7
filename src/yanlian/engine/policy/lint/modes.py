"""The pack's own word on delivery beside what the tests say: looser is a warning, stricter wants a reason."""

from __future__ import annotations

from yanlian.engine.policy.lint.delivery import ORDER, Assessment, assess
from yanlian.engine.policy.lint.notes import Review


def note_modes(review: Review) -> None:
    """Disagreements of `delivery:` with the mode that the tests give. A qualification pays nothing: how it is
    delivered is not asked."""
    for clause in review.clauses:
        if clause.source.gate_only:
            continue
        found = assess(review, clause)
        written, mode = ORDER.index(found.written), ORDER.index(found.mode)
        if written < mode:
            reasons = _reasons(found)
            review.note(clause, "lint_delivery_loose", "warning", written=found.written, mode=found.mode, **reasons)
        elif written > mode and not clause.source.delivery_because:
            review.note(clause, "lint_delivery_strict", "hint", written=found.written, mode=found.mode)


def _reasons(found: Assessment) -> dict[str, str]:
    """Why the mode is not looser: what fails apart from the document's dates."""
    said = [reason for test in found.tests if not test.passed and test.name != "in_force" for reason in test.reasons]
    return {"found_zh": "；".join(one.zh for one in said), "found_en": "; ".join(one.en for one in said)}
