"""Which arguments each built-in takes: by place, by name, too few, too many, of the wrong kind, null."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from yanlian.engine.feel import compile_expression
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.builtins.convert import text_of
from yanlian.engine.feel.frame import FeelWarning
from yanlian.engine.feel.vocabulary import BUILTIN_NAMES

CALLS = yaml.safe_load(Path(__file__).with_name("builtin_arguments.yaml").read_text("utf-8"))
# These say null where the standard has no reason to give.
SILENT = {"string(null)", "not(null)", "not(1)", 'not("true")'}


@pytest.mark.parametrize("line", CALLS["taken"].splitlines())
def test_arguments_are_taken_by_place_and_by_name(line: str):
    text, _, expected = line.rpartition(" |")
    assert text_of(compile_expression(text).evaluate({})) == expected.strip()


@pytest.mark.parametrize("text", CALLS["not_taken"].splitlines())
def test_arguments_that_do_not_fit_give_null_with_a_reason(text: str):
    reasons: list[FeelWarning] = []
    assert compile_expression(text).evaluate({}, warnings=reasons) is None
    if text not in SILENT:
        assert reasons
        assert reasons[0].code.startswith("feel_")


def test_names_of_several_words_are_those_of_the_functions():
    assert sorted(BUILTIN_NAMES) == sorted(name for name in FUNCTIONS if " " in name)
