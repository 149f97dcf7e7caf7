"""The packs of the repository under review: nothing unanswered; what reviewers flagged is found without the flags."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yanlian.engine.policy import Fault, PackSet, load_packs
from yanlian.engine.policy.lint import review_folders, review_packs
from yanlian.engine.policy.lint.worked import Facts, Trial
from yanlian.engine.policy.outcome import Draft
from yanlian.web.cli.check_report import counted

PACKS = Path(__file__).resolve().parents[2] / "packs"
FOLDERS = sorted(file.parent for file in PACKS.glob("*/pack.yaml"))
TODAY = date(2026, 11, 23)
# Flagged by reviewers of the source list; letters after an id are its parts.
FLAGGED = {
    "QD-SN-2022-01": {"lint_fair_choice"},
    "SZ-HQ-2017-03": {"lint_fair_tax", "lint_fair_choice"},
    "GZ-HQ-2018-01": {"lint_fair_choice"},
    "CX-TAX": {"lint_fair_tax", "lint_fair_ownership"},
    "WS-IPO-2023": {"lint_fair_stay"},
    "XM-HC-2020": {"lint_fair_tax"},
    "NC-HRP": {"lint_fair_tax"},
}
# Found beyond the list, rightly: the amount counts purchases from local suppliers only.
ALSO = {"HZ-XS-02a": {"lint_fair_local"}}


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs(FOLDERS)


@pytest.fixture(scope="module")
def reviewed() -> dict[Path, list[Fault]]:
    return review_folders(FOLDERS, TODAY)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_pack_ends_without_errors_and_every_warning_has_its_answer(reviewed: dict[Path, list[Fault]], folder: Path):
    found = reviewed[folder]
    open_ones = [fault.line_text("zh") for fault in found if fault.severity != "hint" and not fault.accepted]
    assert open_ones == []
    assert counted(found)["errors"] == 0


def test_every_flagged_clause_is_found_from_text_and_formulas_and_of_the_others_only_one(packs: PackSet):
    found: dict[str, set[str]] = {}
    for fault in review_packs(packs):
        if fault.code.startswith("lint_fair") and fault.severity != "hint":
            found.setdefault(_base(fault), set()).add(fault.code)
    assert found == FLAGGED | ALSO


def _base(fault: Fault) -> str:
    """The clause of the source list that a part belongs to."""
    return next((key for key in FLAGGED if fault.clause.startswith(key)), fault.clause)


def test_the_review_of_all_packs_runs_worked_cases_a_bounded_number_of_times(
    packs: PackSet, monkeypatch: pytest.MonkeyPatch
):
    """A check is run at every saving. Runs are counted, because time is not the same everywhere."""
    runs: list[str] = []
    plain = Trial.drafts

    def counting(self: Trial, facts: Facts | None = None) -> list[Draft]:
        runs.append(self.clause.id)
        return plain(self, facts)

    monkeypatch.setattr(Trial, "drafts", counting)
    review_packs(packs, TODAY)
    assert len(runs) < 100 * len(packs.clauses)
