"""The way of an entitlement: each step, who may take it, what repeating it does, and what it leaves behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from delivery_office import (
    AFTER,
    CLAUSE,
    DAY,
    DOCUMENT,
    accept_all,
    accepted,
    bank_says,
    cleared,
    draft,
    drafted,
    new_run,
    no_veto,
    open_office,
    outcome,
    publish_next,
    published,
    send_all,
    sent,
    totals,
)

from yanlian.apps.delivery.actions_accept import accept, give_account, waive
from yanlian.apps.delivery.actions_after import close, close_round, reclaim, refund
from yanlian.apps.delivery.actions_clear import clear, hold, release
from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.actions_pay import next_number, send
from yanlian.apps.delivery.actions_publish import confirm, correct, expire, publish, reopen
from yanlian.apps.delivery.actions_return import import_return
from yanlian.apps.delivery.models import Entitlement, Event, Payment, Publicity, Round
from yanlian.apps.ledger.actions import grant_budget
from yanlian.apps.ledger.models import Transfer
from yanlian.apps.ledger.queries import balances, total_fen
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db


def refused(code: str, call: object, *args: object, **named: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*args, **named)  # type: ignore[operator]
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")
    return caught.value


def states(round_: Round) -> list[str]:
    return list(Entitlement.objects.filter(round=round_).order_by("pk").values_list("state", flat=True))


def test_a_round_goes_from_draft_to_closed_and_every_step_is_recorded():
    office = open_office()
    round_, there = sent(office)
    payments = list(Payment.objects.order_by("sequence"))
    rows = [(p.number, "成功", f"{p.amount_fen / 100:.2f}", f"R{p.sequence}", "") for p in payments]
    import_return(there.file.number, "r.csv", bank_says(rows), office.fin, AFTER)
    close(round_.pk, office.sci, AFTER)
    assert close_round(round_.pk, office.sci, AFTER).state == "closed"
    assert states(round_) == ["closed"] * 3
    first = Entitlement.objects.order_by("pk")[0]
    way = [(e.verb, e.before, e.after) for e in Event.objects.filter(entitlement=first)]
    assert way == [
        ("draft", "", "draft"),
        ("confirm", "draft", "confirmed"),
        ("publish", "confirmed", "published"),
        ("accept", "published", "accepted"),
        ("clear", "accepted", "cleared"),
        ("send", "cleared", "sent"),
        ("pay", "sent", "paid"),
        ("close", "paid", "closed"),
    ]
    due = sum(row.amount_fen for row in Entitlement.objects.all())
    assert balances()["bank"].balance_fen == due
    assert balances()[f"budget:{DOCUMENT}:2025"].balance_fen == -due
    assert total_fen() == 0


def test_drafting_takes_what_is_eligible_with_an_amount_and_never_what_a_person_must_judge():
    office = open_office()
    firm = office.firms[0]
    outcome(office.run, firm, matter="manual", delivery="MANUAL")
    outcome(office.run, firm, matter="zero", amount_fen=0)
    outcome(office.run, firm, matter="unknown", kind="unknown")
    outcome(office.run, firm, matter="theirs", department="ind")
    outcome(office.run, firm, matter="apply", delivery="APPLY")
    outcome(office.run, firm, matter="instant", delivery="INSTANT")
    drafted(office)
    matters = set(Entitlement.objects.filter(entity=firm).values_list("matter", flat=True))
    assert matters == {"", "apply", "instant"}


def test_drafting_twice_adds_nothing_and_says_where_everything_stands():
    office = open_office()
    round_ = published(office)
    again = draft(office)
    assert again.round is None
    assert again.added == 0
    assert [(row.state, row.round) for row in again.already] == [("published", round_.pk)] * 3
    assert again.differs == []
    assert Round.objects.count() == 1


def test_a_later_run_with_another_amount_is_reported_and_changes_nothing_until_corrected():
    office = open_office()
    round_ = published(office)
    later = new_run("b")
    first, second, third = office.firms
    changed = outcome(later, first, amount_fen=1)
    outcome(later, second, amount_fen=12_345_68)
    report = draft(office, later)
    row = Entitlement.objects.get(entity=first)
    assert [(d.entitlement, d.amount_fen, d.run_fen) for d in report.differs] == [(row.pk, 12_345_67, 1)]
    assert report.gone == [Entitlement.objects.get(entity=third).pk]
    assert row.amount_fen == 12_345_67
    correct(row.pk, 1, "按最新测算", office.sci, DAY, outcome_id=changed.pk)
    row.refresh_from_db()
    assert (row.state, row.amount_fen, row.run, row.publicity) == ("corrected", 1, later, None)
    event = Event.objects.get(verb="correct")
    assert event.data == {"amount_before_fen": 12_345_67, "amount_fen": 1, "reason": "按最新测算"}
    # The corrected entry goes through confirmation and a notice of its own.
    confirm(round_.pk, office.sci, DAY)
    assert publish_next(office, round_).publicity.sequence == 2
    assert states(round_) == ["published"] * 3


def test_an_outcome_of_another_key_cannot_lend_its_amount():
    office = open_office()
    drafted(office)
    row = Entitlement.objects.get(entity=office.firms[0])
    other = outcome(new_run("b"), office.firms[1], amount_fen=1)
    refused("outcome_differs", correct, row.pk, 1, "x", office.sci, DAY, outcome_id=other.pk)
    refused("amount_not_positive", correct, row.pk, 0, "x", office.sci, DAY)
    refused("reason_missing", correct, row.pk, 5, " ", office.sci, DAY)


def test_an_incomplete_run_gives_no_list():
    office = open_office()
    running = new_run("b", state="running")
    refused("run_not_complete", draft, office, running)
    refused("run_unknown", draft_round, 0, office.sci, DAY, department="sci")


def test_only_the_lead_department_confirms_and_publishes_only_finance_pays_only_the_owner_accepts():
    office = open_office()
    round_ = drafted(office)
    strangers = [office.ind, office.fin, office.admin, office.analyst, office.logins[0], None]
    for stranger in strangers:
        refused("not_allowed", confirm, round_.pk, stranger, DAY)
    confirm(round_.pk, office.sci, DAY)
    for stranger in strangers:
        refused("not_allowed", publish, round_.pk, 1, *totals(round_, "confirmed"), stranger, DAY)
    publish_next(office, round_)
    firm, login = office.firms[0], office.logins[0]
    account = give_account(firm.code, firm.name, "虚构银行", "6222000000000001", login)
    mine = Entitlement.objects.get(entity=firm)
    for stranger in [office.sci, office.fin, office.logins[1], office.admin, None]:
        refused("not_allowed", accept, [mine.pk], account.pk, stranger, AFTER)
        refused("not_allowed", waive, [mine.pk], stranger, AFTER)
        refused("not_allowed", give_account, firm.code, firm.name, "虚构银行", "6222000000000002", stranger)
    accept_all(office, round_)
    clear(round_.pk, no_veto, office.sci, AFTER)
    for stranger in [office.sci, office.ind, office.admin, office.analyst, login, None]:
        refused("not_allowed", send, round_.pk, next_number(round_, AFTER), *totals(round_, "cleared"), stranger, AFTER)
    office.fin.is_active = False
    refused("not_allowed", send_all, office, round_)
    assert Payment.objects.count() == 0


def test_one_foreign_entry_in_a_batch_refuses_the_batch():
    office = open_office()
    round_ = published(office)
    mine, theirs = Entitlement.objects.order_by("pk")[:2]
    refused("not_allowed", waive, [mine.pk, theirs.pk], office.logins[0], AFTER)
    assert states(round_) == ["published"] * 3


def test_publicity_lasts_five_working_days_and_binds_objection_and_acceptance():
    office = open_office()
    published(office)
    notice = Publicity.objects.get()
    assert (notice.starts_on, notice.ends_on, notice.calendar_known) == (DAY, date(2025, 3, 10), True)
    firm, login = office.firms[0], office.logins[0]
    account = give_account(firm.code, firm.name, "虚构银行", "6222000000000001", login)
    mine = Entitlement.objects.get(entity=firm)
    refused("publicity_running", accept, [mine.pk], account.pk, login, notice.ends_on)
    refused("acceptance_over", accept, [mine.pk], account.pk, login, notice.accept_until + timedelta(days=1))
    assert accept([mine.pk], account.pk, login, notice.accept_until).count == 1


def test_the_spring_festival_does_not_count_as_working_days():
    office = open_office()
    round_ = drafted(office)
    confirm(round_.pk, office.sci, date(2025, 1, 26))
    notice = publish_next(office, round_, on=date(2025, 1, 26)).publicity
    # Worked: 27 January, (holiday 28 January to 4 February), 5, 6, 7, 8 (Saturday, made up).
    assert notice.ends_on == date(2025, 2, 8)


def test_what_the_official_checked_must_be_what_is_published():
    office = open_office()
    round_ = drafted(office)
    refused("nothing_to_publish", publish, round_.pk, 1, 0, 0, office.sci, DAY)
    confirm(round_.pk, office.sci, DAY)
    count, fen = totals(round_, "confirmed")
    refused("check_differs", publish, round_.pk, 1, count - 1, fen, office.sci, DAY)
    refused("check_differs", publish, round_.pk, 1, count, fen + 1, office.sci, DAY)
    refused("publicity_sequence", publish, round_.pk, 2, count, fen, office.sci, DAY)
    assert states(round_) == ["confirmed"] * 3
    assert not publish(round_.pk, 1, count, fen, office.sci, DAY).already
    assert publish(round_.pk, 1, count, fen, office.sci, DAY).already
    refused("check_differs", publish, round_.pk, 1, count, fen + 1, office.sci, DAY)
    assert Publicity.objects.count() == 1


def test_silence_expires_and_the_department_can_reopen_with_a_reason():
    office = open_office()
    round_ = published(office)
    notice = Publicity.objects.get()
    assert expire(round_.pk, office.sci, notice.accept_until).count == 0
    assert expire(round_.pk, office.sci, notice.accept_until + timedelta(days=1)).count == 3
    assert expire(round_.pk, office.sci, notice.accept_until + timedelta(days=1)).count == 0
    close_round(round_.pk, office.sci, AFTER)
    row = Entitlement.objects.order_by("pk")[0]
    refused("reason_missing", reopen, row.pk, "", office.sci, AFTER)
    reopen(row.pk, "通知未送达", office.sci, AFTER)
    round_.refresh_from_db()
    assert (round_.state, states(round_)) == ("open", ["corrected", "expired", "expired"])


def test_an_account_in_another_name_is_refused_and_forms_of_brackets_are_one_name():
    office = open_office()
    firm, login = office.firms[0], office.logins[0]
    refused("account_name_differs", give_account, firm.code, "乙有限公司", "虚构银行", "6222000000000001", login)
    refused("account_number_unreadable", give_account, firm.code, firm.name, "虚构银行", "1234", login)
    refused("account_bank_missing", give_account, firm.code, firm.name, " ", "6222000000000001", login)
    narrow = firm.name.replace("（", "(").replace("）", ")")
    first = give_account(firm.code, narrow, "虚构银行", "6222 0000-0000 0001", login)
    assert give_account(firm.code, narrow, "虚构银行", "6222000000000001", login) == first
    other = give_account(office.firms[1].code, office.firms[1].name, "虚构银行", "6222000000000009", office.logins[1])
    published(office)
    mine = Entitlement.objects.get(entity=firm)
    refused("account_foreign", accept, [mine.pk], other.pk, login, AFTER)


def test_a_veto_on_the_day_holds_and_a_later_clean_check_clears():
    office = open_office()
    round_ = accepted(office)
    first, second, third = Entitlement.objects.order_by("pk")
    done = clear(round_.pk, lambda rows: {first.pk: [], second.pk: ["处于严重失信主体名单"]}, office.fin, AFTER)
    assert [row.pk for row in done.cleared] == [first.pk]
    assert {row.pk: row.held_for for row in done.held} == {
        second.pk: ["处于严重失信主体名单"],
        third.pk: ["当日核验未覆盖"],
    }
    assert send_all(office, round_).file.count == 1
    clear(round_.pk, no_veto, office.fin, AFTER)
    assert states(round_) == ["sent", "cleared", "cleared"]


def test_a_check_is_valid_for_its_day_only():
    office = open_office()
    round_ = cleared(office)
    tomorrow = AFTER + timedelta(days=1)
    refused("nothing_to_send", send, round_.pk, next_number(round_, tomorrow), 3, 1, office.fin, tomorrow)
    clear(round_.pk, no_veto, office.fin, tomorrow)
    assert send_all(office, round_, tomorrow).file.count == 3


def test_the_daily_check_does_not_release_what_an_official_holds():
    office = open_office()
    round_ = accepted(office)
    first = Entitlement.objects.order_by("pk")[0]
    hold([first.pk], "正在核查", office.sci, AFTER)
    assert hold([first.pk], "正在核查", office.sci, AFTER).count == 0
    done = clear(round_.pk, no_veto, office.fin, AFTER)
    assert [(other.entitlement, other.code) for other in done.others] == [(first.pk, "held_by_hand")]
    assert states(round_) == ["held", "cleared", "cleared"]
    release([first.pk], "核查无误", office.fin, AFTER)
    assert clear(round_.pk, no_veto, office.fin, AFTER).cleared[0].pk == first.pk


def test_a_change_of_name_after_acceptance_holds_the_payment():
    office = open_office(firms=1)
    round_ = accepted(office)
    firm = office.firms[0]
    firm.name = "更名有限公司"
    firm.save()
    done = clear(round_.pk, no_veto, office.fin, AFTER)
    assert done.held[0].held_for == ["收款户名与主体名称不一致"]


def test_what_changed_during_the_check_is_left_alone():
    office = open_office()
    round_ = accepted(office)
    first = Entitlement.objects.order_by("pk")[0]

    def slow_check(rows: object) -> dict[int, list[str]]:
        waive([first.pk], office.logins[0], AFTER)
        return no_veto(rows)

    done = clear(round_.pk, slow_check, office.fin, AFTER)
    assert [(other.entitlement, other.code) for other in done.others] == [(first.pk, "changed_meanwhile")]
    assert states(round_) == ["waived", "cleared", "cleared"]


def test_sending_checks_count_sum_and_number_and_repeating_it_answers_with_the_same_file():
    office = open_office()
    round_ = cleared(office)
    count, fen = totals(round_, "cleared")
    number = next_number(round_, AFTER)
    refused("check_differs", send, round_.pk, number, count, fen - 1, office.fin, AFTER)
    refused("payment_file_number", send, round_.pk, "YL0", count, fen, office.fin, AFTER)
    assert Transfer.objects.count() == 0
    first = send(round_.pk, number, count, fen, office.fin, AFTER)
    again = send(round_.pk, number, count, fen, office.fin, AFTER)
    assert (first.already, again.already, again.file) == (False, True, first.file)
    assert Payment.objects.count() == Transfer.objects.count() == 3


def test_a_budget_that_does_not_reach_sends_nothing():
    office = open_office()
    round_ = cleared(office)
    _, fen = totals(round_, "cleared")
    grant_budget("grant-1", DOCUMENT, 2025, fen - 1, office.fin)
    refused("account_overdrawn", send_all, office, round_)
    assert states(round_) == ["cleared"] * 3
    assert Payment.objects.count() == 0
    grant_budget("grant-2", DOCUMENT, 2025, 1, office.fin)
    assert send_all(office, round_).file.sum_fen == fen


def test_a_returned_payment_frees_its_money_and_can_be_accepted_and_sent_again_once():
    office = open_office(firms=1)
    round_, there = sent(office)
    payment = Payment.objects.get()
    amount = f"{payment.amount_fen / 100:.2f}"
    back = bank_says([(payment.number, "失败", amount, "", "账号不存在")])
    import_return(there.file.number, "r.csv", back, office.fin, AFTER)
    assert states(round_) == ["returned"]
    assert balances()["bank"].balance_fen == balances()["bank"].reserved_in_fen == 0
    assert Event.objects.get(verb="return").data["reason"] == "账号不存在"
    refused("nothing_to_send", send_all, office, round_)
    accept_all(office, round_)
    clear(round_.pk, no_veto, office.fin, AFTER)
    second = send_all(office, round_)
    assert second.file.number != there.file.number
    paid = Payment.objects.get(file=second.file)
    import_return(second.file.number, "r.csv", bank_says([(paid.number, "成功", amount, "R1", "")]), office.fin, AFTER)
    # The old return once more: it says nothing new and moves nothing.
    again = import_return(there.file.number, "r.csv", back, office.fin, AFTER)
    assert [row.answer for row in again.rows] == ["already"]
    assert states(round_) == ["paid"]
    assert balances()["bank"].balance_fen == payment.amount_fen


def test_a_clawback_opens_a_receivable_and_the_refund_gives_the_budget_its_money_back():
    office = open_office(firms=1)
    round_, there = sent(office)
    payment = Payment.objects.get()
    amount = f"{payment.amount_fen / 100:.2f}"
    import_return(
        there.file.number, "r.csv", bank_says([(payment.number, "成功", amount, "R1", "")]), office.fin, AFTER
    )
    row = payment.entitlement
    refused("not_allowed", reclaim, row.pk, "虚报", office.fin, AFTER)
    refused("reason_missing", reclaim, row.pk, "", office.sci, AFTER)
    assert reclaim(row.pk, "虚报", office.sci, AFTER).count == 1
    assert reclaim(row.pk, "虚报", office.sci, AFTER).count == 0
    budget = f"budget:{DOCUMENT}:2025"
    assert balances()[budget].reserved_in_fen == payment.amount_fen
    refused("not_allowed", refund, row.pk, "R2", office.sci, AFTER)
    assert refund(row.pk, "R2", office.fin, AFTER).count == 1
    assert refund(row.pk, "R2", office.fin, AFTER).count == 0
    assert balances()[budget].balance_fen == 0
    assert total_fen() == 0
    assert states(round_) == ["refunded"]


def test_a_part_of_a_payment_may_be_taken_back_and_the_refund_posts_that_part():
    office = open_office(firms=1)
    round_, there = sent(office)
    payment = Payment.objects.get()
    amount = f"{payment.amount_fen / 100:.2f}"
    import_return(
        there.file.number, "r.csv", bank_says([(payment.number, "成功", amount, "R1", "")]), office.fin, AFTER
    )
    row = payment.entitlement
    assert reclaim(row.pk, "认定被撤销", office.sci, AFTER, 50_01).count == 1
    budget = f"budget:{DOCUMENT}:2025"
    assert balances()[budget].reserved_in_fen == 50_01
    assert refund(row.pk, "R2", office.fin, AFTER).count == 1
    assert balances()[budget].balance_fen == 50_01 - payment.amount_fen
    assert total_fen() == 0
    assert states(round_) == ["refunded"]


def test_a_round_with_something_left_to_do_is_not_closed():
    office = open_office()
    round_ = accepted(office)
    assert refused("round_unfinished", close_round, round_.pk, office.sci, AFTER).data["found"] == 3
    waive(Entitlement.objects.filter(entity=office.firms[0]).values_list("pk", flat=True), office.logins[0], AFTER)
    assert CLAUSE in round_.clauses
