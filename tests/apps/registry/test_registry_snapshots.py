"""Snapshots from the database: as known at a moment, and the same for the same data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from registry_files import LATER, MOMENT, take, tax_header, tax_row, uscc
from test_registry_import import registration_file, registration_row

from yanlian.apps.registry import snapshots
from yanlian.apps.registry.actions import add_entity, declare_coverage
from yanlian.apps.registry.imports import Covered, import_file, load_mapping
from yanlian.apps.registry.models import Entity, Snapshot
from yanlian.apps.registry.snapshots import build_snapshot, coverage_at
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import load_schema, open_snapshot

pytestmark = pytest.mark.django_db
CsvFile = Callable[..., Path]


@pytest.fixture
def files(csv_file: CsvFile) -> list[tuple[Path, str, str]]:
    """Registration, tax returns and upper-level money of a few organisations."""
    registered = [registration_row(uscc(n), f"样例{n}") for n in range(4)]
    returns = [tax_row(uscc(n), year, f"{n}{year}") for n in range(4) for year in (2024, 2022, 2023)]
    header = load_mapping("fin", "upper_fund").template()
    funds = [
        [uscc(1), "", "财〔2024〕2号", "x", "省级", number, "100万元", "2024-05-01"] for number in ("T9", "", "T1")
    ]
    return [
        (csv_file(registration_file(*registered), "registration.csv"), "market", "registration"),
        (csv_file([tax_header(), *returns], "tax.csv"), "tax", "tax_year"),
        (csv_file([header, *funds], "funds.csv"), "fin", "upper_fund"),
    ]


@pytest.fixture
def registry(files: list[tuple[Path, str, str]]) -> None:
    for file, department, dataset in files:
        covered = Covered(None, date(2024, 12, 31), complete=True)
        assert take(file, department, dataset, covered=covered).clean


def test_a_dossier_holds_the_records_in_the_order_of_their_keys(registry: None, tmp_path: Path):
    info = build_snapshot(MOMENT, tmp_path)
    row = open_snapshot(info.path).find(uscc(1))
    assert row is not None
    assert (row["name"], row["uscc"], row["kind"]) == ("样例1", uscc(1), "enterprise")
    assert [(one["year"], one["revenue"]) for one in row["tax_year"]] == [
        (y, int(f"1{y}00")) for y in (2022, 2023, 2024)
    ]
    assert row["registration"]["established_on"] == date(2018, 3, 1)
    assert row["registration"]["legal_person"] is True
    assert (row["registration"]["source"], row["registration"]["recorded"]) == ("registration.csv:3", date(2026, 1, 10))
    # No title number: none, not an empty text.
    assert [one["title_number"] for one in row["upper_fund"]] == [None, "T1", "T9"]
    assert row["loan"] == []
    assert row["tax_registration"] is None


def test_every_kind_of_record_stands_in_the_row(registry: None, tmp_path: Path):
    row = next(open_snapshot(build_snapshot(MOMENT, tmp_path).path).rows())
    assert set(load_schema().records) <= set(row)


def test_the_same_data_give_the_same_hash_and_one_entry(registry: None, tmp_path: Path):
    first = build_snapshot(MOMENT, tmp_path)
    assert build_snapshot(MOMENT, tmp_path).hash == first.hash
    assert Snapshot.objects.get().rows == 4
    assert first.hash == build_snapshot(MOMENT, tmp_path / "elsewhere").hash


def test_a_snapshot_of_an_earlier_moment_does_not_change_when_more_is_learned(
    registry: None, csv_file: CsvFile, tmp_path: Path
):
    before = build_snapshot(MOMENT, tmp_path)
    take(csv_file([tax_header(), tax_row(uscc(1), 2024, "7")], "b.csv"), moment=LATER)
    take(csv_file(registration_file(registration_row(uscc(2), "新名")), "c.csv"), "market", "registration", LATER)
    add_entity(name="新来", kind="park", code="LS-P1", recorded_at=LATER)
    declare_coverage("loan", "bank", (None, date(2024, 12, 31)), complete=True, recorded_at=LATER)
    assert build_snapshot(MOMENT, tmp_path).hash == before.hash
    after = build_snapshot(LATER, tmp_path)
    assert after.hash != before.hash
    old, new = open_snapshot(before.path), open_snapshot(after.path)
    assert [row["name"] for row in old.rows()] == ["样例0", "样例1", "样例2", "样例3"]
    assert [row["name"] for row in new.rows()] == ["样例0", "样例1", "新名", "样例3", "新来"]
    changed = new.find(uscc(1))
    assert changed is not None
    assert [one["revenue"] for one in changed["tax_year"] if one["year"] == 2024] == [700]


def test_chunks_do_not_show_in_the_result(registry: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[tuple[int, int]] = []
    whole = build_snapshot(MOMENT, tmp_path)
    monkeypatch.setattr(snapshots, "CHUNK", 3)
    assert build_snapshot(MOMENT, tmp_path / "b", lambda *p: told.append(p)).hash == whole.hash
    assert told == [(3, 4), (4, 4)]


def test_codes_come_in_the_order_of_code_points(db: None, tmp_path: Path):
    codes = ["a1", "B1", "_x", "Z9", "崂-1", "0", "é", "b-1", "b1"]
    for code in codes:
        add_entity(name=code, kind="park", code=code, recorded_at=MOMENT)
    rows = open_snapshot(build_snapshot(MOMENT, tmp_path).path).rows()
    assert [row["id"] for row in rows] == sorted(codes)


def test_the_later_declaration_for_a_span_counts(db: None):
    span = (date(2024, 1, 1), date(2024, 12, 31))
    declare_coverage("loan", "bank", span, complete=True, recorded_at=MOMENT)
    declare_coverage("loan", "bank", span, complete=False, recorded_at=LATER)
    assert coverage_at(MOMENT).delivered_on("loan", date(2024, 5, 1))
    assert not coverage_at(LATER).delivered_on("loan", date(2024, 5, 1))


def test_the_snapshot_is_entered_with_its_folder_in_the_data_folder(registry: None):
    info = build_snapshot(MOMENT, settings.DATA / "snapshots")
    entered = Snapshot.objects.get()
    assert (entered.hash, entered.moment) == (info.hash, MOMENT)
    assert open_snapshot(settings.DATA / entered.folder).info.hash == info.hash
    open_snapshot(settings.DATA / entered.folder).verify()


def test_the_future_has_no_snapshot(db: None, tmp_path: Path):
    with pytest.raises(Refused, match="moment_in_future"):
        build_snapshot(timezone.now() + timedelta(days=1), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_imports_in_another_order_give_the_same_snapshot(db: None, csv_file: CsvFile, tmp_path: Path):
    """The database's own numbers differ, the content does not: entities and returns are entered in reverse."""
    hashes = []
    for turn, order in (("a", 1), ("b", -1)):
        with transaction.atomic():
            registered = [registration_row(uscc(n), f"样例{n}") for n in range(4)][::order]
            for row in registered:
                file = csv_file(registration_file(row), f"{row[0]}.csv")
                import_file(file, "market", "registration", recorded_at=MOMENT)
            for year in (2021, 2022, 2023)[::order]:
                import_file(
                    csv_file([tax_header(), tax_row(uscc(1), year)], f"{year}.csv"),
                    "tax",
                    "tax_year",
                    recorded_at=MOMENT,
                )
            hashes.append(build_snapshot(MOMENT, tmp_path / turn).hash)
            assert Entity.objects.count() == 4
            transaction.set_rollback(True)
    assert hashes[0] == hashes[1]


def test_a_refused_row_is_a_gap_of_its_entity_until_something_later_comes_in(
    registry: None, csv_file: CsvFile, tmp_path: Path
):
    bad = csv_file([tax_header(), tax_row(uscc(2), 2021, "abc"), tax_row(uscc(3), 2021, "5")], "bad.csv")
    assert take(bad, "tax", "tax_year").batch.rows_refused == 1

    def refused(moment: datetime, code: str) -> object:
        row = open_snapshot(build_snapshot(moment, tmp_path).path).find(code)
        assert row is not None
        return row["refused"]

    assert refused(MOMENT, uscc(2)) == ["tax_year"]
    assert refused(MOMENT, uscc(3)) == []
    good = csv_file([tax_header(), tax_row(uscc(2), 2021, "7")], "good.csv")
    assert take(good, "tax", "tax_year", moment=LATER).clean
    assert refused(MOMENT, uscc(2)) == ["tax_year"]
    assert refused(LATER, uscc(2)) == []
