"""Outcomes as a sheet: one row a dossier, a few narrow columns a clause. The form in which the kernel gives them.

A long table of outcomes repeats what is the same for all rows; a sheet says it once, in its metadata, and keeps for
each clause a code (eligible, not applicable, manual, told, or which tests failed) and what is due. Where an amount gave
way to another or to a cap, `lowered` has what the clause alone would give; outcomes that the interpreter judged stand
whole in `told`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lower.across import caps_over, rivals
from yanlian.engine.policy.lower.plan import labels_of, own_period
from yanlian.engine.policy.outcome import ONCE
from yanlian.engine.policy.scope import base_names

METADATA = b"yanlian.sheet"
YEAR = b"yanlian.year"
TOLD, LOWERED = "told", "lowered"
Ints = npt.NDArray[np.signedinteger]

# Outcomes that the interpreter judged: the place of the clause in the sheet, and the rest as JSON (matter, period,
# event_on, kind, amount_fen, clause_fen, reason). Few, so that one text is cheaper than a column for each.
TOLD_TYPE = pa.list_(
    pa.struct([pa.field("clause", pa.int32(), nullable=False), pa.field("outcome", pa.string(), nullable=False)])
)


@dataclass(frozen=True, slots=True)
class ClauseColumns:
    """What a sheet says once of a clause. `caps`: labels; `winners`: clause ids; `period` None: the year of the event,
    or a column of its own (`own_period`)."""

    id: str
    document: str
    department: str
    delivery: str
    labels: tuple[str, ...]
    manual: str
    draft: bool
    group: str
    winners: tuple[str, ...]
    caps: tuple[str, ...]
    dated: bool
    period: str | None
    own_period: bool
    result: bool

    def name(self, what: str) -> str:
        """The name of one of its columns."""
        return f"{self.id}:{what}"

    @property
    def code_type(self) -> pa.DataType:
        """The type of its codes."""
        return pa.int16() if len(self.labels) < 15 else pa.int32()

    @property
    def alone(self) -> bool:
        """Whether what is due may be less than what the clause alone gives."""
        return bool(self.winners or self.caps)


def columns_of(
    clauses: Sequence[CompiledClause], components: Sequence[Sequence[str]], as_of: date
) -> list[ClauseColumns]:
    """What a sheet says of clauses. `components`: ids of clauses that are worked out together."""
    by_id = {clause.id: clause for clause in clauses}
    found: dict[str, ClauseColumns] = {}
    for component in components:
        members = [by_id[one] for one in component]
        groups = {n: group for group in rivals(members) for n in group}
        caps = caps_over(members)
        for n, clause in enumerate(members):
            over = tuple(cap.source.label for cap, places in caps if n in places)
            winners = tuple(members[other].id for other in groups.get(n, ()))
            found[clause.id] = _columns(clause, winners, over, as_of)
    return [found[clause.id] for clause in clauses]


def _columns(clause: CompiledClause, winners: tuple[str, ...], caps: tuple[str, ...], as_of: date) -> ClauseColumns:
    source = clause.source
    period = _period(clause, as_of)
    return ClauseColumns(
        id=source.id,
        document=source.document,
        department=source.department,
        delivery=source.delivery,
        labels=labels_of(clause),
        manual=source.manual,
        draft=clause.document.source.status == "draft",
        group=source.stacking.group if source.stacking is not None else "",
        winners=winners,
        caps=caps,
        dated=clause.event is not None,
        period=period,
        own_period=period is None and clause.period is not None,
        result=clause.result is not None,
    )


def _period(clause: CompiledClause, as_of: date) -> str | None:
    """The period where it is the same for all dossiers."""
    if clause.period is None:
        if clause.source.period.text == ONCE:
            return ONCE
        return None if clause.event is not None else str(as_of.year)
    if own_period(clause):
        return None
    found = clause.period.compiled.evaluate(base_names(as_of, ""))
    return str(int(found)) if isinstance(found, Decimal) else str(found)


def sheet_schema(clauses: Sequence[ClauseColumns], year: int) -> pa.Schema:
    """The columns of a sheet. `year`: that of the run, which outcomes that do not apply carry."""
    fields = [pa.field("entity", pa.string(), nullable=False)]
    for one in clauses:
        fields.append(pa.field(one.name("code"), one.code_type, nullable=False))
        fields.append(pa.field(one.name("fen"), pa.int64(), nullable=False))
        if one.dated:
            fields.append(pa.field(one.name("on"), pa.date32()))
            fields.append(pa.field(one.name("matter"), pa.string()))
        if one.own_period:
            fields.append(pa.field(one.name("period"), pa.int32()))
        if one.result:
            fields.append(pa.field(one.name("result"), pa.string()))
    fields.append(pa.field(LOWERED, lowered_type(max((len(one.caps) for one in clauses), default=0))))
    fields.append(pa.field(TOLD, TOLD_TYPE))
    told = json.dumps([asdict(one) for one in clauses], ensure_ascii=False, sort_keys=True)
    return pa.schema(fields, metadata={METADATA: told.encode(), YEAR: str(year).encode()})


def lowered_type(caps: int) -> pa.ListType:
    """What was taken from amounts: the clause's place in the sheet, what it alone gives, the place in its group of the
    clause that it gave way to (or -1), and the amounts after each cap but the last."""
    names = ["clause", "alone", "winner", *(f"cap{k}" for k in range(caps - 1))]
    kinds = {"clause": pa.int32(), "winner": pa.int32()}
    return pa.list_(pa.struct([pa.field(name, kinds.get(name, pa.int64()), nullable=False) for name in names]))


def clauses_of(schema: pa.Schema) -> list[ClauseColumns]:
    """What the metadata of a sheet says of its clauses."""
    found: list[Mapping[str, object]] = json.loads(schema.metadata[METADATA])
    made: list[ClauseColumns] = []
    for one in found:
        words = {key: tuple(value) if isinstance(value, list) else value for key, value in one.items()}
        made.append(ClauseColumns(**words))  # type: ignore[arg-type]  # written by sheet_schema
    return made


def is_sheet(schema: pa.Schema) -> bool:
    """Whether a table of outcomes is a sheet."""
    return METADATA in (schema.metadata or {})


def where(values: npt.NDArray[np.generic], valid: npt.NDArray[np.bool_], kind: pa.DataType) -> pa.Array:
    """An Arrow array of values, null where they are not valid. The values are copied: buffers are used again."""
    bitmap = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, len(values), [bitmap, pa.py_buffer(values.tobytes())])


def lists_of(owners: npt.NDArray[np.int64], entries: Sequence[pa.Array], rows: int, kind: pa.ListType) -> pa.Array:
    """One list of structs a row, null where there is none. `owners`: the row of each entry, ascending."""
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    # Arrow's memory is used again; new memory of this size would come from the system, to be cleared, each time.
    room = pa.allocate_buffer((rows + 1) * 4)
    offsets = np.frombuffer(room, np.int32)
    offsets.fill(0)
    offsets[owners[first] + 1] = np.diff(first, append=len(owners))
    np.cumsum(offsets, out=offsets)
    here = np.zeros(rows, np.bool_)
    here[owners[first]] = True
    structs = pa.StructArray.from_arrays(list(entries), fields=list(kind.value_type))
    bitmap = pa.py_buffer(np.packbits(here, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, rows, [bitmap, room], children=[structs])
