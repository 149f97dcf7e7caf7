"""The page of findings is complete and true: every code stands there with an example that produces it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.policy.lint.lint_examples import base, reviewed, sections

from yanlian.base.refusal import catalogue

EXAMPLES = sections()


def test_every_code_of_the_review_is_on_the_page_and_no_other():
    assert set(EXAMPLES) == {code for code in catalogue() if code.startswith("lint_")}


def test_every_finding_says_why_it_matters_and_what_to_do_in_both_languages():
    for code in EXAMPLES:
        entry = catalogue()[code]
        assert all(entry.get(key) for key in ("zh_why", "zh_do", "en_why", "en_do")), code


def test_the_pack_below_the_examples_has_no_finding(tmp_path: Path):
    assert [fault.line_text("en") for fault in reviewed(tmp_path, base() | {"clause": {}})] == []


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_example_of_a_code_produces_it_with_its_severity(tmp_path: Path, code: str):
    severity, example = EXAMPLES[code]
    found = reviewed(tmp_path, example)
    assert (code, severity) in {(fault.code, fault.severity) for fault in found}, [f.line_text("en") for f in found]
    assert all(fault.severity != "error" or fault.code == code for fault in found), [f.line_text("en") for f in found]
