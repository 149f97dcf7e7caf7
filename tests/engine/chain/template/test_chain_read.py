"""Reading chains: what a file says, and every fault with its line, what was expected and the nearest word."""

from __future__ import annotations

import difflib
import pickle
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from tests.engine.chain.template.chain_text import SMALL, codes_at, faults

from yanlian.engine.chain.template import ChainFaults, read_chain, read_chains
from yanlian.engine.chain.template.model import Edge, Product, Segment, Source


def test_a_file_becomes_the_chain_it_says(tmp_path: Path):
    (tmp_path / "kite.yaml").write_text(SMALL, "utf-8")
    chain = read_chain(tmp_path / "kite.yaml")
    assert (chain.id, chain.title, chain.title_en, chain.stated) == ("kite", "风筝", "Kites", date(2026, 11, 1))
    assert chain.root == ("风筝", "纸鸢")
    assert chain.sources["S1"] == Source("S1", "地方产业目录", "某区", date(2024, 5, 1), "https://example.org/1", "B")
    assert chain.segments[0] == Segment(
        *("kite-paper", "纸绢", "Paper and silk", "upstream", 1, "材料"),
        products=(Product("宣纸", ("生宣",)), Product("绢")),
        industries=("2221", "0111"),
        excludes=("废纸",),
        note="面料",
        sources=("S1",),
    )
    assert chain.segments[2].position == "midstream"
    assert chain.edges[0] == Edge("kite-paper", "kite-making", "纸绢", 2, ("S1",), date(2024, 5, 1), "B")
    assert (chain.segments[0].line, chain.edges[0].line, chain.file) == (11, 39, "kite.yaml")
    assert chain.inputs("kite-making") == chain.edges


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "told"),
    [
        ("    excludes: [废纸]", "    exclude: [废纸]", 19, "chain_key_unknown", "excludes"),
        ("  title_en: Kites\n", "", 2, "chain_key_missing", "title_en"),
        ("    tier: 1\n    group: 制造", "    tier: 0\n    group: 制造", 33, "chain_value", "1 to 20"),
        ("    tier: 1\n    group: 制造", "    tier: [1]\n    group: 制造", 33, "chain_value", "1 to 20"),
        ("'2452'", "'2451x'", 36, "chain_industry", "2451"),
        ("'0111'", "'121'", 18, "chain_industry", "0121 豆类种植"),
        ("'2452'", "'C2452'", 36, "chain_industry", "2452"),
        ("- {from: kite-frame", "- {from: kite-fram", 40, "chain_segment_unknown", "kite-frame"),
        ("- {from: kite-frame", "- {from: 骨架", 40, "chain_segment_unknown", "kite-frame"),
        ("- {from: kite-frame", "- {from: kite-making", 40, "chain_edge_self", "kite-making"),
        ("id: kite-frame\n", "id: kite-paper\n", 22, "chain_id_twice", "line 11"),
        ("id: kite-frame\n", "id: Kite_Frame\n", 22, "chain_id", "vr-optics"),
        ("stated: 2026-11-01", "stated: 2024-04-30", 9, "chain_day_future", "2024-05-01"),
        ("stated: 2026-11-01", "stated: 2026-11-31", 5, "chain_value", "2026-11-31"),
        ("stated: 2026-11-01", "stated: 20261101", 5, "chain_value", "a day"),
        ("position: 中游", "position: 中段", 32, "chain_word", "中游"),
        ("grade: B", "grade: E", 9, "chain_word", "A | B | C | D | unchecked"),
        ("essential: 2", "essential: 3", 39, "chain_word", "0 | 1 | 2"),
        ("面料\n    sources: [S1]", "面料\n    sources: [S2]", 21, "chain_source_unknown", "S1"),
        ("root: [风筝, 纸鸢]", "root: 风筝", 6, "chain_value", "a list"),
        ("root: [风筝, 纸鸢]", "root: [风筝, 风筝]", 6, "chain_word_twice", "风筝"),
        ("aliases: [生宣]", "aliases: [绢]", 17, "chain_word_twice", "绢"),
        ("'https://example.org/1'", "'javascript:alert(1)'", 9, "chain_value", "https://"),
        ("title: 风筝\n", 'title: "风\\x07筝"\n', 3, "chain_text", "U+0007"),
        ("  note: 例", "  groups: [材料]", 7, "chain_value", "name: name"),
        ("  note: 例", "  groups: {材料: ''}", 7, "chain_value", "name: name"),
        ("  note: 例", "  groups: {材料: A, ' 材料 ': B}", 7, "chain_word_twice", "材料"),
        ("  note: 例", "  note: &x 例", 7, "chain_alias", "x"),
        ("  note: 例", "  note: 例\n  note: 二", 8, "chain_key_twice", "note"),
        ("  note: 例", "  note: [", 9, "chain_syntax", ""),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, line: int, code: str, told: str
):
    assert old in SMALL
    found = faults(tmp_path, SMALL.replace(old, new, 1))
    assert (line, code) in codes_at(found)
    one = next(one for one in found if (one.line, one.code) == (line, code))
    assert told in one.text("en")
    assert one.text("zh") != one.text("en")
    assert one.line_text("zh").startswith(f"kite.yaml:{line}: 错误")


def test_all_faults_are_told_at_once(tmp_path: Path):
    text = SMALL.replace("tier: 1", "tier: 0").replace("essential: 2", "essential: x").replace("'0111'", "'9999'")
    assert sorted(codes_at(faults(tmp_path, text))) == [
        *[(15, "chain_value"), (18, "chain_industry"), (26, "chain_value"), (33, "chain_value")],
        *[(39, "chain_word"), (40, "chain_word")],
    ]  # fmt: skip


def test_nothing_is_said_of_a_chain_without_faults(tmp_path: Path):
    assert faults(tmp_path, SMALL) == ()


def test_an_edge_that_stands_twice_names_the_first(tmp_path: Path):
    again = SMALL + "  - {from: kite-paper, to: kite-making, product: 纸绢, essential: 0}\n"
    (one,) = faults(tmp_path, again)
    assert (one.line, one.code) == (41, "chain_edge_twice")
    assert "line 39" in one.text("en")
    other = SMALL + "  - {from: kite-paper, to: kite-making, product: 彩绢, essential: 0}\n"
    assert faults(tmp_path, other) == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe", "chain_encoding"),
        (b"a: " + b"[" * 50, "chain_limit"),
        (b"# " + b"x" * (4 << 20), "chain_limit"),
        (b"[" + b"a," * 60_001 + b"]", "chain_limit"),
        (b"", "chain_value"),
        (b"just words", "chain_value"),
        (b"--- {}\n--- {}\n", "chain_syntax"),
        (b"? [a]\n: b\n", "chain_syntax"),
        (b"chain: {}\nsegments: []\n", "chain_key_missing"),
        (b"segments: {a: 1}\n", "chain_key_missing"),
        (b"chain: !!python/object/apply:os.system [ls]\nsegments: []", "chain_value"),
    ],
)
def test_a_file_that_is_no_chain_is_refused(tmp_path: Path, data: bytes, code: str):
    assert code in [one.code for one in faults(tmp_path, data)]


def many(part: str) -> str:
    """A file within the limits whose every line is wrong."""
    if part == "edges":
        return SMALL + "".join(f"  - {{from: x{n}, to: y{n}, product: p, essential: 1}}\n" for n in range(6_000))
    words = ", ".join(f"'w{n}'" for n in range(50_000))
    if part == "keys":
        return SMALL + "".join(f"  - {{k{n}: 1}}\n" for n in range(15_000))
    return SMALL.replace("industries: ['2452']", f"{part}: [{words}]")


@pytest.mark.parametrize("part", ["edges", "keys", "industries", "excludes", "products"])
def test_a_file_full_of_faults_or_words_is_read_in_linear_work(
    tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
):
    compared = Counter[str]()
    close = difflib.get_close_matches

    def counted(word: str, known: list[str], *, n: int, cutoff: float) -> list[str]:
        compared["words"] += len(known)
        return close(word, known, n=n, cutoff=cutoff)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    found = faults(tmp_path, many(part))
    assert len(found) <= 500
    assert compared["words"] <= 50 * 3_000


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ChainFaults, match="cannot be read"):
        read_chain(tmp_path / "none.yaml")


def test_a_folder_gives_its_chains_and_the_faults_of_all_files(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(SMALL, "utf-8")
    (tmp_path / "b.yaml").write_text(SMALL.replace("kite", "bird"), "utf-8")
    (tmp_path / "notes.txt").write_text("not a chain", "utf-8")
    assert [chain.id for chain in read_chains(tmp_path)] == ["kite", "bird"]
    (tmp_path / "c.yaml").write_text(SMALL.replace("tier: 1", "tier: 0", 1), "utf-8")
    (tmp_path / "d.yaml").write_text("- 1", "utf-8")
    with pytest.raises(ChainFaults) as found:
        read_chains(tmp_path)
    told = [(one.file, one.code, one.line) for one in found.value.findings]
    assert ("c.yaml", "chain_value", 15) in told
    assert ("d.yaml", "chain_value", 1) in told
    assert ("c.yaml", "chain_id_elsewhere", 1) in told
    assert ("c.yaml", "chain_id_elsewhere", 22) in told


def test_faults_travel_between_processes(tmp_path: Path):
    with pytest.raises(ChainFaults) as found:
        read_chain(tmp_path / "none.yaml")
    again = pickle.loads(pickle.dumps(found.value))
    assert str(again) == str(found.value)
