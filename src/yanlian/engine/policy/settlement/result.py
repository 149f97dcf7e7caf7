"""What settling gives: one line for each outcome under each budget or quota, and what each came to in each year."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal, cast

import pyarrow as pa

from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.settlement.rules import Budget

# granted: gets what is asked, or part of it; out: gets nothing; paid: was paid before and keeps that; unknown, manual:
# cannot be placed; open: undecided in the run, competes only when it is decided.
# gone: a payment to an outcome that does not compete (any more).
State = Literal["granted", "out", "paid", "unknown", "manual", "open", "gone"]
STATES: tuple[State, ...] = ("granted", "out", "paid", "unknown", "manual", "open", "gone")
# The bucket of what holds for ever.
LIFE = "life"
METADATA = b"yanlian.settlement"

# rule: its place among the rules; bucket: the year whose money it is, or "life"; rank: its place in the order from 1,
# 0 without one; key: what it is ordered by, as words; group: the value of `by`; before_fen, after_fen: what it asks for
# and gets, carried_fen: what waits for the next year; provisional: an undecided outcome may still change it; missing:
# JSON, why it is unknown.
SETTLEMENT_SCHEMA = pa.schema(
    [
        pa.field("entity", pa.string(), nullable=False),
        pa.field("clause", pa.string(), nullable=False),
        pa.field("matter", pa.string(), nullable=False),
        pa.field("period", pa.string(), nullable=False),
        pa.field("event_on", pa.date32()),
        pa.field("rule", pa.int32(), nullable=False),
        pa.field("bucket", pa.string(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("rank", pa.int64(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        pa.field("before_fen", pa.int64(), nullable=False),
        pa.field("after_fen", pa.int64(), nullable=False),
        pa.field("carried_fen", pa.int64(), nullable=False),
        pa.field("provisional", pa.bool_(), nullable=False),
        pa.field("missing", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a settlement; see SETTLEMENT_SCHEMA."""

    entity: str
    clause: str
    matter: str
    period: str
    event_on: date | None
    rule: int
    bucket: str
    state: State
    rank: int
    key: str
    group: str
    before_fen: int
    after_fen: int
    carried_fen: int
    provisional: bool
    missing: tuple[Mapping[str, str], ...]

    @property
    def outcome(self) -> tuple[str, str, str, str]:
        """The key of the outcome."""
        return self.entity, self.clause, self.matter, self.period


@dataclass(slots=True)
class Bucket:
    """What a rule came to in a year. `limit`: fen or places, None where its formula gave none; `paid`: fen paid before
    to others than those who compete, or beyond what is due (of a quota: places taken); `count`: how many compete,
    `granted`: how many of them get something; `line`: where the last one who gets anything stands, as words; `groups`:
    values of `by`."""

    rule: int
    name: str
    limit: int | None
    paid: int = 0
    count: int = 0
    granted: int = 0
    asked_fen: int = 0
    granted_fen: int = 0
    carried_fen: int = 0
    open: int = 0
    open_clauses: tuple[str, ...] = ()
    groups: int = 0
    line: str = ""

    @property
    def short(self) -> bool:
        """Whether somebody got less than asked."""
        return self.granted_fen < self.asked_fen or self.granted < self.count


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule as those read it who only see a finished run. `how`: when_short of a budget, ties of a quota; `gated`:
    clauses of it that give no money."""

    id: str
    kind: Literal["budget", "quota"]
    label: str
    article: str
    clauses: tuple[str, ...]
    per: str
    how: str
    straddle: str
    grouped: bool
    gated: tuple[str, ...] = ()

    @classmethod
    def of(cls, rule: CompiledSettling) -> RuleTold:
        """What there is to be told of a rule."""
        source = rule.source
        how: str
        if isinstance(source, Budget):
            how, straddle, grouped = (
                source.when_short,
                "" if source.when_short == "pro_rata" else source.straddle,
                False,
            )
        else:
            how, straddle, grouped = source.ties if source.rank_by else "first", "", source.by is not None
        clauses = tuple(one.id for one in rule.members)
        gated = tuple(one.id for one in rule.members if one.source.gate_only)
        return cls(rule.id, rule.kind, source.label, source.article, clauses, source.per, how, straddle, grouped, gated)


@dataclass(frozen=True, slots=True)
class Settled:
    """All of it. `rules` in the order in which they were settled; `table` (SETTLEMENT_SCHEMA) in the order of outcomes:
    entity, clause as it stands, matter, period, then rule."""

    rules: tuple[RuleTold, ...]
    buckets: tuple[Bucket, ...]
    table: pa.Table

    def entries(self) -> Iterator[Entry]:
        """Line by line."""
        return entries_of(self.table)


def entries_of(table: pa.Table) -> Iterator[Entry]:
    """The lines of a table of SETTLEMENT_SCHEMA."""
    for batch in table.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            missing = json.loads(row["missing"]) if row["missing"] else []
            yield Entry(**{**row, "missing": tuple(missing)})


def written(rules: tuple[RuleTold, ...], buckets: tuple[Bucket, ...]) -> bytes:
    """Rules and buckets as the metadata of a file; the same gives the same bytes."""
    told = {"rules": [asdict(one) for one in rules], "buckets": [asdict(one) for one in buckets]}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def read_back(data: bytes) -> tuple[tuple[RuleTold, ...], tuple[Bucket, ...]]:
    """What `written` wrote."""
    told = cast("dict[str, list[dict[str, object]]]", json.loads(data))
    rules = tuple(RuleTold(**_tuples(one)) for one in told["rules"])  # type: ignore[arg-type]  # written by `written`
    buckets = tuple(Bucket(**_tuples(one)) for one in told["buckets"])  # type: ignore[arg-type]  # likewise
    return rules, buckets


def _tuples(data: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
