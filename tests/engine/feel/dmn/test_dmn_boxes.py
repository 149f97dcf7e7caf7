"""Boxed expressions: what each means, and when it is null."""

from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from tests.engine.feel.dmn.made import decision, evaluated, given, knowledge, literal, model, run


def table(policy: str, rows: list[tuple[str, ...]], outputs: list[str] | None = None, *, inputs: str = "x") -> str:
    """A decision table over one input; every row a test and its outputs."""
    names = outputs or [""]
    columns = "".join(f'<output name="{name}"/>' if name else "<output/>" for name in names)
    body = "".join(
        f"<rule><inputEntry><text>{escape(row[0])}</text></inputEntry>"
        + "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in row[1:])
        + "</rule>"
        for row in rows
    )
    clause = f"<input><inputExpression><text>{inputs}</text></inputExpression></input>"
    return f"<decisionTable {policy}>{clause}{columns}{body}</decisionTable>"


def entry(name: str, box: str, kind: str = "") -> str:
    ref = f' typeRef="{kind}"' if kind else ""
    variable = f'<variable name="{name}"{ref}/>' if name else ""
    return f"<contextEntry>{variable}{box}</contextEntry>"


def of(box: str, **inputs: object) -> object:
    names = "".join(given(name) for name in inputs)
    return run(model(names + decision("d", box, *(f"input:{name}" for name in inputs))), "d", inputs)


def test_a_context_gives_its_entries_or_its_result():
    entries = entry("a", literal("1")) + entry("b c", literal("a + 1"))
    assert of(f"<context>{entries}</context>") == {"a": 1, "b c": 2}
    assert of(f"<context>{entries}{entry('', literal('a + b c'))}</context>") == 3


def test_an_entry_that_does_not_fit_its_type_is_null_and_the_others_stand():
    entries = entry("a", literal('"x"'), "number") + entry("b", literal("[2]"), "number")
    assert of(f"<context>{entries}</context>") == {"a": None, "b": 2}


def test_a_list_and_a_relation():
    assert of(f"<list>{literal('1')}{literal('x')}</list>", x=2) == [1, 2]
    rows = "".join(f"<row>{literal(a)}{literal(b)}</row>" for a, b in (("1", '"p"'), ("2", '"q"')))
    columns = '<column name="n"/><column name="full name"/>'
    relation = f"<relation>{columns}{rows}</relation>"
    assert of(relation) == [{"n": 1, "full name": "p"}, {"n": 2, "full name": "q"}]
    entries = entry("r", relation) + entry("", literal("r[n = 2].full name"))
    assert of(f"<context>{entries}</context>") == ["q"]


def test_a_function_in_a_box_sees_what_is_around_it():
    body = literal("y * k")
    function = f'<functionDefinition><formalParameter name="y" typeRef="number"/>{body}</functionDefinition>'
    entries = entry("k", literal("3")) + entry("f", function) + entry("", literal("f(x) + f(y: 1)"))
    assert of(f"<context>{entries}</context>", x=2) == 9
    wrong = entry("k", literal("3")) + entry("f", function) + entry("", literal('f("a")'))
    assert of(f"<context>{wrong}</context>") is None


def test_an_invocation_binds_parameters_by_name_to_own_and_built_in_functions():
    bound = (
        f'<binding><parameter name="b"/>{literal("1")}</binding><binding><parameter name="a"/>{literal("5")}</binding>'
    )
    call = f"<invocation>{literal('minus')}{bound}</invocation>"
    less = knowledge("minus", {"a": "number", "b": "number"}, literal("a - b"))
    assert run(model(less + decision("d", call, "knowledge:minus")), "d") == 4
    built_in = f'<invocation>{literal("abs")}<binding><parameter name="n"/>{literal("-3")}</binding></invocation>'
    assert of(built_in) == 3
    unknown = f'<invocation>{literal("minus")}<binding><parameter name="z"/>{literal("1")}</binding></invocation>'
    assert run(model(less + decision("d", unknown, "knowledge:minus")), "d") is None


def conditional(condition: str) -> str:
    then, other = literal("1"), literal("2")
    return f"<conditional><if>{literal(condition)}</if><then>{then}</then><else>{other}</else></conditional>"


def test_a_conditional_takes_else_for_null_and_is_null_for_what_is_no_truth_value():
    assert of(conditional("true")) == 1
    assert of(conditional("false")) == 2
    assert of(conditional("null")) == 2
    assert of(conditional('"yes"')) is None


def filtered(source: str, match: str) -> str:
    return f"<filter><in>{literal(source)}</in><match>{literal(match)}</match></filter>"


def test_a_filter_keeps_members_by_item_or_by_their_entries():
    assert of(filtered("[1,2,3]", "item >= 2")) == [2, 3]
    assert of(filtered("[{a b: 1}, {a b: 2}]", "a b > 1")) == [{"a b": 2}]
    assert of(filtered("5", "item > 1")) == [5]
    assert of(filtered("[1,2,3]", "item > x"), x=2) == [3]


def test_a_filter_is_null_when_a_match_is_no_truth_value_or_the_list_is_null():
    assert of(filtered("[1,2,3]", "item")) is None
    assert of(filtered("[1,null]", "item > 0")) is None
    assert of(filtered("null", "true")) is None
    assert of(filtered("[]", "1")) == []


def iterator(kind: str, source: str, body: str) -> str:
    inner = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="i"><in>{literal(source)}</in><{inner}>{literal(body)}</{inner}></{kind}>'


def test_iterators():
    assert of(iterator("for", "[1,2,3]", "i * x"), x=2) == [2, 4, 6]
    assert of(iterator("for", "1..3", "if i = 1 then 1 else partial[-1] * i")) is None
    assert of(iterator("for", "[1..4]", "if i = 1 then 1 else partial[-1] * i")) == [1, 2, 6, 24]
    assert of(iterator("some", "[1,2]", "i > 1")) is True
    assert of(iterator("some", "[]", "true")) is False
    assert of(iterator("every", "[1,2]", "i > 1")) is False
    assert of(iterator("every", "[]", "false")) is True
    assert of(iterator("every", "[1,2]", 'if i = 1 then true else "x"')) is None
    assert of(iterator("every", "[null]", "i > 1")) is None
    assert of(iterator("some", "null", "true")) is None


def test_boxes_within_boxes():
    inner = f'<for iteratorVariable="j"><in>{literal("[1,2]")}</in><return>{conditional("j > i")}</return></for>'
    assert of(f'<for iteratorVariable="i"><in>{literal("[1,2]")}</in><return>{inner}</return></for>') == [
        [2, 1],
        [2, 2],
    ]
    entries = entry("rows", filtered("[1,2,3]", "item > 1")) + entry("", iterator("for", "rows", "i + count(rows)"))
    assert of(f"<context>{entries}</context>") == [4, 5]


ROWS = [("> 1", "10"), ("> 2", "30"), ("> 3", "20")]


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ('hitPolicy="FIRST"', 10),
        ('hitPolicy="RULE ORDER"', [10, 30, 20]),
        ('hitPolicy="COLLECT"', [10, 30, 20]),
        ('hitPolicy="COLLECT" aggregation="SUM"', 60),
        ('hitPolicy="COLLECT" aggregation="MIN"', 10),
        ('hitPolicy="COLLECT" aggregation="MAX"', 30),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 3),
        ('hitPolicy="UNIQUE"', None),
        ("", None),
        ('hitPolicy="ANY"', None),
    ],
)
def test_hit_policies(policy: str, value: object):
    assert of(table(policy, ROWS), x=4) == value


def test_priorities_come_from_the_column_or_from_its_type():
    best = "<outputValues><text>20, 30, 10</text></outputValues>"
    ranked = table('hitPolicy="PRIORITY"', ROWS).replace("<output/>", f"<output>{best}</output>")
    assert of(ranked, x=4) == 20
    assert of(ranked.replace("PRIORITY", "OUTPUT ORDER"), x=4) == [20, 30, 10]
    grades = (
        '<itemDefinition name="tGrade"><typeRef>number</typeRef><allowedValues><text>30, 20, 10</text></allowedValues>'
    )
    by_type = table('hitPolicy="PRIORITY"', ROWS).replace("<output/>", '<output typeRef="tGrade"/>')
    body = grades + "</itemDefinition>" + given("x") + decision("d", by_type, "input:x")
    assert run(model(body), "d", {"x": 4}) == 30


def test_priorities_of_several_outputs_come_from_the_components_of_the_type():
    item = "".join(
        f'<itemComponent name="{name}"><typeRef>string</typeRef>'
        f"<allowedValues><text>{values}</text></allowedValues></itemComponent>"
        for name, values in (("a", '"x", "y"'), ("b", '"p", "q"'))
    )
    rows = [("> 1", '"y"', '"p"'), ("> 1", '"x"', '"q"'), ("> 1", '"x"', '"p"')]
    best = decision("d", table('hitPolicy="PRIORITY"', rows, ["a", "b"]), "input:x", kind="tR")
    made = model(f'<itemDefinition name="tR">{item}</itemDefinition>' + given("x") + best)
    assert run(made, "d", {"x": 2}) == {"a": "x", "b": "p"}


def test_several_outputs_give_a_context_and_defaults_where_no_row_fires():
    rows = [("> 1", "1", '"a"')]
    made = table("", rows, ["n", "full name"])
    assert of(made, x=2) == {"n": 1, "full name": "a"}
    assert of(made, x=0) is None
    default = made.replace(
        '<output name="n"/>', '<output name="n"><defaultOutputEntry><text>7</text></defaultOutputEntry></output>'
    )
    assert of(default, x=0) == {"n": 7, "full name": None}


def test_a_result_that_is_not_of_the_type_of_its_column_makes_the_table_null():
    rows = [("1", "[1]"), ("2", '"a"'), ("> 2", "x"), ("> 3", '"a"')]
    typed = table("", rows).replace("<output/>", '<output typeRef="number"/>')
    assert [of(typed, x=x) for x in (1, 2, 3)] == [1, None, 3]
    collected = typed.replace("<decisionTable", '<decisionTable hitPolicy="COLLECT"')
    assert [of(collected, x=x) for x in (1, 2, 3, 4)] == [[1], None, [3], None]
    several = table("", [("-", "x", "x")], ["a", "b"]).replace('name="b"', 'name="b" typeRef="string"')
    assert of(several, x=1) is None


def test_a_column_of_a_table_that_gives_lists_may_declare_the_type_of_the_list():
    numbers = '<itemDefinition name="tL" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    single = table("", [("-", "x")]).replace("<output/>", '<output typeRef="tL"/>')
    several = single.replace("<decisionTable", '<decisionTable hitPolicy="RULE ORDER"')
    for box in (single, several):
        assert run(model(numbers + given("x") + decision("d", box, "input:x")), "d", {"x": 1}) == [1]


def test_where_no_row_fires_every_policy_gives_null():
    for policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT", 'COLLECT" aggregation="COUNT'):
        assert of(table(f'hitPolicy="{policy}"', [("> 1", "1")]), x=0) is None


def test_results_of_several_columns_are_not_counted():
    rows = [("-", "1", "2")]
    assert of(table('hitPolicy="COLLECT" aggregation="COUNT"', rows, ["a", "b"]), x=0) is None


def test_a_cell_may_ask_for_the_input_as_a_question_mark_and_for_other_names():
    assert of(table("", [("? > y + 1", "1")]), x=4, y=2) == 1
    assert of(table("", [("not(4, 5)", "1")]), x=4, y=2) is None
    assert of(table("", [("-", "1")]), x=None) == 1
    assert of(table("", [("", "1")]), x=None) == 1
    assert of(table("", [("null", "1")]), x=None) == 1


def test_an_input_beyond_its_allowed_values_makes_the_table_null():
    limited = table("", [("-", "1")]).replace(
        "</inputExpression>", "</inputExpression><inputValues><text>[0..9]</text></inputValues>"
    )
    assert of(limited, x=9) == 1
    assert of(limited, x=10) is None


def test_what_cannot_be_read_is_null_with_its_place_in_the_file():
    made = model(decision("good", literal("1")) + "\n\n" + decision("bad", literal("1 +\n  then")))
    found = evaluated(made, "bad")
    assert found.values == {"bad": None}
    assert [problem.code for problem in found.problems] == ["feel_syntax"]
    assert found.problems[0].data["line"] == 4
    assert found.problems[0].data["column"] == 3
    assert run(made, "good") == 1


def test_why_a_value_is_null_is_told_with_its_place():
    found = evaluated(model(decision("d", literal('1 + "a"'))), "d")
    (warning,) = found.warnings
    assert warning.code == "feel_operands"
    assert warning.line == 1
    assert "“+”" in warning.text("zh")


def test_an_expression_language_that_is_not_feel_is_refused_by_name():
    other = '<literalExpression expressionLanguage="http://groovy"><text>1</text></literalExpression>'
    assert [p.code for p in evaluated(model(decision("d", other)), "d").problems] == ["dmn_language"]


def test_a_large_chain_of_decisions_is_made_without_recursion():
    chain = decision("d0", literal("1")) + "".join(
        decision(f"d{i}", literal(f"d{i - 1} + 1"), f"decision:d{i - 1}") for i in range(1, 3000)
    )
    assert run(model(chain), "d2999") == Decimal(3000)


def test_decisions_that_need_each_other_are_refused_as_a_circle():
    body = decision("a", literal("b"), "decision:b") + decision("b", literal("a"), "decision:a")
    found = evaluated(model(body), "a")
    assert found.values == {"a": None}
    assert [problem.code for problem in found.problems] == ["dmn_circle"]


def test_a_function_may_call_itself_and_endless_recursion_is_refused():
    factorial = knowledge("fact", {"n": "number"}, literal("if n <= 1 then 1 else n * fact(n - 1)"))
    assert run(model(factorial + decision("d", literal("fact(10)"), "knowledge:fact")), "d") == 3628800
    endless = knowledge("f", {"n": ""}, literal("f(n)"))
    found = evaluated(model(endless + decision("d", literal("f(1)"), "knowledge:f")), "d")
    assert found.values["d"] is None
    assert [problem.code for problem in found.problems] == ["feel_limit"]
