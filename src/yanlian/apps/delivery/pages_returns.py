"""应退资金: paid entitlements that a clawback term or a broken commitment of their clause now hits. Nothing is taken
back here; each line leads to the entitlement with reason and sum filled in, where an officer starts the return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.delivery import days
from yanlian.apps.delivery.machine import S
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.delivery.permissions import Visitor, entitlements_visible_to
from yanlian.apps.people.access import Permission, page
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.results import clause_titles, period_text
from yanlian.apps.registry.models import Snapshot as SnapshotRow
from yanlian.apps.registry.pages import fictional_badge, shown_name
from yanlian.engine.dossier import Dossier, Snapshot, open_snapshot
from yanlian.engine.policy.payments import DISTRICT_LEVEL
from yanlian.engine.policy.returns import ReturnDue, Returns
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import say, t

TITLE = ("应退资金", "To be returned")
PAID = (S.PAID, S.CLOSED)
_VERDICTS = {
    "due": ("应退还", "To be returned"),
    "unknown": ("未知", "Unknown"),
    "manual": ("人工判定", "A person decides"),
}


@dataclass(frozen=True)
class Hit:
    """A paid entitlement and what its clause's terms say of it today."""

    entitlement: Entitlement
    due: ReturnDue

    @property
    def why(self) -> str:
        """The terms with their articles, and what nobody delivered."""
        words = [
            f"{one.term.label}（{one.term.article}）" if one.term.article else one.term.label for one in self.due.terms
        ]
        words += [t("缺{fact}", "missing {fact}", fact=one["fact"]) for one in self.due.missing]
        return "；".join(words)

    @property
    def href(self) -> str:
        """The entitlement; with the return filled in where it is due."""
        found = reverse("entitlement", args=[self.entitlement.pk])
        if self.due.verdict != "due":
            return found
        sum_yuan = f"{Decimal(self.due.return_fen).scaleb(-2):.2f}"
        return f"{found}?{urlencode({'verb': 'reclaim', 'reason': self.why, 'reclaim_amount': sum_yuan})}"


def hit_by_terms(visitor: Visitor, snapshot: Snapshot, day: date) -> list[Hit]:
    """Paid entitlements that the visitor may see and that a term hits, or may hit; by clause and entity."""
    returns = Returns(packs_in_use(), day)
    rows = entitlements_visible_to(visitor).filter(state__in=PAID, clause__in=sorted(returns.clauses))
    by_entity: dict[str, list[Entitlement]] = {}
    for row in rows.select_related("entity", "round").order_by("clause", "entity__code", "matter", "period"):
        by_entity.setdefault(row.entity.code, []).append(row)
    found: list[Hit] = []
    for code, mine in by_entity.items():
        stored = snapshot.find(code)
        if stored is not None:
            found += _hits(returns, snapshot, stored, mine)
    return sorted(found, key=lambda hit: (hit.entitlement.clause, hit.entitlement.entity.code, hit.entitlement.pk))


def _hits(
    returns: Returns, snapshot: Snapshot, stored: Mapping[str, object], mine: Sequence[Entitlement]
) -> Iterator[Hit]:
    """What was paid here stands for itself: the payment list of the finance bureau may be older."""
    own = [_payment(row) for row in mine]
    schema = returns.evaluator.packs.schema
    dossier = Dossier({**stored, "payment": own}, schema, snapshot.coverage, returns.as_of)
    due = {(one.clause, one.matter, one.period): one for one in returns.of(dossier)}
    for row in mine:
        one = due.get((row.clause, row.matter, row.period))
        if one is not None:
            yield Hit(row, one)


def _payment(row: Entitlement) -> Mapping[str, object]:
    return {
        "payment_number": str(row.pk),
        "clause": row.clause,
        "matter": row.matter,
        "level": DISTRICT_LEVEL,
        "year": int(row.period) if row.period.isdecimal() else None,
        "amount": row.amount_fen,
        "paid_on": row.state_on,
    }


def _verdict(hit: Hit) -> str:
    return say(_VERDICTS[hit.due.verdict])


HITS: Listing[Hit] = Listing(
    title=TITLE,
    file_name="returns",
    search_hint=("按主体名称、代码、条款或事项搜索", "Search by name, code, clause or matter"),
    columns=(
        Column("entity", ("主体", "Beneficiary"), lambda hit: shown_name(hit.entitlement.entity), main=True,
               link=lambda hit: hit.href, badge=lambda hit: fictional_badge(hit.entitlement.entity)),
        Column("code", ("编号", "Code"), lambda hit: hit.entitlement.entity.code, Kind.CODE),
        Column("clause", ("条款", "Clause"), lambda hit: hit.entitlement.clause, Kind.CODE),
        Column("title", ("条款名称", "Title"), lambda hit: clause_titles().get(hit.entitlement.clause, ""),
               sortable=False),
        Column("matter", ("事项与年度", "Matter and year"), lambda hit: " · ".join(
            part for part in (hit.entitlement.matter, period_text(hit.entitlement.period)) if part)),
        Column("verdict", ("结论", "Verdict"), _verdict),
        Column("paid", ("已付金额", "Paid"), lambda hit: hit.entitlement.amount_fen, Kind.MONEY),
        Column("due", ("应退金额", "To be returned"), lambda hit: hit.due.return_fen, Kind.MONEY),
        Column("ban", ("禁止申报至", "No application until"), lambda hit: hit.due.banned_until, Kind.DATE),
        Column("why", ("依据", "Why"), lambda hit: hit.why, Kind.PROSE, sortable=False),
    ),
    empty=("没有应退的资金：已付事项都没有触及追回条款或违反承诺。",
           "Nothing is to be returned: no term of clawback or commitment is hit."),
    calibre=(
        (
            "按最新快照和现行政策包核对已兑付的事项；此处不追回任何资金，请到事项页核实后办理追回。",
            "Paid entries against the newest snapshot and the packs in use; nothing is taken back here.",
        ),
    ),
)  # fmt: skip


@page(owner="delivery", permission=Permission.SEE_ROUNDS)
def returns_due(request: HttpRequest) -> HttpResponseBase:
    """应退资金."""
    newest = SnapshotRow.objects.first()
    day = days.today()
    rows = hit_by_terms(request.user, open_snapshot(settings.DATA / newest.folder), day) if newest is not None else []
    listed = FromMemory(
        rows,
        search=lambda hit: (
            hit.entitlement.entity.name,
            hit.entitlement.entity.code,
            hit.entitlement.clause,
            hit.entitlement.matter,
        ),
        filters={},
        orders={column.key: column.value for column in HITS.columns},
    )
    more = {"crumbs": [(t("兑现批次", "Rounds"), reverse("rounds")), (say(TITLE), None)]}
    dated = [(t("核对日", "As of"), str(day))]
    dated += [(t("快照", "Snapshot"), newest.hash[:12])] if newest is not None else []
    return show(request, HITS, listed, template="delivery/returns.html", dated=dated, more=more)
