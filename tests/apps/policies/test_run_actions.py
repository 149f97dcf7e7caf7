"""Runs: once for the same snapshot, packs and day; whole or not at all; explained exactly."""

from datetime import date

import pytest
from tests.apps.policies.ten_firms import AS_OF, DOCUMENT

from yanlian.apps.policies import actions
from yanlian.apps.policies.actions import preview_policies, run_policies
from yanlian.apps.policies.models import Outcome, Run
from yanlian.engine.stream import read_run


def test_a_run_keeps_what_applies_in_the_database_and_everything_in_its_file(district, settings):
    run, made = run_policies(district, AS_OF, workers=1)
    assert made
    assert run.state == Run.State.COMPLETE
    assert run.entities == 10
    # 1万元 is reached by n >= 2 (500000 fen each); n = 9 was delivered without the figure.
    assert run.by_outcome == {"eligible": 7, "not_eligible": 2, "unknown": 1, "not_applicable": 10}
    assert run.amount_fen == sum(n * 50_000 for n in range(2, 9))
    assert Outcome.objects.filter(run=run).count() == 10
    unknown = Outcome.objects.get(run=run, kind="unknown")
    assert unknown.reason["missing"] == [{"fact": "税务年报.研发费用", "holder": "tax", "period": "2024"}]
    assert sum(len(b) for b in read_run(settings.DATA / run.folder / "outcomes").batches()) == 20


def test_the_same_run_again_is_the_run_that_is_there(district):
    first, _ = run_policies(district, AS_OF, workers=1)
    second, made = run_policies(district, AS_OF, workers=1)
    assert second == first
    assert not made
    assert Outcome.objects.count() == 10


def test_a_run_that_was_cut_off_before_it_was_recorded_is_done_again_whole(district, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(actions, "_record", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        with pytest.raises(RuntimeError):
            run_policies(district, AS_OF, workers=1)
    assert Run.objects.get().state == Run.State.RUNNING
    assert Outcome.objects.count() == 0
    run, _ = run_policies(district, AS_OF, workers=1)
    assert run.state == Run.State.COMPLETE
    assert Outcome.objects.count() == 10


def test_another_day_is_another_run(district):
    run_policies(district, AS_OF, workers=1)
    run_policies(district, date(2025, 6, 30), workers=1)
    assert Run.objects.count() == 2


def test_a_preview_counts_drafts_in_and_keeps_nothing(district, settings):
    draft = DOCUMENT.replace("T-2025", "D-2025").replace("status: in_force", "status: draft").replace("* 0.1", "* 0.2")
    (settings.PACKS / "t" / "d.yaml").write_text(draft.replace("10万元", "20万元"), encoding="utf-8")
    preview = preview_policies(district, AS_OF)
    run, _ = run_policies(district, AS_OF, workers=1)
    assert preview.amount_fen == 3 * run.amount_fen
    assert Run.objects.get() == run
