"""One file of facts about chains into the database: every row stored or answered, in one transaction, repeatable."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from django.db import models, transaction
from django.utils import timezone

from yanlian.apps.chains.actions_facts import Supersede, facts_taken_in, supersede
from yanlian.apps.chains.in_use import segment_named
from yanlian.apps.chains.intake.kinds import file_of
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ProductText, ReferenceFigure, SupplyLink
from yanlian.apps.people.models import User
from yanlian.apps.registry.actions_bulk import lock_registry
from yanlian.apps.registry.imports.cells import Stored
from yanlian.apps.registry.imports.files import arrived
from yanlian.apps.registry.imports.plan import Plan, find_plan
from yanlian.apps.registry.imports.rows import Fault, Row, read_row
from yanlian.apps.registry.lookup import select_in
from yanlian.apps.registry.models import Entity
from yanlian.base.ids import plain_form
from yanlian.base.refusal import Language, Refused

# Rows read so far, and the share of the file.
Progress = Callable[[int, float], None]

CHUNK = 900
# Answers kept; beyond it refused rows are only counted.
MOST_ANSWERS = 10_000
_PPM = 1_000_000
_BETWEEN = re.compile(r"[、；;，,\n]+")


@dataclass(frozen=True, slots=True)
class Answered:
    """Why a row was refused: its number as a person counts, the column's header (empty: the row as a whole)."""

    row: int
    column: str
    code: str
    data: Mapping[str, object]

    def reason(self, language: Language) -> str:
        """The sentence with what to do."""
        return Refused(self.code, **self.data).text(language)


@dataclass(slots=True)
class Taken:
    """What became of a file's rows. `changed`: the same fact stood there with other values, which it replaced."""

    kind: str
    file: str
    sha256: str
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    unused: tuple[str, ...] = ()
    answers: list[Answered] = field(default_factory=list)


def take_in(
    source: Path | BinaryIO, kind: str, *, by: User | None = None, name: str = "", progress: Progress | None = None
) -> Taken:
    """Take in a CSV or XLSX file of one kind (`FILES`): good rows are stored, bad ones answered.

    The same rows again add nothing. Another value for the same fact (as `files.yaml` keys it, in the words of the same
    source) replaces the one that stood. Raises `Refused` when the file as a whole cannot be read; nothing is stored.
    """
    mapping = file_of(kind)
    shown = name or (source.name if isinstance(source, Path) else kind)
    with arrived(source, Path(shown).name) as file:
        plan, _ = find_plan(file, mapping)
        taken = Taken(kind, file.name, file.sha256, unused=plan.unused)
        with transaction.atomic():
            lock_registry()
            _Intake(plan, taken, progress).run()
            facts_taken_in(
                kind, file.name, file.sha256, (taken.added, taken.changed, taken.unchanged, taken.refused), by
            )
    return taken


class _Intake:
    def __init__(self, plan: Plan, taken: Taken, progress: Progress | None) -> None:
        self.plan, self.taken, self.progress = plan, taken, progress
        self.fields = [column.field.key for column in plan.columns]
        # Hash of a fact's key → the row where it first stood and the hash of what that said.
        self.seen: dict[int, tuple[int, int]] = {}

    def run(self) -> None:
        chunk: list[Row] = []
        for number, cells, faults in self.plan.table.rows(self.plan.cell_kinds, self._tell):
            if number <= self.plan.header_row:
                continue
            self.taken.read += 1
            chunk.append(read_row(self.plan, "", number, cells, faults))
            if len(chunk) >= CHUNK:
                self._store(chunk)
                chunk = []
        self._store(chunk)
        self._tell(1.0)

    def _tell(self, share: float) -> None:
        if self.progress is not None:
            self.progress(self.taken.read, share)

    def _store(self, rows: Sequence[Row]) -> None:
        maker = _MAKERS[self.taken.kind]
        whom = maker.resolve(rows, self.fields)
        made = []
        for row in rows:
            found = None if row.refused else self._made(maker, row, whom)
            if row.refused:
                self._answer(row)
            elif found is not None:
                made.append(found)
        self._count(supersede(maker.model, made, maker.key))

    def _made(self, maker: _Maker, row: Row, whom: _Whom) -> models.Model | None:
        """The row as a fact; None when it is refused or says again what an earlier row says."""
        values = dict(zip(self.fields, row.values, strict=True))
        try:
            made = maker.make(row, values, whom)
        except _Bad as bad:
            header = self.plan.field_headers[self.fields.index(bad.field)] if bad.field else self._whom_header()
            row.faults.append(Fault(header, bad.refusal.code, bad.refusal.data))
            return None
        key = hash(tuple(getattr(made, one) for one in maker.key))
        said = hash((row.reference, row.name, *(str(one) for one in row.values)))
        first, what = self.seen.setdefault(key, (row.number, said))
        if first == row.number:
            return made
        if what != said:
            row.faults.append(Fault("", "chain_row_repeated", {"first": first}))
        else:
            self.taken.unchanged += 1
        return None

    def _whom_header(self) -> str:
        places = [place for place in (self.plan.uscc, self.plan.code) if place >= 0]
        return self.plan.headers[places[0]]

    def _answer(self, row: Row) -> None:
        self.taken.refused += 1
        for fault in row.faults:
            if not fault.warning and len(self.taken.answers) < MOST_ANSWERS:
                self.taken.answers.append(Answered(row.number, fault.column, fault.code, fault.data))

    def _count(self, done: Supersede) -> None:
        self.taken.added += done.added
        self.taken.changed += done.changed
        self.taken.unchanged += done.unchanged


class _Bad(Exception):
    """A row that cannot become a fact: the field at fault (empty: whom the row is about) and why."""

    def __init__(self, field_: str, code: str, **data: object) -> None:
        super().__init__(code)
        self.field, self.refusal = field_, Refused(code, **data)


@dataclass(frozen=True, slots=True)
class _Whom:
    """Keys of the entities and outside firms that a chunk names, by code."""

    entities: Mapping[str, int]
    outside: Mapping[str, int]

    def entity(self, code: str, field_: str = "") -> int:
        found = self.entities.get(plain_form(code)) or self.entities.get(code)
        if found is None:
            raise _Bad(field_, "entity_unknown", found=code[:64])
        return found

    def firm(self, code: str) -> int:
        found = self.outside.get(plain_form(code)) or self.outside.get(code)
        if found is None:
            raise _Bad("outside", "chain_outside_unknown", found=code[:64])
        return found


_Values = Mapping[str, Stored]


@dataclass(frozen=True, slots=True)
class _Maker:
    """How a row becomes a fact. `named`: the fields that name further entities; `key`: attributes that tell facts
    apart."""

    model: type[models.Model]
    key: tuple[str, ...]
    make: Callable[[Row, _Values, _Whom], models.Model]
    local: bool = True
    named: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()

    def resolve(self, rows: Sequence[Row], fields: Sequence[str]) -> _Whom:
        codes = [row.reference[1] for row in rows if row.reference is not None] if self.local else []
        codes += _cells(rows, fields, self.named)
        firms = _cells(rows, fields, self.outside)
        return _Whom(_keys(Entity, codes), _keys(OutsideFirm, firms))


def _cells(rows: Sequence[Row], fields: Sequence[str], wanted: Sequence[str]) -> list[str]:
    places = [fields.index(one) for one in wanted]
    return [str(row.values[at]) for row in rows if row.values for at in places if row.values[at]]


def _keys(model: type[models.Model], codes: Sequence[str]) -> dict[str, int]:
    asked = {*codes, *(plain_form(one) for one in codes)}
    return {str(code): cast("int", pk) for code, pk in select_in(model, ("code", "id"), "code", sorted(asked))}


def _whom(row: Row) -> str:
    assert row.reference is not None
    return row.reference[1]


def _share(values: _Values, field_: str) -> int | None:
    found = cast("int | None", values[field_])
    if found is not None and found > _PPM:
        raise _Bad(field_, "chain_share_wide", found=f"{found / _PPM:.2%}")
    return found


def _text(values: _Values, field_: str) -> str:
    return cast("str | None", values[field_]) or ""


def _product(row: Row, values: _Values, whom: _Whom) -> ProductText:
    return ProductText(
        entity_id=whom.entity(_whom(row)),
        text=values["text"],
        revenue_share_ppm=_share(values, "share"),
        source=values["source"],
        recorded_at=timezone.now(),
    )


def _link(row: Row, values: _Values, whom: _Whom) -> SupplyLink:
    supplier, customer = whom.entity(_whom(row)), whom.entity(_text(values, "customer"), "customer")
    if supplier == customer:
        raise _Bad("customer", "chain_link_itself", found=_whom(row))
    return SupplyLink(
        supplier_id=supplier,
        customer_id=customer,
        product=values["product"],
        year=values["year"],
        amount_fen=values["amount"],
        confidence=values["confidence"] or "D",
        source=values["source"],
        recorded_at=timezone.now(),
    )


def _outside(row: Row, values: _Values, _: _Whom) -> OutsideFirm:
    products = [one.strip() for one in _BETWEEN.split(_text(values, "products")) if one.strip()]
    return OutsideFirm(
        code=_whom(row),
        name=values["name"],
        place_code=_place_code(_text(values, "place_code"), "place_code", (6,)),
        place=_text(values, "place")[:100],
        contact=_text(values, "contact"),
        scope=_text(values, "scope"),
        products=list(dict.fromkeys(products)),
        year=values["year"],
        revenue_fen=values["revenue"],
        growth_ppm=values["growth"],
        employees=values["employees"],
        branches=values["branches"],
        fictional=bool(values["fictional"]),
        source=values["source"],
        recorded_at=timezone.now(),
    )


def _place_code(found: str, field_: str, lengths: tuple[int, ...]) -> str:
    if found and not (found.isascii() and found.isdigit() and len(found) in lengths):
        raise _Bad(field_, "chain_place_code", found=found[:20])
    return found


def _tie(row: Row, values: _Values, whom: _Whom) -> OutsideTie:
    return OutsideTie(
        entity_id=whom.entity(_whom(row)),
        firm_id=whom.firm(_text(values, "outside")),
        kind=values["kind"],
        product=_text(values, "product"),
        year=values["year"],
        amount_fen=values["amount"],
        share_ppm=_share(values, "share"),
        source=values["source"],
        recorded_at=timezone.now(),
    )


def _reference(row: Row, values: _Values, _: _Whom) -> ReferenceFigure:
    try:
        segment_named(_text(values, "chain"), _text(values, "segment"))
    except Refused as refusal:
        named = "segment" if refusal.code == "segment_not_there" else "chain"
        raise _Bad(named, refusal.code, **refusal.data) from refusal
    return ReferenceFigure(
        area_code=_place_code(_whom(row), "", (6, 9, 12)),
        area=_text(values, "area")[:100],
        chain=values["chain"],
        segment=values["segment"],
        year=values["year"],
        firms=values["firms"],
        output_fen=values["output"],
        employees=values["employees"],
        fictional=bool(values["fictional"]),
        source=values["source"],
        recorded_at=timezone.now(),
    )


_MAKERS: Mapping[str, _Maker] = {
    "products": _Maker(ProductText, ("entity_id", "text", "source"), _product),
    "links": _Maker(
        SupplyLink, ("supplier_id", "customer_id", "product", "year", "source"), _link, named=("customer",)
    ),
    "outside": _Maker(OutsideFirm, ("code",), _outside, local=False),
    "ties": _Maker(OutsideTie, ("entity_id", "firm_id", "kind", "product", "source"), _tie, outside=("outside",)),
    "references": _Maker(ReferenceFigure, ("area_code", "chain", "segment", "year"), _reference, local=False),
}
