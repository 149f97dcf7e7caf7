"""How a row of each kind of file becomes a fact, and whom it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.db import models
from django.utils import timezone

from yanlian.apps.chains.in_use import segment_named
from yanlian.apps.chains.models import OutsideFirm, OutsideTie, ProductText, ReferenceFigure, SupplyLink
from yanlian.apps.registry.imports.cells import Stored
from yanlian.apps.registry.imports.rows import Row
from yanlian.apps.registry.lookup import select_in
from yanlian.apps.registry.models import Entity
from yanlian.base.ids import plain_form
from yanlian.base.refusal import Refused

_PPM = 1_000_000
_BETWEEN = re.compile(r"[、；;，,\n]+")


class BadRow(Exception):
    """A row that cannot become a fact: the field at fault (empty: whom the row is about) and why."""

    def __init__(self, field_: str, code: str, **data: object) -> None:
        super().__init__(code)
        self.field, self.refusal = field_, Refused(code, **data)


@dataclass(frozen=True, slots=True)
class Whom:
    """Keys of the entities and outside firms that a chunk names, by code."""

    entities: Mapping[str, int]
    outside: Mapping[str, int]

    def entity(self, code: str, field_: str = "") -> int:
        found = self.entities.get(plain_form(code)) or self.entities.get(code)
        if found is None:
            raise BadRow(field_, "entity_unknown", found=code[:64])
        return found

    def firm(self, code: str) -> int:
        found = self.outside.get(plain_form(code)) or self.outside.get(code)
        if found is None:
            raise BadRow("outside", "chain_outside_unknown", found=code[:64])
        return found


_Values = Mapping[str, Stored]


@dataclass(frozen=True, slots=True)
class Maker:
    """How a row becomes a fact. `named`: the fields that name further entities; `key`: attributes that tell facts
    apart."""

    model: type[models.Model]
    key: tuple[str, ...]
    make: Callable[[Row, _Values, Whom], models.Model]
    local: bool = True
    named: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()

    def resolve(self, rows: Sequence[Row], fields: Sequence[str]) -> Whom:
        codes = [row.reference[1] for row in rows if row.reference is not None] if self.local else []
        codes += _cells(rows, fields, self.named)
        firms = _cells(rows, fields, self.outside)
        return Whom(_keys(Entity, codes), _keys(OutsideFirm, firms))


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
        raise BadRow(field_, "chain_share_wide", found=f"{found / _PPM:.2%}")
    return found


def _text(values: _Values, field_: str) -> str:
    return cast("str | None", values[field_]) or ""


def _filled(values: _Values, field_: str) -> int:
    """A number of the key, which the readers have seen to be there."""
    return cast("int", values[field_])


def _product(row: Row, values: _Values, whom: Whom) -> ProductText:
    return ProductText(
        entity_id=whom.entity(_whom(row)),
        text=_text(values, "text"),
        revenue_share_ppm=_share(values, "share"),
        source=_text(values, "source"),
        recorded_at=timezone.now(),
    )


def _link(row: Row, values: _Values, whom: Whom) -> SupplyLink:
    supplier, customer = whom.entity(_whom(row)), whom.entity(_text(values, "customer"), "customer")
    if supplier == customer:
        raise BadRow("customer", "chain_link_itself", found=_whom(row))
    return SupplyLink(
        supplier_id=supplier,
        customer_id=customer,
        product=_text(values, "product"),
        year=_filled(values, "year"),
        amount_fen=values["amount"],
        confidence=values["confidence"] or "D",
        source=_text(values, "source"),
        recorded_at=timezone.now(),
    )


def _outside(row: Row, values: _Values, _: Whom) -> OutsideFirm:
    products = [one.strip() for one in _BETWEEN.split(_text(values, "products")) if one.strip()]
    return OutsideFirm(
        code=_whom(row),
        name=_text(values, "name"),
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
        source=_text(values, "source"),
        recorded_at=timezone.now(),
    )


def _place_code(found: str, field_: str, lengths: tuple[int, ...]) -> str:
    if found and not (found.isascii() and found.isdigit() and len(found) in lengths):
        raise BadRow(field_, "chain_place_code", found=found[:20])
    return found


def _tie(row: Row, values: _Values, whom: Whom) -> OutsideTie:
    return OutsideTie(
        entity_id=whom.entity(_whom(row)),
        firm_id=whom.firm(_text(values, "outside")),
        kind=_text(values, "kind"),
        product=_text(values, "product"),
        year=values["year"],
        amount_fen=values["amount"],
        share_ppm=_share(values, "share"),
        source=_text(values, "source"),
        recorded_at=timezone.now(),
    )


def _reference(row: Row, values: _Values, _: Whom) -> ReferenceFigure:
    try:
        segment_named(_text(values, "chain"), _text(values, "segment"))
    except Refused as refusal:
        named = "segment" if refusal.code == "segment_not_there" else "chain"
        raise BadRow(named, refusal.code, **refusal.data) from refusal
    return ReferenceFigure(
        area_code=_place_code(_whom(row), "", (6, 9, 12)),
        area=_text(values, "area")[:100],
        chain=_text(values, "chain"),
        segment=_text(values, "segment"),
        year=_filled(values, "year"),
        firms=values["firms"],
        output_fen=values["output"],
        employees=values["employees"],
        fictional=bool(values["fictional"]),
        source=_text(values, "source"),
        recorded_at=timezone.now(),
    )


MAKERS: Mapping[str, Maker] = {
    "products": Maker(ProductText, ("entity_id", "text", "source"), _product),
    "links": Maker(SupplyLink, ("supplier_id", "customer_id", "product", "year", "source"), _link, named=("customer",)),
    "outside": Maker(OutsideFirm, ("code",), _outside, local=False),
    "ties": Maker(OutsideTie, ("entity_id", "firm_id", "kind", "product", "source"), _tie, outside=("outside",)),
    "references": Maker(ReferenceFigure, ("area_code", "chain", "segment", "year"), _reference, local=False),
}
