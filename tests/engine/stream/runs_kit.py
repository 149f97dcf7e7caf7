"""A small pack and snapshots of any length, for tests of runs."""

from datetime import UTC, date, datetime
from pathlib import Path

from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema

SCHEMA = load_schema()
AS_OF = date(2025, 12, 31)
MOMENT = datetime(2026, 1, 15, tzinfo=UTC)
DOCUMENT = """
document:
  id: T-2025
  title: 试行办法
  issuer: 某区
  place: 某区
  status: in_force
  valid_from: 2025-01-01
  source: {{grade: A, page: 测试}}
rules:
  subject: [enterprise]
parameters:
  比例:
    unit: 比例
    values: [{{from: 2025-01-01, value: {rate}%, reference: 第一条}}]
  奖金:
    unit: 元
    values: [{{from: 2025-01-01, value: {bonus}万元, reference: 第二条}}]
clauses:
  - id: T-2025-01
    title: 研发奖补
    article: 第一条
    text: 按上年研发费用的10%奖补，最高100万元。
    department: sci
    stacking: {{group: 研发, per: year}}
    conditions:
      - {{label: 研发费用不低于1万元, when: '税务年报[年度 = 上年][1].研发费用 >= 1万元'}}
    amount: 税务年报[年度 = 上年][1].研发费用 * 比例
    cap: 100万元
    delivery: APPLY
    cases:
      - name: 例
        as_of: 2025-12-31
        facts: {{税务年报: [{{年度: 2024, 研发费用: 1元}}]}}
        expect: {{outcome: not_eligible}}
  - id: T-2025-02
    title: 定额奖励
    article: 第二条
    text: 研发费用一百万元以上，定额奖励。
    department: sci
    stacking: {{group: 研发, per: year}}
    conditions:
      - {{label: 研发费用不低于100万元, when: '税务年报[年度 = 上年][1].研发费用 >= 100万元'}}
    amount: 10万元
    delivery: APPLY
    cases:
      - name: 例
        as_of: 2025-12-31
        facts: {{税务年报: [{{年度: 2024, 研发费用: 1元}}]}}
        expect: {{outcome: not_eligible}}
  - id: T-2025-03
    title: 专利奖励
    article: 第三条
    text: 每户奖励。
    department: sci
    conditions:
      - {{label: 研发费用不低于2元, when: '税务年报[年度 = 上年][1].研发费用 >= 2元'}}
    amount: 奖金
    delivery: APPLY
    cases:
      - name: 例
        as_of: 2025-12-31
        facts: {{税务年报: [{{年度: 2024, 研发费用: 1元}}]}}
        expect: {{outcome: not_eligible}}
"""


def write_pack(folder: Path, rate: int = 10, bonus: int = 1) -> Path:
    """A pack of three clauses, the first two tied by stacking; `rate` is theirs, `bonus` the third's."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("pack.yaml").write_text("pack: {id: t, title: 试, district: '370212'}\n", encoding="utf-8")
    folder.joinpath("t.yaml").write_text(DOCUMENT.format(rate=rate, bonus=bonus), encoding="utf-8")
    return folder


def row_of(n: int, spent: int | None = None) -> dict[str, object]:
    """Enterprise number n, which spent n thousand yuan, or `spent` fen."""
    filings = [] if n % 5 == 4 else [{"year": 2024, "rd_deduction": n * 100_000 if spent is None else spent}]
    return {"id": f"E{n:06d}", "uscc": None, "name": f"样例{n}", "kind": "enterprise", "tax_year": filings}


def write_snapshot(folder: Path, rows: list[dict[str, object]], until: date = AS_OF) -> Path:
    """A snapshot of these rows; returns filings are delivered up to a day."""
    with SnapshotWriter(folder, SCHEMA, MOMENT) as writer:
        writer.write(rows)
        info = writer.close(coverage(until))
    return info.path


def coverage(until: date = AS_OF) -> Coverage:
    """Tax returns delivered from 2024 up to a day."""
    return Coverage([Delivery("tax_year", date(2024, 1, 1), until, complete=True)])
