"""`yanlian chain complexity`: complexity measures of anyone's table."""

from __future__ import annotations

import dataclasses
import json as jsons
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yanlian.base.refusal import Refused
from yanlian.web.cli.output import Step, console, progress_bar, show_table, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from yanlian.engine.chain.complexity import BackTest, Grid, Measures
    from yanlian.engine.chain.complexity.balassa import Presence
    from yanlian.engine.chain.complexity.dialect import Method
    from yanlian.engine.chain.complexity.table import Missing, Reading
    from yanlian.engine.chain.links import Floats

verbs = typer.Typer()
_SHOWN = 10


@verbs.command("complexity")
def complexity(
    table: Annotated[Path, typer.Option(help="CSV (also .gz) or Parquet; one row a location and product, or wide.")],
    out: Annotated[Path, typer.Option(help="Where the measures go: .csv or .parquet.", dir_okay=False)],
    location: Annotated[str | None, typer.Option(help="Column of the locations; else found by usual names.")] = None,
    product: Annotated[str | None, typer.Option(help="Column of the products; else found by usual names.")] = None,
    value: Annotated[str | None, typer.Option(help="Column of the values, at least 0; else found so too.")] = None,
    time: Annotated[
        str | None, typer.Option(help="Column of the periods, each computed alone; 'none': there are none.")
    ] = None,
    missing: Annotated[str, typer.Option(help="Empty cells, NA and the like: 'refuse' or 'zero'.")] = "refuse",
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
    json: Annotated[Path | None, typer.Option(help="Write a summary here.", dir_okay=False)] = None,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """RCA, ECI, PCI, density, distance, COI and COG of a table of locations, products and values."""
    from yanlian.engine.chain.complexity import grids_of, measure
    from yanlian.engine.chain.complexity.dialect import dialect_of
    from yanlian.engine.chain.complexity.rows import blocks, write
    from yanlian.engine.chain.complexity.table import Asked, read_any

    if out.suffix.lower() not in {".csv", ".parquet"}:
        raise Refused("complexity_format", file=out.name)
    chosen, how, absent = dialect_of(dialect), _method(method), _missing(missing)
    with progress_bar("reading" if english else "读取") as step:
        reading = read_any(table, Asked(location, product, value, time), absent, step)
    columns = reading.columns
    _tell_reading(reading, english=english)
    _refuse_too_large(reading)
    grids = list(grids_of(reading.table, columns))
    last: list[tuple[Grid, Measures]] = []
    told: list[dict[str, object]] = []

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
            told.append(_summary(grid, found))
            _warn(grid, found, english=english)
            yield from blocks(grid, found, columns)

    with progress_bar("complexity" if english else "复杂度") as step:
        count = write(out, computed())
    _tell(*last[0], english=english)
    if hold_out is not None:
        _tell_test(_tested(last[0][1].present, nearest, hold_out, seed, own=chosen.own), english=english)
    if json is not None:
        about = {"columns": dataclasses.asdict(columns), "wide": reading.wide, "missing_as_zero": reading.missing}
        about |= {"blank_rows": reading.blank, "dialect": dialect, "rows": count, "periods": told}
        write_whole(json, jsons.dumps(about, ensure_ascii=False, indent=1) + "\n")
    console.print(f"{out}: {count:,} {'rows' if english else '行'}", soft_wrap=True, markup=False)


def _missing(name: str) -> Missing:
    known: dict[str, Missing] = {"refuse": "refuse", "zero": "zero"}
    if name not in known:
        raise Refused("complexity_choice", option="--missing", found=name, known=", ".join(known))
    return known[name]


def _tell_reading(reading: Reading, *, english: bool) -> None:
    """How the table was understood, and what of it was taken otherwise than written."""
    columns = reading.columns
    if reading.wide:
        said = [
            f"One column a product; locations in {columns.location}."
            if english
            else f"每列一个产品；地区列：{columns.location}。"
        ]
    else:
        named = (columns.location, columns.product, columns.value)
        said = [
            "Columns: location {}, product {}, value {}.".format(*named)
            if english
            else "列：地区 {}，产品 {}，数值 {}。".format(*named)
        ]
    if columns.time is not None:
        said.append(
            f"Each period in {columns.time} is computed alone (--time none takes them together)."
            if english
            else f"按 {columns.time} 列分时期计算（--time none 则合并）。"
        )
    if reading.missing:
        said.append(
            f"{reading.missing:,} cells without a value count as 0."
            if english
            else f"有 {reading.missing:,} 个单元格没有数值，按 0 计。"
        )
    if reading.blank:
        said.append(
            f"{reading.blank:,} rows without any text were left out."
            if english
            else f"有 {reading.blank:,} 行全为空白，未计入。"
        )
    for line in said:
        console.print(line, soft_wrap=True, markup=False)


def _refuse_too_large(reading: Reading) -> None:
    """Matrices are dense: say so before the machine runs out of memory."""
    import pyarrow.compute as pc

    table, columns = reading.table, reading.columns
    locations, products = (len(pc.unique(table[one])) for one in (columns.location, columns.product))
    need = 8 * (6 * locations * products + 2 * products**2)
    have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if need > have:
        raise Refused(
            "complexity_size",
            locations=locations,
            products=products,
            need=f"{need / 1e9:.1f}",
            have=f"{have / 1e9:.1f}",
        )


def _summary(grid: Grid, found: Measures) -> dict[str, object]:
    """One period in figures."""
    return {
        "period": grid.period,
        "locations": len(grid.locations),
        "products": len(grid.products),
        "present": int(found.present.sum()),
        "rows_added_to_another": grid.summed,
        "locations_without_product": int((found.diversity == 0).sum()),
        "products_without_location": int((found.ubiquity == 0).sum()),
        "unconnected_parts": found.parts,
        "second_eigenvalue": None if found.second != found.second else found.second,
        "index_defined": bool((found.eci == found.eci).any()),
    }


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
    if not (found.eci == found.eci).any():
        said.append(
            "ECI and PCI are not defined and left empty: fewer than two locations, or all have the same."
            if english
            else "ECI、PCI 无定义：各地区之间没有差别（不足两个地区，或拥有的产品完全相同），留空。"
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
