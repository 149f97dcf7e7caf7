"""Running a model over files: what is kept between runs, what formats go in and out, and that memory stays bounded."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.feel.dmn.made import SPACE, decision, given, literal

from yanlian.base.refusal import Refused
from yanlian.engine.stream import model_files, models
from yanlian.engine.stream.local import Progress
from yanlian.engine.stream.model_files import blocks, keys_of, look_at, schema_of
from yanlian.engine.stream.model_parts import read_tally
from yanlian.engine.stream.models import ModelJob, run_rows

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def job(body: str, moment: datetime = MOMENT) -> ModelJob:
    text = f'<definitions xmlns="{SPACE}" name="m" namespace="urn:m">{body}</definitions>'
    return ModelJob((("m.dmn", text.encode()),), moment)


TWICE = given("x", "number") + decision("out", literal("x * 2"), "input:x", kind="number")


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def small_blocks(monkeypatch) -> None:
    """Blocks of three rows, so that a small file has several."""
    monkeypatch.setattr(models, "BLOCK_ROWS", 3)
    monkeypatch.setattr(model_files.blocks, "__defaults__", (3,))


def test_a_part_that_is_broken_is_made_again_and_the_clock_is_that_of_the_first_run(tmp_path, small_blocks):
    body = given("x", "number") + decision("out", literal("string(today()) + string(x)"), "input:x", kind="string")
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("x\n" + "".join(f"{n}\n" for n in range(8)), "utf-8")
    told: list[Progress] = []

    def interrupted(progress: Progress) -> None:
        told.append(progress)
        if progress.done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_rows(job(body), source, out, progress=interrupted)
    assert [(p.done, p.total) for p in told] == [(3, 8), (6, 8)]
    folder = tmp_path / ".making-out.csv"
    assert sorted(part.name for part in folder.glob("*.arrow")) == ["0000000.arrow", "0000001.arrow"]
    (folder / "0000000.arrow").write_bytes(b"half a part")
    assert read_tally(folder / "0000000.arrow") is None
    found = run_rows(job(body, datetime(2026, 2, 1, tzinfo=UTC)), source, out)
    assert (found.tally.rows, found.resumed) == (8, 3)
    assert [row["out"] for row in table(out)] == [f"2026-01-31{n}" for n in range(8)]
    assert not folder.exists()


def test_another_model_begins_anew(tmp_path, small_blocks):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("x\n1\n2\n3\n4\n", "utf-8")

    def interrupted(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_rows(job(TWICE), source, out, progress=interrupted)
    found = run_rows(job(TWICE.replace("x * 2", "x * 3")), source, out)
    assert found.resumed == 0
    assert [row["out"] for row in table(out)] == ["3", "6", "9", "12"]


def test_the_same_bytes_with_any_number_of_workers(tmp_path, small_blocks):
    source = tmp_path / "in.tsv"
    source.write_text("x\tid\n" + "".join(f"{n}\t{n}\n" for n in range(40)), "utf-8")
    outs = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for workers, out in enumerate(outs, 1):
        run_rows(job(TWICE), source, out, workers=workers)
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert pq.ParquetFile(outs[0]).metadata.num_row_groups == 2


def test_a_refusal_in_a_worker_arrives_as_one(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("x\n1\n", "utf-8")
    broken = ModelJob((("m.dmn", b"<no"),), MOMENT)
    with pytest.raises(Refused, match="dmn_xml"):
        run_rows(broken, source, tmp_path / "out.csv", workers=2)


def test_lists_and_structs_that_go_through_are_json_in_csv(tmp_path):
    source, out = tmp_path / "in.parquet", tmp_path / "out.csv"
    pq.write_table(pa.table({"x": [1], "more": [{"a": [1, None]}]}), source)
    run_rows(job(TWICE), source, out)
    row = table(out)[0]
    assert (row["out"], json.loads(row["more"])) == ("2", {"a": [1, None]})


def test_a_table_with_a_header_alone_gives_an_empty_table(tmp_path):
    source, out = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("x\n", "utf-8")
    assert run_rows(job(TWICE), source, out).tally.rows == 0
    assert pq.read_table(out).schema.names == ["line", "out", "errors"]


def test_lines_of_json_keep_their_numbers_past_blank_and_endless_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(model_files, "_MAX_LINE", 64)
    source, out = tmp_path / "in.jsonl", tmp_path / "out.csv"
    endless = json.dumps({"x": 1, "note": "a" * 200})
    source.write_text('\ufeff{"x": 1}\n\n' + endless + '\n{"x": 2, "z": [1]}', "utf-8")
    found = run_rows(job(TWICE), source, out)
    rows = [(row["line"], row["out"], row["errors"]) for row in table(out)]
    assert rows == [("1", "2", ""), ("3", "", "dmn_rows_json"), ("4", "4", "")]
    assert found.table.kept == ("z",)


def test_a_csv_file_without_an_end_of_line_is_counted_right(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("x;y\n1;2\n3;4", "utf-8")
    found = look_at(source)
    assert (found.rows, found.delimiter, found.encoding) == (2, ";", "utf-8-sig")
    assert keys_of(found) is None
    assert [batch.num_rows for batch in blocks(found, 1)] == [1, 1]
    assert schema_of(found).names[2:] == ["x", "y"]


def test_headers_that_are_no_text_are_refused(tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"x,\xff\n1,2\n")
    with pytest.raises(Refused, match="dmn_rows_file"):
        schema_of(look_at(source))


def test_memory_is_bounded_by_the_block(tmp_path, small_blocks):
    """However many rows there are, a reader hands out only so many at a time."""
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"x": list(range(100))}), source)
    sizes = [batch.num_rows for batch in blocks(look_at(source))]
    assert max(sizes) == 3
    assert sum(sizes) == 100
