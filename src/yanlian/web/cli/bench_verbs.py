"""`yanlian bench`: the benchmarks of the source checkout as verbs. What they do stands in `bench/` there."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

import yanlian
from yanlian.base.refusal import Refused
from yanlian.web.cli import risk_verbs

bench = typer.Typer(no_args_is_help=True, help="Benchmarks against other engines (source checkout only).")
bench.registered_commands += risk_verbs.bench.registered_commands


@bench.callback()
def _group() -> None:
    """A group even while it has one verb."""


@bench.command("clauses20")
def clauses20(
    rows: Annotated[int, typer.Option(help="Enterprises; by default a million.")] = 0,
    engines: Annotated[str, typer.Option(help="Names with commas, the first is the base; by default all.")] = "",
    rounds: Annotated[int, typer.Option(help="Every engine has its turn in each round.")] = 3,
    threads: Annotated[int, typer.Option(help="Threads of those engines that can use several.")] = 1,
    modes: Annotated[str, typer.Option(help="loaded, end_to_end or both.")] = "loaded,end_to_end",
    scale: Annotated[str, typer.Option(help="Measure along an axis: rows, clauses or threads.")] = "",
    points: Annotated[str, typer.Option(help="With --scale: where, for example 10000,100000.")] = "",
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
    work: Annotated[
        Path | None, typer.Option(help="Where environments and tables are kept; by default a cache.")
    ] = None,
) -> None:
    """Twenty clauses in many engines: seconds, memory, and whether the money is right to the fen."""
    given: dict[str, object] = {"rounds": rounds, "threads": threads, "modes": modes, "rows": rows}
    wanted = {"engines": engines, "scale": scale, "points": points, "json": json, "work": work}
    given |= {name: value for name, value in wanted.items() if value}
    run = importlib.import_module(f"{_folder().name}.run")
    try:
        run.main([f"--{name}={value}" for name, value in given.items()])
    except run.Unusable as problem:
        raise Refused("bench_option", option=problem.option, found=problem.found, expected=problem.expected) from None


@bench.command("sandbox")
def sandbox(
    enterprises: Annotated[int, typer.Option(help="Enterprises.", min=1)] = 100_000,
    questions: Annotated[int, typer.Option(help="Changed figures to ask about.", min=1)] = 15,
    snapshot: Annotated[
        Path | None, typer.Option(help="Whose dossiers are repeated; by default the largest there is.", file_okay=False)
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
) -> None:
    """The sandbox: seconds until a changed figure shows new totals, and memory."""
    given = {"enterprises": enterprises, "questions": questions, "snapshot": snapshot, "json": json}
    _folder()
    run = importlib.import_module("sandbox")
    run.main([f"--{name}={value}" for name, value in given.items() if value is not None])


@bench.command("placement")
def placement(
    data: Annotated[Path, typer.Option(help="Folder with company*.tsv.gz: docs/reference/placement.md.")],
    sets: Annotated[str, typer.Option(help="Sets of fields with semicolons; by default all.")] = "",
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 7,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
) -> None:
    """Placement of firms on classes: top-1, top-5, calibration, CPU seconds, five-fold by firm."""
    given = {"data": data, "sets": sets, "seed": seed, "json": json}
    _folder()
    run = importlib.import_module("placement")
    run.main([f"--{name}={value}" for name, value in given.items() if value not in (None, "")])


@bench.command("complexity")
def complexity(
    shape: Annotated[str, typer.Option(help="Locations x products.")] = "1000x2000",
    rounds: Annotated[int, typer.Option(help="The median of so many runs counts.", min=1)] = 3,
    seed: Annotated[int, typer.Option(help="Of the made values.")] = 1,
    peers: Annotated[str | None, typer.Option(help="A Python that has ecomplexity or economic-complexity.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
) -> None:
    """Complexity measures: CPU seconds, memory, difference from the slow oracle, and other packages beside it."""
    given = {"shape": shape, "rounds": rounds, "seed": seed, "peers": peers, "json": json}
    _folder()
    run = importlib.import_module("complexity")
    run.main([f"--{name}={value}" for name, value in given.items() if value is not None])


def _folder() -> Path:
    """The benchmark's folder in the checkout this package runs from; its parent can be imported from afterwards."""
    folder = Path(yanlian.__file__).resolve().parents[2] / "bench" / "clauses20"
    if not (folder / "run.py").is_file():
        raise Refused("bench_not_here", folder=str(folder))
    sys.path.insert(0, str(folder.parent))
    return folder
