"""`yanlian bench chain-queries`: walks over a large network from SQLite or PostgreSQL."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from yanlian.web.cli.bench_verbs import _folder as bench_folder
from yanlian.web.cli.bench_verbs import bench

__all__ = ["bench", "chain_queries"]


@bench.command("chain-queries")
def chain_queries(
    nodes: Annotated[int, typer.Option(help="Firms.", min=10)] = 1_000_000,
    links: Annotated[int, typer.Option(help="Supply links drawn.", min=10)] = 5_000_000,
    asked: Annotated[int, typer.Option(help="Firms asked about, in each direction.", min=1)] = 200,
    database: Annotated[str, typer.Option(help="PostgreSQL's address; by default a SQLite file of its own.")] = "",
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
) -> None:
    """Three tiers up and down on a large network: milliseconds, compared with the engine's arrays."""
    given = {"nodes": nodes, "links": links, "asked": asked, "database": database, "json": json}
    bench_folder()
    run = importlib.import_module("chain_queries")
    run.main([f"--{name}={value}" for name, value in given.items() if value])
