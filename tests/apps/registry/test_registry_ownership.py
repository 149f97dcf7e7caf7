"""Related parties in a dossier: as delivered, from relations of the registry, and worked out from both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from registry_files import LATER, MOMENT, take, uscc

from yanlian.apps.registry.actions import RelationTerms, add_entity, add_relation
from yanlian.apps.registry.imports import Covered, load_mapping
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.snapshots import build_snapshot
from yanlian.engine.dossier import open_snapshot

pytestmark = pytest.mark.django_db
CsvFile = Callable[..., Path]
SINCE = date(2020, 1, 1)


@pytest.fixture
def firms() -> list[Entity]:
    return [add_entity(name=f"样例{n}", kind="enterprise", uscc=uscc(n), recorded_at=MOMENT) for n in range(4)]


def owns(holder: Entity, held: Entity, share_ppm: int | None) -> None:
    terms = RelationTerms("年报", share_ppm=share_ppm, valid_from=SINCE)
    add_relation("owns", holder, held, terms, recorded_at=MOMENT)


def related(folder: Path, firm: Entity) -> list[tuple[str, str, int | None, date | None]]:
    row = open_snapshot(build_snapshot(LATER, folder).path).find(firm.code)
    assert row is not None
    return [(one["party"], one["relation"], one["share"], one["starts_on"]) for one in row["affiliation"]]


def delivered(csv_file: CsvFile, *rows: list[str]) -> None:
    file = csv_file([load_mapping("market", "affiliation").template(), *rows])
    assert take(file, "market", "affiliation", covered=Covered(None, date(2025, 12, 31), complete=True)).clean


def test_what_the_registry_knows_of_owners_is_in_both_dossiers(firms: list[Entity], tmp_path: Path) -> None:
    owns(firms[0], firms[1], 300_000)
    assert related(tmp_path, firms[0]) == [(uscc(1), "持股", 300_000, SINCE)]
    assert related(tmp_path, firms[1]) == [(uscc(0), "被持股", 300_000, SINCE)]
    assert related(tmp_path, firms[2]) == []


def test_indirect_holdings_and_common_control_are_worked_out(firms: list[Entity], tmp_path: Path) -> None:
    owns(firms[0], firms[1], 300_000)
    owns(firms[1], firms[2], 510_000)
    owns(firms[0], firms[3], 250_000)
    assert related(tmp_path, firms[2]) == [
        (uscc(0), "间接被持股", None, SINCE),
        (uscc(1), "同一控制", None, SINCE),
        (uscc(1), "被持股", 510_000, SINCE),
        (uscc(3), "同一控制", None, SINCE),
    ]


def test_a_delivered_holding_counts_like_one_of_the_registry_and_is_not_doubled(
    firms: list[Entity], csv_file: CsvFile, tmp_path: Path
) -> None:
    delivered(csv_file, [uscc(0), "样例0", uscc(1), "样例1", "持股", "0.3", "2021-01-01", ""])
    owns(firms[0], firms[1], 600_000)
    owns(firms[1], firms[2], 510_000)
    assert related(tmp_path, firms[0]) == [
        (uscc(1), "持股", 300_000, date(2021, 1, 1)),
        (uscc(2), "间接持股", None, SINCE),
    ]


def test_the_same_holdings_give_the_same_dossier_on_another_day(firms: list[Entity], tmp_path: Path) -> None:
    owns(firms[0], firms[1], 300_000)
    found = [open_snapshot(build_snapshot(day, tmp_path).path).find(firms[0].code) for day in (MOMENT, LATER)]
    assert found[0] == found[1]
