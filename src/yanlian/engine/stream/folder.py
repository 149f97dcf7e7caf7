"""The folder of a run: whose it is, who works in it, and what stands in it when it is finished."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.stream.parts import PartNote, naming_disk_faults, write_whole
from yanlian.engine.stream.seam import Report

MANIFEST = "manifest.json"
LOCK = ".lock"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run is. `identity` (facts in words, all of which must agree to go on with it): the evaluator's facts, its
    hash, the dossiers' hash, how parts are cut, and the base of an incremental run.

    clauses: id → hash (see `EvaluatorMaker.clause_hashes`), in the order of outcomes. dossiers, base: folders, as seen
    from this one. replaced: ids whose outcomes of the base do not hold any more stand in `changes.parquet`; redone:
    clauses that were evaluated for all dossiers. parts, totals and report: of a finished run, in the order of units.
    """

    identity: Mapping[str, str]
    clauses: Mapping[str, str]
    schema: pa.Schema
    dossiers: str
    batch_rows: int
    unit_rows: int
    state: Literal["running", "finished"] = "running"
    base: str = ""
    redone: tuple[str, ...] = ()
    parts: tuple[PartNote, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    report: Report = field(default_factory=dict)

    def text(self) -> str:
        """As JSON; the same run gives the same bytes."""
        data = {
            "format": FORMAT,
            "state": self.state,
            "identity": dict(self.identity),
            "dossiers": self.dossiers,
            "base": self.base,
            "redone": list(self.redone),
            "batch_rows": self.batch_rows,
            "unit_rows": self.unit_rows,
            "totals": dict(self.totals),
            "report": self.report,
            "clauses": dict(self.clauses),
            "schema": base64.b64encode(self.schema.serialize().to_pybytes()).decode(),
            "parts": [[p.name, p.dossiers, p.rows, p.length, p.report] for p in self.parts],
        }
        return json.dumps(data, ensure_ascii=False, indent=1)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run folder, None when it has none. `Refused("run_manifest")` when it cannot be read."""
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        if data["format"] != FORMAT:
            raise Refused("run_format", folder=str(folder), found=data["format"], expected=FORMAT)
        return Manifest(
            identity=data["identity"],
            clauses=data["clauses"],
            schema=pa.ipc.read_schema(pa.py_buffer(base64.b64decode(data["schema"]))),
            dossiers=data["dossiers"],
            batch_rows=data["batch_rows"],
            unit_rows=data["unit_rows"],
            state=data["state"],
            base=data["base"],
            redone=tuple(data["redone"]),
            parts=tuple(PartNote(*part) for part in data["parts"]),
            totals=data["totals"],
            report=data["report"],
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise Refused("run_manifest", folder=str(folder), found=str(error)[:120]) from error


def claim(folder: Path, asked: Manifest) -> Manifest:
    """Begin a run in a folder, or go on with the one that is there: the manifest that stands.

    Refused: a folder that holds a run of something else (named by what differs), or other things than a run.
    """
    found = read_manifest(folder)
    if found is None:
        foreign = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
        if foreign:
            raise Refused("run_folder", folder=str(folder), found=foreign[0])
        write_whole(folder / MANIFEST, asked.text())
        return asked
    for key in {**asked.identity, **found.identity}:
        here, there = asked.identity.get(key, "—"), found.identity.get(key, "—")
        if here != there:
            raise Refused("run_other", folder=str(folder), what=key, expected=there, found=here)
    return found


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else works in this folder meanwhile. The lock goes with the process, however that ends."""
    with naming_disk_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+", encoding="utf-8")
    with file:
        if not _lock(file):
            file.seek(0)
            raise Refused("run_busy", folder=str(folder), found=file.read().strip() or "?")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def _lock(file: IO[str]) -> bool:
    """Lock without waiting; says whether it is ours."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0x7FFF_0000)  # beyond what is written, so that the other can still read who we are
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
