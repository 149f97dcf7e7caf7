"""State, gaps, candidates and leaders as plain data, for the command line and programs. Unknown is null."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.apps.chains.filling import Filling
from yanlian.apps.chains.models import OutsideFirm
from yanlian.apps.chains.state import ChainState
from yanlian.engine.chain.segments import Graded, Judged
from yanlian.engine.chain.segments.candidates import Candidate
from yanlian.engine.chain.segments.gaps import Gap, MeasureId
from yanlian.engine.chain.segments.leaders import Leader
from yanlian.engine.chain.segments.quantities import QUANTITIES


def state_data(state: ChainState) -> dict[str, object]:
    """Every segment with its figures, grade and reasons."""
    reference = state.reference
    return {
        "chain": state.chain.id,
        "stated": state.chain.stated.isoformat(),
        "year": state.year,
        "reference": None if reference is None else {"code": reference.code, "area": reference.area},
        "segments": [graded_data(one.graded) | {"pending": one.pending} for one in state.segments.values()],
    }


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
    return {"at": one.comparison.at, "at_least": one.comparison.at_least, "value": one.range.value, "holds": one.holds}


def filling_data(found: Filling, across: MeasureId, up: MeasureId) -> dict[str, object]:
    """Gaps with their measures, the frontier on two of them, and the back-tests."""
    line = found.frontier(across, up)
    on = {one.segment for one in line.on}
    return {
        "chain": found.chain.id,
        "across": across,
        "up": up,
        "first": [one.segment for one in found.first(across, up)],
        "space": {"kind": found.space.kind, "rows": found.space.rows, "fictional": found.space.fictional},
        "back_tests": {
            key: {"auc": one.auc, "hidden": one.hidden, "pairs": one.pairs} for key, one in found.tests.items()
        },
        "gaps": [_gap(found, one, is_on=one.segment in on) for one in found.gaps],
    }


def _gap(found: Filling, one: Gap, *, is_on: bool) -> dict[str, object]:
    return {
        "segment": one.segment,
        "title": found.chain.by_id[one.segment].title,
        "grade": one.graded.grade,
        "on_frontier": is_on,
        "measures": dict(one.measures),
        "needed_by": list(dict.fromkeys(edge.customer for edge in one.needed_by)),
        "customers": [found.names[key][1] for key in one.customers if key in found.names],
        "candidates": candidates_data(found, found.candidates(one.segment)),
    }


def candidates_data(found: Filling, candidates: Sequence[Candidate]) -> list[dict[str, object]]:
    """Candidates in their order with the columns that it follows."""
    codes = {
        one.pk: one.code for one in OutsideFirm.objects.filter(pk__in=[int(each.firm.id[1:]) for each in candidates])
    }
    return [
        {
            "code": codes[int(one.firm.id[1:])],
            "name": one.firm.name,
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
