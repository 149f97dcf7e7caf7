"""还差什么: near misses of a run's outcomes, worked out on the run's snapshot when somebody asks, and remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from django.conf import settings
from django.core.cache import cache

from yanlian.apps.policies.explaining import snapshot_of
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import packs_of
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage
from yanlian.engine.dossier.groups import open_whole
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.near import NearMiss, near_miss

# Kinds of outcome that something can be missing for.
OPEN_KINDS = (Outcome.Kind.NOT_ELIGIBLE, Outcome.Kind.UNKNOWN)
# So many of one entity are worked out for a page; the others on their own pages.
MOST_OF_ENTITY = 12
# So many outcomes of a clause are looked at: those nearest by the number of rules that fail.
MOST_OF_CLAUSE = 300
PART = 40
_DAY = 86_400

Key = tuple[str, str]


def near_outcome(run: Run, entity: str, clause: str, matter: str | None = None) -> NearMiss:
    """The near miss of one outcome of a run.

    Raises `Refused`: `packs_changed`, `entity_not_in_snapshot`, and as `near_miss`.
    """
    key = _key(run, entity, clause, matter)
    known: NearMiss | None = cache.get(key)
    if known is None:
        evaluator, coverage = _evaluator(run)
        known = near_miss(evaluator, _row(run, entity), coverage, clause, matter)
        cache.set(key, known, _DAY)
    return known


def near_of_entity(run: Run, entity: str, asked: Sequence[Key]) -> Mapping[Key, NearMiss]:
    """The near misses of some outcomes (clause, matter) of one entity, the first `MOST_OF_ENTITY` of them. What cannot
    be worked out any more (packs or snapshot are gone) is left out."""
    asked = asked[:MOST_OF_ENTITY]
    keys = {key: _key(run, entity, *key) for key in asked}
    known: dict[str, NearMiss] = cache.get_many(keys.values())
    lacking = [key for key in asked if keys[key] not in known]
    if lacking:
        try:
            evaluator, coverage = _evaluator(run)
            row = _row(run, entity)
            outcomes = evaluator.evaluate(row, coverage)
            made = {
                keys[key]: near_miss(evaluator, row, coverage, *key, outcomes)
                for key in lacking
                if any((one.clause, one.matter) == key for one in outcomes)
            }
        except Refused:
            return {}
        cache.set_many(made, _DAY)
        known |= made
    return {key: known[text] for key, text in keys.items() if text in known}


@dataclass(frozen=True)
class Nearly:
    """Who nearly qualifies for a clause: outcomes with their near misses, and how far the search has come."""

    found: Sequence[tuple[Outcome, NearMiss]]
    done: int
    total: int
    # Outcomes of the run that are not looked at: more than `MOST_OF_CLAUSE`.
    left_out: int


def nearly(run: Run, clause: str, parts: int) -> Nearly:
    """The outcomes of a clause that something is missing for, those with the fewest failed rules first, the first
    `parts` times `PART` of them; the smallest changes first. Raises `Refused` as `near_outcome`."""
    candidates = _candidates(run, clause)
    chosen = candidates[:MOST_OF_CLAUSE]
    asked = chosen[: parts * PART]
    stored = Outcome.objects.filter(pk__in=[pk for _, pk in asked]).select_related("entity").in_bulk()
    outcomes = [stored[pk] for _, pk in asked]
    missed = _all(run, clause, outcomes)
    found = sorted(zip(outcomes, missed, strict=True), key=lambda pair: nearness(pair[1]))
    return Nearly(found, len(asked), len(chosen), len(candidates) - len(chosen))


def nearness(miss: NearMiss) -> tuple[int, int, int]:
    """For sorting: what can be brought about first, then by the number of changes, then by their size."""
    ranks = {"wait": 0, "improve": 0, "supply": 0, "cannot": 1, "none": 2}
    best = miss.best
    return (ranks[miss.kind], len(best.changes) if best else 0, best.size_ppm if best else 0)


def _candidates(run: Run, clause: str) -> list[tuple[int, int]]:
    """(number of failed rules, key) of the open outcomes of a clause, the fewest first."""
    rows = Outcome.objects.filter(run=run, clause=clause, kind__in=OPEN_KINDS).values_list("pk", "kind", "reason")
    found: list[tuple[int, int]] = []
    for pk, kind, reason in rows.iterator(chunk_size=2000):
        failed = len(reason.get("failed", []))
        found.append((failed if kind == Outcome.Kind.NOT_ELIGIBLE else len(reason.get("missing", [])) + 1, pk))
    return sorted(found)


def _all(run: Run, clause: str, outcomes: Iterable[Outcome]) -> list[NearMiss]:
    """The near misses of many outcomes of one clause; dossiers are read together."""
    outcomes = list(outcomes)
    keys = {one.pk: _key(run, one.entity.code, clause, one.matter) for one in outcomes}
    known: dict[str, NearMiss] = cache.get_many(keys.values())
    lacking = [one for one in outcomes if keys[one.pk] not in known]
    if lacking:
        evaluator, coverage = _evaluator(run)
        rows = _rows(run, {one.entity.code for one in lacking})
        for one in lacking:
            if one.entity.code not in rows:
                raise Refused("entity_not_in_snapshot", entity=one.entity.code, snapshot=run.snapshot_hash[:12])
            miss = near_miss(evaluator, rows[one.entity.code], coverage, clause, one.matter)
            cache.set(keys[one.pk], miss, _DAY)
            known[keys[one.pk]] = miss
    return [known[keys[one.pk]] for one in outcomes]


def _key(run: Run, entity: str, clause: str, matter: str | None) -> str:
    text = "\n".join(
        (str(run.pk), run.snapshot_hash, run.pack_hash, entity, clause, "-" if matter is None else f"={matter}")
    )
    return f"near:{hashlib.sha256(text.encode()).hexdigest()}"


def _evaluator(run: Run) -> tuple[Evaluator, Coverage]:
    return Evaluator(packs_of(run), run.as_of), snapshot_of(run).coverage


def _row(run: Run, entity: str) -> Mapping[str, object]:
    row = snapshot_of(run).find(entity)
    if row is None:
        raise Refused("entity_not_in_snapshot", entity=entity, snapshot=run.snapshot_hash[:12])
    return row


def _rows(run: Run, entities: Iterable[str]) -> dict[str, Mapping[str, object]]:
    record = SnapshotRecord.objects.get(hash=run.snapshot_hash)
    wanted = pa.array(sorted(entities), pa.string())
    found = open_whole(settings.DATA / record.folder).select(wanted).to_pylist()
    return {str(row["id"]): row for row in found}
