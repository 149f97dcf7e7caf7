"""`pack check` and `pack delivery` on the command line: findings with reasons, as JSON, against a snapshot."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.engine.policy.tiny_packs import clause, document, written
from tests.web.test_pack_dmn_verbs import yanlian
from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema, row_of_case
from yanlian.engine.policy.lint import delivered_in

EVENT = {"each": "科技资质", "as": "证", "where": '证.类别 = "重点实验室"', "date": "证.认定日期",
         "window": {"from": date(2024, 1, 1)}}  # fmt: skip
DAY = ("--as-of", "2026-06-30")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A clause that rewards by tax paid, in a document of 2025."""
    one = clause(
        event=EVENT, cap="税务年报[年度 = 上年][1].入库税金", evidence=[{"data": "认定文件", "held_by": "sci"}]
    )
    return written(tmp_path, document(one, document={"source": {"grade": "A", "url": "https://example.org"}}))


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """Science titles are delivered whole, but none says whether it is a renewal; tax returns are not delivered."""
    schema = load_schema()
    title = {"类别": "重点实验室", "证书编号": "A1", "认定日期": date(2025, 7, 1)}
    row = {**row_of_case(schema, {"科技资质": [title]}, "enterprise"), "id": "E1"}
    coverage = Coverage([Delivery("science_title", None, date(2026, 12, 31), complete=True)])
    with SnapshotWriter(tmp_path, schema, datetime(2026, 1, 1, tzinfo=UTC)) as writer:
        writer.write([row])
        return writer.close(coverage).path


def test_a_finding_is_told_with_its_reason_and_an_error_ends_with_one(pack: Path):
    told = yanlian("pack", "check", pack, *DAY)
    assert told.returncode == 1
    assert "错误 [T-01]: 公平竞争审查：按税收贡献给钱：金额用到“税务年报.入库税金”" in told.stdout
    assert "第十条" in told.stdout
    assert "1 errors" in told.stdout
    english = yanlian("pack", "check", pack, *DAY, "-e").stdout
    assert "Fair-competition review: money by tax contribution" in english


def test_hints_are_counted_and_shown_when_asked_for(pack: Path):
    assert "lint_case" not in yanlian("pack", "check", pack, *DAY).stdout
    plain = yanlian("pack", "check", pack, *DAY, "-e").stdout
    assert "(--hints)" in plain
    assert "hint [T-01]" not in plain
    assert "hint [T-01]" in yanlian("pack", "check", pack, *DAY, "-e", "--hints").stdout


def test_the_same_as_json_in_both_languages(pack: Path):
    (told,) = json.loads(yanlian("pack", "check", pack, "--json", *DAY).stdout)["packs"]
    assert told["errors"] == 1
    (found,) = [one for one in told["findings"] if one["severity"] == "error"]
    assert (found["code"], found["clause"], found["file"], found["accepted"]) == (
        "lint_fair_tax",
        "T-01",
        "d0.yaml",
        "",
    )
    assert found["sentence"]["en"].startswith("Fair-competition review")
    assert "条例" in found["why"]["zh"]


def test_a_snapshot_says_which_facts_nobody_delivers(pack: Path, snapshot: Path):
    told = yanlian("pack", "check", pack, *DAY, "--snapshot", snapshot, "-e").stdout
    assert "税务年报（年度、入库税金）, which no department delivers in this snapshot" in told
    wrong = yanlian("pack", "check", pack, *DAY, "--snapshot", pack, "-e")
    assert wrong.returncode == 2


def test_fields_that_no_record_of_a_snapshot_has_are_known(snapshot: Path):
    found = delivered_in(snapshot)
    assert found.records == {"science_title"}
    assert ("science_title", "renewed") in found.empty_fields
    assert ("science_title", "kind") not in found.empty_fields


def test_what_may_go_out_without_application_is_told_clause_by_clause(pack: Path, snapshot: Path):
    told = yanlian("pack", "delivery", pack, *DAY)
    assert told.returncode == 0, told.stderr
    assert "须经企业书面同意" in told.stdout.replace("\n", "").replace(" ", "")
    (one,) = json.loads(yanlian("pack", "delivery", pack, *DAY, "--json").stdout)["clauses"]
    assert (one["clause"], one["mode"], one["written"], one["listed"]) == ("T-01", "INSTANT", "AUTO", False)
    assert [test["test"] for test in one["tests"] if not test["passed"]] == ["recognition"]
    (with_data,) = json.loads(yanlian("pack", "delivery", pack, *DAY, "--json", "--snapshot", snapshot).stdout)[
        "clauses"
    ]
    assert [test["test"] for test in with_data["tests"] if not test["passed"]] == ["recognition", "data"]
