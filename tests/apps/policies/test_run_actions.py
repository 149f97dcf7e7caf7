"""Runs: once for the same snapshot, packs and day; whole or not at all; explained exactly."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from yanlian.apps.policies import actions
from yanlian.apps.policies.actions import preview_policies, run_policies
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema, open_snapshot

AS_OF = date(2025, 12, 31)
DOCUMENT = """
document:
  id: T-2025
  title: 试行办法
  issuer: 某区
  place: 某区
  status: in_force
  valid_from: 2025-01-01
  source: {grade: A, page: 测试}
rules: {subject: [enterprise]}
clauses:
  - id: T-2025-01
    title: 研发奖补
    article: 第一条
    text: 按上年研发费用的10%奖补。
    department: sci
    conditions:
      - {label: 研发费用不低于1万元, when: '税务年报[年度 = 上年][1].研发费用 >= 1万元'}
    amount: 税务年报[年度 = 上年][1].研发费用 * 0.1
    delivery: APPLY
    cases:
      - {name: 例, as_of: 2025-12-31, facts: {税务年报: [{年度: 2024, 研发费用: 100万元}]},
         expect: {outcome: eligible, amount: 10万元}}
  - id: T-2025-02
    title: 重大项目
    article: 第二条
    text: 一事一议。
    department: dev
    manual: 一事一议
    subject: [park]
    delivery: MANUAL
    cases:
      - {name: 例, as_of: 2025-12-31, kind: park, facts: {}, expect: {outcome: manual}}
"""


@pytest.fixture
def district(db, tmp_path, settings):
    """Ten enterprises, one pack, one snapshot, in a data folder of their own."""
    settings.DATA = tmp_path / "data"
    settings.PACKS = tmp_path / "packs"
    folder = tmp_path / "packs" / "t"
    folder.mkdir(parents=True)
    folder.joinpath("pack.yaml").write_text("pack: {id: t, title: 试, district: '370212'}\n", encoding="utf-8")
    folder.joinpath("t.yaml").write_text(DOCUMENT, encoding="utf-8")
    with SnapshotWriter(settings.DATA / "snapshots", load_schema(), datetime(2026, 1, 15, tzinfo=UTC)) as writer:
        for n in range(10):
            code = f"E{n:03d}"
            Entity.objects.create(code=code, name=f"样例{n}", kind="enterprise", recorded_at=timezone.now())
            filing = {"year": 2024, "rd_deduction": None if n == 9 else n * 500_000}
            writer.write([{"id": code, "uscc": None, "name": f"样例{n}", "kind": "enterprise", "tax_year": [filing]}])
        info = writer.close(Coverage([Delivery("tax_year", None, AS_OF, complete=True)]))
    SnapshotRecord.objects.create(
        hash=info.hash, moment=info.moment, rows=10, folder=f"snapshots/{info.path.name}", made_at=timezone.now()
    )
    return open_snapshot(info.path)


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
    assert (settings.DATA / run.folder / "outcomes.parquet").exists()


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
