"""The pack's own word on delivery beside what the tests say: looser is a warning, stricter wants a reason."""

from __future__ import annotations

from yanlian.engine.policy.lint.delivery import ORDER, Assessment, assess
from yanlian.engine.policy.lint.notes import Review

MODES = {"AUTO": "免申即享", "INSTANT": "即申即享", "APPLY": "申报", "MANUAL": "人工办理"}


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
            review.note(clause, "lint_delivery_loose", "warning", **_words(found), **reasons)
        elif written > mode and not clause.source.delivery_because:
            review.note(clause, "lint_delivery_strict", "hint", **_words(found))


def _words(found: Assessment) -> dict[str, str]:
    """Both modes, as packs write them and as offices call them."""
    return {
        "mode": found.mode,
        "mode_zh": f"{found.mode} {MODES[found.mode]}",
        "mode_en": found.mode,
        "written_zh": f"{found.written} {MODES[found.written]}",
        "written_en": found.written,
    }


def _reasons(found: Assessment) -> dict[str, str]:
    """Why the mode is not looser: what fails apart from the document's dates."""
    said = [reason for test in found.tests if not test.passed and test.name != "in_force" for reason in test.reasons]
    return {"found_zh": "；".join(one.zh for one in said), "found_en": "; ".join(one.en for one in said)}
