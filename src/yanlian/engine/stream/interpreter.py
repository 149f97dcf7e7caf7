"""The reference interpreter as a batch evaluator: slow, obviously right, the oracle of every faster one."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

import pyarrow as pa

import yanlian
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.policy import Evaluator, PackSet, load_packs
from yanlian.engine.policy.settlement.compile import settling_hash
from yanlian.engine.policy.settlement.memory import rules_in_force
from yanlian.engine.stream.components import clause_hashes
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA, outcome_batch
from yanlian.engine.stream.seam import Report
from yanlian.engine.stream.settled import IDENTITY as SETTLEMENT

ENGINE = "interpreter"
# A batch becomes Python values all at once; a part takes seconds to make.
_BATCH_ROWS = 2_000
_UNIT_ROWS = 8_000


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What a worker needs to make its own evaluator: folders, a date, the coverage. `pack_hash`: the content that the
    folders had when the run was asked for; `clauses` None: all; `settlement`: a
    hash of the budgets and quotas that are settled when the run is finished. See `EvaluatorMaker` for the rest."""

    packs: tuple[Path, ...]
    coverage: Coverage
    as_of: date
    with_drafts: bool
    pack_hash: str
    hashes: tuple[tuple[str, str], ...]
    clauses: frozenset[str] | None = None
    settlement: str = ""
    batch_rows: int = _BATCH_ROWS
    unit_rows: int = _UNIT_ROWS

    @property
    def schema(self) -> pa.Schema:
        """One row an outcome."""
        return OUTCOME_SCHEMA

    @property
    def threads(self) -> bool:
        """It holds the interpreter's lock."""
        return False

    @property
    def facts(self) -> Mapping[str, str]:
        """What decides the outcomes, in words."""
        return {
            "engine": ENGINE,
            "version": yanlian.__version__,
            "form": "rows",
            "as_of": self.as_of.isoformat(),
            "drafts": "yes" if self.with_drafts else "no",
            "packs": self.pack_hash,
            **({SETTLEMENT: self.settlement} if self.settlement else {}),
        }

    @property
    def identity(self) -> str:
        """A hash of what decides the outcomes: also of the coverage, and of which clauses are run."""
        told = [dict(self.facts), self.hashes, sorted(self.clauses) if self.clauses is not None else None]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def clause_hashes(self) -> Mapping[str, str]:
        """See `components`."""
        return dict(self.hashes)

    @property
    def columns(self) -> tuple[str, ...] | None:
        """It may be asked for anything."""
        return None

    @property
    def dictionaries(self) -> tuple[str, ...]:
        """It wants plain strings."""
        return ()

    def make(self) -> Interpreting:
        """Load the packs once in this process; refused when they are not what they were."""
        packs = load_packs(self.packs)
        if packs.hash != self.pack_hash:
            raise Refused("run_packs_changed", found=packs.hash[:16], expected=self.pack_hash[:16])
        evaluator = Evaluator(packs, self.as_of, with_drafts=self.with_drafts, only=self.clauses)
        return Interpreting(evaluator, self.coverage)

    def only(self, clauses: Collection[str]) -> Interpreter:
        """The same for some clauses."""
        kept = tuple((clause, digest) for clause, digest in self.hashes if clause in clauses)
        return replace(self, clauses=frozenset(clauses), hashes=kept)


class Interpreting:
    """The evaluator."""

    def __init__(self, evaluator: Evaluator, coverage: Coverage) -> None:
        self._evaluator = evaluator
        self._coverage = coverage
        self.report: Report = {}

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = cast("list[Mapping[str, object]]", batch.to_pylist())
        outcomes = [one for row in rows for one in self._evaluator.evaluate(row, self._coverage)]
        kinds = Counter(one.kind for one in outcomes)
        counts = {f"outcomes.{kind}": count for kind, count in sorted(kinds.items())}
        self.report = {"dossiers": len(rows), "interpreted": len(rows), "interpreted.engine": len(rows), **counts}
        return outcome_batch(outcomes)


def interpreter(packs: Sequence[Path], snapshot: Path, as_of: date, *, with_drafts: bool = False) -> Interpreter:
    """The interpreter for these packs on this snapshot (or overlay)."""
    return interpreter_of(load_packs(packs), packs, open_dossiers(snapshot).coverage, as_of, with_drafts=with_drafts)


def interpreter_of(
    loaded: PackSet, folders: Sequence[Path], coverage: Coverage, as_of: date, *, with_drafts: bool = False
) -> Interpreter:
    """The same when the packs are loaded already."""
    evaluator = Evaluator(loaded, as_of, with_drafts=with_drafts)
    clauses = evaluator.clauses
    district = next((pack.district for pack in reversed(loaded.packs) if pack.district), "")
    settings = {"district": district}
    hashes = clause_hashes(clauses, loaded.schema, coverage, as_of, settings)
    # Absolute: a worker process may stand elsewhere.
    found = tuple(folder.resolve() for folder in folders)
    settlement = settling_hash(rules_in_force(evaluator))
    return Interpreter(found, coverage, as_of, with_drafts, loaded.hash, tuple(hashes.items()), settlement=settlement)
