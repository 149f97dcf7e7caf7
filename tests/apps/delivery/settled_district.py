"""Ten enterprises that share a budget of ten thousand yuan and three places, paid half by the city."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone
from tests.apps.policies.ten_firms import AS_OF, DOCUMENT

from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.engine.dossier import Coverage, Delivery, Snapshot, SnapshotWriter, load_schema, open_snapshot

RULES = """rules:
  subject: [enterprise]
  cost_sharing: {市: 50%, 区: 50%}
  budgets:
    - {label: 年度总额1万元, over: [T-2025-01], per: year, amount: 1万元, when_short: pro_rata, article: 第九条}
"""
TOP = """
  - id: T-2025-03
    title: 前三名
    article: 第三条
    text: 研发费用前三名。
    department: sci
    amount: 1万元
    delivery: APPLY
    quotas:
      - {label: 前三名, over: clause, per: year, count: 3, rank_by: '税务年报[年度=上年][1].研发费用', ties: all}
    cases:
      - {name: 例, as_of: 2025-12-31, facts: {}, expect: {outcome: eligible, amount: 1万元}}
"""


def write_packs(folder: Path) -> None:
    """The pack of ten firms with a budget, a quota and two payers."""
    folder.mkdir(parents=True)
    folder.joinpath("pack.yaml").write_text("pack: {id: t, title: 试, district: '370212'}\n", encoding="utf-8")
    text = DOCUMENT.replace("rules: {subject: [enterprise]}\n", RULES) + TOP.lstrip("\n")
    folder.joinpath("t.yaml").write_text(text, encoding="utf-8")


def make_settled(tmp_path, settings) -> Snapshot:
    """Enterprise n spent n times five thousand yuan; the last says nothing of it."""
    settings.DATA = tmp_path / "data"
    settings.PACKS = tmp_path / "packs"
    write_packs(tmp_path / "packs" / "t")
    return snapshot_of(settings.DATA)


def snapshot_of(data: Path, day: int = 15, spent: int = 500_000) -> Snapshot:
    """A snapshot of them, recorded."""
    with SnapshotWriter(data / "snapshots", load_schema(), datetime(2026, 1, day, tzinfo=UTC)) as writer:
        for n in range(10):
            code = f"E{n:03d}"
            made = {"name": f"样例{n}", "kind": "enterprise", "recorded_at": timezone.now()}
            Entity.objects.get_or_create(code=code, defaults=made)
            filing = {"year": 2024, "rd_deduction": None if n == 9 else n * spent}
            writer.write([{"id": code, "uscc": None, "name": f"样例{n}", "kind": "enterprise", "tax_year": [filing]}])
        covered = [Delivery(one, None, AS_OF, complete=True) for one in ("tax_year", "payment")]
        info = writer.close(Coverage(covered))
    SnapshotRecord.objects.create(
        hash=info.hash, moment=info.moment, rows=10, folder=f"snapshots/{info.path.name}", made_at=timezone.now()
    )
    return open_snapshot(info.path)
