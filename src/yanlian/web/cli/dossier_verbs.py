"""Dossiers from flat tables, without a database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Language, Refused
from yanlian.web.cli.output import console, errors, stop

dossiers = typer.Typer(no_args_is_help=True, help="Dossiers from flat tables, without a database.")
# Work that ends sooner says nothing on its way.
_QUIET_SECONDS = 2.0


@dossiers.callback()
def room() -> None:
    """Dossiers from flat tables, without a database."""


@dossiers.command("build")
def build(
    mapping: Annotated[Path, typer.Argument(help="The mapping (YAML): docs/reference/dossiers.md.", dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder of the snapshot to be made.")],
    packs: Annotated[list[Path] | None, typer.Option(help="Packs whose own facts the mapping fills.")] = None,
    table: Annotated[list[str] | None, typer.Option(help="NAME=PATH: a file of the mapping lies elsewhere.")] = None,
    compression: Annotated[str, typer.Option(help="none (reads fastest), lz4 or zstd.")] = "none",
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """Make dossiers of a table of entities and tables of their records, in Parquet or CSV; every bad cell is named."""
    from yanlian.engine.dossier import load_schema
    from yanlian.engine.dossier.build import build_dossiers
    from yanlian.engine.dossier.build_fault import DossierFaults
    from yanlian.engine.dossier.layout import COMPRESSIONS
    from yanlian.engine.policy import load_packs, with_required

    language: Language = "en" if english else "zh"
    if compression not in COMPRESSIONS:
        stop(f"--compression: {' | '.join(COMPRESSIONS)}")
    started = time.monotonic()
    try:
        schema = load_packs(with_required(packs)).schema if packs else load_schema()
        info = build_dossiers(
            mapping, out, schema, files=_files(table or []), compression=compression, progress=_Told(started)
        )
    except DossierFaults as faults:
        stop(f"{faults.text(language)}\n{'错误' if language == 'zh' else 'faults'}: {faults.count:,}", 1)
    except Refused as refused:
        stop(refused.text(language))
    else:
        seconds = time.monotonic() - started
        console.print(f"{info.path}: {info.rows:,} dossiers, {info.hash[:16]}, {seconds:.1f} s", soft_wrap=True)


@dossiers.command("overlay")
def overlay(
    base: Annotated[Path, typer.Argument(help="The older snapshot (or overlay).", file_okay=False)],
    newer: Annotated[Path, typer.Argument(help="The newer snapshot.", file_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder in which the overlay is made, under the start of its hash.")],
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """Keep of a newer snapshot only what differs from an older one: `evaluate --since` then costs what changed."""
    from yanlian.engine.dossier.differences import overlay_from
    from yanlian.engine.dossier.overlay import open_dossiers

    started = time.monotonic()
    try:
        made = overlay_from(base, newer, out)
        rows = open_dossiers(made).rows
    except Refused as refused:
        stop(refused.text("en" if english else "zh"))
    else:
        seconds = time.monotonic() - started
        console.print(f"{made}: {rows:,} dossiers over {base}, {seconds:.1f} s", soft_wrap=True, markup=False)


def _files(told: list[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for one in told:
        name, equals, path = one.partition("=")
        if not equals:
            stop(f"--table: {one}: NAME=PATH")
        found[name] = Path(path)
    return found


class _Told:
    """Progress as lines on the error stream, at most one every two seconds."""

    def __init__(self, started: float) -> None:
        self._last = started

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= _QUIET_SECONDS:
            self._last = now
            errors.print(f"{what}: {done:,}" + (f" / {total:,}" if total else ""), soft_wrap=True, markup=False)
