"""Incremental runs of the compiled kernel, as rows and as sheets, where the interpreter judges some of the dossiers."""

from dataclasses import replace

import pytest
from tests.engine.stream.runs_kit import AS_OF, contents, row_of, small, write_pack, write_snapshot

from yanlian.engine.dossier.differences import overlay_from
from yanlian.engine.stream import compact, interpreter, read_run
from yanlian.engine.stream.kernel import kernel
from yanlian.engine.stream.run import run
from yanlian.engine.stream.since import run_since
from yanlian.engine.stream.summary import totals_by_clause, write_csv

ROWS = 1_300


def row(n, spent=None):
    """Every thirteenth says nothing of what it spent: only the interpreter can say what is missing."""
    found = row_of(n, spent)
    return {**found, "tax_year": [{"year": 2024}]} if n % 13 == 0 else found


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    packs = [write_pack(folder / name / "t", bonus=bonus) for name, bonus in (("one", 1), ("two", 2))]
    older = write_snapshot(folder / "a", [row(n) for n in range(ROWS)])
    changed = {n: row(n, 12_345_600) for n in range(0, ROWS, 97)}
    rows = [changed.get(n, row(n)) for n in range(ROWS) if n not in (3, 700, ROWS - 1)] + [row(5_005), row(5_006)]
    newer = write_snapshot(folder / "b", rows)
    return packs, older, newer, overlay_from(older, newer, folder / "o")


@pytest.fixture(autouse=True)
def kernels_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("YANLIAN_KERNELS", str(tmp_path / "kernels"))


def of(pack, dossiers, form):
    return replace(kernel([pack], dossiers, AS_OF, form=form), unit_rows=400, batch_rows=150)


@pytest.mark.parametrize("form", ["rows", "sheet"])
@pytest.mark.parametrize("changed", ["dossiers", "dossiers and a clause"])
def test_what_differs_laid_over_the_base_is_the_full_run(tmp_path, given, form, changed):
    (before, other), older, newer, overlay = given
    after = before if changed == "dossiers" else other
    run(older, of(before, older, form), tmp_path / "base")
    run(newer, of(after, newer, form), tmp_path / "full", workers=2)
    result = run_since(overlay, of(after, overlay, form), tmp_path / "since", tmp_path / "base", workers=2)
    touched = [] if changed == "dossiers" else ["T-2025-03"]
    assert list(read_run(tmp_path / "since").manifest.redone) == touched
    assert result.dossiers < ROWS * 0.05 + ROWS * len(touched)

    rows = list(read_run(tmp_path / "full").rows())
    run(newer, small(interpreter([after], newer, AS_OF)), tmp_path / "oracle")
    assert rows == list(read_run(tmp_path / "oracle").rows())
    assert {one["kind"] for one in rows} >= {"eligible", "unknown"}
    reader = read_run(tmp_path / "since")
    assert list(reader.rows()) == rows
    for entity in ("E000000", "E000013", "E000097", "E005005", "E000003"):
        assert reader.entity(entity) == [one for one in rows if one["entity"] == entity]
    compact(tmp_path / "since", tmp_path / "compact")
    assert contents(tmp_path / "compact", "*.parquet") == contents(tmp_path / "full", "*.parquet")

    totals = {one.clause: one.amount_fen for one in totals_by_clause(reader)}
    assert totals == {c: sum(o["amount_fen"] for o in rows if o["clause"] == c) for c in totals}
    assert write_csv(reader, tmp_path / "all.csv") == len(rows)
