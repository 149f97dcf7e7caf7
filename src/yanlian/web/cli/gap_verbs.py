"""What a chain lacks in this district: `chain gaps`, from the database, as a table or JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yanlian.web.cli.output import console, show_table

if TYPE_CHECKING:
    from yanlian.apps.chains.filling import Filling
    from yanlian.engine.chain.segments.gaps import MeasureId

verbs = typer.Typer()


@verbs.command("gaps")
def gaps(
    chain: Annotated[str, typer.Option(help="The id of the chain, such as vr.")],
    area: Annotated[str, typer.Option(help="Code of the reference area; without: the first that has figures.")] = "",
    x: Annotated[str, typer.Option(help="Measure of feasibility: density, inputs_here, customers_here.")] = "density",
    y: Annotated[
        str, typer.Option(help="Measure of value: complexity, gain, unmet_firms, unmet_value, risk_fall.")
    ] = "unmet_firms",
    as_json: Annotated[Path | None, typer.Option("--json", help="Write everything here.", dir_okay=False)] = None,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """What the chain lacks in the district: blank and weak segments with measures, frontier, back-test, candidates."""
    # The other verbs about chains need no database, so it is opened here and not for the whole group.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
    import django

    django.setup()
    from yanlian.apps.chains.filling import ACROSS, UP, filling, measure_of
    from yanlian.apps.chains.in_use import chain_named
    from yanlian.apps.chains.told import filling_data

    found = filling(chain_named(chain), area)
    across, up = measure_of(x, "feasibility", ACROSS), measure_of(y, "value", UP)
    if as_json is not None:
        text = json.dumps(filling_data(found, across, up), ensure_ascii=False, indent=1)
        as_json.write_text(text, encoding="utf-8")
    _tell(found, across, up, english=english)


def _tell(found: Filling, across: MeasureId, up: MeasureId, *, english: bool) -> None:
    from yanlian.engine.chain.segments import GRADES
    from yanlian.engine.chain.segments.gaps import MEASURES

    on = {one.segment for one in found.frontier(across, up).on}
    first = {one.segment: place for place, one in enumerate(found.first(across, up), 1)}
    known = [key for key in MEASURES if any(gap.measures[key] is not None for gap in found.gaps)]
    heads = ["#", "环节", "等级", "前沿", *(MEASURES[key].zh for key in known), "候选"]
    if english:
        heads = ["#", "segment", "grade", "frontier", *(MEASURES[key].en for key in known), "candidates"]
    rows = []
    for gap in sorted(found.gaps, key=lambda one: first.get(one.segment, 99)):
        segment = found.chain.by_id[gap.segment]
        rows.append(
            [
                str(first.get(gap.segment, "")),
                segment.title_en if english else segment.title,
                GRADES[gap.graded.grade][english],
                "◆" if gap.segment in on else "",
                *(_figure(gap.measures[key]) for key in known),
                str(len(found.candidates(gap.segment))),
            ]
        )
    show_table(found.chain.title_en if english else found.chain.title, [(head, "left") for head in heads], rows)
    test, common = found.tests[across].auc, found.tests["common"].auc
    words = "hold-out AUC" if english else "留出回测 AUC"
    console.print(f"{words} {MEASURES[across].en if english else MEASURES[across].zh}: {_figure(test)} · "
                  f"{'number of areas' if english else '地区数'}: {_figure(common)}")  # fmt: skip


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}"
