"""`yanlian clawback`: which payments of a snapshot must go back, how much, why."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.engine.policy.tiny_packs import clause, document, written
from yanlian.engine.dossier import Coverage, SnapshotWriter, load_schema

TERM = {
    "label": "认定被撤销",
    "when": "证.撤销日期 != null and 证.撤销日期 <= 评价日",
    "ban_years": 3,
    "article": "第十条",
}
EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}


def title(number: str, revoked: date | None) -> dict[str, object]:
    return {"number": number, "issued_on": date(2025, 3, 1), "revoked_on": revoked}


def paid(number: str, fen: int, level: str = "区级") -> dict[str, object]:
    return {
        "payment_number": f"P{number}", "clause": "T-01", "matter": number, "level": level, "year": 2025,
        "amount": fen, "paid_on": date(2025, 4, 1),
    }  # fmt: skip


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A pack with one term, and a snapshot of four firms."""
    folder = tmp_path_factory.mktemp("clawback")
    condition = {"label": "未撤销", "when": "证.撤销日期 = null or 证.撤销日期 > 评价日"}
    pack = written(folder, document(clause(event=EVENT, conditions=[condition], clawback=[TERM])))
    revoked = date(2025, 12, 31)
    rows = [
        {"id": "E1", "name": "甲", "science_title": [title("A", revoked)], "payment": [paid("A", 100_01)]},
        {"id": "E2", "name": "乙", "science_title": [title("B", None)], "payment": [paid("B", 100_00)]},
        {"id": "E3", "name": "丙", "science_title": [], "payment": [paid("C", 5_00)]},
        {"id": "E4", "name": "丁", "science_title": [title("D", revoked)], "payment": [paid("D", 100_00, "市级")]},
    ]
    with SnapshotWriter(folder / "s", load_schema(), datetime(2026, 1, 5, tzinfo=UTC)) as writer:
        writer.write({"kind": "enterprise", **row} for row in rows)
        return pack, writer.close(Coverage(everything=True)).path


def asked(given: tuple[Path, Path], *more: str) -> str:
    pack, snapshot = given
    command = [sys.executable, "-m", "yanlian.web.cli", "clawback", str(pack), "--dossiers", str(snapshot), *more]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_what_was_paid_by_the_district_and_is_hit_is_listed_with_its_sum(given: tuple[Path, Path]) -> None:
    found = json.loads(asked(given, "--as-of", "2025-12-31", "--json"))["returns"]
    told = [(one["entity"], one["verdict"], one["return_fen"], one["banned_until"]) for one in found]
    assert told == [("E1", "due", 100_01, "2028-12-30"), ("E3", "manual", 0, None)]
    assert found[0]["terms"][0]["article"] == "第十条"


def test_the_day_before_nothing_is_due(given: tuple[Path, Path]) -> None:
    found = json.loads(asked(given, "--as-of", "2025-12-30", "--json"))["returns"]
    assert [one["entity"] for one in found] == ["E3"]


def test_the_table_says_the_sum_in_words_of_either_language(given: tuple[Path, Path]) -> None:
    assert "1 笔应退还，合计 100.01 元；1 笔待查" in asked(given, "--as-of", "2025-12-31")
    assert "1 to be returned, 100.01 yuan; 1 to be looked at" in asked(given, "--as-of", "2025-12-31", "--english")
