"""政策体检: what the review finds of the packs in use, as a list that an office can work through."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.apps.policies.pages import CLAUSES, faulty_packs
from yanlian.apps.policies.soundness import findings, language
from yanlian.engine.policy import Fault, PackFaults
from yanlian.ui import numbers
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t


@dataclass(frozen=True)
class FindingRow:
    """One finding in the reader's language."""

    fault: Fault

    @property
    def sentence(self) -> str:
        return self.fault.text(language())

    @property
    def why(self) -> str:
        return self.fault.why(language())

    @property
    def subject(self) -> str:
        """The clause, or the file and line of what concerns a whole document."""
        return self.fault.clause or f"{self.fault.file}:{self.fault.line}"

    @property
    def place(self) -> str:
        return f"{self.fault.pack}/{self.fault.file}" + (f":{self.fault.line}" if self.fault.line else "")

    @property
    def family(self) -> str:
        """The code of ui/words.yaml, group finding."""
        return family_of(self.fault.code)


def family_of(code: str) -> str:
    """Which kind of finding a code is."""
    if code.startswith("lint_fair"):
        return "fair"
    if code.startswith("lint_delivery"):
        return "delivery"
    if code.startswith(("lint_fact", "lint_evidence", "lint_no_evidence", "lint_subject")):
        return "data"
    if code.startswith("lint_double"):
        return "double"
    if code.startswith(("table_", "lint_row", "lint_border", "lint_step", "lint_level", "lint_cliff")):
        return "amounts"
    if code.startswith(("lint_case", "pack_no_cases")):
        return "cases"
    return "text"


ORDER = {"error": 0, "warning": 1, "hint": 2}
FINDINGS: Listing[FindingRow] = Listing(
    title=("政策体检", "Policy review"),
    file_name="policy-review",
    search_hint=("按条款、发现或代码搜索", "Search clauses, findings or codes"),
    columns=(
        Column("severity", ("程度", "Severity"), lambda row: row.fault.severity, Kind.STATUS, words="severity"),
        Column("clause", ("条款或文件", "Clause or file"), lambda row: row.subject, main=True,
               link=lambda row: reverse("clause", args=[row.fault.clause]) if row.fault.clause else None),
        Column("family", ("类别", "Kind"), lambda row: row.family, Kind.WORD, words="finding"),
        Column("sentence", ("发现与处理", "Finding and what to do"), lambda row: row.sentence),
        Column("why", ("为什么重要", "Why it matters"), lambda row: row.why),
        Column("accepted", ("已作说明", "Answer"), lambda row: row.fault.accepted),
        Column("code", ("代码", "Code"), lambda row: row.fault.code, Kind.CODE),
    ),
    filters=(
        Filter("severity", ("程度", "Severity"), word_choices("severity")),
        Filter("family", ("类别", "Kind"), word_choices("finding")),
        Filter("open", ("说明", "Answer"), lambda: [
            Choice("open", t("尚未说明", "not answered")), Choice("answered", t("已作说明", "answered")),
        ]),
        Filter("pack", ("政策包", "Pack"), lambda: [Choice(one.id, one.title) for one in packs_in_use().packs]),
    ),
    empty=("没有发现需要处理的问题。", "Nothing was found."),
    page_size=50,
)  # fmt: skip


@page(owner="policies", permission=Permission.SEE_RUNS)
def policy_review(request: HttpRequest) -> HttpResponseBase:
    """政策体检: every finding with its clause, reason, what to do, and the pack's own answer."""
    try:
        rows = [FindingRow(one) for one in sorted(findings(), key=lambda f: (ORDER[f.severity], bool(f.accepted)))]
        hash_of = packs_in_use().hash[:12]
    except PackFaults as faults:
        return faulty_packs(request, faults)
    listed = FromMemory(
        rows,
        search=lambda row: (row.fault.clause, row.sentence, row.fault.code, row.place),
        filters={
            "severity": lambda row, value: row.fault.severity == value,
            "family": lambda row, value: row.family == value,
            "open": lambda row, value: bool(row.fault.accepted) == (value == "answered"),
            "pack": lambda row, value: row.fault.pack == value,
        },
        orders={column.key: column.value for column in FINDINGS.columns},
    )
    crumbs = [(say(CLAUSES.title), reverse("policies")), (say(FINDINGS.title), None)]
    dated = [(t("检查日期", "Reviewed on"), numbers.iso(today())), (t("政策包", "Packs"), hash_of)]
    return show(request, FINDINGS, listed, dated=dated, more={"crumbs": crumbs})
