"""`yanlian tck`: test cases in the format of the public DMN compatibility kit, run; with `--lifted` their expressions
compiled, and the kernel compared with the interpreter. No database."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.kit import Kit, Suite, Verdict, read_suite
from yanlian.engine.feel.dmn.model import Model
from yanlian.engine.feel.dmn.read import read_model
from yanlian.web.cli.output import console, errors, progress_bar
from yanlian.web.cli.rule_verbs import CLOCK

verbs = typer.Typer()


@verbs.command("tck")
def tck(
    folder: Annotated[Path, typer.Argument(help="The kit, or any folder with models and test files.", exists=True)],
    table: Annotated[Path | None, typer.Option("--csv", help="Write one row a case to this file.")] = None,
    only: Annotated[str | None, typer.Option("--folder", help="Only folders with this in their name.")] = None,
    lifted: Annotated[bool, typer.Option("--lifted", help="Constants as columns: kernel against interpreter.")] = False,
    report: Annotated[Path | None, typer.Option("--json", help="With --lifted: write the report to this file.")] = None,
) -> None:
    """Run test cases in the format of the public DMN compatibility kit. Ends with 1 when one fails, or, with --lifted,
    when kernel and interpreter differ."""
    if lifted:
        if table is not None:
            raise typer.BadParameter("--csv goes without --lifted", param_hint="--csv")
        _lifted(folder, only, report)
        return
    if report is not None:
        raise typer.BadParameter("--json goes with --lifted", param_hint="--json")
    _run(folder, only, table)


def _run(folder: Path, only: str | None, table: Path | None) -> None:
    rows: list[tuple[str, str, str, Verdict]] = []
    for place in _kit_folders(folder, only):
        found = list(_run_folder(place))
        rows += [(_level(place), place.name, file, verdict) for file, verdict in found]
        _tally(f"{_level(place)}/{place.name}", [verdict for _, verdict in found])
        for file, verdict in found:
            if not verdict.passed:
                console.print(
                    f"    {file} {verdict.case.id}: {' | '.join(verdict.details)}", soft_wrap=True, markup=False
                )
    if table is not None:
        _write_csv(table, rows)
    console.print()
    for level in sorted({row[0] for row in rows}):
        _tally(level, [row[3] for row in rows if row[0] == level])
    passed = sum(row[3].passed for row in rows)
    console.print(f"{passed} passed, {len(rows) - passed} failed")
    if passed < len(rows) or not rows:
        raise typer.Exit(1)


def _kit_folders(folder: Path, only: str | None) -> list[Path]:
    """The folders that hold test files, in order."""
    found = sorted({file.parent for file in folder.rglob("*.xml")})
    return [place for place in found if only is None or only in place.name]


def _level(place: Path) -> str:
    return next((part for part in reversed(place.parts) if part.startswith("compliance-level-")), place.parent.name)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What a folder holds: its models with what they share, and its test files. What cannot be read is told."""

    kit: Kit
    suites: tuple[tuple[str, Suite], ...]


def _load(place: Path, prefix: str = "") -> _Loaded:
    models: dict[str, Model] = {}
    for file in sorted(place.glob("*.dmn")):
        try:
            models[file.name] = read_model(file.read_bytes(), f"{prefix}{file.name}")
        except Refused as refused:
            errors.print(str(refused), soft_wrap=True, markup=False)
    suites: list[tuple[str, Suite]] = []
    for file in sorted(place.glob("*.xml")):
        try:
            suite = read_suite(file.read_bytes(), f"{prefix}{file.name}")
        except Refused as refused:
            errors.print(str(refused), soft_wrap=True, markup=False)
            continue
        if not suite.model and len(models) == 1:
            suite = Suite(next(iter(models)), suite.cases, suite.where)
        suites.append((file.name, suite))
    return _Loaded(Kit(models, CLOCK), tuple(suites))


def _run_folder(place: Path) -> Iterator[tuple[str, Verdict]]:
    """All test files of a folder."""
    loaded = _load(place)
    for name, suite in loaded.suites:
        for verdict in loaded.kit.run(suite):
            yield name, verdict


def _tally(name: str, verdicts: list[Verdict]) -> None:
    counts = Counter((one.case.wants_value, one.passed) for one in verdicts)
    with_value = counts[True, True] + counts[True, False]
    nulls = counts[False, True] + counts[False, False]
    failed = counts[True, False] + counts[False, False]
    console.print(
        f"{name}: {len(verdicts) - failed} passed, {failed} failed"
        f" (with a value {counts[True, True]}/{with_value}, null {counts[False, True]}/{nulls})",
        soft_wrap=True,
        markup=False,
    )


def _write_csv(path: Path, rows: list[tuple[str, str, str, Verdict]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["level", "folder", "file", "case", "expects", "result", "detail"])
        for level, folder, name, verdict in rows:
            expects = "value" if verdict.case.wants_value else "null"
            result = "SUCCESS" if verdict.passed else "ERROR"
            writer.writerow([level, folder, name, verdict.case.id, expects, result, " | ".join(verdict.details)])


# The kernel against the interpreter


def _lifted(folder: Path, only: str | None, report: Path | None) -> None:
    # The rooms of packs and of the compiler are loaded for this alone.
    from yanlian.engine.policy.lifted import Gathered, report_on

    gathered = Gathered()
    for place in _kit_folders(folder, only):
        loaded = _load(place, f"{place.relative_to(folder).as_posix()}/")
        gathered.add(loaded.kit, [suite for _, suite in loaded.suites])
    with progress_bar("tck") as step:
        found = report_on(gathered.sites, gathered.asked, step)
    for line in found.lines():
        console.print(line, soft_wrap=True, markup=False)
    if report is not None:
        report.write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if found.differences or not gathered.asked:
        raise typer.Exit(1)
