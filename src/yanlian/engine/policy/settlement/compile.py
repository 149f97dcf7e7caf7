"""Budgets and quotas compiled: which clauses each holds over, and its formulas where they stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from yanlian.engine.policy.amount import UNITS_FEN
from yanlian.engine.policy.compile import Compiler
from yanlian.engine.policy.compiled import EVENT_NAMES, CompiledClause, CompiledDocument, Expression, Home
from yanlian.engine.policy.model import Formula
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.settlement.rules import AMOUNT, Budget, Quota, Settling


@dataclass(frozen=True, slots=True, eq=False)
class CompiledSettling:
    """A budget or quota ready to be settled. `id` names it (where it stands, and its label); `members`: the clauses
    whose outcomes compete, in their order; `limit`: the money or the number of places, which hangs on no dossier;
    `key`: what outcomes are ordered by (None: see `by_amount`, else the day of the event); `unit`: fen to which cut
    amounts are rounded, the coarsest among the clauses."""

    id: str
    source: Settling
    home: Home
    members: tuple[CompiledClause, ...]
    limit: Expression
    key: Expression | None
    by: Expression | None
    unit: int

    @property
    def kind(self) -> Literal["budget", "quota"]:
        """Which of the two."""
        return "budget" if isinstance(self.source, Budget) else "quota"

    @property
    def by_amount(self) -> bool:
        """Whether outcomes are ordered by their own amounts."""
        written = _ordering(self.source)
        return written is not None and written.text == AMOUNT

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return _ordering(self.source) is not None and self.source.order == "desc"

    @property
    def clauses(self) -> frozenset[str]:
        """Ids of the members."""
        return frozenset(one.id for one in self.members)


def _ordering(source: Settling) -> Formula | None:
    return source.order_by if isinstance(source, Budget) else source.rank_by


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rules stand: the name of the place, its home, and the clauses that `clause` and `document` mean there."""

    name: str
    home: Home
    alone: tuple[CompiledClause, ...]
    together: tuple[CompiledClause, ...]


def compile_settling(
    compiler: Compiler, pack_homes: Sequence[Home], documents: Sequence[CompiledDocument]
) -> tuple[CompiledSettling, ...]:
    """All budgets and quotas of a pack set in the order in which they are settled: quotas before budgets, those over
    fewer clauses first."""
    found: list[CompiledSettling] = []
    for document in documents:
        for place, source in _of_document(document):
            found += _compiled(compiler, place, source, documents)
    for home in pack_homes:
        own = [one for one in documents if one.pack is home.pack]
        place = _Place(home.pack.id, _with_events(compiler, home, own), (), ())
        for source in home.pack.settling:
            found += _compiled(compiler, place, source, documents)
    # Stable: of the same width, as they stand.
    return tuple(sorted(found, key=lambda one: (one.kind == "budget", len(one.members))))


def _of_document(document: CompiledDocument) -> Iterator[tuple[_Place, Settling]]:
    for source in document.source.rules.settling:
        kept = tuple(clause for clause in document.clauses if source.label not in clause.source.without)
        yield _Place(document.source.id, document.home, kept, kept), source
    for name, together in _as_written(document.clauses).items():
        first = together[0]
        for source in first.source.settling:
            yield _Place(name, first.home, together, document.clauses), source


def _as_written(clauses: Iterable[CompiledClause]) -> dict[str, tuple[CompiledClause, ...]]:
    """Clauses by the id that they have in the file: the stages of one stand together."""
    found: dict[str, tuple[CompiledClause, ...]] = {}
    for clause in clauses:
        name = _written_id(clause)
        found[name] = (*found.get(name, ()), clause)
    return found


def _written_id(clause: CompiledClause) -> str:
    return clause.source.stage.base if clause.source.stage is not None else clause.id


def _with_events(compiler: Compiler, home: Home, documents: Iterable[CompiledDocument]) -> Home:
    """The names of a pack and those of its clauses' events, which rules over several documents may order by."""
    names = {one.source.event.name for document in documents for one in document.clauses if one.source.event}
    seen = Home((*home.key, "pack.yaml"), home.pack, None, None, EVENT_NAMES | names, {}, dict(home.visible))
    for name in names:
        compiler.event_kinds.setdefault((seen.key, name), None)
    return seen


def _compiled(
    compiler: Compiler, place: _Place, source: Settling, documents: Sequence[CompiledDocument]
) -> Iterator[CompiledSettling]:
    clause = place.name if len(place.home.key) == 3 and place.home.document is not None else ""
    compiler.faults.at(place.home.pack.id, source.file, clause)
    limit, _ = compiler.compile(source.amount if isinstance(source, Budget) else source.count, place.home)
    ordering = _ordering(source)
    by_amount = ordering is not None and ordering.text == AMOUNT
    key = None if ordering is None or by_amount else compiler.compile(ordering, place.home)[0]
    by = compiler.compile(source.by, place.home)[0] if isinstance(source, Quota) and source.by else None
    if limit is None:
        return
    _note_limit(compiler, limit, place.home, source)
    for name, members in _members(compiler, place, source, documents):
        _note_order(compiler, source, members)
        _note_foreign(compiler, source, [one for one in (key, by) if one is not None], members)
        unit = max((UNITS_FEN[one.rounding.to] for one in members), default=1)
        yield CompiledSettling(f"{name}/{source.label}", source, place.home, members, limit, key, by, unit)


def _members(
    compiler: Compiler, place: _Place, source: Settling, documents: Sequence[CompiledDocument]
) -> Iterator[tuple[str, tuple[CompiledClause, ...]]]:
    if source.over.scope == "document":
        yield place.name, place.together
    elif source.over.scope == "clause":
        yield from _as_written(place.alone).items()
    else:
        yield place.name, tuple(_named(compiler, source, documents))


def _named(compiler: Compiler, source: Settling, documents: Sequence[CompiledDocument]) -> Iterator[CompiledClause]:
    """The clauses that are listed, all stages of those in stages, all clauses of documents that are, in their order."""
    every = [clause for one in documents for clause in one.clauses]
    known = {one.source.id for one in documents} | {name for one in every for name in (one.id, _written_id(one))}
    for one in source.over.ids:
        if one not in known:
            hint = nearest(one, known)
            compiler.faults.add(source.line, "pack_settling_member", label=source.label, found=one, nearest=hint)
    for document in documents:
        for clause in document.clauses:
            if not {clause.id, _written_id(clause), document.source.id}.isdisjoint(source.over.ids):
                yield clause


def _note_limit(compiler: Compiler, limit: Expression, home: Home, source: Settling) -> None:
    """A budget is the same for everybody: neither it nor what it uses may read a dossier or an event."""
    todo, seen = list(limit.uses), set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        item = home.visible.get(name)
        if item is None:
            if name in compiler.schema.names or name in home.event_names or name in compiler.entity_names():
                compiler.faults.add(source.line, "pack_settling_limit", label=source.label, found=name)
        elif item.expression is not None:
            todo += item.expression.uses
        elif item.table is not None:
            todo += [used for one in item.table.inputs for used in one.uses]


def _note_foreign(
    compiler: Compiler, source: Settling, asked: Sequence[Expression], members: Sequence[CompiledClause]
) -> None:
    """What is asked of every outcome must be there in every clause."""
    reach = frozenset().union(*(one.reach for one in asked))
    for clause in members:
        if foreign := sorted(reach - clause.home.event_names - clause.home.own.keys()):
            compiler.faults.add(
                source.line, "pack_settling_event", label=source.label, found=foreign[0], clause=clause.id
            )


def _note_order(compiler: Compiler, source: Settling, members: Sequence[CompiledClause]) -> None:
    """Without an event there is no day to go by: then the text must say what the order is."""
    if _ordering(source) is not None or (isinstance(source, Budget) and source.when_short == "pro_rata"):
        return
    for clause in members:
        if clause.event is None:
            compiler.faults.add(source.line, "pack_settling_order", label=source.label, found=clause.id)
            return


def settling_hash(rules: Iterable[CompiledSettling]) -> str:
    """What the rules say, as a hash; empty without rules."""
    told = [[one.id, one.kind, sorted(one.clauses), str(one.source)] for one in rules]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest() if told else ""
