"""Files that are hostile or broken are refused with their place; all versions of the standard's XML are read."""

from __future__ import annotations

import pytest
from tests.engine.feel.dmn.made import SPACE, decision, evaluated, given, knowledge, literal, model, run

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import xml
from yanlian.engine.feel.dmn.check import check_model
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model
from yanlian.engine.feel.dmn.xml import read_xml

LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions>&b;</definitions>"""


def refused(text: str | bytes) -> Refused:
    with pytest.raises(Refused) as found:
        read_model(text.encode() if isinstance(text, str) else text, "m.dmn")
    assert found.value.text("zh") != found.value.text("en")
    assert found.value.data["where"] == "m.dmn"
    return found.value


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><definitions/>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><definitions/>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>',
    ],
)
def test_a_file_with_a_dtd_is_refused_before_anything_in_it_is_read(text: str):
    assert refused(text).code == "dmn_xml_doctype"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no xml",
        b"<a>",
        b"<a></b>",
        b"<a>&unknown;</a>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="x"?><a/>',
    ],
)
def test_what_is_no_xml_is_refused_with_its_place(text: bytes):
    found = refused(text)
    assert found.code == "dmn_xml"
    assert found.data["line"]


def test_size_depth_and_number_of_elements_are_limited(monkeypatch: pytest.MonkeyPatch):
    assert refused("<a>" * 300 + "</a>" * 300).code == "dmn_xml_limit"
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 10)
    assert refused("<a>" + "<b/>" * 11 + "</a>").code == "dmn_xml_limit"
    monkeypatch.setattr(xml, "MAX_BYTES", 100)
    assert refused("<a>" + " " * 100 + "</a>").code == "dmn_xml_size"


def test_a_file_of_another_kind_is_refused_with_the_versions_that_are_read():
    found = refused('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>')
    assert found.code == "dmn_namespace"
    assert "1.5" in found.text("zh")


def test_elements_and_texts_know_their_place():
    root = read_xml(b"<a>\n  <b>\n x</b></a>", "f")
    (b,) = root.members
    assert (b.spot.line, b.spot.column) == (2, 3)
    assert (b.text_spot.line, b.text_spot.column) == (2, 6)
    assert b.text == "\n x"


def test_texts_in_cdata_with_entities_and_comments_are_whole():
    box = '<literalExpression><text><![CDATA["<" + ]]>"&amp;" <!-- c -->+ "&#x4E2D;"</text></literalExpression>'
    assert run(model(decision("d", box)), "d") == "<&中"


@pytest.mark.parametrize(
    ("box", "code"),
    [
        ("<decisionTable hitPolicy='BEST'><output/></decisionTable>", "dmn_hit_policy"),
        ("<decisionTable aggregation='AVG' hitPolicy='COLLECT'><output/></decisionTable>", "dmn_hit_policy"),
        ("<decisionTable><output/><rule/></decisionTable>", "dmn_row_shape"),
        ("<decisionTable/>", "dmn_box_missing"),
        ("<relation><column name='a'/><row/></relation>", "dmn_row_shape"),
        ("<invocation/>", "dmn_box_missing"),
        ("<conditional/>", "dmn_box_missing"),
        ("<filter/>", "dmn_box_missing"),
        ("<for><in/><return/></for>", "dmn_name_missing"),
        ("<literalExpression><importedValues/></literalExpression>", "dmn_imported_values"),
    ],
)
def test_logic_that_cannot_be_read_is_told_at_its_line_and_the_other_decisions_run(box: str, code: str):
    text = f'<definitions xmlns="{SPACE}" name="m" namespace="m">\n\n{decision("d", box)}{decision("e", literal("1"))}'
    made = read_model(f"{text}</definitions>".encode(), "m.dmn")
    found = evaluated(made, "d")
    assert found.values == {"d": None}
    assert [(problem.code, problem.data["line"]) for problem in found.problems] == [(code, 3)]
    assert [(c.severity, c.line) for c in check_model(program(made))] == [("error", 3)]
    assert run(made, "e") == 1
    with pytest.raises(Refused, match=code):
        write_model(made)


def test_a_function_that_cannot_be_read_is_told_where_it_is_called():
    made = model(knowledge("f", {"x": ""}, "<for/>") + decision("d", literal("f(1)"), "knowledge:f"))
    assert [problem.code for problem in evaluated(made, "d").problems] == ["dmn_name_missing"]


def test_an_input_column_without_an_expression_asks_for_null():
    table = "<decisionTable><input/><output/><rule><inputEntry><text>null</text></inputEntry>"
    table += "<outputEntry><text>1</text></outputEntry></rule></decisionTable>"
    assert run(model(decision("d", table)), "d") == 1


def test_a_decision_without_a_name_is_refused():
    assert refused(f'<definitions xmlns="{SPACE}"><decision/></definitions>').code == "dmn_name_missing"


def test_extension_elements_are_passed_over():
    other = '<ext:literalExpression xmlns:ext="urn:x"><ext:text>2</ext:text></ext:literalExpression>'
    body = f"<extensionElements>{other}</extensionElements>"
    assert run(model(decision("d", literal("1")).replace("<variable", f"{body}<variable", 1)), "d") == 1


@pytest.mark.parametrize(
    ("space", "ref", "more"),
    [
        (
            "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
            "feel:string",
            'xmlns:feel="http://www.omg.org/spec/FEEL/20140401"',
        ),
        ("http://www.omg.org/spec/DMN/20151101/dmn.xsd", "own:tText", 'xmlns:own="urn:a"'),
        ("http://www.omg.org/spec/DMN/20180521/MODEL/", "tText", ""),
        ("https://www.omg.org/spec/DMN/20191111/MODEL/", "string", ""),
        ("https://www.omg.org/spec/DMN/20211108/MODEL/", "feel:string", ""),
    ],
)
def test_type_references_of_every_version_are_understood(space: str, ref: str, more: str):
    body = "<itemDefinition name='tText'><typeRef>string</typeRef></itemDefinition>"
    made = model(body + given("i", ref) + decision("d", literal("i"), "input:i"), space=space, more=more)
    loaded = program(made)
    assert loaded.faults == []
    assert run(loaded, "d", {"i": "x"}) == "x"
    assert run(loaded, "d", {"i": 5}) is None


def test_types_and_references_that_lead_nowhere_are_faults_with_their_place():
    made = model(given("i", "tNothing") + decision("d", literal("i"), "input:i", "decision:gone"))
    loaded = program(made)
    evaluated(loaded, "d", {"i": 1})
    assert sorted(fault.code for fault in loaded.faults) == ["dmn_href", "dmn_type_unknown"]
    assert all(fault.data["line"] == 1 for fault in loaded.faults)


def test_components_and_lists_of_inputs_become_what_their_types_say():
    body = (
        '<itemDefinition name="tP" isCollection="true">'
        '<itemComponent name="born"><typeRef>date</typeRef></itemComponent>'
        '<itemComponent name="note"><typeRef>string</typeRef></itemComponent></itemDefinition>'
    )
    made = model(body + given("p", "tP") + decision("d", literal("p[1].born.year + count(p)"), "input:p"))
    assert run(made, "d", {"p": [{"born": "2000-02-29"}]}) == 2001
    assert run(made, "d", {"p": {"born": "2000-02-29"}}) == 2001
    assert run(made, "d", {"p": [{"born": "29.2.2000"}]}) is None
