"""Which facts a clause reads: what a form must ask for. Found by mention, so it may ask for too much, never too
little."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yanlian.engine.dossier import Field, RecordKind, Schema
from yanlian.engine.policy.compiled import CompiledClause, Expression
from yanlian.engine.policy.model import Definition, Table
from yanlian.engine.policy.payments import PAYMENTS
from yanlian.engine.policy.used import expressions_of, items_of


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A kind of record with the fields that are read. `veto`: only a veto reads it, so that most have none; `event`: it
    triggers the clause."""

    kind: RecordKind
    fields: tuple[Field, ...]
    veto: bool
    event: bool


def facts_asked(clause: CompiledClause, schema: Schema) -> list[Asked]:
    """In the order of the fact schema."""
    texts = list(_texts(clause, expressions_of(clause)))
    joined = "\n".join(texts)
    vetoes = [one.expression for one in clause.tests if one.kind == "veto"]
    others = [one for one in expressions_of(clause) if all(one is not veto for veto in vetoes)]
    rest = "\n".join(_texts(clause, others))
    event = clause.source.event.each.text if clause.source.event is not None else ""
    found: list[Asked] = []
    for kind in schema.records.values():
        if kind.zh not in joined or kind.zh == PAYMENTS:
            continue
        read = {name for name, field in kind.fields.items() if field.zh in joined}
        wanted = read | set(kind.key_fields) | ({kind.period} if kind.period else set())
        fields = tuple(field for name, field in kind.fields.items() if name in wanted)
        found.append(Asked(kind, fields, kind.zh not in rest, kind.zh in event))
    return found


def _texts(clause: CompiledClause, expressions: Sequence[Expression]) -> Iterator[str]:
    """The texts of formulas, and of all that they name."""
    for one in expressions:
        yield one.formula.text
    for item in items_of(clause, expressions):
        source = item.source
        if isinstance(source, Definition):
            yield source.formula.text
        elif isinstance(source, Table):
            yield from (one.text for one in source.inputs)
            yield from (cell.text for row in source.rows for cell in row)
