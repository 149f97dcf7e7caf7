"""What documents and clauses share: tests, rounding, caps, subjects; and worked cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from yanlian.base.refusal import catalogue
from yanlian.base.tree import Listing, Mapped, Tree
from yanlian.engine.policy.model import Accepted, Beneficiary, Cap, Case, Constant, Rounding, Rules, Test
from yanlian.engine.policy.reading import Reader, nearest, raw_value
from yanlian.engine.policy.settlement.read import COST_SHARING, SETTLEMENT_KEYS, read_settling, read_sharing

SUBJECTS = ("enterprise", "institution", "person", "park")
ROUND_TO = ("分", "元", "百元", "千元", "万元")
ROUND_MODES = ("half_up", "floor", "half_even")
RULE_KEYS = ("subject", "gates", "vetoes", "conditions", "rounding", "caps", *SETTLEMENT_KEYS, COST_SHARING)


def read_rules(reader: Reader, node: Mapped, where: str) -> tuple[Rules, Rounding | None]:
    """The keys of `rules` that stand in a node (of rules or clauses); the rounding also on its own, None when it is not
    written."""
    subject = reader.texts(node.get("subject"), "subject")
    for word in subject:
        if word not in SUBJECTS:
            line = node.entries["subject"].key.line
            reader.faults.add(line, "pack_word", key="subject", found=word, expected=" | ".join(SUBJECTS))
    rounding = read_rounding(reader, node.get("rounding"))
    rules = Rules(
        subject=subject,
        gates=read_tests(reader, node.get("gates"), "gates"),
        vetoes=read_tests(reader, node.get("vetoes"), "vetoes"),
        conditions=read_tests(reader, node.get("conditions"), "conditions"),
        rounding=rounding or Rounding(),
        caps=read_caps(reader, node.get("caps")),
        settling=read_settling(reader, node, where),
        cost_sharing=read_sharing(reader, node),
    )
    return rules, rounding


def read_tests(reader: Reader, tree: Tree | None, what: str) -> tuple[Test, ...]:
    """A list of labelled rules."""
    found: list[Test] = []
    for item in reader.listing(tree, what):
        node = reader.mapping(item, what, ("label", "when", "article", "note"), ("label", "when"))
        if node is not None:
            label = reader.text(node, "label")
            if any(one.label == label for one in found):
                reader.faults.add(node.line, "pack_label_twice", found=label, where=what)
            found.append(Test(label, reader.sure_formula(node, "when"), reader.text(node, "article")))
    return tuple(found)


def read_rounding(reader: Reader, tree: Tree | None) -> Rounding | None:
    """To which unit and how."""
    node = reader.mapping(tree, "rounding", ("to", "mode"))
    if node is None:
        return None
    return Rounding(reader.choice(node, "to", ROUND_TO, "分"), reader.choice(node, "mode", ROUND_MODES, "half_up"))


def read_caps(reader: Reader, tree: Tree | None) -> tuple[Cap, ...]:
    """Limits over several outcomes."""
    found: list[Cap] = []
    for item in reader.listing(tree, "caps"):
        keys = ("label", "over", "per", "amount", "name", "except")
        node = reader.mapping(item, "caps", keys, ("label", "over", "per", "amount"))
        if node is None:
            continue
        over, members = _cap_over(reader, node)
        name = reader.text(node, "name")
        if (over == "group") != bool(name):
            reader.faults.add(node.line, "pack_cap_group", label=reader.text(node, "label"))
        per = reader.choice(node, "per", ("year", "life", "matter"), "year")
        exempt = reader.texts(node.get("except"), "caps.except")
        if exempt and over == "clause":
            reader.faults.add(node.line, "pack_contradiction", found="over: clause + except")
        amount = reader.sure_formula(node, "amount")
        found.append(Cap(reader.text(node, "label"), over, per, amount, name, exempt, members))
    return tuple(found)


def _cap_over(reader: Reader, node: Mapped) -> tuple[str, tuple[str, ...]]:
    """What a cap holds over; of a list of ids the ids."""
    written = node.get("over")
    if isinstance(written, Listing):
        return "listed", reader.texts(written, "caps.over")
    return reader.choice(node, "over", ("clause", "document", "group", "department"), "clause"), ()


def read_accepted(reader: Reader, tree: Tree | None) -> tuple[Accepted, ...]:
    """Findings of `pack check` that the writer lets stand; each needs its reason."""
    found: list[Accepted] = []
    for item in reader.listing(tree, "accepted"):
        node = reader.mapping(item, "accepted", ("finding", "because"), ("finding", "because"))
        if node is None:
            continue
        code = reader.text(node, "finding")
        if code and code not in catalogue():
            near = nearest(code, (one for one in catalogue() if one.startswith(("lint_", "pack_", "table_"))))
            reader.faults.add(node.line, "pack_word", key="finding", found=code, expected=near)
        found.append(Accepted(code, reader.text(node, "because"), node.line))
    return tuple(found)


def read_cases(
    reader: Reader, tree: Tree | None, subject: tuple[str, ...], base: Mapping[str, object]
) -> tuple[Case, ...]:
    """Worked cases, their facts laid over the base case."""
    found: list[Case] = []
    for item in reader.listing(tree, "cases"):
        keys = ("name", "as_of", "facts", "expect", "kind", "parameters", "note", "beneficiaries")
        node = reader.mapping(item, "cases", keys, ("name", "as_of", "expect"))
        if node is None:
            continue
        as_of = reader.day(node, "as_of") or date(1970, 1, 1)
        facts = lay_over(base, _facts(reader, node))
        parameters: dict[str, Constant] = {
            key.text: reader.value(value, f"parameters.{key.text}")
            for key, value in reader.named(node.get("parameters"), "parameters")
        }
        kind = reader.choice(node, "kind", SUBJECTS, subject[0] if subject else "enterprise")
        expect = node.get("expect")
        found.append(
            Case(
                name=reader.text(node, "name"),
                as_of=as_of,
                kind=kind,
                facts=facts,
                parameters=parameters,
                expect=None if expect is None else raw_value(expect),
                file=reader.faults.file,
                line=node.line,
                beneficiaries=_beneficiaries(reader, node.get("beneficiaries"), kind, facts),
            )
        )
    return tuple(found)


def _facts(reader: Reader, node: Mapped) -> dict[str, object]:
    facts = reader.mapping(node.get("facts"), "facts", _keys(node.get("facts")))
    written = raw_value(facts) if facts is not None else {}
    assert isinstance(written, dict)
    return written


def _beneficiaries(
    reader: Reader, tree: Tree | None, kind: str, facts: Mapping[str, object]
) -> tuple[Beneficiary, ...]:
    """Those whom a case is about when there are several; the facts of the case are those of all of them."""
    found: list[Beneficiary] = []
    for item in reader.listing(tree, "beneficiaries"):
        node = reader.mapping(item, "beneficiaries", ("name", "kind", "facts"), ("name",))
        if node is None:
            continue
        name = reader.text(node, "name")
        if any(one.name == name for one in found):
            reader.faults.add(node.line, "pack_label_twice", found=name, where="beneficiaries")
        found.append(
            Beneficiary(name, reader.choice(node, "kind", SUBJECTS, kind), lay_over(facts, _facts(reader, node)))
        )
    return tuple(found)


def _keys(tree: Tree | None) -> tuple[str, ...]:
    return tuple(tree.entries) if isinstance(tree, Mapped) else ()


def lay_over(base: Mapping[str, object], facts: Mapping[str, object]) -> dict[str, object]:
    """Facts over the base case: single records field by field, lists as a whole."""
    laid = dict(base)
    for name, value in facts.items():
        below = laid.get(name)
        laid[name] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return laid
