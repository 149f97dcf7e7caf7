"""`yanlian chain infer`: the risk index where nobody reported links, over drawn networks, as an interval."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from yanlian.web.cli.output import console, progress_bar, show_table, write_whole

if TYPE_CHECKING:
    from yanlian.engine.chain.risk.inferred import Interval, Known

verbs = typer.Typer()


@verbs.command("infer")
def infer(
    sectors: Annotated[Path, typer.Option(help="CSV: supplier_sector, customer_sector, weight.", dir_okay=False)],
    firms: Annotated[Path, typer.Option(help="CSV: firm, sector, revenue [, costs].", dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Where the intervals go (CSV), the greatest first.", dir_okay=False)],
    draws: Annotated[int, typer.Option(help="Networks that are drawn.", min=1)] = 50,
    links: Annotated[int, typer.Option(help="How many links there are thought to be; 0: three a firm.", min=0)] = 0,
    epsilon: Annotated[float, typer.Option(help="A cascade stops when no loss grows by more in a step.")] = 1e-3,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """ESRI of every firm where links are not known: networks drawn from flows between sectors and sizes of firms, 5, 50
    and 95 % over them (docs/reference/risk.md). All figures are inferred."""
    from yanlian.engine.chain.risk.economy import closures
    from yanlian.engine.chain.risk.inferred import interval_of
    from yanlian.engine.chain.risk.sector_table import read_known

    known = read_known(sectors, firms, links)
    every = closures(np.arange(len(known.firms), dtype=np.int32))
    with progress_bar("ESRI") as step:
        found = interval_of(known, every, draws, epsilon, step=step)
    order = np.argsort(-found.middle, kind="stable").tolist()
    write_whole(out, _rows(known, found, order))
    _tell(known, found, order, out, english=english)


_COLUMNS = (
    "rank",
    "firm",
    "sector",
    "revenue",
    "esri_5",
    "esri_50",
    "esri_95",
    "draws",
    "links",
    "epsilon",
    "inferred",
)


def _rows(known: Known, found: Interval, order: list[int]) -> str:
    to = io.StringIO(newline="")
    rows = csv.writer(to, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for rank, at in enumerate(order, 1):
        figures = [repr(float(one[at])) for one in (known.revenue, found.low, found.middle, found.high)]
        told = (found.networks, known.links, found.epsilon, 1)
        rows.writerow([rank, known.firms[at], known.sector[at], *figures, *told])
    return to.getvalue()


def _tell(known: Known, found: Interval, order: list[int], out: Path, *, english: bool) -> None:
    heads = ("firm", "sector") if english else ("企业", "行业")
    rows = [
        [known.firms[at], known.sector[at], *(f"{float(one[at]):.6f}" for one in (found.low, found.middle, found.high))]
        for at in order[:10]
    ]
    ends = [("5 %", "right"), ("50 %", "right"), ("95 %", "right")]
    show_table("ESRI", [*((head, "left") for head in heads), *ends], rows)
    said = (
        f"Inferred, not observed: {found.networks} networks of {known.links:,} expected links, "
        f"{len(known.firms):,} firms; ε = {found.epsilon:g}. Written to {out}"
        if english
        else f"推算，并非实际观测：抽取{found.networks}个网络，期望关系{known.links:,}条，"
        f"企业{len(known.firms):,}家；ε = {found.epsilon:g}。已写入 {out}"
    )
    console.print(said, soft_wrap=True, markup=False)
