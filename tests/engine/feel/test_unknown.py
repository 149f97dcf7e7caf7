"""The rules of what nobody delivered: unknown facts, bounds, lists with maybe members."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from yanlian.engine.feel import IncompleteList, Missing, Unknown, compile_expression, compile_unary_tests

REVENUE = Missing("营业收入", "统计局", "2024")
STAFF = Missing("从业人数", "人社局")
U = Unknown(frozenset({REVENUE}))
V = Unknown(frozenset({STAFF}))
FOUNDED_EARLY = Unknown(frozenset({Missing("成立日期", "市场监管局")}), high=date(2019, 12, 31))
BETWEEN = Unknown(frozenset({STAFF}), Decimal(10), Decimal(20))


def value(text: str, **variables: object) -> object:
    return compile_expression(text, names=variables).evaluate({"u": U, "v": V, **variables})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("u > 1 and false", False),
        ("false and u > 1", False),
        ("u > 1 or true", True),
        ("true or u > 1", True),
        ("u > 1 and null", U),
        ("u > 1 and true", U),
        ("u > 1 or false", U),
        ("u > 1 or null", U),
        ("null and false", False),
        ("null or true", True),
        ("null and true", None),
        ("null or false", None),
        ("not(u)", U),
        ("u and v", Unknown(frozenset({REVENUE, STAFF}))),
        ("u = u", U),
        ("u = null", U),
        ("u + 1", U),
        ("-u", U),
        ("if u > 1 then 1 else 1", U),
        ("if true then 1 else u", 1),
        ("u.营业收入", U),
        ("string length(u)", U),
        ("u in (1, 2)", U),
        ("u between 1 and 2", U),
        ("1 between 5 and u", False),
        ("u instance of number", U),
        ("sum([1, u])", U),
        ("min(1, u)", U),
        ("count([1, u])", 2),
        ("list contains([1, u], 1)", True),
        ("list contains([1, u], 2)", U),
        ("some x in [1, u] satisfies x = 1", True),
        ("some x in [1, u] satisfies x = 2", U),
        ("every x in [1, u] satisfies x = 2", False),
        ("every x in [1, u] satisfies x = 1", U),
        ("some x in u satisfies x = 1", U),
        ("any([true, u])", True),
        ("all([false, u])", False),
        ("all([true, u])", U),
        ("[1, u] = [1, 2]", U),
        ("[1, u] = [2, 2]", False),
        ("{a: u, b: 1}.b", 1),
        ("is known(u)", False),
        ("is known([1, u])", False),
        ("已知(u)", False),
        ("已知(null)", True),
        ("已知(u) or u > 1", U),
    ],
)
def test_what_depends_on_a_missing_fact_is_unknown_unless_logic_decides(text: str, expected: object):
    assert value(text) == expected


def test_bounds_decide_when_they_can():
    facts = {"成立": FOUNDED_EARLY, "n": BETWEEN}
    assert value('成立 >= @"2024-01-01"', **facts) is False
    assert value('成立 < @"2020-01-01"', **facts) is True
    assert value('成立 = @"2024-01-01"', **facts) is False
    assert isinstance(value('成立 >= @"2019-01-01"', **facts), Unknown)
    assert value("n >= 10 and n <= 20", **facts) is True
    assert value("n > 20 or n < 10", **facts) is False
    assert value("n in [1..30]", **facts) is True
    assert value("n in (30, 40)", **facts) is False
    assert isinstance(value("n = 15", **facts), Unknown)
    assert value("n + 1", **facts) == V


def test_a_filter_keeps_apart_what_is_certain_and_what_may_be():
    loans = [{"余额": Decimal(5)}, {"余额": U}, {"余额": Decimal(1)}, {"余额": None}]
    found = value("贷款[余额 > 3]", 贷款=loans)
    assert isinstance(found, IncompleteList)
    assert list(found) == [loans[0]]
    assert found.maybe == [loans[1]]
    assert found.missing == {REVENUE}
    assert value("贷款[余额 > 3][余额 > 4].余额", 贷款=loans) == [5]
    assert type(value("贷款[余额 > 3 and false]", 贷款=loans)) is list
    counted = value("count(贷款[余额 > 3])", 贷款=loans)
    assert isinstance(counted, Unknown)
    assert counted.low == 1
    assert value("count(贷款[余额 > 3]) >= 1", 贷款=loans) is True
    assert isinstance(value("sum(贷款[余额 > 3].余额)", 贷款=loans), Unknown)
    assert isinstance(value("贷款[余额 > 3][1]", 贷款=loans), Unknown)
    assert isinstance(value("贷款[余额 > 3] = []", 贷款=loans), Unknown)
    assert value("some x in 贷款[余额 > 3] satisfies x.余额 = 5", 贷款=loans) is True
    assert value("list contains(贷款[余额 > 3].余额, 5)", 贷款=loans) is True
    doubled = value("for x in 贷款[余额 > 3] return x.余额 * 2", 贷款=loans)
    assert isinstance(doubled, IncompleteList)
    assert list(doubled) == [10]


def test_a_list_delivered_in_part():
    patents = IncompleteList([{"类型": "发明"}], [], [REVENUE])
    assert value('count(专利[类型 = "发明"]) >= 1', 专利=patents) is True
    assert isinstance(value('count(专利[类型 = "发明"]) >= 2', 专利=patents), Unknown)
    assert value('some p in 专利 satisfies p.类型 = "发明"', 专利=patents) is True
    assert isinstance(value('every p in 专利 satisfies p.类型 = "发明"', 专利=patents), Unknown)
    assert value('every p in 专利 satisfies p.类型 = "外观"', 专利=patents) is False
    complete = IncompleteList([{"类型": "发明"}], [], [], bounded=True)
    assert value("count(专利)", 专利=complete) == 1
    assert value("专利[1].类型", 专利=complete) == "发明"


def test_a_condition_that_may_be_a_number_leaves_the_result_open():
    assert isinstance(value("[1, 2][u]"), Unknown)
    assert value("[1, 2][n]", n=2) == 2
    assert value("[1, 2][-1]") == 2
    assert value("[1, 2][5]") is None


@pytest.mark.parametrize(
    ("tests", "given", "expected"),
    [
        ("-", U, True),
        ("> 5", U, U),
        ("1, 2", U, U),
        ("not(1)", U, U),
        ("null", U, U),
        ("> 5", BETWEEN, True),
        ("[30..40]", BETWEEN, False),
        ("not(30)", BETWEEN, True),
        ("> 5", Decimal(6), True),
        ("> 5, < 3", 4, False),
        ("not(> 5, < 3)", 4, True),
        ("> 5", None, None),
        ("null", None, True),
        ("? > 5 and ? < 8", 6, True),
        ('starts with(?, "软")', "软件", True),
        ('"软件", "芯片"', "芯片", True),
        ("> 门槛", 6, True),
        ("行业表", "软件", True),
    ],
)
def test_cells_of_tables(tests: str, given: object, expected: object):
    compiled = compile_unary_tests(tests)
    result = compiled.matches(given, {"门槛": 5, "行业表": ["软件"]})
    assert isinstance(result, Unknown) if isinstance(expected, Unknown) else result is expected
