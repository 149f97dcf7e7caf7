"""What decides a clause: its hash changes when that does, and with nothing else."""

import re
from datetime import date
from pathlib import Path

import pytest
from tests.engine.stream.runs_kit import AS_OF, SCHEMA, coverage, write_pack

from yanlian.engine.dossier import Coverage, Delivery
from yanlian.engine.policy import Evaluator, load_packs
from yanlian.engine.stream.components import clause_hashes, components

ONE, TWO, THREE = "T-2025-01", "T-2025-02", "T-2025-03"


def hashes(folder, delivered=None, as_of=AS_OF):
    packs = load_packs([folder])
    clauses = Evaluator(packs, as_of).clauses
    return clause_hashes(clauses, packs.schema, delivered or coverage(), as_of, {})


@pytest.fixture
def changed(tmp_path):
    """The clauses whose hash differs after a change of the pack's text."""

    def by(pattern, new, file="t.yaml"):
        before, after = write_pack(tmp_path / "a" / "t"), write_pack(tmp_path / "b" / "t")
        text = (after / file).read_text("utf-8")
        found = re.sub(pattern, new, text, count=1, flags=re.S)
        assert found != text
        (after / file).write_text(found, "utf-8")
        old, new_hashes = hashes(before), hashes(after)
        return {one for one in old | new_hashes if old.get(one) != new_hashes.get(one)}

    return by


def test_a_parameter_touches_the_clauses_that_name_it_and_those_tied_to_them(changed):
    assert changed("value: 10%", "value: 11%") == {ONE, TWO}
    assert changed("value: 1万元", "value: 3万元") == {THREE}


def test_what_a_clause_says_touches_it(changed):
    assert changed("研发费用不低于2元", "研发费用达到2元") == {THREE}
    assert changed("amount: 10万元", "amount: 11万元") == {ONE, TWO}
    assert changed("(T-2025-03.*?department: )sci", r"\1tax") == {THREE}


def test_what_a_document_says_for_all_touches_all(changed):
    assert changed("valid_from: 2025-01-01", "valid_from: 2025-01-02") == {ONE, TWO, THREE}
    rule = "subject: [enterprise]\n  gates:\n    - {label: 有名称, when: 名称 != null}"
    assert changed(r"subject: \[enterprise\]", rule) == {ONE, TWO, THREE}


def test_layout_titles_and_worked_cases_touch_nothing(changed):
    assert changed("title: 定额奖励", "title: 定额奖励办法") == set()
    assert changed("研发费用一百万元以上，定额奖励。", "研发费用100万元以上的，定额奖励。") == set()
    assert changed("parameters:", "\n\n# 参数\nparameters:") == set()
    assert changed("name: 例", "name: 又一例") == set()


def test_a_definition_counts_through_what_names_it(changed):
    more = "definitions:\n  门槛: 底数 * 2\n  底数: 1元\n  旁的: 5元\nclauses:"
    with_names = "(.*)clauses:(.*)>= 2元'"
    assert changed(with_names, rf"\1{more}\2>= 门槛'") == {THREE}


def test_a_change_behind_two_definitions_is_seen(tmp_path):
    def pack(name, base, aside):
        folder = write_pack(tmp_path / name / "t")
        text = (folder / "t.yaml").read_text("utf-8").replace(">= 2元'", ">= 门槛'")
        names = f"definitions:\n  门槛: 底数 * 2\n  底数: {base}元\n  旁的: {aside}元\nclauses:"
        (folder / "t.yaml").write_text(text.replace("clauses:", names, 1), "utf-8")
        return hashes(folder)

    first = pack("a", 1, 5)
    assert pack("b", 1, 6) == first
    second = pack("c", 2, 5)
    assert {one for one in first if first[one] != second[one]} == {THREE}


def test_deliveries_touch_the_clauses_that_read_their_records_up_to_the_day(tmp_path):
    folder = write_pack(tmp_path / "t")
    before = hashes(folder)
    later = Delivery("tax_year", date(2024, 1, 1), date(2026, 6, 30), complete=True)
    other = Delivery("patent", date(2024, 1, 1), AS_OF, complete=True)
    assert "patent" in SCHEMA.records
    partial = Delivery("tax_year", date(2020, 1, 1), AS_OF, complete=False)
    assert hashes(folder, Coverage([later, other, partial])) == before
    earlier = Delivery("tax_year", date(2023, 1, 1), AS_OF, complete=True)
    assert set(hashes(folder, Coverage([earlier])).values()).isdisjoint(before.values())


def test_another_day_touches_everything(tmp_path):
    folder = write_pack(tmp_path / "t")
    other = hashes(folder, as_of=date(2025, 12, 30))
    assert set(other.values()).isdisjoint(hashes(folder).values())


def test_in_the_packs_of_the_repository_only_tied_clauses_share_a_hash():
    folder = Path(__file__).parents[3] / "packs"
    packs = load_packs([folder / "laoshan", folder / "national"])
    clauses = Evaluator(packs, AS_OF).clauses
    found = clause_hashes(clauses, packs.schema, Coverage(), AS_OF, {})
    assert list(found) == [one.id for one in clauses]
    groups: dict[str, list[str]] = {}
    for clause, digest in found.items():
        groups.setdefault(digest, []).append(clause)
    assert sorted(groups.values()) == sorted(components(clauses))
    tied = [one.source.stacking.group for one in clauses if one.source.stacking]
    assert tied
    for group in set(tied):
        same = {found[o.id] for o in clauses if o.source.stacking and o.source.stacking.group == group}
        assert len(same) == 1


def test_an_exclusion_ties_its_clauses_and_touches_them_when_it_changes(tmp_path):
    def pack(name, per):
        folder = write_pack(tmp_path / name / "t")
        text = (folder / "t.yaml").read_text("utf-8")
        rule = f"exclusions:\n    - {{label: 不同享, not_together: [{ONE}, {THREE}], per: {per}}}\n  "
        (folder / "t.yaml").write_text(text.replace("subject:", f"{rule}subject:", 1), "utf-8")
        packs = load_packs([folder])
        return components(packs.clauses), hashes(folder)

    tied, year = pack("a", "year")
    _, life = pack("b", "life")
    assert [set(one) for one in tied] == [{ONE, TWO, THREE}]
    assert {one for one in year if year[one] != life[one]} == {ONE, TWO, THREE}
