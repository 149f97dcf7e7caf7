"""术语与口径: the glossary, and what every figure of a dossier counts, in which unit, and who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.base.written import read_yaml
from yanlian.engine.dossier.schema import Field, RecordKind, load_schema
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Listing
from yanlian.ui.words import say, t


@dataclass(frozen=True)
class Term:
    """One term in both languages."""

    zh: str
    en: str
    note: str


@cache
def glossary() -> tuple[Term, ...]:
    """All terms, in the order of glossary.yaml."""
    text = resources.files("yanlian.web").joinpath("glossary.yaml").read_text(encoding="utf-8")
    entries = cast("list[dict[str, str]]", read_yaml(text))
    return tuple(Term(entry["zh"], entry["en"], entry.get("note", "")) for entry in entries)


TERMS: Listing[Term] = Listing(
    title=("术语", "Terms"),
    file_name="terms",
    search_hint=("按中文或英文搜索", "Search in Chinese or English"),
    columns=(
        Column("zh", ("中文", "Chinese"), lambda term: term.zh, main=True),
        Column("en", ("英文", "English"), lambda term: term.en),
    ),
    page_size=200,
)


@page(owner="web", permission=Permission.SIGNED_IN)
def terms(request: HttpRequest) -> HttpResponseBase:
    """术语: one English word for each Chinese one."""
    rows = FromMemory(
        glossary(),
        search=lambda term: (term.zh, term.en, term.note),
        orders={"zh": lambda term: term.zh, "en": lambda term: term.en.casefold()},
    )
    return show(request, TERMS, rows, template="terms.html", more=_around(say(TERMS.title)))


@dataclass(frozen=True)
class Figure:
    """One field of one kind of record: what it counts."""

    record: RecordKind
    field: Field


def figures() -> list[Figure]:
    """Every field that a dossier can hold, in the order of the fact schema."""
    return [Figure(record, field) for record in load_schema().records.values() for field in record.fields.values()]


TYPES = {
    "money": ("金额", "money"),
    "rate": ("比率", "rate"),
    "area": ("面积", "area"),
    "count": ("数量", "count"),
    "year": ("年度", "year"),
    "date": ("日期", "date"),
    "text": ("文字", "text"),
    "code": ("代码", "code"),
    "flag": ("是否", "yes or no"),
}


def _records() -> list[Choice]:
    return [Choice(key, t(record.zh, record.en)) for key, record in load_schema().records.items()]


def _holders() -> list[Choice]:
    return [Choice(key, t(names["zh"], names["en"])) for key, names in load_schema().departments.items()]


def _holder(figure: Figure) -> str:
    return load_schema().holder_name(figure.record.holder, t("zh", "en"))


FIGURES: Listing[Figure] = Listing(
    title=("数据口径", "Definitions of data"),
    file_name="definitions",
    search_hint=("按名称或口径搜索", "Search by name or definition"),
    columns=(
        Column("field", ("数据项", "Item"), lambda one: t(one.field.zh, one.field.en), main=True),
        Column("record", ("所属记录", "Record"), lambda one: t(one.record.zh, one.record.en)),
        Column("type", ("类型", "Type"), lambda one: say(TYPES[one.field.type])),
        Column("unit", ("单位", "Unit"), lambda one: one.field.unit_shown),
        Column("calibre", ("统计口径", "Statistical definition"), lambda one: one.field.calibre),
        Column("holder", ("持有部门", "Held by"), _holder),
    ),
    filters=(
        Filter("record", ("记录", "Record"), _records),
        Filter("holder", ("持有部门", "Held by"), _holders),
    ),
)


@page(owner="web", permission=Permission.SIGNED_IN)
def definitions(request: HttpRequest) -> HttpResponseBase:
    """数据口径: each figure with its unit, its statistical definition and the department that holds it."""
    rows = FromMemory(
        figures(),
        search=lambda one: (one.field.zh, one.field.en, one.field.calibre, one.record.zh, one.record.en),
        filters={
            "record": lambda one, value: one.record.key == value,
            "holder": lambda one, value: one.record.holder == value,
        },
        orders={column.key: column.value for column in FIGURES.columns},
    )
    return show(request, FIGURES, rows, template="terms.html", more=_around(say(FIGURES.title)))


def _around(title: str) -> dict[str, object]:
    pages = [(reverse("terms"), say(TERMS.title)), (reverse("definitions"), say(FIGURES.title))]
    return {
        "crumbs": [(t("术语与口径", "Terms and definitions"), reverse("terms")), (title, None)],
        "tabs": [(href, name, name == title) for href, name in pages],
    }
