"""What a clause page shows of the review: the tests of its delivery, and, to the office, the findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yanlian.apps.policies.review_pages import FindingRow
from yanlian.apps.policies.soundness import assessments, findings_of, language
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.ui.words import t, word

_TESTS = ("beneficiary", "recognition", "formula", "in_force", "data", "objective")


@dataclass(frozen=True)
class Found:
    """A finding as the page writes it."""

    severity: str
    sentence: str
    why: str
    accepted: str
    code: str
    place: str


def soundness_of(clause: CompiledClause, on: date, *, may_review: bool) -> dict[str, object]:
    """The context of templates/policies/soundness.html, for a day."""
    found = assessments(on)[clause.id]
    joint = t("；", "; ")
    tests: Sequence[tuple[str, str, str]] = [
        (
            str(word("delivery_tests", test.name)),
            "passed" if test.passed else "failed",
            joint.join(reason.text(language()).rstrip("。") for reason in test.reasons),
        )
        for test in found.tests
    ]
    review = _review(clause, on) if may_review else []
    return {"assessment": found, "delivery_tests": tests, "may_review": may_review, "review": review}


def _review(clause: CompiledClause, on: date) -> list[Found]:
    rows = [FindingRow(one) for one in findings_of(clause.id, clause.source.file, clause.document.pack.id, on)]
    order = {"error": 0, "warning": 1, "hint": 2}
    rows.sort(key=lambda row: (bool(row.fault.accepted), order[row.fault.severity]))
    return [
        Found(row.fault.severity, row.sentence, row.why, row.fault.accepted, row.fault.code, row.place) for row in rows
    ]
