"""我的政策: what an enterprise may receive, what is missing, how far each benefit is; and confirming its account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from yanlian.apps.delivery import days, queries
from yanlian.apps.delivery.accounts import masked as masked_account
from yanlian.apps.delivery.acting import done
from yanlian.apps.delivery.actions_accept import accept, give_account, waive
from yanlian.apps.delivery.machine import acceptance_ends
from yanlian.apps.delivery.models import BankAccount, Entitlement
from yanlian.apps.delivery.pages_round import said_moved, told_moved
from yanlian.apps.delivery.queries import Benefit
from yanlian.apps.people.access import Permission, page, signed_in
from yanlian.apps.people.departments import department_name
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.near_pages import NearLines, near_lines
from yanlian.apps.policies.nearing import OPEN_KINDS, near_of_entity
from yanlian.apps.policies.results import latest_run, period_text, reasons, schema_in_use
from yanlian.apps.policies.titles import ClauseTitle, title_of, titles, why_href
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.base.refusal import Refused
from yanlian.engine.policy.near import NearMiss
from yanlian.ui.refusals import shown
from yanlian.ui.words import t

S = Entitlement.State
PAID = (S.PAID, S.CLOSED)
OFF = (S.WAIVED, S.EXPIRED, S.REJECTED, S.RECLAIMED, S.REFUNDED)


@dataclass(frozen=True)
class Mine:
    """One benefit in delivery, as its page shows it."""

    benefit: Benefit
    clause: ClauseTitle
    period: str
    department: str
    why_href: str
    can_accept: bool
    can_waive: bool
    next: str

    @property
    def row(self) -> Entitlement:
        return self.benefit.entitlement


@dataclass(frozen=True)
class Prospect:
    """What the latest run says of a clause that is not in delivery."""

    outcome: Outcome
    clause: ClauseTitle
    period: str
    reasons: Sequence[str]
    why_href: str
    # What is missing, when it was worked out for this page.
    near: NearLines | None = None


def own_entity(request: HttpRequest) -> Entity:
    """The entity this login speaks for."""
    entity = Entity.objects.filter(code=signed_in(request).entity_code).first()
    if entity is None:
        raise Http404("entity")
    return entity


def can_accept(row: Entitlement, on: date) -> bool:
    """May the beneficiary confirm on this day: after publicity until the last day, or again after a bank's return."""
    if row.state == S.RETURNED:
        return True
    if row.state != S.PUBLISHED or row.publicity is None:
        return False
    return row.publicity.ends_on < on <= acceptance_ends(row)


def _next(benefit: Benefit, on: date) -> str:
    """What happens next, in a sentence."""
    row = benefit.entitlement
    if row.state == S.PUBLISHED and row.publicity is not None and on <= row.publicity.ends_on:
        return t(
            "公示至{end}止。公示期满后，请在{until}前确认收款账户。",
            "In publicity until {end}. After that, confirm your account by {until}.",
            end=row.publicity.ends_on,
            until=acceptance_ends(row),
        )
    if can_accept(row, on):
        if row.state == S.RETURNED:
            return t("银行退回了付款，请核对并重新确认收款账户。", "The bank returned the payment: check your account.")
        return t(
            "请在{until}前确认意愿和收款账户；逾期视为放弃。",
            "Confirm by {until} that you accept and your account; silence is a waiver.",
            until=acceptance_ends(row),
        )
    return say_next(row.state)


NEXT: dict[str, tuple[str, str]] = {
    S.DRAFT: ("部门正在核对名单。", "The department is checking the list."),
    S.CORRECTED: ("金额已更正，部门将重新确认并公示。", "Corrected; it will be confirmed and published again."),
    S.CONFIRMED: ("部门已确认，即将公示。", "The department confirmed it; publicity comes next."),
    S.OBJECTED: ("有人提出异议，部门正在核实。", "An objection was filed; the department is looking into it."),
    S.ACCEPTED: ("等待拨付当日核验信用和经营状态。", "Credit and standing are checked again on the day of payment."),
    S.HELD: ("拨付前核验未通过，暂缓。", "The check before payment found something; it is on hold."),
    S.CLEARED: ("核验通过，等待财政拨付。", "Checked; the Finance Bureau pays next."),
    S.SENT: ("已送银行，通常一至两个工作日到账。", "With the bank; the money usually arrives in two working days."),
}  # fmt: skip


def say_next(state: str) -> str:
    """The next step by state; empty when nothing follows."""
    return t(*NEXT[state]) if state in NEXT else ""


def mine_of(request: HttpRequest, entity: Entity) -> list[Mine]:
    """Everything of this entity that is or was in delivery."""
    known, on = titles(), days.today()
    return [
        Mine(
            benefit=one,
            clause=title_of(known, one.entitlement.clause),
            period=period_text(one.entitlement.period),
            department=department_name(one.entitlement.department),
            why_href=why_href(
                one.entitlement.run_id, entity.code, one.entitlement.clause, one.entitlement.matter
            ),
            can_accept=can_accept(one.entitlement, on),
            can_waive="waive" in one.verbs,
            next=_next(one, on),
        )
        for one in queries.benefits(request.user, entity.code)
    ]  # fmt: skip


def prospects(entity: Entity, taken: set[tuple[str, str, str]]) -> dict[str, list[Prospect]]:
    """The latest run's outcomes that have no entitlement, by kind."""
    run = latest_run()
    found: dict[str, list[Prospect]] = {}
    if run is None:
        return found
    known, schema = titles(), schema_in_use()
    rows = Outcome.objects.filter(run=run, entity=entity).order_by("-amount_fen", "clause", "matter")
    for row in rows:
        if (row.clause, row.matter, row.period) in taken:
            continue
        found.setdefault(row.kind, []).append(
            Prospect(
                outcome=row,
                clause=title_of(known, row.clause),
                period=period_text(row.period),
                reasons=reasons(row, schema),
                why_href=why_href(run.pk, entity.code, row.clause, row.matter),
            )
        )
    for kind in OPEN_KINDS:
        found[kind] = with_nearness(run, entity, found.get(kind, []))
    return found


def _with_near(one: Prospect, miss: NearMiss | None) -> Prospect:
    return one if miss is None else replace(one, near=near_lines(miss))


def with_nearness(run: Run, entity: Entity, rows: Sequence[Prospect]) -> list[Prospect]:
    """Prospects with what is missing for them: those with the fewest failed rules, what can be brought about first."""
    ordered = sorted(rows, key=lambda one: len(one.outcome.reason.get("failed", [])))
    missed = near_of_entity(run, entity.code, [(one.outcome.clause, one.outcome.matter) for one in ordered])
    told = [_with_near(one, missed.get((one.outcome.clause, one.outcome.matter))) for one in ordered]
    return sorted(told, key=lambda one: one.near is None or one.near.kind in {"cannot", "none"})


@page(owner="delivery", permission=Permission.SEE_OWN_BENEFITS)
def my_benefits(request: HttpRequest) -> HttpResponse:
    """我的政策."""
    entity = own_entity(request)
    mine = mine_of(request, entity)
    taken = {(one.row.clause, one.row.matter, one.row.period) for one in mine}
    run = latest_run()
    found = prospects(entity, taken)
    paid = [one for one in mine if one.row.state in PAID]
    on_way = [one for one in mine if one.row.state not in (*PAID, *OFF)]
    context = {
        "title": t("我的政策", "My benefits"),
        "crumbs": [(t("我的政策", "My benefits"), None)],
        "entity": entity,
        "name": shown_name(entity),
        "to_confirm": [one for one in mine if one.can_accept],
        "under_way": [one for one in on_way if not one.can_accept],
        "paid": paid,
        "off": [one for one in mine if one.row.state in OFF],
        "eligible": [one for one in found.get(Outcome.Kind.ELIGIBLE, []) if one.outcome.amount_fen],
        # Qualifications, and what a higher benefit replaced: met, but nothing will be paid for them.
        "met": [one for one in found.get(Outcome.Kind.ELIGIBLE, []) if not one.outcome.amount_fen],
        "unknown": found.get(Outcome.Kind.UNKNOWN, []),
        "manual": found.get(Outcome.Kind.MANUAL, []),
        "not_eligible": found.get(Outcome.Kind.NOT_ELIGIBLE, []),
        "paid_fen": sum(one.row.amount_fen for one in paid),
        "under_way_fen": sum(one.row.amount_fen for one in on_way),
        "under_way_count": len(on_way),
        "eligible_fen": sum(one.outcome.amount_fen for one in found.get(Outcome.Kind.ELIGIBLE, [])),
        "run": run,
        "dated": [(t("测算", "Run"), f"#{run.pk} {run.as_of}")] if run else [],
    }
    return render(request, "delivery/my_benefits.html", context)


def chosen_of(request: HttpRequest, entity: Entity) -> list[Mine]:
    """The benefits named in the address or the form that this entity can confirm today; 404 when there is none."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = set(given.getlist("id"))
    found = [one for one in mine_of(request, entity) if str(one.row.pk) in wanted and one.can_accept]
    if not found:
        raise Http404("benefit")
    return found


def _wizard(request: HttpRequest, entity: Entity, chosen: list[Mine], title: str) -> dict[str, object]:
    return {
        "title": title,
        "crumbs": [(t("我的政策", "My benefits"), reverse("my-benefits")), (title, None)],
        "entity": entity,
        "chosen": chosen,
        "total_fen": sum(one.row.amount_fen for one in chosen),
    }


@page(owner="delivery", permission=Permission.SEE_OWN_BENEFITS, methods=("GET", "POST"))
@sensitive_post_parameters("number")
def account(request: HttpRequest) -> HttpResponse:
    """确认账户, first page: into which account."""
    entity = own_entity(request)
    chosen = chosen_of(request, entity)
    last = BankAccount.objects.filter(entity=entity).order_by("-pk").first()
    context = {
        **_wizard(request, entity, chosen, t("收款账户", "Your account")),
        "last": last,
        "last_number": masked_account(last) if last else "",
        "given": request.POST,
    }
    if request.method != "POST":
        return render(request, "delivery/account.html", context)
    try:
        given = _account(request, entity, last)
    except Refused as refusal:
        return render(request, "delivery/account.html", {**context, "refusals": shown(refusal)})
    ids = "&".join(f"id={one.row.pk}" for one in chosen)
    return redirect(f"{reverse('my-check')}?{ids}&account={given.pk}")


def _account(request: HttpRequest, entity: Entity, last: BankAccount | None) -> BankAccount:
    if last is not None and request.POST.get("which") == "last":
        return last
    return done(
        request,
        "account_given",
        "entity",
        entity.code,
        lambda: give_account(
            entity.code,
            request.POST.get("holder", ""),
            request.POST.get("bank", ""),
            request.POST.get("number", ""),
            signed_in(request),
        ),
        lambda account: {"account": account.pk},
    )


@page(owner="delivery", permission=Permission.SEE_OWN_BENEFITS, methods=("GET", "POST"))
def check(request: HttpRequest) -> HttpResponse:
    """确认账户, second page: check everything, then confirm. Who has just confirmed comes back to the receipt."""
    entity = own_entity(request)
    given = request.POST if request.method == "POST" else request.GET
    wanted = given.get("account", "")
    mine = BankAccount.objects.filter(entity=entity)
    bank = mine.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    if bank is None:
        raise Http404("account")
    chosen = chosen_of(request, entity)
    context = {
        **_wizard(request, entity, chosen, t("核对后确认", "Check, then confirm")),
        "bank": bank,
        "number": masked_account(bank),
    }
    if request.method != "POST":
        return render(request, "delivery/check.html", context)
    ids = [one.row.pk for one in chosen]
    try:
        if request.POST.get("agreed") != "1":
            raise Refused("promise_missing")
        done(
            request,
            "benefit_accepted",
            "entity",
            entity.code,
            lambda: accept(ids, bank.pk, signed_in(request), days.today()),
            told_moved,
        )
    except Refused as refusal:
        return render(request, "delivery/check.html", {**context, "refusals": shown(refusal)})
    return redirect(reverse("my-receipt") + "?" + "&".join(f"id={pk}" for pk in ids))


@page(owner="delivery", permission=Permission.SEE_OWN_BENEFITS)
def receipt(request: HttpRequest) -> HttpResponse:
    """回执: what was confirmed, when, with which account, and what follows."""
    entity = own_entity(request)
    wanted = set(request.GET.getlist("id"))
    accepted = [one for one in mine_of(request, entity) if str(one.row.pk) in wanted and one.row.bank_account]
    if not accepted:
        raise Http404("receipt")
    events = {
        one.row.pk: one.row.events.filter(verb="accept").order_by("-pk").select_related("by").first()
        for one in accepted
    }
    context = {
        **_wizard(request, entity, accepted, t("回执", "Receipt")),
        "lines": [(one, events[one.row.pk]) for one in accepted],
        "event": next(iter(events.values())),
        "number": accepted[0].benefit.account,
        "bank": accepted[0].row.bank_account,
    }
    return render(request, "delivery/receipt.html", context)


@page(owner="delivery", permission=Permission.SEE_OWN_BENEFITS, methods=("GET", "POST"))
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """放弃一项权益: a page of its own, because it cannot be taken back by the enterprise."""
    entity = own_entity(request)
    mine = next((one for one in mine_of(request, entity) if one.row.pk == pk and one.can_waive), None)
    if mine is None:
        raise Http404(str(pk))
    context = _wizard(request, entity, [mine], t("放弃这项权益", "Give this benefit up"))
    if request.method != "POST":
        return render(request, "delivery/give_up.html", context)
    try:
        moved = done(
            request,
            "benefit_waived",
            "entitlement",
            pk,
            lambda: waive([pk], signed_in(request), days.today()),
            told_moved,
        )
    except Refused as refusal:
        return render(request, "delivery/give_up.html", {**context, "refusals": shown(refusal)})
    messages.success(request, said_moved(moved), extra_tags="good")
    return redirect("my-benefits")
