"""Worked cases run once more, with facts changed: what a clause alone gives, and what its formulas were asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import RecordKind, dossier_of_case
from yanlian.engine.feel import Compiled, FeelError, ast, compile_expression, print_expression
from yanlian.engine.feel.names import needs_telling
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.functions import PACK_FUNCTIONS
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.outcome import Draft

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a figure stands in the facts of a case: kind of record, which of several records (None: the only one), and
    the name of the field; `value` in yuan, pieces or square metres."""

    record: RecordKind
    index: int | None
    name: str
    value: Decimal


class Trial:
    """One clause under one worked case. Evaluating is the interpreter's: what it gives is what would be paid, before
    stacking and caps over several outcomes."""

    def __init__(self, packs: PackSet, clause: CompiledClause, case: Case) -> None:
        self.packs = packs
        self.clause = clause
        self.case = case
        self._evaluator = Evaluator(packs, case.as_of, only={clause.id}, any_status=True, parameters=case.parameters)

    def drafts(self, facts: Facts | None = None) -> list[Draft]:
        """What the clause says of the facts of the case, or of others; nothing when they are no facts."""
        try:
            written = self.case.facts if facts is None else facts
            dossier = dossier_of_case(self.packs.schema, written, self.case.kind, self.case.as_of)
            found = self._evaluator.drafts(self._evaluator.frame(dossier))
        except (Refused, FeelError):
            return []
        return [draft for draft in found if draft.kind != "not_applicable"]

    def paid_fen(self, facts: Facts) -> int | None:
        """The sum of what is eligible, in fen; None when something is open."""
        drafts = self.drafts(facts)
        if any(draft.kind in {"unknown", "manual"} for draft in drafts):
            return None
        return sum(draft.amount_fen for draft in drafts if draft.kind == "eligible")

    def spots(self) -> Iterator[Spot]:
        """Every figure in the facts of the case; of records by the year only those of the last one."""
        for name, value in self.case.facts.items():
            record = self.packs.schema.names.get(name)
            if record is None:
                continue
            if isinstance(value, Mapping):
                yield from _figures(record, None, value)
            elif isinstance(value, list):
                for index in _latest(record, value):
                    yield from _figures(record, index, value[index])

    def changed(self, spot: Spot, value: Decimal) -> Facts:
        """The facts with another figure at a spot."""
        owner = self.case.facts[_written(self.case.facts, spot.record)]
        text = format(value, "f")
        if isinstance(owner, Mapping):
            new: object = {**owner, spot.name: text}
        else:
            assert isinstance(owner, list)
            assert spot.index is not None
            new = [{**one, spot.name: text} if i == spot.index else one for i, one in enumerate(owner)]
        return {**self.case.facts, _written(self.case.facts, spot.record): new}


def _written(facts: Facts, record: RecordKind) -> str:
    return next(name for name in facts if name in (record.zh, record.key))


def _figures(record: RecordKind, index: int | None, row: Mapping[str, object]) -> Iterator[Spot]:
    for name, written in row.items():
        field = record.names.get(name)
        if field is not None and field.type in {"money", "count", "area"} and written is not None:
            try:
                value = parse_figure(written)
            except Refused:
                continue
            yield Spot(record, index, name, value)


def _latest(record: RecordKind, rows: Sequence[object]) -> list[int]:
    """The records of the last year, where a kind has one record a year; otherwise all."""
    period = record.fields[record.period] if record.period else None
    if period is None or period.type != "year":
        return [i for i, row in enumerate(rows) if isinstance(row, Mapping)]
    years = {i: row.get(period.zh, row.get(period.key)) for i, row in enumerate(rows) if isinstance(row, Mapping)}
    last = max((str(year) for year in years.values()), default="")
    return [i for i, year in years.items() if str(year) == last]


def compiled_side(tree: ast.Expression, clause: CompiledClause) -> Compiled | None:
    """A part of a formula on its own, to be asked in the scope of an event of the clause."""
    visible = clause.home.visible
    scales = {name: item.function for name, item in visible.items() if item.function is not None}
    names = [name for name in visible if needs_telling(name)]
    try:
        text = print_expression(tree)
        return compile_expression(text, names=names, units=True, functions={**PACK_FUNCTIONS, **scales}, where="FEEL")
    except FeelError:
        return None
