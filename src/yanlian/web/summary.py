"""The result of a run on the terminal: entities, clauses, outcomes by kind, amount, top clauses, time."""

from __future__ import annotations

from decimal import Decimal

from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.run_engines import differences_of
from yanlian.web.cli.output import console, show_table

_WAN = Decimal(1_000_000)  # fen in 万元


def show_run(run: Run, top: int = 8) -> None:
    """Print one run; the clauses that give most come first."""
    console.print(
        f"[bold]测算 run {run.as_of}[/bold]  {run.entities:,} 主体 entities · {run.clauses} 条款 clauses · "
        f"{run.seconds_ms / 1000:.1f} s  (snapshot {run.snapshot_hash[:12]}, packs {run.pack_hash[:12]}, {run.engine})"
    )
    _show_engines(run)
    labels = dict(Outcome.Kind.choices)
    counts = run.by_outcome
    console.print("  ".join(f"{labels[kind]} {kind} {counts[kind]:,}" for kind in labels if kind in counts))
    console.print(f"应兑付 amount due: {Decimal(run.amount_fen) / _WAN:,.2f} 万元")
    titles = {clause.id: clause.source.title for clause in packs_in_use().clauses}
    ranked = sorted(run.by_clause.items(), key=lambda item: (-item[1].get("amount_fen", 0), item[0]))
    rows = [
        [
            clause,
            titles.get(clause, ""),
            f"{counts.get('eligible', 0):,}",
            f"{counts.get('unknown', 0):,}",
            f"{Decimal(counts.get('amount_fen', 0)) / _WAN:,.2f}",
        ]
        for clause, counts in ranked[:top]
    ]
    columns = [("条款 clause", "left"), ("名称 title", "left"), ("符合 eligible", "right"), ("待补 unknown", "right")]
    show_table("", [*columns, ("金额(万元) amount", "right")], rows)


def _show_engines(run: Run) -> None:
    """How many dossiers the interpreter judged, and what came of judging a sample again."""
    judged = run.report.get("interpreted", 0)
    if run.report:
        console.print(f"交解释引擎判定的档案 dossiers judged by the interpreter: {judged:,}", soft_wrap=True)
    if not run.agreement:
        return
    told = run.agreement
    console.print(
        f"抽样复算 judged again: {told['dossiers']:,} 份档案 dossiers · {told['outcomes']:,} 项结果 outcomes · "
        f"{told['differences']:,} 处不一致 differences",
        soft_wrap=True,
    )
    for one in differences_of(run):
        place = " ".join(part for part in (one.code, one.clause, one.matter) if part)
        said = f"本次 run {one.stored} · 解释引擎 interpreter {one.judged}"
        console.print(f"  {place}  {one.what}: {said}", soft_wrap=True, markup=False)
    if run.differences:
        warning = "核对不一致，本次测算不能使用。 The engines differ: this run cannot be used."
        console.print(warning, style="bold red", soft_wrap=True)
