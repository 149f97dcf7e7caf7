"""Whom a firm trades with, largest first, laid out for walking: what clicks read."""

from __future__ import annotations

from django.db import models

from yanlian.apps.registry.models import Entity

# Places a firm and direction has: more neighbours than these are not kept (the smallest ones fall away).
PLACES = 1 << 20


def first_key(firm: int, *, up: bool) -> int:
    """The key of a firm's largest supplier (`up`) or customer; the others follow without a gap."""
    return (firm * 2 + up) * PLACES


class Neighbour(models.Model):
    """A supplier or customer of a firm, in the order of what was traded in the last year they traded.

    Made from `SupplyLink` by `actions_neighbours`, one row for each pair and direction. The key holds firm, direction
    and place, so that the neighbours of a firm lie side by side: the primary key is the table itself on SQLite, and on
    PostgreSQL the rows are written in its order. A step of a walk is one range of keys for each firm.
    """

    key = models.BigIntegerField(primary_key=True)
    # No constraint: the pair stands in SupplyLink, which has one.
    other = models.ForeignKey(
        Entity, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+"
    )
    # All products of the last year in which the two traded; null: no amount is known of it.
    year = models.IntegerField()
    amount_fen = models.BigIntegerField(null=True)
    # Supply links between the two, of all years and products.
    links = models.IntegerField()
    # Neighbours that the firm has in this direction: what a bounded walk says it left out.
    count = models.IntegerField()

    class Meta:
        ordering = ["key"]
        verbose_name = "上下游邻接"

    def __str__(self) -> str:
        return f"{self.key} {self.other_id}"
