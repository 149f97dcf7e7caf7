"""The amount of one outcome: raw amount → early multipliers → cap → multipliers → top-up → rounding → integer fen →
the part of a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from yanlian.engine.feel import Missing, Unknown
from yanlian.engine.policy.compiled import CompiledClause, CompiledMultiplier, Expression
from yanlian.engine.policy.lack import lack_of
from yanlian.engine.policy.model import Rounding
from yanlian.engine.policy.payments import paid_before
from yanlian.engine.policy.scope import Scope
from yanlian.engine.policy.stages import stage_fen, stage_words

MODES = {"half_up": ROUND_HALF_UP, "floor": ROUND_FLOOR, "half_even": ROUND_HALF_EVEN}
UNITS_FEN = {"分": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
EXACT = Context(prec=60)
# Beyond any budget: a figure of this size is a mistake that a person must look at.
_TOO_LARGE = Decimal(10) ** 15
# What factors may make of it must still fit where outcomes are kept.
_MOST_FEN = 1 << 62


@dataclass(frozen=True, slots=True)
class Figure:
    """The result: fen, or what is missing, or the label of the rule that gave null."""

    fen: int = 0
    missing: frozenset[Missing] = frozenset()
    null: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic, for explanations: what was done, with which formula, and the amount after it."""

    kind: str
    label: str
    expression: Expression | None
    value: object
    after: Decimal | None


Noter: TypeAlias = Callable[[Step], None]


class _Stopped(Exception):
    """The figure cannot be worked out: unknown or null."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.figure = figure


def figure_of(clause: CompiledClause, scope: Scope, matter: str, period: str, note: Noter | None = None) -> Figure:
    """What a clause alone gives for one event, before stacking and caps over several outcomes."""
    try:
        amount = _raw(clause, scope, note)
        amount = _multiplied(clause.multipliers, amount, scope, note, early=True)
        if clause.cap is not None:
            limit = number(clause.cap, scope, "cap")
            amount = min(amount, limit)
            if note:
                note(Step("cap", "", clause.cap, limit, amount))
        amount = _multiplied(clause.multipliers, amount, scope, note, early=False)
        if clause.top_up is not None:
            amount = _topped_up(clause, amount, scope, matter, period, note)
        fen = to_fen(amount, clause.rounding)
        if abs(fen) > _MOST_FEN:
            raise _Stopped(Figure(null="amount"))
        if note:
            note(Step("rounding", f"{clause.rounding.to} {clause.rounding.mode}", None, None, Decimal(fen).scaleb(-2)))
        if clause.source.stage is not None:
            fen = stage_fen(clause.source.stage, fen, UNITS_FEN[clause.rounding.to])
            if note:
                note(Step("stage", stage_words(clause.source.stage), None, None, Decimal(fen).scaleb(-2)))
    except _Stopped as stopped:
        return stopped.figure
    return Figure(fen)


def number(expression: Expression, scope: Scope, label: str) -> Decimal:
    """The number a formula gives; stops the figure when it is unknown or no number."""
    value = scope.value(expression)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < _TOO_LARGE:
        return value
    if isinstance(value, Unknown):
        raise _Stopped(Figure(missing=lack_of(value)))
    raise _Stopped(Figure(null=label))


def _holds(expression: Expression | None, scope: Scope, label: str) -> bool:
    if expression is None:
        return True
    value = scope.value(expression)
    if value is True or value is False:
        return value is True
    raise _Stopped(Figure(missing=lack_of(value)) if isinstance(value, Unknown) else Figure(null=label))


def _raw(clause: CompiledClause, scope: Scope, note: Noter | None) -> Decimal:
    if clause.amount is not None:
        amount = number(clause.amount, scope, "amount")
        if note:
            note(Step("amount", "", clause.amount, amount, amount))
        return amount
    total = Decimal(0)
    lacking: set[Missing] = set()
    for part in clause.parts:
        try:
            if not _holds(part.when, scope, part.source.label):
                continue
            amount = number(part.amount, scope, part.source.label)
        except _Stopped as stopped:
            if stopped.figure.null:
                raise
            lacking |= stopped.figure.missing
            continue
        total = EXACT.add(total, amount)
        if note:
            note(Step("part", part.source.label, part.amount, amount, total))
    if lacking:
        raise _Stopped(Figure(missing=frozenset(lacking)))
    return total


def _multiplied(
    multipliers: tuple[CompiledMultiplier, ...], amount: Decimal, scope: Scope, note: Noter | None, *, early: bool
) -> Decimal:
    for one in multipliers:
        if one.source.before_cap is not early or not _holds(one.when, scope, one.source.label):
            continue
        factor = number(one.factor, scope, one.source.label)
        amount = EXACT.multiply(amount, factor)
        if note:
            note(Step("multiplier", one.source.label, one.factor, factor, amount))
    return amount


def _topped_up(
    clause: CompiledClause, amount: Decimal, scope: Scope, matter: str, period: str, note: Noter | None
) -> Decimal:
    """The amount less what was paid before; never below zero."""
    if isinstance(clause.top_up, Expression):
        paid, expression = number(clause.top_up, scope, "top_up"), clause.top_up
    else:
        found = paid_before(scope.frame, clause, matter, period)
        if isinstance(found, Unknown):
            raise _Stopped(Figure(missing=lack_of(found)))
        paid, expression = found, None
    amount = max(EXACT.subtract(amount, paid), Decimal(0))
    if note:
        note(Step("top_up", "", expression, paid, amount))
    return amount


def to_fen(amount: Decimal, rounding: Rounding) -> int:
    """Yuan rounded as declared, as fen."""
    unit = UNITS_FEN[rounding.to]
    units = EXACT.divide(EXACT.scaleb(amount, 2), Decimal(unit))
    return int(units.to_integral_value(MODES[rounding.mode], EXACT)) * unit


def floor_fen(amount: Decimal) -> int:
    """Yuan as fen, anything below a fen left out: for limits, which must never be exceeded."""
    return int(EXACT.scaleb(amount, 2).to_integral_value(ROUND_FLOOR, EXACT))


def limit_of(expression: Expression, scope: Scope, label: str) -> Figure:
    """A limit in fen."""
    try:
        return Figure(max(floor_fen(number(expression, scope, label)), 0))
    except _Stopped as stopped:
        return stopped.figure
