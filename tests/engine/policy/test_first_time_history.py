"""首次 for a firm that moved in: earlier history is unknown, never none; a text may count only what happened here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import Data, clause, document, written

from yanlian.engine.dossier import Coverage, Delivery, Dossier, load_schema
from yanlian.engine.policy import Evaluator, Outcome, load_packs

AS_OF = date(2025, 12, 31)
EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": '"首次"'}
ANYWHERE = {"list": "科技资质[认定日期 < 证.认定日期]"}
# Only recognitions since the firm is here: what lies elsewhere is known to be older.
HERE = {
    "list": "科技资质[认定日期 < 证.认定日期 and (登记.迁入日期 = null or 认定日期 >= 登记.迁入日期)]",
}
# Every register is delivered whole, from the beginning.
DELIVERED = Coverage(
    Delivery(record, None, AS_OF, complete=True) for record in ("science_title", "registration", "payment")
)


def outcome(folder: Path, first_time: Data, moved_in: date | None, *titles: date) -> Outcome:
    packs = load_packs([written(folder, document(clause(event=EVENT, first_time=first_time)))])
    row: dict[str, object] = {
        "id": "E", "name": "某", "kind": "enterprise",
        "registration": {"established_on": date(2010, 1, 1), "moved_in_on": moved_in, "district": "370212"},
        "science_title": [{"number": str(n), "issued_on": day} for n, day in enumerate(titles)],
    }  # fmt: skip
    dossier = Dossier(row, load_schema(), DELIVERED, AS_OF)
    found = [one for one in Evaluator(packs, AS_OF).evaluate_dossier(dossier) if one.matter == "首次"]
    return found[-1]


def test_a_firm_that_was_always_here_is_recognised_for_the_first_time(tmp_path: Path) -> None:
    assert outcome(tmp_path, ANYWHERE, None, date(2025, 6, 1)).kind == "eligible"


def test_of_a_firm_that_moved_in_nobody_knows_and_the_holder_is_named(tmp_path: Path) -> None:
    found = outcome(tmp_path, ANYWHERE, date(2023, 1, 1), date(2025, 6, 1))
    assert found.kind == "unknown"
    missing = found.reason["missing"]
    assert isinstance(missing, list)
    assert {one["holder"] for one in missing} == {"sci"}


@pytest.mark.parametrize("first_time", [ANYWHERE, HERE], ids=["anywhere", "here"])
def test_an_earlier_recognition_here_is_certain_wherever_the_firm_came_from(tmp_path: Path, first_time: Data) -> None:
    found = outcome(tmp_path, first_time, date(2023, 1, 1), date(2024, 1, 1), date(2025, 6, 1))
    assert (found.kind, found.reason["failed"]) == ("not_eligible", ["首次"])


@pytest.mark.parametrize("moved_in", [None, date(2023, 1, 1)])
def test_a_text_that_counts_only_what_happened_here_needs_no_history_from_elsewhere(
    tmp_path: Path, moved_in: date | None
) -> None:
    assert outcome(tmp_path, HERE, moved_in, date(2025, 6, 1)).kind == "eligible"
