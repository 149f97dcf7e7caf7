"""Which packs of a library a district uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import written

from yanlian.engine.policy import PackFaults, folders_in_use, with_required


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A library of four packs: c requires b, b requires a."""
    folder = tmp_path / "library"
    for name, requires in {"a": [], "b": ["a"], "c": ["b"], "z": []}.items():
        written(folder, name=name, pack={"id": name, "title": "试", "district": "370212", "requires": requires})
    return folder


def district(tmp_path: Path, text: str | None) -> Path:
    folder = tmp_path / "district"
    folder.mkdir()
    if text is not None:
        folder.joinpath("packs.yaml").write_text(text, encoding="utf-8")
    return folder


def faults(root: Path, folder: Path) -> list[tuple[str, str, int]]:
    with pytest.raises(PackFaults) as caught:
        folders_in_use(root, folder)
    return [(fault.code, f"{fault.pack}/{fault.file}", fault.line) for fault in caught.value.faults]


def test_without_a_list_the_whole_library_is_in_use(root, tmp_path):
    assert [one.name for one in folders_in_use(root, district(tmp_path, None))] == ["a", "b", "c", "z"]


def test_a_list_names_packs_and_brings_what_they_require(root, tmp_path):
    assert [one.name for one in folders_in_use(root, district(tmp_path, "packs: [c]"))] == ["a", "b", "c"]


def test_an_empty_list_means_no_pack(root, tmp_path):
    assert folders_in_use(root, district(tmp_path, "packs: []")) == []


def test_every_pack_that_is_not_there_is_named_with_file_and_line(root, tmp_path):
    folder = district(tmp_path, "# ours\npacks: [a, bb, ../a]\n")
    place = ("pack_not_in_library", "district/packs.yaml", 2)
    assert faults(root, folder) == [place, place]


def test_a_list_with_another_key_or_bad_yaml_is_a_fault(root, tmp_path):
    folder = district(tmp_path, "pack: [a]")
    assert {code for code, _, _ in faults(root, folder)} == {"pack_key_unknown", "pack_key_missing"}
    folder.joinpath("packs.yaml").write_text("packs: [a", encoding="utf-8")
    assert [code for code, _, _ in faults(root, folder)] == ["pack_yaml"]


def test_a_pack_given_from_elsewhere_stands_for_the_one_beside(root, tmp_path):
    mine = written(tmp_path / "trial", name="b", pack={"id": "b", "title": "试", "district": "370212"})
    assert with_required([root / "c", mine]) == [root / "c", mine]


def test_what_is_missing_or_broken_is_left_to_the_loading(root, tmp_path):
    (root / "a" / "pack.yaml").write_text("pack: [", encoding="utf-8")
    assert with_required([root / "b", root / "nowhere"]) == [root / "b", root / "nowhere", root / "a"]
