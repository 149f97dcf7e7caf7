"""Up and down the supply links from the database: tier by tier with bounded breadth, and the surroundings of a firm.

Each tier is one statement over the clustered table `Neighbour`: one range of keys for each firm of the tier before.
One recursive statement takes about as long on SQLite and a hundred times longer on PostgreSQL, whose planner does not
see how short the ranges are (`yanlian bench chain-queries`), and it cannot say what it left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from yanlian.apps.chains.models import PLACES, Neighbour, first_key
from yanlian.engine.chain.network.walks import Direction

# What a page shows: so many neighbours of each firm, so many firms of a tier followed further.
BREADTH, FOLLOWED = 10, 200
Row = tuple[int, int, int, int | None, int, int]


@dataclass(frozen=True, slots=True)
class Step:
    """From a firm of one tier to one of the next. `year`, `amount_fen`: what they last traded; `links`: how many supply
    links say so."""

    tier: int
    firm: int
    other: int
    year: int
    amount_fen: int | None
    links: int


@dataclass
class Walk:
    """What a walk met: the tier of each firm, the steps in the order of tiers, and what it left out.

    `more`: of a firm, how many further neighbours it has that are not shown; `unfollowed`: of a tier, how many of its
    firms were not asked for theirs.
    """

    tier: dict[int, int]
    steps: list[Step] = field(default_factory=list)
    more: dict[int, int] = field(default_factory=dict)
    unfollowed: dict[int, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether nothing was left out."""
        return not self.more and not self.unfollowed


def walk(
    firms: Sequence[int],
    direction: Direction,
    tiers: int,
    *,
    breadth: int = BREADTH,
    followed: int = FOLLOWED,
    database: BaseDatabaseWrapper | None = None,
) -> Walk:
    """Tiers from some firms up or down; each firm stands in the first tier in which it is met. The largest `breadth`
    neighbours of a firm are shown, those of the first `followed` firms of a tier."""
    found = Walk(dict.fromkeys(firms, 0))
    frontier = list(firms)
    for tier in range(1, tiers + 1):
        if len(frontier) > followed:
            found.unfollowed[tier - 1] = len(frontier) - followed
            frontier = frontier[:followed]
        frontier = _one_tier(found, frontier, direction, tier, breadth, database or connection)
        if not frontier:
            break
    return found


def _one_tier(
    found: Walk, frontier: list[int], direction: Direction, tier: int, breadth: int, database: BaseDatabaseWrapper
) -> list[int]:
    met: list[int] = []
    known, steps = found.tier, found.steps
    for key, other, year, amount, links, count in neighbours(frontier, direction, breadth, database):
        firm, place = key // (2 * PLACES), key % PLACES
        if place == 0 and count > breadth:
            found.more[firm] = count - breadth
        if other not in known:
            known[other] = tier
            met.append(other)
        if known[other] == tier:
            steps.append(Step(tier, firm, other, year, amount, links))
    return met


def neighbours(
    firms: Sequence[int], direction: Direction, breadth: int, database: BaseDatabaseWrapper | None = None
) -> list[Row]:
    """The largest neighbours of some firms, in the order of the firms given: key, other, year, amount, links, count."""
    database = database or connection
    breadth = min(breadth, PLACES)
    begins = [first_key(firm, up=direction == "up") for firm in firms]
    table = database.ops.quote_name(Neighbour._meta.db_table)
    columns = 'n."key", n.other_id, n.year, n.amount_fen, n.links, n."count"'
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            # CROSS JOIN keeps SQLite from turning the two around.
            cursor.execute(
                f"SELECT {columns} FROM json_each(%s) AS f CROSS JOIN {table} AS n "  # noqa: S608
                'WHERE n."key" >= f.value AND n."key" < f.value + %s',
                [json.dumps(begins), breadth],
            )
        else:
            # LATERAL with a limit holds PostgreSQL to one walk of the index for each firm.
            cursor.execute(
                f"SELECT {columns} FROM unnest(%s::bigint[]) AS f(begin) "  # noqa: S608
                f'CROSS JOIN LATERAL (SELECT * FROM {table} WHERE "key" >= f.begin AND "key" < f.begin + %s '
                'ORDER BY "key" LIMIT %s) AS n',
                [begins, breadth, breadth],
            )
        return list(cursor.fetchall())
