"""Where a district's text puts the organisations it names: placements with the words of the text as their evidence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypedDict, cast

from yanlian.apps.chains.actions import Suggested, suggest_placements
from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Placement
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml
from yanlian.web.sample.district import read_district

FILE = "placements.yaml"


class Said(TypedDict):
    """One line of the file. basis text: the quote says it, so it is confirmed; name: only suggested by the name."""

    organisation: str
    chain: str
    segment: str
    basis: str
    words: str
    quote: str


def read_text_placements(folder: Path) -> list[Said]:
    """The lines of a district's file, each quote found in its text; none where it has no such file.

    Raises `Refused`: district_quote_missing, district_name_unknown.
    """
    file = folder / FILE
    if not file.exists():
        return []
    district = read_district(folder)
    names = {one.name for one in district.organisations}
    lines = cast("dict[str, list[Said]]", read_yaml(file.read_text(encoding="utf-8")))["placements"]
    for one in lines:
        if one["quote"] not in district.text or one["words"] not in one["quote"]:
            raise Refused("district_quote_missing", folder=str(folder), where=one["organisation"], quote=one["quote"])
        if one["organisation"] not in names:
            raise Refused("district_name_unknown", folder=str(folder), where=FILE, found=one["organisation"])
    return lines


def load_text_placements(folder: Path, at: datetime) -> int:
    """Place the organisations on the chains in use; how many were added. Lines of chains that this installation does
    not use wait until it does. Raises `Refused` as `read_text_placements` does, or segment_not_there."""
    lines = read_text_placements(folder)
    if not lines:
        return 0
    district = read_district(folder)
    codes = {one.name: f"{district.code}-{one.id}" for one in district.organisations}
    used = {one.id for one in chains_in_use()}
    lines = [one for one in lines if one["chain"] in used]
    wanted = {codes[one["organisation"]] for one in lines}
    entities = dict(Entity.objects.filter(code__in=wanted).values_list("code", "pk"))
    return suggest_placements(
        [_placement(one, entities[codes[one["organisation"]]], district.source) for one in lines], at=at
    )


def _placement(one: Said, entity: int, source: str) -> Suggested:
    start = one["quote"].index(one["words"])
    piece: dict[str, str | int | float] = {
        "field": "quote",
        "text": one["quote"],
        "start": start,
        "end": start + len(one["words"]),
        "weight": 1.0,
    }
    state = Placement.State.CONFIRMED if one["basis"] == "text" else Placement.State.SUGGESTED
    return Suggested(entity, one["chain"], one["segment"], None, [piece], source, state)
