"""From a run to money by pages alone, and what each page refuses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from paying_pages import accept, bank_return, client_of, do_all, draft, on, pay, publish, settle, totals
from tests.web.paying import AFTER, CLAUSE, DAY, END, FIRMS, LEADER, Paying, csv_of, for_a_module

from yanlian.apps.delivery.models import Entitlement, Publicity, Round
from yanlian.apps.people.models import AuditEntry
from yanlian.apps.policies.models import Run
from yanlian.apps.registry.imports import Covered, import_file
from yanlian.apps.registry.snapshots import build_snapshot

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def paying(django_db_setup, django_db_blocker) -> Iterator[Paying]:
    with django_db_blocker.unblock(), for_a_module() as made:
        yield made


def states() -> set[str]:
    return set(Entitlement.objects.values_list("state", flat=True))


def logged(verb: str) -> list[dict[str, object]]:
    return list(AuditEntry.objects.filter(verb=verb).values_list("data", flat=True))


def mine(row_of: str = LEADER) -> Entitlement:
    return Entitlement.objects.select_related("entity").get(entity__code=row_of)


def test_the_whole_way_ends_with_money_and_every_step_is_in_the_log(paying: Paying):
    round_ = draft(paying)
    assert states() == {"draft"}
    publicity = publish(paying, round_)
    assert states() == {"published"}
    assert (publicity.count, publicity.sum_fen) == (3, 750_000_000)
    receipt = accept(paying.enterprise, mine()).content.decode()
    assert "回执编号" in receipt
    assert "**** **** 2333" in receipt
    assert "62220000" not in receipt
    file = pay(paying, round_)
    assert mine().state == "sent"
    page = settle(paying, file).content.decode()
    assert "登记到账 1" in page
    assert mine().state == "paid"
    own = client_of(paying.enterprise).get("/my/").content.decode()
    assert "¥5,000,000.00" in own
    assert "已到账" in own
    for verb in ("round_drafted", "round_published", "account_given", "benefit_accepted", "payments_sent",
                 "bank_return_read"):  # fmt: skip
        assert len(logged(verb)) == 1, verb
    assert [one["what"] for one in logged("entries_moved")] == ["clear", "confirm"]


def test_the_draft_page_offers_only_clauses_that_are_due_and_not_yet_listed(paying: Paying):
    page = client_of(paying.official).get("/rounds/new").content.decode()
    assert "高能级创新平台奖励" in page
    assert "750.00" in page
    draft(paying)
    assert "disabled" in client_of(paying.official).get("/rounds/new").content.decode()
    again = client_of(paying.official).post("/rounds/new", {"run": paying.run.pk, "clause": [CLAUSE]}, follow=True)
    assert "没有新增" in again.content.decode()
    assert Round.objects.count() == 1


def test_drafting_without_a_clause_is_refused_on_the_page(paying: Paying):
    page = client_of(paying.official).post("/rounds/new", {"run": paying.run.pk}).content.decode()
    assert "no_clause_chosen" in page
    assert Round.objects.count() == 0


@pytest.mark.parametrize("typed", ["7499999.99", "750", "", "七百五十万"])
def test_publishing_needs_the_sum_typed_exactly(paying: Paying, typed: str):
    round_ = draft(paying)
    do_all(paying.official, round_, "confirm", DAY)
    given = {**totals(round_, "confirmed"), "sequence": "1", "typed": typed}
    with on(DAY):
        answer = client_of(paying.official).post(f"/rounds/{round_.pk}/publish", given)
    assert answer.status_code == 200
    assert "refusal-code" in answer.content.decode()
    assert Publicity.objects.count() == 0


def test_the_sum_may_be_typed_as_people_write_it(paying: Paying):
    round_ = draft(paying)
    do_all(paying.official, round_, "confirm", DAY)
    given = {**totals(round_, "confirmed"), "sequence": "1", "typed": "750万元"}
    with on(DAY):
        client_of(paying.official).post(f"/rounds/{round_.pk}/publish", given)
    assert Publicity.objects.count() == 1


def test_a_list_that_changed_since_the_check_page_is_not_published(paying: Paying):
    round_ = draft(paying)
    do_all(paying.official, round_, "confirm", DAY)
    seen = totals(round_, "confirmed")
    row = mine()
    given = {"verb": "correct", "amount": "1000", "reason": "级别有误"}
    client_of(paying.official).post(f"/entitlements/{row.pk}/do", given)
    with on(DAY):
        page = client_of(paying.official).post(f"/rounds/{round_.pk}/publish", {**seen, "sequence": "1"})
    assert "check_differs" in page.content.decode()
    assert Publicity.objects.count() == 0
    assert logged("entry_corrected")[0]["sum_fen"] == 100_000


def test_only_chosen_entries_are_moved_and_entries_of_other_rounds_are_not(paying: Paying):
    round_ = draft(paying)
    client, row = client_of(paying.official), mine()
    with on(DAY):
        client.post(f"/rounds/{round_.pk}/do", {"verb": "confirm", "scope": "chosen", "id": [row.pk]})
        assert sorted(Entitlement.objects.values_list("state", flat=True)) == ["confirmed", "draft", "draft"]
        nothing = client.post(f"/rounds/{round_.pk}/do", {"verb": "confirm", "scope": "chosen"})
        assert "no_entry_chosen" in nothing.content.decode()
        foreign = client.post(f"/rounds/{round_.pk}/do", {"verb": "confirm", "scope": "chosen", "id": [10**9]})
        assert "entitlement_unknown" in foreign.content.decode()


def test_holding_asks_for_a_reason_and_shows_it(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, mine())
    client = client_of(paying.official)
    with on(AFTER):
        given = {"verb": "hold", "scope": "chosen", "id": [mine().pk]}
        assert "reason_missing" in client.post(f"/rounds/{round_.pk}/do", given).content.decode()
        client.post(f"/rounds/{round_.pk}/do", {**given, "reason": "正在核实"})
        assert mine().state == "held"
        assert "正在核实" in client.get(f"/rounds/{round_.pk}/").content.decode()
        assert "正在核实" in client_of(paying.enterprise).get("/my/").content.decode()


def test_the_check_of_the_day_holds_a_firm_that_became_dishonest(paying: Paying, settings):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, mine())
    row = {"统一社会信用代码": LEADER, "名称": FIRMS[LEADER][0], "文书编号": "（2026）1号", "列入日期": "2026-01-15",
           "状态": "列入"}  # fmt: skip
    later = datetime(2026, 1, 16, tzinfo=UTC)
    import_file(
        io.BytesIO(csv_of("dev", "dishonesty", [row])), "dev", "dishonesty",
        recorded_at=later, covered=Covered(None, END, complete=True), name="更新.csv",
    )  # fmt: skip
    build_snapshot(later, settings.DATA / "snapshots")
    page = do_all(paying.finance, round_, "clear", AFTER)
    assert page.status_code == 302
    assert mine().state == "held"
    assert mine().held_for == ["不再满足：处于严重失信主体名单"]


def test_paying_needs_the_sum_and_what_was_checked_yesterday_cannot_be_paid_today(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, mine())
    do_all(paying.finance, round_, "clear", AFTER)
    client = client_of(paying.finance)
    with on(AFTER):
        number = f"YL{AFTER:%Y%m%d}-{round_.pk}-1"
        wrong = client.post(f"/rounds/{round_.pk}/send", {**totals(round_, "cleared"), "typed": "1", "number": number})
        assert "typed_sum_differs" in wrong.content.decode()
    with on(AFTER + timedelta(days=1)):
        page = client.get(f"/rounds/{round_.pk}/send").content.decode()
        assert "没有今日核验通过的事项" in page
        assert "不是今日核验的" in page
    assert mine().state == "cleared"


def test_a_returned_payment_can_be_confirmed_again(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, mine())
    file = pay(paying, round_)
    page = settle(paying, file, "失败").content.decode()
    assert "登记退回 1" in page
    own = client_of(paying.enterprise).get("/my/").content.decode()
    assert "银行退回了付款" in own
    accept(paying.enterprise, mine())
    assert mine().state == "accepted"


def test_a_bank_return_answers_every_bad_row_and_twice_changes_nothing(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, mine())
    file = pay(paying, round_)
    content = bank_return(file).read().decode("gb18030") + "YL-NO-SUCH,成功,1.00,LS1,\r\n"
    client = client_of(paying.finance)
    for answer in ("登记到账 1", "此前已登记 1"):
        with on(AFTER):
            upload = SimpleUploadedFile("回单.csv", content.encode())
            page = client.post(f"/payments/{file.number}/", {"file": upload}).content.decode()
        assert answer in page
        assert "return_number_unknown" in page
    assert mine().state == "paid"


def test_the_payment_file_holds_full_numbers_for_finance_only_and_is_logged(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, mine())
    file = pay(paying, round_)
    answer = client_of(paying.finance).get(f"/payments/{file.number}/csv")
    assert answer["Content-Disposition"] == f'attachment; filename="{file.number}.csv"'
    assert "6222000011112222333" in answer.content.decode("utf-8-sig")
    assert logged("payment_file_downloaded") == [{"form": "csv"}]
    xlsx = client_of(paying.finance).get(f"/payments/{file.number}/xlsx")
    assert xlsx.content[:4] == b"PK\x03\x04"
    for user in (paying.official, paying.administrator, paying.enterprise):
        assert client_of(user).get(f"/payments/{file.number}/csv").status_code == 403
    assert "2333" not in client_of(paying.administrator).get(f"/payments/{file.number}/").content.decode()
    assert client_of(paying.finance).get(f"/payments/{file.number}/exe").status_code == 404


def test_confirming_an_account_refuses_another_name_and_a_missing_promise(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    client, row = client_of(paying.enterprise), mine()
    with on(AFTER):
        given = {"id": row.pk, "holder": "别人有限公司", "bank": "虚构银行", "number": "62220000"}
        assert "account_name_differs" in client.post("/my/account", given).content.decode()
        good = client.post("/my/account", {**given, "holder": row.entity.name})
        account = good["Location"].rsplit("account=", 1)[1]
        answer = client.post("/my/check", {"id": row.pk, "account": account})
        assert "promise_missing" in answer.content.decode()
    assert mine().state == "published"


def test_before_the_end_of_publicity_nothing_can_be_confirmed(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    with on(DAY):
        client = client_of(paying.enterprise)
        assert "公示至2026-01-19止" in client.get("/my/").content.decode()
        assert client.get(f"/my/account?id={mine().pk}").status_code == 404


def test_a_benefit_can_be_given_up_on_a_page_of_its_own(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    client, row = client_of(paying.enterprise), mine()
    assert client.get(f"/my/{row.pk}/waive").status_code == 200
    assert mine().state == "published"
    client.post(f"/my/{row.pk}/waive")
    assert mine().state == "waived"
    assert len(logged("benefit_waived")) == 1


def test_every_form_is_guarded_against_forgery(paying: Paying):
    round_ = draft(paying)
    client = Client(enforce_csrf_checks=True)
    client.force_login(paying.official)
    for path in (
        f"/rounds/{round_.pk}/do",
        "/rounds/new",
        f"/rounds/{round_.pk}/publish",
        f"/rounds/{round_.pk}/close",
    ):
        assert client.post(path, {"verb": "confirm", "scope": "all"}).status_code == 403, path
    assert states() == {"draft"}


def test_a_form_of_a_run_found_to_differ_drafts_nothing_not_even_from_another_run(paying: Paying):
    Run.objects.create(
        snapshot_hash="o", pack_hash="p", as_of=DAY, engine="interpreter 0", made_at=NOON, state="complete", folder="o"
    )
    Run.objects.filter(pk=paying.run.pk).update(state="differs", agreement={"differences": 3})
    page = client_of(paying.official).post("/rounds/new", {"run": paying.run.pk, "clause": [CLAUSE]}).content.decode()
    assert "有 3 处不一致，不能据此拟定、公示或兑付" in page
    page = client_of(paying.official).post("/rounds/new", {"run": "x", "clause": [CLAUSE]}).content.decode()
    assert "没有编号为" in page
    assert not Round.objects.exists()
