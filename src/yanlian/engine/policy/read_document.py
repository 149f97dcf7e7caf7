"""One policy document out of its YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from yanlian.base.tree import Mapped, Tree
from yanlian.engine.policy.combination.read_exclusions import read_exclusions
from yanlian.engine.policy.model import Clause, Document, Source
from yanlian.engine.policy.read_bounds import read_bounds
from yanlian.engine.policy.read_clause import read_clause
from yanlian.engine.policy.read_names import NAME_KEYS, read_names
from yanlian.engine.policy.read_rules import RULE_KEYS, read_accepted, read_cases, read_rules
from yanlian.engine.policy.reading import Reader
from yanlian.engine.policy.stages import in_stages

_KEYS = (
    "id",
    "title",
    "number",
    "issuer",
    "place",
    "status",
    "valid_from",
    "valid_to",
    "payable_until",
    "source",
    "note",
    "adopted",
    "replaces",
    "repealed_by",
    "bounds",
    "accepted",
)
_STATUS = ("draft", "in_force", "suspended", "repealed")
_GRADES = ("A", "B", "B-", "C")


def read_document(reader: Reader, tree: Tree, pack: str, base: Mapping[str, object]) -> Document | None:
    """A document with its clauses, or None when the file is not one."""
    root = reader.mapping(tree, "file", ("document", "rules", "clauses", "cases", *NAME_KEYS), ("document", "clauses"))
    head = root.get("document") if root else None
    node = reader.mapping(head, "document", _KEYS, ("id", "title", "status", "valid_from"))
    if root is None or node is None:
        return None
    rules_node = reader.mapping(root.get("rules"), "rules", (*RULE_KEYS, "exclusions")) or Mapped(root.line)
    rules, _ = read_rules(reader, rules_node, "rules")
    document_id = reader.text(node, "id")
    clauses: list[Clause] = []
    for item in reader.listing(root.get("clauses"), "clauses"):
        clause = read_clause(reader, item, document_id, rules, base)
        if clause is not None:
            clauses += in_stages(reader, clause, rules)
        reader.faults.clause = ""
    valid_from, valid_to, payable_until = (reader.day(node, key) for key in ("valid_from", "valid_to", "payable_until"))
    _note_dates(reader, node, valid_from, valid_to, payable_until)
    adopted = reader.mapping(node.get("adopted"), "document.adopted", ("from_place", "note"), ("from_place",))
    subject = rules.subject or (clauses[0].subject if clauses else ())
    return Document(
        id=document_id,
        pack=pack,
        title=reader.text(node, "title"),
        number=reader.text(node, "number"),
        issuer=reader.text(node, "issuer"),
        place=reader.text(node, "place"),
        status=reader.choice(node, "status", _STATUS, "draft"),
        valid_from=valid_from or date.max,
        valid_to=valid_to,
        payable_until=payable_until,
        source=_source(reader, node),
        note=reader.text(node, "note"),
        adopted_from=reader.text(adopted, "from_place") if adopted else "",
        adopted_note=reader.text(adopted, "note") if adopted else "",
        replaces=reader.texts(node.get("replaces"), "document.replaces"),
        repealed_by=reader.text(node, "repealed_by"),
        bounds=read_bounds(reader, node.get("bounds")),
        rules=rules,
        names=read_names(reader, root),
        clauses=tuple(clauses),
        cases=read_cases(reader, root.get("cases"), subject, base),
        file=reader.faults.file,
        line=node.line,
        accepted=read_accepted(reader, node.get("accepted")),
        exclusions=read_exclusions(reader, rules_node.get("exclusions")),
    )


def _note_dates(
    reader: Reader, node: Mapped, valid_from: date | None, valid_to: date | None, payable_until: date | None
) -> None:
    for key, first, last in (
        ("valid_to", valid_from, valid_to),
        ("payable_until", valid_from, payable_until),
        ("payable_until", valid_to, payable_until),
    ):
        if first is not None and last is not None and last < first:
            line = node.entries[key].key.line
            reader.faults.add(line, "pack_dates_inverted", key=key, found=last.isoformat(), expected=first.isoformat())


def _source(reader: Reader, node: Mapped) -> Source:
    known = ("grade", "url", "page", "seen")
    source = reader.mapping(node.get("source"), "document.source", known)
    if source is None:
        reader.faults.add(node.line, "pack_no_source", "warning")
        return Source()
    grade = reader.choice(source, "grade", _GRADES, "")
    if not grade:
        reader.faults.add(source.line, "pack_no_source", "warning")
    return Source(grade, *(reader.text(source, key) for key in known[1:]))
