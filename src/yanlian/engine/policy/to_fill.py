"""Marks where an official must still say something, as `pack import` leaves them: named until they are filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Clause, Document, Names, Pack

TO_FILL = "待填"


def note_to_fill(pack: Pack, pack_file: str, faults: Faults) -> None:
    """Note every mark in texts that are read without further check. Dates, departments and words of a list that are
    marks are faults anyway."""
    faults.at(pack.id, pack_file)
    found = [("pack.district", pack.district), ("pack.title", pack.title), *_facts(pack.facts)]
    _note(((0, key, value) for key, value in found), faults)
    for document in pack.documents:
        faults.at(pack.id, document.file)
        _note(_of_document(document), faults)
        for clause in document.clauses:
            faults.at(pack.id, clause.file, clause.id)
            _note(_of_clause(clause), faults)
    faults.clause = ""


def _note(found: Iterator[tuple[int, str, str]], faults: Faults) -> None:
    for line, key, value in found:
        if TO_FILL in value:
            faults.add(line, "pack_to_fill", "warning", key=key, word=TO_FILL)


def _facts(facts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    records = facts.get("records")
    for name, record in records.items() if isinstance(records, Mapping) else ():
        if isinstance(record, Mapping):
            yield f"facts.records.{name}.holder", str(record.get("holder", ""))


def _of_document(document: Document) -> Iterator[tuple[int, str, str]]:
    for key in ("title", "number", "issuer", "place", "note"):
        yield document.line, f"document.{key}", str(getattr(document, key))
    yield document.line, "document.source.url", document.source.url
    yield from _of_names(document.names)


def _of_clause(clause: Clause) -> Iterator[tuple[int, str, str]]:
    for key in ("title", "article", "text", "note"):
        yield clause.line, f"clauses.{key}", str(getattr(clause, key))
    yield from _of_names(clause.names)


def _of_names(names: Names) -> Iterator[tuple[int, str, str]]:
    for table in names.tables.values():
        yield table.line, f"tables.{table.name}.reference", table.reference
    for scale in names.scales.values():
        yield scale.line, f"scales.{scale.name}.reference", scale.reference
    for parameter in names.parameters.values():
        for dated in parameter.values:
            yield parameter.line, f"parameters.{parameter.name}.reference", dated.reference
