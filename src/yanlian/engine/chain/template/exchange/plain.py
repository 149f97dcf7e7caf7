"""A chain as plain nested values in the order of the format: what YAML and JSON write down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeAlias

from yanlian.engine.chain.template.model import STALE_YEARS, Chain, Edge, Product, Segment, Source

Plain: TypeAlias = str | int | list["Plain"] | dict[str, "Plain"]


def plain_chain(chain: Chain) -> dict[str, Plain]:
    """The whole chain; what is empty is left out."""
    found: dict[str, Plain] = {"chain": plain_head(chain)}
    if chain.sources:
        found["sources"] = [plain_source(one) for one in chain.sources.values()]
    found["segments"] = [plain_segment(one) for one in chain.segments]
    if chain.edges:
        found["edges"] = [plain_edge(one) for one in chain.edges]
    return found


def plain_head(chain: Chain) -> dict[str, Plain]:
    """The head."""
    answers: list[Plain] = [
        _filled({"finding": one.finding, "at": one.at, "because": one.because}) for one in chain.accepted
    ]
    head: dict[str, Plain] = {
        "id": chain.id,
        "title": chain.title,
        "title_en": chain.title_en,
        "stated": chain.stated.isoformat(),
        "root": _words(chain.root),
    }
    rest: dict[str, Plain] = {
        "groups": {**chain.groups},
        "core_industries": _words(chain.core_industries),
        "note": chain.note,
        "notice": chain.notice,
        "cycles_ok": chain.cycles_ok,
        "stale_years": chain.stale_years if chain.stale_years != STALE_YEARS else "",
        "accepted": answers,
    }
    return head | _filled(rest)


def plain_source(one: Source) -> dict[str, Plain]:
    """A source."""
    return _filled(
        {
            "id": one.id,
            "title": one.title,
            "publisher": one.publisher,
            "published": _day(one.published),
            "url": one.url,
            "grade": one.grade,
        }
    )


def plain_segment(one: Segment) -> dict[str, Plain]:
    """A segment."""
    return _filled(
        {
            "id": one.id,
            "title": one.title,
            "title_en": one.title_en,
            "position": one.position,
            "tier": one.tier,
            "group": one.group,
            "products": [_product(made) for made in one.products],
            "industries": _words(one.industries),
            "excludes": _words(one.excludes),
            "note": one.note,
            "sources": _words(one.sources),
        }
    )


def plain_edge(one: Edge) -> dict[str, Plain]:
    """An edge."""
    return _filled(
        {
            "from": one.supplier,
            "to": one.customer,
            "product": one.product,
            "essential": one.essential,
            "sources": _words(one.sources),
            "stated": _day(one.stated),
            "confidence": one.confidence,
        }
    )


def _product(made: Product) -> Plain:
    return {"name": made.name, "aliases": _words(made.aliases)} if made.aliases else made.name


def _words(words: Iterable[str]) -> Plain:
    return list(words)


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _filled(values: Mapping[str, Plain]) -> dict[str, Plain]:
    return {key: value for key, value in values.items() if value not in ("", [], {})}
