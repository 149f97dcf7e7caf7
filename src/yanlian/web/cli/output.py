"""How the command line speaks: progress that shows rate and remaining time, refusals as sentences, tables."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from yanlian.base.refusal import Refused

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

Step = Callable[[int, int], None]
# Kinds of outcomes as the command line names them: Chinese, English.
OUTCOME_WORDS = {
    "eligible": ("符合", "eligible"),
    "not_eligible": ("不符合", "not eligible"),
    "unknown": ("信息不足", "unknown"),
    "manual": ("人工判定", "manual"),
    "not_applicable": ("不适用", "not applicable"),
}


@contextmanager
def progress_bar(title: str) -> Iterator[Step]:
    """A progress bar; call the step with (done, total). In a log (no terminal) one line every five seconds."""
    if not console.is_terminal:
        yield _logged(title)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")

        def step(done: int, total: int) -> None:
            seconds = time.monotonic() - started
            rate = f"{done / seconds:,.0f}/s" if seconds else ""
            bar.update(task, completed=done, total=total or None, rate=rate)

        yield step


def _logged(title: str) -> Step:
    last = started = time.monotonic()

    def step(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= 5:
            last = now
            left = f"  {(total - done) * (now - started) / done:,.0f} s left" if 0 < done < total else ""
            console.print(f"{title}: {done:,} / {total:,}  {done / (now - started):,.0f}/s{left}", soft_wrap=True)

    return step


def show_table(title: str, columns: list[tuple[str, str]], rows: list[list[str]]) -> None:
    """A table on the terminal; each column is (header, "left" or "right")."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for header, side in columns:
        table.add_column(header, justify="right" if side == "right" else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()


def write_whole(file: Path, text: str) -> None:
    """Write a text file; it appears when it is whole, and one that was there stays if writing breaks off.

    Refused("output_written"): the folder is not there or cannot be written to.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as fault:
        raise Refused("output_written", file=str(file), why=fault.strerror or str(fault)) from None
    finally:
        fresh.unlink(missing_ok=True)


def stop(text: str, code: int = 2) -> None:
    """Say what is wrong on the error stream and leave with a code."""
    errors.print(text, soft_wrap=True, markup=False)
    sys.exit(code)
