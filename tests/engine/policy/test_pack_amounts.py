"""From formula to fen: parts, caps, multipliers, history, rounding; parameters, scales and tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.engine.policy.tiny_packs import clause, document, run, written

from yanlian.engine.policy import load_packs

MARGINAL = {
    "奖补": {
        "mode": "marginal",
        "brackets": [
            {"from": "0", "rate": "10%"},
            {"from": "100万元", "rate": "5%"},
            {"from": "500万元", "rate": "3%"},
        ],
        "reference": "第二款",
    }
}


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("100", 10000),
        ("2000万元", 2_000_000_000),
        ("0.5亿元", 5_000_000_000),
        ("1,234.50", 123450),
        ("'1，234.50'".strip("'"), 123450),
        ("12万元 * 30%", 3_600_000),
        ("min(5, 3)", 300),
    ],
)
def test_amounts_are_read_as_people_write_them(one, text, fen):
    assert one({}, amount=text).amount_fen == fen


@pytest.mark.parametrize(
    ("rounding", "fen"),
    [
        (None, 123457),
        ({"to": "分", "mode": "floor"}, 123456),
        ({"to": "元", "mode": "half_up"}, 123500),
        ({"to": "元", "mode": "floor"}, 123400),
        ({"to": "百元", "mode": "half_up"}, 120000),
        ({"to": "万元", "mode": "floor"}, 0),
    ],
)
def test_rounding_is_as_declared(one, rounding, fen):
    outcome = one({}, amount="1234.565", rounding=rounding)
    assert outcome.amount_fen == fen
    assert outcome.kind == ("eligible" if fen else "not_eligible")


@pytest.mark.parametrize(("amount", "fen"), [("0.125", 12), ("0.135", 14)])
def test_half_even_goes_to_the_even_neighbour(one, amount, fen):
    assert one({}, amount=amount, rounding={"to": "分", "mode": "half_even"}).amount_fen == fen


def test_the_clauses_rounding_replaces_the_documents(one):
    around = {"rules": {"subject": ["enterprise"], "rounding": {"to": "元", "mode": "floor"}}}
    assert one({}, around=around, amount="1.99").amount_fen == 100
    assert one({}, around=around, amount="1.999", rounding={"to": "分", "mode": "half_up"}).amount_fen == 200


def test_the_cap_binds_at_its_value_and_not_below(one):
    capital = {"amount": "登记.注册资本 * 30%", "cap": "1200万元"}
    assert one({"登记": {"注册资本": "4000万元"}}, **capital).amount_fen == 1_200_000_000
    assert one({"登记": {"注册资本": "4000.01万元"}}, **capital).amount_fen == 1_200_000_000
    assert one({"登记": {"注册资本": "3999万元"}}, **capital).amount_fen == 1_199_700_000


def test_an_unknown_cap_makes_the_amount_unknown(one):
    assert one({"登记": {"注册资本": "未知"}}, cap="登记.注册资本").kind == "unknown"


def test_parts_are_summed_when_their_condition_holds(one):
    parts = [
        {"label": "基础", "amount": "100元"},
        {"label": "加奖", "when": "登记.注册资本 >= 100", "amount": "20元"},
        {"label": "不给", "when": "false", "amount": "5元"},
    ]
    assert one({"登记": {"注册资本": 100}}, amount=None, parts=parts).amount_fen == 12000
    assert one({"登记": {"注册资本": 99}}, amount=None, parts=parts).amount_fen == 10000
    assert one({"登记": "未知"}, amount=None, parts=parts).kind == "unknown"
    nothing = [{"label": "空", "when": 'number("一") > 1', "amount": "1"}]
    assert one({}, amount=None, parts=nothing).reason["null"] == ["空"]


def test_multipliers_come_after_the_cap_unless_they_say_otherwise(one):
    twice = {"label": "双倍", "factor": "2"}
    assert one({}, amount="100", cap="80", multipliers=[twice]).amount_fen == 16000
    assert one({}, amount="100", cap="80", multipliers=[{**twice, "before_cap": True}]).amount_fen == 8000
    assert one({}, amount="100", multipliers=[{**twice, "when": "false"}]).amount_fen == 10000
    assert one({}, amount="100", multipliers=[twice, {"label": "半", "factor": "50%"}]).amount_fen == 10000


# Scales


@pytest.mark.parametrize(
    ("base", "yuan"),
    [(0, 0), (999_999, "99999.9"), (1_000_000, 100_000), (5_000_000, 300_000), (5_000_001, "300000.03")],
)
def test_a_marginal_scale_pays_each_slice_at_its_own_rate(one, base, yuan):
    outcome = one({"登记": {"注册资本": base}}, around={"scales": MARGINAL}, amount="奖补(登记.注册资本)")
    assert outcome.amount_fen == Decimal(yuan) * 100


@pytest.mark.parametrize(("base", "yuan"), [(999_999, "99999.9"), (1_000_000, 50_000), (5_000_000, 150_000)])
def test_a_value_on_the_border_of_a_whole_scale_belongs_to_the_higher_bracket(one, base, yuan):
    scale = {"奖补": {**MARGINAL["奖补"], "mode": "whole"}}
    outcome = one({"登记": {"注册资本": base}}, around={"scales": scale}, amount="奖补(登记.注册资本)")
    assert outcome.amount_fen == Decimal(yuan) * 100


def test_a_whole_scale_may_give_fixed_amounts(one):
    scale = {
        "奖": {"mode": "whole", "brackets": [{"from": "10亿", "amount": "100万"}, {"from": "20亿", "amount": "300万"}]}
    }
    for capital, wan in (("9.99亿", 0), ("10亿", 100), ("20亿", 300)):
        outcome = one({"登记": {"注册资本": capital}}, around={"scales": scale}, amount="奖(登记.注册资本)")
        assert outcome.amount_fen == wan * 1_000_000


def test_a_scale_of_an_unknown_is_unknown_and_of_null_is_null(one):
    assert (
        one({"登记": {"注册资本": "未知"}}, around={"scales": MARGINAL}, amount="奖补(登记.注册资本)").kind == "unknown"
    )
    assert one({}, around={"scales": MARGINAL}, amount="奖补(null)").kind == "manual"


# Tables

TABLE = {
    "inputs": ["登记.行业代码"],
    "outputs": ["金额"],
    "rules": [['"A"', "500"], ['"B"', "登记.注册资本"], ['not("A", "B", "X")', "1"]],
    "reference": "附表",
}


@pytest.mark.parametrize(
    ("industry", "kind", "fen"), [("A", "eligible", 50000), ("B", "eligible", 700), ("X", "manual", 0)]
)
def test_a_table_is_the_amount_by_its_bare_name(one, industry, kind, fen):
    facts = {"登记": {"行业代码": industry, "注册资本": 7}}
    for amount in ("标准", "标准()"):
        outcome = one(facts, around={"tables": {"标准": TABLE}}, amount=amount)
        assert (outcome.kind, outcome.amount_fen) == (kind, fen)


def test_a_table_with_several_outputs_is_a_context(one):
    table = {"inputs": ["登记.行业代码"], "outputs": ["比例", "上限"], "rules": [['"A"', "10%", "50"]]}
    outcome = one({"登记": {"行业代码": "A"}}, around={"tables": {"标准": table}}, amount="标准().上限 * 标准().比例")
    assert outcome.amount_fen == 500


@pytest.mark.parametrize(("hit", "fen"), [("F", 100), ("C+", 300), ("C<", 100), ("C>", 200), ("C#", 200)])
def test_hit_policies_decide_between_rows(one, hit, fen):
    table = {"hit": hit, "inputs": ["1"], "outputs": ["金额"], "rules": [["-", "1"], [">0", "2"]]}
    assert one({}, around={"tables": {"表": table}}, amount="表").amount_fen == fen


@pytest.mark.parametrize(("values", "fen"), [([2, 1], 200), ([1, 2], 100)])
def test_priority_goes_by_the_declared_order_of_values(one, values, fen):
    output = {"name": "金额", "values": values}
    table = {"hit": "P", "inputs": ["1"], "outputs": [output], "rules": [["-", "1"], [">0", "2"]]}
    assert one({}, around={"tables": {"表": table}}, amount="表").amount_fen == fen


# Parameters

PARAMETER = {
    "门槛": {
        "unit": "元",
        "values": [
            {"from": date(2025, 1, 1), "value": "1000万元", "reference": "第三条"},
            {"from": date(2025, 7, 1), "value": "800万元", "reference": "修订第三条"},
        ],
    }
}


@pytest.mark.parametrize(("as_of", "wan"), [(date(2025, 6, 30), 1000), (date(2025, 7, 1), 800)])
def test_a_parameter_has_the_value_of_the_day(one, as_of, wan):
    assert one({}, as_of, around={"parameters": PARAMETER}, amount="门槛").amount_fen == wan * 1_000_000


def test_a_parameter_before_its_first_value_is_null(one):
    around = {"parameters": PARAMETER, "document": {"valid_from": date(2020, 1, 1)}}
    assert one({}, date(2024, 12, 31), around=around, amount="门槛").kind == "manual"


def test_a_parameter_can_be_asked_for_another_day(one):
    amount = '参数值("门槛", date("2025-03-01"))'
    assert one({}, around={"parameters": PARAMETER}, amount=amount).amount_fen == 1_000_000_000


def test_parameters_are_those_of_the_event_unless_the_clause_says_as_of(one):
    title = [{"类别": "甲", "证书编号": "1", "认定日期": date(2025, 2, 1)}]
    event = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
    facts, keys = {"科技资质": title}, {"around": {"parameters": PARAMETER}, "event": event, "amount": "门槛"}
    assert one(facts, **keys).amount_fen == 1_000_000_000
    assert one(facts, **keys, parameters_on="event").amount_fen == 1_000_000_000
    assert one(facts, **keys, parameters_on="as_of").amount_fen == 800_000_000


def test_a_definition_that_reads_a_parameter_follows_the_event_too(one):
    title = [{"类别": "甲", "证书编号": "1", "认定日期": date(2025, 2, 1)}]
    event = {"each": "科技资质", "as": "证", "date": "证.认定日期"}
    around = {"parameters": PARAMETER, "definitions": {"一半": "门槛 / 2"}}
    assert one({"科技资质": title}, around=around, event=event, amount="一半").amount_fen == 500_000_000


def test_names_of_a_clause_are_its_own(tmp_path):
    first = clause(
        id="A", definitions={"基数": "1"}, amount="基数", tables={"表": {**TABLE, "inputs": ["string(基数)"]}}
    )
    second = clause(id="B", definitions={"基数": "2"}, amount="基数")
    packs = load_packs([written(tmp_path, document(first, second))])
    assert [one.amount_fen for one in run(packs, {})] == [100, 200]


def test_a_table_of_the_document_may_use_what_each_clause_defines(tmp_path):
    table = {"inputs": ["甲"], "outputs": ["金额"], "rules": [["1", "10"], ["2", "20"]]}
    first = clause(id="A", definitions={"甲": "1"}, amount="表")
    second = clause(id="B", definitions={"甲": "2"}, amount="表")
    packs = load_packs([written(tmp_path, document(first, second, tables={"表": table}))])
    assert [one.amount_fen for one in run(packs, {})] == [1000, 2000]


@pytest.mark.parametrize(
    ("formula", "yuan"),
    [
        ('月数(date("2025-01-15"), date("2025-02-14")) + 100', 100),
        ('月数(date("2025-01-15"), date("2025-02-15")) + 100', 101),
        ('月数(date("2025-02-15"), date("2025-01-15")) + 100', 99),
        ('月数(date("2025-01-31"), date("2025-02-28")) + 100', 100),
        ('周年数(date("2020-02-29"), date("2025-02-28")) + 100', 104),
        ('周年数(date("2020-02-28"), date("2025-02-28")) + 100', 105),
        ("评价年度", 2025),
        ("上年", 2024),
        ("前年", 2023),
        ("评价日.month", 12),
        ('if 本区 = "370212" then 1 else 2', 1),
        ("文件生效日.year", 2025),
        ('if 文件失效日 = null and 名称 = "用例" and 主体类型 = "enterprise" then 3 else 4', 3),
        ("if 已知(登记.注册资本) then 1 else 2", 2),
    ],
)
def test_names_and_functions_of_packs(one, formula, yuan):
    assert one({"登记": {"注册资本": "未知"}}, amount=formula).amount_fen == yuan * 100


def test_the_record_with_a_value_is_found_null_or_unknown(one):
    titles = [{"证书编号": "R1", "类别": "甲"}, {"证书编号": "R2", "类别": "乙"}]
    ask = '记录(科技资质, "证书编号", "{}").类别'
    amount = "if " + ask + ' = "乙" then 1 else 2'
    assert one({"科技资质": titles}, amount=amount.format("R2")).amount_fen == 100
    assert (
        one({"科技资质": titles}, amount='if 记录(科技资质, "证书编号", "R9") = null then 3 else 4').amount_fen == 300
    )
    assert one({"科技资质": "未知"}, amount=amount.format("R2")).kind == "unknown"
    twice = [{"证书编号": "R1", "类别": "甲"}, {"证书编号": "R2", "类别": "甲"}]
    assert one({"科技资质": twice}, amount='if 记录(科技资质, "类别", "甲") = null then 3 else 4').amount_fen == 300
