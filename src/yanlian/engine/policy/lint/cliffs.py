"""Cliffs: one yuan more of a figure, and the money falls.

Each worked case that pays is taken as a firm; each figure that the clause reads is moved over all its thresholds, and
from each fall between two points the very step is found by halving. The interpreter says what is paid, so a cliff that
is told is real; between two points of equal or rising amounts a dip may stay unseen. Points: every number of the clause
(conditions, tables, scales, caps, parameters on the day of the case), also as a share of or a growth over the other
figures of the case, each with its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from yanlian.engine.dossier import Field
from yanlian.engine.feel import ast
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.terms import expanded, field_names
from yanlian.engine.policy.lint.worked import Spot, Trial
from yanlian.engine.policy.model import Scale
from yanlian.engine.policy.used import formulas, items_of

_MOST_POINTS = 72
_MOST_CASES = 2
_MOST_TOLD = 3
_LARGEST = Decimal(10) ** 12
_ONE = Decimal(1)
_PAYMENT = "payment"
_COUNTED = frozenset({"", "人", "家", "个", "户", "件", "项", "片", "次", "台", "套", "月", "天", "年"})


@dataclass(frozen=True, slots=True)
class Cliff:
    """From `at` to `at` plus one the clause pays less. Amounts in fen."""

    spot: Spot
    case: str
    at: Decimal
    before_fen: int
    after_fen: int
    failed: tuple[str, ...]


def note_cliffs(review: Review) -> None:
    """Every clause that computes an amount, from at most two of its cases that pay."""
    taken = field_names(review.packs.schema)
    for clause in review.clauses:
        if clause.source.manual or not (clause.amount or clause.parts):
            continue
        told: set[tuple[str, Decimal]] = set()
        for cliff in cliffs_of(review, clause, taken):
            if (cliff.spot.name, cliff.at) in told or len(told) >= _MOST_TOLD:
                continue
            told.add((cliff.spot.name, cliff.at))
            _note(review, clause, cliff)


def cliffs_of(review: Review, clause: CompiledClause, taken: frozenset[str]) -> Iterator[Cliff]:
    """The falls found from the cases of a clause."""
    read = {(one.record.key, one.field.key) for one in review.reads(clause) if one.field and one.role != "history"}
    tried = 0
    for case in clause.source.cases:
        trial = Trial(review.packs, clause, case)
        if tried >= _MOST_CASES or not trial.paid_fen(case.facts):
            continue
        tried += 1
        spots = [one for one in trial.spots() if one.record.key != _PAYMENT]
        numbers = _numbers(clause, trial, taken)
        for spot in spots:
            field = spot.record.names[spot.name]
            if (spot.record.key, field.key) in read and _is_size(field):
                others = [one.value for one in spots if one is not spot]
                yield from _swept(trial, spot, _points(spot.value, numbers, others))


def _is_size(field: Field) -> bool:
    """Whether more of it is more: money, areas, things that are counted; a process node in nm is none."""
    return field.type != "count" or field.unit in _COUNTED


def _numbers(clause: CompiledClause, trial: Trial, taken: frozenset[str]) -> set[Decimal]:
    """Every number that stands in the formulas, tables and scales of a clause on the day of a case."""
    day = trial.case.as_of
    trees: list[ast.Node] = [one.compiled.ast for _, _, one, inherited in formulas(clause) if not inherited]
    found: set[Decimal] = set()
    for item in items_of(clause):
        if isinstance(item.source, Scale):
            found |= {bracket.start for bracket in item.source.brackets}
        elif item.table is not None:
            trees += [cell.ast for row in item.table.decision.rows for cell in row.tests]
    for tree in trees:
        written = expanded(tree, clause.home, day, taken)
        found |= {abs(node.value) for node, _ in ast.walk(written) if isinstance(node, ast.Number) and node.value}
    return found


def _points(value: Decimal, numbers: set[Decimal], others: Sequence[Decimal]) -> list[Decimal]:
    """Whole numbers worth trying, in order: around each threshold, and as shares of and growths over other figures."""
    wanted = {Decimal(0), value, *numbers, value * 2, value * 10}
    rates = sorted(one for one in numbers if 0 < one < 10)
    for other in others[:4]:
        for rate in rates[:6]:
            wanted |= {other * rate, other * (1 + rate), other / rate, other / (1 + rate)}
    points: set[Decimal] = set()
    for one in sorted(wanted):
        whole = one.to_integral_value(ROUND_FLOOR)
        if whole <= _LARGEST:
            points |= {max(whole - 1, Decimal(0)), whole, whole + 1}
    listed = sorted(points)
    step = max(1, -(-len(listed) // _MOST_POINTS))
    return listed[::step]


def _swept(trial: Trial, spot: Spot, points: Sequence[Decimal]) -> Iterator[Cliff]:
    """The falls between neighbouring points, each narrowed down to one step."""
    paid = [(point, trial.paid_fen(trial.changed(spot, point))) for point in points]
    for (low, before), (high, after) in pairwise(paid):
        if before is None or after is None or after >= before:
            continue
        found = _narrowed(trial, spot, low, high, before, after)
        if found is not None:
            yield found


def _narrowed(trial: Trial, spot: Spot, low: Decimal, high: Decimal, before: int, after: int) -> Cliff | None:
    """Between two figures of which the higher pays less there is a step of one that does; halving finds it."""
    while high - low > _ONE:
        middle = ((low + high) / 2).to_integral_value(ROUND_FLOOR)
        paid = trial.paid_fen(trial.changed(spot, middle))
        if paid is None:
            return None
        if paid < before:
            high, after = middle, paid
        else:
            low, before = middle, paid
    failed = [label for draft in trial.drafts(trial.changed(spot, high)) for label in _failed(draft.reason)]
    return Cliff(spot, trial.case.name, low, before, after, tuple(dict.fromkeys(failed)))


def _failed(reason: dict[str, object]) -> list[str]:
    found = reason.get("failed")
    return [str(one) for one in found] if isinstance(found, list) else []


def _note(review: Review, clause: CompiledClause, cliff: Cliff) -> None:
    """Money that falls while the clause still pays is a fault of the standard; a threshold that shuts out is meant."""
    field = cliff.spot.record.names[cliff.spot.name]
    unit = {"money": "元", "area": "平方米"}.get(field.type, field.unit)
    data = {
        "fact": f"{cliff.spot.record.zh}.{field.zh}",
        "at": f"{cliff.at:,f}{unit}",
        "before": _yuan(cliff.before_fen),
        "after": _yuan(cliff.after_fen),
        "loss": _yuan(cliff.before_fen - cliff.after_fen),
        "case": cliff.case,
    }
    if cliff.after_fen:
        review.note(clause, "lint_cliff", "warning", **data)
    else:
        labels = {"label_zh": "、".join(cliff.failed) or "没有事项", "label_en": ", ".join(cliff.failed) or "no event"}
        review.note(clause, "lint_cliff_out", "hint", **data, **labels)


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,f}元".replace(".00元", "元")
