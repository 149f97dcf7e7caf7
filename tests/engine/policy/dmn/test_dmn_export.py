"""A clause as decisions of DMN: every key of a clause and every extension of the language, said in standard FEEL."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.policy.dmn.small_models import decision_text, pack_with, same_as_engine, verdicts
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.model import (
    BusinessKnowledge,
    Decision,
    DecisionTable,
    LiteralExpression,
    Model,
    Requirement,
)
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.policy import load_packs
from yanlian.engine.policy.dmn import export_model, model_of
from yanlian.engine.policy.dmn.export_tables import months_function, scale_function, years_function
from yanlian.engine.policy.functions import months_between, scale_value, years_between
from yanlian.engine.policy.model import Bracket, Scale

TAX = {"税务年报": [{"年度": 2024, "营业收入": "2000万元", "研发费用": "300万元"}]}
PLATFORMS = {
    "科技资质": [
        {"类别": "重点实验室", "级别": "省级", "证书编号": "B", "认定日期": date(2025, 8, 1), "重新认定": False},
        {"类别": "重点实验室", "级别": "市级", "证书编号": "A", "认定日期": date(2025, 3, 1), "重新认定": False},
        {"类别": "重点实验室", "级别": "市级", "证书编号": "A", "认定日期": date(2025, 4, 1), "重新认定": False},
        {"类别": "中试基地", "级别": "市级", "证书编号": "C", "认定日期": date(2025, 4, 1), "重新认定": False},
        {"类别": "重点实验室", "级别": "省级", "证书编号": "D", "认定日期": date(2024, 8, 1), "重新认定": False},
    ]
}
EACH_PLATFORM = {
    "each": "科技资质",
    "as": "平台",
    "where": '平台.类别 = "重点实验室"',
    "date": "平台.认定日期",
    "matter": "平台.证书编号",
}


def test_units_become_plain_numbers(tmp_path: Path) -> None:
    packs = pack_with(
        tmp_path, definitions={"营收": "税务年报[年度 = 上年][1].营业收入"}, amount="min(营收 * 30%, 0.5亿元)"
    )
    assert decision_text(model_of(packs, "T-01"), "算得金额") == "min(营收 * 0.30, 50000000)"
    assert same_as_engine(packs, TAX)[0]["金额"] == Decimal(6_000_000)


def test_one_verdict_for_each_event_and_the_first_of_a_matter(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, event=EACH_PLATFORM, amount='if 平台.级别 = "省级" then 2万元 else 1万元')
    said = same_as_engine(packs, PLATFORMS)
    assert [(one["事项"], one["事件日"]) for one in said] == [("A", date(2025, 3, 1)), ("B", date(2025, 8, 1))]


def test_without_a_matter_the_key_of_the_record_names_it(tmp_path: Path) -> None:
    event = {key: value for key, value in EACH_PLATFORM.items() if key != "matter"}
    assert len(same_as_engine(pack_with(tmp_path, event=event), PLATFORMS)) == 2


def test_a_document_out_of_force_gives_nothing(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, around={"document": {"valid_to": date(2025, 6, 30)}})
    assert verdicts(packs, {}, date(2025, 6, 30))
    assert verdicts(packs, {}, date(2025, 7, 1)) == []
    draft = pack_with(tmp_path / "draft", around={"document": {"status": "draft"}})
    assert verdicts(draft, {}) == []


def test_rules_are_named_when_they_fail(tmp_path: Path) -> None:
    keys = {
        "gates": [{"label": "有年报", "when": "count(税务年报) > 0"}],
        "vetoes": [{"label": "研发太多", "when": "税务年报[1].研发费用 > 100万元"}],
        "conditions": [{"label": "营收过亿", "when": "税务年报[1].营业收入 > 1亿元"}],
    }
    said = same_as_engine(pack_with(tmp_path, **keys), TAX)
    assert said[0]["未通过"] == ["研发太多", "营收过亿"]


def test_a_rule_that_gives_null_is_left_to_a_person(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, conditions=[{"label": "营收", "when": "税务年报[年度 = 1999][1].营业收入 > 0"}])
    assert same_as_engine(packs, TAX)[0]["结论"] == "manual"


def test_an_amount_of_zero_is_not_eligible_and_says_why(tmp_path: Path) -> None:
    said = same_as_engine(pack_with(tmp_path, amount="0 * 1元"), {})
    assert said[0]["未通过"] == ["金额不大于零"]


@pytest.mark.parametrize(
    "keys",
    [
        {"amount": "70元", "cap": "50元"},
        {"amount": "70元", "multipliers": [{"label": "上浮", "when": "true", "factor": "1.5"}], "cap": "50元"},
        {
            "amount": "70元",
            "multipliers": [{"label": "上浮", "when": "true", "factor": "1.5", "before_cap": True}],
            "cap": "100元",
        },
        {"amount": "70元", "multipliers": [{"label": "上浮", "when": "1 > 2", "factor": "1.5"}]},
        {"amount": "70元", "multipliers": [{"label": "上浮", "when": "null", "factor": "1.5"}]},
        {"amount": "70元", "multipliers": [{"label": "上浮", "factor": "2"}]},
        {"amount": "12345.678", "rounding": {"to": "分", "mode": "half_up"}},
        {"amount": "12345.675", "rounding": {"to": "分", "mode": "half_even"}},
        {"amount": "12545", "rounding": {"to": "百元", "mode": "floor"}},
        {"amount": "15000", "rounding": {"to": "万元", "mode": "half_even"}},
        {"amount": "1500", "rounding": {"to": "千元", "mode": "half_up"}},
        {
            "amount": None,
            "parts": [
                {"label": "甲", "amount": "1元"},
                {"label": "乙", "when": "1 > 2", "amount": "10元"},
                {"label": "丙", "when": "true", "amount": "100元"},
            ],
        },
        {"amount": None, "parts": [{"label": "甲", "when": "null", "amount": "1元"}]},
        {"amount": "100元", "top_up": {"paid": "30元"}},
        {"amount": "100元", "top_up": {"paid": "130元"}},
        {"amount": "100元", "first_time": {"list": "税务年报[营业收入 > 0]", "label": "首次"}},
        {"amount": "100元", "first_time": {"list": "税务年报[营业收入 < 0]"}},
        {"amount": None, "manual": "一事一议"},
        {"amount": "100元", "manual": "一事一议", "conditions": [{"label": "从不", "when": "1 > 2"}]},
        {"amount": None, "gate_only": True, "result": '"甲"'},
        {"amount": None, "gate_only": True, "result": "null"},
        {"amount": None, "gate_only": True},
        {"amount": "100元", "period": "once"},
        {"amount": "100元", "period": "上年"},
        {"amount": "100元", "period": '"2025上半年"'},
        {"amount": "100元", "subject": ["person"]},
    ],
)
def test_every_key_of_a_clause_says_the_same_in_the_model(tmp_path: Path, keys: dict[str, object]) -> None:
    same_as_engine(pack_with(tmp_path, **keys), TAX)


def test_a_window_takes_the_place_of_the_documents_validity(tmp_path: Path) -> None:
    window = {"from": "2024-08-01", "to": "date(2025, 3, 1)"}
    said = same_as_engine(pack_with(tmp_path, event={**EACH_PLATFORM, "window": window}), PLATFORMS)
    assert [one["事项"] for one in said] == ["D", "A"]


@pytest.mark.parametrize(
    "payment",
    [
        {"条款": "T-01", "级别": "区级", "事项": "", "所属年度": 2024, "金额": "30元"},
        {"条款": "T-01", "级别": "区级", "事项": "", "所属年度": 2025, "金额": "30元"},
        {"条款": "T-01", "级别": "市级", "事项": "", "所属年度": 2024, "金额": "30元"},
        {"条款": "T-02", "级别": "区级", "事项": "", "所属年度": 2024, "金额": "30元"},
    ],
)
def test_what_was_paid_before_is_taken_off_but_not_the_payment_itself(
    tmp_path: Path, payment: dict[str, object]
) -> None:
    facts = {"兑付记录": [{"支付编号": "P1", "支付日期": date(2025, 2, 1), **payment}]}
    same_as_engine(pack_with(tmp_path, top_up=True), facts)


def test_parameters_are_taken_on_the_day_of_the_event(tmp_path: Path) -> None:
    values = [
        {"from": date(2025, 1, 1), "value": "100元", "reference": "第一条"},
        {"from": date(2025, 6, 1), "value": "200元", "reference": "修订"},
    ]
    around = {"parameters": {"标准": {"unit": "元", "values": values}}, "definitions": {"两倍": "标准 * 2"}}
    event = {**EACH_PLATFORM, "where": '平台.类别 = "重点实验室"'}
    amount = '两倍 + 参数值("标准", date(2024, 12, 31) + duration("P1D"))'
    packs = pack_with(tmp_path, around=around, event=event, amount=amount)
    assert [one["金额"] for one in same_as_engine(packs, PLATFORMS)] == [Decimal(300), Decimal(500)]
    parameter = next(one for one in model_of(packs, "T-01").knowledge if one.label == "标准")
    assert parameter.function is not None
    table = parameter.function.body
    assert isinstance(table, DecisionTable)
    assert [rule.annotations for rule in table.rules] == [("",), ("第一条",), ("修订",)]
    early = next(one for one in model_of(packs, "T-01", date(2025, 5, 31)).knowledge if one.label == "标准")
    assert "修订" not in str(early.function)


def test_parameters_on_the_as_of_date_stay_the_same_for_all_events(tmp_path: Path) -> None:
    values = [{"from": date(2025, 1, 1), "value": 1, "reference": "一"}, {"from": date(2025, 6, 1), "value": 2}]
    around = {"parameters": {"标准": {"values": values}}}
    packs = pack_with(tmp_path, around=around, event=EACH_PLATFORM, amount="标准 * 1元", parameters_on="as_of")
    assert {one["金额"] for one in same_as_engine(packs, PLATFORMS)} == {Decimal(2)}


def test_a_documents_definition_that_means_something_else_in_each_clause_is_made_for_each(tmp_path: Path) -> None:
    first = clause(id="T-01", definitions={"底数": "10元"}, amount="加倍")
    second = clause(id="T-02", definitions={"底数": "20元"}, amount="加倍 + 共同")
    third = clause(id="T-03", definitions={"底数": "30元"}, amount="共同")
    both = document(first, second, third, definitions={"加倍": "底数 * 2", "共同": "1元 + 1元"})
    model = model_of(load_packs([written(tmp_path, both)]), "T")
    doubled = [one for one in model.decisions if one.label == "加倍"]
    assert [getattr(one.expression, "text", "") for one in doubled] == ["底数 * 2", "底数_T_02 * 2"]
    assert sum(one.label == "共同" for one in model.decisions) == 1
    values = program(model).evaluate(["T_01_金额", "T_02_金额", "T_03_金额"], {}).values
    assert list(values.values()) == [Decimal(20), Decimal(42), Decimal(2)]


def test_english_names_of_facts_become_the_chinese_ones(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, amount="sum(tax_year[year = 上年].revenue)")
    assert decision_text(model_of(packs, "T-01"), "算得金额") == "sum(税务年报[年度 = 上年].营业收入)"
    same_as_engine(packs, TAX)


def test_the_one_record_and_whole_months_and_years_are_functions_of_the_model(tmp_path: Path) -> None:
    amount = (
        "月数(date(2024, 1, 31), 评价日) * 1元 + 周年数(date(2020, 5, 5), 评价日) * 1元"
        ' + (if 记录(科技资质, "证书编号", "B").级别 = "省级" then 1元 else 2元)'
        ' + (if 记录(科技资质, "级别", "市级") = null then 1元 else 2元)'
    )
    packs = pack_with(tmp_path, amount=amount)
    same_as_engine(packs, PLATFORMS)
    assert {one.name for one in model_of(packs, "T-01").knowledge} == {
        "月数",
        "周年数",
        "记录_唯一证书编号",
        "记录_级别",
    }


def test_whether_a_value_is_known_is_asked_as_whether_it_is_null_and_noted(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, amount="if 已知(税务年报[1].营业收入) then 2元 else 1元")
    exported = export_model(packs, "T-01")
    assert "dmn_pack_is_known" in [note.code for note in exported.notes]
    assert decision_text(exported.model, "算得金额") == "if 税务年报[1].营业收入 != null then 2 else 1"
    same_as_engine(packs, TAX)


def test_names_that_other_engines_may_not_read_become_words_and_keep_their_label(tmp_path: Path) -> None:
    label = "研发投入≥3%（上年），且“达标”"
    packs = pack_with(tmp_path, conditions=[{"label": label, "when": "true"}])
    found = next(one for one in model_of(packs, "T-01").decisions if one.label == label)
    assert found.name == "T_01_研发投入_3_上年_且_达标"


def test_what_a_model_cannot_hold_is_noted_and_stands_in_its_description(tmp_path: Path) -> None:
    caps = [{"label": "年度上限", "over": "clause", "per": "year", "amount": "1元"}]
    packs = pack_with(tmp_path, stacking={"group": "平台"}, caps=caps, top_up=True)
    exported = export_model(packs, "T-01")
    codes = {note.code for note in exported.notes}
    assert codes >= {"dmn_pack_unknowns", "dmn_pack_stacking", "dmn_pack_caps", "dmn_pack_top_up"}
    assert all(note.text("zh") in exported.model.description for note in exported.notes)


def test_a_clause_that_standard_feel_cannot_say_is_refused_alone_and_noted_in_its_document(tmp_path: Path) -> None:
    around = {"parameters": {"标准": {"values": [{"from": date(2025, 1, 1), "value": 1}]}}}
    packs = pack_with(tmp_path, around=around, amount='参数值("标" + "准", 评价日)')
    with pytest.raises(Refused) as refused:
        model_of(packs, "T-01")
    assert refused.value.code == "dmn_pack_clause_left"
    exported = export_model(packs, "T")
    assert exported.notes[0].code == "dmn_pack_clause_left"
    assert not exported.model.services


def test_an_id_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        model_of(pack_with(tmp_path), "T-1")
    assert refused.value.data["nearest"] == "T-01"


def test_facts_carry_their_types_units_and_holders(tmp_path: Path) -> None:
    model = model_of(pack_with(tmp_path, amount="税务年报[1].营业收入"), "T-01")
    item = next(one for one in model.items if one.name == "t税务年报")
    revenue = next(one for one in item.components if one.name == "营业收入")
    assert (revenue.type_ref, "单位 元" in revenue.description) == ("number", True)
    assert {one.name for one in model.inputs} >= {"全部税务年报", "主体类型", "评价日"}
    assert "holder: tax" in item.description


def test_records_after_the_as_of_date_are_not_seen(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, amount="count(税务年报) * 1元 + count(科技资质) * 10元")
    model = model_of(packs, "T-01")
    inputs = {
        "评价日": date(2025, 12, 31),
        "主体类型": "enterprise",
        "全部税务年报": [{"年度": 2024}, {"年度": 2026}],
        "全部科技资质": [{"认定日期": date(2026, 1, 1)}, {"认定日期": date(2025, 12, 31)}, {"认定日期": None}],
    }
    assert program(model).evaluate(["T_01_金额"], inputs).values["T_01_金额"] == Decimal(21)


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(-4000, 4000))
def test_months_and_years_in_the_model_are_those_of_packs(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    functions = (
        BusinessKnowledge("月数", months_function()),
        BusinessKnowledge("周年数", years_function("月数"), requirements=(Requirement("knowledge", "#月数"),)),
    )
    text = f'[月数(date("{start}"), date("{end}")), 周年数(date("{start}"), date("{end}"))]'
    needs = (Requirement("knowledge", "#月数"), Requirement("knowledge", "#周年数"))
    model = Model("m", "urn:m", decisions=(Decision("d", LiteralExpression(text), "", needs),), knowledge=functions)
    assert program(model).evaluate(["d"], {}).values["d"] == [months_between(start, end), years_between(start, end)]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["marginal", "whole"]),
    st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=5, unique=True),
    st.decimals(-1000, 2 * 10**9, places=2),
    st.data(),
)
def test_scales_in_the_model_are_those_of_packs(
    mode: str, starts: list[Decimal], value: Decimal, data: st.DataObject
) -> None:
    brackets = tuple(
        Bracket(
            start,
            data.draw(st.decimals(0, 1, places=4)),
            data.draw(st.none() | st.decimals(0, 10**6, places=2)) if mode == "whole" else None,
        )
        for start in sorted(starts)
    )
    scale = Scale("档", "marginal" if mode == "marginal" else "whole", brackets)
    needs = (Requirement("knowledge", "#档"),)
    decision = Decision("d", LiteralExpression(f"档({value:f})"), "", needs)
    model = Model("m", "urn:m", decisions=(decision,), knowledge=(BusinessKnowledge("档", scale_function(scale)),))
    assert program(model).evaluate(["d"], {}).values["d"] == scale_value(scale, value)
