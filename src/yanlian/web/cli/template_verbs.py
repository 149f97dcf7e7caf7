"""Verbs about chain templates; no database is needed: `chain check | list | convert`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Language, Refused
from yanlian.engine.chain.template.finding import ChainFaults, Finding
from yanlian.engine.chain.template.model import POSITIONS, Chain, Confidence
from yanlian.engine.chain.template.read import chain_files, clashes, read_file
from yanlian.web.cli.output import console, show_table

verbs = typer.Typer()
Paths = Annotated[
    list[Path] | None, typer.Argument(help="Chain files (YAML) or folders of them; without: chains.", exists=True)
]
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@verbs.command("check")
def check(
    paths: Paths = None,
    as_of: Annotated[str, typer.Option("--as-of", help="What counts as today, 2025-12-31.")] = "",
    hints: Annotated[bool, typer.Option("--hints", help="Also print hints, which need no answer.")] = False,
    as_json: Json = False,
    english: English = False,
) -> None:
    """Say everything that is wrong with chain templates or worth a second look: file, line, segment or edge, reason,
    what to do. Ends with 1 when there is an error."""
    day = date.fromisoformat(as_of) if as_of else datetime.now().astimezone().date()
    found = reviewed(files_of(paths), day)
    if as_json:
        files = [{"file": str(file), **_counts(those), "confidence": {} if made is None else confidences(made),
                  "findings": [_data(one) for one in those]}
                 for file, (made, those) in found.items()]  # fmt: skip
        console.print_json(json.dumps({"files": files}, ensure_ascii=False), highlight=False)
    else:
        for file, (made, those) in found.items():
            _tell(file, made, those, "en" if english else "zh", hints=hints)
    if any(one.severity == "error" for _, those in found.values() for one in those):
        raise typer.Exit(1)


def files_of(paths: Iterable[Path] | None) -> list[Path]:
    """The chain files that are meant: the given ones, and those of the given folders."""
    given = list(paths or [Path("chains")])
    if missing := [path for path in given if not path.exists()]:
        raise Refused("chain_none", found=str(missing[0]))
    found = [file for path in given for file in (chain_files(path) if path.is_dir() else [path])]
    if not found:
        raise Refused("chain_none", found="、".join(str(path) for path in given))
    return found


def reviewed(files: Sequence[Path], day: date) -> dict[Path, tuple[Chain | None, list[Finding]]]:
    """Of each file its chain, as far as it can be read, and all that is found; the review needs a file without
    faults."""
    from yanlian.engine.chain.template.check import check_chain

    found: dict[Path, tuple[Chain | None, list[Finding]]] = {}
    before: list[Chain] = []
    for file in files:
        made, those = read_file(file)
        if made is not None:
            those += clashes(made, before)
            before.append(made)
            if not those:
                those = list(check_chain(made, day))
        found[file] = made, those
    return found


def _counts(found: Sequence[Finding]) -> dict[str, int]:
    counted = Counter("accepted" if one.accepted else f"{one.severity}s" for one in found)
    return {key: counted[key] for key in ("errors", "warnings", "hints", "accepted")}


def _data(one: Finding) -> dict[str, object]:
    place = {"file": one.file, "line": one.line, "at": one.at}
    told = {"zh": one.text("zh"), "en": one.text("en"), "accepted": one.accepted}
    return {"code": one.code, "severity": one.severity, **place, **told}


def _tell(file: Path, made: Chain | None, found: Sequence[Finding], language: Language, *, hints: bool) -> None:
    for one in found:
        if one.severity != "hint" or hints:
            console.print(one.line_text(language), soft_wrap=True, markup=False)
    counts = _counts(found)
    size = (0, 0) if made is None else (len(made.segments), len(made.edges))
    if language == "en":
        told = "{}: {} segments, {} edges; {errors} errors, {warnings} warnings, {hints} hints, {accepted} accepted"
    else:
        told = "{}：环节{}个，边{}条；错误{errors}，提醒{warnings}，提示{hints}，已说明{accepted}"
    more = " (--hints)" if counts["hints"] and not hints else ""
    console.print(told.format(file, *size, **counts) + more, soft_wrap=True, markup=False)
    if made is not None and made.edges and not counts["errors"]:
        grades = ", ".join(f"{grade} {count}" for grade, count in confidences(made).items())
        said = f"  confidence: {grades}" if language == "en" else f"  边的可信度：{grades.replace(', ', '，')}"
        console.print(said, soft_wrap=True, markup=False)


def confidences(made: Chain) -> dict[Confidence, int]:
    """How many edges of a chain have which confidence, the surest first; grades that no edge has are left out."""
    counted = Counter(one.confidence for one in made.edges)
    return {grade: counted[grade] for grade in sorted(counted)}


@verbs.command("convert")
def convert(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A chain in any format, or a folder of CSV files.")],
    target: Annotated[
        Path, typer.Argument(metavar="TO", help="Where to: .yaml .json .xlsx .graphml .zip; no ending: a CSV folder.")
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Write over what is there.")] = False,
    english: English = False,
) -> None:
    """A chain in another format: YAML, JSON, CSV (folder or zip), XLSX, GraphML. Nothing is lost: what is written is
    read back and must say the same. Ends with 1 when the chain has faults."""
    from yanlian.engine.chain.template.exchange.convert import load, save

    try:
        made = load(source)
    except ChainFaults as faults:
        for one in faults.findings:
            console.print(one.line_text("en" if english else "zh"), soft_wrap=True, markup=False)
        raise typer.Exit(1) from None
    save(made, target, replace=replace)
    told = "{} → {}: {} segments, {} edges" if english else "{} → {}：环节{}个，边{}条"
    console.print(told.format(source, target, len(made.segments), len(made.edges)), soft_wrap=True, markup=False)


@verbs.command("list")
def listed(paths: Paths = None, as_json: Json = False, english: English = False) -> None:
    """The chains of a folder: how many segments upstream, midstream and downstream, edges, products, sources."""
    rows: list[dict[str, object]] = []
    for file in files_of(paths):
        made, found = read_file(file)
        if made is None or found:
            raise Refused("chain_faulty", found=str(file), faults=len(found))
        rows.append(_row(file, made))
    if as_json:
        console.print_json(json.dumps({"chains": rows}, ensure_ascii=False), highlight=False)
        return
    zh = ("链", "名称", "上游", "中游", "下游", "边", "产品", "来源", "日期", "文件")
    en = ("chain", "title", "upstream", "midstream", "downstream", "edges", "products", "sources", "stated", "file")
    keys = ("id", "title_en" if english else "title", *POSITIONS, "edges", "products", "sources", "stated", "file")
    sides = ["right" if 2 <= n <= 7 else "left" for n in range(len(keys))]
    table = [[str(row[key]) for key in keys] for row in rows]
    show_table("", list(zip(en if english else zh, sides, strict=True)), table)


def _row(file: Path, made: Chain) -> dict[str, object]:
    places = Counter(one.position for one in made.segments)
    return {
        "id": made.id,
        "title": made.title,
        "title_en": made.title_en,
        **{position: places[position] for position in POSITIONS},
        "edges": len(made.edges),
        "products": sum(len(one.products) for one in made.segments),
        "sources": len(made.sources),
        "stated": made.stated.isoformat(),
        "file": str(file),
    }
