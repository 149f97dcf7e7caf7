"""The state of a chain here: who stands on each segment, its grade and why, and what waits for an official.

Joins the placements of this room with the registry's figures, and asks `engine/chain/segments` for the grades. Only
confirmed placements count; those to be confirmed are told beside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from yanlian.apps.chains.graded import thresholds_in_use
from yanlian.apps.chains.models import Placement, ReferenceFigure
from yanlian.apps.chains.trade import links_of, makers_outside, outside_firms
from yanlian.apps.registry.models import FOREVER, IndustryTitle, Patent, Registration, TaxYear
from yanlian.apps.registry.portions import portions
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.segments import (
    AreaFigures,
    Firm,
    Graded,
    Stand,
    Totals,
    figures_of,
    grade_segments,
)
from yanlian.engine.chain.template.model import Chain, Edge

# Registered states in which a firm is no longer here.
GONE = ("注销", "吊销", "迁出")
# A firm leads where it holds one of these titles. A district's own list of leading firms would go before.
LEADING = ("制造业单项冠军", "专精特新小巨人企业", "重点小巨人企业")
FEN = 100


@dataclass(frozen=True)
class Reference:
    """The area that segments are compared with, and where its figures come from."""

    code: str
    area: str
    year: int
    source: str
    fictional: bool


@dataclass(frozen=True)
class SegmentState:
    """One segment here. `pending`: placements to be confirmed; `needed_by`: local firms on segments that stop without
    it; `stops`: the edges that say so."""

    graded: Graded
    firms: int
    pending: int
    needed_by: int
    stops: tuple[Edge, ...]

    @property
    def grade(self) -> str:
        return self.graded.grade

    @property
    def lacks(self) -> bool:
        """No firm here, and none to be confirmed."""
        return self.graded.grade == "blank" and not self.pending


@dataclass(frozen=True)
class ChainState:
    """Every segment of a chain by id, in the order of the template."""

    chain: Chain
    segments: Mapping[str, SegmentState]
    reference: Reference | None
    year: int | None
    # Those that stand on a segment, and whose purchases are known: local firms, and outside ones that make a product.
    firms: Sequence[Firm]
    outside: Sequence[Firm]
    links: Links

    def count(self, grade: str) -> int:
        """How many segments have this grade."""
        return sum(one.grade == grade for one in self.segments.values())

    def gaps(self) -> list[SegmentState]:
        """What the chain lacks here: the missing before the weak; first what most local firms cannot do without."""
        short = [one for one in self.segments.values() if one.grade in ("blank", "weak")]
        return sorted(
            short, key=lambda one: (one.grade != "blank", bool(one.pending), -one.needed_by, one.graded.segment)
        )


def chain_state(chain: Chain, area: str = "") -> ChainState:
    """The state of a chain here, against a reference area (its code; the first that has figures when none is named)."""
    reference = reference_of(chain, area)
    confirmed, pending = _standing(chain)
    year = TaxYear.objects.filter(replaced_at=FOREVER).aggregate(last=Max("year"))["last"]
    firms, output_fen = _firms(confirmed, year)
    outside = makers_outside(chain, outside_firms(chain))
    links = links_of(chain, [*firms, *outside])
    figures = figures_of(
        chain,
        [*firms, *outside],
        links=links,
        placed=Placement.objects.filter(chain=chain.id).exists(),
        reference=_area_figures(chain, reference) if reference else {},
        totals=_totals(chain, firms, output_fen, reference),
    )
    on: dict[str, set[str]] = defaultdict(set)
    for firm in firms:
        for stand in firm.stands:
            on[stand.segment].add(firm.id)
    states = {}
    for one in grade_segments(figures, thresholds_in_use()):
        stops = tuple(edge for edge in chain.outputs(one.segment) if edge.essential == 2 and on[edge.customer])
        needed_by = len(set().union(*(on[edge.customer] for edge in stops)))
        states[one.segment] = SegmentState(one, len(on[one.segment]), pending[one.segment], needed_by, stops)
    return ChainState(chain, states, reference, year, firms, outside, links)


def _standing(chain: Chain) -> tuple[dict[int, list[str]], dict[str, int]]:
    """Segments of each entity that is confirmed and still here; how many placements of each segment wait."""
    gone = Registration.objects.filter(replaced_at=FOREVER, status__in=GONE).values("entity")
    rows = Placement.objects.filter(chain=chain.id, segment__in=list(chain.by_id)).exclude(entity__in=gone)
    confirmed: dict[int, list[str]] = defaultdict(list)
    for entity, segment in rows.filter(state=Placement.State.CONFIRMED).values_list("entity_id", "segment"):
        confirmed[entity].append(segment)
    waiting = rows.filter(state=Placement.State.SUGGESTED).values("segment").annotate(number=Count("pk"))
    return confirmed, defaultdict(int, {one["segment"]: one["number"] for one in waiting})


def _firms(confirmed: Mapping[int, Sequence[str]], year: int | None) -> tuple[list[Firm], int | None]:
    """As the engine counts them: revenue of the last year with returns and of the year before, patents, titles; and the
    revenue of all together in fen (None: of nobody)."""
    entities = list(confirmed)
    revenue = _revenue(entities, year)
    before = _revenue(entities, year - 1 if year else None)
    patents: dict[int, int] = {}
    leading: set[int] = set()
    for part in portions(entities):
        held = Patent.objects.filter(entity__in=part, replaced_at=FOREVER, ended_on=None).exclude(granted_on=None)
        patents.update(held.values_list("entity").annotate(number=Count("pk")))
        titles = IndustryTitle.objects.filter(entity__in=part, replaced_at=FOREVER, revoked_on=None, kind__in=LEADING)
        leading.update(titles.values_list("entity_id", flat=True))
    firms = [
        Firm(
            id=str(entity),
            stands=tuple(Stand(one, 1 / len(segments)) for one in segments),
            local=True,
            output=_yuan(revenue.get(entity)),
            before=_yuan(before.get(entity)),
            patents=patents.get(entity, 0),
            leading=entity in leading,
        )
        for entity, segments in confirmed.items()
    ]
    return firms, sum(revenue.values()) if revenue else None


def _revenue(entities: Sequence[int], year: int | None) -> dict[int, int]:
    """In fen."""
    found: dict[int, int] = {}
    if year is None:
        return found
    for part in portions(entities):
        rows = TaxYear.objects.filter(entity__in=part, replaced_at=FOREVER, year=year).exclude(revenue_fen=None)
        found.update({pk: fen or 0 for pk, fen in rows.values_list("entity_id", "revenue_fen")})
    return found


def references_of(chain: Chain) -> list[Reference]:
    """The areas that have figures of a chain, with the last year they have."""
    rows = ReferenceFigure.objects.filter(chain=chain.id).order_by("area_code", "-year")
    found: dict[str, Reference] = {}
    for row in rows:
        if row.area_code not in found:
            found[row.area_code] = Reference(row.area_code, row.area, row.year, row.source, row.fictional)
    return list(found.values())


def reference_of(chain: Chain, area: str = "") -> Reference | None:
    """The area named, else the first."""
    found = references_of(chain)
    return next((one for one in found if one.code == area), found[0] if found else None)


def figures_in(chain: Chain, reference: Reference, year: int) -> dict[str, ReferenceFigure]:
    """The figures of an area in a year by segment."""
    rows = ReferenceFigure.objects.filter(chain=chain.id, area_code=reference.code, year=year)
    return {row.segment: row for row in rows}


def _area_figures(chain: Chain, reference: Reference) -> dict[str, AreaFigures]:
    now = figures_in(chain, reference, reference.year)
    past = figures_in(chain, reference, reference.year - 1)
    found = {}
    for segment, row in now.items():
        old = past.get(segment)
        grown = old is not None and old.output_fen is not None and row.output_fen is not None
        found[segment] = AreaFigures(
            firms=row.firms,
            output=_yuan(row.output_fen),
            grown_from=_yuan(old.output_fen) if old and grown else None,
            grown_to=_yuan(row.output_fen) if grown else None,
        )
    return found


def _totals(chain: Chain, firms: Sequence[Firm], output_fen: int | None, reference: Reference | None) -> Totals:
    rows = figures_in(chain, reference, reference.year).values() if reference else []
    outputs = [row.output_fen for row in rows if row.output_fen is not None]
    counts = [row.firms for row in rows if row.firms is not None]
    return Totals(
        output_here=_yuan(output_fen or None),
        output_reference=_yuan(sum(outputs)) if outputs else None,
        firms_here=sum(len(one.stands) for one in firms),
        firms_reference=sum(counts) or None,
        leaders_reference=None,
    )


def _yuan(fen: int | None) -> float | None:
    """The engine's unit: amounts are integer fen up to here."""
    return None if fen is None else fen / FEN
