"""The drawn part of a clause page: the requirement diagram, the same in words, and the facts that the rule reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from yanlian.apps.policies.diagram import diagram
from yanlian.apps.policies.needs import Need, needs_of
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Schema
from yanlian.engine.policy import PackSet
from yanlian.engine.policy.compiled import CompiledClause, Item
from yanlian.engine.policy.dmn import model_of
from yanlian.engine.policy.model import Definition, Parameter, Scale, Table
from yanlian.ui.words import Text, english, say, t

KINDS: dict[str, Text] = {
    "fact": ("数据", "data"),
    "event": ("触发事项", "event"),
    "parameter": ("参数", "parameter"),
    "table": ("标准表", "table"),
    "scale": ("分档表", "scale"),
    "definition": ("名称", "name"),
    "scope": ("适用", "scope"),
    "condition": ("条件", "condition"),
    "veto": ("否决情形", "veto"),
    "amount": ("金额", "amount"),
    "result": ("结果", "result"),
    "clause": ("条款", "clause"),
}
SHOWN: dict[str, Text] = {
    "scope": ("适用对象与期间", "For whom, and when"),
    "amount": ("金额", "Amount"),
    "result": ("结果", "Result"),
}
GIVEN: dict[str, Text] = {
    "评价日": ("评价日", "the as-of date"),
    "评价年度": ("评价年度", "its year"),
    "上年": ("上年", "the year before"),
    "前年": ("前年", "the year before that"),
    "本区": ("本区", "this district"),
}
_PARTS = {"gate": "gates", "veto": "vetoes", "condition": "conditions"}
_SECTIONS = ((Table, "tables", "table"), (Scale, "scales", "scale"), (Parameter, "parameters", "parameter"))


@dataclass(frozen=True)
class Mention:
    """An element as the page names it, and where on the page it is explained."""

    kind: str
    kind_word: str
    label: str
    href: str


@dataclass(frozen=True)
class NeedLine:
    """One line of the text twin: what an element needs, and what it reads besides."""

    of: Mention
    needs: Sequence[Mention]
    besides: str


@dataclass(frozen=True)
class FactLine:
    """One kind of data that the rule reads."""

    anchor: str
    label: str
    holder: str


@lru_cache(maxsize=256)
def _needs(packs: PackSet, clause_id: str) -> tuple[Need, ...]:
    """The graph of a clause; computed once for each loading of the packs. Raises `Refused`: it is no DMN model."""
    clause = packs.clause(clause_id)
    return needs_of(model_of(packs, clause_id), clause.event.each.uses if clause.event else ())


def drawn(packs: PackSet, found: CompiledClause, items: Sequence[Item]) -> dict[str, object]:
    """Template context: `diagram` (or `not_drawn`, why there is none), `need_lines`, `facts`."""
    try:
        needs = _needs(packs, found.id)
    except Refused as refusal:
        return {"not_drawn": refusal.text("en" if english() else "zh")}
    facts = [need for need in needs if need.kind == "fact"]
    anchors = _anchors(found, items)
    anchors |= {need.id: f"fact-{number}" for number, need in enumerate(facts, 1)}
    mentions = {need.id: _mention(packs.schema, need, anchors) for need in needs}
    picture = diagram(needs, [mention.label for mention in mentions.values()])
    return {
        "diagram": picture,
        "boxes": [(box, mentions[box.need.id]) for box in picture.boxes],
        "need_lines": [_line(need, mentions) for need in reversed(needs) if need.needs or need.unsaid],
        "facts": [_fact(packs.schema, need, mentions[need.id].label, anchors[need.id]) for need in facts],
    }


def _anchors(found: CompiledClause, items: Sequence[Item]) -> dict[str | tuple[str, ...], str]:
    """Where on the page the parts of the clause are explained, by their place in the pack."""
    anchors: dict[str | tuple[str, ...], str] = {}
    for kind, part in _PARTS.items():
        for number, test in enumerate((one for one in found.tests if one.kind == kind), 1):
            home = (*found.document.home.key, "rules") if test.inherited else found.home.key
            anchors[*home, part, test.source.label] = f"{kind}-{number}"
    for source, part, word in _SECTIONS:
        for number, item in enumerate((one for one in items if isinstance(one.source, source)), 1):
            anchors[*item.home.key, part, item.name] = f"{word}-{number}"
    for number, item in enumerate((one for one in items if isinstance(one.source, Definition)), 1):
        anchors[*item.home.key, "definitions", item.name] = f"definition-{number}"
    return anchors


def _mention(schema: Schema, need: Need, anchors: Mapping[str | tuple[str, ...], str]) -> Mention:
    fixed = {"event": "about", "scope": "about", "amount": "amount", "result": "amount", "clause": "text"}
    anchor = anchors.get(need.id) or anchors.get(need.place) or fixed.get(need.kind, "rules")
    return Mention(need.kind, say(KINDS[need.kind]), _label(schema, need), f"#{anchor}")


def _label(schema: Schema, need: Need) -> str:
    if need.kind in SHOWN:
        return say(SHOWN[need.kind])
    if need.kind == "fact":
        return t(need.label, _english(schema, need.label))
    return need.label


def _english(schema: Schema, label: str) -> str:
    kind = schema.names.get(label)
    if kind is not None:
        return kind.en
    return next((one.en for one in schema.entity.values() if one.zh == label), label)


def _line(need: Need, mentions: Mapping[str, Mention]) -> NeedLine:
    besides = t("、", ", ").join(say(GIVEN[name]) for name in need.unsaid)
    return NeedLine(mentions[need.id], [mentions[name] for name in need.needs], besides)


def _fact(schema: Schema, need: Need, label: str, anchor: str) -> FactLine:
    kind = schema.names.get(need.label)
    holder = schema.holder_name(kind.holder, t("zh", "en")) if kind is not None else ""
    return FactLine(anchor, label, holder)
