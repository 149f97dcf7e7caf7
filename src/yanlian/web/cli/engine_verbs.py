"""Verbs that need no database: checking and testing policy packs, and packs as DMN models and back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Language, Refused
from yanlian.engine.policy import CaseResult, PackFaults, PackSet, check_pack, load_packs, run_cases, with_required
from yanlian.web.cli.output import console, progress_bar, stop

pack = typer.Typer(no_args_is_help=True, help="Check and test policy packs; DMN models and back.")
table = typer.Typer(no_args_is_help=True, help="A pack's decision tables as worksheets and back.")
pack.add_typer(table, name="table")
Folders = Annotated[list[Path], typer.Argument(help="Folders that hold a pack.yaml.", exists=True, file_okay=False)]
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]


@pack.command("check")
def check(
    folders: Folders,
    compiled: Annotated[
        bool, typer.Option("--compiled", help="Say what becomes machine code, clause by clause.")
    ] = False,
    show: Annotated[str, typer.Option("--show", help="Print the program that this clause becomes.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    hints: Annotated[bool, typer.Option("--hints", help="Also print hints, which need no answer.")] = False,
    snapshot: Annotated[
        Path | None, typer.Option(help="A snapshot's folder: also say which facts no department delivers there.")
    ] = None,
    dossiers: Annotated[
        Path | None, typer.Option(help="Compile for these dossiers; without: for any that are delivered in full.")
    ] = None,
    as_of: Annotated[str, typer.Option(help="What counts as today, 2025-12-31.")] = "",
    drafts: Annotated[bool, typer.Option("--drafts", help="Also compile documents that are still drafts.")] = False,
    english: English = False,
) -> None:
    """Say everything that is wrong with the packs or worth a second look: file, line, clause, reason, what to do.
    Ends with 1 when there is an error."""
    language: Language = "en" if english else "zh"
    day = _day(as_of) or datetime.now().astimezone().date()
    if compiled or show:
        from yanlian.engine.stream.examined import Examination
        from yanlian.web.cli.compiled_report import tell_clause, tell_compiled

        examined = Examination(_loaded(folders, language), day, dossiers, with_drafts=drafts)
        if show:
            tell_clause(examined, show, language, as_json=as_json)
        else:
            tell_compiled(examined, language, as_json=as_json)
        return
    from yanlian.engine.policy.lint import delivered_in, review_folders
    from yanlian.web.cli.check_report import counted, tell_findings, tell_json

    try:
        delivered = delivered_in(snapshot) if snapshot is not None else None
    except Refused as refused:
        stop(refused.text(language))
        return
    checked = list(review_folders(folders, day, delivered).items())
    if as_json:
        tell_json(checked)
    else:
        for folder, found in checked:
            tell_findings(folder, found, language, hints=hints)
    if any(counted(found)["errors"] for _, found in checked):
        raise typer.Exit(1)


@pack.command("delivery")
def delivery(
    folders: Folders,
    as_of: Annotated[str, typer.Option(help="What counts as today, 2025-12-31.")] = "",
    snapshot: Annotated[Path | None, typer.Option(help="A snapshot's folder: what departments deliver there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    english: English = False,
) -> None:
    """Say of each clause whether it may go out without application (免申即享), and where not, why."""
    from yanlian.engine.policy.lint import delivered_in
    from yanlian.web.cli.delivery_report import assessed, tell_delivery, tell_delivery_json

    language: Language = "en" if english else "zh"
    day = _day(as_of) or datetime.now().astimezone().date()
    try:
        delivered = delivered_in(snapshot) if snapshot is not None else None
    except Refused as refused:
        stop(refused.text(language))
        return
    found = assessed(_loaded(folders, language), {_id_of(folder) for folder in folders}, day, delivered)
    if as_json:
        tell_delivery_json(found)
    else:
        tell_delivery(found, language)


@pack.command("test")
def run_tests(folders: Folders, english: English = False) -> None:
    """Run the worked cases of the packs. Ends with 1 when one fails."""
    language: Language = "en" if english else "zh"
    packs = _loaded(folders, language)
    results: list[CaseResult] = []
    for folder in folders:
        results += run_cases(packs, pack_id=_id_of(folder))
    for result in results:
        if not result.passed:
            console.print(result.text(language), soft_wrap=True, markup=False)
    failed = sum(not result.passed for result in results)
    console.print(f"{len(results) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


@pack.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Folder that holds a pack.yaml.", exists=True, file_okay=False)],
    dmn: Annotated[Path, typer.Option("--dmn", help="Folder for one .dmn file a document; with --clause, the file.")],
    clause: Annotated[str, typer.Option(help="Only this clause (or document), by its id.")] = "",
    as_of: Annotated[str, typer.Option(help="Fix the as-of date, 2025-12-31; without it the date is an input.")] = "",
    english: English = False,
) -> None:
    """Write a pack as DMN 1.5 models that other engines can run and modellers can draw; say what they do not hold."""
    from yanlian.engine.policy.dmn import export_files

    language: Language = "en" if english else "zh"
    packs = _loaded([folder], language)
    day = _day(as_of)
    try:
        if clause:
            file = dmn if dmn.suffix == export_files.SUFFIX else dmn / f"{clause}{export_files.SUFFIX}"
            written = [export_files.export_one(packs, clause, file, day)]
        else:
            with progress_bar("DMN") as step:
                written = list(export_files.export_documents(packs, _id_of(folder), dmn, day, step))
    except Refused as refused:
        stop(refused.text(language))
        return
    except OSError as error:
        stop(f"{dmn}: {error.strerror}")
        return
    for one in written:
        console.print(f"{one.file}: {one.clauses} clauses", soft_wrap=True, markup=False)
        for note in one.notes:
            console.print(f"  · {note.text(language)}", soft_wrap=True, markup=False)
    console.print(f"{len(written)} files, {sum(one.clauses for one in written)} clauses")


@pack.command("import")
def import_models(
    models: Annotated[list[Path], typer.Argument(help="DMN models.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="Folder of the pack; several models of one pack may go into one.")],
    english: English = False,
) -> None:
    """Make a pack from DMN models: our own exports as they were, others as a pack with 待填 where you must say."""
    from yanlian.engine.policy.dmn.import_model import import_file

    language: Language = "en" if english else "zh"
    try:
        with progress_bar("DMN") as step:
            for number, model in enumerate(models, 1):
                imported = import_file(model, out)
                for note in imported.notes:
                    console.print(f"· {note.text(language)}", soft_wrap=True, markup=False)
                step(number, len(models))
    except Refused as refused:
        stop(refused.text(language))
        return
    except OSError as error:
        stop(f"{out}: {error.strerror}")
        return
    faults = check_pack(out)
    for fault in faults:
        console.print(fault.line_text(language), soft_wrap=True, markup=False)
    errors = sum(fault.severity == "error" for fault in faults)
    console.print(f"{out}: {len(models)} models, {errors} errors, {len(faults) - errors} warnings")


@table.command("export")
def export_table(
    folder: Annotated[Path, typer.Argument(help="Folder that holds a pack.yaml.", exists=True, file_okay=False)],
    name: Annotated[str, typer.Argument(help="The table's name.")],
    xlsx: Annotated[Path, typer.Option(help="The file to write.")],
    of: Annotated[str, typer.Option(help="Id of the document or clause, when several tables have the name.")] = "",
    english: English = False,
) -> None:
    """Write a decision table as a worksheet: inputs left, outputs right, one rule a row, hit policy in the corner."""
    from yanlian.engine.policy.dmn.table_sheets import sheet_of

    language: Language = "en" if english else "zh"
    packs = _loaded([folder], language)
    try:
        xlsx.write_bytes(sheet_of(packs, _id_of(folder), name, of))
    except Refused as refused:
        stop(refused.text(language))
    except OSError as error:
        stop(f"{xlsx}: {error.strerror}")
    else:
        console.print(str(xlsx), soft_wrap=True, markup=False)


@table.command("import")
def import_table(
    xlsx: Annotated[Path, typer.Argument(help="An XLSX file with a decision table.", exists=True, dir_okay=False)],
    name: Annotated[str, typer.Option(help="The table's name in the pack; otherwise that of the file.")] = "",
    sheet: Annotated[str | None, typer.Option(help="Which sheet, when several have cells.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the YAML here instead of printing it.")] = None,
    english: English = False,
) -> None:
    """Print the YAML of the decision table on a worksheet, to stand in a pack; every cell that is unclear is named."""
    from yanlian.engine.policy.dmn.table_sheets import yaml_of_sheet

    try:
        text = yaml_of_sheet(xlsx.read_bytes(), str(xlsx), name or xlsx.stem, sheet)
        if out is not None:
            out.write_text(text, encoding="utf-8")
    except Refused as refused:
        stop(refused.text("en" if english else "zh"))
    except OSError as error:
        stop(f"{out or xlsx}: {error.strerror}")
    else:
        console.print(text if out is None else str(out), soft_wrap=True, markup=False)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(f"--as-of: {text}: 2025-12-31")
        return None


def _loaded(folders: list[Path], language: Language) -> PackSet:
    """The packs with those they require; ends with 1 when they have faults."""
    try:
        return load_packs(with_required(folders))
    except PackFaults as faults:
        for fault in faults.faults:
            console.print(fault.line_text(language), soft_wrap=True, markup=False)
        stop("先改正以上错误。 Mend these first.", 1)
        raise


def _id_of(folder: Path) -> str:
    import yaml

    data = yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8"))
    return str(data["pack"]["id"])
