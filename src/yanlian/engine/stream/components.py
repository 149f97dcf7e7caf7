"""For each clause a hash of everything that decides its outcomes for a given dossier row, so that an incremental run
evaluates only clauses that differ.

What a clause reads is found by mention: a parameter, scale, table or definition counts when its name stands anywhere in
the clause's formulas, its document's rules, or the formulas of what already counts. That may be too much, never too
little. Clauses that a stacking group, a cap or an exclusion ties together share one hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from yanlian.engine.dossier import Coverage, Schema
from yanlian.engine.policy.compiled import CompiledClause, Home
from yanlian.engine.policy.payments import PAYMENTS

# Where something stands and what people read decides no outcome.
_SILENT = frozenset({"file", "line", "note", "cases", "evidence", "text", "title", "article", "flags", "theme"})
_SILENT_OF_DOCUMENT = _SILENT | {"clauses", "names", "source", "adopted_from", "adopted_note", "number", "issuer"}


_BETWEEN = "\x00"


def clause_hashes(
    clauses: Sequence[CompiledClause], schema: Schema, coverage: Coverage, as_of: date, settings: Mapping[str, str]
) -> dict[str, str]:
    """Clause id → hash, in the order of the clauses. `settings`: what else decides outcomes (engine, version, …)."""
    facts = hashlib.sha256(json.dumps(schema_content(schema), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    common = {"schema": facts, "as_of": as_of.isoformat(), **settings}
    own = {clause.id: _own_hash(clause, schema, coverage, as_of, common) for clause in clauses}
    found: dict[str, str] = {}
    for component in components(clauses):
        joint = hashlib.sha256("\n".join(f"{one} {own[one]}" for one in component).encode()).hexdigest()
        found.update(dict.fromkeys(component, joint))
    return {clause.id: found[clause.id] for clause in clauses}


def components(clauses: Sequence[CompiledClause]) -> list[list[str]]:
    """Ids of clauses that must be evaluated together, because one's amount may lower another's."""
    leader = {clause.id: clause.id for clause in clauses}

    def find(one: str) -> str:
        while leader[one] != one:
            one = leader[one]
        return one

    first: dict[tuple[str, ...], str] = {}
    for clause in clauses:
        for tie in _ties(clause):
            leader[find(clause.id)] = find(first.setdefault(tie, clause.id))
    found: dict[str, list[str]] = {}
    for clause in clauses:
        found.setdefault(find(clause.id), []).append(clause.id)
    return list(found.values())


def _ties(clause: CompiledClause) -> Iterator[tuple[str, ...]]:
    stacking = clause.source.stacking
    if stacking is not None:
        yield ("group", stacking.group)
    for exclusion in clause.exclusions:
        yield ("exclusion", exclusion.label, exclusion.per, *exclusion.clauses)
    for cap in clause.caps:
        if cap.source.over == "group":
            yield ("group", cap.source.name)
        elif cap.source.over == "document":
            yield ("document", clause.source.document)


def _own_hash(
    clause: CompiledClause, schema: Schema, coverage: Coverage, as_of: date, common: Mapping[str, str]
) -> str:
    document = clause.document.source
    rules = [content(clause.source, _SILENT), content(document, _SILENT_OF_DOCUMENT)]
    named, texts = _mentioned(clause, [_squeezed(one) for one in _texts(rules)])
    # One text, with a sign between that no name has: looking in it is looking in each.
    joined = _BETWEEN.join(texts)
    read = {kind.key for name, kind in schema.names.items() if _squeezed(name) in joined}
    read.add(schema.names[PAYMENTS].key)
    gaps = {key: [[str(low), str(high)] for low, high in coverage.gaps(key, as_of)] for key in sorted(read)}
    # A cap over a document counts what was paid for all its clauses, also for those that are not run.
    capped = any(cap.source.over == "document" for cap in clause.caps)
    siblings = [one.id for one in clause.document.clauses] if capped else []
    district = clause.document.pack.district
    exclusions = [content(one, _SILENT) for one in clause.exclusions]
    told = [rules, named, gaps, siblings, exclusions, district, dict(common)]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _mentioned(clause: CompiledClause, texts: list[str]) -> tuple[list[object], list[str]]:
    """What is in scope and named in the texts, or in the texts of what is; and all these texts.

    What another document shares may read names that only that document sees; what a document defines may read names
    that the clause defines: so each text is searched for the names of both places.
    """
    found: dict[tuple[tuple[str, ...], str], object] = {}
    every = list(texts)
    todo: list[tuple[list[str], Home]] = [(texts, clause.home)]
    while todo:
        fresh, home = todo.pop()
        joined = _BETWEEN.join(fresh)
        for item in (*home.visible.values(), *clause.home.visible.values()):
            key = (item.home.key, item.name)
            if key in found or _squeezed(item.name) not in joined:
                continue
            found[key] = content(item.source, _SILENT)
            more = [_squeezed(one) for one in _texts(found[key])]
            every += more
            todo.append((more, item.home))
    return [[list(home), name, found[home, name]] for home, name in sorted(found)], every


def content(value: object, silent: frozenset[str] = frozenset()) -> object:
    """A frozen value of the model as plain JSON data, without the fields that say nothing here."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {one.name: content(getattr(value, one.name), silent) for one in fields(value) if one.name not in silent}
        # A formula is nothing but a text and its place, and the text counts.
        return {"formula": getattr(value, "text")} if type(value).__name__ == "Formula" else kept  # noqa: B009
    if isinstance(value, Mapping):
        return {str(key): content(one, silent) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [content(one, silent) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(one) for one in value)
    if isinstance(value, (Decimal, Fraction, date)):
        return f"{type(value).__name__} {value}"
    assert value is None or isinstance(value, (str, int, bool)), type(value)
    return value


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for one in data.values():
            yield from _texts(one)
    elif isinstance(data, list):
        for one in data:
            yield from _texts(one)


@cache
def _squeezed(text: str) -> str:
    """Without layout: FEEL reads a name of several words with any white space between them."""
    return "".join(text.split())


def schema_content(schema: Schema) -> object:
    return [
        content(dict(schema.entity)),
        {key: content(kind, frozenset({"names"})) for key, kind in schema.records.items()},
    ]
