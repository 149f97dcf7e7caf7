"""Verbs that need no database: checking and testing policy packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Language
from yanlian.engine.policy import CaseResult, PackFaults, check_pack, load_packs, run_cases
from yanlian.web.cli.output import console, stop

pack = typer.Typer(no_args_is_help=True, help="Check and test policy packs.")
Folders = Annotated[list[Path], typer.Argument(help="Folders that hold a pack.yaml.", exists=True, file_okay=False)]
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]


@pack.command("check")
def check(folders: Folders, english: English = False) -> None:
    """Say everything that is wrong with the packs: file, line, clause. Ends with 1 when there is an error."""
    language: Language = "en" if english else "zh"
    wrong = 0
    for folder in folders:
        faults = check_pack(folder)
        for fault in faults:
            console.print(fault.line_text(language), soft_wrap=True, markup=False)
        errors = sum(fault.severity == "error" for fault in faults)
        wrong += errors
        console.print(f"{folder}: {errors} errors, {len(faults) - errors} warnings")
    if wrong:
        raise typer.Exit(1)


@pack.command("test")
def run_tests(folders: Folders, english: English = False) -> None:
    """Run the worked cases of the packs. Ends with 1 when one fails."""
    language: Language = "en" if english else "zh"
    try:
        packs = load_packs(with_required(folders))
    except PackFaults as faults:
        for fault in faults.faults:
            console.print(fault.line_text(language), soft_wrap=True, markup=False)
        stop("先改正以上错误。 Mend these first.", 1)
        return
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


def with_required(folders: list[Path]) -> list[Path]:
    """The folders plus those of the packs they build on, looked for beside them."""
    import yaml

    found = {_id_of(folder): folder for folder in folders}
    todo = list(folders)
    while todo:
        folder = todo.pop()
        data = yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8"))
        for needed in data["pack"].get("requires") or []:
            if needed not in found and (folder.parent / needed / "pack.yaml").exists():
                found[needed] = folder.parent / needed
                todo.append(found[needed])
    return list(found.values())


def _id_of(folder: Path) -> str:
    import yaml

    data = yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8"))
    return str(data["pack"]["id"])
