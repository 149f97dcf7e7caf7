"""The rules of a table found by an index are those found one after the other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from yanlian.engine.feel import ast
from yanlian.engine.feel.compile_tests import compile_tests
from yanlian.engine.feel.compiled import compile_expression
from yanlian.engine.feel.compiler import compile_node
from yanlian.engine.feel.dmn.table_index import TableIndex, asks_only_its_input
from yanlian.engine.feel.frame import Frame, Meter
from yanlian.engine.feel.hit_policies import POLICIES, Column, Rule, Rules
from yanlian.engine.feel.parser import parse_unary_tests
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.values import FeelWarning

CELLS = ["", "< 5", "> -3", "[1..7)", "(3..9]", "1, 2, 3", '"a"', '"a", "b"', "true", "false", "null", '@"2024-01-01"']
VALUES = st.one_of(
    st.decimals(-5, 10, places=1), st.sampled_from(["a", "b", ""]), st.booleans(), st.none(), st.just(date(2024, 1, 1))
)


def unit() -> Unit:
    made = Unit({}, frozenset(), {}, "", strict=False, compile=lambda n, s: compile_node(made, n, s), builtin={})
    return made


def rule(cells: tuple[str, ...], output: str) -> Rule:
    trees = [parse_unary_tests(cell) if cell else ast.UnaryTests(()) for cell in cells]
    assert all(map(asks_only_its_input, trees))
    scope = Scope(None, {"?": Binding(0)})
    tests = tuple(compile_tests(unit(), tree.tests, scope) if tree.tests else None for tree in trees)
    return Rule(tests, (compile_expression(output).run,))


@settings(max_examples=150, deadline=None)
@for_all(
    st.sampled_from(POLICIES),
    st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS), st.sampled_from("123")), min_size=1, max_size=8),
    st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6),
)
def test_an_index_gives_the_result_and_reasons_of_asking_row_by_row(policy, rows, inputs):
    rules = tuple(rule((a, b), output) for a, b, output in rows)
    table = Rules((Column("", (Decimal(2), Decimal(1), Decimal(3))),), rules, policy)
    index = TableIndex(rules)
    for values in [*inputs, *inputs]:
        said: list[FeelWarning] = []
        expected = table.decide(Frame({}, [None], said, Meter(1_000, "")), values)
        heard: list[FeelWarning] = []
        frame = Frame({}, [None], heard, Meter(1_000, ""))
        fired = index.fired(frame, values)
        assert fired is not None
        assert policy == "F" or tuple(fired) == expected.fired
        assert (table.result(frame, fired), heard) == (expected.value, said)


def test_lists_and_contexts_have_no_place_in_an_index():
    index = TableIndex([rule(("1",), "1")])
    assert index.fired(Frame({}, [None], None, Meter(10, "")), [[Decimal(1)]]) is None


@pytest.mark.parametrize("cell", ["x", "? > 1", "< f(1)", "not(y)", "[a..b]", "1, x", '-"a"', '@"nonsense"', "1 + 1"])
def test_a_cell_that_asks_more_than_its_input_is_not_indexed(cell):
    assert not asks_only_its_input(parse_unary_tests(cell))
