"""The public compatibility kit: every case at hand passes, in every version of the standard's XML."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine.feel.dmn.made import decision, given, literal, model

from yanlian.engine.feel.dmn.kit import Kit, Verdict, read_suite, same
from yanlian.engine.feel.dmn.model import Model
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.temporal import parse_date_time
from yanlian.web.cli.rule_verbs import CLOCK

KIT = Path(__file__).parents[3] / "kit"
FOLDERS = sorted({file.parent for file in KIT.rglob("*.xml")})
NEWEST = b"https://www.omg.org/spec/DMN/20230324/MODEL/"
OLDER = {
    "1.1": b"http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": b"http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": b"https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": b"https://www.omg.org/spec/DMN/20211108/MODEL/",
}


def verdicts(folder: Path, models: dict[str, Model]) -> list[Verdict]:
    kit = Kit(models, CLOCK)
    suites = [read_suite(file.read_bytes(), file.name) for file in sorted(folder.glob("*.xml"))]
    return [verdict for suite in suites for verdict in kit.run(suite)]


def read_all(folder: Path) -> dict[str, Model]:
    return {file.name: read_model(file.read_bytes(), file.name) for file in folder.glob("*.dmn")}


def test_the_kit_is_here():
    assert len(FOLDERS) == 74


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_case_of_the_folder_passes(folder: Path):
    found = verdicts(folder, read_all(folder))
    assert found
    assert [(one.case.id, one.details) for one in found if not one.passed] == []


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize(
    "name", ["0004-lending", "0020-vacation-days", "0030-user-defined-functions", "0017-tableTests"]
)
def test_older_versions_of_the_xml_mean_the_same(name: str, version: str):
    folder = KIT / "compliance-level-3" / name
    models = {
        file.name: read_model(file.read_bytes().replace(NEWEST, OLDER[version]), file.name)
        for file in folder.glob("*.dmn")
    }
    assert {one.version for one in models.values()} == {version}
    found = verdicts(folder, models)
    assert found
    assert all(one.passed for one in found)


def case(body: str, expected: str, inputs: str = "") -> Verdict:
    text = f"""<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
      <modelName>m.dmn</modelName><testCase id="1">{inputs}
      <resultNode name="d">{expected}</resultNode></testCase></testCases>"""
    kit = Kit({"m.dmn": model(given("x") + decision("d", body, "input:x"))}, CLOCK)
    return next(iter(kit.run(read_suite(text.encode()))))


def expect(text: str, kind: str = "decimal") -> str:
    return f'<expected><value xsi:type="xsd:{kind}">{text}</value></expected>'


def test_a_wrong_value_fails_and_says_what_was_found():
    wrong = case(literal("1 + 1"), expect("3"))
    assert not wrong.passed
    assert wrong.details == ("d: expected 3, found 2",)


def test_null_where_a_value_is_expected_says_why():
    wrong = case(literal('1 + "a"'), expect("3"))
    assert not wrong.passed
    assert "cannot be used with" in wrong.details[0]


def test_an_expression_that_cannot_be_read_is_null_and_passes_only_where_an_error_is_expected():
    assert case(literal("1 +"), '<expected><value xsi:nil="true"/></expected>').passed
    assert not case(literal("1 +"), expect("1")).passed


def test_a_value_that_cannot_be_read_fails_its_case():
    assert not case(literal("1"), expect("one")).passed
    assert case(literal("1"), expect("1")).passed


def test_a_value_without_a_type_is_compared_as_it_reads():
    untyped = "<expected><value>2</value></expected>"
    assert case(literal("1 + 1"), untyped).passed
    assert case(literal('"2"'), untyped).passed
    assert not case(literal("3"), untyped).passed


def test_a_local_moment_is_not_what_a_zoned_one_is_expected_to_be():
    moment = expect("2024-01-01T10:00:00Z", "dateTime")
    assert case(literal('@"2024-01-01T10:00:00Z"'), moment).passed
    assert case(literal('@"2024-01-01T18:00:00+08:00"'), moment).passed
    assert not case(literal('@"2024-01-01T10:00:00"'), moment).passed


def test_a_file_may_name_its_model_by_the_namespace():
    text = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" namespace="urn:b"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
      <testCase id="1"><resultNode name="d"><expected><value xsi:type="xsd:decimal">2</value></expected></resultNode>
      </testCase></testCases>"""
    models = {f"{n}.dmn": model(decision("d", literal(str(n))), f"urn:{'ab'[n - 1]}") for n in (1, 2)}
    assert next(iter(Kit(models, CLOCK).run(read_suite(text.encode())))).passed


def test_inputs_of_all_kinds_reach_the_model():
    inputs = """<inputNode name="x"><component name="a"><list><item><value xsi:type="xsd:date">2024-02-29</value></item>
      <item><value xsi:nil="true"/></item></list></component></inputNode>"""
    assert case(literal("x.a[1].day + count(x.a)"), expect("31"), inputs).passed


def test_numbers_are_compared_with_a_tolerance_and_everything_else_exactly():
    assert same(Decimal("1.000000001"), Decimal(1))
    assert not same(Decimal("1.0000001"), Decimal(1))
    assert not same(True, Decimal(1))
    assert not same("1", Decimal(1))
    assert same({"a": None}, {"a": None})
    assert not same({"a": None, "b": Decimal(1)}, {"a": None})
    assert same(parse_date_time("2024-01-01T00:00:00Z"), parse_date_time("2024-01-01T00:00:00+00:00"))
    assert not same([Decimal(1)], Decimal(1))
