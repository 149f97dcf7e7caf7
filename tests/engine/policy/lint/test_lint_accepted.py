"""A pack answers its findings: shown, counted on their own, never silent."""

from __future__ import annotations

from pathlib import Path

from tests.engine.policy.lint.lint_examples import folder_of, reviewed

from yanlian.engine.policy.lint import review_folders
from yanlian.web.cli.check_report import counted

ANSWER = {"finding": "lint_no_article", "because": "原文没有条号"}


def test_an_answered_finding_is_still_shown_with_its_answer_and_counted_apart(tmp_path: Path):
    (found,) = reviewed(tmp_path, {"clause": {"article": None, "accepted": [ANSWER]}})
    assert found.code == "lint_no_article"
    assert found.accepted == "原文没有条号"
    assert found.line_text("zh").endswith("（已说明：原文没有条号）")
    assert counted([found]) == {"accepted": 1}


def test_a_document_answers_for_all_its_clauses(tmp_path: Path):
    clauses = [{"article": None}, {"article": None, "title": "另一条"}]
    found = reviewed(tmp_path, {"document": {"accepted": [ANSWER]}, "clauses": clauses})
    assert [fault.accepted for fault in found if fault.code == "lint_no_article"] == ["原文没有条号"] * 2


def test_an_answer_without_a_reason_or_to_an_unknown_code_is_a_fault(tmp_path: Path):
    found = reviewed(tmp_path / "a", {"clause": {"accepted": [{"finding": "lint_no_article"}]}})
    assert [fault.code for fault in found] == ["pack_key_missing"]
    found = reviewed(tmp_path / "b", {"clause": {"accepted": [{"finding": "lint_no_artikel", "because": "…"}]}})
    assert [fault.code for fault in found] == ["pack_word"]
    assert "lint_no_article" in found[0].text("en")


def test_faults_of_form_cannot_be_answered(tmp_path: Path):
    answer = {"finding": "pack_key_missing", "because": "不写了"}
    found = reviewed(tmp_path, {"clause": {"title": None, "accepted": [answer]}})
    assert [(fault.code, fault.accepted) for fault in found] == [("pack_key_missing", "")]


def test_a_warning_of_the_reader_can_be_answered_too(tmp_path: Path):
    answer = {"finding": "pack_no_cases", "because": "一事一议，没有可算的例子"}
    found = reviewed(tmp_path, {"clause": {"cases": None, "accepted": [answer]}})
    assert [(fault.code, bool(fault.accepted)) for fault in found] == [("pack_no_cases", True)]


def test_packs_that_cannot_be_read_together_are_each_looked_at_alone(tmp_path: Path):
    good, bad = folder_of(tmp_path / "a", {"clause": {"article": None}}), folder_of(tmp_path / "b", {"clause": {}})
    (bad / "d0.yaml").write_text("document: 1", encoding="utf-8")
    found = review_folders([good, bad])
    assert [fault.code for fault in found[good]] == ["lint_no_article"]
    assert all(fault.severity == "error" for fault in found[bad])


def test_an_answer_to_a_clause_of_another_pack_is_not_called_spare_while_that_pack_is_not_there(tmp_path: Path):
    answer = {"finding": "lint_double_event", "because": "另有分工"}
    assert reviewed(tmp_path, {"clause": {"accepted": [answer]}}) == []
