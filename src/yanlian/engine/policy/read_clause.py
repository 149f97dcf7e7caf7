"""One clause out of its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from yanlian.base.tree import Mapped, Scalar, Tree
from yanlian.engine.policy.model import (
    Clause,
    Delivery,
    Event,
    Evidence,
    Formula,
    Multiplier,
    Part,
    Rules,
    Stacking,
    Test,
)
from yanlian.engine.policy.read_names import NAME_KEYS, read_names
from yanlian.engine.policy.read_rules import RULE_KEYS, read_accepted, read_cases, read_rules
from yanlian.engine.policy.read_stages import read_stages
from yanlian.engine.policy.read_terms import read_deadline, read_returns
from yanlian.engine.policy.reading import Reader

_TEXT_KEYS = ("id", "title", "article", "text", "department", "theme", "note")
_OWN_KEYS = (
    "event",
    "period",
    "without",
    "amount",
    "parts",
    "cap",
    "multipliers",
    "first_time",
    "top_up",
    "stacking",
    "manual",
    "gate_only",
    "result",
    "parameters_on",
    "delivery",
    "delivery_because",
    "evidence",
    "flags",
    "accepted",
    "cases",
    "stages",
    "deadline",
    "commitment",
    "clawback",
)
CLAUSE_KEYS = (*_TEXT_KEYS, *RULE_KEYS, *_OWN_KEYS, *NAME_KEYS)
_YEAR = Formula("year")


def read_clause(reader: Reader, tree: Tree, document: str, rules: Rules, base: Mapping[str, object]) -> Clause | None:
    """A clause, or None when it is not even a mapping with an id."""
    if isinstance(tree, Mapped):
        reader.faults.clause = reader.text(tree, "id")
    node = reader.mapping(tree, "clauses", CLAUSE_KEYS, ("id", "title", "department", "delivery"))
    if node is None:
        return None
    own, rounding = read_rules(reader, node, "clauses")
    subject = own.subject or rules.subject
    if not subject:
        reader.faults.add(node.line, "pack_key_missing", key="subject", where="rules / clauses")
    event = _event(reader, node.get("event"))
    deadline = read_deadline(reader, node.get("deadline"), reader.text(node, "id"), event)
    clause = Clause(
        id=reader.text(node, "id"),
        document=document,
        title=reader.text(node, "title"),
        article=reader.text(node, "article"),
        text=reader.text(node, "text"),
        department=reader.text(node, "department"),
        theme=reader.text(node, "theme"),
        note=reader.text(node, "note"),
        subject=subject,
        event=event,
        period=reader.formula(node.get("period"), "period") or _YEAR,
        gates=own.gates,
        vetoes=(*own.vetoes, *([deadline.test] if deadline else [])),
        conditions=own.conditions,
        without=_without(reader, node, rules),
        rounding=rounding,
        caps=own.caps,
        amount=reader.formula(node.get("amount"), "amount"),
        parts=_parts(reader, node.get("parts")),
        cap=reader.formula(node.get("cap"), "cap"),
        multipliers=_multipliers(reader, node.get("multipliers")),
        first_time=_first_time(reader, node.get("first_time")),
        top_up=_top_up(reader, node.get("top_up")),
        stacking=_stacking(reader, node.get("stacking")),
        manual=reader.text(node, "manual"),
        gate_only=reader.flag(node, "gate_only"),
        result=reader.formula(node.get("result"), "result"),
        parameters_on=cast(
            'Literal["event", "as_of"]',
            reader.choice(node, "parameters_on", ("event", "as_of"), "event" if event else "as_of"),
        ),
        names=read_names(reader, node),
        delivery=cast("Delivery", reader.choice(node, "delivery", ("AUTO", "INSTANT", "APPLY", "MANUAL"), "APPLY")),
        evidence=_evidence(reader, node.get("evidence")),
        flags=reader.texts(node.get("flags"), "flags"),
        cases=read_cases(reader, node.get("cases"), subject, base),
        file=reader.faults.file,
        line=node.line,
        delivery_because=reader.text(node, "delivery_because"),
        accepted=read_accepted(reader, node.get("accepted")),
        instalments=read_stages(reader, node.get("stages")),
        deadline=deadline,
        returns=read_returns(reader, node, event),
        settling=own.settling,
        cost_sharing=own.cost_sharing,
    )
    _note_contradictions(reader, clause)
    return clause


def _note_contradictions(reader: Reader, clause: Clause) -> None:
    """What cannot stand together in one clause."""
    for case in clause.cases:
        if case.beneficiaries:
            reader.faults.add(case.line, "pack_case_beneficiaries", found=case.name)
    pays = [name for name, there in (("amount", clause.amount), ("parts", clause.parts)) if there]
    if clause.gate_only:
        spare = [*pays, *(["stacking"] if clause.stacking else []), *(["cap"] if clause.cap else [])]
        if spare:
            reader.faults.add(clause.line, "pack_contradiction", found=" + ".join(["gate_only", *spare]))
    elif len(pays) == 2:
        reader.faults.add(clause.line, "pack_contradiction", found="amount + parts")
    elif not pays and not clause.manual:
        reader.faults.add(clause.line, "pack_key_missing", key="amount | parts | manual | gate_only", where="clauses")
    if clause.result and not clause.gate_only:
        reader.faults.add(clause.line, "pack_contradiction", found="result − gate_only")
    if clause.instalments:
        ways = (("gate_only", clause.gate_only), ("top_up", clause.top_up), ("stacking", clause.stacking))
        spare = [name for name, there in (*ways, ("manual", clause.manual)) if there]
        if spare:
            reader.faults.add(clause.line, "pack_contradiction", found=" + ".join(["stages", *spare]))
    if clause.deadline is not None and clause.delivery == "AUTO":
        reader.faults.add(clause.line, "pack_contradiction", found="deadline + delivery: AUTO")
    if clause.parameters_on == "event" and clause.event is None:
        reader.faults.add(clause.line, "pack_contradiction", found="parameters_on: event − event")


def _event(reader: Reader, tree: Tree | None) -> Event | None:
    known = ("each", "as", "where", "date", "matter", "window")
    node = reader.mapping(tree, "event", known, ("each", "date"))
    if node is None:
        return None
    window = reader.mapping(node.get("window"), "event.window", ("from", "to"))
    return Event(
        each=reader.sure_formula(node, "each"),
        name=reader.text(node, "as", "事件"),
        where=reader.formula(node.get("where"), "event.where"),
        date=reader.sure_formula(node, "date"),
        matter=reader.formula(node.get("matter"), "event.matter"),
        window=window is not None,
        window_from=reader.day_formula(window, "from", "event.window.from"),
        window_to=reader.day_formula(window, "to", "event.window.to"),
    )


def _without(reader: Reader, node: Mapped, rules: Rules) -> tuple[str, ...]:
    dropped = reader.texts(node.get("without"), "without")
    labels = [
        *(test.label for test in (*rules.gates, *rules.vetoes, *rules.conditions)),
        *(c.label for c in rules.caps),
        *(one.label for one in rules.settling),
    ]
    for label in dropped:
        if label not in labels:
            line = node.entries["without"].key.line
            reader.faults.add(line, "pack_word", key="without", found=label, expected=" | ".join(labels) or "—")
    return dropped


def _parts(reader: Reader, tree: Tree | None) -> tuple[Part, ...]:
    found: list[Part] = []
    for item in reader.listing(tree, "parts"):
        node = reader.mapping(item, "parts", ("label", "when", "amount"), ("label", "amount"))
        if node is not None:
            when = reader.formula(node.get("when"), "parts.when")
            found.append(Part(reader.text(node, "label"), when, reader.sure_formula(node, "amount")))
    return tuple(found)


def _multipliers(reader: Reader, tree: Tree | None) -> tuple[Multiplier, ...]:
    found: list[Multiplier] = []
    for item in reader.listing(tree, "multipliers"):
        known = ("label", "when", "factor", "before_cap")
        node = reader.mapping(item, "multipliers", known, ("label", "factor"))
        if node is not None:
            when = reader.formula(node.get("when"), "multipliers.when")
            factor = reader.sure_formula(node, "factor")
            found.append(Multiplier(reader.text(node, "label"), when, factor, reader.flag(node, "before_cap")))
    return tuple(found)


def _first_time(reader: Reader, tree: Tree | None) -> Test | None:
    node = reader.mapping(tree, "first_time", ("list", "label"), ("list",))
    return None if node is None else Test(reader.text(node, "label", "首次"), reader.sure_formula(node, "list"))


def _top_up(reader: Reader, tree: Tree | None) -> Formula | Literal["default"] | None:
    if tree is None:
        return None
    if isinstance(tree, Scalar):
        if tree.text != "true":
            reader.wrong(tree.line, "top_up", "true | {paid: FEEL}", tree.text)
        return "default"
    node = reader.mapping(tree, "top_up", ("paid",))
    paid = reader.formula(node.get("paid"), "top_up.paid") if node else None
    return paid or "default"


def _stacking(reader: Reader, tree: Tree | None) -> Stacking | None:
    node = reader.mapping(tree, "stacking", ("group", "per"), ("group",))
    if node is None:
        return None
    return Stacking(reader.text(node, "group"), reader.choice(node, "per", ("year", "matter", "life"), "year"))


def _evidence(reader: Reader, tree: Tree | None) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for item in reader.listing(tree, "evidence"):
        node = reader.mapping(item, "evidence", ("data", "held_by"), ("data", "held_by"))
        if node is not None:
            found.append(Evidence(reader.text(node, "data"), reader.text(node, "held_by")))
    return tuple(found)
