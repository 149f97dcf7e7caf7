"""What is wrong with exclusions is told, with file, line and what comes nearest."""

from __future__ import annotations

import pytest
from tests.engine.policy.tiny_packs import clause, codes, document, written

from yanlian.engine.policy import check_pack, load_packs

EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
CLAUSES = [clause(id=one) for one in "ABC"] + [clause(id="Q", amount=None, gate_only=True)]


def faults(folder, *exclusions):
    rules = {"subject": ["enterprise"], "exclusions": [{"label": "规", **one} for one in exclusions]}
    return check_pack(written(folder, document(*CLAUSES, rules=rules)))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"not_together": ["A", "X"]}, "pack_clause_unknown"),
        ({"clause": "X", "only_without": ["A"]}, "pack_clause_unknown"),
        ({"not_together": ["A", "A"]}, "pack_exclusion_self"),
        ({"not_together": ["A", ["B", "A"]]}, "pack_exclusion_self"),
        # The document's id stands for all of its clauses.
        ({"clause": "A", "only_without": ["T"]}, "pack_exclusion_self"),
        ({"clause": "A", "only_with": ["A"]}, "pack_exclusion_self"),
        ({"not_together": ["A"]}, "pack_value"),
        ({"not_together": ["A", {"B": 1}, "C"]}, "pack_value"),
        ({"not_together": ["A", "B"], "only_with": ["C"]}, "pack_contradiction"),
        ({"not_together": ["A", "B"], "clause": "C"}, "pack_contradiction"),
        ({"clause": "A", "only_with": ["B"], "switch": True}, "pack_contradiction"),
        ({"only_without": ["B"]}, "pack_key_missing"),
        ({}, "pack_key_missing"),
        ({"not_together": ["A", "B"], "per": "day"}, "pack_word"),
        ({"not_togeter": ["A", "B"]}, "pack_key_unknown"),
        ({"not_together": ["A", "Q"]}, "pack_exclusion_no_money"),
        ({"clause": "Q", "only_with": ["A"]}, "pack_exclusion_no_money"),
    ],
)
def test_every_fault_has_its_code(tmp_path, rule, code):
    assert code in codes(faults(tmp_path, rule))


def test_an_unknown_id_names_the_rule_its_line_and_what_comes_nearest(tmp_path):
    pack = written(tmp_path, document(clause(id="XX-2025-01"), clause(id="B")))
    text = (pack / "d0.yaml").read_text("utf-8")
    added = "rules:\n  exclusions:\n  - label: 规\n    not_together: [XX-2025-1, B]\n"
    (pack / "d0.yaml").write_text(text.replace("rules:\n", added, 1), "utf-8")
    [fault] = [one for one in check_pack(pack) if one.severity == "error"]
    assert (fault.file, fault.code) == ("d0.yaml", "pack_clause_unknown")
    assert (pack / "d0.yaml").read_text("utf-8").splitlines()[fault.line - 1].strip() == "- label: 规"
    assert "XX-2025-01" in fault.text("en")


@pytest.mark.parametrize(
    ("rival", "need", "refused"),
    [("year", "year", True), ("life", "year", True), ("year", "life", False), ("matter", "year", False)],
)
def test_a_clause_that_needs_only_what_excludes_it_is_refused_where_scopes_say_so(tmp_path, rival, need, refused):
    rules = [{"not_together": ["A", "C"], "per": rival}, {"clause": "C", "only_with": ["A"], "per": need}]
    assert ("pack_exclusion_never" in codes(faults(tmp_path, *rules))) is refused


def test_a_clause_that_may_still_have_another_of_its_needs_is_not_refused(tmp_path):
    rules = [{"not_together": ["A", "C"]}, {"clause": "C", "only_with": ["A", "B"]}]
    assert codes(faults(tmp_path, *rules)) == []


def test_more_choices_than_can_be_searched_for_sure_are_refused_when_the_pack_is_read(tmp_path):
    clauses = [clause(id=f"K{n:02d}") for n in range(42)]
    pairs = [{"label": "规", "not_together": [f"K{n:02d}", f"K{n + 1:02d}"]} for n in range(41)]
    found = check_pack(written(tmp_path, document(*clauses, rules={"subject": ["enterprise"], "exclusions": pairs})))
    [fault] = [one for one in found if one.severity == "error"]
    assert fault.code == "pack_exclusion_large"
    assert "K00" in fault.text("zh")
    # Clauses that stand alike in all exclusions are one choice, however many they are.
    halves = {"label": "规", "not_together": [[f"K{n:02d}" for n in range(half, half + 21)] for half in (0, 21)]}
    folder = written(tmp_path, document(*clauses, rules={"subject": ["enterprise"], "exclusions": [halves]}))
    assert load_packs([folder]).clauses[0].exclusions[0].label == "规"


def test_an_id_of_a_pack_that_is_not_required_cannot_be_named(tmp_path):
    written(tmp_path, document(clause(id="N"), document={"id": "N-DOC"}), name="base")
    folder = written(tmp_path, document(*CLAUSES), exclusions=[{"label": "规", "not_together": ["A", "N"]}])
    assert codes(check_pack(folder)) == ["pack_clause_unknown"]


@pytest.mark.parametrize(
    ("per", "other", "warned"),
    [
        ("year", {"period": "once"}, True),
        ("life", {"period": "once"}, False),
        ("year", {"period": "上年"}, False),
        ("matter", {"event": EVENT}, True),
        ("year", {"event": EVENT}, False),
    ],
)
def test_clauses_that_never_stand_in_one_scope_are_warned_about(tmp_path, per, other, warned):
    rules = {"subject": ["enterprise"], "exclusions": [{"label": "规", "not_together": ["A", "B"], "per": per}]}
    found = check_pack(written(tmp_path, document(clause(id="A"), clause(id="B", **other), rules=rules)))
    assert ("pack_exclusion_apart" in codes(found, "warning")) is warned
