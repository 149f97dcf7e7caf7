"""Facts about chains out of files: `chain import`, into the database."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yanlian.web.cli.output import console, progress_bar, show_table

if TYPE_CHECKING:
    from yanlian.apps.chains.intake import Taken

verbs = typer.Typer()
_SHOWN = 20


@verbs.command("import")
def take_in_file(
    kind: Annotated[str, typer.Argument(help="products, links, outside, ties or references.")],
    file: Annotated[Path | None, typer.Argument(help="CSV or XLSX.", exists=True, dir_okay=False)] = None,
    answers: Annotated[Path | None, typer.Option(help="Write every refused row with its reason here (CSV).")] = None,
    empty: Annotated[Path | None, typer.Option(help="Only write an empty file with the headers (CSV).")] = None,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """Take a file of facts about chains into the database. Ends with 1 when rows were refused."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
    import django

    django.setup()
    from yanlian.apps.chains.intake import take_in
    from yanlian.apps.chains.intake.kinds import template

    if empty is not None:
        _written(empty, [template(kind)])
        console.print(str(empty))
        return
    if file is None:
        raise typer.BadParameter("name a file, or --empty FILE for its headers", param_hint="FILE")
    with progress_bar(file.name) as step:
        taken = take_in(file, kind, progress=lambda rows, part: step(rows, round(rows / part) if part else 0))
    if answers is not None:
        _written(answers, [["row", "column", "code", "reason"], *_lines(taken, english=english)])
    _tell(taken, english=english)
    if taken.refused:
        raise typer.Exit(1)


def _written(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)


def _lines(taken: Taken, *, english: bool) -> list[list[str]]:
    from yanlian.apps.registry.imports.answers import disarm

    return [
        [str(one.row), disarm(one.column), one.code, one.reason("en" if english else "zh")] for one in taken.answers
    ]


def _tell(taken: Taken, *, english: bool) -> None:
    counts = (taken.read, taken.added, taken.changed, taken.unchanged, taken.refused)
    words = ("rows {}, added {}, changed {}, unchanged {}, refused {}" if english else
             "{}行，入库{}，更新{}，未变{}，退回{}")  # fmt: skip
    console.print(words.format(*(f"{one:,}" for one in counts)))
    if taken.unused:
        console.print(("columns not read: " if english else "未读取的列：") + "、".join(taken.unused))
    if taken.answers:
        heads = ("row", "column", "reason") if english else ("行号", "列", "原因和处理办法")
        lines = _lines(taken, english=english)[:_SHOWN]
        show_table("", [(head, "left") for head in heads], [[line[0], line[1], line[3]] for line in lines])
        if taken.refused > _SHOWN:
            console.print(("the first {} of {}" if english else "前{}条，共{}条").format(_SHOWN, len(taken.answers)))
