"""The review of chains: circles, orphans, missing sources, stale days, shared names, direction, answers."""

from __future__ import annotations

import re
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.chain.template.chain_text import SMALL

from yanlian.engine.chain.template.check import check_chain, cycles, years_before
from yanlian.engine.chain.template.finding import Finding
from yanlian.engine.chain.template.model import Chain, Edge, Segment
from yanlian.engine.chain.template.read import read_chain

TODAY = date(2026, 11, 23)


def found(folder: Path, text: str, day: date = TODAY) -> list[Finding]:
    file = folder / "kite.yaml"
    file.write_text(text, "utf-8")
    return list(check_chain(read_chain(file), day))


def worth(those: list[Finding]) -> list[tuple[int, str, str]]:
    """What is more than a hint: line, severity and code."""
    return [(one.line, one.severity, one.code) for one in those if one.severity != "hint"]


def test_nothing_more_than_hints_is_said_of_a_sound_chain(tmp_path: Path):
    those = found(tmp_path, SMALL)
    assert worth(those) == []
    assert [(one.at, one.code) for one in those] == [
        ("", "chain_no_core"),
        ("kite-paper", "chain_group_no_english"),
        ("kite-frame", "chain_no_industries"),
        ("kite-frame", "chain_no_products"),
        ("kite-making", "chain_group_no_english"),
        ("kite-making", "chain_no_output"),
    ]


MORE = """\
  - id: kite-sale
    title: 销售
    title_en: Sale
    position: downstream
    tier: 1
    group: 销售
    products: [零售]
    industries: ['5249']
    sources: [S1]
edges:
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    sources: [S1]\nedges:", "edges:", (29, "warning", "chain_segment_unsourced")),
        ("骨架, essential: 2, sources: [S1]", "骨架, essential: 2", (40, "warning", "chain_edge_unsourced")),
        ("stated: 2024-05-01", "stated: 2019-01-01", (39, "warning", "chain_edge_stale")),
        ("stated: 2026-11-01", "stated: 2026-11-24", (0, "error", "chain_ahead")),
        ("confidence: B}\n  -", "confidence: A}\n  -", (39, "warning", "chain_confidence")),
        ("edges:\n", MORE, (38, "warning", "chain_orphan")),
        ("products: [风筝成品]", "products: [宣 纸]", (29, "warning", "chain_product_twice")),
        ("products: [风筝成品]", "products: [生宣]", (29, "warning", "chain_alias_clash")),
        ("title: 骨架", "title: 纸绢", (22, "warning", "chain_title_twice")),
        ("root: [风筝, 纸鸢]", "root: []", (0, "warning", "chain_no_root")),
        ("  note: 例", "  core_industries: ['24']", (0, "warning", "chain_core_wide")),
        ("  note: 例", "  core_industries: ['6513']", (0, "warning", "chain_core_idle")),
        ("from: kite-paper, to: kite-making", "from: kite-making, to: kite-paper", (39, "warning", "chain_edge_back")),
        ("  note: 例", "  accepted: [{finding: chain_orphan, because: x}]", (7, "warning", "chain_answer_idle")),
        ("  note: 例", "  groups: {材料: Materials}", (29, "warning", "chain_group_no_english")),
        ("  note: 例", "  groups: {材料: Materials, 制造: Making, 包装: Packing}", (0, "warning", "chain_group_idle")),
        ("  note: 例", "  cycles_ok: 无", (0, "warning", "chain_answer_idle")),
    ],
)  # fmt: skip
def test_a_finding_stands_at_its_line(tmp_path: Path, old: str, new: str, expected: tuple[int, str, str]):
    assert old in SMALL
    those = found(tmp_path, SMALL.replace(old, new, 1))
    assert expected in worth(those)
    one = next(one for one in those if one.code == expected[2])
    assert "{" not in one.text("zh") + one.text("en")
    assert not re.search(r"“-”|[ (]-[ .,]", one.text("en"))


def test_a_core_industry_may_be_wider_or_narrower_than_the_code_of_a_segment(tmp_path: Path):
    text = SMALL.replace("  note: 例", "  core_industries: ['245', '2221']")
    assert [one.code for one in found(tmp_path, text) if "core" in one.code] == []


def test_an_old_chain_is_stale_on_the_day_after_its_years(tmp_path: Path):
    text = SMALL.replace("stated: 2026-11-01", "stated: 2026-11-01\n  stale_years: 2")
    edges = {(40, "warning", "chain_edge_stale"), (41, "warning", "chain_edge_stale")}
    assert worth(found(tmp_path, text, date(2026, 11, 1))) == sorted(edges)
    assert (0, "warning", "chain_stale") not in worth(found(tmp_path, text, date(2028, 11, 1)))
    assert (0, "warning", "chain_stale") in worth(found(tmp_path, text, date(2028, 11, 2)))


def test_years_before_a_leap_day():
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
    assert years_before(date(2024, 2, 29), 4) == date(2020, 2, 29)


CIRCLE = SMALL + "  - {from: kite-making, to: kite-frame, product: 边角竹料, essential: 0, sources: [S1]}\n"


def test_a_circle_is_told_as_its_segments_and_may_be_answered(tmp_path: Path):
    one = next(one for one in found(tmp_path, CIRCLE) if one.code == "chain_cycle")
    assert one.refusal.data["found"] == "kite-frame → kite-making → kite-frame"
    assert not one.accepted
    answered = CIRCLE.replace("  note: 例", "  cycles_ok: 余料回用")
    one = next(one for one in found(tmp_path, answered) if one.code == "chain_cycle")
    assert one.accepted == "余料回用"
    assert "余料回用" in one.line_text("zh")


def test_a_warning_is_answered_where_it_is_and_nowhere_else(tmp_path: Path):
    answer = "  accepted: [{finding: chain_edge_back, at: kite-making>kite-frame, because: 余料}]"
    those = found(tmp_path, CIRCLE.replace("  note: 例", answer))
    assert {one.code: one.accepted for one in those if one.severity == "warning"} == {
        "chain_edge_back": "余料",
        "chain_cycle": "",
    }
    elsewhere = found(tmp_path, CIRCLE.replace("  note: 例", answer.replace(">kite-frame", ">kite-paper")))
    assert {one.code: one.accepted for one in elsewhere if one.severity == "warning"} == {
        "chain_edge_back": "",
        "chain_cycle": "",
        "chain_answer_idle": "",
    }


def slow_circles(nodes: int, edges: set[tuple[int, int]]) -> dict[frozenset[int], int]:
    """Sets of nodes that reach each other, by closing the relation; with the length of the shortest circle through the
    first node, by trying all orders."""
    reach = set(edges)
    for middle in range(nodes):
        reach |= {(a, b) for a in range(nodes) for b in range(nodes) if {(a, middle), (middle, b)} <= reach}
    sets = {frozenset(b for b in range(nodes) if (a, b) in reach and (b, a) in reach) for a in range(nodes)}
    shortest = {}
    for one in sets - {frozenset()}:
        first, *rest = sorted(one)
        shortest[one] = min(
            size + 1
            for size in range(1, len(rest) + 1)
            for way in permutations(rest, size)
            if all(step in edges for step in zip((first, *way), (*way, first), strict=True))
        )
    return shortest


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda e: e[0] != e[1]), max_size=12))
def test_circles_are_those_of_a_slow_search(edges: set[tuple[int, int]]):
    segments = tuple(Segment(f"s{n}", f"段{n}", f"S{n}", "upstream", 1, "组") for n in range(5))
    chain = Chain("s", "链", "C", TODAY, ("链",), segments, tuple(Edge(f"s{a}", f"s{b}", "物", 0) for a, b in edges))
    told = list(cycles(chain))
    for circle, _ in told:
        numbers = [int(name[1:]) for name in circle]
        assert all(step in edges for step in zip(numbers, [*numbers[1:], numbers[0]], strict=True))
    oracle = slow_circles(5, edges)
    assert sorted((len(circle), size) for circle, size in told) == sorted((n, len(one)) for one, n in oracle.items())
