"""`yanlian chain complexity`: complexity measures of anyone's long table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yanlian.base.refusal import Refused
from yanlian.web.cli.output import Step, console, progress_bar, show_table

if TYPE_CHECKING:
    import pyarrow as pa

    from yanlian.engine.chain.complexity import BackTest, Grid, Measures
    from yanlian.engine.chain.complexity.balassa import Presence
    from yanlian.engine.chain.complexity.dialect import Method
    from yanlian.engine.chain.links import Floats

verbs = typer.Typer()
_SHOWN = 10


@verbs.command("complexity")
def complexity(
    table: Annotated[Path, typer.Option(help="CSV (also .gz) or Parquet, one row a location and product.")],
    out: Annotated[Path, typer.Option(help="Where the measures go: .csv or .parquet.", dir_okay=False)],
    location: Annotated[str, typer.Option(help="Column of the locations.")] = "location",
    product: Annotated[str, typer.Option(help="Column of the products.")] = "product",
    value: Annotated[str, typer.Option(help="Column of the values, at least 0.")] = "value",
    time: Annotated[str | None, typer.Option(help="Column of the periods; each is computed alone.")] = None,
    threshold: Annotated[float, typer.Option(help="RCA from which a location has a product.")] = 1.0,
    dialect: Annotated[str, typer.Option(help="atlas, book, datawheel or r: docs/reference/complexity.md.")] = "atlas",
    method: Annotated[str, typer.Option(help="eigen, reflections or fitness; by default the dialect's.")] = "",
    iterations: Annotated[int, typer.Option(help="Of reflections and fitness.")] = 20,
    extremality: Annotated[float, typer.Option(help="Of fitness.")] = 1.0,
    nearest: Annotated[int | None, typer.Option(help="Density from so many nearest products only.")] = None,
    geometric: Annotated[bool, typer.Option("--geometric", help="Proximity by the geometric mean.")] = False,
    hold_out: Annotated[
        float | None, typer.Option(help="Hide this share of what is present; tell how density ranks it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the hold-out.")] = 0,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """RCA, ECI, PCI, density, distance, COI and COG of a long table of locations, products and values."""
    from yanlian.engine.chain.complexity import grids_of, measure, read_table
    from yanlian.engine.chain.complexity.dialect import dialect_of
    from yanlian.engine.chain.complexity.rows import blocks, write
    from yanlian.engine.chain.complexity.table import Columns

    if out.suffix.lower() not in {".csv", ".parquet"}:
        raise Refused("complexity_format", file=out.name)
    chosen, how = dialect_of(dialect), _method(method)
    columns = Columns(location, product, value, time)
    grids = list(grids_of(read_table(table, columns), columns))
    last: list[tuple[Grid, Measures]] = []

    def computed() -> Iterator[pa.Table]:
        for place, grid in enumerate(grids):
            found = measure(
                grid.values,
                chosen,
                threshold=threshold,
                method=how,
                iterations=iterations,
                extremality=extremality,
                nearest=nearest,
                geometric=geometric,
                step=_within(step, place, len(grids)),
            )
            last[:] = [(grid, found)]
            _warn(grid, found, english=english)
            yield from blocks(grid, found, columns)

    with progress_bar("complexity" if english else "复杂度") as step:
        count = write(out, computed())
    _tell(*last[0], english=english)
    if hold_out is not None:
        _tell_test(_tested(last[0][1].present, nearest, hold_out, seed, own=chosen.own), english=english)
    console.print(f"{out}: {count:,} {'rows' if english else '行'}", soft_wrap=True, markup=False)


def _within(step: Step, place: int, periods: int) -> Step:
    """Progress of one period as progress of all."""
    return lambda done, total: step(place * total + done, periods * total)


def _method(name: str) -> Method | None:
    methods: dict[str, Method] = {"eigen": "eigen", "reflections": "reflections", "fitness": "fitness"}
    if name and name not in methods:
        raise Refused("complexity_method", found=name, known=", ".join(methods))
    return methods.get(name)


def _tested(present: Presence, nearest: int | None, share: float, seed: int, *, own: float) -> BackTest:
    from yanlian.engine.chain.complexity import hold_out
    from yanlian.engine.chain.complexity.bits import proximities
    from yanlian.engine.chain.complexity.space import density

    def score(left: Presence) -> Floats:
        return density(left, proximities(left, own=own), nearest)

    return hold_out(present, score, share=share, seed=seed)


def _warn(grid: Grid, found: Measures, *, english: bool) -> None:
    """What was done to the input, and what has no answer; nothing happens in silence."""
    alone = int((found.diversity == 0).sum()), int((found.ubiquity == 0).sum())
    said = []
    if grid.summed:
        said.append(
            f"{grid.summed:,} rows repeat a location and product; their values were added."
            if english
            else f"有 {grid.summed:,} 行的地区和产品重复，数值已相加。"
        )
    if any(alone):
        said.append(
            f"{alone[0]:,} locations have no product, {alone[1]:,} products no location; they have no index."
            if english
            else f"{alone[0]:,} 个地区没有产品、{alone[1]:,} 个产品没有地区达到门槛，不计指数。"
        )
    if found.parts > 1:
        said.append(
            f"The network falls into {found.parts} unconnected parts; ECI and PCI hold for the largest."
            if english
            else f"网络分为互不相连的 {found.parts} 部分，ECI、PCI 只就最大的一部分计算。"
        )
    for line in said:
        console.print(f"{grid.period}: {line}" if grid.period else line, soft_wrap=True, markup=False)


def _tell(grid: Grid, found: Measures, *, english: bool) -> None:
    best = sorted((n for n, eci in enumerate(found.eci) if eci == eci), key=lambda n: -found.eci[n])[:_SHOWN]
    heads = ("location", "products", "ECI", "COI") if english else ("地区", "产品数", "复杂度 ECI", "前景 COI")
    rows = [
        [grid.locations[n], f"{found.diversity[n]:,.0f}", f"{found.eci[n]:.4f}", f"{found.coi[n]:.4f}"] for n in best
    ]
    size = f"{len(grid.locations):,} × {len(grid.products):,}"
    show_table(size, [(head, "right" if n else "left") for n, head in enumerate(heads)], rows)


def _tell_test(found: BackTest, *, english: bool) -> None:
    auc = "-" if found.auc is None else f"{found.auc:.4f}"
    best = ", ".join(f"{k}: {share:.3f}" for k, share in found.precision.items())
    console.print(
        f"Back-test of density: AUC {auc}; precision at {best}; base rate {found.base_rate:.4f} "
        f"({found.appeared:,} of {found.candidates:,})"
        if english
        else f"密度的回测：AUC {auc}；前 k 名命中率 {best}；"
        f"基准 {found.base_rate:.4f}（{found.candidates:,} 中 {found.appeared:,}）",
        soft_wrap=True,
        markup=False,
    )
