"""Clicks on a large network of firms: milliseconds of a walk over three tiers, from SQLite or PostgreSQL.

    yanlian bench chain-queries [--nodes 1000000] [--links 5000000] [--database URL] [--json FILE]
    python bench/chain_queries.py …                    the same

A network is drawn (few firms have very many links), written into the table that the pages walk (the model's own DDL,
in a database of its own: by default a SQLite file that is thrown away; a PostgreSQL database that already has the table
is refused), and asked: some firms drawn at random and the largest ones, up and down, each once. *walk* is what a page
does (bounded breadth, what is left out is counted), *recursive* the same question as one recursive statement that only
counts firms. Answers are compared: bounded ones with a plain walk over the arrays, unbounded ones with the engine's
compressed rows (`engine.chain.network.walks`). Wall milliseconds and CPU milliseconds of this process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Links
from yanlian.engine.chain.network.walks import Direction, rows_for, tiers

_TIERS = 3
_AT_ONCE = 200_000
_MOST_CHECKED = 20_000


def drawn(nodes: int, links: int, seed: int) -> Links:
    """A network in which the degrees of both sides have heavy tails; no pair twice, nobody supplies itself."""
    rng = np.random.default_rng(seed)
    supplier = (nodes * rng.random(links) ** 2.2).astype(np.int64)
    customer = rng.permutation(nodes)[(nodes * rng.random(links) ** 1.6).astype(np.int64)]
    pairs = np.unique((supplier * nodes + customer)[supplier != customer])
    weight = np.round(rng.lognormal(14, 1.5, len(pairs)))
    one, other = (pairs // nodes).astype(np.int32), (pairs % nodes).astype(np.int32)
    return Links(range(nodes), one, other, weight)


@dataclass(frozen=True)
class Table:
    """The rows of the clustered table as columns."""

    key: np.ndarray
    other: np.ndarray
    amount: np.ndarray
    count: np.ndarray


def table_of(links: Links, places: int) -> Table:
    """Every link from both ends, by firm and direction, the largest first."""
    firm = np.concatenate([links.supplier, links.customer]).astype(np.int64)
    other = np.concatenate([links.customer, links.supplier]).astype(np.int64)
    up = np.repeat([0, 1], len(links))
    amount = np.tile(links.weight.astype(np.int64), 2)
    side = firm * 2 + up
    order = np.lexsort((other, -amount, side))
    side, other, amount = side[order], other[order], amount[order]
    degree = np.bincount(side, minlength=2 * len(links.firms))
    begin = np.concatenate([[0], np.cumsum(degree)])
    place = np.arange(len(side)) - begin[side]
    return Table(side * places + place, other, amount, degree[side])


def write(database, model, table: Table) -> None:
    """Into the model's own table, in the order of its keys."""
    with database.schema_editor() as editor:
        editor.create_model(model)
    name = database.ops.quote_name(model._meta.db_table)
    columns = '("key", "other_id", "year", "amount_fen", "links", "count")'
    with database.cursor() as cursor:
        cursor.execute("BEGIN")
        for rows in _chunks(table):
            if database.vendor == "sqlite":
                cursor.cursor.executemany(f"INSERT INTO {name} {columns} VALUES (?, ?, 2025, ?, 1, ?)", rows)
            else:
                with cursor.copy(f"COPY {name} {columns} FROM STDIN") as copy:
                    for key, other, amount, count in rows:
                        copy.write_row((key, other, 2025, amount, 1, count))
        cursor.execute("COMMIT")
        if database.vendor == "postgresql":
            cursor.execute(f"VACUUM ANALYZE {name}")


def _chunks(table: Table) -> Iterator[Iterator[tuple[int, int, int, int]]]:
    for start in range(0, len(table.key), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        columns = (table.key, table.other, table.amount, table.count)
        yield zip(*(column[part].tolist() for column in columns), strict=True)


def recursive(database, model, places: int, firm: int, direction: Direction, breadth: int) -> int:
    """The same three tiers as one recursive statement; how many firms it meets."""
    name = database.ops.quote_name(model._meta.db_table)
    side = int(direction == "up")
    hinted = "CROSS JOIN" if database.vendor == "sqlite" else "JOIN"
    on = "WHERE" if database.vendor == "sqlite" else "ON TRUE WHERE"
    with database.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE met(firm, tier) AS (SELECT CAST(%s AS BIGINT), 0 UNION SELECT n.other_id, met.tier + 1 "
            f'FROM met {hinted} {name} AS n {on} n."key" >= (met.firm * 2 + {side}) * {places} '
            f'AND n."key" < (met.firm * 2 + {side}) * {places} + {breadth} AND met.tier < {_TIERS}) '
            "SELECT COUNT(*) FROM (SELECT firm FROM met GROUP BY firm) AS firms",
            [firm],
        )
        return int(cursor.fetchone()[0])


def timed(ask: Callable[[int, Direction], int], firms: Sequence[int], direction: Direction) -> dict[str, float]:
    """Milliseconds of one question, each firm asked once."""
    wall, cpu, met = [], [], []
    for firm in firms:
        started, used = time.perf_counter(), time.process_time()
        met.append(ask(firm, direction))
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return {
        "median_ms": round(statistics.median(wall), 3),
        "p95_ms": round(float(np.quantile(wall, 0.95)), 3),
        "largest_ms": round(max(wall), 3),
        "cpu_median_ms": round(statistics.median(cpu), 3),
        "cpu_p95_ms": round(float(np.quantile(cpu, 0.95)), 3),
        "firms_met_median": statistics.median(met),
        "firms_met_most": max(met),
    }


def slow_walk(links: Links, firm: int, direction: Direction, breadth: int) -> dict[int, int]:
    """The bounded walk over plain arrays: the tier of each firm met."""
    rows = rows_for(links, direction)
    tier, frontier = {firm: 0}, [firm]
    for step in range(1, _TIERS + 1):
        following = []
        for one in frontier:
            first, last = rows.start[one], rows.start[one + 1]
            largest = np.lexsort((rows.to[first:last], -links.weight[rows.link[first:last]]))[:breadth]
            for other in rows.to[first:last][largest].tolist():
                if other not in tier:
                    tier[other] = step
                    following.append(other)
        frontier = following
    return tier


def different(links: Links, walk, database, firms: Sequence[int], breadth: int, places: int) -> tuple[int, int]:
    """How many answers were compared, and how many differ."""
    checked = wrong = 0
    for firm in firms:
        for direction in ("up", "down"):
            bounded = walk([firm], direction, _TIERS, breadth=breadth, followed=places, database=database)
            wrong += bounded.tier != slow_walk(links, firm, direction, breadth)
            checked += 1
            whole = tiers(links, [firm], _TIERS, direction)
            if len(whole.firm) > _MOST_CHECKED:
                continue
            found = walk([firm], direction, _TIERS, breadth=places, followed=places, database=database)
            wanted = dict(zip(whole.firm.tolist(), whole.tier.tolist(), strict=True))
            one, other = links.supplier[whole.link].tolist(), links.customer[whole.link].tolist()
            pairs = set(zip(other, one, strict=True) if direction == "up" else zip(one, other, strict=True))
            steps = {(step.firm, step.other) for step in found.steps}
            wrong += found.tier != wanted or steps != pairs or not found.complete
            checked += 1
    return checked, wrong


def measure(database, links: Links, asked: int, breadth: int, followed: int, seed: int) -> dict[str, object]:
    """Writes the table, asks, compares, and takes the table away again."""
    from yanlian.apps.chains.models import PLACES, Neighbour
    from yanlian.apps.chains.walking import walk

    if Neighbour._meta.db_table in database.introspection.table_names():
        raise Refused("bench_database_used", table=Neighbour._meta.db_table)
    started = time.perf_counter()
    write(database, Neighbour, table_of(links, PLACES))
    written = time.perf_counter() - started
    rng = np.random.default_rng(seed + 1)
    degree = np.diff(links.suppliers.start) + np.diff(links.customers.start)
    chance = rng.choice(np.flatnonzero(degree > 0), size=asked, replace=False).tolist()
    largest = np.argsort(-degree)[: max(asked // 4, 1)].tolist()

    def asks(firm: int, direction: Direction) -> int:
        found = walk([firm], direction, _TIERS, breadth=breadth, followed=followed, database=database)
        return len(found.tier)

    def asks_recursive(firm: int, direction: Direction) -> int:
        return recursive(database, Neighbour, PLACES, firm, direction, breadth)

    try:
        asks(0, "up")
        figures: dict[str, object] = {"written_seconds": round(written, 1)}
        for name, ask in (("walk", asks), ("recursive", asks_recursive)):
            for kind, firms in (("any", chance), ("largest", largest)):
                for direction in ("up", "down"):
                    figures[f"{name}_{kind}_{direction}"] = timed(ask, firms, direction)
        checked, wrong = different(links, walk, database, [*chance[:20], *largest[:5]], breadth, PLACES)
        return figures | {"compared": checked, "different": wrong}
    finally:
        with database.schema_editor() as editor:
            editor.delete_model(Neighbour)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=5_000_000)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--breadth", type=int, default=10)
    parser.add_argument("--followed", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", default="")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
    import django

    django.setup()
    from django.db import ConnectionHandler

    from yanlian.web.database import database_from_url

    links = drawn(given.nodes, given.links, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        settings = database_from_url(given.database, Path(folder))
        database = ConnectionHandler({"default": settings})["default"]
        figures = measure(database, links, given.asked, given.breadth, given.followed, given.seed)
        database.close()
    about = {
        "nodes": given.nodes,
        "links": len(links),
        "database": "postgresql" if given.database else "sqlite",
        "tiers": _TIERS,
        "breadth": given.breadth,
        "followed": given.followed,
    }
    text = json.dumps(about | figures, indent=2)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
