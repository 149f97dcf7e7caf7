"""Incremental runs: only what differs is evaluated, and what comes out is what a full run gives, byte for byte."""

import random
import shutil
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from tests.engine.stream.runs_kit import AS_OF, Paced, Sheet, contents, row_of, small, write_pack, write_snapshot

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.differences import overlay_from
from yanlian.engine.stream import compact, interpreter, read_run
from yanlian.engine.stream.run import run
from yanlian.engine.stream.since import run_since

ROWS = 2_090


def older_rows():
    return [row_of(n) for n in range(1, ROWS)]


def newer_rows(part=0.01, seed=5):
    """Scattered changes, and rows added and removed at both ends and between."""
    chance = random.Random(seed)
    gone = {1, 800, 801, ROWS - 1}
    rows = [row_of(n, 77_777) if chance.random() < part else row_of(n) for n in range(1, ROWS) if n not in gone]
    return [row_of(0), *rows, row_of(9_000), row_of(9_001)]


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A pack, an older snapshot with its run, a newer snapshot as a whole and as an overlay, and its full run."""
    folder = tmp_path_factory.mktemp("old")
    pack = write_pack(folder / "packs" / "t")
    older, newer = write_snapshot(folder / "a", older_rows()), write_snapshot(folder / "b", newer_rows())
    overlay = overlay_from(older, newer, folder / "o")
    run(older, of(pack, older), folder / "run")
    run(newer, of(pack, newer), folder / "full")
    return pack, older, newer, overlay, folder / "run", folder / "full"


def of(pack, dossiers, **choices):
    return small(interpreter([pack], dossiers, AS_OF, **choices))


def same(found, full, folder):
    """An incremental run says what a full one says: read through, entity by entity, and compacted."""
    rows = list(read_run(full).rows())
    assert list(read_run(found).rows()) == rows
    entities = dict.fromkeys(row["entity"] for row in rows)
    for entity in [*list(entities)[::97], "E000001", "E009001"]:
        assert read_run(found).entity(entity) == [row for row in rows if row["entity"] == entity]
    compact(found, folder / "compact")
    assert contents(folder / "compact", "*.parquet") == contents(full, "*.parquet")
    return True


@pytest.mark.parametrize("form", ["whole", "overlay"])
@pytest.mark.parametrize("workers", [1, 2])
def test_only_changed_dossiers_are_evaluated(tmp_path, old, form, workers):
    pack, older, newer, overlay, base, full = old
    dossiers = newer if form == "whole" else overlay
    result = run_since(dossiers, of(pack, dossiers), tmp_path / "run", base, workers=workers)
    before = {row["id"]: row for row in older_rows()}
    assert result.dossiers == sum(before.get(row["id"]) != row for row in newer_rows())
    assert result.report["dossiers"] == result.dossiers < ROWS * 0.03
    assert same(tmp_path / "run", full, tmp_path)
    assert older != newer


def test_an_overlay_is_run_in_full_like_the_whole_snapshot(tmp_path, old):
    pack, _, _, overlay, _, full = old
    run(overlay, of(pack, overlay), tmp_path / "run")
    assert contents(tmp_path / "run", "*.parquet") == contents(full, "*.parquet")


def test_of_an_overlay_only_its_own_rows_are_read(tmp_path, old):
    """The base's files may even be unreadable: what did not change is not looked at."""
    pack, older, _, overlay, base, full = old
    shutil.copytree(older.parent, tmp_path / "a")
    shutil.copytree(overlay.parent, tmp_path / "o")
    shutil.copytree(base, tmp_path / "base")
    for part in (tmp_path / "a" / older.name).glob("*-*.*"):
        part.write_bytes(b"gone")
    there = tmp_path / "o" / overlay.name
    maker = of(pack, there)
    run_since(there, maker, tmp_path / "run", tmp_path / "base", old_dossiers=tmp_path / "a" / older.name)
    assert list(read_run(tmp_path / "run").rows()) == list(read_run(full).rows())


def test_a_changed_clause_is_evaluated_for_all_and_no_other_is(tmp_path, old):
    _, older, _, _, base, _ = old
    pack = write_pack(tmp_path / "p" / "t", bonus=2)
    run(older, of(pack, older), tmp_path / "full")
    result = run_since(older, of(pack, older), tmp_path / "run", base)
    assert read_run(tmp_path / "run").manifest.redone == ("T-2025-03",)
    assert (result.dossiers, result.outcomes) == (ROWS - 1, ROWS - 1)
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_clauses_tied_by_stacking_are_evaluated_together(tmp_path, old):
    _, older, _, _, base, _ = old
    pack = write_pack(tmp_path / "p" / "t", rate=3)
    run(older, of(pack, older), tmp_path / "full")
    run_since(older, of(pack, older), tmp_path / "run", base)
    assert read_run(tmp_path / "run").manifest.redone == ("T-2025-01", "T-2025-02")
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


@pytest.mark.parametrize("form", ["whole", "overlay"])
def test_clauses_and_dossiers_that_change_together(tmp_path, old, form):
    _, _, newer, overlay, base, _ = old
    pack = write_pack(tmp_path / "p" / "t", bonus=2)
    dossiers = newer if form == "whole" else overlay
    run(newer, of(pack, newer), tmp_path / "full")
    run_since(dossiers, of(pack, dossiers), tmp_path / "run", base)
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_a_clause_that_is_new_and_one_that_is_gone(tmp_path, old):
    _, older, _, overlay, _, _ = old
    short = write_pack(tmp_path / "short" / "t")
    file = short / "t.yaml"
    text = file.read_text("utf-8")
    first, second, third = (text.index(f"  - id: T-2025-0{n}") for n in (1, 2, 3))
    file.write_text(text[:second] + text[third:], "utf-8")
    other = write_pack(tmp_path / "other" / "t")
    (other / "t.yaml").write_text(text[:first] + text[second:], "utf-8")
    run(older, of(short, older), tmp_path / "base")
    run(overlay, of(other, overlay), tmp_path / "full")
    run_since(overlay, of(other, overlay), tmp_path / "run", tmp_path / "base")
    assert read_run(tmp_path / "run").manifest.redone == ("T-2025-02",)
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_runs_lie_on_runs(tmp_path, old):
    pack, _, newer, overlay, base, _ = old
    run_since(overlay, of(pack, overlay), tmp_path / "second", base)
    rows = [row for row in newer_rows(0.02, seed=6) if row["id"] not in ("E000000", "E009001")]
    third = write_snapshot(tmp_path / "c", rows)
    over = overlay_from(overlay, third, tmp_path / "o")
    changed = write_pack(tmp_path / "p" / "t", rate=3)
    run(third, of(changed, third), tmp_path / "full")
    run_since(over, of(changed, over), tmp_path / "run", tmp_path / "second")
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)
    assert newer != third


def test_nothing_changed_costs_nothing(tmp_path, old):
    pack, older, _, _, base, _ = old
    result = run_since(older, of(pack, older), tmp_path / "run", base)
    assert (result.dossiers, result.outcomes) == (0, 0)
    assert same(tmp_path / "run", base, tmp_path)


def test_everything_changed_needs_nothing_of_the_base(tmp_path, old):
    _, older, _, _, base, _ = old
    pack = write_pack(tmp_path / "p" / "t", rate=3, bonus=2)
    run(older, of(pack, older), tmp_path / "full")
    run_since(older, of(pack, older), tmp_path / "run", base)
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_a_new_delivery_touches_the_clauses_that_read_its_records(tmp_path, old):
    """The rows are the same, but where a year was not delivered absence is unknown."""
    pack, _, _, _, base, _ = old
    rows = older_rows()
    later = write_snapshot(tmp_path, rows, until=date(2025, 6, 30))
    run(later, of(pack, later), tmp_path / "full")
    run_since(later, of(pack, later), tmp_path / "run", base)
    assert read_run(tmp_path / "run").manifest.redone == ("T-2025-01", "T-2025-02", "T-2025-03")
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_a_delivery_after_the_day_of_the_rules_touches_nothing(tmp_path, old):
    pack, _, _, _, base, _ = old
    later = write_snapshot(tmp_path, older_rows(), until=date(2026, 3, 31))
    assert run_since(later, of(pack, later), tmp_path / "run", base).dossiers == 0


def test_an_incremental_run_that_was_interrupted_goes_on(tmp_path, old):
    _, _, _, overlay, base, _ = old
    pack = write_pack(tmp_path / "p" / "t", bonus=2)
    maker = of(pack, overlay)

    def stop(progress):
        if progress.done >= 600:
            raise KeyboardInterrupt

    class Slow(Paced):
        def only(self, clauses):
            return Slow(self.inner.only(clauses))

    with pytest.raises(KeyboardInterrupt):
        run_since(overlay, Slow(maker), tmp_path / "run", base, progress=stop)
    assert run_since(overlay, maker, tmp_path / "run", base).resumed >= 600
    run_since(overlay, maker, tmp_path / "straight", base)
    assert contents(tmp_path / "run") == contents(tmp_path / "straight")


# Sheets: one row an entity, columns by clause


@pytest.mark.parametrize("workers", [1, 2])
def test_sheets_are_laid_over_each_other_by_columns(tmp_path, old, workers):
    _, older, newer, overlay, _, _ = old
    before, after = Sheet((("a", 1), ("b", 2), ("gone", 3))), Sheet((("new", 9), ("a", 1), ("b", 5)))
    run(older, before, tmp_path / "base")
    run(newer, after, tmp_path / "full")
    run_since(overlay, after, tmp_path / "run", tmp_path / "base", workers=workers)
    assert read_run(tmp_path / "run").manifest.redone == ("new", "b")
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_a_sheet_with_changed_rows_only(tmp_path, old):
    _, older, newer, overlay, _, _ = old
    maker = Sheet((("a", 1), ("b", 2)), total=True)
    run(older, maker, tmp_path / "base")
    run(newer, maker, tmp_path / "full")
    assert run_since(overlay, maker, tmp_path / "run", tmp_path / "base").dossiers < ROWS * 0.03
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)


def test_a_sheet_with_a_sum_over_clauses_is_evaluated_whole_when_one_changes(tmp_path, old):
    _, older, _, _, _, _ = old
    run(older, Sheet((("a", 1), ("b", 2)), total=True), tmp_path / "base")
    changed = Sheet((("a", 1), ("b", 3)), total=True)
    run(older, changed, tmp_path / "full")
    run_since(older, changed, tmp_path / "run", tmp_path / "base")
    assert read_run(tmp_path / "run").manifest.redone == ("a", "b")
    assert same(tmp_path / "run", tmp_path / "full", tmp_path)
    found = pa.Table.from_batches(read_run(tmp_path / "run").batches())
    assert found.column("total_fen").to_pylist() == [
        a + b for a, b in zip(*(found.column(f"{c}:amount_fen").to_pylist() for c in "ab"), strict=True)
    ]


# Refused


def refused(code, *call, **options):
    with pytest.raises(Refused) as found:
        call[0](*call[1:], **options)
    assert found.value.code == code
    return found.value


def test_a_base_of_another_day_is_refused_by_what_differs(tmp_path, old):
    pack, older, _, _, base, _ = old
    maker = small(interpreter([pack], older, date(2025, 12, 30)))
    assert refused("run_since_unlike", run_since, older, maker, tmp_path / "run", base).data["what"] == "as_of"
    other = replace(of(pack, older), unit_rows=300)
    assert refused("run_since_unlike", run_since, older, other, tmp_path / "run", base).data["what"] == "cut"
    assert not (tmp_path / "run").exists()


def test_dossiers_that_are_not_those_of_the_base_are_refused(tmp_path, old):
    pack, older, newer, _, base, _ = old
    maker = of(pack, newer)
    refused("run_since_dossiers", run_since, newer, maker, tmp_path / "run", base, old_dossiers=newer)
    refused("run_since_moved", run_since, newer, maker, tmp_path / "run", base, old_dossiers=tmp_path / "x")
    refused("run_absent", run_since, older, maker, tmp_path / "run", tmp_path / "nothing")


def test_a_run_cannot_be_its_own_base(tmp_path, old):
    pack, older, _, _, base, _ = old
    shutil.copytree(base, tmp_path / "run")
    maker = of(pack, older)
    found = refused("run_other", run_since, older, maker, tmp_path / "run", tmp_path / "run", old_dossiers=older)
    assert found.data["what"] == "base"
