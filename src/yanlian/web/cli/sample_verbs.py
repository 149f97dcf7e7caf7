"""Verbs of the sample: the demo (the main job from nothing) and the generator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yanlian.web.cli.output import console, progress_bar

# The rooms are loaded when a verb runs: what a second start does not need it does not load.
verbs = typer.Typer()
sample = typer.Typer(no_args_is_help=True, help="The sample district's fictional enterprises.")
verbs.add_typer(sample, name="sample")


@verbs.command("demo")
def demo(
    enterprises: Annotated[int, typer.Option(help="Fictional enterprises.", min=1_000, max=5_000_000)] = 5_000,
    serve: Annotated[bool, typer.Option(help="Serve the pages afterwards.")] = True,
    port: Annotated[int, typer.Option()] = 8000,
) -> None:
    """Build the sample district, run its policies as of 2021-12-31 and 2025-12-31, show the result, serve the pages."""
    from yanlian.web.demo import make_demo

    make_demo(enterprises)
    if serve:
        from yanlian.web.cli import district_verbs

        district_verbs.serve(port=port)


@sample.command("generate")
def generate_files(
    folder: Annotated[Path, typer.Argument(help="Where the department files go.")],
    enterprises: Annotated[int, typer.Option(min=1_000, max=5_000_000)] = 5_000,
    seed: Annotated[int | None, typer.Option(help="Other firms; by default those of the demo.")] = None,
) -> None:
    """Write the department files of a fictional district: the same seed gives the same files."""
    from yanlian.web.sample.generate import DEFAULT_SEED, generate

    with progress_bar("generate 生成") as step:
        manifest = generate(folder, enterprises=enterprises, seed=DEFAULT_SEED if seed is None else seed, progress=step)
    console.print(f"{folder}: {len(manifest.files)} files, {sum(file.rows for file in manifest.files):,} rows")
