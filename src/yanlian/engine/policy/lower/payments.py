"""What was paid before, as far as a program needs it: whether surely nothing was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.values import Day, NotLowered, Record, Several, Value, days_of
from yanlian.engine.policy.payments import PAYMENTS


def nothing_paid(f: Formulas, since: date) -> Node:
    """Whether surely nothing was paid on or after a day: no record of a payment, and none that may exist undelivered.

    Where it does not hold the interpreter adds up what counts.
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

    def step(_: Value, __: Sequence[Node]) -> Sequence[Node]:
        return [b.true]

    walked = f.walk(value, [f.no], [(0, 1)], step, maybe=may_count)
    return b.negate(b.either(walked.carried[0], walked.open, walked.given))
