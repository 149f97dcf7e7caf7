"""Files that mean harm or are broken: each gives one clear fault, quickly, and nothing else happens."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import clause, codes, document, written

from yanlian.base.tree import Unreadable
from yanlian.engine.policy import check_pack
from yanlian.engine.policy.tree import MAX_DEPTH, read_tree

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)
DEEP_ALIASES = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [[[*a{i - 1}]]]\n" for i in range(1, 200))


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (BOMB.encode(), "pack_too_many", 6),
        (DEEP_ALIASES.encode(), "pack_too_deep", 14),
        (b"a: " + b"[" * 100_000, "pack_too_deep", 1),
        (b"a: " + b"{b: " * 50_000, "pack_too_deep", 1),
        (b"x: 1\n" * 3_000_000, "pack_too_big", 0),
        ("文件: 办法\n标题: 试\n".encode("gb18030"), "pack_encoding", 1),
        ("document: 1\n标题: 试\n".encode("utf-16"), "pack_encoding", 1),
        (b"a: 1\nb: [1, 2\nc: 3\n", "pack_yaml", 3),
        (b"a: 1\n\tb: 2\n", "pack_yaml", 2),
        (b"a: \x00\x01", "pack_yaml", 0),
        (b"a: *nowhere\n", "pack_yaml", 1),
        (b"a: &a [*a]\n", "pack_yaml", 1),
        (b"a: 1\n---\nb: 2\n", "pack_yaml", 2),
        (b"a: 1\nb: 2\na: 3\n", "pack_key_twice", 3),
        (b"? [a]\n: 1\n", "pack_yaml", 1),
    ],
)
def test_a_hostile_file_is_one_clear_fault(tmp_path: Path, content, code, line):
    pack = written(tmp_path, document())
    (pack / "hostile.yaml").write_bytes(content)
    began = time.monotonic()
    found = [fault for fault in check_pack(pack) if fault.severity == "error"]
    assert time.monotonic() - began < 10
    assert [(f.file, f.code) for f in found] == [("hostile.yaml", code)]
    assert found[0].line == line


@pytest.mark.parametrize("content", ["", "x", "[]", "a: !!python/object/apply:os.system ['true']", "null", "# nur"])
def test_a_file_that_is_no_document_is_a_fault(tmp_path: Path, content):
    pack = written(tmp_path, document())
    (pack / "odd.yaml").write_text(content, encoding="utf-8")
    assert codes(check_pack(pack))


def test_a_folder_without_a_pack_is_a_fault(tmp_path: Path):
    assert codes(check_pack(tmp_path)) == ["pack_missing"]
    assert codes(check_pack(tmp_path / "nowhere")) == ["pack_missing"]


def test_utf8_with_a_byte_order_mark_is_read(tmp_path: Path):
    pack = written(tmp_path, document())
    file = pack / "d0.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert codes(check_pack(pack)) == []


def test_formulas_that_never_end_are_refused(tmp_path: Path):
    from tests.engine.policy.tiny_packs import run

    from yanlian.base.refusal import Refused
    from yanlian.engine.policy import load_packs

    endless = "count(for a in 1..100000, b in 1..100000 return a)"
    packs = load_packs([written(tmp_path, document(clause(amount=endless)))])
    with pytest.raises(Refused) as raised:
        run(packs, {})
    assert raised.value.code == "pack_run_failed"


def test_deep_formulas_are_faults_not_crashes(faults):
    assert codes(faults(amount="(" * 5000 + "1" + ")" * 5000)) == ["feel_too_deep"]
    assert codes(faults(amount="1" + "+1" * 60_000)) == ["feel_too_long"]


def test_a_tree_keeps_the_lines_of_its_values():
    tree = read_tree("a:\n  - 1\n  - b: 2\nc: |\n  x\n  y\n")
    assert tree.entries["a"].value.items[1].entries["b"].value.line == 3
    assert (tree.entries["c"].value.line, tree.entries["c"].value.block) == (4, True)


def test_depth_is_counted_through_aliases():
    text = "a: &a " + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2) + "\nb: [[*a]]\n"
    with pytest.raises(Unreadable):
        read_tree(text)
