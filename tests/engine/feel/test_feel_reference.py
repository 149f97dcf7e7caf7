"""The reference page is that of the code, and says nothing that is not so."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from yanlian.engine.feel import compile_expression
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.compare import equal
from yanlian.engine.feel.frame import FeelWarning

ROOT = Path(__file__).resolve().parents[3]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("feel_page", ROOT / "tools" / "feel.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGE = load()
ENTRIES = {name: entry for room in PAGE.entries().values() for name, entry in room.items()}
EXAMPLES = [(name, example) for name, entry in ENTRIES.items() for example in entry["examples"].splitlines()]
# Null is the answer here, not a failure: no reason is given.
LOGIC = {"string(null)", "not(null)", "all([true, null])", "any([false, null])"}
PROPERTIES = re.findall(r"`([^`]+ = [^`]+)`", PAGE.PROPERTIES)


def holds(example: str) -> bool:
    """Whether "expression = value" or "expression is null" is so, and null has its reason."""
    if example.endswith(" is null"):
        reasons: list[FeelWarning] = []
        text = example.removesuffix(" is null")
        found = compile_expression(text).evaluate({}, warnings=reasons)
        return found is None and (bool(reasons) or text in LOGIC)
    left, _, right = example.rpartition(" = ")
    return equal(compile_expression(left).evaluate({}), compile_expression(right).evaluate({})) is True


def test_the_page_is_the_one_the_tool_writes():
    assert (ROOT / "docs" / "reference" / "feel.md").read_text("utf-8") == PAGE.page()


def test_every_built_in_is_on_the_page_and_nothing_else():
    assert sorted(ENTRIES) == sorted(FUNCTIONS)


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_of_a_function_is_so(name: str, example: str):
    assert name + "(" in example
    assert holds(example)


@pytest.mark.parametrize("example", PROPERTIES)
def test_every_example_of_a_property_is_so(example: str):
    assert holds(example)


def test_every_function_has_meaning_and_example_in_both_languages():
    for name, entry in ENTRIES.items():
        assert entry["examples"], name
        assert re.search(r"[\u4e00-\u9fff]", entry["zh"]), name
        assert entry["en"].endswith("."), name
