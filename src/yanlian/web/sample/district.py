"""A district's folder of text data, read and held to its source: every quote must stand in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml

_BLANK = re.compile(r"\s+")
Entry = Mapping[str, object]


@dataclass(frozen=True)
class TextRelation:
    """One named thing stands to another, with the words it rests on. `basis`: text, name or context."""

    kind: str
    source: str
    target: str
    quote: str
    basis: str


@dataclass(frozen=True)
class Organisation:
    """An organisation as the text names it; nothing beyond the text is known of it."""

    id: str
    name: str
    kind: str
    aliases: tuple[str, ...]
    cluster: str
    quotes: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class NamedPlace:
    """A programme, plan, title, project or place that the text names."""

    id: str
    name: str
    kind: str
    kind_zh: str
    aliases: tuple[str, ...]
    cluster: str
    holder: str
    quote: str
    note: str


@dataclass(frozen=True)
class Figure:
    """A figure with the text's own operator. `value` is decimal text; days are ISO text or empty."""

    id: str
    subject: str
    metric: str
    operator: str
    operator_word: str
    value: str
    unit: str
    cluster: str
    starts_on: str
    ends_on: str
    as_written: str
    inferred: bool
    calibre: str
    measure: str
    quote: str
    note: str


@dataclass(frozen=True)
class Cluster:
    """An industry cluster of the district and the other names the text uses for it."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class District:
    """Everything in a district's folder."""

    code: str
    name: str
    source: str
    text: str
    clusters: tuple[Cluster, ...]
    organisations: tuple[Organisation, ...]
    places: tuple[NamedPlace, ...]
    figures: tuple[Figure, ...]
    relations: tuple[TextRelation, ...]
    people: tuple[Entry, ...]
    planned_fields: tuple[str, ...]

    def cluster_of(self, name: str) -> str:
        """Code of the cluster that goes by a name or alias; empty when it is none of the district's clusters."""
        return next((c.code for c in self.clusters if name in (c.name, *c.aliases)), "")


def without_blanks(text: str) -> str:
    """Text for matching: the source has blanks inside words."""
    return _BLANK.sub("", text)


def read_district(folder: Path) -> District:
    """Read a district's folder.

    Raises `Refused`: district_file_missing, district_quote_missing, district_name_unknown.
    """
    head = _read(folder, "district.yaml")
    organisations = [*_entries(folder, "organisations.yaml"), *cast("list[Entry]", head["groups"])]
    places = _entries(folder, "places.yaml")
    text_entry = cast("Mapping[str, str]", head["text"])
    text = _text(folder, text_entry["file"])
    district = District(
        code=cast("Mapping[str, str]", head["district"])["code"],
        name=cast("Mapping[str, str]", head["district"])["name"],
        source=f"{text_entry['source']}《{text_entry['title']}》",
        text=text,
        clusters=tuple(_cluster(entry) for entry in cast("list[Entry]", head["clusters"])),
        organisations=tuple(_organisation(entry) for entry in organisations),
        places=tuple(_place(entry) for entry in places),
        figures=tuple(_figure(entry) for entry in _entries(folder, "figures.yaml")),
        relations=tuple(_relations([*organisations, *places])),
        people=tuple(_entries(folder, "people.yaml")),
        planned_fields=tuple(str(entry["name"]) for entry in cast("list[Entry]", head["planned_fields"])),
    )
    _check(district, folder, [*organisations, *places, *district.people, *cast("list[Entry]", head["clusters"])])
    return district


def _check(district: District, folder: Path, entries: list[Entry]) -> None:
    """Quotes stand in the text; relations run between things that are named."""
    flat = without_blanks(district.text)
    quotes = [(str(e.get("id", e.get("code"))), str(e["quote"])) for e in entries if "quote" in e]
    quotes += [(o.id, quote) for o in district.organisations for quote in o.quotes]
    quotes += [(figure.id, figure.quote) for figure in district.figures]
    quotes += [(r.source, r.quote) for r in district.relations]
    for where, quote in quotes:
        if without_blanks(quote) not in flat:
            raise Refused("district_quote_missing", folder=str(folder), where=where, quote=quote)
    names = {o.name for o in district.organisations} | {p.name for p in district.places}
    for relation in district.relations:
        if relation.target not in names:
            raise Refused("district_name_unknown", folder=str(folder), where=relation.source, found=relation.target)


def _read(folder: Path, name: str) -> dict[str, object]:
    return cast("dict[str, object]", read_yaml(_text(folder, name)))


def _text(folder: Path, name: str) -> str:
    path = folder / name
    if not path.is_file():
        raise Refused("district_file_missing", folder=str(folder), file=name)
    return path.read_text(encoding="utf-8")


def _entries(folder: Path, name: str) -> list[Entry]:
    return cast("list[Entry]", _read(folder, name)[name.removesuffix(".yaml")])


def _words(entry: Entry, key: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", entry.get(key, [])))


def _word(entry: Entry, key: str) -> str:
    found = entry.get(key)
    return "" if found is None else str(found)


def _cluster(entry: Entry) -> Cluster:
    return Cluster(_word(entry, "code"), _word(entry, "name"), _word(entry, "name_en"), _words(entry, "aliases"))


def _organisation(entry: Entry) -> Organisation:
    quotes = _words(entry, "quotes") or (_word(entry, "quote"),)
    return Organisation(
        id=_word(entry, "id"),
        name=_word(entry, "name"),
        kind=_word(entry, "kind"),
        aliases=_words(entry, "aliases"),
        cluster=_word(entry, "cluster"),
        quotes=quotes,
        note=_word(entry, "note"),
    )


def _place(entry: Entry) -> NamedPlace:
    return NamedPlace(
        id=_word(entry, "id"),
        name=_word(entry, "name"),
        kind=_word(entry, "kind"),
        kind_zh=_word(entry, "kind_zh"),
        aliases=_words(entry, "aliases"),
        cluster=_word(entry, "cluster"),
        holder=_word(entry, "holder"),
        quote=_word(entry, "quote"),
        note=_word(entry, "note"),
    )


def _figure(entry: Entry) -> Figure:
    period = cast("Entry", entry["period"])
    return Figure(
        id=_word(entry, "id"),
        subject=_word(entry, "subject"),
        metric=_word(entry, "metric"),
        operator=_word(entry, "operator"),
        operator_word=_word(entry, "operator_word"),
        value=_word(entry, "value"),
        unit=_word(entry, "unit"),
        cluster=_word(entry, "cluster"),
        starts_on=_word(period, "from"),
        ends_on=_word(period, "to"),
        as_written=_word(period, "as_written"),
        inferred=bool(period["inferred"]),
        calibre=_word(entry, "calibre"),
        measure=_word(entry, "measure"),
        quote=_word(entry, "quote"),
        note=_word(entry, "note"),
    )


def _relations(entries: list[Entry]) -> Iterator[TextRelation]:
    for entry in entries:
        for relation in cast("list[Entry]", entry.get("relations", [])):
            yield TextRelation(
                kind=_word(relation, "kind"),
                source=_word(entry, "name"),
                target=_word(relation, "to"),
                quote=_word(relation, "quote"),
                basis=_word(relation, "basis"),
            )
