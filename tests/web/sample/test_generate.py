"""The generator as a tool: repeatable, honest about size, careful with folders, in the shapes departments send."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml
from tests.web.sample.conftest import Sample

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import load_schema
from yanlian.web.sample import calibration
from yanlian.web.sample.generate import generate, load_faults, load_manifest
from yanlian.web.sample.layout import file_layouts


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.*")):
        whole.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return whole.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(tmp_path / name, 1_000, seed)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")


def test_progress_is_told_after_each_block_and_ends_at_the_number_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "BLOCK", 1_000)
    seen: list[tuple[int, int]] = []
    generate(tmp_path, 2_500, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(833, 2_500), (1_666, 2_500), (2_500, 2_500)]


@pytest.mark.parametrize("enterprises", [0, 999, 5_000_001])
def test_a_sample_out_of_range_is_refused(tmp_path: Path, enterprises: int) -> None:
    with pytest.raises(Refused) as refused:
        generate(tmp_path, enterprises)
    assert refused.value.code == "sample_size"
    assert str(enterprises) in refused.value.text("zh")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(Refused) as refused:
        generate(tmp_path, 1_000)
    assert refused.value.code == "sample_folder_used"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_without_manifest_is_no_sample(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load_manifest(tmp_path)
    assert refused.value.code == "sample_no_manifest"


def test_every_kind_of_record_of_every_department_is_delivered(default_sample: Sample) -> None:
    schema = load_schema()
    kinds = {(kind.holder, kind.key) for kind in schema.records.values()}
    assert {(file.department, file.record) for file in default_sample.manifest.files} == kinds
    assert {file.department for file in default_sample.manifest.files} == set(schema.departments)
    assert all(file.rows > file.planted for file in default_sample.manifest.files)


def test_the_manifest_on_disk_is_the_one_returned_and_counts_the_rows_of_the_files(default_sample: Sample) -> None:
    assert load_manifest(default_sample.folder) == default_sample.manifest
    for file, layout in zip(default_sample.manifest.files, file_layouts(), strict=True):
        lines = list(default_sample.lines(file.path, layout.encoding))
        assert len(lines) == file.rows + 1
        assert lines[0] == layout.all_headers()


def test_files_come_in_the_shapes_that_departments_send(default_sample: Sample) -> None:
    starts = {file.path: (default_sample.folder / file.path).read_bytes()[:4] for file in default_sample.manifest.files}
    assert any(start.startswith(b"\xef\xbb\xbf") for start in starts.values())
    assert any(start.startswith(b"PK") for start in starts.values())
    old = [file for file in default_sample.manifest.files if file.encoding == "gb18030"]
    for file in old:
        content = (default_sample.folder / file.path).read_bytes()
        assert b"\r\n" in content
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
    assert {layout.dates for layout in file_layouts()} == {"dash", "slash", "dot", "han", "plain"}
    amounts = next(file for file in default_sample.manifest.files if file.record == "statistics_year")
    text = (default_sample.folder / amounts.path).read_text(encoding="gb18030")
    assert "营业收入(万元)" in text
    assert ',"1,' in text or ',"2,' in text


def test_some_data_sets_are_only_partly_covered(default_sample: Sample) -> None:
    partial = {f.record for f in default_sample.manifest.files if any(not span.complete for span in f.coverage)}
    assert partial == {"degree", "expense"}
    yearly = next(file for file in default_sample.manifest.files if file.record == "tax_year")
    assert [(span.starts_on, span.ends_on) for span in yearly.coverage] == [
        ("2018-01-01", "2020-12-31"),
        ("2022-01-01", "2024-12-31"),
    ]


def test_each_planted_fault_stands_where_it_is_said_to_stand(default_sample: Sample) -> None:
    layouts = {f.path: layout for f, layout in zip(default_sample.manifest.files, file_layouts(), strict=True)}
    read: dict[str, list[list[str]]] = {}
    for fault in load_faults(default_sample.folder):
        layout = layouts[fault.file]
        if fault.file not in read:
            read[fault.file] = list(default_sample.lines(fault.file, layout.encoding))
        lines = read[fault.file]
        cell = lines[fault.row - 1][lines[0].index(fault.column)]
        # A spreadsheet's error cell reads as nothing.
        assert cell == (fault.found if not (layout.xlsx and fault.kind == "error_cell") else cell)
    kinds = {fault.kind for fault in load_faults(default_sample.folder)}
    assert kinds == {
        "bad_check_digit",
        "duplicate_uscc",
        "unknown_uscc",
        "impossible_date",
        "not_an_amount",
        "error_cell",
        "negative_revenue",
        "third_decimal",
        "missing_key",
    }


def test_planted_rows_are_about_one_in_a_hundred(default_sample: Sample) -> None:
    planted = sum(file.planted for file in default_sample.manifest.files)
    assert 0.002 < planted / default_sample.manifest.rows < 0.015


def test_the_manifest_says_that_everything_is_made_up(default_sample: Sample) -> None:
    manifest = yaml.safe_load((default_sample.folder / "manifest.yaml").read_text(encoding="utf-8"))
    assert "虚构" in manifest["note"]
