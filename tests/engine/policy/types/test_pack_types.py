"""Ill-typed packs are refused with file, line, column and clause; one small pack for each fault."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import Data, clause, codes, document, written

from yanlian.engine.policy import Fault, check_pack

Faulty = Callable[..., list[Fault]]
ROOT = Path(__file__).resolve().parents[4]
EVENT: Data = {"each": "科技资质", "as": "证", "date": "证.认定日期"}


def only(found: list[Fault]) -> Fault:
    (fault,) = [one for one in found if one.severity == "error"]
    return fault


def test_the_packs_of_the_repository_are_well_typed():
    for folder in ("packs/national", "packs/laoshan", "bench/clauses20/packs/clauses20"):
        assert [fault.line_text("en") for fault in check_pack(ROOT / folder)] == []


RECORD = {"each": "科技资质[1]", "as": "证", "date": "证.认定日期"}
CASES: list[tuple[Data, str, str, int]] = [
    # Conditions that are never true or false.
    ({"conditions": [{"label": "a", "when": "登记.注册资本"}]}, "pack_type_result", "登记.注册资本", 1),
    ({"gates": [{"label": "a", "when": '"真"'}]}, "pack_type_result", '"真"', 1),
    ({"vetoes": [{"label": "a", "when": "严重失信"}]}, "pack_type_result", "严重失信", 1),
    ({"event": {**EVENT, "where": "证.级别"}}, "pack_type_result", "证.级别", 1),
    ({"parts": [{"label": "a", "when": "评价日", "amount": "1"}], "amount": None}, "pack_type_result", "评价日", 1),
    ({"multipliers": [{"label": "a", "when": "上年", "factor": "2"}]}, "pack_type_result", "上年", 1),
    # Figures that are never a number.
    ({"amount": "名称"}, "pack_type_result", "名称", 1),
    ({"cap": "登记.成立日期"}, "pack_type_result", "登记.成立日期", 1),
    ({"multipliers": [{"label": "a", "factor": "登记.独立法人"}]}, "pack_type_result", "登记.独立法人", 1),
    ({"top_up": {"paid": "兑付记录"}}, "pack_type_result", "兑付记录", 1),
    ({"parts": [{"label": "a", "amount": '"1"'}], "amount": None}, "pack_type_result", '"1"', 1),
    ({"caps": [{"label": "a", "over": "clause", "per": "year", "amount": "本区"}]}, "pack_type_result", "本区", 1),
    # Events.
    ({"event": {"each": "评价年度", "as": "证", "date": "评价日"}}, "pack_type_result", "评价年度", 1),
    ({"event": {**EVENT, "date": "证.级别"}}, "pack_type_result", "证.级别", 1),
    ({"event": {**EVENT, "matter": "证"}}, "pack_type_result", "证", 1),
    ({"event": {**EVENT, "window": {"from": "2 + 1"}}}, "pack_type_result", "2 + 1", 1),
    ({"event": {**EVENT, "window": {"to": "本区"}}}, "pack_type_result", "本区", 1),
    ({"period": "评价日"}, "pack_type_result", "评价日", 1),
    ({"first_time": {"list": "登记.独立法人"}}, "pack_type_result", "登记.独立法人", 1),
    # Comparison and arithmetic that always give null.
    ({"conditions": [{"label": "a", "when": '登记.注册资本 > "500万元"'}]}, "feel_type_compare", "登记.注册资本 >", 1),
    ({"conditions": [{"label": "a", "when": "证.级别 = 1"}], "event": EVENT}, "feel_type_compare", "证.级别 = 1", 1),
    ({"conditions": [{"label": "a", "when": "登记 > 1"}]}, "feel_type_order", "登记 > 1", 1),
    ({"amount": '上年 + "1"'}, "feel_type_operator", '上年 + "1"', 1),
    ({"amount": "登记.成立日期 - 1"}, "feel_type_operator", "登记.成立日期 - 1", 1),
    ({"amount": "税务年报.营业收入 * 2"}, "feel_type_operator", "税务年报.营业收入 * 2", 1),
    ({"amount": "if 上年 then 1 else 2"}, "feel_type_condition", "if 上年", 4),
    ({"amount": "count(科技资质[级别])"}, "feel_type_filter", "科技资质[级别]", 12),
    ({"conditions": [{"label": "a", "when": "登记.独立法人 and 名称"}]}, "feel_type_logic", "and 名称", 13),
    # Functions of FEEL and of packs.
    ({"amount": "floor(名称)"}, "feel_type_argument", "floor(名称)", 7),
    ({"amount": "月数(上年, 评价日)"}, "feel_type_argument", "月数(上年", 4),
    ({"amount": '周年数("2025-01-01", 评价日)'}, "feel_type_argument", "周年数(", 5),
    ({"amount": '记录(贷款, "合同编号", "A").本金 + 名称'}, "feel_type_operator", "记录(", 1),
    ({"amount": "1 + 名称()"}, "feel_type_call", "1 + 名称()", 5),
]


@pytest.mark.parametrize(("keys", "code", "text", "column"), CASES)
def test_what_can_never_be_used_is_refused_where_it_stands(
    faults: Faulty, tmp_path: Path, keys: Data, code: str, text: str, column: int
):
    fault = only(faults(**keys))
    lines = (tmp_path / "tiny" / "d0.yaml").read_text(encoding="utf-8").splitlines()
    assert (fault.code, fault.clause, fault.file) == (code, "T-01", "d0.yaml")
    assert text in lines[fault.line - 1]
    assert (fault.refusal.data["line"], fault.refusal.data["column"]) == (1, column)
    for language in ("zh", "en"):
        assert fault.text(language).count("“") >= 1
        assert "{" not in fault.text(language)


def test_a_fault_says_what_was_expected_and_found_in_the_words_of_the_reader(faults: Faulty):
    fault = only(faults(conditions=[{"label": "a", "when": "登记.注册资本"}]))
    assert fault.text("en") == (
        "“登记.注册资本”: Line 1, column 1: “when” must give boolean, but this gives number; it can never be used."
        " Rewrite the formula so that it gives boolean."
    )
    assert fault.text("zh") == (
        "“登记.注册资本”：第1行第1列：“when”应给出是否，这里给出的是数，永远用不上。请改写公式，让它给出是否。"
    )
    assert pickle.loads(pickle.dumps(fault)).text("zh") == fault.text("zh")


def test_a_fault_within_a_block_of_text_has_its_own_line(tmp_path: Path):
    pack = written(tmp_path, document(clause(amount="BLOCK")))
    file = pack / "d0.yaml"
    file.write_text(file.read_text("utf-8").replace("BLOCK", "|\n    1 +\n    名称"), encoding="utf-8")
    fault = only(check_pack(pack))
    lines = file.read_text("utf-8").splitlines()
    assert lines[fault.line - 1].strip() == "1 +"
    file.write_text(file.read_text("utf-8").replace("1 +\n    名称", "1 +\n    floor(名称)"), encoding="utf-8")
    assert file.read_text("utf-8").splitlines()[only(check_pack(pack)).line - 1].strip() == "floor(名称)"


def test_definitions_carry_their_types_to_where_they_are_used(faults: Faulty):
    definitions = {"甲": "乙", "乙": "登记.成立日期"}
    fault = only(faults(definitions=definitions, amount="甲 * 2"))
    assert (fault.code, fault.refusal.data["column"]) == ("feel_type_operator", 1)
    assert codes(faults(definitions={"甲": "登记.成立日期 * 2"})) == ["feel_type_operator"]


def test_a_cell_that_no_input_can_pass_is_refused(faults: Faulty, tmp_path: Path):
    rules = [["> 5", "1"], ['"大"', "2"], ["-", "名称 * 2"]]
    tables = {"表": {"inputs": ["登记.注册资本"], "outputs": ["金额"], "rules": rules, "reference": "一", "hit": "F"}}
    found = [one for one in faults(tables=tables, amount="表") if one.severity == "error"]
    lines = (tmp_path / "tiny" / "d0.yaml").read_text(encoding="utf-8").splitlines()
    assert [(one.code, lines[one.line - 1].strip(" -'")) for one in found] == [
        ("feel_type_test", '"大"'),
        ("feel_type_operator", "名称 * 2"),
    ]


def table(hit: str = "U", *outputs: str, **keys: object) -> Data:
    rules = [["-", *(outputs or ["1"])]]
    names = [f"出{i}" for i in range(len(rules[0]) - 1)]
    return {"表": {"inputs": ["上年"], "outputs": names, "rules": rules, "reference": "一", "hit": hit, **keys}}


@pytest.mark.parametrize(
    ("hit", "outputs", "amount", "expected"),
    [
        ("U", ["1"], "表", []),
        ("U", ['"甲"'], "表", ["pack_type_result"]),
        ("U", ["1", "2"], "表", ["pack_type_result"]),
        ("U", ["1", "2"], "表().出1", []),
        ("U", ["1", '"甲"'], "表().出1", ["pack_type_result"]),
        ("U", ["1", "2"], "表().出9", ["feel_type_entry"]),
        # A list of one number counts as that number in FEEL, but never as an amount.
        ("C", ["1"], "表", ["pack_type_result"]),
        ("C", ["1"], "表() * 2", ["feel_type_operator"]),
        ("C", ["1"], "sum(表())", []),
        ("C+", ["1"], "表", []),
        ("C#", ['"甲"'], "表", []),
        ("C>", ["评价日"], "表", ["pack_type_result"]),
        ("C+", ["1", "2"], "表", []),
        ("U", ["1"], "表(3)", ["feel_type_arguments"]),
    ],
)
def test_a_table_gives_what_its_hit_policy_makes_of_its_outputs(
    faults: Faulty, hit: str, outputs: list[str], amount: str, expected: list[str]
):
    assert codes(faults(tables=table(hit, *outputs), amount=amount)) == expected


def test_a_scale_takes_a_number(faults: Faulty):
    scale: Data = {"mode": "marginal", "brackets": [{"from": 0, "rate": "10%"}], "reference": "一"}
    assert codes(faults(scales={"档": scale}, amount="档(登记.注册资本)")) == []
    fault = only(faults(scales={"档": scale}, amount="档(登记.企业类型)"))
    assert (fault.code, fault.refusal.data["column"]) == ("feel_type_argument", 3)


def parameter(*values: object, unit: str = "") -> Data:
    dated = [{"from": date(2025, i + 1, 1), "value": one, "reference": "一"} for i, one in enumerate(values)]
    return {"值": {"unit": unit, "values": dated}}


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([1, 2], "", []),
        ([1, "甲"], "", ["pack_type_parameter"]),
        ([1, date(2025, 1, 1), 2], "", ["pack_type_parameter"]),
        ([True, "是"], "", ["pack_type_parameter"]),
        ([[1, 2], [3]], "", []),
        (["500万元"], "元", []),
        (["30%", 0.4], "比例", []),
        (["30%"], "元", ["pack_type_unit"]),
        (["500万元"], "比例", ["pack_type_unit"]),
        (["500万元"], "人", ["pack_type_unit"]),
        (["3年"], "月", ["pack_type_unit"]),
        (["3年"], "年", []),
        ([["1", "甲"]], "元", ["pack_type_unit"]),
        ([date(2025, 1, 1)], "日期", []),
        ([20], "日期", ["pack_type_unit"]),
        (["甲"], "元", ["pack_type_unit"]),
        (["甲"], "某单位", []),
        (["30元"], "元/平方米·月", []),
    ],
)
def test_the_values_of_a_parameter_are_of_one_kind_that_fits_its_unit(
    faults: Faulty, values: list[object], unit: str, expected: list[str]
):
    assert codes(faults(parameters=parameter(*values, unit=unit))) == expected


def test_a_fault_of_a_parameter_stands_at_its_value(faults: Faulty, tmp_path: Path):
    fault = only(faults(around={"parameters": parameter("5万元", "30%", unit="元")}))
    lines = (tmp_path / "tiny" / "d0.yaml").read_text(encoding="utf-8").splitlines()
    assert "2025-02-01" in lines[fault.line - 1]
    assert fault.clause == ""
    assert fault.text("en").startswith("The unit of the parameter “值” is “元”, which takes number")
    assert "（30%）" in fault.text("zh")


def test_a_parameter_on_a_day_has_its_type(faults: Faulty):
    around: Data = {"parameters": parameter("甲")}
    assert codes(faults(around=around, amount='参数值("值", 评价日)')) == ["pack_type_result"]
    assert codes(faults(around=around, amount='参数值("值", 上年)')) == ["feel_type_argument"]
    assert codes(faults(around={"parameters": parameter(5)}, amount='参数值("值", 评价日) * 2')) == []


def test_what_a_pack_adds_to_the_facts_is_typed(faults: Faulty):
    kind = {"zh": "批次", "en": "Lot", "holder": "ind", "record": "many", "of": ["enterprise"], "key": ["no"]}
    fields = {
        "no": {"zh": "批次号", "en": "No", "type": "text"},
        "done": {"zh": "完成", "en": "Done", "type": "flag"},
    }
    pack = {"facts": {"records": {"lot": kind}, "fields": {"lot": fields}}}
    assert codes(faults(pack=pack, amount="count(批次[完成])")) == []
    assert codes(faults(pack=pack, amount="count(lot[done])")) == []
    assert codes(faults(pack=pack, amount="count(批次[批次号])")) == ["feel_type_filter"]


def test_a_record_that_is_called_like_a_type_of_feel_keeps_its_own(faults: Faulty):
    kind = {"zh": "date", "en": "D", "holder": "ind", "record": "one", "of": ["enterprise"], "key": ["no"]}
    pack = {"facts": {"records": {"odd": kind}, "fields": {"odd": {"no": {"zh": "号", "en": "N", "type": "count"}}}}}
    assert codes(faults(pack=pack, amount="odd.号 + 1")) == []
    assert codes(faults(pack=pack, amount="odd.号 + 名称")) == ["feel_type_operator"]
    assert codes(faults(pack=pack, conditions=[{"label": "a", "when": "评价日 > 登记.成立日期"}])) == []


def test_rules_of_a_document_are_typed_where_they_stand_and_in_the_clauses_that_inherit_them(tmp_path: Path):
    rules = {"subject": ["enterprise"], "conditions": [{"label": "a", "when": "事件.级别 = 1"}]}
    first = clause(id="A", event=EVENT)
    second = clause(id="B", event={"each": "贷款", "as": "贷", "date": "贷.放款日期"}, without=["a"])
    # Over all clauses the event may be anything; in the one that keeps the rule it has a level that is text.
    third = clause(id="C", event={"each": "[{级别: 1}]", "as": "证", "date": "评价日"})
    found = check_pack(written(tmp_path, document(first, second, third, rules=rules)))
    assert [(one.code, one.clause) for one in found if one.severity == "error"] == [("feel_type_compare", "A")]


def test_definitions_of_a_document_are_typed_in_the_clauses_that_use_them(tmp_path: Path):
    around: Data = {"definitions": {"甲": "事件.级别 * 2", "乙": "甲 + 1"}}
    first = clause(id="A", event=EVENT, amount="乙")
    second = clause(id="B", event={"each": "[{级别: 1}]", "as": "证", "date": "评价日"}, amount="乙")
    found = check_pack(written(tmp_path, document(first, second, **around)))
    assert [(one.code, one.clause) for one in found if one.severity == "error"] == [("feel_type_operator", "A")]
    idle = clause(id="C", event=EVENT)
    found = check_pack(written(tmp_path, document(idle, second, **around), name="other"))
    assert codes(found) == []


def test_a_table_of_the_document_is_typed_in_the_clauses_that_use_it(tmp_path: Path):
    rules = [["> 5", "1"], ["-", "2"]]
    tables = {"表": {"inputs": ["事件.级别"], "outputs": ["金额"], "rules": rules, "reference": "一", "hit": "F"}}
    first = clause(id="A", event=EVENT, amount="表")
    second = clause(id="B", event={"each": "[{级别: 1}]", "as": "证", "date": "评价日"}, amount="表")
    found = check_pack(written(tmp_path, document(first, second, tables=tables)))
    assert [(one.code, one.clause) for one in found if one.severity == "error"] == [("feel_type_test", "A")]


def test_a_fault_of_a_document_is_told_once_however_many_clauses_use_it(tmp_path: Path):
    around: Data = {"definitions": {"甲": "事件.级别 * (名称 - 1)"}}
    first, second = clause(id="A", event=EVENT, amount="甲"), clause(id="B", event=EVENT, amount="甲")
    found = check_pack(written(tmp_path, document(first, second, **around)))
    assert {(one.code, one.clause) for one in found if one.severity == "error"} == {("feel_type_operator", "")}


def test_a_circle_of_names_is_told_as_such(faults: Faulty):
    found = faults(definitions={"甲": "乙 + 1", "乙": "甲 + 1"}, amount="甲 * 2")
    assert set(codes(found)) == {"pack_cycle"}


def test_a_definition_called_like_a_field_is_typed_by_the_field_inside_a_filter(faults: Faulty):
    assert codes(faults(definitions={"面积": "sum(房屋租赁[面积 > 5].面积)"}, amount="面积 * 2元")) == []


def test_what_is_not_known_is_not_held_against_a_pack(faults: Faulty):
    definitions = {"甲": "get value({a: 1}, 名称)", "乙": "if 登记.独立法人 then 1 else 名称"}
    assert codes(faults(definitions=definitions, amount="甲 + 乙")) == []
    assert codes(faults(event={"each": "登记", "as": "记", "date": "记.成立日期"}, amount="记.注册资本")) == []
    assert codes(faults(amount="null")) == []


def test_long_chains_and_high_formulas_come_to_an_end(faults: Faulty):
    chain: Data = {f"甲{i}": f"甲{i + 1} + 1" for i in range(90)}
    assert codes(faults(definitions={**chain, "甲90": "1"}, amount="甲0")) == []
    assert codes(faults(definitions={**chain, "甲90": "名称"}, amount="甲0"))[:1] == ["feel_type_operator"]
    assert codes(faults(definitions={"甲": "true" + " and true" * 200, "乙": "1" + "[1]" * 150})) == []
    assert codes(faults(definitions={"甲": "[" * 100 + "{甲: 1}" + "]" * 100, "乙": "甲.甲"})) == []


def test_other_faults_do_not_hide_faults_of_types(faults: Faulty):
    found = faults(definitions={"甲": "没有这个名", "乙": "甲 * 2"}, amount="名称 * 2", cap="乙")
    assert sorted(codes(found)) == ["feel_type_operator", "pack_name_unknown"]
