"""Models that import others: names, types, functions, services and inputs across files."""

from __future__ import annotations

from decimal import Decimal

from tests.engine.feel.dmn.made import decision, given, knowledge, literal, model, run

from yanlian.engine.feel.dmn.program import program

PERSON = '<itemDefinition name="tPerson"><itemComponent name="full name"><typeRef>string</typeRef></itemComponent>'
PERSON += '<itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
GREETING = knowledge("Say hello", {"who": "tPerson"}, literal('"Hello " + who.full name + "!"'), kind="string")
LIBRARY = model(PERSON + GREETING, "urn:library")
IMPORT = '<import name="lib" namespace="urn:library" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
SOMEBODY = {"full name": "Li", "age": 30}


def test_functions_and_types_of_an_import_are_used_under_its_name():
    main = model(
        IMPORT
        + given("Guest", "lib.tPerson")
        + decision("Greeting", literal("lib.Say hello(Guest)"), "input:Guest", "knowledge:urn:library#_Say hello")
        + decision("Is one", literal("Guest instance of lib.tPerson"), "input:Guest"),
        "urn:main",
    )
    loaded = program(main, [LIBRARY])
    assert loaded.faults == []
    assert run(loaded, "Greeting", {"Guest": SOMEBODY}) == "Hello Li!"
    assert run(loaded, "Is one", {"Guest": SOMEBODY}) is True
    assert run(loaded, "Greeting", {"Guest": {"full name": 3, "age": 30}}) is None


def test_a_boxed_invocation_calls_a_function_of_an_import():
    bound = f"<binding><parameter name='who'/>{literal('Guest')}</binding>"
    call = f"<invocation>{literal('lib.Say hello')}{bound}</invocation>"
    main = model(
        IMPORT + given("Guest") + decision("G", call, "input:Guest", "knowledge:urn:library#_Say hello"), "urn:main"
    )
    assert run(program(main, [LIBRARY]), "G", {"Guest": SOMEBODY}) == "Hello Li!"


def test_an_import_without_a_name_brings_its_elements_as_they_are():
    main = model(
        '<import name="" namespace="urn:library" importType="x/DMN/"/>'
        + given("Guest", "tPerson")
        + decision("G", literal("Say hello(Guest)"), "input:Guest", "knowledge:urn:library#_Say hello"),
        "urn:main",
    )
    assert run(program(main, [LIBRARY]), "G", {"Guest": SOMEBODY}) == "Hello Li!"


def test_what_is_not_required_is_not_visible_even_if_imported():
    main = model(IMPORT + given("Guest") + decision("G", literal("lib.Say hello(Guest)"), "input:Guest"), "urn:main")
    assert run(program(main, [LIBRARY]), "G", {"Guest": SOMEBODY}) is None


def inner_models():
    deep = model(given("name", "string") + decision("Hello", literal('"Hello, " + name'), "input:name"), "urn:deep")
    middle = {
        letter: model(
            '<import name="deep" namespace="urn:deep"/>'
            + decision("Say", literal(f'"{letter}: " + deep.Hello'), "decision:urn:deep#_Hello"),
            f"urn:{letter}",
        )
        for letter in ("b", "c")
    }
    main = model(
        "".join(f'<import name="Model {x}" namespace="urn:{x}"/>' for x in "bc")
        + decision("All", literal('Model b.Say + "; " + Model c.Say'), "decision:urn:b#_Say", "decision:urn:c#_Say"),
        "urn:main",
    )
    return program(main, [deep, *middle.values()])


def test_a_model_imported_along_two_ways_has_its_inputs_twice():
    inputs = {"Model b": {"deep": {"name": "B"}}, "Model c": {"deep": {"name": "C"}}}
    assert run(inner_models(), "All", inputs) == "b: Hello, B; c: Hello, C"
    dotted = {"Model b.deep.name": "B", "Model c.deep.name": "C"}
    assert run(inner_models(), "All", dotted) == "b: Hello, B; c: Hello, C"


def test_an_input_by_its_bare_name_serves_all_ways():
    assert run(inner_models(), "All", {"name": "X"}) == "b: Hello, X; c: Hello, X"


def test_a_decision_of_an_import_can_be_asked_for_by_its_path():
    assert run(inner_models(), "Model b.Say", {"name": "X"}) == "b: Hello, X"


def test_a_missing_import_is_a_fault_and_what_needs_it_is_null():
    main = model(IMPORT + decision("G", literal("1 + 1"), "knowledge:urn:library#_Say hello"), "urn:main")
    loaded = program(main)
    assert [fault.code for fault in loaded.faults] == ["dmn_import", "dmn_href"]
    assert run(loaded, "G") == Decimal(2)


def test_services_of_an_import_are_called_like_functions():
    service = (
        given("base", "number")
        + decision("Double", literal("base * 2"), "input:base")
        + '<decisionService id="_Twice" name="Twice"><variable name="Twice"/>'
        + '<outputDecision href="#_Double"/><inputData href="#_base"/></decisionService>'
    )
    main = model(
        '<import name="s" namespace="urn:service"/>'
        + decision("G", literal("s.Twice(21)"), "knowledge:urn:service#_Twice"),
        "urn:main",
    )
    assert run(program(main, [model(service, "urn:service")]), "G") == 42
