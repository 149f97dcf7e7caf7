"""A small pack and snapshots of any length, for tests of runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema
from yanlian.engine.stream.interpreter import Interpreter, Interpreting, interpreter
from yanlian.engine.stream.run import run

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


def small(maker: Interpreter, unit_rows: int = 200, batch_rows: int = 80) -> Interpreter:
    """The same with small parts, so that few rows make many."""
    return replace(maker, unit_rows=unit_rows, batch_rows=batch_rows)


def contents(run: Path, pattern: str = "*") -> dict[str, bytes]:
    """The files of a run that mean something, by name."""
    return {one.name: one.read_bytes() for one in sorted(run.glob(pattern)) if not one.name.startswith(".")}


@dataclass(frozen=True)
class Paced:
    """An evaluator that takes its time, so that a test can stop it half way."""

    inner: Interpreter
    seconds: float = 0.02

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.inner, name)

    def make(self) -> object:
        return PacedCall(self.inner.make(), self.seconds)


class PacedCall:
    def __init__(self, inner: Interpreting, seconds: float) -> None:
        self.inner, self.seconds = inner, seconds

    @property
    def report(self) -> dict[str, int]:
        return self.inner.report

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        time.sleep(self.seconds)
        return self.inner(batch)


@dataclass(frozen=True)
class Sheet:
    """A maker of sheets, one row an entity: for each clause what was spent times a factor. Works in threads."""

    factors: tuple[tuple[str, int], ...]
    total: bool = False
    version: str = "1"
    threads = True
    columns = ("id", "tax_year")
    dictionaries = ("id",)
    batch_rows = 80
    unit_rows = 200

    @property
    def schema(self) -> pa.Schema:
        fields = [pa.field("entity", pa.string())]
        for clause, _ in self.factors:
            for holds, kind in (("kind", pa.dictionary(pa.int32(), pa.string())), ("amount_fen", pa.int64())):
                fields.append(pa.field(f"{clause}:{holds}", kind))
        return pa.schema([*fields, pa.field("total_fen", pa.int64())] if self.total else fields)

    @property
    def facts(self) -> dict[str, str]:
        return {"engine": "sheet", "version": self.version, "form": "sheet"}

    @property
    def identity(self) -> str:
        return repr(self)

    @property
    def clause_hashes(self) -> dict[str, str]:
        return {clause: str(factor) for clause, factor in self.factors}

    def only(self, clauses: Collection[str]) -> Sheet:
        return replace(self, factors=tuple(one for one in self.factors if one[0] in clauses))

    def make(self) -> SheetCall:
        return SheetCall(self)


class SheetCall:
    KINDS = ("eligible", "not_eligible")

    def __init__(self, maker: Sheet) -> None:
        self.maker = maker
        self.report: dict[str, int] = {}

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        assert batch.schema.names == ["id", "tax_year"]
        spent = [(row["tax_year"] or [{"rd_deduction": 0}])[0]["rd_deduction"] for row in batch.to_pylist()]
        columns = [batch.column("id").cast(pa.string())]
        for _, factor in self.maker.factors:
            indices = pa.array([0 if one * factor else 1 for one in spent], pa.int32())
            columns.append(pa.DictionaryArray.from_arrays(indices, pa.array(self.KINDS)))
            columns.append(pa.array([one * factor for one in spent], pa.int64()))
        if self.maker.total:
            columns.append(pa.array([sum(one * f for _, f in self.maker.factors) for one in spent], pa.int64()))
        self.report = {"dossiers": batch.num_rows}
        return pa.RecordBatch.from_arrays(columns, schema=self.maker.schema)


def main(dossiers: str, pack: str, out: str, workers: str) -> None:
    """What the tests run as a process of its own, to be killed."""
    maker = Paced(small(interpreter([Path(pack)], Path(dossiers), AS_OF)))
    run(Path(dossiers), maker, Path(out), workers=int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
