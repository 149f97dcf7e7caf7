"""A tree printed and parsed again is the same tree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanlian.engine.feel import ast, parse, parse_unary_tests, print_expression
from yanlian.engine.feel.ast import Expression
from yanlian.engine.feel.names import needs_telling

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
    "date",
    "time",
    "date of birth",
    "if only",
    "rate in percent",
    "a",
    "a+b",
    "x/y",
    "it's",
    "first-name",
    "R&D 费用",
    "税率（%）",
    "v1.5 total",
]
KNOWN = [name for name in NAMES if needs_telling(name)]
TYPES = ["客户 类型", "lib.t Loan"]
names = st.sampled_from(NAMES)
numbers = st.decimals(min_value=0, max_value=10**12, places=3).map(lambda d: ast.Number(d.normalize() + 0))
texts = st.text(max_size=12).filter(lambda t: not any(0xD800 <= ord(c) <= 0xDFFF for c in t))
types = st.recursive(
    st.sampled_from([ast.TypeName(name) for name in ("number", "date and time", "Any", "own", "list", *TYPES)]),
    lambda inner: st.one_of(
        st.builds(ast.TypeOf, st.sampled_from(["list", "range"]), inner),
        st.builds(
            lambda n, t: ast.ContextType((ast.TypeEntry(n, t),)), st.sampled_from(["a", "a b", "a:b", "if"]), inner
        ),
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
    st.builds(ast.At, st.sampled_from(["2024-01-01", "P1D", 'odd "text"', ""])),
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
        st.builds(
            ast.Path,
            inner,
            st.sampled_from(["营业收入", "x", "time offset", "上一年度 营业收入", "a", "a+b", "then", "R&D 费用"]),
        ),
        st.builds(lambda f, a: ast.Call(f, a), inner, several),
        st.builds(lambda f, e: ast.Call(f, (), e), inner, entries.filter(bool)),
        st.builds(lambda p, b, e: ast.FunctionDefinition(p, b, external=e), parameters, inner, st.booleans()),
    )


trees = st.recursive(leaves, grown, max_leaves=8)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees)
def test_printing_and_parsing_gives_the_same_tree(tree: Expression):
    text = print_expression(tree, names=KNOWN)
    again = parse(text, names=KNOWN, types=TYPES)
    assert again == tree, text
    assert print_expression(again, names=KNOWN) == text


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_every_kind_of_node_is_tried():
    tried = {ast.UnaryTests}

    @settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(trees)
    def collect(tree: Expression) -> None:
        tried.update(type(node) for node, _ in ast.walk(tree))

    collect()
    kinds = {kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.Node)}
    # Types with allowed values come from DMN models, never from text.
    assert kinds - tried == {ast.Node, ast.Restricted}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.builds(ast.Test, st.sampled_from(["", "<", ">=", "="]), trees), min_size=1, max_size=3), st.booleans()
)
def test_unary_tests_come_back(tests: list[ast.Test], negated: bool):
    tree = ast.UnaryTests(tuple(tests), negated=negated)
    assert parse_unary_tests(print_expression(tree, names=KNOWN), names=KNOWN, types=TYPES) == tree


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


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("(date) and time", ()),
        ('date and time("2024-01-01T00:00:00")', ()),
        ("(a) - b", ("a - b",)),
        ("a - b", ("a - b",)),
        ("(x.a) - b", ("a - b",)),
        ("(x) in (y)", ("x in y",)),
        ("[(a), b]", ("a, b",)),
        ("(a).b", ("a.b",)),
        ("a.b", ("a.b",)),
    ],
)
def test_a_known_name_never_swallows_an_operator_of_what_is_printed(written: str, names: tuple[str, ...]):
    tree = parse(written, names=names)
    text = print_expression(tree, names=names)
    assert text == written
    assert parse(text, names=names) == tree


def test_numbers_with_units_come_back_with_them():
    for text in ("2000万元 + 3亿 * 30%", "[1万..2万]", "x in (> 50万元)", "if a > 3% then 1元 else 0.5万亿元"):
        tree = parse(text, units=True)
        assert parse(print_expression(tree), units=True) == tree
        assert print_expression(tree).count("万") == text.count("万")
        assert parse(print_expression(tree, plain=True)) == tree
