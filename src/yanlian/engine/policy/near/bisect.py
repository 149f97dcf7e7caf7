"""Figures that could not be inverted: each that the clause reads is moved up and down by powers of ten of its unit,
until the barrier is gone; `smallest` then finds the border."""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.engine.dossier import FactRead, Row
from yanlian.engine.dossier.schema import SCALES
from yanlian.engine.policy.near.overlay import plan_of
from yanlian.engine.policy.near.plan import Lens, Option, Plan, SetField
from yanlian.engine.policy.near.standing import Barrier, Stage, Standing

_MOST_FACTS = 6
_POWERS = tuple(10**power for power in range(2, 14, 2))


def bisected_options(stage: Stage, standing: Standing, plan: Plan, barrier: Barrier) -> list[Option]:
    """One option for each figure and direction after which the barrier is gone."""
    if barrier.test is None and barrier.kind != "amount":
        return []
    if barrier.verdict == "unknown" or standing.draft is None:
        return []
    found: list[Option] = []
    for lens, stored in _figures(stage, standing, plan):
        for sign, op in ((1, ">="), (-1, "<=")):
            value = next(
                (one for one in _tried(lens, stored, sign) if _is_gone(stage, standing, plan, barrier, lens, one)), None
            )
            if value is not None:
                found.append((SetField(lens, value, op, None),))
    return found


def _tried(lens: Lens, stored: int, sign: int) -> Iterator[int]:
    for power in _POWERS:
        value = stored + sign * power
        if value >= 0:
            yield value
    if sign < 0 and stored > 0:
        yield 0


def _is_gone(stage: Stage, standing: Standing, plan: Plan, barrier: Barrier, lens: Lens, value: int) -> bool:
    assert standing.draft is not None
    fragment = plan_of((SetField(lens, value, "=", None),), standing.row)
    if fragment is None:
        return False
    return not stage.has_barrier(plan.joined(fragment), standing.draft, barrier)


def _figures(stage: Stage, standing: Standing, plan: Plan) -> Iterator[tuple[Lens, int]]:
    """The figures of records that the clause reads."""
    given = 0
    for read in stage.reads(plan):
        if given >= _MOST_FACTS:
            return
        lens = _lens(standing, read)
        if lens is None:
            continue
        stored = lens.row.data.get(lens.field.key)
        if isinstance(stored, int) and not isinstance(stored, bool) and lens.field.type != "year":
            given += 1
            yield lens, stored


def _lens(standing: Standing, read: FactRead) -> Lens | None:
    if read.record is None or read.field.type not in SCALES:
        return None
    stored = standing.row.get(read.record.key)
    for one in stored if isinstance(stored, (list, tuple)) else (stored,):
        if isinstance(one, dict) and tuple(Row(read.record, one).key_text()) == read.row_key:
            return Lens(Row(read.record, one), read.field)
    return None
