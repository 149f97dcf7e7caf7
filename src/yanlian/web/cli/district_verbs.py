"""Verbs of a district at work: import, snapshot, run, explain, users, and Django's own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer
from django.conf import settings
from django.core.management import call_command, execute_from_command_line

from yanlian.apps.delivery.budgets import promised
from yanlian.apps.policies.actions import check_run, preview_policies, run_policies
from yanlian.apps.policies.agreeing import require_usable
from yanlian.apps.policies.explaining import explain_outcome
from yanlian.apps.policies.models import Run
from yanlian.apps.policies.nearing import near_outcome
from yanlian.apps.registry.imports import Covered, import_file
from yanlian.apps.registry.models import Snapshot
from yanlian.apps.registry.snapshots import build_snapshot, snapshot_known_at
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import open_snapshot
from yanlian.engine.policy import render_text
from yanlian.engine.stream import Progress
from yanlian.ui.numbers import SHANGHAI
from yanlian.web.cli.near_verbs import print_near, run_of_day
from yanlian.web.cli.output import console, progress_bar
from yanlian.web.summary import show_run

verbs = typer.Typer()
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help="As known at that moment (Shanghai time; a day means its end).",
    ),
]
AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day of the rules.")]


@verbs.command("migrate")
def migrate() -> None:
    """Bring the database to this version."""
    call_command("migrate", verbosity=0)


@verbs.command("manage", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Django's own commands: yanlian manage createsuperuser."""
    execute_from_command_line(["yanlian manage", *context.args])


@verbs.command("import")
def import_one(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    department: Annotated[str, typer.Option(help="Who delivers it: market, tax, stat …")],
    dataset: Annotated[str, typer.Option(help="Kind of record: tax_year, science_title …")],
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    complete: Annotated[bool, typer.Option(help="The file is complete for --from … --to.")] = False,
) -> None:
    """Take in one department file. Good rows are stored, bad rows are answered with row, column and reason."""
    covered = Covered(start.date() if start else None, end.date(), complete) if end else None
    with progress_bar(file.name) as step:
        result = import_file(
            file,
            department,
            dataset,
            recorded_at=datetime.now(UTC),
            covered=covered,
            progress=lambda rows, part: step(rows, round(rows / part) if part else 0),
        )
    batch = result.batch
    if result.already_imported:
        console.print("该文件已导入过，未增加任何记录。 This file was taken in before; nothing was added.")
    console.print(
        f"{file.name}: {batch.rows_stored:,} 条入库 stored · {batch.rows_corrected:,} 条更正 corrected · "
        f"{batch.rows_unchanged:,} 条未变 unchanged · {batch.rows_refused:,} 条退回 refused"
    )
    for fault in batch.faults.filter(warning=False)[:20]:
        sentence = Refused(fault.code, **fault.data).text("zh")
        console.print(
            f"  {fault.sheet or '-'} 第{fault.row}行 {fault.column}: {sentence}", soft_wrap=True, markup=False
        )


@verbs.command("snapshot")
def snapshot(known_at: KnownAt = None) -> None:
    """Freeze all dossiers as known now, or as they were known at a past moment."""
    with progress_bar("snapshot 快照") as step:
        info = build_snapshot(moment_of(known_at), settings.DATA / "snapshots", progress=step)
    console.print(f"{info.hash}  {info.rows:,} dossiers  {info.path}")


@verbs.command("run")
def run(
    as_of: AsOf,
    snapshot_hash: Annotated[
        str, typer.Option("--snapshot", help="Start of a snapshot's hash; default the newest.")
    ] = "",
    workers: Annotated[int, typer.Option(help="How many work at a time; default one a core.")] = 0,
    engine: Annotated[str, typer.Option(help="kernel or interpreter; default that of YANLIAN_ENGINE.")] = "",
    with_drafts: Annotated[bool, typer.Option("--with-drafts", help="Show totals with drafts; keep nothing.")] = False,
    known_at: KnownAt = None,
    check: Annotated[bool, typer.Option("--check", help="Compare a run that is there with the interpreter.")] = False,
) -> None:
    """Evaluate every dossier of a snapshot under the packs in force that day, into Parquet and the database.

    With --known-at: what would have come out with the records and the rules known at that moment.

    A sample is judged again by the interpreter. When it says anything else, the run cannot be used; ends with 2 then.
    """
    moment = moment_of(known_at) if known_at is not None else None
    if moment is not None and snapshot_hash:
        raise Refused("run_moment_twice")
    with progress_bar(f"run {as_of:%Y-%m-%d}") as step:
        if moment is None:
            record = Snapshot.objects.filter(hash__startswith=snapshot_hash).first()
        else:
            record = snapshot_known_at(moment, settings.DATA / "snapshots", step)
        if record is None:
            raise Refused("snapshot_missing", folder=snapshot_hash or "snapshots", missing="snapshot")

        def tell(progress: Progress) -> None:
            step(progress.done, progress.total)

        snapshot = open_snapshot(settings.DATA / record.folder)
        if with_drafts:
            made = preview_policies(snapshot, as_of.date(), engine=engine, progress=tell)
        else:
            made, fresh = run_policies(
                snapshot,
                as_of.date(),
                engine=engine,
                workers=workers or None,
                progress=tell,
                promised=promised,
                known_at=moment,
            )
            if check and not fresh:
                made = check_run(made.pk, None)
    if with_drafts:
        console.print("含征求意见稿的预览，不保存。 A preview with drafts; nothing is kept.")
    show_run(made)
    if made.state == Run.State.DIFFERS:
        require_usable(made)


def moment_of(known_at: datetime | None) -> datetime:
    """The moment that is meant: now, or the given one in Shanghai; a day without an hour means its end, or now while
    it lasts."""
    now = datetime.now(UTC)
    if known_at is None:
        return now
    local = known_at.replace(tzinfo=SHANGHAI)
    if known_at.time() == time.min:
        end = local + timedelta(days=1) - timedelta(microseconds=1)
        return now if local <= now < end else end
    return local


@verbs.command("explain")
def explain(
    entity: Annotated[str, typer.Argument(help="Code of the entity (USCC).")],
    clause: Annotated[str, typer.Argument(help="Id of the clause.")],
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"])] = None,
    matter: Annotated[str | None, typer.Option(help="Which event, when there are several.")] = None,
    language: Annotated[str, typer.Option("--language", "-l", help="zh or en")] = "zh",
) -> None:
    """Why this outcome: every condition with its fact, source and date, every parameter with its article."""
    latest = run_of_day(as_of)
    chosen: Literal["zh", "en"] = "en" if language == "en" else "zh"
    explanation = explain_outcome(latest, entity, clause, matter)
    console.print(render_text(explanation, chosen), soft_wrap=True, markup=False)
    if explanation.outcome.kind not in {"eligible", "manual"}:
        print_near(near_outcome(latest, entity, clause, explanation.outcome.matter), chosen)


@verbs.command("serve")
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8000,
    threads: Annotated[int, typer.Option()] = 8,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    from waitress import serve as wait

    # Static files are found in the packages; whitenoise warns about a folder for collected ones that is not there.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    from yanlian.web.wsgi import application

    console.print(f"http://{host}:{port}  (Ctrl-C 停止 / to stop)")
    sys.stdout.flush()
    wait(application, host=host, port=port, threads=threads, ident="yanlian")
