"""A kit of our own: a model with a decision an expression, and a test file with a case a decision."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from tests.engine.feel.dmn.made import SPACE, decision, given, literal

from yanlian.engine.feel.dmn.kit import Kit, read_suite
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.policy.lifted import Gathered, Report, report_on

_HEAD = 'xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

# Each is compiled as a whole; what a constant only fixes the form of stays a constant.
COMPILED = [
    "2 + 3 * 1.5 - 0.25",
    "10 / 4 > 2.5",
    "-(3 - 5) ** 2",
    "(7 - 2) / (3 - 3)",
    'if 3 > 2 then "a" else "b"',
    "if null then 1 else 2",
    "1 < 2 and not(2 >= 3) or null",
    '"foo" = "FOO"',
    'date("2024-02-29") + duration("P1Y") < date("2025-03-01")',
    '@"2024-01-31" + @"P1M"',
    'date("2024-02-29").weekday = 4',
    "5 between 3 and 7",
    "5 in [3..7)",
    "5 in (1, 3, > 4)",
    '"b" in ("a", "b")',
    "5 in (not(3), 4)",
    "[1, 2, 3][2]",
    "[1, 2, 3][-1]",
    "count([1, 2, null])",
    "sum([1.5, 2, 0.25])",
    "min(3, 1.5, 2)",
    'max([@"2024-01-01", @"2023-12-31"])',
    "list contains([1, 2], 2)",
    "all([true, false])",
    "some x in [1, 2, 3] satisfies x > 2",
    "every x in [1, 2, 3] satisfies x > 2",
    "sum(for x in [1, 2] return x * 2)",
    '{a: 1, b: a + 1, "c d": b * 2}.b',
    "{a: 1, a: 2}",
    'starts with("foobar", "foo")',
    'matches("foobar", "^fo*b")',
    "floor(2.5)",
    "ceiling(-2.5)",
    "decimal(2.345, 2)",
    "round up(-5.5, 0)",
    "round down(5.5, 0)",
    "round half up(-2.5, 0)",
    "round half down(2.5, 0)",
    "abs(-3)",
    "even(4)",
    "odd(4)",
    "not(true)",
    '"foo" < "fop"',
    '"foo" + "bar" = "foobar"',
    'substring("foobar", 3, 2) = "ob"',
    'upper case("foo") = "FOO"',
    'substring before("foobar", "b") = "foo"',
    'replace("foobar", "o+", "-") = "f-bar"',
    'string length("foobar") > 5',
    'string length(substring("foobar", 2) + "x")',
    "any([true, null])",
    "all([true, null])",
    "[1..3] = [1..3]",
    "[1..3] = (1..3]",
    "{a: 1, b: null} = {a: 1, b: 2}",
    '[1, 2, "a"] = [1, 2, 3]',
    "[1, 2] = [1, 2, 3]",
    "{a: 1} instance of context",
    "[1, null] instance of list<number>",
    '{a: 1, b: "x"} instance of context<a: number, b: boolean>',
    "(if 1 > 2 then {a: 1} else null) instance of context<a: number>",
    "{a: {b: 1}} instance of context<a: context<b: number>>",
    "5[1] + 5[-1]",
    '"a"[2]',
    '@"P1M" instance of days and time duration or 1 > 2',
    '@"2024-01-31" - @"PT36H"',
    '@"2024-01-31" + (@"P1D" + @"P2D")',
    'if 1 > 2 then @"P1M" = @"P0D" else @"PT1H" < @"PT61M"',
    'if 1 > 2 then @"P0M" = @"P0D" else 3 > 2',
    '5 in range("[1..5)")',
    'floor(2.5, "a")',
    '1 + "a"',
    'true * @"2024-01-01"',
    '-"a"',
    'floor("a")',
    "abs(true)",
    "starts with(1, 2)",
    "1 = null",
    "null = null",
    "1.5 instance of number",
    '"a" instance of boolean',
    "date(2024, 2, 28)",
]


def kit_in(folder: Path, *expressions: str) -> Path:
    """A kit of one folder."""
    place = folder / "compliance-level-9" / "0001-own"
    place.mkdir(parents=True)
    boxes = "".join(decision(f"d{n}", literal(one)) for n, one in enumerate(expressions))
    (place / "own.dmn").write_text(
        f'<definitions xmlns="{SPACE}" name="own" namespace="urn:own">{boxes}</definitions>', encoding="utf-8"
    )
    (place / "own-test.xml").write_text(suite_of({f"d{n}": "" for n in range(len(expressions))}), encoding="utf-8")
    return folder


def suite_of(cases: dict[str, str]) -> str:
    """A test file: for each decision a case with these inputs, expecting null."""
    told = "".join(
        f'<testCase id="{escape(name)}">{inputs}<resultNode name="{escape(name.split()[0])}"><expected>'
        '<value xsi:nil="true"/></expected></resultNode></testCase>'
        for name, inputs in cases.items()
    )
    return f"<testCases {_HEAD}><modelName>own.dmn</modelName>{told}</testCases>"


def told_of(folder: Path) -> Report:
    """The report on a kit of one folder."""
    gathered = Gathered()
    for place in sorted({file.parent for file in folder.rglob("*.xml")}):
        models = {file.name: read_model(file.read_bytes(), file.name) for file in place.glob("*.dmn")}
        suites = [read_suite(file.read_bytes(), file.name) for file in sorted(place.glob("*.xml"))]
        gathered.add(Kit(models, {}), suites)
    return report_on(gathered.sites, gathered.asked)


def states_of(folder: Path, *expressions: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """How the case of each expression went, and why not all of it was compiled."""
    found = told_of(kit_in(folder, *expressions))
    return {one: (found.verdicts[n].state, found.verdicts[n].reasons) for n, one in enumerate(expressions)}


def with_input(folder: Path, text: str, *values: str) -> Report:
    """The report on one expression over an input `x`, with a case for each value (a number)."""
    kit_in(folder, text)
    place = folder / "compliance-level-9" / "0001-own"
    body = given("x", "number") + decision("d0", literal(text), "input:x")
    (place / "own.dmn").write_text(
        f'<definitions xmlns="{SPACE}" name="own" namespace="urn:own">{body}</definitions>', encoding="utf-8"
    )
    typed = 'xsi:type="xsd:decimal" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    cases = {
        f"d0 {n}": f'<inputNode name="x"><value {typed}>{value}</value></inputNode>' for n, value in enumerate(values)
    }
    (place / "own-test.xml").write_text(suite_of(cases), encoding="utf-8")
    return told_of(folder)
