"""The arithmetic of money that is short: shares in proportion, payment in order, and an amount split between payers.

All figures are integers (fen); nothing is rounded but where it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

from yanlian.engine.policy.settlement.rules import Straddle

_EXACT = Context(prec=60)


def pro_rata(asked: Sequence[int], available: int, unit: int = 1) -> list[int]:
    """Shares of `available` in proportion to what was asked, in whole `unit`s: each is rounded down, then the largest
    remainders get one unit more (Hamilton); of equal remainders, those that stand first.

    When there is enough, everybody gets what was asked. Otherwise the sum is `available` itself if that is a multiple
    of the unit (or the largest multiple below it), unless so many ask for less than a unit that it cannot be given out.
    Nobody gets more than asked, and who asks for more never gets less. Cost O(n log n).
    """
    total = sum(asked)
    if total <= available:
        return list(asked)
    if available <= 0:
        return [0] * len(asked)
    whole = total * unit
    given: list[int] = []
    remainders: list[int] = []
    for one in asked:
        units, rest = divmod(one * available, whole)
        given.append(units * unit)
        remainders.append(rest)
    left = available - sum(given)
    # Stable: equal remainders stay in the order in which they stand.
    waiting = sorted(range(len(asked)), key=lambda n: -remainders[n])
    while left >= unit:
        waiting = [n for n in waiting if given[n] + unit <= asked[n]]
        if not waiting:
            break
        for n in waiting[: left // unit]:
            given[n] += unit
            left -= unit
    return given


def in_order(asked: Sequence[int], available: int, straddle: Straddle = "cut") -> list[int]:
    """Payment one after the other until the money ends. The first that does not fit gets what is left (`cut`),
    nothing, while later ones that fit are still paid (`skip`), nothing, and nobody after it (`stop`), or all (`whole`).
    """
    given: list[int] = []
    left = max(available, 0)
    closed = False
    for one in asked:
        if closed:
            given.append(0)
        elif one <= left:
            given.append(one)
            left -= one
        else:
            # With nothing left there is nothing to straddle.
            given.append({"cut": left, "whole": one if left else 0}.get(straddle, 0))
            closed = straddle != "skip"
    return given


def split(amount: int, parts: Sequence[tuple[str, Decimal]]) -> list[tuple[str, int]]:
    """An amount in fen divided between payers: each share rounded down, then the largest remainders one fen more, of
    equal ones the payer named first. The parts add up to the amount."""
    exact = [_EXACT.multiply(Decimal(amount), rate) for _, rate in parts]
    given = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda n: given[n] - exact[n])
    for n in order[: amount - sum(given)]:
        given[n] += 1
    return [(payer, fen) for (payer, _), fen in zip(parts, given, strict=True)]
