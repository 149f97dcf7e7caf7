"""Confirm many firms at once: above a declared probability, after a random sample was looked at and found right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yanlian.apps.chains.in_use import chain_or_404
from yanlian.apps.chains.names import chain_title, segment_title
from yanlian.apps.chains.placing import shown
from yanlian.apps.chains.placing.actions import bulk_rows, confirm_many
from yanlian.apps.chains.placing.board import Board, board_of
from yanlian.apps.chains.placing.pages import TITLE
from yanlian.apps.chains.placing.queue import Waiting
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.base.refusal import Refused
from yanlian.ui.refusals import shown as refused
from yanlian.ui.words import t

LEVELS = (99, 95, 90, 80)
SAMPLE = 10


def _level(text: str) -> int:
    return int(text) if text in {str(one) for one in LEVELS} else 95


def _sample(rows: Sequence[Waiting], seen: str) -> list[Waiting]:
    """Firms to look at: drawn at random, the same for the same list."""
    drawn = np.random.default_rng(list(hashlib.blake2b(seen.encode(), digest_size=8).digest()))
    picked = drawn.permutation(len(rows))[:SAMPLE]
    return [rows[at] for at in sorted(picked.tolist())]


def _seen(rows: Sequence[Waiting]) -> str:
    """The list as one text, which the form sends back: what was seen is what is confirmed."""
    return json.dumps(sorted([one.firm.pk, one.segment] for one in rows), separators=(",", ":"))


def _list_hash(seen: str) -> str:
    return hashlib.blake2b(seen.encode(), digest_size=8).hexdigest()


@page(owner="chains", permission=Permission.EDIT_CHAINS, methods=("GET", "POST"))
def bulk(request: HttpRequest, chain: str) -> HttpResponse:
    """批量确认: the list above a probability, a sample of it, and the button that needs the sample to be right."""
    found = chain_or_404(chain)
    board = board_of(found)
    given = request.POST if request.method == "POST" else request.GET
    level = _level(given.get("least", ""))
    rows = bulk_rows(board, level / 100)
    refusals = []
    if request.method == "POST":
        try:
            return _confirmed(request, board, rows, level)
        except Refused as refusal:
            refusals = refused(refusal)
            rows = bulk_rows(board_of(found), level / 100)
    sample = _sample(rows, _seen(rows))
    context = {
        "title": t("批量确认归位", "Confirm many placements"),
        "crumbs": [
            (t(*TITLE), reverse("placement-choose")),
            (chain_title(found), reverse("placement-workbench", args=[found.id])),
            (t("批量确认", "Confirm many"), None),
        ],
        "chain": found,
        "level": level,
        "levels": LEVELS,
        "count": len(rows),
        "list_hash": _list_hash(_seen(rows)),
        "expected_wrong": f"{sum(1 - one.probability for one in rows):.1f}",
        "sample": [_line(board, one) for one in sample],
        "rest": [_short(board, one) for one in rows],
        "refusals": refusals,
    }
    return render(request, "chains/placing_bulk.html", context)


def _short(board: Board, one: Waiting) -> dict[str, object]:
    return {
        "firm": one.firm,
        "title": segment_title(board.chain.by_id[one.segment]),
        "percent": shown.percent(one.probability),
    }


def _line(board: Board, one: Waiting) -> dict[str, object]:
    suggested = board.suggested(one.firm.pk)
    best = next((each for each in suggested.suggestions if each.category == one.segment), None)
    return {**_short(board, one), "words": [span.words for span in best.evidence[:3]] if best else []}


def _confirmed(request: HttpRequest, board: Board, rows: Sequence[Waiting], level: int) -> HttpResponse:
    """Refused: `bulk_changed`, `bulk_sample`."""
    seen = _seen(rows)
    if request.POST.get("list") != _list_hash(seen):
        raise Refused("bulk_changed", seen=request.POST.get("count", "?")[:9], now=len(rows))
    sample = _sample(rows, seen)
    right = sum(request.POST.get(f"right-{one.firm.pk}") == "yes" for one in sample)
    if right < len(sample):
        raise Refused("bulk_sample", sample=len(sample), right=right)
    done = confirm_many(
        board, [(one.firm.pk, one.segment) for one in rows], level / 100, len(sample), signed_in(request)
    )
    messages.success(
        request,
        t("已批量确认 {n} 家（概率不低于 {level}%，抽查 {s} 家全部正确）。",
          "{n} firms confirmed (probability at least {level}%, all {s} of the sample right).",
          n=done, level=level, s=len(sample)),
    )  # fmt: skip
    return redirect(reverse("placement-workbench", args=[board.chain.id]))
