"""One printed page for a leader's visit: the chain at a glance, three gaps, whom to call, leaders, offers."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yanlian.apps.chains.filling import Filling, filling
from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.leading import chain_leaders
from yanlian.apps.chains.map_pages import dated, tabs
from yanlian.apps.chains.models import OutsideFirm
from yanlian.apps.chains.names import chain_title
from yanlian.apps.chains.offers import Offers, offers_for
from yanlian.apps.chains.pages_gaps import firsts, trail
from yanlian.apps.chains.pages_leaders import leader_rows, strengths
from yanlian.apps.chains.segment_words import in_fen
from yanlian.apps.people.access import Permission, page
from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.model import POSITIONS
from yanlian.engine.policy import PackFaults
from yanlian.ui.words import t, word, words

LEADERS, OFFERS = 5, 6


@dataclass(frozen=True)
class Lane:
    """One position of the chain: how many segments it has of each grade."""

    title: str
    segments: int
    counts: list[tuple[str, int]]
    firms: int


@page(owner="chains", permission=Permission.SEE_CHAINS)
def sheet(request: HttpRequest, chain_id: str) -> HttpResponseBase:
    """链情一页纸."""
    found = filling(chain_or_404(chain_id), request.GET.get("area", ""))
    title = t("{chain}一页纸", "{chain} on one page", chain=chain_title(found.chain))
    context = {
        "title": title,
        "crumbs": [*trail(found.chain), (t("一页纸", "One page"), None)],
        "tabs": tabs(found.chain, "chain-sheet"),
        "chain": found.chain,
        "lanes": _lanes(found),
        "grades": [(code, one) for code, one in words("segment_grade").items()],
        "firms": len(found.state.firms),
        "output_fen": in_fen(_output(found)),
        "reference": found.state.reference,
        "firsts": firsts(found),
        "leaders": [(one, strengths(one)) for one in leader_rows(found.state, chain_leaders(found.state)[:LEADERS])],
        "offers": _offers(found),
        "most_offers": OFFERS,
        "dated": dated(found.state),
    }
    return render(request, "chains/sheet.html", context)


def _output(found: Filling) -> float | None:
    known = [one.output for one in found.state.firms if one.output is not None]
    return sum(known) if known else None


def _lanes(found: Filling) -> list[Lane]:
    lanes = []
    for position in POSITIONS:
        segments = [one for one in found.chain.segments if one.position == position]
        states = [found.state.segments[one.id] for one in segments]
        held = {one.id for one in segments}
        firms = sum(any(stand.segment in held for stand in firm.stands) for firm in found.state.firms)
        counts = [(grade, sum(one.grade == grade for one in states)) for grade in words("segment_grade")]
        lanes.append(Lane(str(word("position", position)), len(segments), counts, firms))
    return lanes


def _offers(found: Filling) -> tuple[OutsideFirm, Offers] | None:
    """What the first candidate of the first gap may expect; None where there is no candidate or no usable pack."""
    for gap in found.first():
        candidates = found.candidates(gap.segment)
        if not candidates:
            continue
        firm = OutsideFirm.objects.get(pk=int(candidates[0].firm.id[1:]))
        try:
            return firm, offers_for(firm, found.chain.id)
        except (Refused, PackFaults):
            return None
    return None
