"""A sheet as outcomes, one row an outcome: what the long form of a run holds, in the same order and with the same
reasons as the interpreter writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.policy.lower.plan import ASK, ELIGIBLE, MANUAL, NOT_APPLICABLE
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA
from yanlian.engine.stream.sheet import LOWERED, TOLD, YEAR, ClauseColumns, Ints, clauses_of

_EPOCH = date(1970, 1, 1).toordinal()
_KINDS = ("eligible", "not_eligible", "unknown", "manual", "not_applicable")
# Rows and figures of the outcomes of one clause whose amounts were lowered, by name.
Lowered = dict[str, npt.NDArray[np.signedinteger]]


@dataclass(slots=True)
class _Long:
    """The outcomes of a sheet while they are put together: what each column holds by place in a row-by-clause grid."""

    rows: int
    clauses: int
    texts: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of a text among those of this sheet."""
        found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def grid(self, value: int = -1) -> npt.NDArray[np.int64]:
        """A number for each row and clause."""
        return np.full((self.rows, self.clauses), value, np.int64)


def rows_of(sheet: pa.RecordBatch) -> pa.RecordBatch:
    """The outcomes of a sheet as a batch of OUTCOME_SCHEMA."""
    clauses = clauses_of(sheet.schema)
    long = _Long(sheet.num_rows, len(clauses))
    columns = {name: long.grid() for name in ("matter", "period", "kind", "reason", "event_on")}
    columns |= {"amount_fen": long.grid(0), "clause_fen": long.grid(0)}
    lowered = _lowered(sheet, len(clauses))
    codes = long.grid()
    days = np.iinfo(np.int64).min
    columns["event_on"][:] = days
    for n, one in enumerate(clauses):
        codes[:, n] = _ints(sheet, one.name("code"))
        _fill(long, columns, sheet, one, n, codes[:, n], lowered[n])
    positions, told = _positions(sheet, codes)
    return _batch(long, columns, sheet, clauses, positions, told, days)


def _ints(sheet: pa.RecordBatch, name: str) -> Ints:
    array = sheet.column(name)
    filled = array.fill_null(0) if array.null_count else array
    return cast("Ints", filled.to_numpy(zero_copy_only=False))


def _fill(
    long: _Long,
    columns: Mapping[str, npt.NDArray[np.int64]],
    sheet: pa.RecordBatch,
    one: ClauseColumns,
    n: int,
    code: npt.NDArray[np.int64],
    lowered: Lowered,
) -> None:
    """The outcomes of one clause that the programs decided."""
    eligible, applies = code == ELIGIBLE, (code >= 0) | (code == MANUAL)
    kinds = {kind: long.number(kind) for kind in _KINDS}
    kind = np.where(code > 0, kinds["not_eligible"], kinds["not_applicable"])
    kind[eligible], kind[code == MANUAL] = kinds["eligible"], kinds["manual"]
    columns["kind"][:, n] = kind
    fen = _ints(sheet, one.name("fen"))
    alone = fen.copy()
    alone[lowered["row"]] = lowered["alone"]
    columns["amount_fen"][:, n] = np.where(eligible, fen, 0)
    columns["clause_fen"][:, n] = np.where(eligible, alone, 0)
    columns["matter"][:, n] = long.number("")
    if one.dated:
        columns["matter"][applies, n] = _numbered(long, sheet, one.name("matter"), applies)
    _fill_periods(long, columns, sheet, one, n, applies)
    columns["reason"][:, n] = _reasons(long, sheet, one, code, fen, lowered)


def _numbered(long: _Long, sheet: pa.RecordBatch, name: str, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    found = sheet.column(name).filter(pa.array(where)).dictionary_encode()
    numbers = np.array([long.number(text) for text in found.dictionary.to_pylist()] or [0], np.int64)
    return numbers[found.indices.to_numpy()] if len(found) else np.zeros(0, np.int64)


def _fill_periods(
    long: _Long,
    columns: Mapping[str, npt.NDArray[np.int64]],
    sheet: pa.RecordBatch,
    one: ClauseColumns,
    n: int,
    applies: npt.NDArray[np.bool_],
) -> None:
    as_of = clauses_year(sheet)
    columns["period"][:, n] = long.number(as_of)
    if one.dated:
        columns["event_on"][applies, n] = sheet.column(one.name("on")).cast(pa.int32()).filter(pa.array(applies))
    if one.period is not None:
        columns["period"][applies, n] = long.number(one.period)
        return
    if one.own_period:
        years = _ints(sheet, one.name("period"))[applies]
    else:
        on = sheet.column(one.name("on")).filter(pa.array(applies))
        years = (
            np.asarray(on.cast(pa.timestamp("s")).to_numpy(zero_copy_only=False)).astype("datetime64[Y]").astype(int)
        )
        years = years + 1970
    found, inverse = np.unique(years, return_inverse=True)
    numbers = np.array([long.number(str(year)) for year in found.tolist()] or [0], np.int64)
    if len(years):
        columns["period"][applies, n] = numbers[inverse]


def clauses_year(sheet: pa.RecordBatch) -> str:
    """The year of the run, which outcomes that do not apply carry."""
    return cast("bytes", sheet.schema.metadata[YEAR]).decode()


def _reasons(
    long: _Long,
    sheet: pa.RecordBatch,
    one: ClauseColumns,
    code: npt.NDArray[np.int64],
    fen: Ints,
    lowered: Lowered,
) -> npt.NDArray[np.int64]:
    """The number of each reason, -1 for none."""
    found, inverse = np.unique(code, return_inverse=True)
    numbers = np.array([_reason_number(long, one, int(mask)) for mask in found.tolist()], np.int64)[inverse]
    reduced = {int(row): place for place, row in enumerate(lowered["row"].tolist())}
    results: list[str] = []
    rows = sorted(reduced)
    if one.result:
        rows = np.flatnonzero(code == ELIGIBLE).tolist()
        results = sheet.column(one.name("result")).take(pa.array(rows, pa.int64())).to_pylist()
    for k, row in enumerate(rows):
        reason: dict[str, object] = {"draft": True} if one.draft else {}
        if row in reduced:
            reason["reduced"] = _reduced(one, int(fen[row]), lowered, reduced[row])
        if one.result:
            reason["result"] = json.loads(results[k])
        numbers[row] = long.number(_text(reason))
    return numbers


def _lowered(sheet: pa.RecordBatch, clauses: int) -> list[Lowered]:
    """For each clause the rows in which its amount was lowered, and from what to what."""
    array = sheet.column(LOWERED)
    flat = array.flatten()
    owners = np.asarray(pc.list_parent_indices(array)).astype(np.int64)
    fields = {one.name: np.asarray(flat.field(one.name)) for one in array.type.value_type}
    found: list[Lowered] = []
    for n in range(clauses):
        mine = fields["clause"] == n
        found.append({"row": owners[mine], **{name: values[mine] for name, values in fields.items()}})
    return found


def _reason_number(long: _Long, one: ClauseColumns, code: int) -> int:
    if code in {NOT_APPLICABLE, ASK}:
        return -1
    reason: dict[str, object] = {"draft": True} if one.draft else {}
    if code == MANUAL:
        reason["manual"] = one.manual
    elif code > 0:
        reason["failed"] = [label for k, label in enumerate(one.labels) if code >> k & 1]
    return long.number(_text(reason)) if reason else -1


def _text(reason: Mapping[str, object]) -> str:
    return json.dumps(reason, ensure_ascii=False, sort_keys=True)


def _reduced(one: ClauseColumns, fen: int, lowered: Lowered, at: int) -> list[dict[str, object]]:
    """What took away from the amount: the group's winner, or caps one after the other."""
    before, winner = int(lowered["alone"][at]), int(lowered["winner"][at])
    if winner >= 0:
        entry = {"by": "stacking", "label": one.group, "from_fen": before, "to_fen": 0}
        return [{**entry, "winner": one.winners[winner]}]
    steps = [*(int(lowered[f"cap{k}"][at]) for k in range(len(one.caps) - 1)), fen]
    found: list[dict[str, object]] = []
    for label, after in zip(one.caps, steps, strict=True):
        if after < before:
            found.append({"by": "cap", "label": label, "from_fen": before, "to_fen": after})
            before = after
    return found


def _positions(
    sheet: pa.RecordBatch, codes: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], list[dict[str, object]]]:
    """Where each outcome stands: a place in the grid, or -k-1 for the k-th that the interpreter judged."""
    rows, clauses = codes.shape
    asked = codes == ASK
    if not asked.any():
        return np.arange(rows * clauses), []
    told: list[dict[str, object]] = []
    places: list[npt.NDArray[np.int64]] = []
    words = sheet.column(TOLD)
    for row in range(rows):
        line = np.arange(row * clauses, (row + 1) * clauses)
        entries = words[row].as_py() if asked[row].any() else None
        if not entries:
            places.append(line[~asked[row]])
            continue
        order: list[int] = []
        by_clause: dict[int, list[dict[str, object]]] = {}
        for entry in entries:
            outcome = {"clause": entry["clause"], **json.loads(entry["outcome"])}
            by_clause.setdefault(cast("int", entry["clause"]), []).append(outcome)
        for n in range(clauses):
            for entry in by_clause.get(n, ()):
                told.append(entry)
                order.append(-len(told))
            if not asked[row, n]:
                order.append(int(line[n]))
        places.append(np.array(order, np.int64))
    return np.concatenate(places) if places else np.zeros(0, np.int64), told


def _batch(
    long: _Long,
    columns: Mapping[str, npt.NDArray[np.int64]],
    sheet: pa.RecordBatch,
    clauses: list[ClauseColumns],
    positions: npt.NDArray[np.int64],
    told: list[dict[str, object]],
    no_day: int,
) -> pa.RecordBatch:
    """The outcomes at these positions."""
    native = positions >= 0
    # Where outcomes that were told go among the places of the result, and which row and clause each belongs to.
    at = np.where(native, positions, 0)
    clause = at % max(long.clauses, 1)
    row = at // max(long.clauses, 1)
    for place in np.flatnonzero(~native).tolist():
        entry = told[-int(positions[place]) - 1]
        clause[place] = entry["clause"]
    row = _rows_of_told(row, native, sheet, told, positions)
    taken = {name: grid.reshape(-1)[at] for name, grid in columns.items()}
    for place in np.flatnonzero(~native).tolist():
        entry = told[-int(positions[place]) - 1]
        for name in ("matter", "period", "kind"):
            taken[name][place] = long.number(cast("str", entry[name]))
        reason = cast("str | None", entry["reason"])
        taken["reason"][place] = -1 if reason is None else long.number(reason)
        taken["amount_fen"][place] = cast("int", entry["amount_fen"])
        taken["clause_fen"][place] = cast("int", entry["clause_fen"])
        on = entry["event_on"]
        taken["event_on"][place] = no_day if on is None else date.fromisoformat(str(on)).toordinal() - _EPOCH
    arrays = {
        "entity": sheet.column("entity").take(pa.array(row)),
        "amount_fen": pa.array(taken["amount_fen"]),
        "clause_fen": pa.array(taken["clause_fen"]),
        "event_on": pa.array(
            np.where(taken["event_on"] == no_day, 0, taken["event_on"]).astype(np.int32),
            mask=taken["event_on"] == no_day,
        ).cast(pa.date32()),
    }
    for name in ("matter", "period", "kind", "reason"):
        arrays[name] = _said(long.texts, taken[name])
    for name in ("id", "document", "department", "delivery"):
        words = [cast("str", getattr(one, name)) for one in clauses]
        arrays["clause" if name == "id" else name] = _said(words, clause)
    return pa.RecordBatch.from_arrays([arrays[one.name] for one in OUTCOME_SCHEMA], schema=OUTCOME_SCHEMA)


def _rows_of_told(
    row: npt.NDArray[np.int64],
    native: npt.NDArray[np.bool_],
    sheet: pa.RecordBatch,
    told: list[dict[str, object]],
    positions: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """The row of each outcome; those that were told come in the order of their rows."""
    if not told:
        return row
    lengths = sheet.column(TOLD).value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    owners = np.repeat(np.arange(sheet.num_rows), lengths)
    places = np.flatnonzero(~native)
    row[places] = owners[-positions[places] - 1]
    return row


def _said(texts: list[str], numbers: npt.NDArray[np.int64]) -> pa.Array:
    """Texts by their numbers, null where it is -1."""
    missing = numbers < 0
    indices = pa.array(np.where(missing, 0, numbers).astype(np.int32), mask=missing)
    return pa.DictionaryArray.from_arrays(indices, pa.array(texts, pa.string())).cast(pa.string())
