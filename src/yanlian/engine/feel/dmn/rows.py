"""The same model over many rows: an Arrow batch of inputs in, an Arrow batch of results out, row by row the same values
as `Program.evaluate`.

A batch has the reader's own columns (`LINE`: where a row stands in its file; `FAULT`: why it could not be read; `JSON`:
a line of JSON instead of columns) and the file's. Columns that are inputs are used up; the others go through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.program import Program
from yanlian.engine.feel.dmn.rows_cells import Lane, is_binary_float, lane, read_json
from yanlian.engine.feel.dmn.rows_columns import Build, Column, bind_columns, builder, is_input, type_at
from yanlian.engine.feel.dmn.rows_fit import Fit, Types, fitter
from yanlian.engine.feel.dmn.rows_plan import Plan, Taken, unfit
from yanlian.engine.feel.dmn.rows_results import MAX_DECIMALS, Reasons, code_of, cut, joined, result_column, written
from yanlian.engine.feel.values import Fault, FeelWarning

LINE, FAULT, JSON = "\0line", "\0fault", "\0json"
LINE_HEADER, ERRORS_HEADER = "line", "errors"
MAX_TOLD = 20
_MAX_KEYS = 10_000
_OWN = frozenset((LINE, FAULT, JSON))
_ANY = ast.TypeName("Any")


@dataclass(slots=True)
class Tally:
    """What a batch came to: rows, those that could not be read, those with an input that does not fit its type, those
    with a null among the results, how many rows have which reason, and the first bad rows (line, reasons)."""

    rows: int = 0
    unread: int = 0
    unfit: int = 0
    nulls: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    told: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count what came after."""
        self.rows += other.rows
        self.unread += other.unread
        self.unfit += other.unfit
        self.nulls += other.nulls
        self.reasons.update(other.reasons)
        self.told += other.told[: MAX_TOLD - len(self.told)]


@dataclass(frozen=True, slots=True)
class Table:
    """What a model makes of a table: the columns that are inputs, those that are not (they go through), inputs without
    a column, columns of binary floating-point numbers, decisions that a column gives, and the schema of the results."""

    inputs: tuple[str, ...]
    kept: tuple[str, ...]
    missing: tuple[str, ...]
    floats: tuple[str, ...]
    given: tuple[str, ...]
    schema: pa.Schema


class Rows:
    """A program over batches of one schema. `decisions` by name; `decimals`: numbers as decimal128 with so many places
    instead of text; `keys`: the keys of the lines, where a batch holds lines of JSON.

    Refused: a table without any input, names that are no decisions.
    """

    def __init__(
        self,
        program: Program,
        decisions: Sequence[str],
        schema: pa.Schema,
        *,
        decimals: int | None = None,
        keys: Sequence[str] | None = None,
    ) -> None:
        if decimals is not None and not 0 <= decimals <= MAX_DECIMALS:
            raise Refused("dmn_rows_scale", found=decimals, expected=MAX_DECIMALS)
        self.program = program
        self._keys = None if keys is None else tuple(keys)
        self._places = [i for i, name in enumerate(schema.names) if name not in _OWN]
        headers = [schema.names[i] for i in self._places] if keys is None else list(keys)
        columns, rest = bind_columns(program, headers)
        self.plan = Plan(program, decisions, list(dict.fromkeys(column.name for column in columns)))
        self._lanes: list[tuple[Column, Lane]] = []
        self._fits: list[tuple[Column, Fit]] = []
        self._known_keys = set(self._keys or ())
        self._takes = [self._take(columns, schema, number, taken) for number, taken in self.plan.takes]
        self._kept = rest if keys is None else []
        self._reasons = Reasons()
        kinds = [self._kind(node) for node in self.plan.nodes]
        results = [result_column(*kind, decimals) for kind in kinds]
        self._writes = [write for _, write in results]
        names = _unlike([LINE_HEADER, *(headers[i] for i in self._kept), *self.plan.names, ERRORS_HEADER])
        kept = (_plain(schema.field(self._places[i]).type) for i in self._kept)
        types = [pa.int64(), *kept, *(one for one, _ in results)]
        out = pa.schema([pa.field(name, kind) for name, kind in zip(names, [*types, pa.string()], strict=True)])
        self.table = self._told(columns, headers, schema, out)

    def _take(self, columns: list[Column], schema: pa.Schema, number: int, taken: Taken) -> tuple[Node, Build]:
        kind, types = self.program.type_of(taken.node), self.program.home(taken.node).visible
        parts: list[tuple[int, tuple[str, ...]]] = []
        for column in columns:
            if column.name != self.plan.given[number]:
                continue
            inner = type_at(column.path, kind, types)
            parts.append((len(self._lanes) + len(self._fits), column.path))
            if self._keys is None:
                arrow = schema.field(self._places[column.number]).type
                self._lanes.append((column, lane(arrow, column.header, inner, types)))
            else:
                self._fits.append((column, fitter(inner, types)))
        return taken.node, builder(parts, kind, types)

    def _kind(self, node: Node) -> tuple[ast.Type, Types]:
        """The declared type of a decision; the result of a service or function may be anything."""
        is_decision = isinstance(node.element, dmn.Decision)
        return (self.program.type_of(node) if is_decision else _ANY), self.program.home(node).visible

    def _told(self, columns: list[Column], headers: list[str], schema: pa.Schema, out: pa.Schema) -> Table:
        given = {column.name for column in columns}
        missing = tuple(one.name for one in self.program.graph.main.inputs if one.name not in given)
        floats: tuple[str, ...] = ()
        if self._keys is None:
            used = [(column.header, schema.field(self._places[column.number]).type) for column in columns]
            floats = tuple(header for header, arrow in used if is_binary_float(arrow))
        inputs = {column.number for column in columns}
        rest = tuple(header for number, header in enumerate(headers) if number not in inputs)
        decided = tuple(t.node.name for _, t in self.plan.takes if isinstance(t.node.element, dmn.Decision))
        return Table(tuple(column.header for column in columns), rest, missing, floats, decided, out)

    def __call__(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Tally]:
        """The results of a batch, a row for a row, and what they came to."""
        faults = _faults(batch)
        rows = self._columns(batch) if self._keys is None else self._lines(batch, faults)
        nothing: list[object] = [None] * len(self.plan.names)
        made: list[list[object]] = []
        reasons: list[list[str]] = []
        bad: list[int] = []
        for number, cells in enumerate(rows):
            if number in faults:
                made.append(nothing)
                reasons.append([faults[number]])
                continue
            results, why, is_bad = self._row(cells)
            made.append(results)
            reasons.append(why)
            if is_bad:
                bad.append(number)
        columns = [written([row[i] for row in made], write) for i, write in enumerate(self._writes)]
        for name, (_, lost) in zip(self.plan.names, columns, strict=True):
            for number, code in lost.items():
                reasons[number] = [*reasons[number], f"{code}({name})"]
        texts = [joined(why) if why else None for why in reasons]
        out = self._batch(batch, [cells for cells, _ in columns], texts)
        counts = Counter(code for why in reasons if why for code in set(map(code_of, why)))
        lines = batch.column(LINE)
        told = [(lines[number].as_py(), texts[number] or "") for number in sorted([*faults, *bad])[:MAX_TOLD]]
        return out, Tally(batch.num_rows, len(faults), len(bad), self._nulls(out), counts, told)

    def _row(self, cells: Sequence[object]) -> tuple[list[object], list[str], bool]:
        """The results of a row, why some are null, and whether an input did not fit its type."""
        fitted: list[object] = []
        before: list[FeelWarning] = []
        for node, build in self._takes:
            value = build(cells)
            if type(value) is Fault:
                before.append(unfit(node, value))
                value = None
            fitted.append(value)
        try:
            results, warnings, problems = self.plan.run(fitted)
        except Refused as refused:
            results, warnings, problems = [None] * len(self.plan.names), [], [refused]
        if before or warnings or problems:
            return results, self._reasons.of(before, warnings, problems), bool(before)
        return results, [], False

    def _columns(self, batch: pa.RecordBatch) -> Iterable[Sequence[object]]:
        return zip(*[read(batch.column(self._places[column.number])) for column, read in self._lanes], strict=True)

    def _lines(self, batch: pa.RecordBatch, faults: dict[int, str]) -> Iterator[Sequence[object]]:
        """The cells of lines of JSON; what is no object is added to the faults."""
        for number, text in enumerate(batch.column(JSON).to_pylist()):
            cells: Sequence[object] = ()
            if number not in faults:
                try:
                    cells = self._line(text)
                except _BadLineError as bad:
                    faults[number] = bad.reason
            yield cells

    def _line(self, text: bytes) -> Sequence[object]:
        try:
            found = read_json(text)
            if not isinstance(found, dict):
                raise _BadLineError("dmn_rows_json")
            for key in found:
                if key not in self._known_keys and self._is_new_input(key):
                    raise _BadLineError(f"dmn_rows_key({cut(key)})")
            return [fit(found.get(column.header)) for column, fit in self._fits]
        except (ValueError, RecursionError):
            raise _BadLineError("dmn_rows_json") from None

    def _is_new_input(self, key: str) -> bool:
        """Whether a key that the first lines did not have is an input: it would have been left out in silence."""
        if is_input(self.program, key):
            return True
        if len(self._known_keys) < _MAX_KEYS:
            self._known_keys.add(key)
        return False

    def _batch(self, batch: pa.RecordBatch, results: list[list[object]], texts: list[str | None]) -> pa.RecordBatch:
        schema = self.table.schema
        kept = [batch.column(self._places[number]) for number in self._kept]
        kept = [column.cast(_plain(column.type)) for column in kept]
        fields = list(schema)[1 + len(kept) : -1]
        made = [pa.array(cells, type=one.type) for cells, one in zip(results, fields, strict=True)]
        arrays = [batch.column(LINE), *kept, *made, pa.array(texts, type=pa.string())]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _nulls(self, out: pa.RecordBatch) -> int:
        """How many rows have a null among their results."""
        first = 1 + len(self._kept)
        columns = [out.column(i) for i in range(first, first + len(self._writes))]
        masks = [column.is_null() for column in columns if column.null_count]
        return 0 if not masks else sum(any(row) for row in zip(*(mask.to_pylist() for mask in masks), strict=True))


class _BadLineError(Exception):
    """A line of JSON that gives no row, with the reason as it is told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _faults(batch: pa.RecordBatch) -> dict[int, str]:
    """The rows that could not be read, with the reasons that the reader gave."""
    if FAULT not in batch.schema.names:
        return {}
    column = batch.column(FAULT)
    if column.null_count == len(column):
        return {}
    return {number: reason for number, reason in enumerate(column.to_pylist()) if reason is not None}


def _plain(arrow: pa.DataType) -> pa.DataType:
    """The type of a column that goes through: dictionaries, which differ from batch to batch, are written out."""
    return arrow.value_type if pa.types.is_dictionary(arrow) else arrow


def _unlike(names: Sequence[str]) -> list[str]:
    """The names, with an underscore before one that stands already."""
    made: list[str] = []
    for name in names:
        while name in made:
            name = f"_{name}"
        made.append(name)
    return made
