"""A proposal beside what is: totals, clauses, who gains and who loses, by what they are, and how amounts are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from yanlian.engine.stream.sandbox.judging import ClauseFigures
from yanlian.engine.stream.sandbox.session import Judgement
from yanlian.engine.stream.sandbox.spread import Spread, spread_of
from yanlian.engine.stream.sandbox.traits import Beneficiaries, Trait

Ints = npt.NDArray[np.int64]
KINDS: Final = ("eligible", "not_eligible", "unknown", "open", "manual", "not_applicable")
TOP = 50


@dataclass(frozen=True, slots=True)
class Totals:
    """What packs come to. `outcomes`: by kind; `receivers`: beneficiaries who are due anything."""

    amount_fen: int
    receivers: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause before and after; None: it was not there. `worked_out`: in this question; `left`: why parts of it are
    left to the interpreter, which judged `interpreted` dossiers."""

    clause: str
    title: str
    document: str
    department: str
    before: Totals | None
    after: Totals | None
    worked_out: bool
    interpreted: int
    left: tuple[str, ...]

    @property
    def difference_fen(self) -> int:
        """What it costs more."""
        return (self.after.amount_fen if self.after else 0) - (self.before.amount_fen if self.before else 0)


@dataclass(frozen=True, slots=True)
class Moved:
    """A beneficiary whose sum differs. `row`: its number among the dossiers."""

    row: int
    entity: str
    name: str
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Group:
    """Beneficiaries of one sort. `label` "": not known, or none."""

    label: str
    dossiers: int
    receivers_before: int
    receivers_after: int
    before_fen: int
    after_fen: int
    gain: int
    lose: int


@dataclass(frozen=True, slots=True)
class Answer:
    """See the fields' own types. `gain`, `lose`: how many get more or less, and how much in all; `winners`, `losers`:
    those with the largest differences."""

    before: Totals
    after: Totals
    clauses: tuple[ClauseChange, ...]
    gain: tuple[int, int]
    lose: tuple[int, int]
    newly: int
    no_longer: int
    winners: tuple[Moved, ...]
    losers: tuple[Moved, ...]
    groups: Mapping[str, tuple[Group, ...]]
    spread_before: Spread
    spread_after: Spread
    interpreted: int
    seconds: float

    @property
    def difference_fen(self) -> int:
        """What it costs more."""
        return self.after.amount_fen - self.before.amount_fen

    def as_data(self) -> dict[str, object]:
        """For a file or an answer of the API; amounts in fen."""
        return {**asdict(self), "difference_fen": self.difference_fen}


def sums(judgement: Judgement, rows: int) -> Ints:
    """What each dossier is due in all, in fen."""
    found = np.zeros(rows, np.int64)
    for one in judgement.figures.values():
        np.add.at(found, one.rows, one.fen)
    return found


def compared(before: Judgement, after: Judgement, who: Beneficiaries, *, top: int = TOP) -> Answer:
    """The answer. Both are of the same dossiers."""
    rows = len(who.ids)
    old, new = sums(before, rows), sums(after, rows)
    moved = new - old
    gain, lose = moved > 0, moved < 0
    return Answer(
        before=_totals(before, old),
        after=_totals(after, new),
        clauses=_clauses(before, after),
        gain=(int(gain.sum()), int(moved[gain].sum())),
        lose=(int(lose.sum()), int(moved[lose].sum())),
        newly=int(((old == 0) & (new > 0)).sum()),
        no_longer=int(((old > 0) & (new == 0)).sum()),
        winners=_moved(np.argsort(-moved, kind="stable")[:top], moved > 0, old, new, who),
        losers=_moved(np.argsort(moved, kind="stable")[:top], moved < 0, old, new, who),
        groups={name: _groups(trait, old, new) for name, trait in who.traits.items()},
        spread_before=spread_of(old),
        spread_after=spread_of(new),
        interpreted=after.interpreted if after is not before else 0,
        seconds=after.seconds,
    )


def differences(before: Judgement, after: Judgement, who: Beneficiaries) -> list[Moved]:
    """Everybody whose sum differs, those who gain most first."""
    rows = len(who.ids)
    old, new = sums(before, rows), sums(after, rows)
    moved = new - old
    order = np.argsort(-moved, kind="stable")
    return list(_moved(order, moved != 0, old, new, who))


def _totals(judgement: Judgement, amounts: Ints) -> Totals:
    outcomes = {kind: sum(one.kinds.get(kind, 0) for one in judgement.figures.values()) for kind in KINDS}
    return Totals(int(amounts.sum()), int((amounts > 0).sum()), outcomes)


def _clauses(before: Judgement, after: Judgement) -> tuple[ClauseChange, ...]:
    ids = [*after.figures, *(one for one in before.figures if one not in after.figures)]
    found: list[ClauseChange] = []
    for one in ids:
        clause = (after.clauses.get(one) or before.clauses[one]).source
        figures = after.figures.get(one)
        found.append(
            ClauseChange(
                one,
                clause.title,
                clause.document,
                clause.department,
                _of_clause(before.figures.get(one)),
                _of_clause(figures),
                one in after.changed and after is not before,
                figures.interpreted if figures else 0,
                figures.left if figures else (),
            )
        )
    return tuple(found)


def _of_clause(figures: ClauseFigures | None) -> Totals | None:
    if figures is None:
        return None
    receivers = len(np.unique(figures.rows[figures.fen > 0]))
    return Totals(figures.total_fen, receivers, {kind: figures.kinds.get(kind, 0) for kind in KINDS})


def _moved(
    order: npt.NDArray[np.intp], where: npt.NDArray[np.bool_], old: Ints, new: Ints, who: Beneficiaries
) -> tuple[Moved, ...]:
    rows: Sequence[int] = [row for row in order.tolist() if where[row]]
    ids, names = (column.take(rows).to_pylist() if rows else [] for column in (who.ids, who.names))
    return tuple(
        Moved(row, str(id_), str(name or ""), int(old[row]), int(new[row]))
        for row, id_, name in zip(rows, ids, names, strict=True)
    )


def _groups(trait: Trait, old: Ints, new: Ints) -> tuple[Group, ...]:
    found: list[Group] = []
    for number, label in enumerate(trait.labels):
        mine = trait.values == number
        before, after = old[mine], new[mine]
        found.append(
            Group(
                label,
                len(before),
                int((before > 0).sum()),
                int((after > 0).sum()),
                int(before.sum()),
                int(after.sum()),
                int((after > before).sum()),
                int((after < before).sum()),
            )
        )
    return tuple(found)
