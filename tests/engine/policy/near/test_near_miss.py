"""What a near miss says: the figure, the border and the distance; who can do something; when time alone will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, row_of_case
from yanlian.engine.policy import Evaluator, load_packs
from yanlian.engine.policy.near import NearMiss, near_miss, render_near, sentences

EVERYTHING = Coverage(everything=True)
SHARE = {
    "conditions": [
        {
            "label": "研发费用占比不低于5%",
            "when": "税务年报[年度 = 上年][1].研发费用 >= 税务年报[年度 = 上年][1].营业收入 * 5%",
        }
    ]
}
LISTED = "some 条 in 经营异常 satisfies (条.移出日期 = null or 条.移出日期 > 评价日)"


@pytest.fixture
def miss(tmp_path: Path) -> Callable[..., NearMiss]:
    """The near miss of a clause with these keys over these facts."""

    def near(
        facts: Mapping[str, object], *, as_of: date = AS_OF, coverage: Coverage = EVERYTHING, **keys: object
    ) -> NearMiss:
        packs = load_packs([written(tmp_path, document(clause(**keys)))])
        near.packs = packs
        return near_miss(Evaluator(packs, as_of), row_of_case(packs.schema, facts, "enterprise"), coverage, "T-01")

    return near


def said(found: NearMiss, packs: object, language: str = "zh") -> list[str]:
    assert found.best is not None
    return sentences(found.best, packs.schema.departments, language)


def test_a_share_that_is_too_small_says_how_much_more_is_needed(miss):
    found = miss({"税务年报": [{"年度": 2024, "研发费用": "168万元", "营业收入": "4000万元"}]}, **SHARE)
    (change,) = found.best.changes
    assert (change.present, change.op, change.needed, change.difference) == ("1680000", ">=", "2000000", "320000")
    assert (change.kind, change.exact, change.past, change.record_key) == ("improve", True, True, "2024")
    assert found.obstacles[0].share == ("4.2", "5")
    assert found.best.amount_fen == 10_000
    assert said(found, miss.packs) == [
        (
            "研发费用（税务年报 2024，加计扣除）现为 168 万元，需要不低于 200 万元，还差 32 万元"
            "（该年度已结束，除非原数据有误）"
        )
    ]
    assert said(found, miss.packs, "en") == [
        (
            "R&D expense (Annual tax return 2024) is 1,680,000 yuan, needs to be at least 2,000,000 yuan: "
            "320,000 yuan more (that year is over, unless the figure is wrong)"
        )
    ]


def test_a_fact_that_nobody_delivered_names_the_department_and_the_value_that_is_enough(miss):
    found = miss({"税务年报": [{"年度": 2024, "研发费用": "未知", "营业收入": "4000万元"}]}, **SHARE)
    (change,) = found.best.changes
    assert (change.kind, change.holder, change.op, change.needed) == ("supply", "tax", ">=", "2000000")
    assert "Tax" in said(found, miss.packs, "en")[0]


def test_an_event_that_is_lacking_is_told_with_what_its_record_must_say(miss):
    event = {
        "each": "科技资质",
        "as": "证",
        "where": '证.类别 = "重点实验室" and 证.级别 in ("国家级", "省级")',
        "date": "证.认定日期",
        "matter": "证.证书编号",
    }
    found = miss({"科技资质": []}, event=event, conditions=[{"label": "新认定", "when": "not(证.重新认定)"}])
    (change,) = found.best.changes
    assert (change.what, change.fact, change.kind) == ("record", "科技资质", "improve")
    assert [(one.name, one.needed) for one in change.fields] == [
        ("类别", "重点实验室"),
        ("级别", "国家级"),
        ("重新认定", "false"),
    ]


def test_time_alone_is_told_as_the_first_day(miss):
    keys = {"conditions": [{"label": "满一年", "when": '登记.成立日期 + duration("P1Y") <= 评价日'}]}
    found = miss({"登记": {"成立日期": date(2025, 3, 1)}}, as_of=date(2025, 12, 31), **keys)
    assert found.kind == "wait"
    assert found.best.changes[0].day == date(2026, 3, 1)


def test_time_is_not_promised_beyond_the_validity_of_the_document(tmp_path):
    condition = [{"label": "满一年", "when": '登记.成立日期 + duration("P1Y") <= 评价日'}]
    packs = load_packs(
        [written(tmp_path, document(clause(conditions=condition), document={"valid_to": date(2026, 2, 28)}))]
    )
    row = row_of_case(packs.schema, {"登记": {"成立日期": date(2025, 3, 1)}}, "enterprise")
    assert near_miss(Evaluator(packs, AS_OF), row, EVERYTHING, "T-01").kind == "cannot"


def test_what_nobody_can_change_is_told_as_such(miss):
    gate = [{"label": "注册地在本区", "when": "登记.注册区划 = 本区"}]
    found = miss({"登记": {"注册区划": "370203"}}, gates=gate)
    assert found.kind == "cannot"
    assert said(found, miss.packs) == ["注册区划（登记）现为 “370203”，需要为 “370212”（无法改变）"]


def test_a_list_that_a_firm_stands_on_is_left_by_a_day_of_removal(miss):
    listed = [{"文书编号": "A1", "列入日期": date(2025, 1, 1), "移出日期": None}]
    found = miss({"经营异常": listed}, vetoes=[{"label": "经营异常", "when": LISTED}])
    (change,) = found.best.changes
    assert (change.kind, change.fact, change.present) == ("improve", "经营异常.移出日期", "")


def test_a_register_that_was_not_delivered_is_asked_for_as_a_whole(miss):
    coverage = Coverage([Delivery("registration", None, AS_OF, complete=True)])
    found = miss({}, coverage=coverage, vetoes=[{"label": "经营异常", "when": LISTED}])
    (change,) = found.best.changes
    assert (change.kind, change.what, change.fact, change.holder) == ("supply", "delivery", "经营异常", "market")


def test_several_failed_rules_need_several_changes_and_the_fewest_come_first(miss):
    rules = [
        {"label": "甲", "when": "登记.注册资本 >= 1000 or (登记.实缴资本 >= 10 and 登记.独立法人)"},
        {"label": "乙", "when": "count(专利) >= 2"},
    ]
    found = miss({"登记": {"注册资本": 900, "实缴资本": 1, "独立法人": True}, "专利": []}, conditions=rules)
    assert [change.fact for change in found.best.changes] == ["专利", "专利", "登记.注册资本"]


def test_first_time_cannot_be_brought_back(miss):
    event = {"each": "四上名录", "as": "入", "date": "入.入库日期", "matter": '"首次"'}
    entries = [
        {"专业": "工业", "入库日期": date(2019, 1, 1), "退库日期": None},
        {"专业": "工业", "入库日期": date(2025, 3, 1), "退库日期": None},
    ]
    found = miss(
        {"四上名录": entries}, event=event, first_time={"label": "首次", "list": "四上名录[入库日期 < 入.入库日期]"}
    )
    assert (found.kind, found.ways, found.obstacles[0].kind) == ("cannot", (), "first_time")


def test_another_kind_of_beneficiary_is_an_obstacle_without_a_way(miss):
    found = miss({}, subject=["person"])
    assert (found.kind, found.obstacles[0].kind) == ("cannot", "subject")


def test_where_nothing_helps_the_obstacles_are_told_and_that_nothing_was_found(miss):
    found = miss({}, conditions=[{"label": "不可能", "when": "1 > 2"}])
    assert (found.kind, found.ways) == ("none", ())
    assert "没有找到" in render_near(found, miss.packs.schema.departments)
    assert "No change was found" in render_near(found, miss.packs.schema.departments, "en")


def test_a_clause_that_a_person_decides_is_brought_to_that_person(miss):
    keys = {"manual": "由评审确定", "conditions": [{"label": "大", "when": "登记.注册资本 >= 100"}]}
    found = miss({"登记": {"注册资本": 1}}, **keys)
    assert found.best.reaches == "manual"
    assert "人工判定" in render_near(found, miss.packs.schema.departments)


def test_nothing_is_told_of_what_is_eligible_and_a_clause_that_does_not_exist_is_refused(miss):
    assert miss({}).ways == ()
    with pytest.raises(Refused, match="clause_unknown"):
        near_miss(Evaluator(miss.packs, AS_OF), {"id": "E", "kind": "enterprise"}, EVERYTHING, "T-99")


def test_only_a_row_of_a_table_further_up_gives_money(miss):
    tables = {
        "标准": {
            "inputs": ["登记.注册资本"],
            "outputs": ["金额"],
            "reference": "一",
            "rules": [["< 500", "0"], ["[500..1000)", "10"], [">= 1000", "30"]],
        }
    }
    found = miss({"登记": {"注册资本": 499}}, tables=tables, amount="标准")
    (change,) = found.best.changes
    assert (change.needed, change.difference, found.best.amount_fen) == ("500", "1", 1000)


def test_the_next_bracket_of_a_scale_pays_more_than_was_paid_before(miss):
    scales = {
        "台阶": {
            "mode": "whole",
            "input": "元",
            "reference": "一",
            "brackets": [{"from": 0, "amount": 0}, {"from": 2000, "amount": 10}, {"from": 5000, "amount": 30}],
        }
    }
    facts = {
        "登记": {"注册资本": 3000},
        "兑付记录": [
            {
                "支付编号": "P",
                "条款": "T-01",
                "事项": "",
                "级别": "区级",
                "所属年度": 2024,
                "金额": 10,
                "支付日期": date(2025, 2, 1),
            }
        ],
    }
    found = miss(facts, scales=scales, amount="台阶(登记.注册资本)", top_up=True)
    (change,) = found.best.changes
    assert (change.needed, found.best.amount_fen) == ("5000", 2000)
