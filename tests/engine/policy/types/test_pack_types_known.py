"""What a compiler can ask of formulas and facts: types, units, decimal places, words, whether a value may be null."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import Data, clause, document, written

from yanlian.engine.dossier import load_schema
from yanlian.engine.feel import ast
from yanlian.engine.policy import PackSet, load_packs
from yanlian.engine.policy.types import Known, Unit, fact

YUAN = Unit((("元", 1),))
NUMBER, STRING, BOOLEAN, DATE = (ast.TypeName(name) for name in ("number", "string", "boolean", "date"))
EVENT: Data = {"each": "科技资质", "as": "证", "date": "证.认定日期"}
Made = Callable[..., PackSet]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def build(*clauses: Data, **around: object) -> PackSet:
        return load_packs([written(tmp_path, document(*clauses, **around))])

    return build


@pytest.fixture
def amount(made: Made) -> Callable[..., Known]:
    """What is known of the amount of the only clause."""

    def known(text: str, **keys: object) -> Known:
        packs = made(clause(amount=text, **keys))
        expression = packs.clauses[0].amount
        assert expression is not None
        return packs.types.typed(expression)

    return known


SCALE = {"档": {"mode": "marginal", "input": "元", "brackets": [{"from": 0, "rate": "1.5%"}], "reference": "一"}}
FIXED = {
    "阶": {
        "mode": "whole",
        "brackets": [{"from": 0, "amount": "0.25"}, {"from": 100, "amount": "3万元"}],
        "reference": "一",
    }
}


@pytest.mark.parametrize(
    ("text", "unit", "scale", "nullable"),
    [
        ("1.50", None, 1, False),
        ("500万元", Unit((("元", 1),), open=True), 0, False),
        ("30%", Unit(), 1, False),
        ("登记.注册资本", YUAN, 2, True),
        ("证.级别", None, None, False),
        ("证.撤销日期", None, None, True),
        ("登记.注册资本 + 1.125", YUAN, 3, True),
        ("登记.注册资本 * 12.5%", YUAN, 5, True),
        ("贷款[1].年利率 * 贷款[1].本金", YUAN, 8, True),
        ("登记.注册资本 / 3", YUAN, None, True),
        ("-登记.注册资本", YUAN, 2, True),
        ("floor(登记.注册资本)", YUAN, 0, True),
        ("decimal(登记.注册资本, 1)", YUAN, 1, True),
        ("decimal(登记.注册资本, 上年)", YUAN, None, True),
        ("floor(n: 登记.注册资本)", YUAN, None, True),
        ("min(登记.注册资本, 0.005)", YUAN, 3, True),
        ("sum(税务年报.营业收入)", YUAN, 2, True),
        ("mean(税务年报.营业收入)", YUAN, None, True),
        ("count(税务年报)", Unit(), 0, False),
        ("上年", Unit((("年度", 1),)), 0, False),
        ("上年 - 前年", Unit((("年", 1),)), 0, False),
        ("评价日.month", None, 0, False),
        ("登记.成立日期.year", Unit((("年度", 1),)), 0, True),
        ("月数(文件生效日, 评价日)", Unit((("月", 1),)), 0, False),
        ("月数(登记.成立日期, 评价日)", Unit((("月", 1),)), 0, True),
        ("周年数(文件生效日, 文件失效日)", Unit((("年", 1),)), 0, True),
        ("登记.注册资本 ** 2", None, None, True),
        ("if 上年 > 2000 then 1.5 else 20", None, 1, False),
        ("if 上年 > 2000 then 1.5 else null", None, 1, True),
        ("档(登记.注册资本)", YUAN, 5, True),
        ("档(上年 * 1元)", YUAN, 3, False),
        ("阶(登记.注册资本)", None, 2, True),
        ("(for n in 1..3 return n * 0.1)[1]", None, 1, True),
        ("[1, 2.5][1]", None, 1, True),
        ("{甲: 1.25}.甲", None, 2, False),
        ("number(名称)", None, None, True),
        ("5 / 2", None, None, True),
        ("5 / 登记.注册资本", None, None, True),
        ("登记.注册资本 / 贷款[1].本金", Unit(), None, True),
        ("(for 项 in [1, 2] return 项 * 0.1)[1]", None, 1, True),
        ("(for 项 in 评价年度 return 项)[1]", None, None, True),
    ],
)
def test_the_unit_and_the_decimal_places_of_a_figure(
    made: Made, text: str, unit: Unit | None, scale: int | None, nullable: bool
):
    packs = made(clause(event=EVENT, definitions={"甲": text}, scales={**SCALE, **FIXED}))
    found = packs.types.item(packs.clauses[0].home.own["甲"])
    assert (found.scale, found.nullable) == (scale, nullable)
    assert (found.unit and found.unit.powers) == (unit and unit.powers)


@pytest.mark.parametrize(
    ("text", "nullable"),
    [
        ("上年 > 2000", False),
        ("登记.注册资本 > 2000", True),
        ("登记.注册资本 = 2000", False),
        ("登记.注册资本 = null", False),
        ("证.级别 = 证.类别", False),
        ("证.级别 > 证.类别", False),
        ("证.认定日期 > 评价日", False),
        ("证.撤销日期 > 评价日", True),
        ("证.撤销日期 = null or 证.撤销日期 > 评价日", True),
        ("证.重新认定 and 证.级别 = 证.类别", False),
        ("not(证.重新认定)", False),
        ("not(登记.独立法人)", True),
        ("证.级别 in (\"国家级\", \"省级\")", False),
        ("登记.登记状态 in (\"存续\", \"注销\")", True),
        ("上年 in [2000..2025]", False),
        ("上年 in (null)", True),
        ("上年 in (> 2000)", False),
        ("上年 in (登记.注册资本 / 1元)", True),
        ("上年 in [2000..登记.成立日期.year]", True),
        ("上年 between 2000 and 2030", False),
        ("上年 between 2000 and 登记.成立日期.year", True),
        ("some 条 in 严重失信 satisfies 条.列入日期 > 评价日", False),
        ("some 条 in 严重失信 satisfies 条.移出日期 > 评价日", True),
        ("some n in 1..3 satisfies n = 2", False),
        ("count(税务年报[营业收入 > 5]) > 0", False),
        ("已知(登记.注册资本)", False),
        ("get value({a: true}, 名称)", True),
        ("上年 instance of number", True),
    ],
)  # fmt: skip
def test_whether_a_condition_may_be_null(made: Made, text: str, nullable: bool):
    packs = made(clause(event=EVENT, conditions=[{"label": "a", "when": text}]))
    assert packs.types.typed(packs.clauses[0].tests[-1].expression).nullable is nullable


def test_the_type_and_the_words_of_a_text(amount: Callable[..., Known], made: Made):
    packs = made(clause(event={**EVENT, "matter": "证.级别"}, definitions={"甲": '"甲"'}))
    event = packs.clauses[0].event
    assert event is not None
    assert event.matter is not None
    assert packs.types.typed(event.matter) == Known(STRING, nullable=False, values=("国家级", "省级", "市级", "区级"))
    assert packs.types.typed(event.each).type == ast.TypeOf("list", ast.TypeName("科技资质"))
    assert packs.types.named["科技资质"] == ast.ContextType(
        tuple(
            ast.TypeEntry(name, DATE if field.type == "date" else BOOLEAN if field.type == "flag" else STRING)
            for name, field in packs.schema.record("科技资质").names.items()
        )
    )
    assert packs.types.item(packs.clauses[0].home.own["甲"]).values == ("甲",)
    assert amount("1").type == NUMBER


def test_parameters_over_all_their_dates(made: Made):
    values = [
        {"from": date(2025, 1, 1), "value": "30%", "reference": "一"},
        {"from": date(2026, 1, 1), "value": "33.25%", "reference": "一"},
    ]
    words = [{"from": date(2025, 1, 1), "value": ["甲", "乙"], "reference": "一"}]
    packs = made(
        clause(amount='参数值("率", 评价日) * 1元'),
        parameters={"率": {"unit": "比例", "values": values}, "词": {"values": words}},
    )
    own = packs.documents[0].home.own
    # Before its first date a parameter is null.
    assert packs.types.item(own["率"]) == Known(NUMBER, Unit(), 4, nullable=True)
    assert packs.types.item(own["词"]).type == ast.TypeOf("list", STRING)
    assert packs.clauses[0].amount is not None
    assert packs.types.typed(packs.clauses[0].amount).scale == 4


def test_functions_that_a_formula_makes_are_looked_into(made: Made):
    texts = {
        "甲": "{做: function(x) x * 2元}",
        "乙": "甲.做(3)",
        "丙": "count(list replace([1, 2], function(a, b) a < b, 1))",
    }
    packs = made(clause(definitions=texts))
    own = packs.clauses[0].home.own
    assert packs.types.item(own["甲"]).nullable is False
    assert packs.types.item(own["乙"]).nullable
    assert packs.types.item(own["丙"]).unit == Unit()


def test_names_where_they_stand(made: Made):
    loans = {"each": "贷款", "as": "证", "date": "证.放款日期"}
    packs = made(
        clause(id="A", event=EVENT, definitions={"数": "1.5"}, amount="甲"),
        clause(id="B", event=loans, definitions={"数": "贷款[1].本金"}, amount="甲"),
        definitions={"甲": "数 * 2"},
    )
    a, b = packs.clauses
    own = packs.documents[0].home
    assert packs.types.name("证", a.home).type == ast.TypeName("科技资质")
    assert packs.types.name("证", b.home).type == ast.TypeName("贷款")
    assert packs.types.name("事件日", a.home) == Known(DATE, nullable=False)
    assert packs.types.name("税务年报", own).type == ast.TypeOf("list", ast.TypeName("税务年报"))
    assert packs.types.name("没有", own).type == ast.TypeName("Any")
    names = packs.types.names(own)
    assert len(names) == len(set(names))
    assert {"税务年报", "评价日", "甲", "证"} <= set(names)
    assert all(names[name] == packs.types.name(name, own).type for name in names)
    # The document's definition may be either; in a clause it is what the clause makes of it.
    item = own.own["甲"]
    assert packs.types.item(item).scale == 2
    assert packs.types.item(item, a.home).scale == 1
    assert item.expression is not None
    assert packs.types.typed(item.expression).nullable
    assert not packs.types.typed(item.expression, a.home).nullable
    assert packs.types.typed(item.expression, b.home).unit == YUAN


def test_every_node_of_a_formula(made: Made):
    packs = made(clause(amount="if 登记.独立法人 then 登记.注册资本 * 1% else 5万元"))
    expression = packs.clauses[0].amount
    assert expression is not None
    tree = packs.types.tree(expression)
    root = expression.compiled.ast
    assert isinstance(root, ast.If)
    assert tree.of(root) == Known(NUMBER, YUAN, 4, nullable=True)
    assert tree.of(root.condition) == Known(BOOLEAN, nullable=True)
    assert isinstance(root.then, ast.Arithmetic)
    assert tree.of(root.then.left) == Known(NUMBER, YUAN, 2, nullable=True)
    assert tree.of(root.then.right) == Known(NUMBER, Unit(), 2, nullable=False)
    assert tree.of(ast.Null()) == Known(ast.TypeName("Any"))


def test_formulas_of_another_pack_set_are_not_known(made: Made, tmp_path: Path):
    packs = made(clause(amount="1"))
    other = load_packs([written(tmp_path, document(clause(amount="2")), name="other")])
    expression = other.clauses[0].amount
    assert expression is not None
    assert packs.types.typed(expression) == Known(ast.TypeName("Any"))
    with pytest.raises(KeyError):
        packs.types.tree(expression)


def test_facts_have_their_scale_and_their_words():
    schema = load_schema()
    assert fact(schema, "tax_year", "revenue") == Known(NUMBER, YUAN, 2, nullable=False)
    assert fact(schema, "贷款", "年利率") == Known(NUMBER, Unit(), 6, nullable=False)
    assert fact(schema, "用工年报", "从业人数") == Known(NUMBER, Unit((("人", 1),)), 0, nullable=False)
    assert fact(schema, "科技资质", "级别").values == ("国家级", "省级", "市级", "区级")
    # Only an open end is null; what nobody said is unknown.
    assert fact(schema, "科技资质", "撤销日期").nullable
    with pytest.raises(KeyError):
        fact(schema, "科技资质", "没有")
