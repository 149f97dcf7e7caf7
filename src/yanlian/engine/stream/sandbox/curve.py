"""Sensitivity: totals along a range of one figure, everything else of a proposal as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.policy.revision import Change, Proposal
from yanlian.engine.stream.sandbox.answer import sums
from yanlian.engine.stream.sandbox.judging import Ints, Tell
from yanlian.engine.stream.sandbox.session import Judgement, Sandbox

POINTS_MAX: Final = 101
_DIGITS = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Point:
    """Totals at one value of the figure. `written`: with its unit, as the change says it; `receivers`: beneficiaries
    who are due anything; `gain`, `lose`: of them and of those who were, against the packs as they are."""

    value: Decimal
    written: str
    amount_fen: int
    receivers: int
    eligible: int
    unknown: int
    gain: int
    lose: int

    def as_data(self) -> dict[str, object]:
        """For a file or an answer of the API."""
        return {name: getattr(self, name) for name in self.__slots__} | {"value": format(self.value, "f")}


def steps_between(first: Decimal, last: Decimal, points: int) -> list[Decimal]:
    """So many values from the first to the last, evenly, to nine places. Refused: no range, too many points."""
    if not 2 <= points <= POINTS_MAX or first == last:
        raise Refused("sandbox_points", found=f"{first} … {last}, {points}", expected=f"2 … {POINTS_MAX}")
    gap = (last - first) / (points - 1)
    found = [(first + gap * n).quantize(_DIGITS, ROUND_HALF_UP).normalize() for n in range(points)]
    return [*found[:-1], last]


def curve(
    sandbox: Sandbox,
    at: str,
    values: Sequence[Decimal],
    unit: str = "",
    *,
    proposal: Proposal | None = None,
    tell: Tell | None = None,
) -> Iterator[Point]:
    """The totals with each value in the place `at`, one after the other. `unit` is written after the value: values of a
    figure in 万元 are 万元; `proposal`: what else is changed."""
    base = sandbox.base(tell)
    old = sums(base, sandbox.held.rows)
    others = [one for one in proposal.changes if one.at != at] if proposal else []
    for value in values:
        written = f"{value:f}{unit}"
        made = Proposal("", (*others, Change(at, written)))
        yield _point(sandbox, base, sandbox.ask(made, tell, keep=False), old, value, written)


def _point(sandbox: Sandbox, base: Judgement, found: Judgement, old: Ints, value: Decimal, written: str) -> Point:
    new = old.copy()
    for one in found.changed | found.gone:
        if one in base.figures:
            np.subtract.at(new, base.figures[one].rows, base.figures[one].fen)
        if one in found.figures:
            np.add.at(new, found.figures[one].rows, found.figures[one].fen)
    return Point(
        value,
        written,
        int(new.sum()),
        int((new > 0).sum()),
        _counted(found, "eligible"),
        _counted(found, "unknown", "open"),
        int((new > old).sum()),
        int((new < old).sum()),
    )


def _counted(judgement: Judgement, *kinds: str) -> int:
    return sum(one.kinds.get(kind, 0) for one in judgement.figures.values() for kind in kinds)
