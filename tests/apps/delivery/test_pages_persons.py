"""Who may open which page: the office in charge, another office, finance, the enterprise, a stranger, nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from paying_pages import accept, client_of, draft, on, pay, publish, settle
from tests.web.paying import AFTER, CLAUSE, DAY, DISHONEST, LACKING, LEADER, Paying, for_a_module, login

from yanlian.apps.delivery.models import Entitlement, Objection, Publicity
from yanlian.apps.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def paying(django_db_setup, django_db_blocker) -> Iterator[Paying]:
    with django_db_blocker.unblock(), for_a_module() as made:
        yield made


@pytest.fixture
def other(paying: Paying) -> User:
    """An official of a department that leads nothing here."""
    return login("official-ind", "official", "ind")


def status(user: User | None, path: str) -> int:
    return (client_of(user) if user else Client()).get(path).status_code


def test_each_page_opens_for_those_who_need_it_and_for_nobody_else(paying: Paying, other: User):
    round_ = draft(paying)
    publish(paying, round_)
    accept(paying.enterprise, Entitlement.objects.select_related("entity").get(entity__code=LEADER))
    file = pay(paying, round_)
    settle(paying, file)
    row = Entitlement.objects.get(entity__code=LEADER)
    notice = Publicity.objects.get()
    who = [paying.official, other, paying.finance, paying.analyst, paying.administrator, paying.enterprise,
           paying.stranger, None]  # fmt: skip
    why = f"/why/{paying.run.pk}/{LEADER}/{CLAUSE}/"
    expected = {
        "/rounds/": [200, 200, 200, 200, 200, 403, 403, 302],
        f"/rounds/{round_.pk}/": [200, 404, 200, 200, 200, 403, 403, 302],
        "/rounds/new": [200, 200, 200, 403, 403, 403, 403, 302],
        f"/rounds/{round_.pk}/publish": [200, 404, 404, 403, 403, 403, 403, 302],
        f"/rounds/{round_.pk}/send": [403, 403, 200, 403, 403, 403, 403, 302],
        f"/entitlements/{row.pk}/": [200, 404, 200, 200, 200, 403, 403, 302],
        f"/payments/{file.number}/": [200, 404, 200, 403, 200, 403, 403, 302],
        f"/payments/{file.number}/csv": [403, 403, 200, 403, 403, 403, 403, 302],
        "/objections/": [200, 200, 200, 403, 403, 403, 403, 302],
        "/ledger/": [200, 200, 200, 403, 200, 403, 403, 302],
        "/ledger/accounts/bank": [200, 200, 200, 403, 200, 403, 403, 302],
        "/ledger/reconciliation": [200, 200, 200, 403, 200, 403, 403, 302],
        "/ledger/grant": [403, 403, 200, 403, 403, 403, 403, 302],
        "/notices/": [200] * 8,
        f"/notices/{notice.pk}/": [200] * 8,
        f"/notices/{notice.pk}/object": [200] * 8,
        "/notices/object": [200] * 8,
        "/my/": [403, 403, 403, 403, 403, 200, 200, 302],
        f"/my/{row.pk}/waive": [403, 403, 403, 403, 403, 404, 404, 302],
        why: [200, 200, 200, 200, 200, 200, 404, 302],
    }
    found = {path: [status(user, path) for user in who] for path in expected}
    assert found == expected


def test_a_stranger_cannot_touch_what_is_another_firm_s(paying: Paying):
    round_ = draft(paying)
    publish(paying, round_)
    row = Entitlement.objects.get(entity__code=LEADER)
    client = client_of(paying.stranger)
    with on(AFTER):
        assert client.get(f"/my/account?id={row.pk}").status_code == 404
        assert client.post("/my/account", {"id": row.pk}).status_code == 404
        assert client.post("/my/check", {"id": row.pk, "account": "1", "agreed": "1"}).status_code == 404
        assert client.post(f"/my/{row.pk}/waive").status_code == 404
        assert client.get(f"/my/receipt?id={row.pk}").status_code == 404
    assert row.entity.name not in client.get("/my/").content.decode()
    row.refresh_from_db()
    assert row.state == "published"


def test_an_official_of_another_department_cannot_move_a_round(paying: Paying, other: User):
    round_ = draft(paying)
    answer = client_of(other).post(f"/rounds/{round_.pk}/do", {"verb": "confirm", "scope": "all"})
    assert answer.status_code == 404
    page = client_of(paying.finance).post(f"/rounds/{round_.pk}/do", {"verb": "confirm", "scope": "all"})
    assert "not_allowed" in page.content.decode()
    assert set(Entitlement.objects.values_list("state", flat=True)) == {"draft"}


def test_the_public_list_names_firms_amounts_and_no_bank_data_and_disappears_afterwards(paying: Paying):
    round_ = draft(paying)
    publicity = publish(paying, round_)
    with on(DAY):
        page = Client().get(f"/notices/{publicity.pk}/").content.decode()
    assert "青岛虚构海图智能科技有限公司" in page
    assert "500.00" in page
    assert "我符合但未列入" in page
    assert "12388" in page
    with on(AFTER):
        over = Client().get(f"/notices/{publicity.pk}/").content.decode()
    assert "青岛虚构海图智能科技有限公司" not in over
    assert "公示期已满" in over


def test_anyone_may_object_in_the_real_name_and_the_entry_stops(paying: Paying):
    publicity = publish(paying, draft(paying))
    row = Entitlement.objects.get(entity__code=LEADER)
    given = {"entry": row.pk, "name": "王明", "contact": "13800000000", "text": "证书等级有误"}
    with on(DAY):
        assert "objection_incomplete" in Client().post(
            f"/notices/{publicity.pk}/object", {**given, "name": " "}
        ).content.decode()  # fmt: skip
        page = Client().post(f"/notices/{publicity.pk}/object", given).content.decode()
    assert "异议编号" in page
    row.refresh_from_db()
    assert row.state == "objected"
    entry = AuditEntry.objects.get(verb="objection_filed")
    assert entry.user is None
    assert "王明" not in str(entry.data)


def test_who_is_missing_from_the_list_can_say_so_and_gets_an_answer_from_the_lead_department(
    paying: Paying, other: User
):
    publicity = publish(paying, draft(paying))
    given = {"clause": CLAUSE, "name": "某某公司", "contact": "0532-1", "text": "我们也有实验室"}
    with on(DAY):
        Client().post(f"/notices/{publicity.pk}/object", given)
        objection = Objection.objects.get()
        assert objection.kind == "missing"
        assert "某某公司" in client_of(paying.official).get(f"/objections/{objection.pk}/").content.decode()
        assert client_of(other).get(f"/objections/{objection.pk}/").status_code == 404
        nothing = client_of(paying.official).post(f"/objections/{objection.pk}/", {"answer": "不符合"})
        assert "decision_missing" in nothing.content.decode()
        client_of(paying.official).post(f"/objections/{objection.pk}/", {"decision": "dismiss", "answer": "不符合"})
    objection.refresh_from_db()
    assert (objection.state, objection.answer) == ("dismissed", "不符合")


def test_one_address_cannot_flood_a_notice(paying: Paying):
    publicity = publish(paying, draft(paying))
    with on(DAY):
        for number in range(20):
            given = {"clause": CLAUSE, "name": f"某{number}", "contact": "1", "text": "x"}
            Client().post(f"/notices/{publicity.pk}/object", given)
        page = Client().post(f"/notices/{publicity.pk}/object", {**given, "name": "又一人"}).content.decode()
    assert "objections_too_many" in page
    assert Objection.objects.count() == 20


def test_text_of_strangers_is_shown_as_text(paying: Paying):
    publicity = publish(paying, draft(paying))
    with on(DAY):
        given = {"clause": CLAUSE, "name": "<script>alert(1)</script>", "contact": "x", "text": "<img src=x>"}
        Client().post(f"/notices/{publicity.pk}/object", given)
    page = client_of(paying.official).get(f"/objections/{Objection.objects.get().pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;img src=x&gt;" in page


def test_a_clause_without_a_running_notice_says_what_one_can_do(paying: Paying):
    page = Client().get(f"/notices/object?clause={CLAUSE}").content.decode()
    assert "目前没有正在公示的名单" in page
    publicity = publish(paying, draft(paying))
    with on(DAY):
        answer = Client().get(f"/notices/object?clause={CLAUSE}")
    assert answer["Location"] == f"/notices/{publicity.pk}/object?clause={CLAUSE}"


def test_pages_speak_english_when_asked_to(paying: Paying):
    publicity = publish(paying, draft(paying))
    client = Client()
    client.cookies["yanlian_language"] = "en"
    with on(DAY):
        page = client.get(f"/notices/{publicity.pk}/").content.decode()
    assert "I qualify but am not listed" in page
    assert "公示名单" not in page


def test_my_benefits_tell_what_is_missing_and_who_holds_it(paying: Paying):
    for code, said in ((LACKING, "缺少科技局数据"), (DISHONEST, "处于严重失信主体名单")):
        user = login(f"of-{code}", "enterprise", code=code)
        assert said in client_of(user).get("/my/").content.decode()
