"""One clause over one dossier: whether it applies, which tests fail, what it gives; or that the interpreter must say.

A clause with an event is judged for the one event that passes. Where two pass, or one may exist that nobody delivered,
or a verdict is unknown or null, the interpreter judges the dossier: it alone says what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from yanlian.engine.native.ir import Const, Node, Rounding
from yanlian.engine.policy.amount import UNITS_FEN
from yanlian.engine.policy.compiled import CompiledClause, CompiledMultiplier, Expression
from yanlian.engine.policy.lower.events import Happened, happened
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.payments import nothing_paid
from yanlian.engine.policy.lower.places import Place, World
from yanlian.engine.policy.lower.stages import stage_node
from yanlian.engine.policy.lower.values import Nothing, NotLowered, Number, Several, Text, Truth, Value
from yanlian.engine.policy.outcome import ONCE, ZERO_AMOUNT

# A figure beyond this is for a person to look at (see engine.policy.amount).
_TOO_LARGE = 10**15
_MOST_LABELS = 30
_MODES: dict[str, Rounding] = {"half_up": "half_up", "floor": "floor", "half_even": "half_even"}


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A clause in nodes. `ask`: the interpreter must judge; `failed`: by label, in the order of the reason; `fen`: what
    the clause alone gives, where it is eligible."""

    clause: CompiledClause
    applies: Node
    ask: Node
    failed: tuple[tuple[str, Node], ...]
    eligible: Node
    manual: Node
    fen: Node
    event: Happened | None
    # The year or word that the entitlement belongs to; None: the year of the event; a node: a number worked out.
    period: str | Node | None
    result: Value | None
    place: Place
    # Of briefly judged clauses: the outcome is unknown; it is of events that may exist undelivered, and unknown or
    # perhaps ruled out, or surely ruled out.
    unknown: Node | None = None
    open: Node | None = None
    out: Node | None = None


@dataclass(slots=True)
class Doubts:
    """What makes the interpreter judge: everything that is no ordinary value. `unknown`, `null`: what is surely that
    and nothing else, so that who needs no reason can tell the outcome (see brief.py); `found`: the rest."""

    found: list[Node] = field(default_factory=list)
    unknown: list[Node] = field(default_factory=list)
    null: list[Node] = field(default_factory=list)

    def odd(self, f: Formulas, value: Value) -> None:
        """A value that must be an ordinary one."""
        self.found.append(value.given)
        self.unknown.append(value.unknown)
        self.null.append(f.builder.both(value.null, f.builder.negate(value.unknown)))

    def any(self, f: Formulas) -> Node:
        """Whether there is any."""
        return f.builder.either(*self.found, *self.unknown, *self.null)


def judged(world: World, clause: CompiledClause) -> Judged:
    """A clause lowered. `NotLowered` when nothing of it can be."""
    f = world.formulas
    b = f.builder
    below = world.place(clause.document.home)
    applies = f.is_kind(clause.source.subject)
    event: Happened | None = None
    place = below
    if clause.event is not None:
        event = happened(world, clause, below)
        applies = b.both(applies, b.either(event.ask, event.happens))
        place = event.place
    elif clause.home.own:
        place = Place(world, clause.home, below)
    doubts = Doubts()
    if event is not None:
        doubts.found.append(event.ask)
    failed, open_ = _tests(f, clause, below, place, doubts)
    period = lowered_period(f, clause, place, event, doubts)
    any_failed = b.either(*(node for _, node in failed))
    fen: Node = b.const(0)
    if clause.amount is not None or clause.parts:
        troubles = Doubts()
        fen = lowered_fen(world, clause, place, troubles)
        troubled = troubles.any(f)
        doubts.found.append(b.both(troubled, b.negate(any_failed)))
        # Nothing to pay is a failure, whatever is unknown besides.
        zero = b.both(b.compare("<=", fen, b.const(0)), b.negate(b.either(any_failed, troubled)))
        failed = [*failed, (ZERO_AMOUNT, zero)]
        any_failed = b.either(any_failed, zero)
    doubts.found.append(b.both(open_, b.negate(any_failed)))
    result, doubtful = _result(f, clause, place)
    passed = b.negate(any_failed)
    if doubtful is not f.no:
        doubts.found.append(b.both(doubtful, passed))
    if clause.deadline is not None:
        # Only the interpreter says until when an application may still come.
        applied = f.as_truth(place.lowered(clause.deadline.applied))
        doubts.found.append(b.both(b.negate(applied.true), passed))
    ask = b.both(applies, doubts.any(f))
    settled = b.both(applies, b.negate(ask), passed)
    is_manual = b.truth(bool(clause.source.manual))
    if len(failed) > _MOST_LABELS:
        raise NotLowered("more than thirty tests")
    return Judged(
        clause,
        applies,
        ask,
        tuple(failed),
        b.both(settled, b.negate(is_manual)),
        b.both(settled, is_manual),
        fen,
        event,
        period,
        result,
        place,
    )


def _tests(
    f: Formulas, clause: CompiledClause, below: Place, place: Place, doubts: Doubts
) -> tuple[list[tuple[str, Node]], Node]:
    """Which tests fail; and whether one is unknown or null. What is given up must be asked in any case."""
    b = f.builder
    failed: list[tuple[str, Node]] = []
    open_: list[Node] = []
    for test in clause.tests:
        own = not test.inherited or test.floating
        verdict = f.as_truth((place if own else below).lowered(test.expression))
        fails = verdict.true if test.kind == "veto" else f.false_of(verdict)
        failed.append((test.source.label, fails))
        open_ += [verdict.unknown, verdict.null]
        doubts.found.append(verdict.given)
    if clause.first_time is not None and clause.source.first_time is not None:
        fails, perhaps, given = earlier_records(f, place.lowered(clause.first_time))
        failed.append((clause.source.first_time.label, fails))
        open_.append(perhaps)
        doubts.found.append(given)
    return failed, b.either(*open_)


def earlier_records(f: Formulas, earlier: Value) -> tuple[Node, Node, Node]:
    """`first_time`: whether there certainly was an earlier record, perhaps one, or nobody can tell."""
    b = f.builder
    if isinstance(earlier, Nothing):
        return f.no, earlier.unknown, earlier.given
    if not isinstance(earlier, Several):
        there = f.clean(earlier)
        return there, earlier.unknown, earlier.given
    try:
        walked = f.walk(earlier, [f.no], [(0, 1)], lambda _, __: [b.true])
    except NotLowered:
        return f.no, f.no, b.true
    found = walked.carried[0]
    return found, b.both(walked.open, b.negate(found)), b.both(walked.given, b.negate(found))


def lowered_period(
    f: Formulas, clause: CompiledClause, place: Place, event: Happened | None, doubts: Doubts
) -> str | Node | None:
    text = clause.source.period.text
    if clause.period is None:
        if text == ONCE:
            return ONCE
        return str(place.world.as_of.year) if event is None else None
    value = place.lowered(clause.period)
    if isinstance(value, Text) and value.constant and value.derived is None:
        doubts.found.append(f.builder.negate(f.clean(value)))
        return value.constant
    if not isinstance(value, Number) or value.over is not None or value.den != 1:
        doubts.found.append(f.builder.true)
        return ""
    doubts.found.append(f.builder.negate(f.clean(value)))
    if isinstance(value.num, Const):
        return str(value.num.value)
    node, inside = f.builder.narrowed(value.num, -9999, 9999)
    doubts.found.append(f.builder.negate(inside))
    return node


# The amount


def _number(f: Formulas, expression: Expression, place: Place, doubts: Doubts) -> Number:
    """A number that a formula gives; anything else is a doubt."""
    value = place.lowered(expression)
    b = f.builder
    if isinstance(value, Nothing):
        doubts.odd(f, value)
        return f.number(0)
    if not isinstance(value, Number):
        doubts.found.append(b.true)
        return f.number(0)
    doubts.odd(f, value)
    if value.largest >= _TOO_LARGE:
        if value.over is not None:
            raise NotLowered("a quotient without bounds")
        limit = _TOO_LARGE * value.den - 1
        node, inside = b.narrowed(value.num, -limit, limit)
        doubts.found.append(b.negate(inside))
        value = replace(value, num=node)
    return replace(value, flags=f.plain, ends=None)


def _holds(f: Formulas, expression: Expression | None, place: Place, doubts: Doubts) -> Node:
    if expression is None:
        return f.builder.true
    verdict = f.as_truth(place.lowered(expression))
    doubts.odd(f, verdict)
    return verdict.true


def _only(f: Formulas, condition: Node, inner: Doubts, doubts: Doubts) -> None:
    """Doubts that matter only where a condition holds."""
    both = f.builder.both
    doubts.found.append(both(condition, f.builder.either(*inner.found)))
    doubts.unknown.append(both(condition, f.builder.either(*inner.unknown)))
    doubts.null.append(both(condition, f.builder.either(*inner.null)))


def lowered_fen(world: World, clause: CompiledClause, place: Place, doubts: Doubts) -> Node:
    """Raw amount → early multipliers → cap → multipliers → top-up → rounding → fen → the part of a stage."""
    f = world.formulas
    amount = _raw(f, clause, place, doubts)
    amount = _multiplied(f, clause.multipliers, amount, place, doubts, early=True)
    if clause.cap is not None:
        amount = f.larger(amount, _number(f, clause.cap, place, doubts), smallest=True)
    amount = _multiplied(f, clause.multipliers, amount, place, doubts, early=False)
    if clause.top_up is not None:
        if isinstance(clause.top_up, Expression):
            paid = _number(f, clause.top_up, place, doubts)
        else:
            doubts.found.append(f.builder.negate(nothing_paid(f, clause.document.source.valid_from)))
            paid = f.number(0)
        amount = f.larger(f.minus(amount, paid), f.number(0))
    unit = UNITS_FEN[clause.rounding.to]
    steps = f.rounded(amount, Fraction(unit, 100), _MODES[clause.rounding.mode])
    doubts.found.append(f.builder.negate(f.clean(steps)))
    limit = (1 << 62) // unit
    node, inside = f.builder.narrowed(steps.num, -limit, limit)
    doubts.found.append(f.builder.negate(inside))
    if clause.source.stage is not None:
        return stage_node(f.builder, clause.source.stage, node, unit)
    return f.builder.multiply(node, f.builder.const(unit))


def _raw(f: Formulas, clause: CompiledClause, place: Place, doubts: Doubts) -> Number:
    if clause.amount is not None:
        return _number(f, clause.amount, place, doubts)
    total = f.number(0)
    for part in clause.parts:
        holds = _holds(f, part.when, place, doubts)
        inner = Doubts()
        amount = _number(f, part.amount, place, inner)
        _only(f, holds, inner, doubts)
        total = f.plus(total, f.pick_number(holds, amount))
    return total


def _multiplied(
    f: Formulas,
    multipliers: Sequence[CompiledMultiplier],
    amount: Number,
    place: Place,
    doubts: Doubts,
    *,
    early: bool,
) -> Number:
    for one in multipliers:
        if one.source.before_cap is not early:
            continue
        holds = _holds(f, one.when, place, doubts)
        inner = Doubts()
        factor = _number(f, one.factor, place, inner)
        _only(f, holds, inner, doubts)
        chosen = f.pick(holds, f.times(amount, factor), amount)
        assert isinstance(chosen, Number)
        amount = chosen
    return amount


def _result(f: Formulas, clause: CompiledClause, place: Place) -> tuple[Value | None, Node]:
    """What an eligible outcome says, and where the interpreter must say it."""
    if clause.result is None:
        return None, f.no
    value = place.lowered(clause.result)
    b = f.builder
    if isinstance(value, Text) and value.derived is None:
        return value, b.negate(f.clean(value))
    if isinstance(value, Truth):
        return value, b.negate(f.clean(value))
    if isinstance(value, Number) and value.over is None and not value.error:
        node, inside = b.narrowed(value.num, -(1 << 62), 1 << 62)
        return replace(value, num=node), b.negate(b.both(f.clean(value), inside))
    return None, b.true
