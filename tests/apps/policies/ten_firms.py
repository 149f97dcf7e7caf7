"""Ten enterprises under one pack: what runs in tests of this folder are made of."""

from datetime import UTC, date, datetime

from django.utils import timezone

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


def make_district(tmp_path, settings):
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
