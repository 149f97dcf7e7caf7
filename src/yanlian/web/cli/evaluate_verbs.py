"""Verbs that need no database: `evaluate` (packs over dossiers, into a folder) and `outcomes` (what a run says)."""

from __future__ import annotations

import gc
import os
import signal
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yanlian.base.refusal import Refused
from yanlian.web.cli.output import OUTCOME_WORDS, console, progress_bar, show_table, stop

# The engines are loaded when a verb runs: its help answers at once.
if TYPE_CHECKING:
    from types import FrameType

    from yanlian.engine.stream import Progress, RunReader, RunResult

verbs = typer.Typer()
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]
_SAYS = {
    "done": (
        "{0}：档案 {1:,} 份，结果 {2:,} 条，{3:.1f} 秒",
        "{0}: {1:,} dossiers evaluated, {2:,} outcomes, {3:.1f} s",
    ),
    "resumed": ("（其中 {0:,} 份此前已完成）", " ({0:,} of them finished earlier)"),
    "stopped": (
        "已中断；已完成的部分已保留在“{0}”，再次运行同一命令即从中断处继续。",
        "Interrupted; what was finished is kept in {0}. Run the same command again to go on.",
    ),
    "look": ("查看结果：yanlian outcomes {0}", "To see them: yanlian outcomes {0}"),
    "clause": ("条款", "clause"),
    "amount": ("金额（元）", "amount (yuan)"),
    "total": ("合计", "total"),
    "kind": ("结果", "outcome"),
    "matter": ("事项", "matter"),
    "period": ("期间", "period"),
    "reason": ("原因", "reason"),
    "csv": ("{0}：{1:,} 行", "{0}: {1:,} rows"),
    "compact": ("{0}：结果 {1:,} 条", "{0}: {1:,} outcomes"),
}


@verbs.command("evaluate")
def evaluate(
    packs: Annotated[list[Path], typer.Option(help="Folder of a pack; give it several times.", file_okay=False)],
    dossiers: Annotated[
        str, typer.Option(help="Folder of the dossiers (a snapshot or an overlay); for spark also a URL.")
    ],
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day of the rules.")],
    out: Annotated[str, typer.Option(help="Folder for the run; one that was interrupted is gone on with.")],
    engine: Annotated[str, typer.Option(help="interpreter, kernel or spark.")] = "",
    workers: Annotated[int, typer.Option(help="How many work at a time; 0: one for each core.", min=0)] = 0,
    form: Annotated[str, typer.Option(help="rows: one an outcome; sheet: one an entity.")] = "rows",
    since: Annotated[Path | None, typer.Option(help="A finished run: evaluate only what differs from it.")] = None,
    old_dossiers: Annotated[Path | None, typer.Option(help="Where the dossiers of --since lie now.")] = None,
    master: Annotated[str, typer.Option(help="For spark: the cluster (yarn, k8s://…, spark://…, local[*]).")] = "",
    conf: Annotated[list[str] | None, typer.Option(help="For spark: a setting, KEY=VALUE; several times.")] = None,
    drafts: Annotated[bool, typer.Option("--drafts", help="Also documents that are still drafts.")] = False,
    english: English = False,
) -> None:
    """Evaluate every dossier under the packs in force on a day. No database is needed.

    Ctrl-C leaves a run that the same command goes on with.
    """
    from yanlian.engine.stream.api import evaluate as run
    from yanlian.engine.stream.engines import DEFAULT

    # Loading packs and lowering them make a great many things and throw few away: looking for circles among them as
    # often as Python does by itself takes a tenth of a short run.
    gc.set_threshold(50_000, 10, 10)
    # Told to end by the system is the same as Ctrl-C: leave in order.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with progress_bar("evaluate" if english else "评价") as step:

            def tell(progress: Progress) -> None:
                step(progress.done, progress.total)

            result = run(
                packs,
                dossiers,
                as_of.date(),
                out,
                engine=engine or DEFAULT,
                workers=workers or os.cpu_count() or 1,
                form=form,
                since=since,
                old_dossiers=old_dossiers,
                drafts=drafts,
                progress=tell,
                master=master,
                settings=dict(_setting(one) for one in conf or ()),
            )
    except KeyboardInterrupt:
        stop(_say("stopped", english, out), 130)
        return
    _tell(result, english=english)


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise typer.BadParameter("KEY=VALUE", param_hint="--conf")
    return key, value


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(key: str, english: bool, *facts: object) -> str:
    return _SAYS[key][1 if english else 0].format(*facts)


def _tell(result: RunResult, *, english: bool) -> None:
    text = _say("done", english, result.path, result.dossiers, result.outcomes, result.seconds)
    if result.resumed:
        text += _say("resumed", english, result.resumed)
    console.print(text, soft_wrap=True, markup=False)
    for key, count in result.report.items():
        console.print(f"  {key}: {count:,}", soft_wrap=True, markup=False)
    console.print(_say("look", english, result.path), soft_wrap=True, markup=False)


@verbs.command("outcomes")
def outcomes(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    entity: Annotated[str, typer.Option(help="Show the outcomes of one entity, by its id.")] = "",
    csv: Annotated[Path | None, typer.Option(help="Write all outcomes to this CSV file.")] = None,
    compact: Annotated[Path | None, typer.Option(help="Write an incremental run in full into this folder.")] = None,
    rule: Annotated[str, typer.Option(help="Show who gets what under this budget or quota, by rank.")] = "",
    english: English = False,
) -> None:
    """What a run came to, clause by clause; or one entity's outcomes; or all of them as CSV."""
    from yanlian.engine.stream.api import read_run

    reader = read_run(run)
    if entity:
        _show_entity(reader, entity, english=english)
    if csv is not None:
        _write_csv(reader, csv, english=english)
    if compact is not None:
        _compact(run, compact, english=english)
    if rule:
        from yanlian.web.cli.settlement_report import show_rule

        show_rule(reader, rule, english=english)
    if not entity and csv is None and compact is None and not rule:
        _show_totals(reader, english=english)


def _show_entity(reader: RunReader, entity: str, *, english: bool) -> None:
    import json

    found = reader.entity(entity)
    if not found:
        raise Refused("run_entity_unknown", folder=str(reader.path), found=entity)
    columns = [(_say(key, english), "left") for key in ("clause", "matter", "period", "kind")]
    columns += [(_say("amount", english), "right"), (_say("reason", english), "left")]
    rows = [
        [
            str(one["clause"]),
            str(one["matter"]),
            str(one["period"]),
            OUTCOME_WORDS[str(one["kind"])][1 if english else 0],
            _yuan(one["amount_fen"]),
            json.dumps(one["reason"], ensure_ascii=False) if one["reason"] else "",
        ]
        for one in found
    ]
    show_table(entity, columns, rows)


def _show_totals(reader: RunReader, *, english: bool) -> None:
    from yanlian.engine.stream.summary import totals_by_clause

    totals = totals_by_clause(reader)
    columns = [(_say("clause", english), "left")]
    columns += [(names[1 if english else 0], "right") for names in OUTCOME_WORDS.values()]
    columns += [(_say("amount", english), "right")]
    rows = [
        [one.clause, *(f"{one.kinds.get(kind, 0):,}" for kind in OUTCOME_WORDS), _yuan(one.amount_fen)]
        for one in totals
    ]
    sums = [f"{sum(one.kinds.get(kind, 0) for one in totals):,}" for kind in OUTCOME_WORDS]
    rows.append([_say("total", english), *sums, _yuan(sum(one.amount_fen for one in totals))])
    show_table(str(reader.path), columns, rows)
    from yanlian.web.cli.settlement_report import show_settlement

    show_settlement(reader, english=english)


@verbs.command("settle")
def settle(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    packs: Annotated[list[Path], typer.Option(help="Folder of a pack; give it several times.", file_okay=False)],
    dossiers: Annotated[Path | None, typer.Option(help="Where the dossiers of the run lie now.")] = None,
    english: English = False,
) -> None:
    """Settle the budgets and quotas of a run that was copied here from a cluster; others are settled when they end."""
    from yanlian.engine.stream.api import read_run
    from yanlian.engine.stream.settle import settle_run
    from yanlian.web.cli.settlement_report import show_settlement

    settle_run(run, packs, dossiers=dossiers)
    show_settlement(read_run(run), english=english)


def _yuan(fen: object) -> str:
    assert isinstance(fen, int)
    return f"{fen // 100:,}.{fen % 100:02d}"


def _write_csv(reader: RunReader, file: Path, *, english: bool) -> None:
    from yanlian.engine.stream.summary import write_csv

    try:
        count = write_csv(reader, file)
    except OSError as error:
        raise Refused("run_disk", folder=str(file.parent), found=error.strerror or str(error)) from error
    console.print(_say("csv", english, file, count), soft_wrap=True, markup=False)


def _compact(run: Path, out: Path, *, english: bool) -> None:
    from yanlian.engine.stream.compact import compact

    with progress_bar("compact") as step:
        written = compact(run, out, each=step)
    console.print(_say("compact", english, out, written.manifest.totals["outcomes"]), soft_wrap=True, markup=False)
