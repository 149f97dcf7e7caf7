"""Facts that nobody holds or delivers, and evidence beside what the rules really read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from yanlian.engine.dossier import Schema, load_schema, open_snapshot
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lint.notes import Delivered, Review
from yanlian.engine.policy.lint.reads import Read

# What a clause reads for itself; the document's gates and vetoes are the platform's business.
_OWN = frozenset({"event", "condition", "gate", "amount", "factor", "result"})
_PAYMENT = "payment"


def note_held(review: Review) -> None:
    """Conditions on facts that nobody delivers, and evidence that does not fit the facts."""
    plain = load_schema()
    for clause in review.clauses:
        _note_delivered(review, clause, plain)
        if not clause.source.gate_only:
            _note_evidence(review, clause)
        _note_subjects(review, clause)


def delivered_in(snapshot: Path) -> Delivered:
    """What a snapshot shows: kinds of record with a complete delivery, and fields that no record of theirs has.

    Raises `Refused("snapshot_missing")` for a folder that is no snapshot.
    """
    opened = open_snapshot(snapshot)
    filled: Counter[tuple[str, str]] = Counter()
    for part in opened.parts():
        meta = pq.ParquetFile(part).metadata
        for group in range(meta.num_row_groups):
            for number in range(meta.num_columns):
                column = meta.row_group(group).column(number)
                names = column.path_in_schema.split(".")
                stats = column.statistics
                nulls = stats.null_count if stats is not None and stats.has_null_count else 0
                filled[names[0], names[-1]] += column.num_values - nulls
    records = frozenset(one.record for one in opened.coverage.deliveries if one.complete)
    with_rows = {record for (record, _), count in filled.items() if count}
    empty = frozenset(key for key, count in filled.items() if not count and key[0] in with_rows)
    return Delivered(records, empty)


def undelivered(review: Review, reads: Iterable[Read], plain: Schema) -> dict[str, Read]:
    """The facts among some reads that nobody delivers, by name. Without a snapshot: those that packs add."""
    lacking: dict[str, Read] = {}
    for read in reads:
        record, field = read.record, read.field
        if review.delivered is not None:
            missing = record.key not in review.delivered.records
            if not missing and field is not None and field.empty != "none":
                missing = (record.key, field.key) in review.delivered.empty_fields
        else:
            known = plain.records.get(record.key)
            missing = known is None or (field is not None and field.key not in known.fields)
        if missing and (field is not None or record.key not in plain.records):
            lacking.setdefault(read.name, read)
    return lacking


def _note_delivered(review: Review, clause: CompiledClause, plain: Schema) -> None:
    by_record: dict[str, list[Read]] = {}
    for read in undelivered(review, review.reads(clause), plain).values():
        by_record.setdefault(read.record.key, []).append(read)
    code = "lint_fact_new" if review.delivered is None else "lint_fact_undelivered"
    for reads in by_record.values():
        record = reads[0].record
        fields = [read.field.zh for read in reads if read.field is not None]
        found = f"{record.zh}（{'、'.join(fields)}）" if fields else record.zh
        names = review.packs.schema.holder_name
        review.note(
            clause,
            code,
            "hint" if review.delivered is None else "warning",
            None if reads[0].inherited else reads[0].expression.formula,
            found=found,
            holder_zh=names(record.holder, "zh"),
            holder_en=names(record.holder, "en"),
        )


def _note_evidence(review: Review, clause: CompiledClause) -> None:
    """Who holds what the clause itself reads must be among those who hold the evidence."""
    source, schema = clause.source, review.packs.schema
    if source.manual and not source.evidence:
        review.note(clause, "lint_no_evidence", "hint", found=source.title)
        return
    if not source.evidence:
        review.note(clause, "lint_no_evidence", "warning", found=source.title)
        return
    named = {one.held_by for one in source.evidence}
    read: dict[str, set[str]] = {}
    for one in review.reads(clause):
        if one.role in _OWN and not one.inherited and one.record.key != _PAYMENT and one.record.many:
            read.setdefault(one.record.holder, set()).add(one.record.zh)
    for holder, records in read.items():
        if holder not in named:
            names = {f"holder_{lang}": schema.holder_name(holder, lang) for lang in ("zh", "en")}
            review.note(clause, "lint_evidence_lacks", "hint", found="、".join(sorted(records)), **names)
    if read and "self" not in named and not named & read.keys():
        for holder in sorted(named):
            names = {f"holder_{lang}": schema.holder_name(holder, lang) for lang in ("zh", "en")}
            review.note(clause, "lint_evidence_unread", "hint", **names)


def _note_subjects(review: Review, clause: CompiledClause) -> None:
    """Kinds of beneficiary of whom the record that triggers the clause, or that a rule needs, is never kept."""
    for read in review.reads(clause):
        if read.field is None or read.inherited or read.role not in {"event", "condition", "amount"}:
            continue
        never = [one for one in clause.source.subject if one not in read.record.of]
        if never and len(never) == len(clause.source.subject):
            at, of = read.expression.formula, ", ".join(read.record.of)
            review.note(
                clause, "lint_subject_never", "warning", at=at, found=read.name, subject=", ".join(never), of=of
            )
