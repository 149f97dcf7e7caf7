"""`yanlian chain esri` and `yanlian bench esri`: the economic systemic risk index on anyone's tables; no database."""

from __future__ import annotations

import csv
import io
import json as jsons
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import numpy as np
import typer

from yanlian.base.refusal import Refused
from yanlian.web.cli.output import console, progress_bar, show_table, stop, write_whole

if TYPE_CHECKING:
    from yanlian.engine.chain.risk.economy import Basis, Economy
    from yanlian.engine.chain.risk.index import Indices

verbs = typer.Typer()
bench = typer.Typer()
T = TypeVar("T")
Epsilon = Annotated[float, typer.Option(help="A cascade stops when no loss grows by more than this in a step.")]
OneCore = Annotated[bool, typer.Option("--one-core", help="On one core only.")]
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]


@verbs.command("esri")
def esri(
    links: Annotated[
        Path, typer.Option(help="CSV: supplier, customer, weight [, product, essential].", dir_okay=False)
    ],
    out: Annotated[Path, typer.Option(help="Where the figures go (CSV), the greatest first.", dir_okay=False)],
    firms: Annotated[Path | None, typer.Option(help="CSV: firm, sector, revenue [, costs].", dir_okay=False)] = None,
    essential: Annotated[
        Path | None, typer.Option(help="CSV: supplier_sector, customer_sector, essential (0, 1, 2).", dir_okay=False)
    ] = None,
    epsilon: Epsilon = 1e-3,
    revenue: Annotated[
        str, typer.Option(help="'revenue' (needed, true) or 'strength' (sales in the network stand in for it).")
    ] = "revenue",
    default: Annotated[
        int, typer.Option("--default-essential", help="Of sector pairs that are not told.", min=0, max=2)
    ] = 1,
    inferred: Annotated[bool, typer.Option("--inferred", help="The links were inferred; the figures say so.")] = False,
    replaceability: Annotated[
        str,
        typer.Option(help="'sector': by share of the sector; 'none': nobody stands in (GLcascade's default)."),
    ] = "sector",
    weights: Annotated[
        str,
        typer.Option(help="Of firms in the index: 'revenue', or 'strength' as GLcascade does by default."),
    ] = "revenue",
    one_core: OneCore = False,
    json: Annotated[Path | None, typer.Option(help="Write a summary here.", dir_okay=False)] = None,
    english: English = False,
) -> None:
    """What the whole economy loses if a firm closes, for every firm (docs/reference/risk.md). Ctrl-C keeps what is
    finished; the same command goes on from there."""
    from yanlian.engine.chain.risk.tables import Files, read_economy

    if revenue not in ("revenue", "strength"):
        raise typer.BadParameter("revenue | strength", param_hint="--revenue")
    if replaceability not in ("sector", "none"):
        raise typer.BadParameter("sector | none", param_hint="--replaceability")
    if weights not in ("revenue", "strength"):
        raise typer.BadParameter("revenue | strength", param_hint="--weights")
    _refuse_unwritable(out)
    basis: Basis = "strength" if revenue == "strength" else "revenue"
    economy = read_economy(Files(links, firms, essential, basis, default, inferred))
    told = economy_told(economy, replaceable=replaceability == "sector", by_strength=weights == "strength")
    found = _computed(told, epsilon, out, threads=1 if one_core else 0, english=english)
    named = "strength" if weights == "strength" else economy.basis
    write_whole(out, _rows(economy, found, named))
    _tell(economy, found, out, english=english)
    if json is not None:
        write_whole(json, jsons.dumps(_summary(economy, found, named, replaceability), indent=1) + "\n")


def economy_told(economy: Economy, *, replaceable: bool, by_strength: bool) -> Economy:
    """The economy under other published conventions. Not `replaceable`: σ = 1 for everybody, as if each firm were a
    market of its own (GLcascade without p_market). `by_strength`: firms weigh in the index by what they sell in the
    network (GLcascade without h_weights), also where revenue is known; the shares of sales stay those of revenue."""
    if not replaceable:
        alone = np.arange(len(economy.firms), dtype=np.int32)
        economy = replace(economy, sector=alone, sectors=economy.firms)
    return replace(economy, revenue=economy.strength) if by_strength else economy


def _refuse_unwritable(out: Path) -> None:
    """Before the long computation, not after it."""
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise Refused("output_written", file=str(out), why=os.strerror(2 if not out.parent.is_dir() else 13))


def _computed(economy: Economy, epsilon: float, out: Path, *, threads: int, english: bool) -> Indices:
    """All firms; goes on from a stopped run, and stops softly on Ctrl-C."""
    from yanlian.engine.chain.risk.index import Options, esri_of_firms
    from yanlian.engine.chain.risk.kept import mark_of, read_kept, write_kept

    part, mark = out.with_name(out.name + ".part.npz"), mark_of(economy)
    before = read_kept(part, mark, epsilon)
    written = time.monotonic()

    def keep(now: Indices) -> None:
        nonlocal written
        if time.monotonic() - written > 30:
            write_kept(part, mark, now)
            written = time.monotonic()

    with progress_bar("ESRI") as step, _Soft() as soft:
        found = esri_of_firms(economy, epsilon, Options(threads, step, before, lambda: soft.asked, keep))
    if found.done < len(economy.firms):
        write_kept(part, mark, found)
        text = (
            f"Stopped: {found.done:,} of {len(economy.firms):,} firms are kept in {part}; the same command goes on."
            if english
            else f"已停止：完成 {found.done:,} / {len(economy.firms):,} 家，存于 {part}；再运行同一命令可接着算。"
        )
        stop(text, 130)
    part.unlink(missing_ok=True)
    return found


class _Soft:
    """While it is open, the first Ctrl-C is only noted, the second breaks."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _Soft:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


_COLUMNS = (
    "rank",
    "firm",
    "sector",
    "revenue",
    "esri",
    "esri_down",
    "esri_up",
    "steps",
    "epsilon",
    "weights",
    "inferred",
)


def _rows(economy: Economy, found: Indices, weights: str) -> str:
    """The table of figures as text."""
    order = np.argsort(-found.esri, kind="stable")
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.searchsorted(-found.esri[order], -found.esri[order], side="left") + 1
    to = io.StringIO(newline="")
    rows = csv.writer(to, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for at in order.tolist():
        figures = (found.esri[at], found.down[at], found.up[at])
        rows.writerow(
            [
                int(ranks[at]),
                economy.firms[at],
                economy.sectors[economy.sector[at]],
                repr(float(economy.revenue[at])),
                *(repr(float(one)) for one in figures),
                int(found.steps[at]),
                found.epsilon,
                weights,
                int(economy.inferred),
            ]
        )
    return to.getvalue()


def _summary(economy: Economy, found: Indices, weights: str, replaceability: str) -> dict[str, object]:
    """The run in figures."""
    return {
        "firms": len(economy.firms),
        "links": len(economy.supplier),
        "epsilon": found.epsilon,
        "weights": weights,
        "replaceability": replaceability,
        "revenue_raised": economy.raised,
        "firms_without_link": _without_link(economy),
        "firms_without_revenue": int((economy.revenue == 0).sum()),
        "inferred": economy.inferred,
        "greatest_esri": float(found.esri.max()),
        "mean_esri": float(found.esri.mean()),
        "most_steps": int(found.steps.max()),
    }


def _without_link(economy: Economy) -> int:
    ends = np.concatenate([economy.supplier, economy.customer])
    return int((np.bincount(ends, minlength=len(economy.firms)) == 0).sum())


def _tell(economy: Economy, found: Indices, out: Path, *, english: bool) -> None:
    heads = (
        ("firm", "sector", "ESRI", "by inputs", "by sales") if english else ("企业", "行业", "ESRI", "缺料", "缺客户")
    )
    order = np.argsort(-found.esri, kind="stable")[:10].tolist()
    rows = [
        [economy.firms[at], economy.sectors[economy.sector[at]]]
        + [f"{float(one[at]):.6f}" for one in (found.esri, found.down, found.up)]
        for at in order
    ]
    show_table("", [(head, "right" if n > 1 else "left") for n, head in enumerate(heads)], rows)
    for line in _notes(economy, found, english=english):
        console.print(line, soft_wrap=True)
    console.print(f"{'written to' if english else '已写入'} {out}", soft_wrap=True, markup=False)


def _notes(economy: Economy, found: Indices, *, english: bool) -> list[str]:
    """What a reader must know to use the figures."""
    told = [
        f"{len(economy.firms):,} firms, {len(economy.supplier):,} links; ε = {found.epsilon:g}"
        if english
        else f"{len(economy.firms):,} 家企业，{len(economy.supplier):,} 条关系；ε = {found.epsilon:g}"
    ]
    if economy.basis == "strength":
        told.append(
            "Revenue is not known: sales within the network stand in for it, which overstates losses by missing sales."
            if english
            else "营业收入未知：以网内销售额代替，会高估缺少客户造成的损失。"
        )
    if economy.raised:
        told.append(
            f"The revenue of {economy.raised} firms was below their sales to others and was raised to them."
            if english
            else f"{economy.raised} 家企业的营业收入小于对其他企业的销售额，已按后者计。"
        )
    loops = int((economy.supplier == economy.customer).sum())
    if loops:
        told.append(
            f"{loops} links lead from a firm to itself; they count as any other."
            if english
            else f"{loops} 条关系的供应方与采购方相同，按普通关系计。"
        )
    lonely, poor = _without_link(economy), int((economy.revenue == 0).sum())
    if lonely:
        told.append(
            f"{lonely} firms have no link with an amount; their index is their own share of all revenue."
            if english
            else f"{lonely} 家企业没有带金额的供应关系，其指数即自身营业收入占比。"
        )
    if poor:
        told.append(
            f"{poor} firms have neither revenue nor sales in the network: they weigh nothing in the index of others."
            if english
            else f"{poor} 家企业既无营业收入也无网内销售，在他人的指数中不计权重。"
        )
    if economy.inferred:
        told.append("The links are inferred, not observed." if english else "供应关系为推算，并非实际观测。")
    return told


@bench.command("esri")
def bench_esri(
    firms: Annotated[int, typer.Option(help="Firms of the synthetic network.", min=2)] = 91_595,
    links: Annotated[int, typer.Option(help="Links.", min=1)] = 236_000,
    epsilon: Epsilon = 0.01,
    sample: Annotated[int, typer.Option(help="Firms compared with the oracle, at most.", min=1)] = 200,
    seed: Annotated[int, typer.Option(help="Another network.")] = 1,
    one_core: OneCore = False,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.", dir_okay=False)] = None,
    english: English = False,
) -> None:
    """ESRI of all firms of a synthetic scale-free network: seconds, memory, difference from the oracle."""
    from yanlian.engine.chain.risk.index import Options, esri_of_firms
    from yanlian.engine.chain.risk.synthetic import scale_free

    made, making = _timed(lambda: scale_free(firms, links, seed))
    _, compiling = _timed(lambda: esri_of_firms(scale_free(50, 120, seed, 5), epsilon))
    threads = 1 if one_core else 0
    with progress_bar("ESRI") as step:
        found, took = _timed(lambda: esri_of_firms(made, epsilon, Options(threads, step)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    compared, difference = _difference(made, found, epsilon, sample)
    figures = {
        "firms": firms,
        "links": len(made.supplier),
        "epsilon": epsilon,
        "seed": seed,
        "one_core": one_core,
        "cpu_seconds": round(took[1], 3),
        "wall_seconds": round(took[0], 3),
        "peak_memory_mb": round(memory / 1e6, 1),
        "difference_from_oracle": difference,
        "firms_compared": compared,
        "mean_steps": round(float(found.steps.mean()), 3),
        "mean_esri": float(found.esri.mean()),
        "greatest_esri": float(found.esri.max()),
        "cpu_seconds_making_network": round(making[1], 3),
        "cpu_seconds_compiling": round(compiling[1], 3),
    }
    show_table("ESRI", [("", "left"), ("", "right")], [[name, str(value)] for name, value in figures.items()])
    if json is not None:
        json.write_text(jsons.dumps(figures, indent=1), "utf-8")


def _difference(economy: Economy, found: Indices, epsilon: float, sample: int) -> tuple[int, float]:
    """The greatest difference from the oracle: half of the sample are the firms with the greatest index."""
    from yanlian.engine.chain.risk import oracle
    from yanlian.engine.chain.risk.economy import closures

    count = min(sample, len(found.esri))
    top = np.argsort(-found.esri, kind="stable")[: (count + 1) // 2]
    rest = np.setdiff1d(np.arange(len(found.esri)), top)
    drawn = np.random.default_rng(0).permutation(rest)[: count - len(top)]
    chosen = np.concatenate([top, drawn]).astype(np.int32)
    right = oracle.esri(economy, closures(chosen), epsilon)
    return count, float(np.abs(right - found.esri[chosen]).max())


def _timed(work: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What it gives, and wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - wall, time.process_time() - cpu)
