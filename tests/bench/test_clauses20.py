"""The benchmark's pack, its oracle by hand and its tables belong together: the reference interpreter pays to the fen
what the oracle pays, on every planted border and on generated rows."""

import importlib.util
import json
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from yanlian.engine.dossier import open_snapshot
from yanlian.engine.dossier.build import build_dossiers
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.policy import Evaluator, check_pack, load_packs, run_cases
from yanlian.engine.stream.kernel import kernel
from yanlian.engine.stream.outcomes import outcome_batch

FOLDER = Path(__file__).parents[2] / "bench" / "clauses20"
PACK = FOLDER / "packs" / "clauses20"
AS_OF = date(2026, 3, 31)


def script(name):
    """A script of the benchmark, which is no package."""
    spec = importlib.util.spec_from_file_location(f"clauses20_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate, oracle, planted = script("generate"), script("oracle"), script("planted")


@pytest.fixture(scope="module")
def packs():
    return load_packs([PACK])


def differences(packs, folder, firms_file, grants_file, firms, grants):
    """(row, clause, outcome, what the oracle pays) wherever interpreter and oracle differ, and clauses that paid."""
    files = {"ent.parquet": firms_file, "pat.parquet": grants_file}
    info = build_dossiers(FOLDER / "dossiers.yaml", folder / "dossiers", packs.schema, files=files)
    snapshot, evaluator = open_snapshot(info.path), Evaluator(packs, AS_OF)
    found, paying, every = [], set(), []
    for row, (figures, paid) in zip(snapshot.rows(), oracle.pay_all(firms, grants), strict=True):
        assert int(row["id"]) == figures["eid"]
        outcomes = evaluator.evaluate(row, snapshot.coverage)
        assert [one.clause for one in outcomes] == list(oracle.CLAUSES)
        every += outcomes
        for one in outcomes:
            expected = (paid.alone[one.clause], paid.due[one.clause])
            kind = "eligible" if paid.alone[one.clause] else "not_eligible"
            if (one.clause_fen if one.kind == "eligible" else 0, one.amount_fen) != expected or one.kind != kind:
                found.append((figures["eid"], one, expected))
            if one.amount_fen:
                paying.add(one.clause)
    # The compiled kernel says all the same, reasons included, and leaves nothing to the interpreter.
    maker = kernel([PACK], info.path, AS_OF)
    dossiers, evaluate = open_dossiers(info.path, maker.dictionaries), maker.make()
    tables = [dossiers.read(group).combine_chunks() for group in range(len(dossiers.sizes()))]
    batches = [evaluate(batch) for table in tables for batch in table.to_batches()]
    assert pa.Table.from_batches(batches).to_pylist() == outcome_batch(every).to_pylist()
    assert evaluate.report["interpreted"] == 0
    return found, paying


def test_the_pack_is_well_formed_and_its_worked_cases_hold(packs):
    assert check_pack(PACK) == []
    results = run_cases(packs)
    assert len(results) >= 40
    assert [one.text() for one in results if not one.passed] == []


def test_interpreter_and_oracle_agree_on_every_planted_border(packs, tmp_path):
    rows = planted.planted()
    assert len(rows) >= 300
    assert len({label for label, _, _ in rows}) == len(rows)
    planted.write(tmp_path)
    tables = planted.tables(rows)
    found, paying = differences(
        packs, tmp_path, tmp_path / "ent_planted.parquet", tmp_path / "pat_planted.parquet", *tables
    )
    assert [(rows[eid - 1][0], one, expected) for eid, one, expected in found] == []
    assert paying == set(oracle.CLAUSES)


def test_interpreter_and_oracle_agree_on_generated_rows(packs, tmp_path):
    files = generate.write(2_000, tmp_path)
    found, paying = differences(packs, tmp_path, *files, *generate.generate(2_000))
    assert found == []
    assert len(paying) == 20


def test_planted_borders_change_what_is_paid_on_both_sides():
    """A border that no planted firm crosses would prove nothing: each clause pays several different amounts, and
    stacking and the cap over all take something away."""
    paid = [oracle.pay(figures | {"eid": 0}, patents) for _, figures, patents in planted.planted()]
    for clause in oracle.CLAUSES:
        assert len({one.alone[clause] for one in paid}) >= 3, clause
    for first, second in oracle.GROUPS:
        assert any(one.alone[first] == one.alone[second] > 0 == one.due[second] < one.due[first] for one in paid), first
        assert any(one.due[second] and one.alone[first] for one in paid), second
    totals = [one.total for one in paid]
    assert {oracle.TOTAL_CAP_FEN - 1, oracle.TOTAL_CAP_FEN} <= set(totals)
    assert max(totals) == oracle.TOTAL_CAP_FEN
    assert any(sum(one.alone.values()) > oracle.TOTAL_CAP_FEN > one.due["C20"] > 0 for one in paid)


def test_the_same_number_of_rows_gives_the_same_tables():
    first, second = generate.generate(500), generate.generate(500)
    assert all(one.equals(other) for one, other in zip(first, second, strict=True))
    firms, grants = first
    assert (firms.num_rows, grants.num_rows) == (500, 750)
    assert set(grants.column("eid").to_pylist()) <= set(firms.column("eid").to_pylist())
    assert firms.schema.field("rev_ty").type == pa.int64()


def test_the_totals_of_a_thousand_rows_are_those_that_were_counted_once():
    """Guards the order of the draws, on which the totals at a million rows hang too."""
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    found = oracle.totals(*generate.generate(1_000))
    assert found == {key: expected["1000"][key] for key in found}
    assert set(expected["1000000"]["clause_fen"]) == set(oracle.CLAUSES)
