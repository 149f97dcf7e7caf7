"""What was paid before, as far as a program needs it: whether surely nothing was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.values import Day, NotLowered, Record, Several, Text, Value, days_of
from yanlian.engine.policy.payments import PAYMENTS


def nothing_paid(f: Formulas, since: date, clauses: Collection[str] = ()) -> Node:
    """Whether surely nothing was paid on or after a day, for any clause or for these: no record of such a payment, and
    none that may exist undelivered.

    Where it does not hold the interpreter adds up what counts. Without `clauses` all who ask share one walk over the
    payments; with them each has its own, but fewer dossiers go to the interpreter.
    """
    b = f.builder
    value = f.fact(PAYMENTS)
    if not isinstance(value, Several):
        raise NotLowered(PAYMENTS)

    def may_count(payment: Value) -> tuple[Node, Node]:
        assert isinstance(payment, Record)
        if payment.phantom is None:
            return b.true, f.no
        paid_on = f.field(payment, "支付日期")
        if not isinstance(paid_on, Day) or paid_on.ends is None:
            return b.true, f.no
        return b.compare("<=", b.const(days_of(since)), paid_on.ends.high), f.no

    def step(payment: Value, carried: Sequence[Node]) -> Sequence[Node]:
        clause = f.field(payment, "条款") if clauses and isinstance(payment, Record) else None
        if not isinstance(clause, Text):
            return [b.true]
        named = b.either(*(b.compare("=", clause.code, f.text(one).code) for one in sorted(clauses)))
        return [b.either(carried[0], named, b.negate(f.clean(clause)))]

    walked = f.walk(value, [f.no], [(0, 1)], step, maybe=may_count)
    return b.negate(b.either(walked.carried[0], walked.open, walked.given))
