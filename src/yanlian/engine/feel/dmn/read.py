"""A DMN file (1.1 to 1.5) into the model. What carries meaning and is not understood is refused with its place."""

from __future__ import annotations

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.layout_read import read_layout
from yanlian.engine.feel.dmn.read_boxed import BOXES, Reader
from yanlian.engine.feel.dmn.xml import Element, read_xml

NAMESPACES = {
    "http://www.omg.org/spec/DMN/20130901": "1.0",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
_REQUIREMENTS = {
    "requiredInput": "input",
    "requiredDecision": "decision",
    "requiredKnowledge": "knowledge",
    "requiredAuthority": "authority",
}


def read_model(data: bytes, where: str = "") -> dmn.Model:
    """The model in a file; `where` names the file in errors."""
    root = read_xml(data, where)
    version = NAMESPACES.get(root.space)
    if root.name != "definitions" or version is None:
        known = ", ".join(sorted(set(NAMESPACES.values()) - {"1.0"}))
        raise Refused(
            "dmn_namespace", where=where, line=root.spot.line, found=f"{root.name} ({root.space})", expected=known
        )
    read = Reader(where, root.get("expressionLanguage"))
    shapes, edges = read_layout(root)
    return dmn.Model(
        name=root.get("name"),
        namespace=root.get("namespace"),
        imports=tuple(_import(read, e) for e in root.all("import")),
        items=tuple(_item(read, e) for e in root.all("itemDefinition")),
        inputs=tuple(_input(read, e) for e in root.all("inputData")),
        decisions=tuple(_decision(read, e) for e in root.all("decision")),
        knowledge=tuple(_knowledge(read, e) for e in root.all("businessKnowledgeModel")),
        services=tuple(_service(read, e) for e in root.all("decisionService")),
        sources=tuple(_source(read, e) for e in root.all("knowledgeSource")),
        description=read.description(root),
        id=root.get("id"),
        where=where,
        version=version,
        prefixes=tuple(sorted(root.prefixes.items())),
        shapes=shapes,
        edges=edges,
    )


def _import(read: Reader, element: Element) -> dmn.Import:
    return dmn.Import(
        element.get("name"),
        element.get("namespace"),
        element.get("importType"),
        element.get("locationURI"),
        **read.part(element),
    )


def _item(read: Reader, element: Element) -> dmn.ItemDefinition:
    function = element.one("functionItem")
    return dmn.ItemDefinition(
        read.name(element),
        read.type_ref(element),
        tuple(_item(read, e) for e in element.all("itemComponent")),
        None
        if function is None
        else dmn.FunctionItem(
            tuple(read.parameter(e) for e in function.all("parameters")),
            read.type_ref(function, "outputTypeRef"),
            **read.part(function),
        ),
        element.get("isCollection") in {"true", "1"},
        read.literal_of(element, "allowedValues"),
        read.literal_of(element, "typeConstraint"),
        element.get("label"),
        **read.part(element),
    )


def _variable_type(read: Reader, element: Element) -> str:
    variable = element.one("variable")
    return "" if variable is None else read.type_ref(variable)


def _input(read: Reader, element: Element) -> dmn.InputData:
    return dmn.InputData(read.name(element), _variable_type(read, element), element.get("label"), **read.part(element))


def _requirements(read: Reader, element: Element) -> tuple[dmn.Requirement, ...]:
    found: list[dmn.Requirement] = []
    for requirement in element.all("informationRequirement", "knowledgeRequirement", "authorityRequirement"):
        for target in requirement.all(*_REQUIREMENTS):
            kind = _REQUIREMENTS[target.name]
            # An authority may be a source, an input or a decision; the arrow is of authority all the same.
            kind = "authority" if requirement.name == "authorityRequirement" else kind
            found.append(dmn.Requirement(kind, target.get("href"), **read.part(requirement)))
    return tuple(found)


def _decision(read: Reader, element: Element) -> dmn.Decision:
    logic = element.one(*BOXES)
    question, answers = element.one("question"), element.one("allowedAnswers")
    return dmn.Decision(
        read.name(element),
        None if logic is None else read.logic(logic),
        _variable_type(read, element),
        _requirements(read, element),
        "" if question is None else question.text,
        "" if answers is None else answers.text,
        element.get("label"),
        **read.part(element),
    )


def _knowledge(read: Reader, element: Element) -> dmn.BusinessKnowledge:
    logic = element.one("encapsulatedLogic")
    return dmn.BusinessKnowledge(
        read.name(element),
        None if logic is None else read.encapsulated(logic),
        _variable_type(read, element),
        _requirements(read, element),
        element.get("label"),
        **read.part(element),
    )


def _service(read: Reader, element: Element) -> dmn.DecisionService:
    def hrefs(name: str) -> tuple[str, ...]:
        return tuple(e.get("href") for e in element.all(name))

    return dmn.DecisionService(
        read.name(element),
        hrefs("outputDecision"),
        hrefs("encapsulatedDecision"),
        hrefs("inputDecision"),
        hrefs("inputData"),
        _variable_type(read, element),
        element.get("label"),
        **read.part(element),
    )


def _source(read: Reader, element: Element) -> dmn.KnowledgeSource:
    kind = element.one("type")
    return dmn.KnowledgeSource(
        read.name(element),
        "" if kind is None else kind.text,
        element.get("locationURI"),
        _requirements(read, element),
        element.get("label"),
        **read.part(element),
    )
