"""What goes in and comes out: normalisation, lazy contexts, functions from outside, warnings."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext

import pytest

from yanlian.engine.feel import (
    DateTime,
    DaysTime,
    FeelError,
    Function,
    IncompleteList,
    Missing,
    Unknown,
    YearsMonths,
    compile_expression,
    from_feel,
    to_feel,
    type_name,
)
from yanlian.engine.feel.compiled import FeelWarning


class Row(Mapping[str, object]):
    """A context that fetches its entries when asked."""

    def __init__(self, entries: dict[str, object]) -> None:
        self.entries = entries
        self.asked: list[str] = []

    def __getitem__(self, key: str) -> object:
        self.asked.append(key)
        return self.entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def test_any_mapping_is_a_context_and_only_what_is_read_is_fetched():
    row = Row({"营业收入": 300, "研发费用": 30, "专利": [Row({"类型": "发明"}), Row({"类型": "外观"})]})
    compiled = compile_expression('年报.研发费用 / 年报.营业收入 >= 0.1 and count(年报.专利[类型 = "发明"]) = 1')
    assert compiled.evaluate({"年报": row}) is True
    assert row.asked == ["研发费用", "营业收入", "专利"]
    assert compile_expression('get value(年报, "营业收入")').evaluate({"年报": row}) == 300
    assert compile_expression("年报 = {a: 1}").evaluate({"年报": Row({"a": 1})}) is True


def test_integers_become_decimals_and_floats_are_refused():
    assert type(compile_expression("x").evaluate({"x": 3})) is Decimal
    assert compile_expression("x[1] + x[2]").evaluate({"x": [1, 2]}) == 3
    for bad in (0.1, [0.1], {"a": 0.1}):
        with pytest.raises(FeelError) as refused:
            to_feel(bad)
        assert refused.value.code == "feel_float"
    with pytest.raises(FeelError) as refused:
        compile_expression("x + 1").evaluate({"x": 0.1})
    assert refused.value.code == "feel_float"
    with pytest.raises(FeelError):
        to_feel(object())


def test_the_context_of_the_thread_does_not_matter():
    with localcontext() as context:
        context.prec = 3
        assert compile_expression("a / 3").evaluate({"a": 1}) == Decimal("0." + "3" * 34)
        assert compile_expression("-a").evaluate({"a": Decimal("1.23456789")}) == Decimal("-1.23456789")
        assert compile_expression("round up(a, 5)").evaluate({"a": Decimal("1.234561")}) == Decimal("1.23457")


def test_python_values_and_back():
    moment = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
    assert isinstance(to_feel(moment), DateTime)
    assert from_feel(to_feel(moment)) == moment
    assert to_feel(timedelta(days=1, hours=2)) == DaysTime.of(days=1, hours=2)
    assert from_feel(DaysTime.of(hours=3)) == timedelta(hours=3)
    assert from_feel(DaysTime.of(days=10**12)) == DaysTime.of(days=10**12)
    assert from_feel(Decimal("5.00")) == 5
    assert from_feel([Decimal("1.5"), {"a": Decimal(2)}]) == [Decimal("1.5"), {"a": 2}]
    assert to_feel((1, 2)) == [1, 2]
    values = [Decimal(1), "a", True, None, date(2024, 1, 1), [], {}]
    assert [type_name(value) for value in values] == ["number", "string", "boolean", "Null", "date", "list", "context"]
    assert type_name(YearsMonths(1)) == "years and months duration"
    assert type_name(Unknown()) == "unknown"


def test_functions_from_outside():
    functions = {"加 倍": lambda x: x * 2, "首个": Function("首个", ("列表",), lambda xs: xs[0])}
    assert compile_expression("加 倍(x)", functions=functions).evaluate({"x": 2}) == 4
    assert compile_expression("首个(列表: [7, 8])", functions=functions).evaluate({}) == 7
    lack = Unknown(frozenset({Missing("a", "b")}))
    assert compile_expression("加 倍(x)", functions=functions).evaluate({"x": lack}) == lack
    assert compile_expression("f(1)", names=["f"]).evaluate({"f": lambda x: x + 1}) == 2
    today = {"today": lambda: date(2024, 5, 1)}
    assert compile_expression("today().year", functions=today).evaluate({}) == 2024


def test_functions_defined_in_the_language_remember_their_surroundings():
    text = "{税率: 0.1, 税: function(x) x * 税率, 结果: for x in [100, 200] return 税(x)}.结果"
    assert compile_expression(text).evaluate({}) == [10, 20]
    assert compile_expression("{加: function(a) function(b) a + b, 结果: 加(1)(2)}.结果").evaluate({}) == 3


def test_a_null_has_a_reason():
    warnings: list[FeelWarning] = []
    compile_expression('年报.利润 + 1 > 0 or "a" < 1').evaluate({"年报": {}}, warnings=warnings)
    assert [(w.code, w.column) for w in warnings][:2] == [("feel_entry_missing", 1), ("feel_operands", 1)]
    assert warnings[0].data == {"name": "利润"}
    missing: list[FeelWarning] = []
    assert compile_expression("营业收入").evaluate({}, warnings=missing) is None
    assert missing[0].code == "feel_variable_missing"


def test_a_result_does_not_change_what_was_compiled():
    compiled = compile_expression("[1, 2]")
    first = compiled.evaluate({})
    assert isinstance(first, list)
    first.append(3)
    assert compiled.evaluate({}) == [1, 2]


def test_unknowns_travel_between_processes():
    lack = Unknown(frozenset({Missing("营业收入", "统计局", "2024")}), Decimal(1))
    assert pickle.loads(pickle.dumps(lack)) == lack
    incomplete = pickle.loads(pickle.dumps(IncompleteList([1], [2], lack.missing, bounded=True)))
    assert (list(incomplete), incomplete.maybe, incomplete.missing, incomplete.bounded) == (
        [1],
        [2],
        lack.missing,
        True,
    )
