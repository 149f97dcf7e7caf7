"""Documents and clauses compiled: which tests a clause has, which of them change from event to event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

from yanlian.base.refusal import Refused
from yanlian.engine.policy.compile import Compiler, is_record
from yanlian.engine.policy.compile_returns import compile_returns
from yanlian.engine.policy.compiled import (
    DOCUMENT_NAMES,
    EVENT_NAMES,
    CompiledCap,
    CompiledClause,
    CompiledDeadline,
    CompiledDocument,
    CompiledEvent,
    CompiledMultiplier,
    CompiledPart,
    CompiledTest,
    Expression,
    Home,
    Item,
)
from yanlian.engine.policy.model import (
    Cap,
    Clause,
    Document,
    Formula,
    Pack,
    Test,
)
from yanlian.engine.policy.model_terms import Deadline
from yanlian.engine.policy.used import expressions_of

_TestKind = Literal["gate", "veto", "condition"]


def pack_home(compiler: Compiler, pack: Pack, shared: Mapping[str, Item]) -> Home:
    """The names of a pack's own pack.yaml, over what the packs that it requires share."""
    home = Home((pack.id,), pack)
    compiler.declare(home, pack.names, shared)
    return home


def shared_items(home: Home) -> dict[str, Item]:
    """What a pack or document offers to others."""
    return {name: item for name, item in home.own.items() if item.source.shared and item.home is home}


def document_home(compiler: Compiler, pack: Pack, document: Document, around: Mapping[str, Item]) -> Home:
    """The names of a document. Its tables, definitions and rules may also use what its clauses name: their events and
    their own definitions; each clause that uses them must then have that name."""
    events = frozenset(clause.event.name for clause in document.clauses if clause.event)
    own = document.names.all().keys()
    borrowed = frozenset(name for clause in document.clauses for name in clause.names.all() if name not in own)
    lent = events | borrowed | (EVENT_NAMES if events else frozenset())
    home = Home((pack.id, document.id), pack, document, event_names=lent)
    compiler.declare(home, document.names, around)
    for name in sorted(events & set(home.visible)):
        compiler.faults.at(pack.id, document.file)
        compiler.faults.add(document.line, "pack_name_clash", found=name, where="event.as")
    return home


def compile_document(compiler: Compiler, home: Home, order: int) -> CompiledDocument:
    """A document with its clauses; formulas with faults leave gaps, but the faults are noted."""
    document = home.document
    assert document is not None
    compiled = CompiledDocument(document, home.pack, home)
    clause_homes: dict[str, Home] = {}
    for clause in document.clauses:
        clause_homes[clause.id] = _clause_home(compiler, home, clause)
    _lend(compiler, home, clause_homes)
    compiler.faults.at(home.pack.id, document.file)
    for item in home.own.values():
        compiler.settle(item)
        if item.source.shared and item.reach:
            compiler.faults.at(home.pack.id, document.file)
            compiler.faults.add(document.line, "pack_shared_event", name=item.name, found=sorted(item.reach)[0])
    compiler.faults.at(home.pack.id, document.file)
    inherited = _tests(compiler, home, _labelled(document.rules), inherited=True)
    caps = [_cap(compiler, home, cap, inherited=True) for cap in document.rules.caps]
    clauses: list[CompiledClause] = []
    for i, clause in enumerate(document.clauses):
        own = clause_homes[clause.id]
        compiler.faults.at(home.pack.id, clause.file, clause.id)
        clauses.append(_clause(compiler, compiled, own, clause, order + i, inherited, [c for c in caps if c]))
    compiled.clauses = tuple(clauses)
    compiled.tests = len(inherited)
    compiled.homes = clause_homes
    return compiled


def _labelled(owner: object) -> list[tuple[_TestKind, Test]]:
    kinds: tuple[tuple[_TestKind, str], ...] = (("gate", "gates"), ("veto", "vetoes"), ("condition", "conditions"))
    return [(kind, test) for kind, key in kinds for test in cast("Sequence[Test]", getattr(owner, key))]


def _clause_home(compiler: Compiler, document: Home, clause: Clause) -> Home:
    names = frozenset() if clause.event is None else EVENT_NAMES | {clause.event.name}
    home = Home((*document.key, clause.id), document.pack, document.document, document, names)
    compiler.declare(home, clause.names, document.visible)
    if clause.event is not None:
        compiler.faults.at(home.pack.id, clause.file, clause.id)
        _, kind = compiler.compile(clause.event.each, home)
        compiler.event_kinds[home.key, clause.event.name] = kind
        compiler.event_kinds[home.key, "事件"] = kind
    return home


def _lend(compiler: Compiler, document: Home, homes: Mapping[str, Home]) -> None:
    """A document may use names of its clauses: with their kind, where all clauses agree on it."""
    for name in document.event_names:
        kinds = [compiler.event_kinds[h.key, name] for h in homes.values() if (h.key, name) in compiler.event_kinds]
        if kinds:
            same = all(kind == kinds[0] for kind in kinds)
            compiler.event_kinds[document.key, name] = kinds[0] if same else None
        compiler.borrowed[document.key, name] = [h.own[name] for h in homes.values() if name in h.own]


def _tests(
    compiler: Compiler, home: Home, tests: list[tuple[_TestKind, Test]], *, inherited: bool
) -> list[CompiledTest]:
    found: list[CompiledTest] = []
    for kind, test in tests:
        expression, _ = compiler.compile(test.when, home)
        if expression is not None:
            found.append(CompiledTest(kind, test, expression, inherited, floating=False, slot=len(found)))
    return found


def _cap(compiler: Compiler, home: Home, cap: Cap, *, inherited: bool) -> CompiledCap | None:
    faults, here = compiler.faults, compiler.faults.file
    # A cap over a department or over listed clauses may be written in another file than the clause.
    faults.file = cap.amount.file or here
    amount, _ = compiler.compile(cap.amount, home)
    faults.file = here
    return None if amount is None else CompiledCap(cap, amount, inherited)


def _clause(
    compiler: Compiler,
    document: CompiledDocument,
    home: Home,
    clause: Clause,
    order: int,
    inherited: list[CompiledTest],
    caps: list[CompiledCap],
) -> CompiledClause:
    for item in home.own.values():
        compiler.settle(item)

    def formula(text: Formula | None) -> Expression | None:
        return None if text is None else compiler.compile(text, home)[0]

    own = _tests(compiler, home, _labelled(clause), inherited=False)
    kept = [test for test in inherited if test.source.label not in clause.without]
    labels = [test.source.label for test in kept]
    for test in own:
        if test.source.label in labels:
            line = test.source.when.line
            compiler.faults.add(line, "pack_label_twice", found=test.source.label, where="rules / clause")
    kept_caps = [c for c in caps if c.source.label not in clause.without and clause.id not in c.source.exempt]
    own_caps = [_cap(compiler, home, cap, inherited=False) for cap in clause.caps]
    compiled = CompiledClause(
        source=clause,
        document=document,
        home=home,
        order=order,
        tests=tuple(_with_floating(clause, test) for test in _in_order([*kept, *own])),
        event=_event(compiler, home, clause),
        period=None if clause.period.text in {"year", "once"} else formula(clause.period),
        amount=_amount(compiler, home, clause),
        parts=tuple(
            CompiledPart(part, formula(part.when), amount)
            for part in clause.parts
            if (amount := formula(part.amount)) is not None
        ),
        cap=formula(clause.cap),
        multipliers=tuple(
            CompiledMultiplier(m, formula(m.when), factor)
            for m in clause.multipliers
            if (factor := formula(m.factor)) is not None
        ),
        first_time=formula(clause.first_time.when) if clause.first_time else None,
        top_up=formula(clause.top_up) if isinstance(clause.top_up, Formula) else clause.top_up,
        caps=tuple(cap for cap in [*kept_caps, *own_caps] if cap is not None),
        rounding=clause.rounding or document.source.rules.rounding,
        result=formula(clause.result),
        deadline=_deadline(formula, clause.deadline),
        returns=compile_returns(compiler, home, clause),
    )
    _note_foreign_events(compiler, compiled)
    return compiled


def _deadline(
    formula: Callable[[Formula | None], Expression | None], deadline: Deadline | None
) -> CompiledDeadline | None:
    if deadline is None:
        return None
    last, applied = formula(deadline.last), formula(deadline.applied)
    return None if last is None or applied is None else CompiledDeadline(last, applied)


def _in_order(tests: list[CompiledTest]) -> list[CompiledTest]:
    rank = {"gate": 0, "veto": 1, "condition": 2}
    return sorted(tests, key=lambda test: rank[test.kind])


def _floats(clause: Clause, expression: Expression) -> bool:
    """Whether a formula may give something else for another event of the same dossier."""
    return bool(expression.reach) or (clause.parameters_on == "event" and expression.dated)


def _with_floating(clause: Clause, test: CompiledTest) -> CompiledTest:
    floating = _floats(clause, test.expression)
    return CompiledTest(test.kind, test.source, test.expression, test.inherited, floating, test.slot)


def _event(compiler: Compiler, home: Home, clause: Clause) -> CompiledEvent | None:
    event = clause.event
    if event is None:
        return None
    each, kind = compiler.compile(event.each, home)
    if each is not None and each.reach:
        found = sorted(each.reach)[0]
        line = event.each.line
        compiler.faults.add_refusal(line, Refused("pack_name_unknown", found=found, nearest="—"))
    date, _ = compiler.compile(event.date, home)
    where, matter, window_from, window_to = (
        None if one is None else compiler.compile(one, home)[0]
        for one in (event.where, event.matter, event.window_from, event.window_to)
    )
    if each is None or date is None:
        return None
    return CompiledEvent(each, where, date, matter, window_from, window_to, is_record(kind))


def _amount(compiler: Compiler, home: Home, clause: Clause) -> Expression | None:
    """The amount's formula; the bare name of a table asks that table."""
    formula = clause.amount
    if formula is None:
        return None
    item = home.visible.get(formula.text)
    if item is not None and compiler.settle(item).table is not None:
        formula = Formula(f"{formula.text}()", formula.file, formula.line, formula.block, formula.quoted)
    return compiler.compile(formula, home)[0]


def _note_foreign_events(compiler: Compiler, clause: CompiledClause) -> None:
    """A clause may not reach, through the document's names or rules, an event that only another clause has."""
    for expression in expressions_of(clause):
        foreign = expression.reach - clause.home.event_names - clause.home.own.keys()
        if foreign:
            compiler.faults.at(clause.document.pack.id, clause.source.file, clause.id)
            found = sorted(foreign)[0]
            text = expression.formula.text[:40]
            compiler.faults.add(clause.source.line, "pack_event_elsewhere", found=found, where=text)


__all__ = ["DOCUMENT_NAMES", "compile_document", "document_home", "pack_home", "shared_items"]
