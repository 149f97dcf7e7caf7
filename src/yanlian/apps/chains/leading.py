"""The columns by which a chain leader is known, from the registry: trade, control over others, offspring, risk."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.apps.chains.risk_known import esri_known, newest_ranking
from yanlian.apps.chains.state import ChainState
from yanlian.apps.registry.models import FOREVER, Relation
from yanlian.base.refusal import Refused
from yanlian.engine.chain.network.control import controlled_by
from yanlian.engine.chain.network.holdings import holdings_of
from yanlian.engine.chain.network.offspring import offspring_of
from yanlian.engine.chain.segments.coverage import purchases_of
from yanlian.engine.chain.segments.leaders import Leader, leaders_of


def chain_leaders(state: ChainState) -> tuple[Leader, ...]:
    """The local firms of a chain with their columns; their systemic risk index from the newest kept ranking."""
    ids = [one.id for one in state.firms]
    figures = [one.graded.figures for one in state.segments.values()]
    return leaders_of(
        state.firms,
        figures,
        purchases=purchases_of(state.links),
        esri=esri_known(newest_ranking()),
        controls=_controls(ids),
        offspring=_offspring(ids),
    )


def _controls(firms: Sequence[str]) -> dict[str, int]:
    """How many firms each controls, directly or through what it controls. Of several statements the largest share."""
    rows = Relation.objects.filter(kind=Relation.Kind.OWNS, replaced_at=FOREVER, valid_to=None)
    shares: dict[tuple[str, str], int] = {}
    for owner, owned, share in rows.values_list("from_entity_id", "to_entity_id", "share_ppm"):
        if share and owner != owned:
            pair = str(owner), str(owned)
            shares[pair] = max(share, shares.get(pair, 0))
    held = holdings_of((*pair, share) for pair, share in shares.items())
    place = {name: at for at, name in enumerate(held.owners)}
    return {one: len(controlled_by(held, place[one]) - {place[one]}) for one in firms if one in place}


def _offspring(firms: Sequence[str]) -> dict[str, int] | None:
    """How many firms each incubated, and those again; None where the statements go round in a circle."""
    rows = Relation.objects.filter(kind=Relation.Kind.INCUBATED, replaced_at=FOREVER)
    pairs = rows.values_list("from_entity_id", "to_entity_id")
    try:
        made = offspring_of((str(one), str(other)) for one, other in pairs)
    except Refused:
        return None
    return {one: sum(made.counts(one)) for one in firms}
