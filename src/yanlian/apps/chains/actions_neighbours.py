"""Makes the table that clicks walk out of the supply links: for all firms, or for those whose links changed.

One statement in the database does the grouping and the order, so that a million firms need no memory here.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from django.db import connection, transaction

from yanlian.apps.chains.models import PLACES, Neighbour, SupplyLink, first_key

_FIRMS_AT_ONCE = 500


@transaction.atomic
def rebuild_neighbours() -> int:
    """All neighbours anew, in the order of their keys. How many there are. Repeating it changes nothing."""
    Neighbour.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_insert(""))
        return Neighbour.objects.count()


@transaction.atomic
def refresh_neighbours(firms: Collection[int]) -> None:
    """The neighbours of these firms anew (both ends of a link that came must be among them)."""
    asked = sorted(set(firms))
    for start in range(0, len(asked), _FIRMS_AT_ONCE):
        some = asked[start : start + _FIRMS_AT_ONCE]
        for firm in some:
            begin = first_key(firm, up=False)
            Neighbour.objects.filter(key__gte=begin, key__lt=begin + 2 * PLACES).delete()
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(_insert("IN (SELECT value FROM json_each(%s))"), [json.dumps(some)] * 2)
            else:
                cursor.execute(_insert("= ANY(%s)"), [some] * 2)


def _insert(which: str) -> str:
    """Pairs with the amount of their last year, once from each end, numbered by amount. `which`: of which firms."""
    links, table = (connection.ops.quote_name(one._meta.db_table) for one in (SupplyLink, Neighbour))
    only = {"down": "", "up": ""}
    if which:
        only = {"down": f"WHERE supplier_id {which}", "up": f"WHERE customer_id {which}"}
    return f"""
        INSERT INTO {table} ("key", "other_id", "year", "amount_fen", "links", "count")
        SELECT (firm * 2 + up) * {PLACES} + place, other, last, amount, links, total
        FROM (
            SELECT firm, up, other, last, amount, links,
                ROW_NUMBER() OVER (PARTITION BY firm, up ORDER BY amount DESC NULLS LAST, other) - 1 AS place,
                COUNT(*) OVER (PARTITION BY firm, up) AS total
            FROM ({_pairs(links, "supplier_id", "customer_id", 0, only["down"])}
                UNION ALL {_pairs(links, "customer_id", "supplier_id", 1, only["up"])}) AS pairs
        ) AS placed
        WHERE place < {PLACES}
        ORDER BY 1
    """  # noqa: S608 (names of our own tables and columns)


def _pairs(links: str, firm: str, other: str, up: int, only: str) -> str:
    """Both ends of each pair, the last year they traded, what they traded in it and how many links there are."""
    return f"""
        SELECT firm, {up} AS up, other, MAX(year) AS last, SUM(links) AS links,
            SUM(CASE WHEN newest = 1 THEN amount END) AS amount
        FROM (
            SELECT {firm} AS firm, {other} AS other, year, COUNT(*) AS links, SUM(amount_fen) AS amount,
                ROW_NUMBER() OVER (PARTITION BY {firm}, {other} ORDER BY year DESC) AS newest
            FROM {links} {only} GROUP BY {firm}, {other}, year
        ) AS years{up}
        GROUP BY firm, other
    """  # noqa: S608
