"""Streaming: the same outcomes whatever the number of workers, in bounded pieces, whole or not at all."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema, open_snapshot
from yanlian.engine.stream import OUTCOME_SCHEMA, interpreter, read_outcomes, stream

SCHEMA = load_schema()
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
rules:
  subject: [enterprise]
parameters:
  比例:
    unit: 比例
    values: [{from: 2025-01-01, value: 10%, reference: 第一条}]
clauses:
  - id: T-2025-01
    title: 研发奖补
    article: 第一条
    text: 按上年研发费用的10%奖补，最高100万元。
    department: sci
    conditions:
      - {label: 研发费用不低于1万元, when: '税务年报[年度 = 上年][1].研发费用 >= 1万元'}
    amount: 税务年报[年度 = 上年][1].研发费用 * 比例
    cap: 100万元
    delivery: APPLY
    cases:
      - name: 例
        as_of: 2025-12-31
        facts: {税务年报: [{年度: 2024, 研发费用: 100万元}]}
        expect: {outcome: eligible, amount: 10万元}
"""


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "packs" / "t"
    folder.mkdir(parents=True)
    folder.joinpath("pack.yaml").write_text("pack: {id: t, title: 试, district: '370212'}\n", encoding="utf-8")
    folder.joinpath("t.yaml").write_text(DOCUMENT, encoding="utf-8")
    return folder


def rows(count):
    for n in range(count):
        filings = [] if n % 5 == 4 else [{"year": 2024, "rd_deduction": n * 100_000}]
        yield {"id": f"E{n:06d}", "uscc": None, "name": f"样例{n}", "kind": "enterprise", "tax_year": filings}


def snapshot_of(folder, count):
    with SnapshotWriter(folder, SCHEMA, datetime(2026, 1, 15, tzinfo=UTC)) as writer:
        writer.write(rows(count))
        info = writer.close(Coverage([Delivery("tax_year", date(2024, 1, 1), AS_OF, complete=True)]))
    return open_snapshot(info.path)


def test_outcomes_are_those_worked_out_by_hand(tmp_path, pack):
    snapshot = snapshot_of(tmp_path / "s", 50)
    result = stream(snapshot, interpreter([pack], snapshot.info.path, AS_OF), tmp_path / "out.parquet")
    outcomes = [one for group in read_outcomes(tmp_path / "out.parquet") for one in group]
    assert result.dossiers == 50 == len(outcomes)
    for n, one in enumerate(outcomes):
        spent = Decimal(n) * 1000
        if n % 5 == 4:
            # Delivered whole for 2024 and no return: null, which only a person can judge.
            assert one["kind"] in ("manual", "not_eligible"), one
        elif spent >= 10_000:
            assert (one["kind"], one["amount_fen"]) == ("eligible", int(spent * 10))
        else:
            assert (one["kind"], one["amount_fen"]) == ("not_eligible", 0)


def test_one_worker_and_two_give_the_same_bytes(tmp_path, pack):
    snapshot = snapshot_of(tmp_path / "s", 4_500)
    maker = interpreter([pack], snapshot.info.path, AS_OF)
    seen = []
    stream(snapshot, maker, tmp_path / "one.parquet", workers=1)
    stream(snapshot, maker, tmp_path / "two.parquet", workers=2, progress=seen.append)
    one, two = (hashlib.sha256((tmp_path / f"{n}.parquet").read_bytes()).hexdigest() for n in ("one", "two"))
    assert one == two
    assert [p.done for p in seen] == [2_000, 4_000, 4_500]
    assert all(p.total == 4_500 for p in seen)


class Failing:
    """An evaluator that fails at the second row group."""

    def make(self):
        groups = iter((1, 2))

        def evaluate(batch):
            if next(groups) == 2:
                raise RuntimeError("power cut")
            return pa.RecordBatch.from_pylist([], schema=OUTCOME_SCHEMA)

        return evaluate


def test_a_stream_that_fails_leaves_no_file(tmp_path, pack):
    snapshot = snapshot_of(tmp_path / "s", 4_500)
    with pytest.raises(RuntimeError):
        stream(snapshot, Failing(), tmp_path / "out" / "x.parquet")
    assert list((tmp_path / "out").iterdir()) == []
