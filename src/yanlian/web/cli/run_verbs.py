"""yanlian runs: list them, and say what two of them differ in."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from yanlian.apps.policies.comparing.differences import Difference, run_of, totals
from yanlian.apps.policies.comparing.pages import Compared, compared, why
from yanlian.apps.policies.models import Run
from yanlian.apps.registry.pages import shown_name
from yanlian.ui.words import word
from yanlian.web.cli.output import console, show_table

runs = typer.Typer(no_args_is_help=True, help="Runs that were made: list, compare.")
_WAN = Decimal(1_000_000)  # fen in 万元
_HEAD = ("entity", "name", "clause", "matter", "period", "difference", "old", "new", "old_yuan", "new_yuan", "why")


@runs.command("list")
def list_runs(most: Annotated[int, typer.Option(help="So many of the latest.")] = 20) -> None:
    """The latest runs: number, as-of date, state, amount, snapshot, packs."""
    rows = [
        [
            f"#{one.pk}",
            one.as_of.isoformat(),
            one.state,
            f"{Decimal(one.amount_fen) / _WAN:,.2f}",
            one.snapshot_hash[:12],
            one.pack_hash[:12],
            one.engine,
        ]
        for one in Run.objects.all()[:most]
    ]
    columns = [("测算 run", "left"), ("评价日 as of", "left"), ("状态 state", "left"), ("金额(万元) amount", "right")]
    show_table("", [*columns, ("快照 snapshot", "left"), ("政策包 packs", "left"), ("引擎 engine", "left")], rows)


@runs.command("compare")
def compare(
    old: Annotated[int, typer.Argument(help="Number of the earlier run.")],
    new: Annotated[int, typer.Argument(help="Number of the later run.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write all differences as CSV; - for here.")] = None,
    most: Annotated[int, typer.Option(help="Show so many.")] = 20,
) -> None:
    """What is newly due, no longer due, more or less, and which fact changed, recorded when. Nothing stored changes."""
    it = compared(run_of(old), run_of(new))
    if out is not None and str(out) == "-":
        csv.writer(sys.stdout).writerows(_lines(it))
        return
    console.print("；".join(it.reasons))
    for total in totals(it.found):
        label = word("run_difference", total.what)
        console.print(f"{label.zh} {label.en}: {total.count:,} · {Decimal(total.change_fen) / _WAN:+,.2f} 万元")
    if not it.found:
        console.print("两次测算的结果完全相同。 Both runs say the same.")
    for one in it.found[:most]:
        console.print(f"  {_told(one)}  {why(it, one)}", soft_wrap=True, markup=False)
    if len(it.found) > most:
        console.print(f"  … {len(it.found) - most:,} more (--most, --out)")
    if out is not None:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(_lines(it))
        console.print(str(out))


def _told(one: Difference) -> str:
    change = f"{_yuan(one.old_fen)} → {_yuan(one.new_fen)}"
    return " ".join(
        part for part in (shown_name(one.entity), one.clause, one.matter, one.period, one.what, change) if part
    )


def _lines(it: Compared) -> Iterator[tuple[str, ...]]:
    yield _HEAD
    for one in it.found:
        yield (
            one.entity.code,
            shown_name(one.entity),
            one.clause,
            one.matter,
            one.period,
            one.what,
            one.old_kind or "",
            one.new_kind or "",
            _yuan(one.old_fen),
            _yuan(one.new_fen),
            why(it, one),
        )


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):.2f}"
