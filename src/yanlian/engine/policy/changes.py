"""What changed between two readings of a pack, by meaning: a parameter's value, a condition, one row of a table.

Both are first laid out flat: every key of a document with the text that stands there. Layout, comments, the order of
keys and file names therefore make no difference, and keys that are added to the pack language later show without any
change here. What is called by another name counts as gone and new.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from yanlian.engine.policy.model import (
    Bracket,
    Clause,
    Dated,
    Document,
    Event,
    Formula,
    Names,
    Pack,
    Parameter,
    Rules,
    Scale,
    Source,
    Table,
    Test,
)

Kind = Literal["new", "gone", "changed"]
Path: TypeAlias = tuple[str, ...]
# Where a thing stands or what it belongs to: no part of what it means.
_PLACE = frozenset({"file", "line", "document", "pack", "folder", "hash", "block", "quoted", "written"})
# By what the members of a list are known, the first that a member has.
_CALLED = ("label", "name", "id", "data", "group", "start")

# Their members are compared one by one; everything else is one text.
_OPENED = (Names, Rules, Event, Parameter, Scale, Source)


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a document, and where it stands."""

    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `clause` is empty for what belongs to the document (both empty: to the pack).

    `path` names the key: ("conditions", "研发费用不低于1万元") or ("names", "parameters", "门槛", "2025-01-01").
    """

    kind: Kind
    document: str
    clause: str
    path: Path
    old: Said | None
    new: Said | None


def pack_changes(old: Pack | None, new: Pack | None) -> list[Change]:
    """All differences, in the order of the new pack, what is gone after what stood before it."""
    before, after = _pack_said(old), _pack_said(new)
    found: list[Change] = []
    for key in _merged(list(before), list(after)):
        was, now = before.get(key), after.get(key)
        if was is not None and now is not None and was.text == now.text:
            continue
        kind: Kind = "new" if was is None else "gone" if now is None else "changed"
        document, clause, path = key
        found.append(Change(kind, document, clause, path, was, now))
    return found


_Key: TypeAlias = tuple[str, str, Path]


def _merged(before: Sequence[_Key], after: Sequence[_Key]) -> list[_Key]:
    """The keys of both, each that is gone behind the one it stood behind."""
    known = set(after)
    behind: dict[_Key | None, list[_Key]] = {}
    last: _Key | None = None
    for key in before:
        if key in known:
            last = key
        else:
            behind.setdefault(last, []).append(key)
    merged = list(behind.get(None, []))
    for key in after:
        merged += [key, *behind.get(key, [])]
    return merged


def _pack_said(pack: Pack | None) -> dict[_Key, Said]:
    if pack is None:
        return {}
    found: dict[_Key, Said] = {}
    own = ((one.name, getattr(pack, one.name)) for one in fields(pack) if one.name not in {"id", "documents"})
    for path, said in _members(own, "pack.yaml", 1):
        found["", "", path] = said
    for document in pack.documents:
        found.update({(document.id, "", path): said for path, said in document_said(document)})
        for clause in document.clauses:
            found.update({(document.id, clause.id, path): said for path, said in clause_said(clause)})
    return found


def document_said(document: Document) -> Iterator[tuple[Path, Said]]:
    """Every text of a document but its clauses, by its path."""
    own = ((one.name, getattr(document, one.name)) for one in fields(document) if one.name != "clauses")
    yield from _members(own, document.file, document.line)


def clause_said(clause: Clause) -> Iterator[tuple[Path, Said]]:
    """Every text of a clause, by its path."""
    own = ((one.name, getattr(clause, one.name)) for one in fields(clause))
    yield from _members(own, clause.file, clause.line)


def _members(own: Iterable[tuple[str, object]], file: str, line: int) -> Iterator[tuple[Path, Said]]:
    for name, value in own:
        if name not in _PLACE:
            yield from _flat((name,), value, file, line)


def _flat(path: Path, value: object, file: str, line: int) -> Iterator[tuple[Path, Said]]:
    """A value as its texts: lists by the names of their members, tables by their rows, everything else as one text."""
    if isinstance(value, Table):
        yield from _table(path, value)
    elif isinstance(value, Mapping) and value and all(is_dataclass(one) for one in value.values()):
        for name, one in value.items():
            yield from _flat((*path, str(name)), one, file, line)
    elif isinstance(value, _OPENED):
        own = ((one.name, getattr(value, one.name)) for one in fields(value) if one.name != "name")
        yield from ((path + inner, said) for inner, said in _members(own, *_place(value, file, line)))
    elif isinstance(value, tuple) and value and all(is_dataclass(one) for one in value):
        yield from _list(path, value, file, line)
    else:
        text = written(value)
        if text:
            yield path, Said(text, *_place(value, file, line))


def _list(path: Path, members: Sequence[object], file: str, line: int) -> Iterator[tuple[Path, Said]]:
    """Members by what they are called; of two with one name the second is told apart by its number."""
    seen: Counter[str] = Counter()
    for number, one in enumerate(members, 1):
        called = next((written(getattr(one, name)) for name in _CALLED if getattr(one, name, None)), f"#{number}")
        seen[called] += 1
        key = called if seen[called] == 1 else f"{called} #{seen[called]}"
        yield (*path, key), Said(written(one), *_place(one, file, line))


def _table(path: Path, table: Table) -> Iterator[tuple[Path, Said]]:
    """A table by its rows, each known by its tests: another amount is a change, other tests are another row."""
    own = {"hit": table.hit, "inputs": table.inputs, "outputs": table.outputs, "ranked": table.ranked}
    more = {"reference": table.reference, "shared": table.shared, "incomplete": table.incomplete}
    for name, value in {**own, **more}.items():
        if text := written(value):
            yield (*path, name), Said(text, table.file, table.line)
    width = len(table.inputs)
    seen: Counter[str] = Counter()
    for row in table.rows:
        tests = " | ".join(cell.text for cell in row[:width])
        seen[tests] += 1
        key = tests if seen[tests] == 1 else f"{tests} #{seen[tests]}"
        outputs = " | ".join(cell.text for cell in row[width:])
        yield (*path, "rules", key), Said(outputs, table.file, row[0].line if row else table.line)


def _place(value: object, file: str, line: int) -> tuple[str, int]:
    """Where a value stands, as near as it is known: its own line, else that of a formula in it."""
    own = getattr(value, "line", 0)
    if isinstance(own, int) and own:
        return getattr(value, "file", "") or file, own
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            inner = getattr(value, one.name)
            if isinstance(inner, Formula) and inner.line:
                return inner.file or file, inner.line
    return file, line


def written(value: object) -> str:
    """A value in one line, empty for what says nothing."""
    if value is None or value is False:
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Dated):
        return _with(value.written or written(value.value), value.reference)
    if isinstance(value, Bracket):
        return written(value.amount) if value.amount is not None else f"{format((value.rate * 100).normalize(), 'f')}%"
    if isinstance(value, Test):
        return _with(value.when.text, value.article)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        # A list in a list is one member of it: [A, [B, C]] is not [A, B, C].
        inner = (f"（{written(one)}）" if isinstance(one, tuple) and len(one) > 1 else written(one) for one in value)
        return "、".join(inner)
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    if is_dataclass(value) and not isinstance(value, type):
        own = {one.name: written(getattr(value, one.name)) for one in fields(value)}
        told = {name: text for name, text in own.items() if text and name not in _PLACE and name not in _CALLED[:2]}
        return (
            "；".join(told.values()) if len(told) == 1 else "；".join(f"{name} {text}" for name, text in told.items())
        )
    return "true" if value is True else str(value)


def _with(text: str, reference: str) -> str:
    return f"{text}（{reference}）" if reference else text
