"""Runs on a cluster: the units of a run as the rows of a Spark data frame, evaluated by `mapInArrow` in its executors.

Spark brings units to machines and does them again when a machine is lost; it sees no dossier and no outcome. What is
evaluated, how it is cut and what is written are those of a run on one machine, so the run folder is the same to the
byte, and either can go on with what the other began.
"""

from __future__ import annotations

import json
import re
import signal
import tempfile
import threading
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from yanlian.base.refusal import Refused
from yanlian.engine.stream.engines import SPARK, maker_for
from yanlian.engine.stream.folder import MANIFEST
from yanlian.engine.stream.parts import PartNote, sweep
from yanlian.engine.stream.run import RunResult, Tell, run
from yanlian.engine.stream.seam import EvaluatorMaker
from yanlian.engine.stream.spark_mirror import mirror_footers
from yanlian.engine.stream.spark_session import first_line, require_pyspark, session
from yanlian.engine.stream.spark_ship import Shipment, edition, pack_files
from yanlian.engine.stream.spark_store import FolderStore, Store, UrlStore
from yanlian.engine.stream.spark_worker import MARK, NOTE, evaluated
from yanlian.engine.stream.units import Unit
from yanlian.engine.stream.workers import Job

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

__all__ = ["LOCAL", "OnSpark", "is_url", "require_pyspark", "run_at"]

LOCAL = "local[*]"


@dataclass(frozen=True)
class OnSpark:
    """Carries out the units of a run on a cluster. `settings`: of Spark, over those that we make; `dossiers`, `out`:
    URLs, where the executors do not find the folders of the run under their names."""

    master: str = LOCAL
    settings: Mapping[str, str] = field(default_factory=dict)
    dossiers: str = ""
    out: str = ""

    def __call__(self, job: Job, units: list[Unit], workers: int) -> Generator[PartNote, None, None]:
        """See `Carrier`. How many work at a time, the cluster decides."""
        if not units:
            return
        store: Store = UrlStore(self.out) if self.out else FolderStore(job.out)
        packs = pack_files(job.maker)
        if self.out:
            # Whose run it is stands there before its first part does.
            store.put(job.out / MANIFEST, MANIFEST)
        shipment = Shipment(job.maker, packs, job.reading, job.out, edition(), self.dossiers, self.out)
        try:
            with _own_interrupts(), session(self.master, self.settings) as spark:
                yield from _carried_out(spark, shipment, units, store)
        finally:
            # What an executor left that was lost in the middle of a part.
            sweep(job.out)


def _carried_out(
    spark: SparkSession, shipment: Shipment, units: Sequence[Unit], store: Store
) -> Generator[PartNote, None, None]:
    """Notes as the parts appear; when Spark has ended, those that were not seen yet."""
    task = _Task(spark, shipment, units)
    missing = {unit.name for unit in units}
    task.start()
    try:
        while not task.ended.wait(store.pause):
            for name in sorted(missing & {Path(one).stem for one in store.sizes() if one.endswith(".json")}):
                missing.remove(name)
                yield PartNote(**json.loads(store.get(f"{name}.json")))
        for note in task.notes():
            if note.name in missing:
                yield note
    finally:
        task.stop()


class _Task:
    """One job of Spark, in a thread of its own, so that the caller can be told and can stop it."""

    def __init__(self, spark: SparkSession, shipment: Shipment, units: Sequence[Unit]) -> None:
        self.ended = threading.Event()
        self._spark = spark
        self._units = units
        self._sent = spark.sparkContext.broadcast((shipment, list(units)))
        self._group = f"yanlian-{uuid.uuid4().hex}"
        self._notes: list[PartNote] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="spark", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _work(self) -> None:
        sent = self._sent

        def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return evaluated(sent.value, batches)

        try:
            context = self._spark.sparkContext
            context.setJobGroup(self._group, "yanlian evaluate", interruptOnCancel=True)
            # One partition, and so one task, for each unit.
            count = len(self._units)
            rows = self._spark.range(0, count, 1, count).mapInArrow(work, f"{NOTE} string").collect()
            self._notes = [PartNote(**json.loads(row[NOTE])) for row in rows]
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the one who asks
            self._error = error
        finally:
            self.ended.set()

    def notes(self) -> list[PartNote]:
        """Of all parts, when the job has ended. Refused: what the executors refused, or Spark's own failure."""
        if self._error is not None:
            raise refusal_of(self._error) from self._error
        return self._notes

    def stop(self) -> None:
        """Cancel what is under way and wait until it is gone."""
        if not self.ended.is_set():
            self._spark.sparkContext.cancelJobGroup(self._group)
        self._thread.join()
        self._sent.destroy()


def refusal_of(error: BaseException) -> Refused:
    """The refusal that an executor told of in a failure of Spark; else the failure itself as one."""
    told = re.findall(re.escape(MARK) + r"(\{.*\})", str(error))
    if told:
        data = json.loads(told[-1])
        return Refused(data["code"], **data["data"])
    lines = [line.strip() for line in str(error).splitlines()]
    # The last line of a Python traceback says what went wrong; the lines of Java after it say where.
    python = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Fault)\b", line)]
    return Refused("spark_failed", found=(python[0][:300] if python else first_line(error)))


@contextmanager
def _own_interrupts() -> Generator[None, None, None]:
    """Spark's answer to Ctrl-C outlives its session: put the caller's back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# Dossiers and runs at URLs


def is_url(place: str) -> bool:
    """Whether a place is a URL and no folder (one letter before the colon is a drive)."""
    return len(urlsplit(place).scheme) > 1


def run_at(
    packs: Sequence[Path],
    dossiers: str,
    as_of: date,
    out: str,
    *,
    form: str = "rows",
    drafts: bool = False,
    master: str = LOCAL,
    settings: Mapping[str, str] | None = None,
    progress: Tell | None = None,
) -> RunResult:
    """A run whose dossiers or whose folder lie at a URL. Only manifests, notes and footers come to this machine."""
    with tempfile.TemporaryDirectory(prefix="yanlian-") as scratch:
        read, write = _here(dossiers, Path(scratch)), _here(out, Path(scratch))
        if is_url(dossiers):
            mirror_footers(UrlStore(dossiers), read)
        maker: EvaluatorMaker = maker_for(SPARK, packs, read, as_of, drafts=drafts, form=form)
        carrier = OnSpark(master, settings or {}, dossiers if is_url(dossiers) else "", out if is_url(out) else "")
        if not is_url(out):
            return run(read, maker, write, progress=progress, carrier=carrier)
        store = UrlStore(out)
        _mirror_run(store, write)
        result = run(read, maker, write, progress=progress, carrier=carrier)
        _finish(store, write)
        return RunResult(Path(out), result.dossiers, result.outcomes, result.resumed, result.report, result.seconds)


def _here(place: str, scratch: Path) -> Path:
    """Where a place is mirrored: two URLs lie to each other as their mirrors do."""
    if not is_url(place):
        return Path(place)
    parts = urlsplit(place)
    return scratch / parts.scheme / (parts.netloc or "_") / parts.path.strip("/")


def _mirror_run(store: UrlStore, folder: Path) -> None:
    """A run that was begun at a URL: its manifest and notes, and files as long as its parts."""
    folder.mkdir(parents=True)
    for name, size in store.sizes().items():
        if name.endswith(".json"):
            (folder / name).write_bytes(store.get(name))
        else:
            with (folder / name).open("wb") as file:
                file.truncate(size)


def _finish(store: UrlStore, folder: Path) -> None:
    """The finished manifest; the notes stand in it from then on."""
    store.put(folder / MANIFEST, MANIFEST)
    for name in store.sizes():
        if name.endswith(".json") and name != MANIFEST:
            store.remove(name)
