"""`yanlian chain place`: suggest a segment for every firm of the registry that stands nowhere yet."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from yanlian.web.cli.output import progress_bar, show_table

verbs = typer.Typer()


@verbs.command("place")
def place(
    chain: Annotated[list[str] | None, typer.Argument(help="Ids of chains; by default all.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the counts here.", dir_okay=False)] = None,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """Suggest placements for the whole registry (needs the database). What officials decided is never overwritten."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
    import django

    django.setup()
    from yanlian.apps.chains.in_use import chain_named, chains_in_use
    from yanlian.apps.chains.placing.actions import suggest_all
    from yanlian.apps.chains.placing.board import board_of

    wanted = [chain_named(one) for one in chain] if chain else list(chains_in_use())
    found = {}
    for one in wanted:
        with progress_bar(one.title_en if english else one.title) as step:
            found[one.id] = suggest_all(board_of(one), step=step)
    heads = (
        ("chain", "waiting", "suggested anew", "fit nowhere")
        if english
        else ("产业链", "待归位(家)", "新增建议(条)", "建议其他(家)")
    )
    rows = [[name, str(one.firms), str(one.kept), str(one.other)] for name, one in found.items()]
    title = "suggested placements" if english else "环节归位建议"
    show_table(title, [(heads[0], "left"), *((head, "right") for head in heads[1:])], rows)
    if as_json is not None:
        as_json.write_text(json.dumps({name: asdict(one) for name, one in found.items()}, indent=1), "utf-8")
