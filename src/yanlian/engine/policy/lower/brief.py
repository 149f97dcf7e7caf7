"""One clause judged for its outcome and amount alone, without reasons: `unknown` is told too, and what null leaves to a
person, so that the interpreter is asked only where it alone knows the amount.

The order is that of engine.policy.evaluate: what is false decides, then what only a person decides, then what is
missing, then what is null. Events that may exist undelivered pay nothing. Whether they are unknown or already ruled out
may hang on what is known of them, and then only the interpreter can tell (`open`); where a test fails whatever the
event is, they are `out`. How many outcomes they are is for the interpreter, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lower.clauses import (
    Doubts,
    Judged,
    earlier_records,
    lowered_fen,
    lowered_period,
)
from yanlian.engine.policy.lower.events import happened
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.places import Place, World


@dataclass(frozen=True, slots=True, eq=False)
class _Tests:
    """What the tests say: whether one fails, whether one fails whatever the event is, and what else they are."""

    failed: Node
    fixed: Node
    doubts: Doubts


def briefly_judged(world: World, clause: CompiledClause) -> Judged:
    """A clause lowered, see above. `NotLowered` when nothing of it can be."""
    f = world.formulas
    b = f.builder
    below = world.place(clause.document.home)
    place, event = below, None
    applies = f.is_kind(clause.source.subject)
    if clause.event is not None:
        event = happened(world, clause, below, apart=True)
        applies = b.both(applies, b.either(event.ask, event.happens, event.maybe))
        place = event.place
    elif clause.home.own:
        place = Place(world, clause.home, below)
    tests = _tests(f, clause, below, place)
    period = lowered_period(f, clause, place, event, late := Doubts())
    fen, figure = _figure(world, clause, place)
    any_failed = tests.failed
    if clause.amount is not None or clause.parts:
        any_failed = b.either(any_failed, b.both(b.compare("<=", fen, b.const(0)), b.negate(figure.any(f))))
    passed = b.negate(any_failed)
    maybe, asked = (f.no, f.no) if event is None else (event.maybe, event.ask)
    given = b.both(b.either(_given(f, tests.doubts, figure), late.any(f)), passed, b.negate(maybe))
    ask = b.both(applies, b.either(asked, given))
    settled = b.both(applies, passed, b.negate(b.either(ask, maybe)))
    kinds = _kinds(f, clause, place, settled, tests.doubts, figure)
    maybe = b.both(applies, maybe)
    return Judged(
        clause,
        applies,
        b.either(ask, kinds.given),
        (("", any_failed),),
        kinds.eligible,
        kinds.manual,
        fen,
        event,
        period,
        None,
        place,
        kinds.unknown,
        b.both(maybe, b.negate(tests.fixed)),
        b.both(maybe, tests.fixed),
    )


def _tests(f: Formulas, clause: CompiledClause, below: Place, place: Place) -> _Tests:
    doubts = Doubts()
    failed: list[Node] = []
    fixed: list[Node] = []
    for test in clause.tests:
        own = not test.inherited or test.floating
        verdict = f.as_truth((place if own else below).lowered(test.expression))
        fails = verdict.true if test.kind == "veto" else f.false_of(verdict)
        failed.append(fails)
        doubts.odd(f, verdict)
        if not test.floating:
            fixed.append(fails)
    if clause.first_time is not None and clause.source.first_time is not None:
        fails, perhaps, given = earlier_records(f, place.lowered(clause.first_time))
        failed.append(fails)
        doubts.found.append(given)
        doubts.unknown.append(perhaps)
    return _Tests(f.builder.either(*failed), f.builder.either(*fixed), doubts)


def _figure(world: World, clause: CompiledClause, place: Place) -> tuple[Node, Doubts]:
    doubts = Doubts()
    if clause.amount is None and not clause.parts:
        return world.formulas.builder.const(0), doubts
    return lowered_fen(world, clause, place, doubts), doubts


def _given(f: Formulas, tests: Doubts, figure: Doubts) -> Node:
    """Where only the interpreter can tell. Of a figure that is unknown in one part and null in another, too: which of
    the two it meets first decides."""
    b = f.builder
    mixed = b.both(b.either(*figure.unknown), b.either(*figure.null))
    return b.either(*tests.found, *figure.found, mixed)


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    eligible: Node
    manual: Node
    unknown: Node
    given: Node


def _kinds(f: Formulas, clause: CompiledClause, place: Place, settled: Node, tests: Doubts, figure: Doubts) -> _Kinds:
    """Of the rows in which nothing fails."""
    b = f.builder
    if clause.source.manual:
        return _Kinds(f.no, settled, f.no, f.no)
    lacking = b.either(*tests.unknown, *figure.unknown)
    unknown = b.both(settled, lacking)
    manual = b.both(settled, b.negate(lacking), b.either(*tests.null, *figure.null))
    eligible = b.both(settled, b.negate(b.either(unknown, manual)))
    if clause.result is None:
        return _Kinds(eligible, manual, unknown, f.no)
    value = place.lowered(clause.result)
    null = b.both(value.null, b.negate(b.either(value.given, value.unknown)))
    lacking = b.both(value.unknown, b.negate(value.given))
    return _Kinds(
        b.both(eligible, f.clean(value)),
        b.either(manual, b.both(eligible, null)),
        b.either(unknown, b.both(eligible, lacking)),
        b.both(eligible, value.given),
    )
