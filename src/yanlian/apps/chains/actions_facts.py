"""Facts about chains taken in together: product texts, supply links, outside firms, figures of other areas.

Each may be repeated: what is there already stays, and how many rows were added is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import models, transaction

from yanlian.apps.chains.actions_neighbours import refresh_neighbours
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ProductText, ReferenceFigure, SupplyLink
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.apps.registry.portions import portions

M = TypeVar("M", ProductText, SupplyLink, OutsideFirm, OutsideTie, ReferenceFigure)
_BATCH = 1000


def add_products(rows: Sequence[ProductText], by: User | None = None) -> int:
    """What firms make. One of the same words and source is kept once for each firm."""
    return _added(ProductText, rows, by)


def add_links(rows: Sequence[SupplyLink], by: User | None = None) -> int:
    """Who supplied whom. One of the same year, product and source is kept once for each pair."""
    with transaction.atomic():
        added = _added(SupplyLink, rows, by)
        if added:
            refresh_neighbours({firm for row in rows for firm in (row.supplier_id, row.customer_id)})
        return added


def add_outside_firms(rows: Sequence[OutsideFirm], by: User | None = None) -> int:
    """Firms outside the district, by code."""
    return _added(OutsideFirm, rows, by)


def add_ties(rows: Sequence[OutsideTie], by: User | None = None) -> int:
    """What ties them to local firms."""
    return _added(OutsideTie, rows, by)


def add_references(rows: Sequence[ReferenceFigure], by: User | None = None) -> int:
    """Figures of other areas, one for each area, segment and year."""
    return _added(ReferenceFigure, rows, by)


@transaction.atomic
def _added(model: type[M], rows: Sequence[M], by: User | None) -> int:
    manager: models.Manager[M] = model._default_manager
    before = manager.count()
    manager.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    added = manager.count() - before
    if added:
        record("chain_facts_added", by=by, kind=model._meta.model_name or "", rows=added)
    return added


@dataclass(frozen=True, slots=True)
class Supersede:
    """How many facts came in, replaced other values of the same fact, or stood there already."""

    added: int
    changed: int
    unchanged: int


@transaction.atomic
def supersede(model: type[models.Model], rows: Sequence[models.Model], key: Sequence[str]) -> Supersede:
    """Facts of one kind, each at most once, `key`: the attributes that tell them apart. What stands with other values
    is replaced."""
    own = {"id", "recorded_at", *key}
    told = [one.attname for one in model._meta.concrete_fields if one.attname not in own]
    standing = _standing(model, rows, key)
    new, changed = [], []
    for row in rows:
        found = standing.get(tuple(getattr(row, one) for one in key))
        if found is None:
            new.append(row)
        elif any(getattr(found, one) != getattr(row, one) for one in told):
            row.pk = found.pk
            changed.append(row)
    model._default_manager.bulk_create(new, batch_size=_BATCH)
    if changed:
        model._default_manager.bulk_update(changed, [*told, "recorded_at"], batch_size=_BATCH // 10)
    if model is SupplyLink and (new or changed):
        met = [row for row in (*new, *changed) if isinstance(row, SupplyLink)]
        refresh_neighbours({firm for row in met for firm in (row.supplier_id, row.customer_id)})
    return Supersede(len(new), len(changed), len(rows) - len(new) - len(changed))


def _standing(
    model: type[models.Model], rows: Sequence[models.Model], key: Sequence[str]
) -> dict[tuple[object, ...], models.Model]:
    """What stands of the rows' facts, found by the first attribute of the key."""
    first = sorted({getattr(row, key[0]) for row in rows})
    found: dict[tuple[object, ...], models.Model] = {}
    for some in portions(first):
        for one in model._default_manager.filter(**{f"{key[0]}__in": some}):
            found[tuple(getattr(one, name) for name in key)] = one
    return found


def facts_taken_in(kind: str, file: str, sha256: str, counts: tuple[int, int, int, int], by: User | None) -> None:
    """A file of facts was taken in: (added, changed, unchanged, refused), for the log."""
    added, changed, unchanged, refused = counts
    record(
        "chain_file_imported", by=by, kind="chain_file", key=kind, file=file, sha256=sha256, added=added,
        changed=changed, unchanged=unchanged, refused=refused,
    )  # fmt: skip
