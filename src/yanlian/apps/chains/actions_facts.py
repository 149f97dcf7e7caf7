"""Facts about chains taken in together: product texts, supply links, outside firms, figures of other areas.

Each may be repeated: what is there already stays, and how many rows were added is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import models, transaction

from yanlian.apps.chains.actions_neighbours import refresh_neighbours
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ProductText, ReferenceFigure, SupplyLink
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User

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
