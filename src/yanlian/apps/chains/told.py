"""State, gaps, candidates and leaders as plain data, for the command line and programs. Unknown is null."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

from yanlian.apps.chains.filling import Filling
from yanlian.apps.chains.models import OutsideFirm
from yanlian.apps.chains.state import ChainState, SegmentState
from yanlian.engine.chain.segments import Graded, Judged
from yanlian.engine.chain.segments.candidates import Candidate
from yanlian.engine.chain.segments.gaps import Gap, MeasureId
from yanlian.engine.chain.segments.leaders import Leader
from yanlian.engine.chain.segments.quantities import QUANTITIES


def state_data(state: ChainState) -> dict[str, object]:
    """Every segment with its figures, grade and reasons."""
    return state_head(state) | {"segments": [segment_data(state, one) for one in state.segments.values()]}


def state_head(state: ChainState) -> dict[str, object]:
    """Which chain, and what its segments are measured by."""
    reference = state.reference
    return {
        "chain": state.chain.id,
        "stated": state.chain.stated.isoformat(),
        "year": state.year,
        "reference": None if reference is None else {"code": reference.code, "area": reference.area},
    }


def segment_data(state: ChainState, one: SegmentState) -> dict[str, object]:
    """One segment with its grade, what waits for an official, and who here stops without it."""
    segment = state.chain.by_id[one.graded.segment]
    named = {"title": segment.title, "title_en": segment.title_en}
    return graded_data(one.graded) | named | {"pending": one.pending, "needed_by": one.needed_by}


def graded_data(one: Graded) -> dict[str, object]:
    """A grade with its quantities; `best` and `worst` differ where it is unknown."""
    return {
        "segment": one.segment,
        "grade": one.grade,
        "best": one.best,
        "worst": one.worst,
        "missing": list(one.missing),
        "quantities": {key: quantity.of(one.figures).value for key, quantity in QUANTITIES.items()},
        "deciding": [_judged(each) for each in one.deciding],
        "missed": [_judged(each) for each in one.missed],
    }


def _judged(one: Judged) -> dict[str, object]:
    line = one.comparison
    return {
        "at": line.at,
        "quantity": line.quantity,
        "at_least": line.at_least,
        "value": one.range.value,
        "low": None if isinf(one.range.low) else one.range.low,
        "high": None if isinf(one.range.high) else one.range.high,
        "holds": one.holds,
        "because": line.because,
        "source": line.source,
    }


def filling_data(found: Filling, across: MeasureId, up: MeasureId) -> dict[str, object]:
    """Gaps with their measures and candidates, the frontier on two measures, and the back-tests."""
    on = {one.segment for one in found.frontier(across, up).on}
    gaps = [
        gap_data(found, one, is_on=one.segment in on)
        | {"candidates": candidates_data(found, found.candidates(one.segment))}
        for one in found.gaps
    ]
    return filling_head(found, across, up) | {"gaps": gaps}


def filling_head(found: Filling, across: MeasureId, up: MeasureId) -> dict[str, object]:
    """With which gaps to begin, and how well the rankings predict."""
    return {
        "chain": found.chain.id,
        "across": across,
        "up": up,
        "first": [one.segment for one in found.first(across, up)],
        "space": {"kind": found.space.kind, "rows": found.space.rows, "fictional": found.space.fictional},
        "back_tests": {
            key: {"auc": one.auc, "hidden": one.hidden, "pairs": one.pairs} for key, one in found.tests.items()
        },
    }


def gap_data(found: Filling, one: Gap, *, is_on: bool) -> dict[str, object]:
    """One gap with its measures, and who here needs it."""
    return {
        "segment": one.segment,
        "title": found.chain.by_id[one.segment].title,
        "grade": one.graded.grade,
        "on_frontier": is_on,
        "measures": dict(one.measures),
        "needed_by": list(dict.fromkeys(edge.customer for edge in one.needed_by)),
        "customers": [found.names[key][1] for key in one.customers if key in found.names],
    }


def candidates_data(found: Filling, candidates: Sequence[Candidate]) -> list[dict[str, object]]:
    """Candidates in their order with the columns that it follows."""
    firms = OutsideFirm.objects.in_bulk([int(one.firm.id[1:]) for one in candidates])
    return [
        {
            "code": firms[int(one.firm.id[1:])].code,
            "name": one.firm.name,
            "fictional": firms[int(one.firm.id[1:])].fictional,
            "columns": dict(one.columns),
            "words": list(one.words),
            "ties": [
                {"kind": tie.kind, "local": found.names[tie.local][1] if tie.local in found.names else None,
                 "product": tie.product, "near": tie in one.near}
                for tie in one.firm.ties
            ],
        }
        for one in candidates
    ]  # fmt: skip


def leaders_data(leaders: Sequence[Leader], codes: dict[str, tuple[str, str]]) -> list[dict[str, object]]:
    """Leaders with their columns. `codes`: name and code of each firm by its id."""
    return [
        {
            "code": codes[one.firm][1],
            "name": codes[one.firm][0],
            "undominated": one.undominated,
            "segment": one.segment,
            "columns": dict(one.columns),
        }
        for one in leaders
    ]
