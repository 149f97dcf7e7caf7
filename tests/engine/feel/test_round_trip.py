"""A tree printed and parsed again is the same tree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanlian.engine.feel import ast, parse, parse_unary_tests, print_expression
from yanlian.engine.feel.ast import Expression

NAMES = [
    "营业收入",
    "年报",
    "x",
    "y1",
    "上一年度 营业收入",
    "net - of tax",
    "不动产",
    "item",
    "?",
    "date and time",
    "in scope",
]
KNOWN = [name for name in NAMES if " " in name]
names = st.sampled_from(NAMES)
numbers = st.decimals(min_value=0, max_value=10**12, places=3).map(lambda d: ast.Number(d.normalize() + 0))
texts = st.text(max_size=12).filter(lambda t: not any(0xD800 <= ord(c) <= 0xDFFF for c in t))
types = st.recursive(
    st.sampled_from([ast.TypeName("number"), ast.TypeName("date and time"), ast.TypeName("Any")]),
    lambda inner: st.one_of(
        st.builds(ast.TypeOf, st.sampled_from(["list", "range"]), inner),
        st.builds(lambda t: ast.ContextType((ast.TypeEntry("a", t),)), inner),
        st.builds(lambda p, r: ast.FunctionType((p,), r), inner, inner),
    ),
    max_leaves=3,
)
leaves = st.one_of(
    numbers,
    st.builds(ast.String, texts),
    st.builds(ast.Boolean, st.booleans()),
    st.just(ast.Null()),
    st.builds(ast.Name, names),
    st.just(ast.At("2024-01-01")),
)


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, max_size=3).map(tuple)
    entries = st.lists(st.builds(ast.Entry, texts.filter(bool), inner), max_size=3, unique_by=lambda e: e.key).map(
        tuple
    )
    tests = st.lists(
        st.builds(ast.Test, st.sampled_from(["", "<", "<=", ">", ">=", "=", "!="]), inner), min_size=1, max_size=3
    ).map(tuple)
    turns = st.lists(
        st.builds(ast.Iteration, st.sampled_from(["i", "某项"]), inner, st.none() | inner), min_size=1, max_size=2
    ).map(tuple)
    parameters = st.lists(
        st.builds(ast.Parameter, st.sampled_from(["a", "b", "参数 一"]), st.none() | types),
        max_size=2,
        unique_by=lambda p: p.name,
    ).map(tuple)
    return st.one_of(
        st.builds(ast.ListLiteral, several),
        st.builds(ast.ContextLiteral, entries),
        st.builds(ast.RangeLiteral, inner, inner, st.booleans(), st.booleans()),
        st.builds(lambda e, c: ast.RangeLiteral(None, e, low_closed=False, high_closed=c), inner, st.booleans()),
        st.builds(lambda e, c: ast.RangeLiteral(e, None, low_closed=c, high_closed=False), inner, st.booleans()),
        st.builds(ast.Negate, inner),
        st.builds(ast.Arithmetic, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        st.builds(ast.Compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(ast.Logic, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(ast.Between, inner, inner, inner),
        st.builds(ast.In, inner, tests),
        st.builds(ast.InstanceOf, inner, types),
        st.builds(ast.If, inner, inner, inner),
        st.builds(ast.For, turns, inner),
        st.builds(ast.Quantified, st.sampled_from(["some", "every"]), turns, inner),
        st.builds(ast.Filter, inner, inner),
        st.builds(ast.Path, inner, st.sampled_from(["营业收入", "x", "time offset", "上一年度 营业收入"])),
        st.builds(lambda f, a: ast.Call(f, a), inner, several),
        st.builds(lambda f, e: ast.Call(f, (), e), inner, entries.filter(bool)),
        st.builds(lambda p, b, e: ast.FunctionDefinition(p, b, external=e), parameters, inner, st.booleans()),
    )


trees = st.recursive(leaves, grown, max_leaves=8)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees)
def test_printing_and_parsing_gives_the_same_tree(tree: Expression):
    text = print_expression(tree)
    assert parse(text, names=KNOWN) == tree, text
    assert print_expression(parse(text, names=KNOWN)) == text


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.builds(ast.Test, st.sampled_from(["", "<", ">=", "="]), trees), min_size=1, max_size=3), st.booleans()
)
def test_unary_tests_come_back(tests: list[ast.Test], negated: bool):
    tree = ast.UnaryTests(tuple(tests), negated=negated)
    assert parse_unary_tests(print_expression(tree), names=KNOWN) == tree


@pytest.mark.parametrize(
    ("written", "plain", "value"),
    [
        ("2000万元", "20000000", "20000000"),
        ("0.5亿元", "50000000", "50000000"),
        ("50万", "500000", "500000"),
        ("3亿", "300000000", "300000000"),
        ("1000元", "1000", "1000"),
        ("30%", "0.30", "0.30"),
        ("1.25%", "0.0125", "0.0125"),
        ("1.2万亿元", "1200000000000", "1200000000000"),
    ],
)
def test_amounts_keep_their_spelling_and_have_a_plain_one(written: str, plain: str, value: str):
    tree = parse(written, units=True)
    assert isinstance(tree, ast.Number)
    assert tree.value == Decimal(value)
    assert print_expression(tree) == written
    assert print_expression(tree, plain=True) == plain
    assert parse(print_expression(tree, plain=True)) == tree
