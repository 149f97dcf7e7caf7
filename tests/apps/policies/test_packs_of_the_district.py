"""The packs that an installation loads: those its district names."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanlian.apps.policies.packs import pack_folders, packs_in_use
from yanlian.engine.policy import PackFaults

PACKS = Path(__file__).parents[3] / "packs"
LAOSHAN = Path(__file__).parents[3] / "districts" / "laoshan"


@pytest.fixture
def sample(db, settings) -> None:
    settings.PACKS, settings.DISTRICT = PACKS, LAOSHAN


def test_laoshan_runs_its_own_pack_and_the_national_one_and_no_other(sample):
    assert [folder.name for folder in pack_folders()] == ["laoshan", "national"]
    assert [pack.id for pack in packs_in_use().packs] == ["national", "laoshan"]
    assert packs_in_use() is packs_in_use()


def test_a_list_that_changes_is_read_anew_and_a_missing_pack_is_refused(db, settings, tmp_path):
    settings.PACKS, settings.DISTRICT = PACKS, tmp_path
    file = tmp_path / "packs.yaml"
    file.write_text("packs: [national]", encoding="utf-8")
    assert [folder.name for folder in pack_folders()] == ["national"]
    file.write_text("packs: [national, laoshan-2]", encoding="utf-8")
    with pytest.raises(PackFaults) as caught:
        packs_in_use()
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [("pack_not_in_library", 1)]
