"""Evaluating without a database, in two calls: `evaluate` makes a run, `read_run` reads one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.engine.stream.engines import DEFAULT, SPARK, maker_for
from yanlian.engine.stream.read import RunReader, open_run
from yanlian.engine.stream.run import RunResult, Tell, run
from yanlian.engine.stream.settle import settle_run
from yanlian.engine.stream.since import run_since
from yanlian.engine.stream.workers import finished_units


def evaluate(
    packs: Sequence[Path | str],
    dossiers: Path | str,
    as_of: date,
    out: Path | str,
    *,
    engine: str = DEFAULT,
    workers: int = 1,
    form: str = "rows",
    since: Path | str | None = None,
    old_dossiers: Path | str | None = None,
    drafts: bool = False,
    progress: Tell | None = None,
    master: str = "",
    settings: Mapping[str, str] | None = None,
) -> RunResult:
    """Evaluate every dossier of a snapshot (or overlay) under the packs in force on a day, into the folder `out`.

    Called again with the same, it goes on where it was left; a finished run is returned as it is. `since`: a finished
    run of which only what differs is evaluated; `old_dossiers`: its dossiers, when they lie elsewhere now. `drafts`:
    also documents that are still drafts. Workers are processes or threads, as the engine needs; a script that starts
    processes needs the usual `if __name__ == "__main__"`. `master`, `settings`: of
    the engine spark, for which dossiers and run may lie at URLs. Raises `Refused` and `PackFaults`.
    """
    folders = [Path(one) for one in packs]
    carrier = finished_units
    if engine == SPARK:
        # Loaded when it is asked for: it is an extra.
        from yanlian.engine.stream import spark

        spark.require_pyspark()
        where = master or spark.LOCAL
        if spark.is_url(str(dossiers)) or spark.is_url(str(out)):
            if since is not None:
                raise Refused("spark_since_url")
            return spark.run_at(
                folders,
                str(dossiers),
                as_of,
                str(out),
                form=form,
                drafts=drafts,
                master=where,
                settings=settings,
                progress=progress,
            )
        carrier = spark.OnSpark(where, settings or {})
    maker = maker_for(engine, folders, Path(dossiers), as_of, drafts=drafts, form=form)
    if since is None:
        result = run(Path(dossiers), maker, Path(out), workers=workers, progress=progress, carrier=carrier)
        return _with_settlement(result, folders, Path(dossiers))
    moved = None if old_dossiers is None else Path(old_dossiers)
    result = run_since(
        Path(dossiers),
        maker,
        Path(out),
        Path(since),
        old_dossiers=moved,
        workers=workers,
        progress=progress,
        carrier=carrier,
    )
    return _with_settlement(result, folders, Path(dossiers))


def _with_settlement(result: RunResult, packs: Sequence[Path], dossiers: Path) -> RunResult:
    """The same with what budgets and quotas came to, which are settled when the last dossier was evaluated."""
    report = settle_run(result.path, packs, dossiers=dossiers)
    return replace(result, report={**result.report, **report}) if report else result


def read_run(path: Path | str) -> RunReader:
    """A finished run: `batches()` gives Arrow, `rows()` dicts, `entity(id)` the outcomes of one."""
    return open_run(Path(path))
