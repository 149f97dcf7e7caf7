"""Into the registry: what a district's text says, and the files of its departments. Both may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from yanlian.apps.registry.actions import (
    RelationTerms,
    add_alias,
    add_entity,
    add_place,
    add_relation,
    add_statement,
    declare_coverage,
)
from yanlian.apps.registry.imports import BatchResult, Covered, import_file
from yanlian.apps.registry.models import Entity, Place, Statement
from yanlian.web.sample.district import District, Figure, NamedPlace, read_district
from yanlian.web.sample.generate import ManifestFile, load_manifest
from yanlian.web.standing import SAMPLE_MOMENT

# Places that firms can sit in are entities of the registry as well.
_HOUSING_KINDS = frozenset({"park", "maker_space", "carrier"})
_MEASURES = {"stock": "存量（累计或时点数）", "flow": "流量（期间数）", "attribute": ""}
_BASES = {"text": "", "name": "（仅由名称推断）", "context": "（由上下文推断）"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """How much a district's text holds."""

    entities: int
    aliases: int
    relations: int
    figures: int
    places: int


@dataclass(frozen=True)
class Imported:
    """Rows of department files by what became of them. Files that were taken in before count as unchanged."""

    files: int
    stored: int
    corrected: int
    unchanged: int
    refused: int
    warned: int
    results: Mapping[str, BatchResult]


def load_district(folder: Path, progress: Progress | None = None, *, recorded_at: datetime = SAMPLE_MOMENT) -> Loaded:
    """Organisations, other names, relations, figures, programmes and places of a district's text.

    Said again it adds nothing. Organisations that the text only names get the code `<district>-<id in the folder>`.
    Raises `Refused` as `read_district` does.
    """
    district = read_district(folder)
    steps = len(district.organisations) + len(district.places) + len(district.relations) + len(district.figures)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, steps)

    entities: dict[str, Entity] = {}
    aliases = 0
    for organisation in district.organisations:
        code = f"{district.code}-{organisation.id}"
        entity = add_entity(name=organisation.name, kind=organisation.kind, code=code, recorded_at=recorded_at)
        for name in (organisation.name, *organisation.aliases):
            entities[name] = entity
        aliases += _add_aliases(entity, organisation.aliases, district, recorded_at)
        step()
    for place in district.places:
        if place.kind in _HOUSING_KINDS:
            code = f"{district.code}-{place.id}"
            entity = add_entity(name=place.name, kind=Entity.Kind.PARK, code=code, recorded_at=recorded_at)
            aliases += _add_aliases(entity, place.aliases, district, recorded_at)
            entities[place.name] = entity
        _add_place(place, district, entities, recorded_at)
        step()
    relations = 0
    for relation in district.relations:
        if relation.target in entities:
            terms = RelationTerms(source=district.source + _BASES[relation.basis], quote=relation.quote)
            ends = entities[relation.source], entities[relation.target]
            add_relation(relation.kind, *ends, terms, recorded_at=recorded_at)
            relations += 1
        step()
    for figure in district.figures:
        add_statement(_statement(figure, district, entities, recorded_at))
        step()
    return Loaded(len(set(entities.values())), aliases, relations, len(district.figures), len(district.places))


def _add_aliases(entity: Entity, names: tuple[str, ...], district: District, recorded_at: datetime) -> int:
    for name in names:
        add_alias(entity, name, source=district.source, recorded_at=recorded_at)
    return len(names)


def _add_place(place: NamedPlace, district: District, entities: Mapping[str, Entity], recorded_at: datetime) -> None:
    """A place with who has it: the holder the text names, or those whose relation runs to it."""
    leaders = [place.holder] if place.holder else []
    if place.kind not in _HOUSING_KINDS:
        leaders += [r.source for r in district.relations if r.target == place.name and r.source not in leaders]
    add_place(
        Place(
            name=place.name,
            kind=place.kind_zh,
            cluster=place.cluster,
            also_written=list(place.aliases),
            leader="、".join(leaders),
            entity=entities.get(leaders[0]) if len(leaders) == 1 else None,
            note=place.note,
            source=district.source,
            recorded_at=recorded_at,
        )
    )


def _statement(figure: Figure, district: District, entities: Mapping[str, Entity], recorded_at: datetime) -> Statement:
    """A figure exactly as published: value × 10**-scale, with the text's operator, period and calibre."""
    number = Decimal(figure.value)
    scale = max(-int(number.as_tuple().exponent), 0)
    return Statement(
        code=figure.id,
        entity=entities.get(figure.subject),
        subject=figure.subject,
        cluster=figure.cluster,
        metric=figure.metric,
        operator=figure.operator,
        value=int(number.scaleb(scale)),
        scale=scale,
        unit=figure.unit,
        period=_period(figure),
        starts_on=date.fromisoformat(figure.starts_on) if figure.starts_on else None,
        ends_on=date.fromisoformat(figure.ends_on) if figure.ends_on else None,
        calibre=figure.calibre,
        coverage_note=_MEASURES[figure.measure],
        quote=figure.quote,
        note=figure.note,
        source=district.source,
        recorded_at=recorded_at,
    )


def _period(figure: Figure) -> str:
    """The text's time word; where it has none, what follows from the context, marked as inferred."""
    if figure.as_written:
        year = figure.ends_on[:4]
        known = not figure.inferred or year in figure.as_written
        return figure.as_written if known else f"{figure.as_written}（推定为{year}年）"
    if not figure.ends_on:
        return ""
    return f"{'累计' if figure.measure == 'stock' else ''}至{figure.ends_on[:4]}年（推定）"


def import_department_files(
    folder: Path, progress: Progress | None = None, *, recorded_at: datetime = SAMPLE_MOMENT
) -> Imported:
    """Take in every file of a folder's manifest, in its order, with the coverage that its department declares.

    `progress` gets rows done and rows in all. A second call stores nothing. Raises `Refused`: sample_no_manifest, and
    whatever the import of a whole file can answer.
    """
    manifest = load_manifest(folder)
    results: dict[str, BatchResult] = {}
    before = 0
    for file in manifest.files:

        def tell(_rows: int, share: float, start: int = before, rows: int = file.rows) -> None:
            if progress is not None:
                progress(start + round(rows * share), manifest.rows)

        results[file.path] = _import(folder, file, recorded_at, tell)
        before += file.rows
        if progress is not None:
            progress(before, manifest.rows)
    return _count(results)


def _import(folder: Path, file: ManifestFile, recorded_at: datetime, tell: Callable[[int, float], None]) -> BatchResult:
    """One file. What its department covers beyond the first span is declared after it."""
    spans = [
        Covered(date.fromisoformat(c.starts_on) if c.starts_on else None, date.fromisoformat(c.ends_on), c.complete)
        for c in file.coverage
    ]
    result = import_file(
        folder / file.path,
        file.department,
        file.record,
        recorded_at=recorded_at,
        covered=spans[0],
        name=file.path.rsplit("/", 1)[-1],
        progress=tell,
    )
    for span in spans[1:]:
        declare_coverage(
            file.record,
            file.department,
            (span.start, span.end),
            complete=span.complete,
            recorded_at=recorded_at,
            batch=result.batch,
        )
    return result


def _count(results: Mapping[str, BatchResult]) -> Imported:
    fresh = [result.batch for result in results.values() if not result.already_imported]
    known = [result.batch for result in results.values() if result.already_imported]
    return Imported(
        files=len(results),
        stored=sum(batch.rows_stored for batch in fresh),
        corrected=sum(batch.rows_corrected for batch in fresh),
        unchanged=sum(batch.rows_unchanged for batch in fresh)
        + sum(batch.rows_stored + batch.rows_unchanged for batch in known),
        refused=sum(batch.rows_refused for batch in fresh) + sum(batch.rows_refused for batch in known),
        warned=sum(batch.rows_warned for batch in fresh) + sum(batch.rows_warned for batch in known),
        results=results,
    )
