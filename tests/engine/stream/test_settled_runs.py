"""Runs whose packs have budgets and quotas: settled when they are finished, whatever engine and form they have."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.engine.stream.runs_kit import SCHEMA, contents

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, Dossier, SnapshotWriter, open_snapshot
from yanlian.engine.dossier.differences import overlay_from
from yanlian.engine.policy import Evaluator, load_packs
from yanlian.engine.policy.settlement.claims import Payment
from yanlian.engine.policy.settlement.memory import settle_here
from yanlian.engine.stream import compact, evaluate, outcome_batch, read_run
from yanlian.engine.stream.settle import settle_run
from yanlian.engine.stream.settled import CHANGED, SETTLEMENT, outcomes_of
from yanlian.engine.stream.summary import totals_by_clause

AS_OF = date(2025, 12, 31)
ROWS = 600
DOCUMENT = """
document: {{id: S, title: 试行办法, status: in_force, valid_from: 2025-01-01, source: {{grade: A}}}}
rules:
  subject: [enterprise]
  budgets:
    - {{label: 年度总额, over: [S-01], per: year, amount: {budget}元, when_short: pro_rata}}
clauses:
  - id: S-01
    title: 研发奖补
    department: sci
    amount: 税务年报[年度 = 上年][1].研发费用 * 10%
    delivery: APPLY
  - id: S-02
    title: 前二十名
    department: sci
    amount: 1万元
    delivery: APPLY
    quotas:
      - {{label: 前二十名, over: clause, per: year, count: 20, ties: first, rank_by: '税务年报[年度=上年][1].营业收入'}}
  - id: S-03
    title: 与总额无关
    department: sci
    amount: 1元
    delivery: APPLY
"""


def write_pack(folder: Path, budget: int = 1000) -> Path:
    folder.mkdir(parents=True)
    folder.joinpath("pack.yaml").write_text("pack: {id: s, title: 试, district: '370212'}\n", encoding="utf-8")
    folder.joinpath("s.yaml").write_text(DOCUMENT.format(budget=budget), encoding="utf-8")
    return folder


def row_of(n: int, spent: int | None = None) -> dict[str, object]:
    """Every seventh says nothing of what it spent, every eleventh nothing of its revenue, every fiftieth was paid."""
    filing: dict[str, object] = {"year": 2024}
    if n % 7:
        filing["rd_deduction"] = n * 1_000 if spent is None else spent
    if n % 11:
        filing["revenue"] = n % 90 * 100_000
    payment = {"payment_number": f"P{n}", "clause": "S-01", "matter": "", "level": "区级", "year": 2025,
               "amount": 1_234, "paid_on": date(2025, 12, 1)}  # fmt: skip
    other = {**payment, "payment_number": "X", "clause": "别的"}
    paid = [payment, other] if n % 50 == 3 else [other] if n % 50 == 4 else []
    return {"id": f"E{n:06d}", "uscc": None, "name": f"样例{n}", "kind": "enterprise", "tax_year": [filing],
            "payment": paid}  # fmt: skip


def write_snapshot(folder: Path, rows: list[dict[str, object]]) -> Path:
    covered = Coverage([Delivery(one, date(2020, 1, 1), AS_OF, complete=True) for one in ("tax_year", "payment")])
    with SnapshotWriter(folder, SCHEMA, datetime(2026, 1, 15, tzinfo=UTC)) as writer:
        writer.write(rows)
        return writer.close(covered).path


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    pack = write_pack(folder / "packs" / "s")
    dossiers = write_snapshot(folder / "s", [row_of(n) for n in range(ROWS)])
    evaluate([pack], dossiers, AS_OF, folder / "run", engine="interpreter")
    return pack, dossiers, folder / "run"


@pytest.fixture(autouse=True)
def kernels_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("YANLIAN_KERNELS", str(tmp_path / "kernels"))


def in_memory(pack, dossiers):
    """The oracle: everything at once, one dossier after the other."""
    snapshot = open_snapshot(dossiers)
    evaluator = Evaluator(load_packs([pack]), AS_OF)
    people = [Dossier(row, evaluator.packs.schema, snapshot.coverage, AS_OF) for row in snapshot.rows()]
    outcomes = [one for dossier in people for one in evaluator.evaluate_dossier(dossier)]
    return settle_here(evaluator, people, outcomes)


def test_a_settled_run_says_what_settling_all_at_once_says(given):
    pack, dossiers, done = given
    outcomes, settled = in_memory(pack, dossiers)
    reader = read_run(done)
    found = [one for batch in reader.outcomes() for one in outcomes_of(batch)]
    assert found == [one for batch in [outcome_batch(outcomes)] for one in outcomes_of(batch)]
    assert list(reader.settlement.buckets) == list(settled.buckets)
    (budget,) = [one for one in reader.settlement.buckets if reader.settlement.rules[one.rule].kind == "budget"]
    assert budget.granted_fen + budget.paid == 100_000
    assert {one.kind for one in found} == {"eligible", "unknown"}
    assert any("provisional" in one.reason for one in found)


def test_what_the_evaluator_gave_can_still_be_read(given):
    pack, dossiers, done = given
    evaluator = Evaluator(load_packs([pack]), AS_OF)
    snapshot = open_snapshot(dossiers)
    raw = [one for row in snapshot.rows() for one in evaluator.evaluate(row, snapshot.coverage)]
    found = [one for batch in read_run(done).outcomes(settled=False) for one in outcomes_of(batch)]
    assert found == list(outcomes_of(outcome_batch(raw)))


@pytest.mark.parametrize(("engine", "form"), [("kernel", "rows"), ("kernel", "sheet"), ("interpreter", "rows")])
def test_every_engine_and_form_settles_to_the_same_bytes(tmp_path, given, engine, form):
    pack, dossiers, done = given
    result = evaluate([pack], dossiers, AS_OF, tmp_path / "run", engine=engine, form=form, workers=2)
    for name in (SETTLEMENT, CHANGED):
        assert contents(tmp_path / "run", name) == contents(done, name)
    assert list(read_run(tmp_path / "run").rows()) == list(read_run(done).rows())
    # Only dossiers that compete by rank are asked, once each.
    assert 0 < result.report["settlement.asked"] <= ROWS


def test_one_entity_and_totals_have_the_settled_amounts(given):
    reader = read_run(given[2])
    rows = list(reader.rows())
    for entity in ("E000001", "E000003", "E000077", "E000089"):
        assert reader.entity(entity) == [row for row in rows if row["entity"] == entity]
    totals = {one.clause: one.amount_fen for one in totals_by_clause(reader)}
    assert totals == {clause: sum(row["amount_fen"] for row in rows if row["clause"] == clause) for clause in totals}


@pytest.mark.parametrize("changed", ["dossiers", "the budget"])
def test_an_incremental_run_is_settled_over_all_and_so_is_its_full_form(tmp_path, given, changed):
    pack, dossiers, _ = given
    after = write_pack(tmp_path / "packs" / "s", budget=2000) if changed == "the budget" else pack
    newer = write_snapshot(tmp_path / "b", [row_of(n, 77_700 if n % 97 == 1 else None) for n in range(ROWS + 3)])
    overlay = overlay_from(dossiers, newer, tmp_path / "o")
    evaluate([pack], dossiers, AS_OF, tmp_path / "base")
    evaluate([after], overlay, AS_OF, tmp_path / "since", since=tmp_path / "base")
    evaluate([after], newer, AS_OF, tmp_path / "full")
    for name in (SETTLEMENT, CHANGED):
        assert contents(tmp_path / "since", name) == contents(tmp_path / "full", name)
    assert list(read_run(tmp_path / "since").rows()) == list(read_run(tmp_path / "full").rows())
    compact(tmp_path / "since", tmp_path / "compact")
    assert list(read_run(tmp_path / "compact").rows()) == list(read_run(tmp_path / "full").rows())


def test_a_run_cut_off_before_it_was_settled_is_refused_and_settled_by_the_same_call(tmp_path, given):
    pack, dossiers, done = given
    evaluate([pack], dossiers, AS_OF, tmp_path / "run", engine="interpreter")
    (tmp_path / "run" / SETTLEMENT).unlink()
    with pytest.raises(Refused) as found:
        list(read_run(tmp_path / "run").rows())
    assert found.value.code == "run_unsettled"
    evaluate([pack], dossiers, AS_OF, tmp_path / "run", engine="interpreter")
    assert contents(tmp_path / "run", "*.parquet") == contents(done, "*.parquet")


def test_another_budget_is_another_run(tmp_path, given):
    pack, dossiers, _ = given
    evaluate([pack], dossiers, AS_OF, tmp_path / "run")
    with pytest.raises(Refused) as found:
        evaluate([write_pack(tmp_path / "s", budget=5)], dossiers, AS_OF, tmp_path / "run")
    assert found.value.code == "run_other"


def test_what_a_ledger_is_bound_to_pay_is_gone_like_what_was_paid(tmp_path, given):
    pack, dossiers, _ = given
    evaluate([pack], dossiers, AS_OF, tmp_path / "run")
    (tmp_path / "run" / SETTLEMENT).unlink()
    settle_run(tmp_path / "run", [pack], promised=[Payment("E000005", "S-01", "", "2025", 4_321)])
    reader = read_run(tmp_path / "run")
    (mine,) = [one for one in reader.settlement.of(["E000005"]) if one.clause == "S-01"]
    assert (mine.state, mine.after_fen) == ("paid", min(4_321, mine.before_fen))


def test_packs_without_such_rules_have_no_settlement(tmp_path, given):
    text = (given[0] / "s.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "s"
    folder.mkdir()
    folder.joinpath("pack.yaml").write_bytes((given[0] / "pack.yaml").read_bytes())
    start, end = text.index("  budgets:"), text.index("clauses:")
    head, quotas, tail = text[end:].partition("    quotas:")
    rest = tail.split("\n", 2)[2]
    folder.joinpath("s.yaml").write_text(text[:start] + head + rest, encoding="utf-8")
    result = evaluate([folder], given[1], AS_OF, tmp_path / "run")
    assert quotas
    assert read_run(tmp_path / "run").settlement is None
    assert "settlement" not in result.report
