"""DMN 1.5 files for modellers of DMN 1.3 and back: nothing but namespaces changes, losses are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.layout import laid_out
from yanlian.engine.feel.dmn.modeller import for_modeller, from_modeller, lost_in_modeller
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model

NEW, OLD = "https://www.omg.org/spec/DMN/20230324/", "https://www.omg.org/spec/DMN/20191111/"


def decision(name: str, logic: dmn.BoxedExpression, *needs: str) -> dmn.Decision:
    arrows = tuple(dmn.Requirement("input", f"#{one}") for one in needs)
    return dmn.Decision(name, logic, requirements=arrows, id=name)


def written(logic: dmn.BoxedExpression) -> str:
    model = dmn.Model(
        name="模型",
        namespace="https://example.com/模型",
        inputs=(dmn.InputData("输入", "number", id="输入"),),
        decisions=(decision("结论", logic, "输入"),),
        id="模型",
    )
    return write_model(laid_out(model)).decode()


def plain() -> str:
    return written(dmn.LiteralExpression("输入 + 1"))


def test_there_is_no_other_than_the_old_namespace_and_no_other_than_an_ascii_identifier():
    text = for_modeller(plain())
    assert NEW not in text
    assert f'xmlns="{OLD}MODEL/"' in text
    assert f'xmlns:dmndi="{OLD}DMNDI/"' in text
    assert 'id="_7ED3._8BBA."' in text
    assert 'href="#_8F93._5165."' in text
    assert 'dmnElementRef="_7ED3._8BBA."' in text


def test_names_texts_and_the_namespace_of_the_model_itself_stay():
    text = for_modeller(plain())
    for part in ('name="结论"', "<text>输入 + 1</text>", 'namespace="https://example.com/模型"'):
        assert part in text


def test_there_and_back_is_the_same_text():
    assert from_modeller(for_modeller(plain())) == plain()


def test_the_model_read_through_the_old_names_says_the_same():
    before, after = read_model(plain().encode(), "a"), read_model(for_modeller(plain()).encode(), "b")
    assert after.version == "1.3"
    assert after.decisions[0].expression == before.decisions[0].expression
    assert len(after.shapes) == len(before.shapes) == 2


def test_what_stands_in_texts_comments_and_cdata_is_left_alone():
    inside = f'xmlns="{NEW}MODEL/" id="结论" href="#结论"'
    text = plain().replace("<text>输入 + 1</text>", f"<text>{inside}</text><!-- <a {inside}> -->")
    text = text.replace("</definitions>", f"<!-- <a {inside}> --></definitions>")
    assert for_modeller(text).count(inside) == text.count(inside) == 3
    kept = plain().replace("<text>输入 + 1</text>", f"<text><![CDATA[<a {inside}>]]></text>")
    assert inside in for_modeller(kept)


def test_quotes_of_either_kind_and_signs_inside_values_are_read_as_xml_reads_them():
    text = plain().replace('name="结论"', """name='a > "b" id="结论"'""", 1)
    assert """name='a > "b" id="结论"'""" in for_modeller(text)
    single = plain().replace('id="_7ED3._8BBA."', "id='_7ED3._8BBA.'")
    assert single != plain()
    assert "id='_7ED3._8BBA.'" in for_modeller(single)


@pytest.mark.parametrize(
    ("logic", "tag"),
    [
        (dmn.BoxedConditional(*(dmn.LiteralExpression(t) for t in ("true", "1", "2"))), "conditional"),
        (dmn.BoxedFilter(dmn.LiteralExpression("[1]"), dmn.LiteralExpression("true")), "filter"),
        (dmn.BoxedIterator("for", "x", dmn.LiteralExpression("[1]"), dmn.LiteralExpression("x")), "for"),
        (dmn.BoxedIterator("some", "x", dmn.LiteralExpression("[1]"), dmn.LiteralExpression("true")), "some"),
        (dmn.BoxedIterator("every", "x", dmn.LiteralExpression("[1]"), dmn.LiteralExpression("true")), "every"),
    ],
)
def test_what_dmn_1_3_does_not_have_is_refused_with_its_place(logic: dmn.BoxedExpression, tag: str):
    text = written(logic)
    (lost,) = lost_in_modeller(text)
    assert (lost.tag, lost.inside) == (tag, "结论")
    assert f"<{tag}" in text.splitlines()[lost.line - 1]
    with pytest.raises(Refused) as refused:
        for_modeller(text, "a.dmn")
    assert refused.value.code == "dmn_modeller_lost"
    assert f"结论 <{tag}>" in refused.value.text("zh")


def test_a_constraint_on_a_type_as_a_whole_is_lost_too_and_allowed_values_are_not():
    model = read_model(plain().encode(), "a")
    allowed = dmn.ItemDefinition("t数", "number", allowed=dmn.LiteralExpression("> 0"))
    constraint = dmn.ItemDefinition("t数", "number", constraint=dmn.LiteralExpression("> 0"))
    assert lost_in_modeller(write_model(replace(model, items=(allowed,))).decode()) == ()
    found = lost_in_modeller(write_model(replace(model, items=(constraint,))).decode())
    assert [(one.tag, one.inside) for one in found] == [("typeConstraint", "t数")]


@pytest.mark.parametrize("text", ["", "<a", "<!DOCTYPE a []><a/>"])
def test_what_is_no_safe_xml_is_refused_either_way(text: str):
    for change in (for_modeller, from_modeller):
        with pytest.raises(Refused) as refused:
            change(text)
        assert refused.value.code in {"dmn_xml", "dmn_xml_doctype"}
