"""Outcomes as of a past date with what was known then: the moment, its snapshot, two runs on a terminal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.apps.policies.ten_firms import AS_OF, make_district
from tests.web.district import MOMENT
from tests.web.district import make_district as make_office
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.registry.models import Snapshot, TaxYear
from yanlian.apps.registry.snapshots import snapshot_known_at
from yanlian.base.refusal import Refused
from yanlian.web.cli import district_verbs, run_verbs


def test_a_day_means_its_end_in_shanghai_and_an_hour_that_hour():
    assert district_verbs.moment_of(datetime(2025, 3, 1)) == datetime(2025, 3, 1, 15, 59, 59, 999999, tzinfo=UTC)
    assert district_verbs.moment_of(datetime(2025, 3, 1, 8, 30)) == datetime(2025, 3, 1, 0, 30, tzinfo=UTC)


def test_today_means_now_as_long_as_it_lasts():
    today = timezone.localtime(timezone.now()).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    assert abs(district_verbs.moment_of(today) - timezone.now()) < timedelta(minutes=5)


def test_the_snapshot_of_a_past_moment_is_the_same_after_a_correction_and_made_only_once(db, settings, tmp_path):
    settings.DATA = tmp_path
    make_office()
    then = MOMENT + timedelta(days=1)
    first = snapshot_known_at(then, tmp_path / "snapshots")
    filing = TaxYear.objects.filter(entity__code__startswith="9137").first()
    later = MOMENT + timedelta(days=30)
    TaxYear.objects.filter(pk=filing.pk).update(replaced_at=later)
    filing.pk, filing.recorded_at, filing.rd_deduction_fen = None, later, 123_456_00
    filing.save(force_insert=True)
    assert snapshot_known_at(then, tmp_path / "snapshots") == first
    assert snapshot_known_at(later, tmp_path / "snapshots").hash != first.hash
    assert Snapshot.objects.count() == 2


def test_nothing_is_known_from_the_future(db, settings, tmp_path):
    settings.DATA = tmp_path
    with pytest.raises(Refused) as found:
        snapshot_known_at(timezone.now() + timedelta(days=1), tmp_path / "snapshots")
    assert found.value.code == "moment_in_future"


def test_two_runs_are_compared_on_a_terminal_and_as_csv(db, tmp_path, settings, capsys):
    district = make_district(tmp_path, settings)
    old, _ = run_policies(district, AS_OF, workers=1)
    file = settings.PACKS / "t" / "t.yaml"
    file.write_text(file.read_text("utf-8").replace("* 0.1", "* 0.2").replace("10万元", "20万元"), encoding="utf-8")
    new, _ = run_policies(district, AS_OF, workers=1)
    run_verbs.compare(old.pk, new.pk, out=tmp_path / "d.csv", most=2)
    said = capsys.readouterr().out
    assert "金额增加 More: 7" in said
    assert "5,000.00" not in said
    lines = (tmp_path / "d.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 8
    assert lines[1].startswith("E002,样例2,T-2025-01,,2025,more,eligible,eligible,1000.00,2000.00,")
