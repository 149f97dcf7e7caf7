"""Firms outside the district that make what a segment makes: whom to call about a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from yanlian.apps.chains.models import Lead, OutsideFirm, OutsideTie
from yanlian.apps.chains.placing.elsewhere import placed_elsewhere
from yanlian.apps.chains.trade import outside_firms, outside_key
from yanlian.engine.chain.segments.candidates import Outside, candidates_for
from yanlian.engine.chain.template.model import Chain, Segment


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


def makers_of(
    chain: Chain, segments: Sequence[Segment], outside: Sequence[Outside] | None = None
) -> Mapping[str, list[Maker]]:
    """Of each segment the candidates in their declared order (`engine.chain.segments.candidates`), with their ties and
    leads: the same firms wherever a page names whom to call. `outside`: every outside firm as the engine places it,
    where it is known already."""
    if outside is None:
        outside = placed_elsewhere(chain, outside_firms(chain))
    found = {one.id: [one.firm.id for one in candidates_for(chain, one.id, outside)] for one in segments}
    ties = OutsideTie.objects.select_related("entity")
    firms = {
        outside_key(firm.pk): firm for firm in OutsideFirm.objects.prefetch_related(Prefetch("ties", queryset=ties))
    }
    leads = {
        (lead.segment, lead.firm_id): lead
        for lead in Lead.objects.filter(segment__in=list(found)).select_related("owner")
    }
    return {
        segment: [Maker(firms[one], list(firms[one].ties.all()), leads.get((segment, firms[one].pk))) for one in some]
        for segment, some in found.items()
    }
