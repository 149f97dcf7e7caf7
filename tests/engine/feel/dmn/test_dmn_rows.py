"""A model over many rows gives what one evaluation a row gives, whatever the table looks like."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.engine.feel.dmn.made import decision, given, knowledge, literal, model

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.program import Evaluated, Program, program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.rows import FAULT, JSON, LINE, Rows
from yanlian.engine.feel.dmn.rows_plan import Plan
from yanlian.engine.feel.printer_values import as_json

KIT = Path(__file__).parents[3] / "kit" / "compliance-level-3"


def kit_program(name: str) -> Program:
    return program(read_model((KIT / name / f"{name}.dmn").read_bytes(), name))


def wide_table(policy: str = "FIRST") -> Program:
    """Twenty rows over four inputs, drawn once."""
    chance = random.Random(20)

    def cell(name: str, tests: tuple[str, ...]) -> str:
        text = chance.choice(tests).replace("<", "&lt;").replace(">", "&gt;")
        return f"<inputEntry><text>{text}</text></inputEntry>"

    rows = []
    for number in range(20):
        low = chance.randrange(0, 80)
        cells = (
            cell("a", ("-", f"[{low}..{low + 30}]", f"< {low}", f"not({low})")),
            cell("b", ("-", f"> {low}", f"{low}, {low + 1}, {low + 2}")),
            cell("c", ("-", '"red"', '"red", "green"', 'not("blue")')),
            cell("d", ("-", "true", "false")),
        )
        rows.append(f"<rule>{''.join(cells)}<outputEntry><text>{number} + a</text></outputEntry></rule>")
    inputs = "".join(
        f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in ("a", "b", "c", "d")
    )
    table = f'<decisionTable hitPolicy="{policy}">{inputs}<output/>{"".join(rows)}</decisionTable>'
    kinds = {"a": "number", "b": "number", "c": "string", "d": "boolean"}
    body = "".join(given(name, kind) for name, kind in kinds.items())
    return program(model(body + decision("out", table, *(f"input:{name}" for name in kinds), kind="number")))


def same(found: Evaluated, expected: Evaluated) -> None:
    """To the last digit: 1.0 is not 1."""
    assert repr(dict(found.values)) == repr(dict(expected.values))
    assert found.warnings == expected.warnings
    assert [(one.code, one.data) for one in found.problems] == [(one.code, one.data) for one in expected.problems]


def compare(ready: Program, rows: list[Mapping[str, object]]) -> None:
    names = [one.name for one in ready.graph.main.decisions]
    plan = Plan(ready, names, list(rows[0]))
    assert plan.is_prepared
    for row in [*rows, *rows]:
        # A table's columns stand in one order.
        ordered = {name: row[name] for name in rows[0]}
        same(plan.evaluate(ordered), ready.evaluate(names, ordered))


def odd(usual: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Mostly what the type wants; sometimes null, another type, a list of one."""
    return st.one_of(usual, usual, usual, st.none(), st.just("?"), st.just([Decimal(1)]), st.just(Decimal("2.50")))


NUMBERS = st.one_of(st.integers(0, 120), st.decimals(0, 1000, places=2, allow_nan=False), st.just(Decimal("7.0")))
TRUTHS = st.booleans()


@cache
def ready(name: str) -> Program:
    return wide_table(name.removeprefix("table ")) if name.startswith("table ") else kit_program(name)


@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@for_all(
    st.sampled_from(["table FIRST", "table UNIQUE", "table ANY", "table RULE ORDER", "table COLLECT"]),
    st.lists(
        st.fixed_dictionaries(
            {
                "a": odd(NUMBERS),
                "b": odd(NUMBERS),
                "c": odd(st.sampled_from(["red", "green", "blue"])),
                "d": odd(TRUTHS),
            }
        ),
        min_size=1,
        max_size=12,
    ),
)
def test_a_table_over_rows_gives_what_one_evaluation_a_row_gives(name, rows):
    compare(ready(name), rows)


@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@for_all(
    st.lists(st.fixed_dictionaries({"Age": odd(NUMBERS), "Years of Service": odd(NUMBERS)}), min_size=1, max_size=12)
)
def test_vacation_days_over_rows_are_those_of_one_evaluation_a_row(rows):
    compare(ready("0020-vacation-days"), rows)


APPLICANT = st.fixed_dictionaries(
    {
        "Monthly": st.fixed_dictionaries({"Income": NUMBERS, "Expenses": NUMBERS, "Repayments": odd(NUMBERS)}),
        "Age": odd(NUMBERS),
        "ExistingCustomer": odd(TRUTHS),
        "MaritalStatus": odd(st.sampled_from(["S", "M"])),
        "EmploymentStatus": odd(st.sampled_from(["EMPLOYED", "SELF-EMPLOYED", "STUDENT", "UNEMPLOYED"])),
    }
)
PRODUCT = st.fixed_dictionaries(
    {
        "ProductType": odd(st.sampled_from(["STANDARD LOAN", "SPECIAL LOAN"])),
        "Amount": NUMBERS,
        "Rate": st.decimals("0.0001", "0.2", places=4),
        "Term": st.integers(0, 400),
    }
)
BUREAU = st.fixed_dictionaries({"CreditScore": odd(st.integers(0, 1100)), "Bankrupt": odd(TRUTHS)})
LENDING = st.fixed_dictionaries(
    {
        "ApplicantData": odd(APPLICANT),
        "RequestedProduct": PRODUCT,
        "BureauData": BUREAU,
        "SupportingDocuments": st.text(),
    }
)


@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@for_all(st.lists(LENDING, min_size=1, max_size=6))
def test_lending_over_rows_is_that_of_one_evaluation_a_row(rows):
    compare(ready("0004-lending"), rows)


def flat(row: Mapping[str, object], above: str = "") -> dict[str, object]:
    """A row as columns with dotted names."""
    made: dict[str, object] = {}
    for name, value in row.items():
        made |= flat(value, f"{above}{name}.") if isinstance(value, dict) else {above + name: value}
    return made


def text(value: object) -> str | None:
    """A value as a cell of CSV."""
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


FITTING = st.fixed_dictionaries(
    {
        "ApplicantData": st.fixed_dictionaries(
            {
                "Monthly": st.fixed_dictionaries({"Income": NUMBERS, "Expenses": NUMBERS, "Repayments": NUMBERS}),
                "Age": NUMBERS,
                "ExistingCustomer": TRUTHS,
                "MaritalStatus": st.sampled_from(["S", "M", "X"]),
                "EmploymentStatus": st.sampled_from(["EMPLOYED", "SELF-EMPLOYED", "STUDENT", "UNEMPLOYED"]),
            }
        ),
        "RequestedProduct": PRODUCT.filter(lambda row: isinstance(row["ProductType"], str)),
        "BureauData": st.fixed_dictionaries({"CreditScore": st.integers(0, 1100), "Bankrupt": TRUTHS}),
        "SupportingDocuments": st.sampled_from(["YES", "NO"]),
    }
)


@settings(max_examples=40, deadline=None, phases=[Phase.generate])
@for_all(st.lists(FITTING, min_size=1, max_size=5))
def test_text_cells_and_lines_of_json_give_the_results_of_one_evaluation_a_row(rows):
    one = ready("0004-lending")
    names = [d.name for d in one.graph.main.decisions]
    columns = [flat(row) for row in rows]
    cells = {name: [text(row[name]) for row in columns] for name in columns[0]}
    lines = pa.array(range(1, len(rows) + 1), pa.int64())
    table = pa.RecordBatch.from_pydict({LINE: lines, **cells})
    from_text, _ = Rows(one, names, table.schema)(table)
    json = pa.RecordBatch.from_pydict({LINE: lines, JSON: [as_json_line(row) for row in rows]})
    from_json, _ = Rows(one, names, json.schema, keys=tuple(rows[0]))(json)
    for number, row in enumerate(rows):
        expected = one.evaluate(names, row)
        for found in (from_text, from_json):
            given_back = found.slice(number, 1).to_pylist()[0]
            assert {name: given_back[name] for name in names} == {n: cell(expected.values[n]) for n in names}
            assert (given_back["errors"] is None) == (not expected.warnings and not expected.problems)


def as_json_line(row: Mapping[str, object]) -> bytes:
    return as_json(_decimals(row)).encode()


def _decimals(value: object) -> object:
    if isinstance(value, dict):
        return {key: _decimals(entry) for key, entry in value.items()}
    return Decimal(value) if type(value) is int else value


def cell(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value


# Single facts


def one_row(body: str, columns: Mapping[str, pa.Array], *names: str, **options: object) -> dict[str, object]:
    """The results of a table of one row."""
    return over(body, columns, *names, **options)[0].to_pylist()[0]


def over(body: str, columns: Mapping[str, pa.Array], *names: str, **options: object):
    first = next(iter(columns.values()))
    batch = pa.RecordBatch.from_pydict({LINE: pa.array(range(1, len(first) + 1), pa.int64()), **columns})
    return Rows(program(model(body)), names, batch.schema, **options)(batch)


ECHO = {
    "number": ("x + 0", "number"),
    "text": ("x", "string"),
    "date": ("x", "date"),
    "moment": ("x", "dateTime"),
    "any": ("x", ""),
}


@pytest.mark.parametrize(
    ("kind", "column", "expected"),
    [
        ("number", pa.array(["0.10"]), "0.10"),
        ("number", pa.array([" 1e3 "]), "1000"),
        ("number", pa.array([7], pa.uint8()), "7"),
        ("number", pa.array([Decimal("1.50")], pa.decimal128(10, 2)), "1.50"),
        ("number", pa.array([0.1], pa.float64()), "0.1"),
        ("number", pa.array([np.float32(0.1)], pa.float32()), "0.1"),
        ("number", pa.array(["12"]).dictionary_encode(), "12"),
        ("date", pa.array([date(2024, 2, 29)]), date(2024, 2, 29)),
        ("date", pa.array(["2024-02-29"]), date(2024, 2, 29)),
        ("moment", pa.array([datetime(2024, 2, 29, 12, 30)], pa.timestamp("us")), "2024-02-29T12:30:00"),
        ("moment", pa.array([1_709_209_800_000_000_001], pa.timestamp("ns", "UTC")), "2024-02-29T12:30:00.000000001Z"),
        (
            "moment",
            pa.array([1_709_209_800], pa.timestamp("s", "Asia/Shanghai")),
            "2024-02-29T20:30:00@Asia/Shanghai",
        ),
        ("any", pa.array([[1, 2]]), "[1, 2]"),
        ("any", pa.array([{"a": 1, "b": [0.5]}]), '{"a": 1, "b": [0.5]}'),
        ("any", pa.array([90], pa.duration("s")), '"PT1M30S"'),
        ("any", pa.array([3600], pa.time32("s")), '"01:00:00"'),
        ("any", pa.array(["12"]), '"12"'),
    ],
)
def test_cells_of_every_arrow_type_become_values_of_the_declared_type(kind, column, expected):
    expression, ref = ECHO[kind]
    body = given("x", ref) + decision("out", literal(expression), "input:x", kind=ref)
    row = one_row(body, {"x": column}, "out")
    if kind == "any":
        assert row["out"].replace(".5]", ".5]") == expected
    else:
        assert row["out"] == expected
    assert row["errors"] is None


@pytest.mark.parametrize("cell", ["abc", "NaN", "1,000", "٣", "1" * 35, "1e99999"])
def test_text_that_is_no_number_is_null_and_said(cell):
    body = given("x", "number") + decision("out", literal("x"), "input:x", kind="number")
    results, tally = over(body, {"x": pa.array([cell, "5"])}, "out")
    assert results.column("out").to_pylist() == [None, "5"]
    assert results.column("errors")[0].as_py().startswith("feel_value_type(x")
    assert (tally.unfit, tally.nulls, [line for line, _ in tally.told]) == (1, 1, [1])


def test_a_binary_number_that_is_none_does_not_fit_any_type():
    body = given("x") + decision("out", literal("x"), "input:x")
    results, tally = over(body, {"x": pa.array([float("nan"), -0.0])}, "out")
    assert results.column("out").to_pylist() == [None, "0.0"]
    assert tally.unfit == 1


def test_numbers_leave_as_decimals_only_without_loss():
    body = given("x", "number") + decision("out", literal("x"), "input:x", kind="number")
    results, tally = over(body, {"x": pa.array(["1.5", "1.500", "1.005", "1" * 34])}, "out", decimals=2)
    assert results.schema.field("out").type == pa.decimal128(38, 2)
    assert results.column("out").to_pylist() == [Decimal("1.50"), Decimal("1.50"), None, Decimal("1" * 34)]
    assert results.column("errors").to_pylist() == [None, None, "dmn_rows_decimals(out)", None]
    assert tally.reasons["dmn_rows_decimals"] == 1


def test_a_far_date_is_null_and_said():
    body = given("x", "string") + decision("day", literal("date(x)"), "input:x", kind="date")
    row = one_row(body, {"x": pa.array(["12024-01-01"])}, "day")
    assert (row["day"], row["errors"]) == (None, "dmn_rows_far_date(day)")


def test_half_a_character_is_null_and_said():
    body = given("x", "string") + decision("out", literal("x"), "input:x", kind="string")
    batch = pa.RecordBatch.from_pydict({LINE: pa.array([1], pa.int64()), JSON: [b'{"x": "\\ud83d"}']})
    results, _ = Rows(program(model(body)), ["out"], batch.schema, keys=("x",))(batch)
    assert results.to_pylist() == [{"line": 1, "out": None, "errors": "dmn_rows_text(out)"}]


def test_columns_that_are_no_inputs_go_through_and_are_named():
    body = given("x", "number") + given("y", "number") + decision("out", literal("x"), "input:x", kind="number")
    batch = pa.RecordBatch.from_pydict(
        {LINE: [1], "id": pa.array(["a"]).dictionary_encode(), "x": ["1"], "errors": ["e"]}
    )
    rows = Rows(program(model(body)), ["out"], batch.schema)
    assert (rows.table.kept, rows.table.missing) == (("id", "errors"), ("y",))
    assert rows(batch)[0].to_pylist() == [{"line": 1, "id": "a", "errors": "e", "out": "1", "_errors": None}]


def test_a_column_of_a_decision_gives_its_value():
    body = given("x", "number") + decision("a", literal("x + 1"), "input:x", kind="number")
    body += decision("b", literal("a + 1"), "decision:a", kind="number")
    row = one_row(body, {"a": pa.array(["10"])}, "a", "b")
    assert (row["a"], row["b"]) == ("10", "11")


def test_two_columns_for_one_input_are_refused():
    body = given("x", "number") + decision("out", literal("x"), "input:x")
    with pytest.raises(Refused, match="dmn_rows_column_twice"):
        one_row(body, {"x": pa.array(["1"]), "x.a": pa.array(["1"])}, "out")


def test_a_table_without_inputs_is_refused():
    with pytest.raises(Refused, match="dmn_rows_no_input"):
        one_row(given("x") + decision("out", literal("1")), {"y": pa.array(["1"])}, "out")


def test_binary_cells_are_refused():
    with pytest.raises(Refused, match="dmn_rows_arrow_type"):
        one_row(given("x") + decision("out", literal("x"), "input:x"), {"x": pa.array([b"1"])}, "out")


def test_a_line_with_an_input_that_the_first_lines_lack_is_bad():
    body = given("x", "number") + given("y", "number") + decision("out", literal("x"), "input:x", kind="number")
    lines = [b'{"x": 1}', b'{"x": 1, "y": 2}', b'{"x": 1, "z": 2}', b'{"x": NaN}', b"[1]"]
    batch = pa.RecordBatch.from_pydict({LINE: pa.array(range(1, 6), pa.int64()), JSON: lines})
    results, tally = Rows(program(model(body)), ["out"], batch.schema, keys=("x",))(batch)
    assert results.column("out").to_pylist() == ["1", None, "1", None, None]
    assert results.column("errors").to_pylist() == [None, "dmn_rows_key(y)", None, "dmn_rows_json", "dmn_rows_json"]
    assert (tally.unread, [line for line, _ in tally.told]) == (3, [2, 4, 5])


def test_a_row_that_could_not_be_read_is_not_evaluated():
    body = decision("out", literal("1"), kind="number") + given("x")
    columns = {FAULT: pa.array(["dmn_rows_cells", None], pa.string()), "x": pa.array([None, None], pa.string())}
    results, _ = over(body, columns, "out")
    assert results.column("out").to_pylist() == [None, "1"]


def test_a_function_that_needs_an_input_has_no_plan_and_the_same_values():
    body = given("x", "number") + knowledge("f", {"a": "number"}, literal("a + x"), "input:x")
    body += decision("out", literal("f(1)"), "knowledge:f", kind="number")
    one = program(model(body))
    plan = Plan(one, ["out"], ["x"])
    for value in (Decimal(1), Decimal(2)):
        same(plan.evaluate({"x": value}), one.evaluate(["out"], {"x": value}))


def test_what_reads_a_clock_is_made_anew_for_every_row():
    ticks = iter(range(1, 100))
    body = given("x", "number") + decision("out", literal("x + tick()"), "input:x", kind="number")
    one = program(model(body), functions={"tick": lambda: next(ticks)})
    plan = Plan(one, ["out"], ["x"])
    assert [plan.evaluate({"x": Decimal(0)}).values["out"] for _ in range(3)] == [1, 2, 3]


def test_a_remembered_value_costs_the_steps_that_making_it_took():
    body = given("x", "number") + decision("out", literal("count(for i in 1..x return i)"), "input:x", kind="number")
    one = program(model(body))
    plan = Plan(one, ["out"], ["x"], steps=2_000)
    for value in (Decimal(100), Decimal(5_000), Decimal(100), Decimal(5_000)):
        same(plan.evaluate({"x": value}), one.evaluate(["out"], {"x": value}, steps=2_000))


def test_reasons_of_a_row_are_bounded():
    body = given("x", "number") + "".join(decision(f"d{i}", literal('x + "a"'), "input:x") for i in range(30))
    row = one_row(body, {"x": pa.array(["1"])}, *(f"d{i}" for i in range(30)))
    assert row["errors"].count(";") == 8 or "+" not in row["errors"]
    assert len(row["errors"]) < 1_000
