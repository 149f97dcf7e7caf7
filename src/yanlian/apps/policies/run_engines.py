"""What the page of a run says of its engines: what the interpreter judged, and whether both agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from yanlian.apps.policies.models import Run
from yanlian.apps.policies.results import clause_titles
from yanlian.ui.words import t

# In the report of a run: dossiers of which a clause (or those tied to it) went to the interpreter.
_BY_CLAUSE = "interpreted."
_MOST = 15


@dataclass(frozen=True)
class JudgedRow:
    """A clause under which dossiers went to the interpreter. `page`: whether there is a page of it."""

    clause: str
    title: str
    count: int
    page: bool


@dataclass(frozen=True)
class DifferenceRow:
    """Where the run and the interpreter differ."""

    entity: str
    clause: str
    matter: str
    what: str
    stored: str
    judged: str


def engines_of(run: Run) -> dict[str, object]:
    """For the template: figures and rows, empty for what the run does not know of itself."""
    judged = judged_by_interpreter(run)
    return {
        "interpreted": run.report.get("interpreted"),
        "judged": judged[:_MOST],
        "judged_total": len(judged),
        "agreement": run.agreement,
        "differences": [_difference(one) for one in run.agreement.get("first", [])],
    }


def judged_by_interpreter(run: Run) -> list[JudgedRow]:
    """By clause, the most first. Clauses that stacking or caps tie together are judged together, and stand under the
    first of them."""
    titles = clause_titles()
    counts = cast("Mapping[str, int]", run.report)
    found = [(key.removeprefix(_BY_CLAUSE), count) for key, count in counts.items() if key.startswith(_BY_CLAUSE)]
    whole = {"engine": t("全部条款", "all clauses")}
    return [
        JudgedRow(clause, titles.get(clause) or whole.get(clause, clause), count, clause in titles)
        for clause, count in sorted(found, key=lambda one: (-one[1], one[0]))
    ]


def _difference(one: Mapping[str, str]) -> DifferenceRow:
    names = {
        "kind": t("结果", "outcome"),
        "amount_fen": t("金额（分）", "amount (fen)"),
        "clause_fen": t("条款金额（分）", "amount of the clause (fen)"),
        "event_on": t("事项日期", "day of the event"),
        "document": t("文件", "document"),
        "department": t("负责部门", "department"),
        "delivery": t("兑现方式", "delivery"),
        "reason": t("原因", "reason"),
        "missing": t("测算缺少该结果", "the run lacks this outcome"),
        "extra": t("测算多出该结果", "only the run has this outcome"),
    }
    matter = " ".join(part for part in (one["matter"], one["period"]) if part)
    return DifferenceRow(
        one["entity"], one["clause"], matter, names[one["what"]], one["stored"] or "-", one["judged"] or "-"
    )
