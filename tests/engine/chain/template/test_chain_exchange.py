"""Chains in other formats: nothing is lost, whatever a chain says; faults are told by sheet or file and row."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engine.chain.template.chain_text import SMALL

from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.codes import industries
from yanlian.engine.chain.template.exchange.cells import joined, split
from yanlian.engine.chain.template.exchange.convert import Format, load, loaded, save, written
from yanlian.engine.chain.template.finding import ChainFaults
from yanlian.engine.chain.template.model import POSITIONS, Answer, Chain, Edge, Product, Segment, Source
from yanlian.engine.chain.template.read import chain_files, read_chain

ROOT = Path(__file__).resolve().parents[4]
KINDS: tuple[Format, ...] = ("yaml", "json", "xlsx", "graphml", "zip")

letters = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff\ufeff\u2028\u2029")
texts = st.one_of(
    st.text(letters, max_size=12), st.text(st.sampled_from("；;=\\'\"|@+-#:{}[],<&>~ \u3000null0%!*"), max_size=8)
).map(str.strip)
filled = texts.filter(bool)
long = st.lists(texts, max_size=4).map(lambda lines: "\n".join(lines).strip())
days = st.dates(date(2000, 1, 1), date(2026, 11, 1))
none: st.SearchStrategy[list[tuple[tuple[str, str], str]]] = st.just([])
ids = st.from_regex(r"[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4})?", fullmatch=True)
distinct = st.lists(filled, max_size=3, unique=True).map(tuple)
grades = st.sampled_from(["A", "B", "C", "D"])
urls = st.sampled_from(["", "https://example.org/a?b=1;c='2'", "http://例子.测试/；"])


@st.composite
def products(draw: st.DrawFn) -> tuple[Product, ...]:
    names = iter(draw(st.lists(filled, max_size=6, unique=True)))
    return tuple(Product(name, tuple(next(names, "") for _ in range(draw(st.integers(0, 2))))) for name in names)


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    sources = {
        name: Source(name, draw(filled), draw(texts), draw(st.none() | days), draw(urls), draw(grades))
        for name in draw(st.lists(filled, max_size=3, unique=True))
    }
    named = st.lists(st.sampled_from(sorted(sources)), unique=True).map(tuple) if sources else st.just(())
    segments = [
        Segment(
            *(one, draw(filled), draw(filled), draw(st.sampled_from(list(POSITIONS))), draw(st.integers(1, 20))),
            group=draw(filled),
            products=tuple(Product(p.name, tuple(a for a in p.aliases if a)) for p in draw(products())),
            industries=draw(st.lists(st.sampled_from(sorted(industries())), max_size=3, unique=True).map(tuple)),
            excludes=draw(distinct),
            note=draw(long),
            sources=draw(named),
        )
        for one in draw(st.lists(ids, max_size=4, unique=True))
    ]
    ends = [(a.id, b.id) for a in segments for b in segments if a is not b]
    joins = st.lists(st.tuples(st.sampled_from(ends), filled), max_size=4, unique=True) if ends else none
    edges = [
        Edge(*end, what, draw(st.sampled_from([0, 1, 2])), draw(named), draw(st.none() | days), draw(grades))
        for end, what in draw(joins)
    ]
    answers = draw(st.lists(st.builds(Answer, filled, filled, texts), max_size=2))
    return Chain(
        *(draw(ids), draw(filled), draw(filled), date(2026, 11, 1), draw(distinct), tuple(segments), tuple(edges)),
        sources=sources,
        notice=draw(long),
        note=draw(long),
        cycles_ok=draw(texts),
        stale_years=draw(st.integers(1, 100)),
        accepted=tuple(answers),
        groups=draw(st.dictionaries(filled, filled, max_size=3)),
        core_industries=draw(st.lists(st.sampled_from(sorted(industries())), max_size=3, unique=True).map(tuple)),
    )


def plain(title: str) -> Chain:
    return Chain("c", title, "C", date(2026, 1, 1), ("根",), (), ())


@pytest.mark.parametrize("kind", KINDS)
@given(chain=chains())
@example(chain=plain("_x000D_"))
@example(chain=plain("=1+1"))
@example(chain=plain("''"))
@example(chain=plain("2026-01-01"))
@example(chain=plain("\\"))
@settings(max_examples=40, deadline=None)
def test_every_chain_comes_back_from_every_format(kind: Format, chain: Chain):
    assert loaded(written(chain, kind), kind, "x") == chain


@pytest.mark.parametrize("file", chain_files(ROOT / "chains"), ids=lambda file: file.stem)
def test_the_shipped_chains_go_round_through_all_formats(file: Path, tmp_path: Path):
    chain = read_chain(file)
    for name in ("a.json", "b.xlsx", "c.graphml", "d.zip", "e", "f.yaml"):
        save(chain, tmp_path / name)
        chain = load(tmp_path / name)
    assert chain == read_chain(file)


@given(st.lists(st.lists(texts, min_size=1, max_size=3).filter(any), max_size=4))
def test_a_cell_gives_back_the_list_it_was_made_of(members: list[list[str]]):
    assert split(joined(members)) == members


def test_a_list_may_be_written_as_people_do():
    assert split("甲；乙; 丙\r\n丁 ；") == [["甲"], ["乙"], ["丙"], ["丁"]]
    assert split("甲=乙 = 丙") == [["甲", "乙", "丙"]]
    assert split(r"a\;b\=c\x\\") == [["a;b=c\\x\\"]]
    assert split("a\\") == [["a\\"]]


def test_what_a_format_cannot_keep_is_refused_and_not_lost():
    with pytest.raises(Refused, match="chain_not_kept"):
        written(plain("_x005F_x000D_"), "xlsx")
    with pytest.raises(Refused, match="chain_not_kept"):
        written(plain("a\x07"), "yaml")
    rows = tuple(Product(f"{n:05d}" * 40) for n in range(200))
    wide = Chain(
        "c", "链", "C", date(2026, 1, 1), (), (Segment("c-a", "甲", "A", "upstream", 1, "组", products=rows),), ()
    )
    with pytest.raises(Refused, match="chain_cell_long"):
        written(wide, "xlsx")
    assert loaded(written(wide, "zip"), "zip", "x") == wide


def test_the_same_chain_gives_the_same_bytes():
    for kind in KINDS:
        assert written(plain("链"), kind) == written(plain("链"), kind)


def test_yaml_is_written_as_people_write_it(tmp_path: Path):
    (tmp_path / "kite.yaml").write_text(SMALL, "utf-8")
    text = written(read_chain(tmp_path / "kite.yaml"), "yaml").decode()
    assert "    products:\n      - {name: 宣纸, aliases: [生宣]}\n      - 绢\n" in text
    assert "  - {from: kite-frame, to: kite-making, product: 骨架, essential: 2, sources: [S1]," in text


def test_nothing_is_written_over_unasked(tmp_path: Path):
    for name in ("a.json", "folder"):
        save(plain("一"), tmp_path / name)
        with pytest.raises(Refused, match="chain_file_there"):
            save(plain("二"), tmp_path / name)
        save(plain("二"), tmp_path / name, replace=True)
        assert load(tmp_path / name).title == "二"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.json", "folder"]


def test_a_name_without_a_known_ending_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="chain_format"):
        save(plain("一"), tmp_path / "a.txt")
    with pytest.raises(Refused, match="chain_none"):
        load(tmp_path / "none")
    with pytest.raises(ChainFaults, match="cannot be read"):
        load(tmp_path / "none.json")


def faults(data: bytes, kind: Format) -> list[tuple[str, int, str]]:
    with pytest.raises(ChainFaults) as found:
        loaded(data, kind, f"x.{kind}")
    return [(one.file, one.line, one.code) for one in found.value.findings]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ('{"chain": {}\n "segments": []}', 2, "chain_syntax"),
        ('{"a": 1,\n "a": 2}', 2, "chain_key_twice"),
        ("[" * 20 + "]" * 20, 1, "chain_limit"),
        ("]", 1, "chain_syntax"),
        ('{"chain": NaN}', 0, "chain_syntax"),
        ('{"chain": "\n"}', 1, "chain_syntax"),
        ('{"chain": {"id": "c"},\n "segment": []}', 2, "chain_key_unknown"),
    ],
)
def test_faults_in_json_have_their_line(text: str, line: int, code: str):
    assert ("x.json", line, code) in faults(text.encode(), "json")


def test_json_numbers_and_escapes_are_read():
    title = "\\u94fe\\ud83d\\ude00\\/"
    head = f'"id": "c", "title": "{title}", "title_en": "C", "stated": "2026-01-01", "root": ["a"], "note": null'
    segment = '"id": "c-a", "title": "a", "title_en": "A", "position": "upstream", "tier": 3, "group": "g"'
    text = f'{{"chain": {{{head}}},\n\t"segments": [{{{segment}}}]}}'
    chain = loaded(text.encode(), "json", "x.json")
    assert (chain.title, chain.segments[0].tier, chain.segments[0].line) == ("链😀/", 3, 2)
    assert json.loads(written(chain, "json"))["chain"]["title"] == "链😀/"
