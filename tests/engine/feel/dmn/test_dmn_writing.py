"""Models written as DMN 1.5: reading them gives the same model, whatever it holds."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model
from yanlian.engine.feel.dmn.write_boxed import POLICIES

# Any text that XML can hold, with what must be escaped well represented.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
TEXTS = st.text(CHARACTERS | st.sampled_from(list("<>&\"'\n\t\r ]")), max_size=12) | st.sampled_from(
    ["]]>", "<![CDATA[x]]>", "a\r\nb", " x ", "&amp;", '年报.营业收入 >= 1 and x < "a"', "<!-- -->", "\u0085\u2028"]
)
NAMES = st.sampled_from(
    ["营业收入", "Loan Amount", "a", "b-c", "x'y", "1st", "<n>", "研发 费用 & 占比", 'q"q', "tRisk"]
)
TYPES = st.sampled_from(["", "number", "string", "tRisk", "base.tRisk", "days and time duration"])
KNOWN_TYPES = TYPES.filter(bool)
IDS = st.sampled_from(["", "", "_1", "a", "标识", "1 bad id", "x-y"])
NOTES = st.just("") | TEXTS
LANGUAGES = st.sampled_from(["", "", "https://www.omg.org/spec/DMN/20230324/FEEL/", "urn:other"])


def part(kind, *fields, **named):
    return st.builds(kind, *fields, id=IDS, description=NOTES, **named)


def tuples(strategy, most=3):
    return st.lists(strategy, max_size=most).map(tuple)


LITERALS = part(dmn.LiteralExpression, TEXTS, TYPES, LANGUAGES)
OPTIONAL = st.none() | LITERALS
PARAMETERS = part(dmn.Parameter, NAMES, TYPES)


@st.composite
def tables(draw):
    inputs = draw(tuples(part(dmn.InputClause, LITERALS, TEXTS, OPTIONAL)))
    outputs = draw(
        st.lists(part(dmn.OutputClause, st.just("") | NAMES, TEXTS, TYPES, OPTIONAL, OPTIONAL), min_size=1, max_size=3)
    )
    width, height = len(inputs), len(outputs)
    cells = [st.lists(LITERALS, min_size=n, max_size=n).map(tuple) for n in (width, height)]
    rules = draw(tuples(part(dmn.RuleRow, *cells, tuples(TEXTS, 2))))
    policy = draw(st.sampled_from(sorted(POLICIES)))
    return draw(
        part(
            dmn.DecisionTable,
            st.just(inputs),
            st.just(tuple(outputs)),
            st.just(rules),
            st.just(policy),
            tuples(TEXTS, 2),
            TEXTS,
            TYPES,
        )
    )


def larger(box):
    optional = st.none() | box
    relations = st.integers(1, 3).flatmap(
        lambda n: part(
            dmn.Relation,
            st.lists(PARAMETERS, min_size=n, max_size=n).map(tuple),
            tuples(st.lists(box, min_size=n, max_size=n).map(tuple), 2),
            TYPES,
        )
    )
    bindings = st.builds(dmn.Binding, NAMES, optional)
    return st.one_of(
        part(dmn.BoxedContext, tuples(part(dmn.ContextEntry, NAMES, box, TYPES)), TYPES),
        part(dmn.BoxedInvocation, box, tuples(bindings), TYPES),
        part(dmn.BoxedFunction, tuples(PARAMETERS), optional, st.sampled_from(["FEEL", "Java", "PMML"]), TYPES),
        part(dmn.BoxedList, tuples(box), TYPES),
        relations,
        part(dmn.BoxedConditional, box, box, box, TYPES),
        part(dmn.BoxedFilter, box, box, TYPES),
        part(dmn.BoxedIterator, st.sampled_from(["for", "some", "every"]), NAMES, box, box, TYPES, TYPES),
    )


BOXES = st.recursive(LITERALS | tables(), larger, max_leaves=4)
FUNCTIONS = part(dmn.BoxedFunction, tuples(PARAMETERS), st.none() | BOXES, st.just("FEEL"), TYPES)
HREFS = st.sampled_from(["#elsewhere", "urn:other#_1", "#甲"])


def requirements(*kinds):
    """In the order in which the schema has them: information, knowledge, authority."""
    order = ["input", "decision", "knowledge", "authority"]
    kind = st.sampled_from(kinds)
    one = part(dmn.Requirement, kind, HREFS)
    return tuples(one).map(lambda all_: tuple(sorted(all_, key=lambda r: max(1, order.index(r.kind)))))


ITEMS = st.recursive(
    part(dmn.ItemDefinition, NAMES, TYPES, st.just(()), st.none(), st.booleans(), label=TEXTS)
    | part(dmn.ItemDefinition, NAMES, KNOWN_TYPES, st.just(()), st.none(), st.booleans(), OPTIONAL, OPTIONAL, TEXTS),
    lambda inner: (
        part(dmn.ItemDefinition, NAMES, st.just(""), tuples(inner), st.none(), st.booleans(), label=TEXTS)
        | part(
            dmn.ItemDefinition,
            NAMES,
            function=part(dmn.FunctionItem, tuples(PARAMETERS), TYPES),
            is_collection=st.booleans(),
        )
    ),
    max_leaves=4,
)
MODELS = st.builds(
    dmn.Model,
    TEXTS,
    st.sampled_from(["urn:yanlian:test", "https://example.org/规则?a=1&b=2"]),
    tuples(part(dmn.Import, NAMES, st.just("urn:other"), st.just("urn:kind"), TEXTS), 2),
    tuples(ITEMS),
    tuples(part(dmn.InputData, NAMES, TYPES, TEXTS)),
    tuples(
        part(
            dmn.Decision,
            NAMES,
            st.none() | BOXES,
            TYPES,
            requirements("input", "decision", "knowledge", "authority"),
            TEXTS,
            TEXTS,
            TEXTS,
        )
    ),
    tuples(
        part(dmn.BusinessKnowledge, NAMES, st.none() | FUNCTIONS, TYPES, requirements("knowledge", "authority"), TEXTS),
        2,
    ),
    tuples(
        part(dmn.DecisionService, NAMES, tuples(HREFS), tuples(HREFS), tuples(HREFS), tuples(HREFS), TYPES, TEXTS),
        2,
    ),
    tuples(part(dmn.KnowledgeSource, NAMES, TEXTS, TEXTS, requirements("authority"), TEXTS), 2),
    TEXTS,
)


def ids_in(data: bytes) -> list[str]:
    return re.findall(r'\bid="([^"]*)"', data.decode())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(MODELS)
def test_a_model_written_and_read_is_the_same_model_in_the_same_bytes(model: dmn.Model):
    data = write_model(model)
    again = read_model(data)
    assert again == model
    assert write_model(model) == data
    assert write_model(again) == data
    ids = ids_in(data)
    assert len(ids) == len(set(ids))
    # An id is an XML name without a colon: no blank, no sign of markup, no digit in front.
    assert [one for one in ids if re.search(r"""^$|^[-.\d]|[\s:<>&"'?=/,;()]""", one)] == []


def small(**changes) -> dmn.Model:
    model = dmn.Model(
        "例",
        "urn:例",
        inputs=(dmn.InputData("营业收入", "number"),),
        decisions=(
            dmn.Decision(
                "奖励 金额",
                dmn.LiteralExpression("营业收入 * 0.1"),
                "number",
                (dmn.Requirement("input", "#营业收入"), dmn.Requirement("authority", "#办法")),
            ),
        ),
        sources=(dmn.KnowledgeSource("办法"),),
    )
    return replace(model, **changes)


def test_ids_that_are_missing_are_made_from_names_and_references_follow():
    text = write_model(small()).decode()
    # Letters beyond ASCII are spelt out: modellers built on dmn-js drop elements whose id has any.
    assert '<inputData id="_8425._4E1A._6536._5165."' in text
    assert '<decision id="_5956._52B1.__91D1._989D."' in text
    assert '<requiredInput href="#_8425._4E1A._6536._5165."/>' in text
    assert 'id="_5956._52B1.__91D1._989D._input_1"' in text
    assert all(one.isascii() for one in ids_in(write_model(small())))


def test_an_id_that_is_no_xml_name_is_changed_with_all_that_refers_to_it():
    model = small(
        inputs=(dmn.InputData("营业收入", id="1 a"),),
        decisions=(replace(small().decisions[0], requirements=(dmn.Requirement("input", "#1 a", id="2"),)),),
        shapes=(dmn.Shape("1 a", 0, 0, 1, 1),),
        edges=(dmn.Edge("2", ((0, 0), (1.5, 2))),),
    )
    text = write_model(model).decode()
    assert '<inputData id="_1_a"' in text
    assert 'href="#_1_a"' in text
    assert 'dmnElementRef="_1_a"' in text
    assert 'dmnElementRef="_2"' in text
    assert '<di:waypoint x="1.5" y="2"/>' in text


def test_requirements_are_written_in_the_order_of_the_schema():
    kinds = ("authority", "knowledge", "decision", "input")
    decision = dmn.Decision("d", requirements=tuple(dmn.Requirement(kind, "#x") for kind in kinds))
    text = write_model(dmn.Model("m", "urn:m", decisions=(decision,))).decode()
    found = re.findall(r"<(required\w+)", text)
    assert found == ["requiredDecision", "requiredInput", "requiredKnowledge", "requiredAuthority"]


def test_an_authority_that_is_a_decision_or_an_input_is_written_as_one():
    asks = tuple(dmn.Requirement("authority", f"#{target}") for target in ("d", "i", "s", "urn:x#y"))
    model = dmn.Model(
        "m",
        "urn:m",
        inputs=(dmn.InputData("i"),),
        decisions=(dmn.Decision("d"),),
        sources=(dmn.KnowledgeSource("s", requirements=asks),),
    )
    found = re.findall(r"<(required\w+)", write_model(model).decode())
    assert found == ["requiredDecision", "requiredInput", "requiredAuthority", "requiredAuthority"]
    assert read_model(write_model(model)) == model


@pytest.mark.parametrize("letters", sorted(POLICIES))
def test_every_hit_policy_and_aggregation_is_written_in_the_words_of_the_standard(letters: str):
    table = dmn.DecisionTable((), (dmn.OutputClause(),), (), letters)
    model = dmn.Model("m", "urn:m", decisions=(dmn.Decision("d", table),))
    text = write_model(model).decode()
    policy, aggregation = POLICIES[letters]
    assert f'hitPolicy="{policy}"' in text
    assert (f'aggregation="{aggregation}"' in text) == bool(aggregation)
    assert ("aggregation=" in text) == bool(aggregation)
    assert read_model(text.encode()) == model


@pytest.mark.parametrize("wrong", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800"])
def test_a_character_that_xml_cannot_hold_is_refused_with_its_place(wrong: str):
    with pytest.raises(Refused) as refused:
        write_model(small(description=f"甲{wrong}"))
    assert refused.value.code == "dmn_write_character"
    assert refused.value.data["column"] == 2
    assert f"{ord(wrong):04X}" in refused.value.text("zh")


def test_a_language_that_all_expressions_share_is_said_once():
    first, second = dmn.LiteralExpression("1", language="urn:l"), dmn.LiteralExpression("2", language="urn:l")
    model = dmn.Model("m", "urn:m", decisions=(dmn.Decision("a", first), dmn.Decision("b", second)))
    assert write_model(model).decode().count("expressionLanguage") == 1
    assert read_model(write_model(model)) == model


def test_types_with_namespaces_are_spelled_as_dmn_15_spells_them():
    spaces = ["http://www.omg.org/spec/FEEL/20140401", "urn:m", "urn:lib", "urn:else"]
    inputs = tuple(dmn.InputData(f"i{n}", f"{{{space}}}t") for n, space in enumerate(spaces))
    model = dmn.Model("m", "urn:m", imports=(dmn.Import("lib", "urn:lib"),), inputs=inputs)
    text = write_model(model).decode()
    assert re.findall(r'typeRef="([^"]*)"', text) == ["t", "t", "lib.t", "n1:t"]
    assert 'xmlns:n1="urn:else"' in text
    assert read_model(text.encode()).inputs[3].type_ref == "{urn:else}t"


def test_a_constraint_on_no_type_is_one_on_any_value():
    item = dmn.ItemDefinition("t", allowed=dmn.LiteralExpression("1, 2"))
    text = write_model(dmn.Model("m", "urn:m", items=(item,))).decode()
    assert "<typeRef>Any</typeRef>" in text
    assert text.index("typeRef") < text.index("allowedValues")


def test_a_service_is_drawn_open_with_its_line_around_its_decisions_and_closed_without():
    service = dmn.DecisionService("s", ("#a",), ("#b",))
    model = dmn.Model("m", "urn:m", decisions=(dmn.Decision("a"), dmn.Decision("b")), services=(service,))
    around = (dmn.Shape("s", 0, 0, 200, 200), dmn.Shape("a", 10, 10, 180, 60), dmn.Shape("b", 10, 120, 180, 60))
    text = write_model(replace(model, shapes=around)).decode()
    assert "DMNDecisionServiceDividerLine" in text
    assert '<di:waypoint x="200" y="95"/>' in text
    assert "isCollapsed" not in text
    apart = (replace(around[0], x=500), *around[1:])
    assert 'isCollapsed="true"' in write_model(replace(model, shapes=apart)).decode()


def test_shapes_of_another_models_elements_are_referred_to_by_prefix():
    decision = dmn.Decision("d", requirements=(dmn.Requirement("decision", "urn:lib#far"),))
    model = dmn.Model("m", "urn:m", decisions=(decision,), shapes=(dmn.Shape("far", 0, 0, 1, 1),))
    text = write_model(model).decode()
    assert 'dmnElementRef="n1:far"' in text
    assert 'xmlns:n1="urn:lib"' in text
    assert read_model(text.encode()).shapes == model.shapes
