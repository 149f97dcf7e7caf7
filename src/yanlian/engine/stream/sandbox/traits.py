"""By what beneficiaries are told apart: kind, cluster, size class, age, industry. One number a dossier for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lower.plan import ELIGIBLE
from yanlian.engine.stream.sandbox.held import Batch, Held
from yanlian.engine.stream.sandbox.judging import Judge

# The national grading of enterprises; its result is the class.
SIZE_CLAUSE: Final = "NAT-SME-SIZE"
AGES: Final = ("<1", "1-3", "3-5", "5-10", ">=10")
_AGE_FROM = (1, 3, 5, 10)
NONE: Final = ""
Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Trait:
    """`labels[values[row]]` is what a dossier is; "" where it is not known or none."""

    name: str
    labels: tuple[str, ...]
    values: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Beneficiaries:
    """Ids and names by number of the dossier, and what they are."""

    ids: pa.ChunkedArray
    names: pa.ChunkedArray
    traits: Mapping[str, Trait]


def beneficiaries(held: Held, judge: Judge, evaluator: Evaluator) -> Beneficiaries:
    """Of all dossiers that are held, as of the judge's day."""
    size = next((one for one in evaluator.clauses if one.id == SIZE_CLAUSE and one.result is not None), None)
    read: dict[str, Callable[[Batch], pa.Array]] = {
        "kind": lambda batch: _text(batch, "kind"),
        "cluster": lambda batch: _text(batch, "registration", "cluster"),
        "age": lambda batch: _ages(batch, judge.as_of),
        "industry": lambda batch: pc.utf8_slice_codeunits(_text(batch, "registration", "industry"), 0, 1),
    }
    if size is not None:
        read["size"] = _SizeClass(judge, size)
    found: dict[str, list[pa.Array]] = {name: [] for name in read}
    ids, names = [], []
    for batch in held.batches():
        ids.append(_text(batch, "id"))
        names.append(_text(batch, "name"))
        for name, get in read.items():
            found[name].append(pc.fill_null(get(batch), NONE))
    traits = {name: _trait(name, parts) for name, parts in found.items()}
    return Beneficiaries(pa.chunked_array(ids, pa.string()), pa.chunked_array(names, pa.string()), traits)


def _text(batch: Batch, column: str, field: str = "") -> pa.Array:
    """A column of text, or a field of a single record; null where there is none."""
    rows = batch.rows
    if column not in rows.schema.names:
        return pa.nulls(rows.num_rows, pa.string())
    array = rows.column(column)
    if field:
        if not pa.types.is_struct(array.type) or array.type.get_field_index(field) < 0:
            return pa.nulls(rows.num_rows, pa.string())
        # Through the struct: a record that is not there has no field either.
        array = pc.struct_field(array, field)
    return array.cast(pa.string())


def _ages(batch: Batch, as_of: date) -> pa.Array:
    """Bands of whole years since the day of establishment."""
    rows = batch.rows
    if "registration" not in rows.schema.names:
        return pa.nulls(rows.num_rows, pa.string())
    since = pc.struct_field(rows.column("registration"), "established_on")
    early = pc.less(pc.add(pc.multiply(pc.month(since), 100), pc.day(since)), as_of.month * 100 + as_of.day + 1)
    years = pc.subtract(pc.subtract(as_of.year, pc.year(since)), pc.if_else(early, 0, 1))
    band: pa.Array = pa.array([AGES[-1]] * rows.num_rows)
    for limit, label in reversed(list(zip(_AGE_FROM, AGES, strict=False))):
        band = pc.if_else(pc.less(years, limit), label, band)
    return pc.if_else(pc.is_valid(since), band, pa.scalar(None, pa.string()))


class _SizeClass:
    """The result of the grading clause, worked out by its program."""

    def __init__(self, judge: Judge, clause: CompiledClause) -> None:
        self._judge = judge
        self._clause = clause

    def __call__(self, batch: Batch) -> pa.Array:
        programs = self._judge.programs([self._clause], batch.rows.schema, None, narrow=False, brief=False)
        outputs, _ = programs.run(batch.rows)
        code, result = outputs[f"{self._clause.id}:code"], outputs.get(f"{self._clause.id}:result")
        texts: list[str | None] = [None] * batch.rows.num_rows
        if result is not None and programs.plan.clauses[0].result == "text":
            for row in np.flatnonzero(code == ELIGIBLE).tolist():
                texts[row] = programs.strings.text(int(result[row]))
        return pa.array(texts, pa.string())


def _trait(name: str, parts: list[pa.Array]) -> Trait:
    whole = pa.chunked_array(parts, pa.string()).combine_chunks().dictionary_encode()
    labels = cast("list[str]", whole.dictionary.to_pylist())
    values = np.asarray(whole.indices).astype(np.int32)
    wanted = list(AGES) if name == "age" else sorted(one for one in labels if one)
    order = [*(one for one in wanted if one in labels), *([NONE] if NONE in labels else [])]
    places = np.array([order.index(one) for one in labels] or [0], np.int32)
    return Trait(name, tuple(order), places[values] if len(values) else values)
