"""The compiled kernel as a batch evaluator: clauses lowered, compiled and cached; the interpreter for what is left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yanlian.base.compiled import compiled_folder
from yanlian.base.refusal import Refused
from yanlian.engine.dossier.columns import Layout, OutsideRange, Strings
from yanlian.engine.dossier.overlay import files_of, open_dossiers
from yanlian.engine.dossier.statistics import Bounds, ranges_of
from yanlian.engine.native.tiers import Tiers
from yanlian.engine.policy import Evaluator, PackSet, load_packs
from yanlian.engine.policy.lower.plan import planned
from yanlian.engine.policy.scope import base_names
from yanlian.engine.stream.components import components
from yanlian.engine.stream.interpreter import Interpreter, interpreter_of
from yanlian.engine.stream.kernel_batch import Sheets
from yanlian.engine.stream.kernel_programs import Programs
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA
from yanlian.engine.stream.seam import Report
from yanlian.engine.stream.sheet import columns_of, sheet_schema
from yanlian.engine.stream.sheet_rows import rows_of

ENGINE = "kernel"
_BATCH_ROWS = 65_536
_UNIT_ROWS = 262_144
# After so many dossiers full code is asked for. On the packs of the repository it repays itself after some 700,000;
# but it is kept for the next run, and most machines have a core to spare.
FULL_AFTER_ROWS = 262_144
# Columns of texts that hardly ever repeat.
_NAMES = frozenset({"id", "uscc", "name"})
Ranges = Mapping[tuple[str, str], Bounds]


def cache_folder() -> Path:
    """Where compiled programs are kept: YANLIAN_KERNELS, else the user's cache."""
    return compiled_folder()


class Ready:
    """Packs that were loaded when a maker was made: the first evaluator that is made in this process takes them, any
    other loads its own. They do not travel to other processes."""

    def __init__(self, *packs: PackSet) -> None:
        self._packs = list(packs)

    def take(self) -> PackSet | None:
        """The packs, once."""
        try:
            return self._packs.pop()
        except IndexError:
            return None

    def __reduce__(self) -> tuple[type[Ready], tuple[()]]:
        return Ready, ()


@dataclass(frozen=True, slots=True)
class KernelMaker:
    """What a worker needs to make its own evaluator. `ranges`: within which the values of the data set lie, as far as
    its statistics say; a batch with others is evaluated by programs that take any. `sheet`: the schema of sheets.
    `trusted`: batches come from the files whose statistics gave the ranges. See `EvaluatorMaker` for the rest."""

    inner: Interpreter
    form: str
    ranges: tuple[tuple[tuple[str, str], Bounds], ...]
    sheet: pa.Schema
    texts: tuple[str, ...] = ()
    trusted: bool = False
    batch_rows: int = _BATCH_ROWS
    unit_rows: int = _UNIT_ROWS
    ready: Ready = field(default_factory=Ready, compare=False, repr=False)

    @property
    def schema(self) -> pa.Schema:
        """Sheets, or one row an outcome."""
        return self.sheet if self.form == "sheet" else OUTCOME_SCHEMA

    @property
    def threads(self) -> bool:
        """Compiled programs leave the interpreter's lock."""
        return True

    @property
    def facts(self) -> Mapping[str, str]:
        """What decides the outcomes, in words."""
        return {**self.inner.facts, "engine": ENGINE, "form": self.form}

    @property
    def identity(self) -> str:
        """A hash of what decides the outcomes."""
        told = [dict(self.facts), self.inner.identity]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def clause_hashes(self) -> Mapping[str, str]:
        """As the interpreter has them: both mean the same."""
        return self.inner.clause_hashes

    @property
    def columns(self) -> tuple[str, ...] | None:
        """All: the interpreter may be asked about any dossier."""
        return None

    @property
    def dictionaries(self) -> tuple[str, ...]:
        """All texts that rules may read: most repeat, and then each is looked at once."""
        return self.texts

    def make(self) -> KernelEvaluator:
        """Load the packs in this worker; programs are compiled with the first batch."""
        packs = self.ready.take() or load_packs(self.inner.packs)
        if packs.hash != self.inner.pack_hash:
            raise Refused("run_packs_changed", found=packs.hash[:16], expected=self.inner.pack_hash[:16])
        return KernelEvaluator(self, packs)

    def only(self, clauses: Collection[str]) -> KernelMaker:
        """The same for some clauses."""
        inner = self.inner.only(clauses)
        packs = load_packs(inner.packs)
        return replace(self, inner=inner, sheet=_sheet_of(_evaluator(inner, packs)), ready=Ready(packs))


class KernelEvaluator:
    """The evaluator. Not to be called by two threads at a time."""

    def __init__(self, maker: KernelMaker, packs: PackSet) -> None:
        self._maker = maker
        self._packs = packs
        self._as_of = maker.inner.as_of
        self._coverage = maker.inner.coverage
        self._whole = _evaluator(maker.inner, packs)
        self._made: dict[bool, _Made] = {}
        self._rows = 0
        self.report: Report = {}

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self._rows >= FULL_AFTER_ROWS:
            self.improve()
        self._rows += batch.num_rows
        try:
            sheet, self.report = self.sheets(batch.schema, narrow=True).sheet(batch)
        except OutsideRange:
            sheet, self.report = self.sheets(batch.schema, narrow=False).sheet(batch)
            self.report["wide"] = batch.num_rows
        return sheet if self._maker.form == "sheet" else rows_of(sheet)

    def sheets(self, schema: pa.Schema, *, narrow: bool) -> Sheets:
        """The programs for batches of a schema. `narrow`: for values within the ranges of the data set."""
        found = self._made.get(narrow)
        if found is None or not found.schema.equals(schema):
            found = self._made[narrow] = self._compile(schema, narrow=narrow)
        return found.sheets

    def improve(self, *, wait: bool = False) -> None:
        """Has full code made of the programs that are in use, and takes it when it is there. `wait`: from here on full
        code runs; for those who measure."""
        for made in self._made.values():
            if made.tiers.improve(wait=wait):
                made.sheets.programs.adopt(made.tiers.kernels)

    def _compile(self, schema: pa.Schema, *, narrow: bool) -> _Made:
        ranges = dict(self._maker.ranges) if narrow else None
        strings = Strings()
        trusted = narrow and self._maker.trusted
        layout = Layout(schema, self._packs.schema, self._coverage, self._as_of, ranges, trusted=trusted)
        clauses = self._whole.clauses
        tied = components(clauses)
        plan = planned(
            clauses,
            tied,
            layout,
            strings,
            self._packs.schema,
            self._coverage,
            self._as_of,
            base_names(self._as_of, _district(self._packs)),
        )
        few = [program for one in plan.details for program in (one.stacked, one.capped) if program is not None]
        cache = cache_folder()
        tiers = Tiers([*plan.programs, *few], cache)
        programs = Programs(plan, tiers.kernels, layout, strings)
        return _Made(schema, Sheets(programs, self._whole, tied, self._coverage, self._maker.sheet, cache), tiers)


@dataclass(frozen=True, slots=True)
class _Made:
    """Programs for batches of a schema."""

    schema: pa.Schema
    sheets: Sheets
    tiers: Tiers


def _evaluator(inner: Interpreter, packs: PackSet) -> Evaluator:
    return Evaluator(packs, inner.as_of, with_drafts=inner.with_drafts, only=inner.clauses)


def _district(packs: PackSet) -> str:
    return next((pack.district for pack in reversed(packs.packs) if pack.district), "")


def _sheet_of(evaluator: Evaluator) -> pa.Schema:
    clauses = evaluator.clauses
    return sheet_schema(columns_of(clauses, components(clauses), evaluator.as_of), evaluator.as_of.year)


def kernel(
    packs: Sequence[Path],
    dossiers: Path,
    as_of: date,
    *,
    with_drafts: bool = False,
    form: str = "rows",
) -> KernelMaker:
    """The kernel for these packs on this snapshot (or overlay)."""
    loaded = load_packs(packs)
    inner = interpreter_of(loaded, packs, open_dossiers(dossiers).coverage, as_of, with_drafts=with_drafts)
    files = files_of(dossiers)
    ranges = ranges_of(files)
    sheet = _sheet_of(_evaluator(inner, loaded))
    told = tuple(sorted(ranges.items(), key=lambda one: one[0]))
    return KernelMaker(inner, form, told, sheet, text_columns(files), trusted=True, ready=Ready(loaded))


def text_columns(files: Sequence[Path]) -> tuple[str, ...]:
    """The paths of the columns of text in files of dossiers, but for the names of the entity."""
    if not files:
        return ()
    schema = pq.read_metadata(files[0]).schema
    columns = [schema.column(n) for n in range(len(schema.names))]
    return tuple(one.path for one in columns if one.physical_type == "BYTE_ARRAY" and one.path not in _NAMES)
