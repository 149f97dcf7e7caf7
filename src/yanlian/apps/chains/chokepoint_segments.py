"""关键节点·按环节: segments without which later segments stop or lose every way, and who stands on them here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.chains.called import Called, entities_called
from yanlian.apps.chains.chokepoint_pages import context_of
from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.map_pages import dated
from yanlian.apps.chains.models import Placement
from yanlian.apps.chains.names import place_words, segment_title
from yanlian.apps.chains.state import ChainState, SegmentState, chain_state
from yanlian.apps.people.access import Anyone, Permission, page
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.network.bottlenecks import bottlenecks, origins
from yanlian.engine.chain.network.walks import tiers
from yanlian.engine.chain.template.model import Chain, Edge, Segment
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import t

_STOPS, _ONLY_WAY = 2, 1


@dataclass(frozen=True, slots=True)
class Row:
    """A segment: how many later ones stop without it, to how many every way passes it, who stands on it alone."""

    chain: Chain
    segment: Segment
    state: SegmentState
    stops: int
    only_way: int
    alone: Called | None


_CALIBRE = (
    (
        "逐级停产的下游环节：沿关键度2（缺了就停产）的边向下能走到的环节数；任何一种关键投入断了就停。",
        "Later segments that stop: reached along edges of essentiality 2; one missing essential input is enough.",
    ),
    (
        "必经它的环节：从链的起点出发，沿关键度1、2的边，每条路径都经过它才能到的环节数（支配树）。",
        "Only through it: segments that every path along edges of essentiality 1 and 2 reaches through it.",
    ),
    (
        "前两项来自链条模板，不需要企业数据；本区企业只计已确认的归位。",
        "Both come from the chain's template and need no firms; firms here are confirmed placements only.",
    ),
)
SEGMENTS: Listing[Row] = Listing(
    title=("关键环节", "Key segments"),
    file_name="key-segments",
    search_hint=("按环节或企业搜索", "Search by segment or firm"),
    first_order="-stops",
    columns=(
        Column("name", ("环节", "Segment"), lambda row: segment_title(row.segment), main=True,
               link=lambda row: reverse("chain-segment", args=[row.chain.id, row.segment.id])),
        Column("place", ("位置", "Position"), lambda row: place_words(row.segment), sortable=False),
        Column("stops", ("逐级停产的下游环节（个）", "Later segments that stop"), lambda row: row.stops, Kind.COUNT),
        Column("only", ("必经它的环节（个）", "Only through it"), lambda row: row.only_way, Kind.COUNT),
        Column("grade", ("等级", "Grade"), lambda row: row.state.grade, Kind.STATUS, words="segment_grade"),
        Column("firms", ("本区企业（家）", "Firms here"), lambda row: row.state.firms, Kind.COUNT),
        Column("alone", ("本区独此一家", "The only firm here"), lambda row: row.alone.name if row.alone else None,
               link=lambda row: row.alone.href if row.alone else None,
               badge=lambda row: row.alone.badge if row.alone else None),
    ),
    filters=(Filter("grade", ("等级", "Grade"), word_choices("segment_grade")),),
    page_size=100,
    empty=("模板里没有环节。", "The template has no segments."),
    calibre=_CALIBRE,
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_CHAINS)
def chain_chokepoint_segments(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """The segments of a chain by what stops without them."""
    chain = chain_or_404(chain_id)
    state = chain_state(chain)
    rows = FromMemory(
        _rows(state, request.user),
        search=lambda row: (row.segment.title, row.segment.title_en, row.alone.name if row.alone else ""),
        filters={"grade": lambda row, value: row.state.grade == value},
        orders={column.key: column.value for column in SEGMENTS.columns if column.sortable},
    )
    more = {
        **context_of(chain, t("关键环节", "Key segments")),
        "lead": t("哪个环节断了，下游环节就停。", "Without which segment do later ones stop."),
    }
    return show(request, SEGMENTS, rows, template="chains/listing.html", dated=dated(state), more=more)


def _rows(state: ChainState, user: Anyone) -> list[Row]:
    chain = state.chain
    stops = _links(chain, [one for one in chain.edges if one.essential >= _STOPS])
    ways = _links(chain, [one for one in chain.edges if one.essential >= _ONLY_WAY])
    only = bottlenecks(ways, origins(ways)).cut_off
    alone = _alone(state, user)
    size = len(chain.segments)
    return [
        Row(
            chain,
            one,
            state.segments[one.id],
            len(tiers(stops, [place], size, "down").firm) - 1,
            int(only[place]),
            alone.get(one.id),
        )
        for place, one in enumerate(chain.segments)
    ]


def _links(chain: Chain, edges: Sequence[Edge]) -> Links:
    place = {one.id: at for at, one in enumerate(chain.segments)}
    ends = np.array([(place[one.supplier], place[one.customer]) for one in edges], dtype=np.int32).reshape(-1, 2)
    return Links([one.id for one in chain.segments], ends[:, 0], ends[:, 1], np.ones(len(ends)))


def _alone(state: ChainState, user: Anyone) -> dict[str, Called]:
    """Of segments with one confirmed firm, that firm."""
    wanted = {key for key, one in state.segments.items() if one.firms == 1}
    rows = Placement.objects.filter(
        chain=state.chain.id, segment__in=wanted, state=Placement.State.CONFIRMED
    ).values_list("segment", "entity_id")
    found = dict(rows)
    names = entities_called(found.values(), user)
    return {segment: names[entity] for segment, entity in found.items()}
