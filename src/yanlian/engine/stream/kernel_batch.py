"""One batch of dossiers through compiled programs: buffers bound, programs run, the rest asked of the interpreter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yanlian.engine.dossier import Coverage, RecordKind
from yanlian.engine.dossier.columns.opened import OpenedBatch
from yanlian.engine.feel.numbers import CONTEXT
from yanlian.engine.native.lists import Place, lists_for
from yanlian.engine.policy import Evaluator, Outcome
from yanlian.engine.policy.lower.plan import ASKED, ELIGIBLE, MANUAL, ClauseOutputs, Plan
from yanlian.engine.policy.result import plain_number
from yanlian.engine.stream.kernel_programs import Few, Outputs, Programs
from yanlian.engine.stream.seam import Report
from yanlian.engine.stream.sheet import LOWERED, TOLD_TYPE, ClauseColumns, Ints, clauses_of, lists_of, where


class Sheets:
    """Makes the sheet of a batch. `evaluator`: the interpreter of all clauses; `components`: ids of those that it
    judges together, in the order of the programs."""

    def __init__(
        self,
        programs: Programs,
        evaluator: Evaluator,
        components: Sequence[Sequence[str]],
        coverage: Coverage,
        schema: pa.Schema,
        cache: Path | None = None,
    ) -> None:
        """`cache`: where code is kept."""
        self.cache = cache
        self.programs = programs
        self.evaluator = evaluator
        self.components = components
        self.coverage = coverage
        plan = programs.plan
        self.clauses = clauses_of(schema)
        self.schema = schema
        self._place = {one.id: n for n, one in enumerate(self.clauses)}
        self._names = [_names_of(one, plan) for one in plan.clauses]

    def sheet(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Report]:
        """The outcomes of a batch, and what it came to."""
        outputs, few = self.programs.run(batch)
        lowered = self._lowered(outputs, few, batch.num_rows)
        opened = self.programs.layout.opened(batch)
        arrays: list[pa.Array] = [batch.column("id").cast(pa.string())]
        for meaning, one, names in zip(self.programs.plan.clauses, self.clauses, self._names, strict=True):
            given = {what: outputs[name] for what, name in names}
            arrays += self._columns(opened, meaning, one, given)
        arrays.append(lowered)
        told, report = self._told(batch, outputs)
        arrays.append(told)
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema), report

    def _columns(
        self, opened: OpenedBatch, meaning: ClauseOutputs, one: ClauseColumns, given: Mapping[str, Ints]
    ) -> list[pa.Array]:
        """The columns of a clause, in the order of `sheet_schema`."""
        code = given["code"]
        arrays = [_as_it_is(code, one.code_type), _as_it_is(given["fen"], pa.int64())]
        if not (one.dated or one.own_period or one.result):
            return arrays
        here = (code >= ELIGIBLE) | (code == MANUAL)
        if one.dated:
            arrays.append(where(given.get("day", np.zeros(len(code), np.int32)), here, pa.date32()))
            arrays.append(self._matters(opened, meaning, given, here))
        if one.own_period:
            arrays.append(where(given.get("period", np.zeros(len(code), np.int32)), here, pa.int32()))
        if one.result:
            arrays.append(self._results(meaning, given, code == ELIGIBLE))
        return arrays

    def _lowered(self, outputs: Outputs, few: Sequence[Few], rows: int) -> pa.Array:
        """What stacking and caps took away; the amounts become what is due."""
        kind = self.schema.field(LOWERED).type
        if not few:
            return pa.nulls(rows, kind)
        found = [self._taken_away(outputs, some, [one.name for one in list(kind.value_type)[2:]]) for some in few]
        columns = [np.concatenate(parts) for parts in zip(*found, strict=True)] if len(found) > 1 else found[0]
        if len(found) > 1:
            order = np.lexsort((columns[1], columns[0]))
            columns = [values[order] for values in columns]
        entries = [
            _as_it_is(values.astype(np.int32 if field.type == pa.int32() else np.int64, copy=False), field.type)
            for values, field in zip(columns[1:], kind.value_type, strict=True)
        ]
        begins, here = lists_for(self.cache).offsets(columns[0], rows)
        structs = pa.StructArray.from_arrays(entries, fields=list(kind.value_type))
        return pa.Array.from_buffers(kind, rows, [here, begins], children=[structs])

    def _taken_away(self, outputs: Outputs, some: Few, more: Sequence[str]) -> list[Ints]:
        """Of some rows: the row, the clause, what it alone gives and `more`, for each amount that is lowered, by row
        and clause."""
        size = len(some.rows)
        nothing = {word: np.full(size, -1 if word == "winner" else 0, np.int64) for word in more}
        places = [
            Place(
                number,
                some.outputs[one.name("lost")],
                outputs[one.name("fen")],
                some.outputs[one.name("due")],
                [some.outputs.get(one.name(word), nothing[word]) for word in more],
            )
            for number, one in enumerate(self.clauses)
            if one.name("lost") in some.outputs
        ]
        rows, numbers, values = lists_for(self.cache).gathered(some.rows, places)
        return [rows, numbers, *values]

    def _matters(
        self, opened: OpenedBatch, meaning: ClauseOutputs, given: Mapping[str, Ints], here: npt.NDArray[np.bool_]
    ) -> pa.Array:
        """The matter of each event, as text."""
        rows = np.flatnonzero(here)
        texts: list[str | None] = [None] * len(here)
        if len(rows) and meaning.record:
            kind = self.programs.layout.schema.records[meaning.record]
            index = given["index"][rows]
            if meaning.matter is None:
                found = _key_texts(opened, kind, index, given["day"][rows])
            else:
                columns = [
                    [piece] * len(rows) if isinstance(piece, str) else _taken(opened.field(kind, piece[0]), index)
                    for piece in meaning.matter
                ]
                found = ["".join(map(str, parts)) for parts in zip(*columns, strict=True)]
            for row, text in zip(rows.tolist(), found, strict=True):
                texts[row] = text
        return pa.array(texts, pa.string())

    def _results(self, meaning: ClauseOutputs, given: Mapping[str, Ints], eligible: npt.NDArray[np.bool_]) -> pa.Array:
        """What eligible outcomes say, as JSON."""
        rows = np.flatnonzero(eligible)
        texts: list[str | None] = [None] * len(eligible)
        known: dict[int, str] = {}
        for row in rows.tolist():
            value = int(given["result"][row])
            if value not in known:
                known[value] = json.dumps(self._result(meaning, value), ensure_ascii=False)
            texts[row] = known[value]
        return pa.array(texts, pa.string())

    def _result(self, meaning: ClauseOutputs, value: int) -> object:
        if meaning.result == "text":
            return self.programs.strings.text(value)
        if meaning.result == "truth":
            return bool(value)
        return plain_number(CONTEXT.divide(Decimal(value), Decimal(meaning.result_den)))

    def _told(self, batch: pa.RecordBatch, outputs: Outputs) -> tuple[pa.Array, Report]:
        """What the interpreter says where the programs do not."""
        report: Report = {"dossiers": batch.num_rows}
        asked: dict[int, set[str]] = {}
        for component in self.components:
            ask = outputs.get(f"{component[0]}{ASKED}")
            if ask is None or not ask.any():
                continue
            rows = np.flatnonzero(ask).tolist()
            report[f"interpreted.{component[0]}"] = len(rows)
            for row in rows:
                asked.setdefault(row, set()).update(component)
        report["interpreted"] = len(asked)
        if not asked:
            return pa.nulls(batch.num_rows, TOLD_TYPE), report
        rows = sorted(asked)
        dossiers = cast("list[Mapping[str, object]]", batch.take(pa.array(rows)).to_pylist())
        owners: list[int] = []
        clauses: list[int] = []
        texts: list[str] = []
        for row, dossier in zip(rows, dossiers, strict=True):
            for one in self.evaluator.evaluate(dossier, self.coverage, only=asked[row]):
                owners.append(row)
                clauses.append(self._place[one.clause])
                texts.append(told_outcome(one))
        entries = [pa.array(clauses, pa.int32()), pa.array(texts, pa.string())]
        return lists_of(np.array(owners, np.int64), entries, batch.num_rows, TOLD_TYPE), report


def told_outcome(one: Outcome) -> str:
    """An outcome as the text that a sheet keeps."""
    return json.dumps(
        {
            "matter": one.matter,
            "period": one.period,
            "event_on": None if one.event_on is None else one.event_on.isoformat(),
            "kind": one.kind,
            "amount_fen": one.amount_fen,
            "clause_fen": one.clause_fen,
            "reason": json.dumps(one.reason, ensure_ascii=False, sort_keys=True) if one.reason else None,
        },
        ensure_ascii=False,
    )


def _as_it_is(values: Ints, kind: pa.DataType) -> pa.Array:
    """An Arrow array over the memory of an output."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _names_of(meaning: ClauseOutputs, plan: Plan) -> list[tuple[str, str]]:
    start = meaning.name("")
    names = [output.name for program in plan.programs for output in program.outputs]
    return [(name[len(start) :], name) for name in names if name.startswith(start)]


def _taken(array: pa.Array, index: Ints) -> list[object]:
    return cast("list[object]", array.take(pa.array(index)).to_pylist())


def _key_texts(opened: OpenedBatch, kind: RecordKind, index: Ints, day: Ints) -> list[str]:
    """The values of the key fields as words; the day of the event where there are none."""
    columns = [_taken(opened.field(kind, key), index) for key in kind.key_fields if (kind.key, key) in opened.types]
    days = cast("list[object]", pa.array(day.astype(np.int32)).cast(pa.date32()).to_pylist())
    words = [" ".join(str(part) for part in parts if part is not None) for parts in zip(*columns, strict=True)]
    return [word or str(when) for word, when in zip(words or [""] * len(index), days, strict=True)]
