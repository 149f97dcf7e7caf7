"""Events: one outcome each, matters that repeat, windows, first time, top-up, and events nobody delivered."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, document, run, written

from yanlian.engine.dossier import Coverage, Delivery, Dossier
from yanlian.engine.policy import Evaluator, load_packs

EVENT = {"each": "科技资质", "as": "证", "where": '证.类别 = "甲"', "date": "证.认定日期", "matter": "证.证书编号"}


def title(number: str, day: date = date(2025, 7, 1), **fields: object) -> dict[str, object]:
    return {"类别": "甲", "级别": "国家级", "证书编号": number, "认定日期": day, **fields}


@pytest.fixture
def many(tmp_path):
    def outcomes(titles, as_of=AS_OF, around=None, **keys):
        packs = load_packs([written(tmp_path, document(clause(**{"event": EVENT, **keys}), **(around or {})))])
        return run(packs, {"科技资质": titles}, as_of)

    return outcomes


def test_each_record_gives_an_outcome_named_by_its_matter(many):
    found = many([title("B", date(2025, 8, 1)), title("A")])
    assert [(o.matter, o.period, o.event_on, o.kind) for o in found] == [
        ("A", "2025", date(2025, 7, 1), "eligible"),
        ("B", "2025", date(2025, 8, 1), "eligible"),
    ]


def test_without_any_event_the_clause_does_not_apply(many):
    assert [o.kind for o in many([])] == ["not_applicable"]
    assert [o.kind for o in many([title("A", 类别="乙")])] == ["not_applicable"]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2024, 12, 31), "not_applicable"),
        (date(2025, 1, 1), "eligible"),
        (date(2025, 6, 30), "eligible"),
        (date(2025, 7, 1), "not_applicable"),
    ],
)
def test_the_day_must_lie_within_the_validity_of_the_document(many, day, kind):
    around = {"document": {"valid_to": date(2025, 6, 30), "payable_until": date(2025, 12, 31)}}
    assert [o.kind for o in many([title("A", day)], around=around)] == [kind]


def test_a_window_replaces_the_validity_and_may_be_open(many):
    old = [title("A", date(2019, 5, 1))]
    assert many(old)[0].kind == "not_applicable"
    assert many(old, event={**EVENT, "window": {"from": "2019-05-01"}})[0].kind == "eligible"
    assert many(old, event={**EVENT, "window": {"from": "2019-05-02"}})[0].kind == "not_applicable"
    assert many(old, event={**EVENT, "window": {"to": "date(上年 - 5, 5, 1)"}})[0].kind == "eligible"
    assert many(old, event={**EVENT, "window": {"to": "date(上年 - 5, 4, 30)"}})[0].kind == "not_applicable"


def test_a_window_takes_the_parameters_of_the_as_of_date(many):
    values = [{"from": date(2025, 1, 1), "value": date(2024, 6, 1), "reference": "通知"}]
    around = {"parameters": {"启动日": {"values": values}}}
    event = {**EVENT, "window": {"from": "启动日"}}
    assert many([title("A", date(2024, 5, 31))], around=around, event=event)[0].kind == "not_applicable"
    assert many([title("A", date(2024, 6, 1))], around=around, event=event)[0].kind == "eligible"


def test_an_event_that_has_not_happened_is_none(many):
    event = {**EVENT, "where": "true", "date": "证.有效期至"}
    assert many([title("A", 有效期至=None)], event=event)[0].kind == "not_applicable"


def test_of_two_events_with_the_same_matter_the_first_counts_and_the_other_is_named(many):
    [found] = many([title("A", date(2025, 9, 1)), title("A", date(2025, 7, 1))])
    assert (found.event_on, found.reason["repeated"]) == (date(2025, 7, 1), ["2025-09-01"])


def test_the_matter_defaults_to_the_key_of_the_record(many):
    event = {key: value for key, value in EVENT.items() if key != "matter"}
    assert many([title("K7")], event=event)[0].matter == "K7"


def test_the_matter_defaults_to_the_day_when_the_event_is_no_record(one):
    event = {"each": "[1]", "as": "次", "date": 'date("2025-03-01")'}
    assert one({}, event=event).matter == "2025-03-01"


def test_a_period_may_be_declared_for_events_too(many):
    assert many([title("A", date(2025, 3, 1))], period="once")[0].period == "once"
    assert many([title("A", date(2025, 3, 1))], period="上年")[0].period == "2024"


@pytest.mark.parametrize(
    ("written_period", "period"), [(None, "2025"), ("year", "2025"), ("once", "once"), ("上年", "2024")]
)
def test_the_period_without_an_event(one, written_period, period):
    assert one({}, period=written_period).period == period


def test_a_field_that_decides_whether_a_record_counts_and_is_missing_makes_it_unknown(many):
    [found] = many([title("A", 类别="未知")])
    assert (found.kind, found.matter, found.reason["missing"][0]["fact"]) == ("unknown", "A", "科技资质.类别")


def test_a_list_nobody_delivered_gives_one_unknown_that_names_the_holder(many):
    [found] = many("未知")
    assert (found.kind, found.matter) == ("unknown", "")
    assert {one["holder"] for one in found.reason["missing"]} == {"sci"}


def test_a_failed_gate_decides_over_events_nobody_delivered(many):
    [found] = many("未知", gates=[{"label": "门", "when": "false"}])
    assert (found.kind, found.reason["failed"]) == ("not_eligible", ["门"])


def test_periods_that_cannot_hold_an_event_are_not_asked_for(tmp_path):
    packs = load_packs([written(tmp_path, document(clause(event=EVENT)))])
    row = {"id": "E", "kind": "enterprise", "science_title": []}
    delivered = Coverage([Delivery("science_title", date(2025, 1, 1), AS_OF, complete=True)])
    half = Coverage([Delivery("science_title", date(2025, 6, 1), AS_OF, complete=True)])
    for coverage, kind in ((delivered, "not_applicable"), (half, "unknown")):
        dossier = Dossier(row, packs.schema, coverage, AS_OF)
        assert [o.kind for o in Evaluator(packs, AS_OF).evaluate_dossier(dossier)] == [kind]


def test_known_events_are_decided_beside_those_nobody_delivered(tmp_path):
    packs = load_packs([written(tmp_path, document(clause(event=EVENT)))])
    stored = {"kind": "甲", "level": "国家级", "number": "A", "issued_on": date(2025, 8, 1)}
    row = {"id": "E", "kind": "enterprise", "science_title": [stored]}
    half = Coverage([Delivery("science_title", date(2025, 6, 1), AS_OF, complete=True)])
    found = Evaluator(packs, AS_OF).evaluate(row, half)
    assert [(o.matter, o.kind) for o in found] == [("A", "eligible"), ("", "unknown")]


def test_the_event_is_known_by_its_own_name_and_as_shijian(many):
    assert (
        many([title("A")], amount="if 事件.证书编号 = 证.证书编号 and 事件日 = 证.认定日期 then 7 else 8")[0].amount_fen
        == 700
    )


# History


def test_first_time_refuses_what_was_there_before(many):
    first = {"list": '科技资质[类别 = "甲" and 认定日期 < 事件日]', "label": "首次认定"}
    found = many([title("A"), title("B", date(2025, 8, 1))], first_time=first)
    assert [(o.matter, o.kind) for o in found] == [("A", "eligible"), ("B", "not_eligible")]
    assert found[1].reason["failed"] == ["首次认定"]


def test_first_time_with_unknown_history_stays_unknown(tmp_path):
    first = {"list": "科技资质[认定日期 < 事件日]"}
    packs = load_packs([written(tmp_path, document(clause(event=EVENT, first_time=first)))])
    stored = {"kind": "甲", "level": "国家级", "number": "A", "issued_on": date(2025, 8, 1)}
    row = {"id": "E", "kind": "enterprise", "science_title": [stored]}
    since = Coverage([Delivery("science_title", date(2020, 1, 1), AS_OF, complete=True)])
    [found] = Evaluator(packs, AS_OF).evaluate(row, since)
    assert (found.kind, found.reason["missing"][0]["holder"]) == ("unknown", "sci")


PAID = {
    "支付编号": "P1",
    "条款": "T-01",
    "事项": "旧",
    "级别": "区级",
    "所属年度": 2024,
    "金额": 30,
    "支付日期": date(2025, 2, 1),
}


@pytest.mark.parametrize(
    ("payment", "fen"),
    [
        ({}, 7000),
        ({"级别": "市级"}, 10000),
        ({"条款": "别的"}, 10000),
        # The payment of this very entitlement: a second run must say what the first one said.
        ({"事项": "", "所属年度": 2025}, 10000),
    ],
)
def test_top_up_pays_the_difference_to_what_was_paid_before(one, payment, fen):
    assert one({"兑付记录": [{**PAID, **payment}]}, top_up=True).amount_fen == fen


def test_top_up_never_goes_below_zero_and_may_say_itself_what_was_paid(one):
    outcome = one({"兑付记录": [{**PAID, "金额": 200}]}, top_up=True)
    assert (outcome.kind, outcome.amount_fen) == ("not_eligible", 0)
    assert one({"兑付记录": [PAID]}, top_up={"paid": "sum(兑付记录.金额) * 2"}).amount_fen == 4000


def test_top_up_with_unknown_payments_is_unknown(one):
    outcome = one({"兑付记录": "未知"}, top_up=True)
    assert outcome.kind == "unknown"
    assert {m["holder"] for m in outcome.reason["missing"]} == {"fin"}
