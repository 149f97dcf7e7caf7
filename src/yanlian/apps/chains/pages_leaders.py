"""Chain leaders (链主): firms by the columns that make a leader, sortable, those marked that no other firm beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.leading import chain_leaders
from yanlian.apps.chains.map_pages import dated, tabs
from yanlian.apps.chains.names import segment_title
from yanlian.apps.chains.pages_gaps import trail
from yanlian.apps.chains.risk_known import newest_ranking, risk_told
from yanlian.apps.chains.segment_words import decimal, in_fen, percent_points
from yanlian.apps.chains.state import ChainState, chain_state
from yanlian.apps.people.access import Permission, page
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import fictional_badge
from yanlian.apps.registry.portions import portions
from yanlian.engine.chain.segments.leaders import LEADER_COLUMNS, Leader, LeaderColumn
from yanlian.ui import numbers
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing
from yanlian.ui.words import say, t


@dataclass(frozen=True)
class Row:
    """A firm as a line of the list."""

    leader: Leader
    name: str
    code: str
    fictional: bool
    segment: str


@page(owner="chains", permission=Permission.SEE_CHAINS)
def leaders(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """链主企业."""
    state = chain_state(chain_or_404(chain_id))
    title = t("链主企业", "Chain leaders")
    more = {
        "crumbs": [*trail(state.chain), (title, None)],
        "tabs": tabs(state.chain, "chain-leaders"),
        "chain": state.chain,
        "lead": t(
            "各列并排，不加权、不合成一个分数；标“没有企业全面胜过”的，是没有别的企业每一列都不低于它的。",
            "Columns side by side, no weights and no score. A firm is marked when no other is at least as good in "
            "every column.",
        ),
    }
    rows = leader_rows(state, chain_leaders(state))
    listing = _listing(rows)
    found = FromMemory(
        rows,
        search=lambda row: (row.name, row.code, row.segment),
        filters={"best": lambda row, value: row.leader.undominated == (value == "yes")},
        orders={one.key: one.value for one in listing.columns},
    )
    return show(request, listing, found, template="chains/leaders.html", dated=dated(state), more=more)


def leader_rows(state: ChainState, found: Sequence[Leader]) -> list[Row]:
    """Leaders with their names, in the order given."""
    ids = [int(one.firm) for one in found]
    firms: Mapping[int, Entity] = {}
    for some in portions(ids):
        firms = {**firms, **Entity.objects.in_bulk(some)}
    by_id = state.chain.by_id
    return [
        Row(one, firms[int(one.firm)].name, firms[int(one.firm)].code, firms[int(one.firm)].fictional,
            segment_title(by_id[one.segment]) if one.segment else "")
        for one in found
    ]  # fmt: skip


def _listing(rows: Sequence[Row]) -> Listing[Row]:
    def column(key: LeaderColumn) -> Column[Row]:
        title = LEADER_COLUMNS[key][:2]
        if key == "output":
            return Column(key, title, lambda row: in_fen(row.leader.columns[key]), Kind.MONEY)
        if key == "segment_share":
            return Column(key, (title[0] + "（%）", title[1] + " (%)"),
                          lambda row: percent_points(row.leader.columns[key]), Kind.COUNT)  # fmt: skip
        if key == "esri":
            return Column(key, (title[0] + "（%）", title[1] + " (%)"),
                          lambda row: percent_points(row.leader.columns[key], 3), Kind.COUNT)  # fmt: skip
        return Column(key, title, lambda row: decimal(row.leader.columns[key], 0), Kind.COUNT)

    known = [key for key in LEADER_COLUMNS if any(row.leader.columns[key] is not None for row in rows)]
    lacking = [key for key in LEADER_COLUMNS if key not in known]
    return Listing(
        title=("链主企业", "Chain leaders"),
        file_name="chain-leaders",
        search_hint=("按企业、代码或环节搜索", "Search firms, codes or segments"),
        first_order="-output" if "output" in known else "name",
        columns=(
            Column("name", ("企业", "Firm"), lambda row: row.name, main=True,
                   link=lambda row: reverse("dossier", args=[row.code]),
                   badge=fictional_badge),
            Column("best", ("没有企业全面胜过", "Undominated"), lambda row: row.leader.undominated, Kind.FLAG),
            Column("segment", ("份额最大的环节", "Its largest segment"), lambda row: row.segment),
            *(column(key) for key in known),
        ),
        filters=(
            Filter("best", ("没有企业全面胜过", "Undominated"), lambda: [
                Choice("yes", t("是", "yes")), Choice("no", t("否", "no"))]),
        ),
        empty=("还没有企业站在这条链上。", "No firm stands on this chain yet."),
        calibre=(
            *((f"{one[0]}：{one[2]}。", f"{one[1]}: {one[3]}.") for one in map(LEADER_COLUMNS.__getitem__, known)),
            *((("未算出的列：" + "、".join(LEADER_COLUMNS[one][0] for one in lacking) + "。",
                "Not computed: " + ", ".join(LEADER_COLUMNS[one][1] for one in lacking) + "."),) if lacking else ()),
            risk_told(newest_ranking()),
        ),
    )  # fmt: skip


def strengths(row: Row) -> str:
    """Why a firm is among the leaders, in one line: its largest columns in words."""
    columns = row.leader.columns
    parts = []
    if columns["output"] is not None:
        parts.append(t("产出{v}", "output {v}", v=str(numbers.headline(in_fen(columns["output"])))))
    if columns["segment_share"] is not None:
        parts.append(t("占{segment}产出{share}%", "{share}% of the output of {segment}", segment=row.segment,
                       share=percent_points(columns["segment_share"], 0)))  # fmt: skip
    for key in ("suppliers", "customers", "controls", "offspring"):
        value = columns[key]
        if value:
            parts.append(f"{say(LEADER_COLUMNS[key][:2])} {int(value)}")
    return t("；", "; ").join(parts)
