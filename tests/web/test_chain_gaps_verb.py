"""`yanlian chain gaps`: what a chain lacks here as a table and as JSON."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from tests.apps.chains.small_chain import make_firm, make_person, write_chain
from yanlian.apps.chains.actions import place
from yanlian.apps.chains.models import OutsideFirm
from yanlian.base.refusal import Refused
from yanlian.web.cli.chain_verbs import chain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district(settings, tmp_path):
    """Two firms that need lenses and screens; one firm outside makes lenses."""
    settings.CHAINS = write_chain(tmp_path / "chains")
    official = make_person("official", "official", "sci")
    for code in ("H1", "H2"):
        place(make_firm(code, f"{code}公司（虚构）"), "vr", "vr-headset", official)
    OutsideFirm.objects.create(
        code="OUT-1", name="外地光学（虚构）", place="外地", products=["折叠光路模组"], source="名录", fictional=True,
        recorded_at=timezone.now(),
    )  # fmt: skip


def run(*words: str) -> str:
    done = CliRunner().invoke(chain, ["gaps", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_file_has_every_gap_with_measures_and_candidates(tmp_path):
    file = tmp_path / "gaps.json"
    run("--chain", "vr", "--json", str(file))
    told = json.loads(file.read_text("utf-8"))
    gaps = {one["segment"]: one for one in told["gaps"]}
    blank = {key for key, one in gaps.items() if one["grade"] == "blank"}
    assert blank == {"vr-glass", "vr-lens", "vr-screen", "vr-content"}
    assert set(told["first"][:2]) == {"vr-lens", "vr-screen"}
    assert gaps["vr-lens"]["measures"]["unmet_firms"] == 2
    assert gaps["vr-lens"]["customers"] == ["H1", "H2"]
    assert [one["code"] for one in gaps["vr-lens"]["candidates"]] == ["OUT-1"]
    assert gaps["vr-screen"]["candidates"] == []


def test_the_table_speaks_both_languages():
    assert "光学模组" in run("--chain", "vr")
    english = run("--chain", "vr", "-e")
    assert "Optical" in english
    assert "光学模组" not in english


def test_an_unknown_chain_is_refused_by_name():
    with pytest.raises(Refused) as refusal:
        run("--chain", "kite")
    assert refusal.value.code == "chain_not_there"
    assert "kite" in refusal.value.text("zh")
