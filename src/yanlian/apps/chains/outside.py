"""Firms outside the district that make what a segment makes: whom to call about a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from yanlian.apps.chains.models import Lead, OutsideFirm, OutsideTie
from yanlian.engine.chain.template.model import Segment


@dataclass(frozen=True)
class Maker:
    """An outside firm with its ties to local firms and the lead that follows it for this segment, if there is one."""

    firm: OutsideFirm
    ties: Sequence[OutsideTie]
    lead: Lead | None

    @property
    def customers(self) -> int:
        """How many local firms it supplies already."""
        return len({tie.entity_id for tie in self.ties if tie.kind == OutsideTie.Kind.SUPPLIES})

    @property
    def sold_fen(self) -> int:
        """What it sold to them, as far as known."""
        return sum(tie.amount_fen or 0 for tie in self.ties if tie.kind == OutsideTie.Kind.SUPPLIES)

    @property
    def tied(self) -> bool:
        """Owns of a local firm, is owned by one, or has a branch here."""
        return any(tie.kind not in (OutsideTie.Kind.SUPPLIES, OutsideTie.Kind.BUYS) for tie in self.ties)


def makers_of(segments: Sequence[Segment]) -> Mapping[str, list[Maker]]:
    """Of each segment the outside firms one of whose products is called like one of the segment's.

    First those that supply or are tied to local firms, then the larger. The full ranking with its reasons is the page
    of candidates.
    """
    ties = OutsideTie.objects.select_related("entity")
    by_product: dict[str, list[OutsideFirm]] = defaultdict(list)
    for firm in OutsideFirm.objects.prefetch_related(Prefetch("ties", queryset=ties)):
        for product in set(firm.products):
            by_product[product].append(firm)
    leads = {
        (lead.segment, lead.firm_id): lead
        for lead in Lead.objects.filter(segment__in=[one.id for one in segments]).select_related("owner")
    }
    found = {}
    for segment in segments:
        names = {segment.title, *(name for one in segment.products for name in (one.name, *one.aliases))}
        firms = {firm.pk: firm for name in names for firm in by_product[name]}
        makers = [Maker(firm, list(firm.ties.all()), leads.get((segment.id, firm.pk))) for firm in firms.values()]
        makers.sort(key=lambda one: (-one.customers, not one.tied, -(one.firm.revenue_fen or 0), one.firm.code))
        found[segment.id] = makers
    return found
