"""Into the chain room: the sample's places, links, outside firms, figures of other areas and first leads.

Repeated it adds nothing. Everything here is about fictional firms and says so in its source; real organisations come
from the district's own file (`placements.yaml`) with the words of the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from yanlian.apps.chains.actions import suggest_placements
from yanlian.apps.chains.actions_facts import add_links, add_outside_firms, add_products, add_references, add_ties
from yanlian.apps.chains.actions_lead import Step, begin_lead
from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Lead, OutsideFirm, OutsideTie
from yanlian.apps.people.models import User
from yanlian.engine.chain.template.model import Chain
from yanlian.web.sample.chain_areas import draw_areas
from yanlian.web.sample.chain_firms import CHAINS_OF, YEAR, firms_of, missing_of, stands_of
from yanlian.web.sample.chain_groups import load_groups
from yanlian.web.sample.chain_links import draw_links
from yanlian.web.sample.chain_outside import SOURCE, Outside, draw_outside, draw_references
from yanlian.web.sample.chain_places import draw_places
from yanlian.web.sample.chain_text import load_text_placements

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LoadedChains:
    """How many chains, and how many rows were added."""

    chains: int
    added: int


def load_chains(recorded_at: datetime, progress: Progress | None = None) -> LoadedChains:
    """The sample of every chain in use that a cluster stands on. Raises `ChainFaults`."""
    chains = {one.id: one for one in chains_in_use()}
    wanted = [
        (cluster, chains[name], place) for cluster, names in CHAINS_OF.items() for place, name in enumerate(names)
        if name in chains
    ]  # fmt: skip
    added = load_text_placements(Path(settings.DISTRICT), recorded_at)
    for done, (cluster, chain, place) in enumerate(wanted, 1):
        with transaction.atomic():
            added += _load(chain, cluster, recorded_at, second=place > 0)
        if progress is not None:
            progress(done, len(wanted))
    load_groups(sorted(CHAINS_OF), recorded_at)
    return LoadedChains(len(wanted), added)


def _load(chain: Chain, cluster: str, at: datetime, *, second: bool) -> int:
    stands = stands_of(chain, firms_of(cluster), second=second)
    drawn = draw_places(chain, stands, at)
    outside = draw_outside(chain, stands, at)
    added = suggest_placements(drawn.placements, at=at)
    added += add_products(drawn.products)
    added += add_links(draw_links(chain, stands, at))
    added += add_outside_firms(outside.firms)
    added += _add_ties(outside, at)
    added += add_references(draw_references(chain, stands, at))
    added += add_references(draw_areas(chain, at))
    _begin_leads(chain, outside, at)
    return added


def _add_ties(outside: Outside, at: datetime) -> int:
    keys = dict(OutsideFirm.objects.filter(code__in=[one.code for one in outside.firms]).values_list("code", "pk"))
    rows = [
        OutsideTie(
            firm_id=keys[code],
            entity_id=entity,
            kind=kind,
            product=product[:300],
            year=YEAR,
            amount_fen=amount,
            share_ppm=share,
            source=SOURCE,
            recorded_at=at,
        )
        for code, entity, kind, product, amount, share in outside.ties
    ]
    return add_ties(rows)


def _begin_leads(chain: Chain, outside: Outside, at: datetime) -> None:
    """A first lead for two of the missing segments, so that the board is not empty."""
    owner = User.objects.filter(role=User.Role.OFFICIAL, department="sci").order_by("pk").first()
    gaps = [one for one in outside.fills if one[1] in missing_of(chain)]
    firsts = {segment: code for code, segment in reversed(gaps)}
    steps = (
        Step(Lead.Stage.FOUND, owner, "核实企业近三年投资意向"),
        Step(Lead.Stage.CONTACT, owner, "电话联系企业投资部门，约定到访时间"),
    )
    for (segment, code), step in zip(sorted(firsts.items()), steps, strict=False):
        firm = OutsideFirm.objects.get(code=code)
        begin_lead(
            chain.id, segment, None, firm=firm, reason="样例线索（虚构）：本区没有该环节的企业", step=step, at=at
        )
