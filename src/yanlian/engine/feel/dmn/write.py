"""A model as a DMN 1.5 file: valid in the order of the standard's schema, the same bytes for the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.write_boxed import BoxWriter, described
from yanlian.engine.feel.dmn.write_ids import Ids, elements_of, identified
from yanlian.engine.feel.dmn.write_layout import layout_tag
from yanlian.engine.feel.dmn.write_types import TypeNames, literals_of
from yanlian.engine.feel.dmn.write_xml import Tag, xml_bytes

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
_NAMESPACES = {
    "xmlns": MODEL,
    "xmlns:dmndi": "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    "xmlns:dc": "http://www.omg.org/spec/DMN/20180521/DC/",
    "xmlns:di": "http://www.omg.org/spec/DMN/20180521/DI/",
}
_NAME = frozenset({"name", "namespace"})
_INFORMATION = {"input": "requiredInput", "decision": "requiredDecision"}


def write_model(model: dmn.Model) -> bytes:
    """The XML of a model. Reading it gives an equal model; ids that were missing or invalid are made from names.

    Refused (dmn_write_character): a text with a character that XML cannot hold.
    """
    known, ids = identified(model)
    return xml_bytes(_Writer(known, ids).definitions(), model.where or model.name)


class _Writer:
    def __init__(self, model: dmn.Model, ids: Ids) -> None:
        self.model = model
        self.ids = ids
        self.types = TypeNames(model)
        self.language = _language_of(model)
        self.boxes = BoxWriter(ids, self.language, self.types.written)
        self.kinds = {element.id: element for element in elements_of(model)}

    def definitions(self) -> Tag:
        """The root element. Its members come first, so that the prefixes they need are known."""
        members = [*map(self.imported, self.model.imports), *map(self.item, self.model.items)]
        members += [*map(self.input, self.model.inputs), *map(self.decision, self.model.decisions)]
        members += [*map(self.knowledge, self.model.knowledge), *map(self.service, self.model.services)]
        members += map(self.source, self.model.sources)
        members += layout_tag(self.model, self.ids, self.types)
        attributes = {
            **_NAMESPACES,
            **{f"xmlns:{prefix}": space for prefix, space in self.types.declared},
            "id": self.model.id,
            "name": self.model.name,
            "namespace": self.model.namespace,
            "expressionLanguage": self.language,
        }
        description = [Tag("description", text=self.model.description)] if self.model.description else []
        return Tag("definitions", attributes, [*description, *members], None, _NAME)

    def imported(self, one: dmn.Import) -> Tag:
        """An import; one that does not say what it is of is of DMN."""
        attributes = {
            "name": one.name,
            "namespace": one.namespace,
            "locationURI": one.location,
            "importType": one.import_type or MODEL,
        }
        self.boxes.below(f"{self.model.id}_import")
        return self.boxes.tag("import", one, attributes, [], _NAME)

    def item(self, item: dmn.ItemDefinition, tag: str = "itemDefinition") -> Tag:
        """An item definition or one of its components."""
        attributes = {
            "name": item.name,
            "label": item.label,
            "isCollection": "true" if item.is_collection else "",
        }
        if tag == "itemDefinition":
            self.boxes.below(item.id or item.name)
        # The schema allows no constraint without a type; one of nothing in particular is of Any.
        bare = item.allowed is not None or item.constraint is not None
        type_ref = item.type_ref or ("Any" if bare and not item.components and item.function is None else "")
        members = [Tag("typeRef", text=self.types.written(type_ref))] if type_ref else []
        whole = self.boxes.tag(tag, item, attributes, members, _NAME)
        whole.members += self.boxes.given(item.allowed, "allowedValues")
        whole.members += self.boxes.given(item.constraint, "typeConstraint")
        whole.members += [self.item(component, "itemComponent") for component in item.components]
        if item.function is not None:
            output = {"outputTypeRef": self.types.written(item.function.output_type_ref)}
            parameters = [self.boxes.parameter(p, "parameters") for p in item.function.parameters]
            whole.members.append(self.boxes.tag("functionItem", item.function, output, parameters))
        return whole

    def element(self, tag: str, element: dmn.Element, members: list[Tag], **attributes: str) -> Tag:
        """An element of the requirements graph; its id is known already."""
        named = {"id": element.id, "name": element.name, "label": element.label, **attributes}
        return Tag(tag, named, [*described(element), *members], None, _NAME)

    def variable(self, element: dmn.Element, type_ref: str) -> Tag:
        """The variable of an element; from here on ids are made below it."""
        return self.boxes.below(element.id).variable(element.name, type_ref)

    def input(self, one: dmn.InputData) -> Tag:
        """An input."""
        return self.element("inputData", one, [self.variable(one, one.type_ref)])

    def decision(self, one: dmn.Decision) -> Tag:
        """A decision: question, answers, variable, requirements, logic."""
        members = [Tag("question", text=one.question)] if one.question else []
        members += [Tag("allowedAnswers", text=one.allowed_answers)] if one.allowed_answers else []
        members += [self.variable(one, one.type_ref), *self.requirements(one.requirements)]
        return self.element("decision", one, [*members, *self.boxes.maybe(one.expression)])

    def knowledge(self, one: dmn.BusinessKnowledge) -> Tag:
        """A business knowledge model."""
        members = [self.variable(one, one.type_ref)]
        if one.function is not None:
            members.append(self.boxes.function(one.function, "encapsulatedLogic"))
        return self.element("businessKnowledgeModel", one, [*members, *self.requirements(one.requirements)])

    def service(self, one: dmn.DecisionService) -> Tag:
        """A decision service."""
        members = [self.variable(one, one.type_ref)]
        for tag, hrefs in (
            ("outputDecision", one.outputs),
            ("encapsulatedDecision", one.encapsulated),
            ("inputDecision", one.input_decisions),
            ("inputData", one.input_data),
        ):
            members += [Tag(tag, {"href": href}) for href in hrefs]
        return self.element("decisionService", one, members)

    def source(self, one: dmn.KnowledgeSource) -> Tag:
        """A knowledge source."""
        kind = [Tag("type", text=one.type)] if one.type else []
        return self.element(
            "knowledgeSource", one, [*self.requirements(one.requirements), *kind], locationURI=one.location
        )

    def requirements(self, requirements: tuple[dmn.Requirement, ...]) -> Iterator[Tag]:
        """The schema wants information, then knowledge, then authority; within a kind the order stays."""
        order = {"input": 0, "decision": 0, "knowledge": 1, "authority": 2}
        for one in sorted(requirements, key=lambda r: order[r.kind]):
            if one.kind == "knowledge":
                tag, target = "knowledgeRequirement", "requiredKnowledge"
            elif one.kind == "authority":
                tag, target = "authorityRequirement", self.authority(one.href)
            else:
                tag, target = "informationRequirement", _INFORMATION[one.kind]
            yield Tag(tag, {"id": one.id}, [*described(one), Tag(target, {"href": one.href})])

    def authority(self, href: str) -> str:
        """What an authority is: a source, an input or a decision of this model, otherwise a source."""
        match self.kinds.get(href.rpartition("#")[2]):
            case dmn.InputData():
                return "requiredInput"
            case dmn.Decision():
                return "requiredDecision"
            case _:
                return "requiredAuthority"


def _language_of(model: dmn.Model) -> str:
    """The language that is said once for the file: the most frequent, if no expression is without one."""
    found = Counter(literal.language for literal in literals_of(model))
    if not found or found[""]:
        return ""
    return min(found, key=lambda language: (-found[language], language))
