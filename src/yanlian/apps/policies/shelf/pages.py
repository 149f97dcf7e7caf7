"""The library's documents and parameters on a day: what was in force, with which figures, and when that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.clause_parts import constant
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.pages import document_state, faulty_packs
from yanlian.apps.policies.shelf.day import Day, dated, day_of, frame
from yanlian.engine.policy import PackFaults, PackSet
from yanlian.engine.policy.model import Dated, Document, Names, Parameter
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say


@dataclass(frozen=True)
class DocumentRow:
    """A policy document as it stands on a day."""

    document: Document
    pack_title: str
    state: str
    first_clause: str
    query: str

    @property
    def clauses(self) -> int:
        return len(self.document.clauses)


def _clauses_href(row: DocumentRow) -> str:
    mark = "&" if row.query else "?"
    return f"{reverse('policies')}{row.query}{mark}document={row.document.id}"


DOCUMENTS: Listing[DocumentRow] = Listing(
    title=("政策文件", "Policy documents"),
    file_name="policy-documents",
    search_hint=("按标题、文号或发文机关搜索", "Search titles, numbers or issuers"),
    first_order="-from",
    columns=(
        Column("title", ("文件", "Document"), lambda row: row.document.title, main=True, link=_clauses_href),
        Column("number", ("文号", "Number"), lambda row: row.document.number),
        Column("issuer", ("发文机关", "Issued by"), lambda row: row.document.issuer),
        Column("state", ("状态", "State"), lambda row: row.state, Kind.STATUS, words="document"),
        Column("from", ("生效日", "In force from"), lambda row: row.document.valid_from, Kind.DATE),
        Column("to", ("失效日", "In force until"), lambda row: row.document.valid_to, Kind.DATE),
        Column("payable", ("可兑付至", "Payable until"), lambda row: row.document.payable_until, Kind.DATE),
        Column("clauses", ("条款数", "Clauses"), lambda row: row.clauses, Kind.COUNT),
        Column("grade", ("来源等级", "Source"), lambda row: row.document.source.grade or None, Kind.CODE),
        Column("pack", ("政策包", "Pack"), lambda row: row.pack_title),
    ),
    filters=(
        Filter("state", ("状态", "State"), word_choices("document")),
        Filter("grade", ("来源等级", "Source"), word_choices("grade")),
    ),
    page_size=100,
    empty=("这一天没有政策文件。", "There are no documents on this day."),
)  # fmt: skip


@page(owner="policies", permission=Permission.SEE_POLICIES)
def documents(request: HttpRequest) -> HttpResponseBase:
    """政策文件 on a day."""
    day = day_of(request)
    try:
        rows = document_rows(packs_in_use(day.on), day)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    listed = FromMemory(
        rows,
        search=lambda row: (row.document.title, row.document.number, row.document.issuer, row.document.id),
        filters={
            "state": lambda row, value: row.state == value,
            "grade": lambda row, value: row.document.source.grade == value,
        },
        orders={column.key: column.value for column in DOCUMENTS.columns},
    )
    return show(request, DOCUMENTS, listed, template="policies/library.html", dated=dated(day),
                more=frame(request, day, "policy-documents", say(DOCUMENTS.title)))  # fmt: skip


def document_rows(packs: PackSet, day: Day) -> list[DocumentRow]:
    """All documents with the state that their dates say on a day."""
    return [
        DocumentRow(
            document=one.source,
            pack_title=one.pack.title,
            state=document_state(one.source, day.on),
            first_clause=one.source.clauses[0].id if one.source.clauses else "",
            query=day.query,
        )
        for one in packs.documents
    ]


@dataclass(frozen=True)
class ParameterRow:
    """A parameter on a day: its value then, since when and by which article, and what comes next."""

    name: str
    where: str
    document: str
    value: str
    since: date | None
    reference: str
    next_on: date | None
    next_value: str
    place: str


PARAMETERS: Listing[ParameterRow] = Listing(
    title=("政策参数", "Policy parameters"),
    file_name="policy-parameters",
    search_hint=("按参数、文件或依据搜索", "Search parameters, documents or articles"),
    columns=(
        Column("name", ("参数", "Parameter"), lambda row: row.name, main=True),
        Column("value", ("当日取值", "Value on the day"), lambda row: row.value),
        Column("since", ("自", "Since"), lambda row: row.since, Kind.DATE),
        Column("reference", ("依据", "By"), lambda row: row.reference),
        Column("next", ("下次变化", "Changes on"), lambda row: row.next_on, Kind.DATE),
        Column("then", ("变化后", "To"), lambda row: row.next_value),
        Column("where", ("文件或条款", "Document or clause"), lambda row: row.where),
        Column("place", ("位置", "Place"), lambda row: row.place, Kind.CODE),
    ),
    page_size=200,
    empty=("这一天没有参数。", "There are no parameters on this day."),
    calibre=(
        (
            "“-”表示当日还没有取值。条款按事项发生日或评价日取参数，见各条款。",
            "“-”: no value yet on the day. A clause takes parameters on the day of its event or the as-of date.",
        ),
    ),
)


@page(owner="policies", permission=Permission.SEE_POLICIES)
def parameters(request: HttpRequest) -> HttpResponseBase:
    """政策参数 on a day."""
    day = day_of(request)
    try:
        rows = parameter_rows(packs_in_use(day.on), day.on)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    listed = FromMemory(
        rows,
        search=lambda row: (row.name, row.where, row.reference, row.value),
        orders={column.key: column.value for column in PARAMETERS.columns},
    )
    return show(request, PARAMETERS, listed, template="policies/library.html", dated=dated(day),
                more=frame(request, day, "policy-parameters", say(PARAMETERS.title)))  # fmt: skip


def parameter_rows(packs: PackSet, on: date) -> list[ParameterRow]:
    """Every parameter of packs, documents and clauses."""
    rows = [row for pack in packs.packs for row in _rows(pack.names, pack.title, "", on)]
    for document in packs.documents:
        rows += _rows(document.source.names, document.source.title, document.source.id, on)
        for clause in document.source.clauses:
            rows += _rows(clause.names, f"{clause.id} {clause.title}", document.source.id, on)
    return rows


def _rows(names: Names, where: str, document: str, on: date) -> list[ParameterRow]:
    found: Mapping[str, Parameter] = names.parameters
    return [_row(one, where, document, on) for one in found.values()]


def _row(one: Parameter, where: str, document: str, on: date) -> ParameterRow:
    begun = [value for value in one.values if value.start <= on]
    coming = [value for value in one.values if value.start > on]
    now, following = (begun[-1] if begun else None), (coming[0] if coming else None)
    return ParameterRow(
        name=one.name,
        where=where,
        document=document,
        value=_said(now, one.unit),
        since=now.start if now else None,
        reference=now.reference if now else "",
        next_on=following.start if following else None,
        next_value=_said(following, one.unit),
        place=f"{one.file}:{one.line}" if one.line else "",
    )


def _said(value: Dated | None, unit: str) -> str:
    return "" if value is None else constant(value.value, unit)
