"""Incremental runs: only dossiers whose content changed and clauses whose rules changed are evaluated.

What comes out is a run that names its base: the outcomes of the base hold, but for the dossiers in `changes.parquet`
and the clauses that were evaluated anew (`rows-*` and `clauses-*`). The reader lays one over the other; `compact`
writes the full form.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.differences import changes_of
from yanlian.engine.dossier.groups import ID, Dossiers
from yanlian.engine.dossier.overlay import CHANGES, REMOVED, open_dossiers, relative_to
from yanlian.engine.stream.folder import Manifest, claim, locked
from yanlian.engine.stream.parts import flush, naming_disk_faults
from yanlian.engine.stream.read import CLAUSES, ROWS, RunReader, open_run
from yanlian.engine.stream.run import RunResult, Tell, Work, carry_out, manifest_of, reading_of
from yanlian.engine.stream.seam import EvaluatorMaker
from yanlian.engine.stream.settled import IDENTITY as SETTLEMENT
from yanlian.engine.stream.sheet_merge import splits_by_clause
from yanlian.engine.stream.units import picked_units, units_of
from yanlian.engine.stream.workers import Carrier, finished_units

_PICKED = "picked.parquet"
# What may differ between a run and its base: which clauses that touches, their own hashes say.
_MAY_DIFFER = frozenset({"packs", "dossiers", "evaluator", "base", SETTLEMENT})


def run_since(
    dossiers: Path,
    maker: EvaluatorMaker,
    out: Path,
    since: Path,
    *,
    old_dossiers: Path | None = None,
    workers: int = 1,
    progress: Tell | None = None,
    carrier: Carrier = finished_units,
) -> RunResult:
    """Evaluate what differs from the finished run `since`. `old_dossiers`: where its dossiers lie now, when they were
    moved.

    Refused: a base of another engine, form, version, day or choice of drafts; dossiers that are not the base's.
    """
    base = open_run(since)
    newer = open_dossiers(dossiers)
    asked = _asked(maker, base, newer, dossiers, out)
    theirs = old_dossiers or since / base.manifest.dossiers
    if not theirs.exists():
        raise Refused("run_since_moved", folder=str(theirs))
    older = open_dossiers(theirs)
    if older.hash != base.manifest.identity["dossiers"]:
        expected = base.manifest.identity["dossiers"]
        raise Refused("run_since_dossiers", folder=str(since), expected=expected[:16], found=older.hash[:16])
    with locked(out):
        found = claim(out, asked)
        _write_changes(out, older, newer)
        return carry_out(out, found, _works(maker, asked, dossiers, newer, out), workers, progress, carrier)


def _asked(maker: EvaluatorMaker, base: RunReader, newer: Dossiers, dossiers: Path, out: Path) -> Manifest:
    asked = manifest_of(maker, newer.hash, relative_to(dossiers, out))
    theirs = base.manifest.identity
    for key, value in asked.identity.items():
        if key not in _MAY_DIFFER and theirs.get(key) != value:
            raise Refused("run_since_unlike", folder=str(base.path), what=key, found=theirs.get(key), expected=value)
    identity = {**asked.identity, "base": _digest(theirs)}
    redone = tuple(one for one, digest in maker.clause_hashes.items() if base.manifest.clauses.get(one) != digest)
    if redone and base.is_sheet and not splits_by_clause(maker.schema):
        redone = tuple(maker.clause_hashes)
    return replace(asked, identity=identity, base=relative_to(base.path, out), redone=redone)


def _digest(identity: object) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def _write_changes(out: Path, older: Dossiers, newer: Dossiers) -> None:
    """What differs, and of that what is to be evaluated: written once, so that a resumed run does not look again."""
    if (out / _PICKED).exists():
        return
    changes = changes_of(older, newer)
    present = changes.filter(pc.not_equal(changes.column("what"), REMOVED)).select([ID])
    for name, table in ((CHANGES, changes), (_PICKED, present)):
        making = out / f".making-{name}"
        with naming_disk_faults(out):
            pq.write_table(table, making, compression="zstd")
            flush(making)
            making.replace(out / name)


def _works(maker: EvaluatorMaker, asked: Manifest, dossiers: Path, newer: Dossiers, out: Path) -> list[Work]:
    works: list[Work] = []
    kept = [one for one in asked.clauses if one not in asked.redone]
    if asked.redone:
        again = maker.only(asked.redone) if kept else maker
        works.append(Work(again, reading_of(again, dossiers), units_of(newer.sizes(), maker.unit_rows, CLAUSES)))
    if kept:
        rest = maker.only(kept) if asked.redone else maker
        count = pq.ParquetFile(out / _PICKED).metadata.num_rows
        reading = reading_of(rest, dossiers, (out / _PICKED).resolve())
        works.append(Work(rest, reading, picked_units(count, maker.unit_rows, ROWS)))
    return works
