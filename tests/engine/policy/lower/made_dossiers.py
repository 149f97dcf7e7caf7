"""Dossiers made by chance, one from each seed: figures stand on the borders that `made_facts` uses, and beside them."""

from __future__ import annotations

from datetime import date
from random import Random

import pyarrow as pa
from tests.engine.policy.lower.made_facts import DAYS, FIGURES, HUGE, WORDS

from yanlian.engine.dossier import Coverage, Delivery, Field, RecordKind, Schema

KINDS = ("registration", "tax_registration", "made_one", "tax_year", "science_title", "finance_fee", "made_many",
    "made_plain", "payment", "statistics_entry")  # fmt: skip
CLAUSES = ("文0-00", "文0-01", "文1-00", "别的")


class Dossiers:
    """Makes rows. `holes`: the share of empty cells; `huge`: the share of figures at the ends of 64 bits."""

    def __init__(self, chance: Random, schema: Schema, *, holes: float, huge: float) -> None:
        self.chance = chance
        self.schema = schema
        self.holes = holes
        self.huge = huge

    def row(self, number: int) -> dict[str, object]:
        """A dossier."""
        chance = self.chance
        kind = chance.choice(("enterprise",) * 15 + ("institution", "person", "park"))
        made: dict[str, object] = {
            "id": f"E{number:06d}",
            "uscc": None if chance.random() < 0.3 else f"9{number:017d}",
            "name": chance.choice(WORDS[1:]),
            "kind": kind,
        }
        for key in KINDS:
            record = self.schema.records[key]
            if not record.many:
                made[key] = None if chance.random() < 0.05 else self._record(record)
            else:
                members = self._members(record)
                made[key] = None if not members and chance.random() < 0.3 else members
        if chance.random() < 0.06:
            made["refused"] = chance.sample(KINDS, 2)
        elif chance.random() < 0.1:
            made["refused"] = []
        return made

    def _members(self, kind: RecordKind) -> list[dict[str, object]]:
        most = self.chance.choice((0, 0, 1, 1, 1, 2, 3, 6))
        if kind.key == "payment":
            most = min(most, 1) if self.chance.random() < 0.15 else 0
        found = [self._record(kind) for _ in range(most)]
        if kind.key == "tax_year":
            years = self.chance.sample((2022, 2023, 2024, 2025, 2026), min(most, 5))
            for one, year in zip(found, years, strict=False):
                one["year"] = year
            found = found[: len(years)]
        if kind.key == "payment":
            for one in found:
                one["clause"] = self.chance.choice(CLAUSES)
        return found

    def _record(self, kind: RecordKind) -> dict[str, object]:
        made: dict[str, object] = {field.key: self._value(kind, field) for field in kind.fields.values()}
        return {**made, "source": "s", "recorded": None}

    def _value(self, kind: RecordKind, field: Field) -> object:
        chance = self.chance
        share = self.holes
        if field.empty == "none":
            share = max(share, 0.4)
        elif field.key in {"number", "payment_number", "contract_number"}:
            share = self.holes * 0.3
        if chance.random() < share:
            return None
        if field.type in FIGURES:
            if self.huge and field.type != "year" and chance.random() < self.huge:
                return max(min(chance.choice(HUGE) + chance.choice((-1, 0, 1)), (1 << 63) - 1), -(1 << 63))
            found = chance.choice(FIGURES[field.type]) + chance.choice((-1, 0, 0, 0, 1))
            return -found if field.type == "money" and chance.random() < 0.08 else found
        if field.type == "date":
            # Most days lie where documents are in force.
            return date.fromisoformat(chance.choice(DAYS if chance.random() < 0.5 else DAYS[9:13]))
        if field.type == "flag":
            return chance.random() < 0.6
        if field.key == "district":
            return chance.choice(("370212", "370202"))
        if field.key in {"number", "contract_number", "payment_number"}:
            return chance.choice(("1", "2", "3", "甲", "ab"))
        return chance.choice((*WORDS, *field.values, f"没有见过{chance.randrange(3)}"))


def odd_form(form: pa.Schema, chance: Random) -> pa.Schema:
    """The same rows in another form: some kinds of record and fields are missing, texts are numbered, lists large."""
    found = []
    for field in form:
        if field.name in {"id", "kind", "name"}:
            found.append(field)
        elif chance.random() > 0.1:
            found.append(pa.field(field.name, _odd_type(field.type, chance)))
    return pa.schema(found)


def _odd_type(type_: pa.DataType, chance: Random) -> pa.DataType:
    if pa.types.is_list(type_):
        inner = _odd_type(type_.value_type, chance)
        return pa.large_list(inner) if chance.random() < 0.3 and pa.types.is_struct(inner) else pa.list_(inner)
    if pa.types.is_struct(type_):
        return pa.struct([pa.field(one.name, _odd_type(one.type, chance)) for one in type_ if chance.random() > 0.07])
    if pa.types.is_string(type_):
        return chance.choice((type_, type_, pa.large_string(), pa.dictionary(pa.int32(), pa.string())))
    return type_


def coverage_of(chance: Random, how: str) -> Coverage:
    """What was delivered: `everything`, `complete` up to late days, with `gaps`, or `nothing`."""
    if how == "everything":
        return Coverage(everything=True)
    if how == "nothing":
        return Coverage()
    found: list[Delivery] = []
    for key in KINDS:
        if how == "complete" or chance.random() < 0.4:
            found.append(Delivery(key, None, date(2026, 12, 31), complete=True))
            continue
        start = chance.choice((None, date(2020, 1, 1), date(2024, 2, 29)))
        end = chance.choice((date(2024, 12, 31), date(2025, 12, 31), date(2025, 6, 30)))
        found.append(Delivery(key, start, end, complete=chance.random() < 0.9))
        if chance.random() < 0.4:
            found.append(Delivery(key, date(2025, 3, 1), date(2026, 12, 31), complete=True))
    return Coverage(found)
