"""Verbs of the rule language: evaluate FEEL, run and check DMN models. No database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Language, Refused
from yanlian.engine.feel import FeelWarning, compile_expression, to_feel
from yanlian.engine.feel.dmn.check import check_model
from yanlian.engine.feel.dmn.model import Model
from yanlian.engine.feel.dmn.program import Program, program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.printer_values import as_json, shown
from yanlian.web.cli.model_rows import run_over_rows
from yanlian.web.cli.output import console, errors

verbs = typer.Typer()
dmn = typer.Typer(no_args_is_help=True, help="Run and check DMN models.")
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of FEEL.")]


def _today() -> date:
    return datetime.now().astimezone().date()


def _now() -> datetime:
    return datetime.now().astimezone()


CLOCK = {"today": _today, "now": _now}


@verbs.command("feel")
def feel(
    expression: Annotated[str, typer.Argument(help="A FEEL expression.")],
    context: Annotated[str | None, typer.Option("--context", "-c", help="Variables: a JSON file or JSON text.")] = None,
    units: Annotated[bool, typer.Option(help="Allow 2000万元, 0.5亿元, 30%.")] = False,
    as_json_text: AsJson = False,
    english: English = False,
) -> None:
    """Evaluate one FEEL expression and print its value; why something is null goes to the error stream."""
    variables = _json(context) if context else {}
    compiled = compile_expression(expression, names=tuple(variables), units=units, functions=CLOCK)
    warnings: list[FeelWarning] = []
    value = compiled.evaluate(variables, warnings=warnings)
    console.print(as_json(value) if as_json_text else shown(value), soft_wrap=True, markup=False)
    _tell(warnings, english)


@dmn.command("run")
def run(
    model: Annotated[Path, typer.Argument(help="A .dmn file.", exists=True, dir_okay=False)],
    inputs: Annotated[str, typer.Option("--input", "-i", help="Input data: a JSON file or JSON text.")] = "{}",
    decision: Annotated[list[str] | None, typer.Option("--decision", "-d", help="Which; all if left out.")] = None,
    imported: Annotated[list[Path] | None, typer.Option("--import", help="Imported models; else those beside.")] = None,
    as_json_text: AsJson = False,
    rows: Annotated[Path | None, typer.Option(help="A row an evaluation: .csv, .jsonl, .parquet.", exists=True)] = None,
    out: Annotated[Path | None, typer.Option(help="With --rows: results, .parquet or .csv.")] = None,
    decimals: Annotated[int | None, typer.Option(help="With --rows: numbers with so many places, not text.")] = None,
    workers: Annotated[int, typer.Option(help="With --rows: processes; default one a core.")] = 0,
    english: English = False,
) -> None:
    """Make the decisions of a model, for one input or every row of a table. Ends with 1 when one cannot be made."""
    loaded = load_program(model, imported)
    for fault in loaded.faults:
        errors.print(fault.text("en" if english else "zh"), soft_wrap=True, markup=False)
    if rows is not None:
        if out is None or inputs != "{}" or as_json_text:
            raise typer.BadParameter("--rows goes with --out FILE, without --input and --json", param_hint="--rows")
        others = others_of(model, loaded.graph.main, imported)
        run_over_rows(model, others, rows, out, decision or (), decimals, workers, english=english)
        return
    names = decision or [one.name for one in loaded.graph.main.decisions]
    found = loaded.evaluate(names, _json(inputs))
    if found.unknown_inputs:
        known = ", ".join(one.name for one in loaded.graph.main.inputs)
        raise Refused("dmn_input_unknown", found=", ".join(found.unknown_inputs), expected=known or "-")
    if as_json_text:
        console.print(as_json(dict(found.values)), soft_wrap=True, markup=False)
    else:
        for name, value in found.values.items():
            console.print(f"{name} = {shown(value)}", soft_wrap=True, markup=False)
    _tell(found.warnings, english)
    for problem in found.problems:
        errors.print(problem.text("en" if english else "zh"), soft_wrap=True, markup=False)
    if found.problems:
        raise typer.Exit(1)


@dmn.command("check")
def check(
    model: Annotated[Path, typer.Argument(help="A .dmn file.", exists=True, dir_okay=False)],
    imported: Annotated[list[Path] | None, typer.Option("--import", help="Imported models; else those beside.")] = None,
    english: English = False,
) -> None:
    """Say what is wrong with a model: names, types, unused inputs, gaps and overlaps. Ends with 1 on an error."""
    found = check_model(load_program(model, imported))
    for complaint in found:
        console.print(f"{model.name} {complaint.text('en' if english else 'zh')}", soft_wrap=True, markup=False)
    counts = Counter(complaint.severity for complaint in found)
    console.print(f"{counts['error']} errors, {counts['warning']} warnings, {counts['info']} notes")
    if counts["error"]:
        raise typer.Exit(1)


def load_program(path: Path, imported: list[Path] | None = None) -> Program:
    """A model from a file with those it imports: the given ones, or whatever models lie beside it."""
    main = read_model(path.read_bytes(), path.name)
    return program(main, [read_model(one.read_bytes(), one.name) for one in others_of(path, main, imported)], CLOCK)


def others_of(path: Path, main: Model, imported: list[Path] | None) -> list[Path]:
    """The models that a model may import: the given ones, or those that lie beside it."""
    return imported if imported is not None else _beside(path) if main.imports else []


def _beside(path: Path) -> list[Path]:
    return [one for one in sorted(path.parent.glob("*.dmn")) if one != path]


def _json(text: str) -> Mapping[str, object]:
    """Variables from a file or from text; numbers with all their digits."""
    inline = text.lstrip().startswith("{")
    try:
        content = text if inline else Path(text).read_text(encoding="utf-8")
        found = json.loads(content, parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise Refused("rule_json", found=text[:60], reason=str(error)) from None
    if not isinstance(found, dict):
        raise Refused("rule_json", found=text[:60], reason="{ … }")
    return {str(key): to_feel(value) for key, value in found.items()}


def _tell(warnings: list[FeelWarning] | tuple[FeelWarning, ...], english: bool) -> None:
    language: Language = "en" if english else "zh"
    for warning in dict.fromkeys(w.text(language) for w in warnings):
        errors.print(f"null: {warning}", soft_wrap=True, markup=False)
