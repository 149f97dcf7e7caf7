"""What of packs becomes machine code, clause by clause: what goes to the interpreter and where it stands, and the
program of a clause in a form that a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.dossier.columns import Layout, Strings
from yanlian.engine.dossier.overlay import files_of, open_dossiers
from yanlian.engine.dossier.statistics import Bounds, ranges_of
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.native.ir import Program, below
from yanlian.engine.native.show import shown
from yanlian.engine.policy import Evaluator, PackSet
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lower.plan import Left, Plan, planned
from yanlian.engine.policy.lower.values import Beyond
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.scope import base_names
from yanlian.engine.stream.components import components

# compiled: every part of it; partly: the interpreter judges where a part decides that is left to it; interpreted: the
# interpreter judges wherever the clause may apply.
State: TypeAlias = Literal["compiled", "partly", "interpreted"]
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Construct:
    """A part of a clause that is left to the interpreter. `line`, `column`: where it begins, the column within its
    formula, both from 1, 0 for the clause as a whole; `text`: the part as FEEL."""

    reason: str
    file: str
    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class ClauseExamined:
    """A clause. `together`: the clauses that it is worked out with, because one's amount may lower another's;
    `values`: how many values its program works out."""

    clause: str
    title: str
    pack: str
    file: str
    line: int
    state: State
    left: tuple[Construct, ...]
    together: tuple[str, ...]
    values: int


@dataclass(frozen=True, slots=True)
class _Data:
    """What programs are made for: the form of dossiers, what was delivered, the ranges of values where known."""

    form: pa.Schema
    coverage: Coverage
    ranges: Mapping[tuple[str, str], Bounds] | None


class Examination:
    """The clauses of packs in force on a day, lowered component by component. Without dossiers: for dossiers as the
    application makes them, of which everything was delivered, with any values."""

    def __init__(self, packs: PackSet, as_of: date, dossiers: Path | None = None, *, with_drafts: bool = False) -> None:
        self._packs = packs
        self._as_of = as_of
        self._data = _data(packs, dossiers)
        self._clauses = Evaluator(packs, as_of, with_drafts=with_drafts).clauses
        self._by_id = {clause.id: clause for clause in self._clauses}
        self._components = components(self._clauses)

    def __len__(self) -> int:
        """How many clauses there are."""
        return len(self._clauses)

    def clauses(self) -> Iterator[ClauseExamined]:
        """Each clause, those of a component one after another."""
        for component in self._components:
            plan = self._planned(component, Strings())
            for one in component:
                yield self._examined(self._by_id[one], component, plan)

    def one(self, clause: str) -> tuple[ClauseExamined, str]:
        """A clause, and its program in words: its own outputs for every row, then what is worked out again where
        stacking or caps may take something away. Refused: a clause that there is not, or not on this day."""
        if clause not in self._by_id:
            raise Refused("clause_unknown", found=clause, nearest=nearest(clause, self._by_id))
        component = next(one for one in self._components if clause in one)
        strings = Strings()
        plan = self._planned(component, strings)
        pages = [shown(program) for program in _programs(plan, clause)]
        texts = [f'  text {n}: "{strings.text(n)}"' for n in range(len(strings))]
        return self._examined(self._by_id[clause], component, plan), "\n".join(
            ["\n".join(["texts", *texts, ""]), *pages]
        )

    def _planned(self, component: Sequence[str], strings: Strings) -> Plan:
        """Of a component alone, so that what clauses share is told of each of them. `strings`: nothing but the texts
        that its rules name, afterwards."""
        packs, data, day = self._packs, self._data, self._as_of
        layout = Layout(data.form, packs.schema, data.coverage, day, data.ranges, trusted=data.ranges is not None)
        district = next((pack.district for pack in reversed(packs.packs) if pack.district), "")
        members = [self._by_id[one] for one in component]
        base = base_names(day, district)
        return planned(members, [component], layout, strings, packs.schema, data.coverage, day, base)

    def _examined(self, clause: CompiledClause, component: Sequence[str], plan: Plan) -> ClauseExamined:
        left = tuple(_construct(one, clause) for one in _innermost(plan.left.get(clause.id, ())))
        whole = clause.id in plan.whole
        return ClauseExamined(
            clause=clause.id,
            title=clause.source.title,
            pack=clause.document.pack.id,
            file=clause.source.file,
            line=clause.source.line,
            state="interpreted" if whole else "partly" if left else "compiled",
            left=left,
            together=tuple(one for one in component if one != clause.id),
            values=len(below(output.node for one in _programs(plan, clause.id) for output in one.outputs)),
        )


def _data(packs: PackSet, dossiers: Path | None) -> _Data:
    if dossiers is None:
        return _Data(dossier_schema(packs.schema), Coverage(everything=True), None)
    files = files_of(dossiers)
    form = pq.read_schema(files[0]) if files else dossier_schema(packs.schema)
    return _Data(form.remove_metadata(), open_dossiers(dossiers).coverage, ranges_of(files))


def _programs(plan: Plan, clause: str) -> list[Program]:
    """The programs of a component with the outputs of one of its clauses alone, and those of no clause."""
    details = [program for one in plan.details for program in (one.stacked, one.capped) if program is not None]
    found: list[Program] = []
    for program in (*plan.programs, *details):
        outputs = tuple(one for one in program.outputs if one.name.startswith(f"{clause}:"))
        if outputs:
            found.append(replace(program, name=f"{clause}: {program.name}", outputs=outputs))
    return found


def _innermost(left: Sequence[Left]) -> list[Left]:
    """Without what was left only because a part of it was, or because a name that it reads was."""
    found = [one for one in left if not any(_holds(one, other) for other in left)]
    causes = [one for one in found if Beyond.__name__ not in one.reason]
    return causes or found[:1]


def _holds(outer: Left, inner: Left) -> bool:
    if outer.formula is not inner.formula or outer.tree is None or inner.tree is None or outer.tree is inner.tree:
        return False
    a, b = outer.tree.place, inner.tree.place
    return a.start <= b.start and b.end <= a.end and (a.start, a.end) != (b.start, b.end)


def _construct(left: Left, clause: CompiledClause) -> Construct:
    if left.formula is None or left.tree is None:
        return Construct(left.reason, clause.source.file, clause.source.line, 0, "")
    text = " ".join(print_expression(left.tree).split())
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    place = left.tree.place
    return Construct(left.reason, left.formula.file, left.formula.line_of(place.line), place.column, short)
