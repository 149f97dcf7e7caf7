"""Words of `expect`: what is none is an error before any case is run; who pays which part can be said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import Data, clause, document, written

from yanlian.engine.policy import Fault, check_pack, load_packs, run_cases

DAY = date(2025, 12, 31)
STAGES = [{"label": "认定", "share": "50%"}, {"label": "验收", "share": "50%", "when": "false"}]
SHARED = {"cost_sharing": {"市": "50%", "县": "50%"}, "amount": "12.35元"}


def case(expect: object, **keys: object) -> Data:
    return {"name": "例", "as_of": DAY, "expect": expect, **keys}


@pytest.fixture
def errors(tmp_path: Path) -> Callable[..., list[Fault]]:
    """The errors of a pack with one case, of the clause or beside it."""

    def found(expect: object, *, level: str = "clause", **keys: object) -> list[Fault]:
        many = {"beneficiaries": [{"name": "甲", "facts": {}}]} if level == "together" else {}
        one = case(expect, **many)
        own = {"cases": [one]} if level == "clause" else {}
        around = {} if level == "clause" else {"cases": [one]}
        folder = written(tmp_path, document(clause(**own, **keys), **around))
        return [fault for fault in check_pack(folder) if fault.severity == "error"]

    return found


@pytest.mark.parametrize(
    ("level", "expect", "where", "word"),
    [
        ("clause", {"outcom": "eligible"}, "expect", "outcom"),
        ("clause", {"outcome": "eligable"}, "expect.outcome", "eligable"),
        ("clause", [{"matter": "1", "amout": 1}], "expect[]", "amout"),
        ("clause", {"returns": [{"matter": "1", "verdikt": "due"}]}, "expect.returns", "verdikt"),
        ("document", {"clause": {"T-01": 100}}, "expect", "clause"),
        ("document", {"clauses": {"T-02": 100}}, "expect.clauses", "T-02"),
        ("together", {"乙": {"T-01": 100}}, "expect", "乙"),
        ("together", {"甲": {"T-02": 100}}, "expect.甲", "T-02"),
        ("together", {"甲": {"T-01": {"rang": 1}}}, "expect.甲.T-01", "rang"),
    ],
)
def test_an_unknown_word_is_an_error_at_the_case_with_the_words_there_are(errors, level, expect, where, word):
    [fault] = errors(expect, level=level)
    assert fault.code == "pack_expect_word"
    assert (fault.refusal.data["where"], fault.refusal.data["found"]) == (where, word)
    assert fault.line > 0
    assert fault.clause == ("T-01" if level == "clause" else "")


def test_the_words_of_a_message_are_all_there_are(errors):
    [own] = errors({"shaers": {}})
    words = set(str(own.refusal.data["expected"]).split(" · "))
    assert {"outcome", "amount", "apply_by", "shares", "returns", "stages"} <= words
    assert own.refusal.data["nearest"] == "shares"
    [beside] = errors({"runnerup": 1}, level="document")
    assert beside.refusal.data["expected"] == "clauses · returns · runner_up · total"


@pytest.mark.parametrize(
    ("level", "expect"), [("clause", "eligible"), ("clause", ["1"]), ("document", 5), ("together", {"甲": 100})]
)
def test_what_is_no_expectation_is_refused_with_its_shape(errors, level, expect):
    assert [one.code for one in errors(expect, level=level)] == ["pack_value"]


def test_words_under_a_stage_are_held_against_the_same_list(errors):
    [fault] = errors({"stages": {"认定": {"amout": 50}}}, stages=STAGES)
    assert (fault.code, fault.clause, fault.refusal.data["nearest"]) == ("pack_expect_word", "T-01.1", "amount")
    assert [one.code for one in errors({"stages": {"认定": 50}})] == ["pack_expect_stages"]


def results(folder: Path, text: Data) -> list[str]:
    """What the failing cases of a pack say."""
    return [one.text("zh") for one in run_cases(load_packs([written(folder, text)])) if not one.passed]


def test_a_bare_amount_of_a_stage_is_eligible_with_it_and_a_bare_outcome_is_one(tmp_path):
    def told(first: object, second: object) -> list[str]:
        one = case({"stages": {"认定": first, "验收": second}})
        return results(tmp_path, document(clause(stages=STAGES, cases=[one])))

    assert told("50元", "not_eligible") == []
    assert told(50, {"outcome": "not_eligible"}) == []
    assert len(told("49元", "not_eligible")) == 1
    assert len(told("50元", 0)) == 1


def test_a_case_says_who_pays_which_part_to_the_fen(tmp_path):
    def told(shares: object) -> list[str]:
        one = case({"outcome": "eligible", "amount": 12.35, "shares": shares})
        return results(tmp_path, document(clause(cases=[one], **SHARED)))

    assert told({"市": "6.18", "县": "6.17元"}) == []
    assert len(told({"市": "6.17", "县": "6.18"})) == 1
    assert "shares 县" in told({"市": "6.18"})[0]
    assert "shares 省" in told({"市": "6.18", "县": "6.17", "省": 1})[0]


def test_shares_of_a_clause_that_nobody_shares_are_none(tmp_path):
    one = case({"shares": {"市": 100}})
    assert "应为 100" in results(tmp_path, document(clause(cases=[one])))[0]


def test_shares_can_be_said_of_each_of_several_beneficiaries(tmp_path):
    def told(shares: object) -> list[str]:
        one = case({"甲": {"T-01": {"shares": shares}}}, beneficiaries=[{"name": "甲", "facts": {}}])
        return results(tmp_path, document(clause(**SHARED), cases=[one]))

    assert told({"市": "6.18", "县": "6.17"}) == []
    assert len(told({"市": "6.18", "县": "6.16"})) == 1
