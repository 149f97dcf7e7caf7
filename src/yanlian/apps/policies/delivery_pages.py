"""免申即享: the list of what is paid without application, and for every clause how it may be delivered and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.policies.pages import CLAUSES, document_state, faulty_packs
from yanlian.apps.policies.soundness import assessments, language
from yanlian.engine.policy import PackFaults
from yanlian.engine.policy.lint.delivery import Assessment
from yanlian.engine.policy.model import Clause, Document
from yanlian.ui import numbers
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, word


@dataclass(frozen=True)
class ItemRow:
    """One clause with its assessment, in the reader's language."""

    found: Assessment
    holder: str

    @property
    def clause(self) -> Clause:
        return self.found.clause.source

    @property
    def document(self) -> Document:
        return self.found.clause.document.source

    @property
    def basis(self) -> str:
        """Document, number, article."""
        number = f"（{self.document.number}）" if self.document.number else ""
        return f"《{self.document.title}》{number}{self.clause.article}"

    @property
    def standard(self) -> str:
        """The wording of the standard, as the text has it."""
        return self.clause.text.removeprefix("〔转写〕")

    @property
    def subjects(self) -> str:
        return t("、", ", ").join(str(word("kind", one)) for one in self.clause.subject)

    @property
    def sources(self) -> str:
        """The records that decide, each with its holder."""
        return t("、", ", ").join(one.text(language()) for one in self.found.sources) or numbers.NONE

    @property
    def reasons(self) -> str:
        """Why not without application, and why the pack is stricter than need be."""
        said = [one.text(language()) for one in self.found.against]
        if self.clause.delivery_because:
            said.append(t("政策包说明：{why}", "the pack says: {why}", why=self.clause.delivery_because))
        return t("；", "; ").join(one.rstrip("。") for one in said)


def _title(row: ItemRow) -> str:
    return row.clause.title


def _link(row: ItemRow) -> str:
    return reverse("clause", args=[row.clause.id])


def _departments() -> list[Choice]:
    packs = packs_in_use()
    keys = dict.fromkeys(clause.source.department for clause in packs.clauses)
    return [Choice(key, packs.schema.holder_name(key, language())) for key in keys]


DEPARTMENT = Filter("department", ("负责部门", "Department"), _departments)
ITEMS: Listing[ItemRow] = Listing(
    title=("免申即享事项清单", "Paid without application"),
    file_name="no-application",
    search_hint=("按事项、标准或依据搜索", "Search items, standards or bases"),
    columns=(
        Column("title", ("事项", "Item"), _title, main=True, link=_link),
        Column("basis", ("依据", "Basis"), lambda row: row.basis),
        Column("subject", ("受益对象", "Beneficiaries"), lambda row: row.subjects),
        Column("standard", ("标准", "Standard"), lambda row: row.standard),
        Column("department", ("负责部门", "Department"), lambda row: row.holder),
        Column("sources", ("比对数据（持有部门）", "Data compared (holder)"), lambda row: row.sources),
    ),
    filters=(DEPARTMENT,),
    empty=("目前没有事项同时通过六项核定。", "At present no item passes all six tests."),
    page_size=100,
    calibre=(
        (
            "列入条件：受益对象明确、认定有登记、金额可计算、文件现行有效、比对数据齐全、非竞争性；政策包写明免申即享。",
            "Listed: all six tests are passed (beneficiary, recognition, formula, in force, data, not competitive).",
        ),
        (
            "“免申”指兑付环节不用申报；资质认定仍向认定机关申请。",
            "Without application is about the payment; a title is still applied for where it is given.",
        ),
    ),
)
MODES: Listing[ItemRow] = Listing(
    title=("兑现方式核定", "How each clause may be delivered"),
    file_name="delivery-modes",
    search_hint=("按条款、文件或原因搜索", "Search clauses, documents or reasons"),
    columns=(
        Column("title", ("条款", "Clause"), _title, main=True, link=_link),
        Column("mode", ("可以做到", "Possible"), lambda row: row.found.mode, Kind.WORD, words="delivery"),
        Column("written", ("政策包写明", "Written"), lambda row: row.found.written, Kind.WORD, words="delivery"),
        Column("listed", ("列入清单", "Listed"), lambda row: row.found.listed, Kind.FLAG),
        Column("reasons", ("不能免申即享的原因", "Why not without application"), lambda row: row.reasons),
        Column("department", ("负责部门", "Department"), lambda row: row.holder),
        Column("state", ("状态", "State"), lambda row: document_state(row.document, today()), Kind.STATUS,
               words="document"),
    ),
    filters=(
        Filter("mode", ("可以做到", "Possible"), word_choices("delivery")),
        Filter("written", ("政策包写明", "Written"), word_choices("delivery")),
        Filter("agree", ("两者", "The two"), lambda: [
            Choice("same", t("一致", "agree")), Choice("looser", t("政策包更松", "written is looser")),
            Choice("stricter", t("政策包更严", "written is stricter")),
        ]),
        DEPARTMENT,
    ),
    page_size=100,
)  # fmt: skip
ORDER = ("AUTO", "INSTANT", "APPLY", "MANUAL")


@page(owner="policies", permission=Permission.SEE_POLICIES)
def no_application(request: HttpRequest) -> HttpResponseBase:
    """免申即享事项清单: item, basis, beneficiaries, standard, department, data."""
    return _shown(request, ITEMS, only_listed=True)


@page(owner="policies", permission=Permission.SEE_RUNS)
def delivery_modes(request: HttpRequest) -> HttpResponseBase:
    """兑现方式核定: every clause, what is possible, what is written, and why not."""
    return _shown(request, MODES, only_listed=False)


def _shown(request: HttpRequest, listing: Listing[ItemRow], *, only_listed: bool) -> HttpResponseBase:
    try:
        rows = _rows(only_listed=only_listed)
        hash_of = packs_in_use().hash[:12]
    except PackFaults as faults:
        return faulty_packs(request, faults)
    listed = FromMemory(
        rows,
        search=lambda row: (row.clause.title, row.clause.id, row.basis, row.standard, row.reasons),
        filters={
            "department": lambda row, value: row.clause.department == value,
            "mode": lambda row, value: row.found.mode == value,
            "written": lambda row, value: row.found.written == value,
            "agree": lambda row, value: _agreement(row.found) == value,
        },
        orders={column.key: column.value for column in listing.columns},
    )
    crumbs = [(say(CLAUSES.title), reverse("policies")), (say(listing.title), None)]
    dated = [(t("核定日期", "Assessed on"), numbers.iso(today())), (t("政策包", "Packs"), hash_of)]
    return show(request, listing, listed, dated=dated, more={"crumbs": crumbs})


def _rows(*, only_listed: bool) -> Sequence[ItemRow]:
    schema = packs_in_use().schema
    return [
        ItemRow(one, schema.holder_name(one.clause.source.department, language()))
        for one in assessments().values()
        if one.listed or not only_listed
    ]


def _agreement(found: Assessment) -> str:
    written, mode = ORDER.index(found.written), ORDER.index(found.mode)
    return "same" if written == mode else "looser" if written < mode else "stricter"
