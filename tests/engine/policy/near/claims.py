"""What a near miss claims, tried without the code that found it: the changes laid over the dossier by hand, the outcome
asked of the evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from yanlian.engine.dossier import UNDELIVERED, Coverage
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.near import NearMiss, Way
from yanlian.engine.policy.near.plan import Edit


def tried(evaluator: Evaluator, row: Mapping[str, object], coverage: Coverage, miss: NearMiss) -> int:
    """Every way of a near miss is tried; how many changes were checked to the unit."""
    checked = 0
    for way in miss.ways:
        if way.kind == "wait":
            assert_waiting(evaluator, row, coverage, miss, way)
            continue
        assert is_reached(evaluator, row, coverage, miss, way, way.plan.edits), way
        for edit, nearer in exact_edits(row, way):
            others = tuple(one for one in way.plan.edits if one is not edit)
            moved = (*others, edit.at(nearer, edit.op))
            assert not is_reached(evaluator, row, coverage, miss, way, moved), (way, edit)
            checked += 1
    return checked


def is_reached(
    evaluator: Evaluator,
    row: Mapping[str, object],
    coverage: Coverage,
    miss: NearMiss,
    way: Way,
    edits: tuple[Edit, ...],
) -> bool:
    """Whether the outcome is as the way says, with these edits instead of its own."""
    changed, covered = laid_by_hand(evaluator, row, coverage, way, edits)
    before = {one.matter for one in evaluator.evaluate(row, coverage) if one.clause == miss.outcome.clause}
    found = [one for one in evaluator.evaluate(changed, covered) if one.clause == miss.outcome.clause]
    is_new = miss.outcome.event_on is None and not miss.outcome.matter
    return any(
        one.kind == way.reaches
        and "null" not in one.reason
        and (one.matter == miss.outcome.matter or (is_new and one.matter not in before - {""}))
        for one in found
    )


def laid_by_hand(
    evaluator: Evaluator, row: Mapping[str, object], coverage: Coverage, way: Way, edits: tuple[Edit, ...]
) -> tuple[dict[str, object], Coverage]:
    """The dossier with the edits, kinds of record that are delivered whole in its coverage."""
    changed = dict(row)
    schema = evaluator.packs.schema
    for kind in way.plan.deliveries:
        if changed.get(kind) is UNDELIVERED:
            changed[kind] = [] if schema.records[kind].many else None
        changed["refused"] = [one for one in changed.get("refused") or () if one != kind]
    for edit in sorted(edits, key=lambda one: one.index or 0):
        if edit.index is None:
            changed[edit.record] = {**(changed.get(edit.record) or {}), edit.field: edit.value}
            continue
        records = list(changed[edit.record] or ()) if edit.record in changed else []
        while len(records) <= edit.index:
            records.append({})
        records[edit.index] = {**records[edit.index], edit.field: edit.value}
        changed[edit.record] = records
    return changed, Whole(coverage, way.plan.deliveries)


def exact_edits(row: Mapping[str, object], way: Way) -> list[tuple[Edit, object]]:
    """The edits of which the way says that they are as small as can be, with the value one unit nearer."""
    names = {(change.fact_en, change.record_key) for change in way.changes if change.exact and change.what == "field"}
    found: list[tuple[Edit, object]] = []
    if not names:
        return found
    exact = sum(change.exact for change in way.changes if change.what == "field")
    fields = [edit for edit in way.plan.edits if is_old(row, edit)]
    if exact != len(fields):
        return found
    for edit in fields:
        present = stored_of(row, edit)
        up = edit.op in {">", ">="} if present is None else present < edit.value
        step = -1 if up else 1
        nearer = edit.value + (timedelta(days=step) if isinstance(edit.value, date) else step)
        found.append((edit, nearer))
    return found


def is_old(row: Mapping[str, object], edit: Edit) -> bool:
    """Whether an edit is of a record that is there already."""
    return edit.index is None or edit.index < len(row.get(edit.record) or ())


def stored_of(row: Mapping[str, object], edit: Edit) -> object:
    """What the field says now; None for nothing."""
    held = row.get(edit.record)
    record = (held if edit.index is None else held[edit.index]) or {}
    value = record.get(edit.field)
    return None if value is UNDELIVERED else value


def assert_waiting(
    evaluator: Evaluator, row: Mapping[str, object], coverage: Coverage, miss: NearMiss, way: Way
) -> None:
    """On its day the clause is reached, the day before it is not, when nothing else is delivered or happens."""
    (change,) = way.changes
    day = change.day
    assert day is not None
    assert day > miss.as_of
    frozen = Frozen(coverage, miss.as_of)
    for on, wanted in ((day, True), (day - timedelta(days=1), False)):
        later = Evaluator(evaluator.packs, on, any_status=True, parameters=evaluator.parameters)
        found = [one for one in later.evaluate(row, frozen) if one.clause == miss.outcome.clause]
        assert any(one.kind == way.reaches and "null" not in one.reason for one in found) is wanted, (way, on)


class Whole(Coverage):
    """A coverage in which some kinds of record are delivered whole, also from elsewhere for a firm that moved in."""

    def __init__(self, base: Coverage, kinds: frozenset[str]) -> None:
        super().__init__(base.deliveries, everything=base.everything)
        self.base, self.kinds = base, kinds

    def gaps(self, record: str, until: date, since: date | None = None) -> tuple[tuple[date | None, date], ...]:
        return () if record in self.kinds else self.base.gaps(record, until, since)


class Frozen(Coverage):
    """A coverage that asks nothing of what lies after a day."""

    def __init__(self, base: Coverage, until: date) -> None:
        super().__init__(base.deliveries, everything=base.everything)
        self.base, self.until = base, until

    def gaps(self, record: str, until: date, since: date | None = None) -> tuple[tuple[date | None, date], ...]:
        return self.base.gaps(record, min(until, self.until), since)
