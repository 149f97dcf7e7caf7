"""Verbs of near misses: what is missing for one benefit, and who nearly qualifies for a clause."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.nearing import MOST_OF_CLAUSE, PART, near_outcome, nearly
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import load_schema
from yanlian.engine.policy.near import NearMiss, render_near, sentences
from yanlian.engine.policy.near.near_text import kind_word
from yanlian.web.cli.output import console, progress_bar

verbs = typer.Typer()
Spoken = Literal["zh", "en"]
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The run as of this day.")]
Language = Annotated[str, typer.Option("--language", "-l", help="zh or en")]


@verbs.command("near-miss")
def near(
    entity: Annotated[str, typer.Argument(help="Code of the entity (USCC).")],
    clause: Annotated[str, typer.Argument(help="Id of the clause.")],
    as_of: AsOf = None,
    matter: Annotated[str | None, typer.Option(help="Which event, when there are several.")] = None,
    language: Language = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="Print the data as JSON.")] = False,
) -> None:
    """What is missing for a benefit: the smallest changes that make it eligible, each one tried."""
    miss = near_outcome(run_of_day(as_of), entity, clause, matter)
    if as_json:
        console.print(json.dumps(as_data(miss), ensure_ascii=False, indent=2), soft_wrap=True, markup=False)
    else:
        print_near(miss, "en" if language == "en" else "zh")


@verbs.command("nearly")
def nearly_verb(
    clause: Annotated[str, typer.Argument(help="Id of the clause.")],
    as_of: AsOf = None,
    most: Annotated[int, typer.Option(min=1, max=MOST_OF_CLAUSE, help="So many outcomes are tried.")] = 100,
    out: Annotated[Path | None, typer.Option(help="A CSV file instead of the screen.")] = None,
    language: Language = "zh",
) -> None:
    """Who nearly qualifies for a clause: the nearest first, with the smallest change of each."""
    spoken: Spoken = "en" if language == "en" else "zh"
    run = run_of_day(as_of)
    parts = -(-most // PART)
    with progress_bar(f"nearly {clause}") as step:
        for part in range(1, parts + 1):
            found = nearly(run, clause, part)
            step(found.done, found.total)
            if found.done >= found.total:
                break
    rows = [_row(one, miss, spoken) for one, miss in found.found[:most]]
    if out is not None:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([_HEADS, *rows])
        console.print(str(out))
        return
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerows([_HEADS, *rows])


_HEADS = ["entity", "name", "matter", "kind", "changes", "needed", "amount"]


def _row(one: Outcome, miss: NearMiss, spoken: Spoken) -> list[str]:
    best = miss.best
    needed = "；".join(sentences(best, load_schema().departments, spoken)) if best else ""
    amount = f"{best.amount_fen // 100}.{best.amount_fen % 100:02d}" if best else ""
    word = kind_word(best.kind, spoken) if best else miss.kind
    return [one.entity.code, one.entity.name, one.matter, word, str(len(best.changes)) if best else "", needed, amount]


def print_near(miss: NearMiss, spoken: Spoken) -> None:
    """A near miss as lines on the screen."""
    console.print(render_near(miss, load_schema().departments, spoken), soft_wrap=True, markup=False)


def as_data(miss: NearMiss) -> dict[str, object]:
    """A near miss as plain data: the same keys as the API answers."""
    ways = [{key: value for key, value in asdict(way).items() if key != "plan"} for way in miss.ways]
    for way in ways:
        for change in way["changes"]:
            change["day"] = change["day"].isoformat() if change["day"] else None
    return {
        "clause": miss.outcome.clause,
        "matter": miss.outcome.matter,
        "outcome": miss.outcome.kind,
        "as_of": miss.as_of.isoformat(),
        "kind": miss.kind,
        "obstacles": [asdict(one) for one in miss.obstacles],
        "ways": ways,
        "searched": miss.searched,
        "cut": miss.cut,
    }


def run_of_day(as_of: datetime | None) -> Run:
    """The latest complete run, or the latest as of a day. Raises `Refused("run_missing")`."""
    runs = Run.objects.filter(state=Run.State.COMPLETE)
    if as_of is not None:
        runs = runs.filter(as_of=as_of.date())
    latest = runs.order_by("-as_of", "-made_at").first()
    if latest is None:
        raise Refused("run_missing", as_of=(as_of.date() if as_of else date.today()))  # noqa: DTZ011
    return latest
