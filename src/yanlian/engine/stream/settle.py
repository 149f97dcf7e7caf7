"""A finished run settled: the outcomes of clauses with budgets or quotas, over all dossiers, streamed.

Memory holds what competes (some hundred bytes an outcome of the clauses concerned), never the dossiers. Payments are
read by column; the interpreter is asked only for what rules order or group by, and only of dossiers that compete.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Dossier
from yanlian.engine.dossier.groups import ID, Dossiers
from yanlian.engine.dossier.overlay import files_of, open_dossiers
from yanlian.engine.policy import Evaluator, PackSet, load_packs
from yanlian.engine.policy.payments import PAYMENTS
from yanlian.engine.policy.settlement.claims import CLAIM_SCHEMA, Claims, KeyColumn, Paid, Payment
from yanlian.engine.policy.settlement.compile import CompiledSettling, settling_hash
from yanlian.engine.policy.settlement.keys import KeyReader
from yanlian.engine.policy.settlement.memory import COMPETING, limits_of, rules_in_force
from yanlian.engine.policy.settlement.paid import PaidReader
from yanlian.engine.policy.settlement.result import Settled
from yanlian.engine.policy.settlement.settle import settle
from yanlian.engine.stream.read import RunReader, open_run
from yanlian.engine.stream.seam import Report
from yanlian.engine.stream.settled import IDENTITY, SETTLEMENT, write_settlement

_AT_A_TIME = 2_000


def settle_run(
    run: Path, packs: Sequence[Path] | PackSet, *, dossiers: Path | None = None, promised: Sequence[Payment] = ()
) -> Report:
    """Settle a finished run and write the result beside its outcomes; counts of what was done.

    Nothing is done when the run has no budgets or quotas, or is settled already. `dossiers`: where they lie now;
    `promised`: what a ledger is bound to pay, besides what dossiers say was paid. Refused: packs that are not those of
    the run, dossiers that are not.
    """
    reader = open_run(run)
    identity = reader.manifest.identity
    if IDENTITY not in identity or (run / SETTLEMENT).exists():
        return {}
    loaded = packs if isinstance(packs, PackSet) else load_packs(packs)
    if loaded.hash != identity["packs"]:
        raise Refused("run_packs_changed", found=loaded.hash[:16], expected=identity["packs"][:16])
    place = dossiers or run / reader.manifest.dossiers
    opened = open_dossiers(place)
    if opened.hash != identity["dossiers"]:
        raise Refused("run_since_dossiers", folder=str(run), expected=identity["dossiers"][:16], found=opened.hash[:16])
    evaluator = Evaluator(loaded, date.fromisoformat(identity["as_of"]), with_drafts=identity["drafts"] == "yes")
    rules = rules_in_force(evaluator)
    if settling_hash(rules) != identity[IDENTITY]:
        raise Refused("run_packs_changed", found=settling_hash(rules)[:16], expected=identity[IDENTITY][:16])
    settled, asked = _settled(reader, opened, _columns(place), evaluator, rules, promised)
    write_settlement(run, settled, reader.outcomes(settled=False))
    return {"settlement": settled.table.num_rows, "settlement.asked": asked}


def _settled(
    reader: RunReader,
    dossiers: Dossiers,
    columns: Collection[str],
    evaluator: Evaluator,
    rules: Sequence[CompiledSettling],
    promised: Sequence[Payment],
) -> tuple[Settled, int]:
    """The settlement, and of how many dossiers the interpreter was asked."""
    tied = frozenset().union(*(rule.clauses for rule in rules))
    paid = _paid(dossiers, columns, evaluator, tied, promised)
    claims = Claims.of(_competing(reader, tied), [one.id for one in evaluator.clauses], paid.payments)
    keys = KeyReader(evaluator, rules)
    if keys.clauses:
        _read_keys(dossiers, evaluator, claims, keys)
    claims.keys = {column: KeyColumn.of(values, len(claims)) for column, values in keys.values.items()}
    settled = settle(rules, claims, paid, limits_of(evaluator).of, evaluator.as_of)
    return settled, keys.asked


def _competing(reader: RunReader, clauses: Collection[str]) -> pa.Table:
    """The outcomes of these clauses that compete or may come to."""
    wanted, kinds = pa.array(sorted(clauses), pa.string()), pa.array(COMPETING, pa.string())
    found: list[pa.Table] = [CLAIM_SCHEMA.empty_table()]
    for batch in reader.outcomes(settled=False):
        mask = pc.and_(
            pc.is_in(batch.column("clause"), value_set=wanted), pc.is_in(batch.column("kind"), value_set=kinds)
        )
        kept = batch.select(CLAIM_SCHEMA.names).filter(mask)
        if kept.num_rows:
            found.append(pa.Table.from_batches([kept]).cast(CLAIM_SCHEMA))
    return pa.concat_tables(found)


def _columns(dossiers: Path) -> frozenset[str]:
    """The columns that the dossiers have."""
    files = files_of(dossiers)
    return frozenset(pq.read_schema(files[0]).names) if files else frozenset()


def _paid(
    dossiers: Dossiers,
    columns: Collection[str],
    evaluator: Evaluator,
    clauses: Collection[str],
    promised: Sequence[Payment],
) -> Paid:
    """What was paid for these clauses, over all dossiers: only those with such a payment become values."""
    schema = evaluator.packs.schema
    reader, key = PaidReader(schema, clauses), schema.names[PAYMENTS].key
    wanted = [one for one in (ID, "kind", key, "refused") if one in columns]
    for group in range(len(dossiers.sizes()) if key in columns else 0):
        table = dossiers.read(group, wanted).combine_chunks()
        for row in table.filter(_concerned(table, key, clauses)).to_pylist():
            reader.read(Dossier(row, schema, dossiers.coverage, evaluator.as_of))
    return reader.found(reader.gaps(dossiers.coverage, evaluator.as_of), promised)


def _concerned(table: pa.Table, key: str, clauses: Collection[str]) -> pa.Array:
    """Which dossiers have a payment of these clauses, one whose clause is not known, or one that was refused."""
    lists, everyone = table.column(key).combine_chunks(), pa.array(np.arange(table.num_rows))
    of_payment = pc.struct_field(pc.list_flatten(lists), "clause")
    counts = pc.or_(pc.is_in(of_payment, value_set=pa.array(sorted(clauses), pa.string())), pc.is_null(of_payment))
    rows = pc.filter(pc.list_parent_indices(lists), counts)
    concerned = pc.is_in(everyone, value_set=rows.cast(pa.int64()))
    if "refused" in table.schema.names:
        refused = table.column("refused").combine_chunks()
        named = pc.filter(pc.list_parent_indices(refused), pc.equal(pc.list_flatten(refused), key))
        also = pc.is_in(everyone, value_set=named.cast(pa.int64()))
        concerned = pc.or_(concerned, also)
    return concerned


def _read_keys(dossiers: Dossiers, evaluator: Evaluator, claims: Claims, keys: KeyReader) -> None:
    """What rules order and group by, of the dossiers that compete under them."""
    schema = evaluator.packs.schema
    for ids, rows in _by_entity(claims, keys.clauses):
        table = dossiers.select(pa.array(ids, pa.string()))
        for row in cast("list[dict[str, object]]", table.to_pylist()):
            keys.read(Dossier(row, schema, dossiers.coverage, evaluator.as_of), rows[str(row[ID])])


def _by_entity(
    claims: Claims, clauses: Collection[str]
) -> Iterator[tuple[list[str], dict[str, dict[int, tuple[str, str, str]]]]]:
    """Entities in their order, some at a time, with their rows: (clause, matter, period) by row."""
    mask = pc.is_in(claims.table.column("clause"), value_set=pa.array(sorted(clauses), pa.string()))
    rows = pc.indices_nonzero(mask)
    entities = claims.table.column("entity").take(rows)
    order = pc.sort_indices(entities)
    some: dict[str, dict[int, tuple[str, str, str]]] = {}
    for row in rows.take(order).to_pylist():
        entity, clause, matter, period = claims.key(row)
        if entity not in some and len(some) == _AT_A_TIME:
            yield list(some), some
            some = {}
        some.setdefault(entity, {})[row] = (clause, matter, period)
    if some:
        yield list(some), some
