"""The corners of packs as models and back: every shape of formula, names that clash, marks that look like marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine.policy.dmn.small_models import decision_text, pack_with, same_as_engine
from tests.engine.policy.dmn.test_dmn_import_foreign import filled, outcomes, written
from tests.engine.policy.tiny_packs import AS_OF, clause, document
from tests.engine.policy.tiny_packs import written as tiny

from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Scalar
from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.feel import FeelError, ast, parse
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.policy import load_packs
from yanlian.engine.policy.dmn import export_model, import_model, inputs_of, model_of
from yanlian.engine.policy.dmn.export_files import export_documents
from yanlian.engine.policy.dmn.export_shelf import Shelf, word
from yanlian.engine.policy.dmn.export_tables import constant_text, type_of
from yanlian.engine.policy.dmn.import_boxes import box_text
from yanlian.engine.policy.dmn.import_tables import Strange, constant, parameter_values
from yanlian.engine.policy.dmn.marks import mark_of, marked, unmarked
from yanlian.engine.policy.dmn.yaml_text import listing, mapped, scalar, tree_text
from yanlian.engine.policy.tree import read_tree

LENDING = Path(__file__).parents[3] / "kit" / "compliance-level-3" / "0004-lending" / "0004-lending.dmn"
RECORDS = {"en": "R", "holder": "sci", "record": "many", "of": ["enterprise"]}
TAX = {
    "税务年报": [
        {"年度": 2023, "营业收入": "1000万元", "研发费用": "50万元"},
        {"年度": 2024, "营业收入": "2000万元", "研发费用": "300万元"},
    ],
    "科技资质": [
        {"类别": "重点实验室", "级别": "省级", "证书编号": "A", "认定日期": date(2025, 3, 1), "有效期至": None}
    ],
}


@pytest.mark.parametrize(
    "amount",
    [
        "sum(for 报 in tax_year return 报.revenue)",
        "sum(for 报 in 税务年报, n in 1..2 return 报.营业收入 * n)",
        "sum(for n in 1..3 return if n = 1 then 1 else partial[-1] * 2)",
        'if some 报 in tax_year satisfies 报.revenue > 1500万元 then 1 else 2',
        'if (every 报 in tax_year satisfies 报.rd_deduction > 100万元) then 1 else 2',
        "sort(tax_year.revenue, function(甲, 乙) 甲 > 乙)[1]",
        "{最大: max(tax_year.revenue), 两倍: 最大 * 2}.两倍",
        "{报: tax_year[2]}.报.revenue",
        "(for 报 in tax_year return {收: 报.revenue, 报: 报})[收 > 1500万元][1].报.revenue",
        "[tax_year[1], tax_year[2]][revenue > 1500万元][1].revenue",
        "(if 1 > 2 then tax_year else tax_year)[item.revenue > 1500万元][1].revenue",
        "concatenate(tax_year, [])[revenue > 1500万元][1].revenue",
        "if uscc = null and kind = \"enterprise\" then 1 else 2",
        'if 本区 = "370212" and 文件生效日 = date(2025, 1, 1) and 文件失效日 = null then 前年 else 评价年度',
        '(function(x) x * 2)(sum(税务年报.营业收入))',
        "if -sum(税务年报.营业收入) < 0 and 1 in [0..2] then 1 else 2",
        'if 税务年报[1] instance of context<年度: number> then 1 else 2',
        'if 税务年报[1].年度 between 2000 and 2100 then 1 else 2',
        '两档(sum(税务年报.营业收入)) + 两档(x: 5)',
        "平方(3) + 表()",
        "标准",
        "if 档() = {甲: 1, 乙: 2} then 5 else 6",
        'string length("重点") * 1',
    ],
)  # fmt: skip
def test_every_shape_of_formula_gives_the_same_in_the_model(tmp_path: Path, amount: str) -> None:
    around = {
        "scales": {
            "两档": {"mode": "marginal", "brackets": [{"from": 0, "rate": "10%"}, {"from": "100万元", "rate": "5%"}]}
        },
        "tables": {
            "表": {"inputs": ["主体类型"], "outputs": ["额"], "rules": [['not("person")', "1元"]]},
            "档": {"inputs": ["主体类型"], "outputs": ["甲", "乙"], "rules": [["-", 1, 2]]},
        },
        "definitions": {"平方": "function(甲) 甲 * 甲"},
        "parameters": {"标准": {"values": [{"from": date(2024, 1, 1), "value": 7}]}},
    }
    same_as_engine(pack_with(tmp_path, around=around, amount=amount), TAX)


@pytest.mark.parametrize(
    "amount",
    [
        "sort(tax_year, function(甲, 乙) 甲.revenue > 乙.revenue)[1].revenue",
        "sort(list: tax_year, precedes: function(甲, 乙) 甲.revenue > 乙.revenue)[1].revenue",
    ],
)
def test_the_members_that_a_function_is_given_are_records(tmp_path: Path, amount: str) -> None:
    packs = pack_with(tmp_path, amount=amount)
    said = amount.replace("tax_year", "税务年报").replace("revenue", "营业收入")
    assert decision_text(model_of(packs, "T-01"), "算得金额") == said


def test_a_worked_case_may_fix_a_parameter(tmp_path: Path) -> None:
    around = {"parameters": {"标准": {"values": [{"from": date(2025, 1, 1), "value": 7}]}}}
    packs = pack_with(tmp_path, around=around, amount="标准")
    model = export_model(packs, "T-01", parameters={"标准": Decimal(9)}).model
    assert program(model).evaluate(["T_01_金额"], {"评价日": AS_OF}).values["T_01_金额"] == Decimal(9)


def test_a_parameter_without_values_and_an_empty_scale_are_null_and_zero(tmp_path: Path) -> None:
    around = {
        "parameters": {"标准": {"values": []}},
        "scales": {"空": {"mode": "whole", "brackets": []}},
    }
    same_as_engine(pack_with(tmp_path, around=around, amount="空(5) + 1"), {})
    same_as_engine(pack_with(tmp_path / "b", around=around, amount="标准"), {})


def test_a_field_that_is_called_like_the_day_does_not_hide_it(tmp_path: Path) -> None:
    grades = [
        {"证书编号": "A", "评价年度": year, "评价日期": date(year, 6, 1), "评价等级": "优秀"} for year in (2024, 2025)
    ]
    packs = pack_with(tmp_path, amount="count(绩效评价) * 1元")
    same_as_engine(packs, {"绩效评价": grades})
    facts = {
        "records": {"r": {**RECORDS, "zh": "年检", "period": "y"}},
        "fields": {"r": {"y": {"zh": "评价年度", "en": "Y", "type": "year"}}},
    }
    packs = pack_with(tmp_path / "own", pack={"facts": facts}, amount="count(年检) * 1元")
    same_as_engine(packs, {"年检": [{"评价年度": 2024}, {"评价年度": 2026}]})


def test_records_without_a_period_are_inputs_as_they_are(tmp_path: Path) -> None:
    facts = {
        "records": {"r": {**RECORDS, "zh": "名单", "key": ["n"]}},
        "fields": {"r": {"n": {"zh": "号", "en": "N", "type": "text"}}},
    }
    packs = pack_with(tmp_path, pack={"facts": facts}, amount="count(名单) * 1元")
    same_as_engine(packs, {"名单": [{"号": "1"}, {"号": "2"}]})
    assert "名单" in {one.name for one in model_of(packs, "T-01").inputs}


def test_a_list_that_lacks_a_period_is_null_for_the_model(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, amount="count(税务年报) * 1元")
    model = model_of(packs, "T-01")
    dossier = dossier_of_case(packs.schema, {"税务年报": "未知", "登记": {"登记状态": "未知"}}, "enterprise", AS_OF)
    assert inputs_of(model, dossier)["全部税务年报"] is None
    assert program(model).evaluate(["T_01_结论"], inputs_of(model, dossier)).values["T_01_结论"]["结论"] == "manual"


def test_a_shared_name_that_cannot_be_said_is_noted(tmp_path: Path) -> None:
    packs = pack_with(tmp_path, around={"definitions": {"难": '记录(科技资质, "证书" + "编号", "A")'}})
    notes = {note.code: note.data.get("name") for note in export_model(packs, "T").notes}
    assert notes["dmn_pack_name_left"] == "难"


def test_a_kept_name_gets_a_number_when_it_is_taken_twice() -> None:
    shelf = Shelf()
    assert [shelf.claim("上年研发", "A-1") for _ in range(4)] == [
        "上年研发",
        "上年研发_A_1",
        "上年研发_A_1_2",
        "上年研发_A_1_3",
    ]
    assert (word("3 年"), word("（）"), shelf.claim("date")) == ("N_3_年", "N_", "date_2")


def test_constants_of_packs_are_literals_of_feel_and_back() -> None:
    values = (None, True, False, Decimal("1.50"), Decimal(-3), date(2025, 1, 2), '甲"乙', (Decimal(1), "b"))
    for value in values:
        tree = constant(parse(constant_text(value)))
        text = tree_text(mapped(v=tree))
        assert text.startswith("v: ")
    assert [type_of([value]) for value in values] == [
        "",
        "boolean",
        "boolean",
        "number",
        "number",
        "date",
        "string",
        "Any",
    ]
    assert type_of([Decimal(1), "a"]) == ""
    assert constant(parse('@"2025-01-02"')) == Scalar("2025-01-02", 0)
    for strange in ("a", "1 + 1", 'date("x")', "date(1, 2, 3)", "date(x)"):
        with pytest.raises(Strange):
            constant(parse(strange))


@pytest.mark.parametrize("test", ["< 5", "5", "not(>= 5)", '(date("2025-01-01")..date("2026-01-01"))', "-", "> 3"])
def test_rows_that_say_no_first_day_are_no_values_of_a_parameter(test: str) -> None:
    rule = dmn.RuleRow((dmn.LiteralExpression(test),), (dmn.LiteralExpression("1"),))
    table = dmn.DecisionTable((dmn.InputClause(dmn.LiteralExpression("日期")),), (dmn.OutputClause(),), (rule,))
    with pytest.raises(Strange):
        parameter_values(table, Mapped(0), _Nothing())
    with pytest.raises(Strange):
        parameter_values(replace(table, outputs=()), Mapped(0), _Nothing())


class _Nothing:
    def formula(self, text: str) -> str:
        return text

    def tests(self, text: str) -> str:
        return text

    def name(self, name: str) -> str:
        return name


def test_yaml_text_reads_back_as_the_same_tree() -> None:
    text = "a: '370212'\nb: [x, '1', {c: null}]\nd: |\n  two\n  lines\ne: ''\nf: []\ng: {}\nh:\n- [1, 2]\n- k: v\n"
    again = read_tree(tree_text(read_tree(text)))
    assert _plain(again) == _plain(read_tree(text))
    assert tree_text(listing([scalar(True), scalar(None), scalar("null"), scalar(date(2025, 1, 1))])) == (
        "[true, null, 'null', 2025-01-01]\n"
    )


def _plain(tree: object) -> object:
    if isinstance(tree, Scalar):
        return (tree.text, tree.plain)
    if isinstance(tree, Listing):
        return [_plain(one) for one in tree.items]
    assert isinstance(tree, Mapped)
    return {key: _plain(entry.value) for key, entry in tree.entries.items()}


def test_a_mark_may_hold_what_looks_like_a_mark() -> None:
    inner = 'yanlian: {"of": ["x"]}'
    text = marked(f"说明 yanlian: 无\n{inner} 等", {"files": {"a.yaml": f"note: '{inner}'\n"}})
    assert mark_of(text)["files"] == {"a.yaml": f"note: '{inner}'\n"}
    assert unmarked(text) == f"说明 yanlian: 无\n{inner} 等"
    assert mark_of("yanlian: " + "[" * 100_000) == {}


def changed(model: dmn.Model, label: str, logic: dmn.BoxedExpression) -> dmn.Model:
    decisions = tuple(replace(one, expression=logic) if one.label == label else one for one in model.decisions)
    return replace(model, decisions=decisions)


def test_changes_to_names_of_pack_yaml_and_of_other_documents_find_their_file_or_are_named(tmp_path: Path) -> None:
    one = document(clause(amount='共有 + 别处 + 记录(科技资质, "证书编号", "A").认定日期.year * 0'))
    other = document(clause(id="O-01"), document={"id": "O"}, definitions={"别处": {"is": "1元", "shared": True}})
    folder = tiny(tmp_path, one, other, definitions={"共有": "1元"})
    packs = load_packs([folder])
    kept = {"files": {name: (folder / name).read_text(encoding="utf-8") for name in ("pack.yaml", "d0.yaml")}}
    model = export_model(packs, "T", kept=kept).model
    found = import_model(changed(model, "共有", dmn.LiteralExpression("2")))
    assert [note.code for note in found.notes] == ["dmn_import_taken"]
    assert "共有: 2" in found.files["pack.yaml"]
    found = import_model(changed(model, "别处", dmn.LiteralExpression("2")))
    assert [note.code for note in found.notes] == ["dmn_import_left"]
    text = '共有 + 记录_唯一证书编号(科技资质, "B").认定日期.year + count(全部科技资质)'
    found = import_model(changed(model, "算得金额", dmn.LiteralExpression(text)))
    assert '记录(科技资质, "证书编号", "B")' in found.files["d0.yaml"]
    assert "count(科技资质)" in found.files["d0.yaml"]
    function = dmn.BoxedFunction((), dmn.LiteralExpression("1"))
    broken = tuple(replace(k, function=function) if k.name.startswith("记录") else k for k in model.knowledge)
    found = import_model(replace(model, knowledge=broken))
    assert [note.code for note in found.notes] == ["dmn_import_left"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("d0.yaml", "- a list", "dmn_import_file"),
        ("d0.yaml", "a: [", "pack_yaml"),
    ],
)
def test_a_file_in_a_description_that_is_no_pack_is_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    packs = load_packs([tiny(tmp_path, document(clause()))])
    model = export_model(packs, "T", kept={"files": {name: text}}).model
    with pytest.raises(Refused) as refused:
        import_model(changed(model, "算得金额", dmn.LiteralExpression("2")))
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["document: {}", "clauses: [{id: X}]", "clauses: [{id: T-01, conditions: []}]"])
def test_a_file_without_the_part_that_was_changed_leaves_it_and_says_so(tmp_path: Path, text: str) -> None:
    rules = {"conditions": [{"label": "总是", "when": "true"}], "definitions": {"甲": "1"}, "amount": "甲"}
    packs = load_packs([tiny(tmp_path, document(clause(**rules)))])
    model = export_model(packs, "T", kept={"files": {"d0.yaml": text}}).model
    for label in ("总是", "甲"):
        found = import_model(changed(model, label, dmn.LiteralExpression("2")))
        assert [note.code for note in found.notes] == ["dmn_import_left"]


def test_a_formula_that_became_a_box_is_left(tmp_path: Path) -> None:
    packs = load_packs([tiny(tmp_path, document(clause()))])
    kept = {"files": {"d0.yaml": (tmp_path / "tiny" / "d0.yaml").read_text(encoding="utf-8")}}
    model = export_model(packs, "T", kept=kept).model
    found = import_model(changed(model, "算得金额", dmn.BoxedList(())))
    assert [(note.code, note.data["reason"]) for note in found.notes] == [("dmn_import_left", "BoxedList")]


def test_documents_are_written_one_file_each_with_progress(tmp_path: Path) -> None:
    packs = load_packs([tiny(tmp_path, document(clause()), document(clause(id="O-01"), document={"id": "O"}))])
    steps: list[tuple[int, int]] = []
    found = list(
        export_documents(packs, "tiny", tmp_path / "out", None, lambda done, total: steps.append((done, total)))
    )
    assert steps == [(1, 2), (2, 2)]
    assert [(one.file.name, one.clauses) for one in found] == [("O.dmn", 1), ("T.dmn", 1)]
    assert read_model(found[1].file.read_bytes()).shapes


# Models made elsewhere


def text(feel: str) -> dmn.LiteralExpression:
    return dmn.LiteralExpression(feel)


def test_names_that_become_the_same_word_stay_apart(tmp_path: Path) -> None:
    model = dmn.Model(
        "Clash",
        "urn:c",
        items=(dmn.ItemDefinition("t", components=tuple(dmn.ItemDefinition(n, "number") for n in ("a b", "a_b"))),),
        inputs=(dmn.InputData("登记", "t"), dmn.InputData("x y", "number"), dmn.InputData("x_y", "number")),
        decisions=(
            dmn.Decision("Risk level", text("登记.a b")),
            dmn.Decision("Risk-level", text("登记.a_b + x y * 10 + x_y * 100")),
            dmn.Decision("All", text("[Risk level, Risk-level]"), requirements=(
                dmn.Requirement("decision", "#Risk level"), dmn.Requirement("decision", "#Risk-level"),
            )),
        ),
    )  # fmt: skip
    packs = filled(written(import_model(model), tmp_path))
    facts = {"登记_2": {"a_b": 1, "a_b_2": 2}, "模型输入": {"x_y": 3, "x_y_2": 4}}
    assert outcomes(packs, facts) == {"All": ["1", "432"]}


def test_a_decision_called_like_a_function_of_feel_does_not_take_its_place(tmp_path: Path) -> None:
    model = dmn.Model("Names", "urn:n", decisions=(dmn.Decision("count", text("count([1, 2])")),))
    assert outcomes(filled(written(import_model(model), tmp_path)), {}) == {"count": "2"}


def test_types_that_lead_to_others_or_in_a_circle_are_followed_to_an_end(tmp_path: Path) -> None:
    items = (
        dmn.ItemDefinition("tA", "tB"),
        dmn.ItemDefinition("tB", components=(dmn.ItemDefinition("n", "tN"), dmn.ItemDefinition("in", "tC"))),
        dmn.ItemDefinition("tC", components=(dmn.ItemDefinition("m", "string"),)),
        dmn.ItemDefinition("tN", "number"),
        dmn.ItemDefinition("tLoop", components=(dmn.ItemDefinition("again", "tLoop"),)),
        dmn.ItemDefinition("tRound", "tRound"),
        dmn.ItemDefinition("tMany", components=(dmn.ItemDefinition("list", "tN", is_collection=True),)),
        dmn.ItemDefinition("tLists", components=(dmn.ItemDefinition("in", "tList"),)),
        dmn.ItemDefinition("tList", "tC", is_collection=True),
    )
    refs = ("tA", "tLoop", "tRound", "tMany", "tLists", "feel:number", "")
    inputs = tuple(dmn.InputData(f"i{number}", ref) for number, ref in enumerate(refs))
    model = dmn.Model("Types", "urn:t", items=items, inputs=inputs, decisions=(dmn.Decision("d", text("i0.in.m")),))
    imported = import_model(model)
    bad = [note.data["name"] for note in imported.notes if note.code == "dmn_import_input"]
    assert bad == ["i1", "i2", "i3", "i4", "i6"]
    assert outcomes(filled(written(imported, tmp_path)), {"i0": {"n": 1, "in_m": "x"}}) == {"d": "x"}


def rows(*cells: tuple[str, ...]) -> tuple[dmn.RuleRow, ...]:
    return tuple(dmn.RuleRow((text(row[0]),), tuple(map(text, row[1:]))) for row in cells)


def test_tables_inside_other_logic_keep_several_outputs_and_defaults() -> None:
    outputs = (dmn.OutputClause("a", default=text("0")), dmn.OutputClause("b", default=text('"-"')))
    table = dmn.DecisionTable((dmn.InputClause(text("5")),), outputs, rows(("> 9", "1", '"x"')))
    assert box_text(table, ()) == 'if 5 in (> 9) then {a: 1, b: "x"} else {a: 0, b: "-"}'
    bare = replace(table, outputs=(dmn.OutputClause("a"), dmn.OutputClause("b")))
    assert box_text(bare, ()).endswith("else null")
    with pytest.raises(Strange):
        box_text(replace(bare, hit_policy="C"), ())
    with pytest.raises(Strange):
        box_text(replace(bare, hit_policy="P"), ())
    with pytest.raises(FeelError):
        box_text(text("1 +"), ())
    assert box_text(None, ()) == box_text(text(" "), ()) == "null"


def test_logic_that_could_not_be_read_is_named_and_a_change_to_it_is_left(tmp_path: Path) -> None:
    unread = dmn.Unreadable(Refused("dmn_pack_unknown", found="x", nearest="y"))
    found = import_model(dmn.Model("Unread", "urn:u", decisions=(dmn.Decision("d", unread),)))
    assert [note.code for note in found.notes] == ["dmn_import_element", "dmn_import_to_fill"]
    packs = load_packs([tiny(tmp_path, document(clause()))])
    kept = {"files": {"d0.yaml": (tmp_path / "tiny" / "d0.yaml").read_text(encoding="utf-8")}}
    found = import_model(changed(export_model(packs, "T", kept=kept).model, "算得金额", unread))
    assert [note.code for note in found.notes] == ["dmn_import_left"]


def test_a_call_that_is_no_table_or_cannot_be_read_stays_a_call(tmp_path: Path) -> None:
    table = dmn.DecisionTable((dmn.InputClause(text("x")),), (dmn.OutputClause(),), rows(("> 1", "x")))
    broken = replace(table, rules=rows(("> ", "x")))

    def function(name: str, body: dmn.BoxedExpression) -> dmn.BusinessKnowledge:
        return dmn.BusinessKnowledge(name, dmn.BoxedFunction((dmn.Parameter("x"),), body))

    def call(name: str, inner: str) -> dmn.Decision:
        needs = (dmn.Requirement("knowledge", f"#{inner}"),)
        return dmn.Decision(name, dmn.BoxedInvocation(text(inner), (dmn.Binding("x", text("2")),)), requirements=needs)

    model = dmn.Model(
        "Calls",
        "urn:c",
        decisions=(call("one", "f"), call("two", "g"), call("three", "h")),
        knowledge=(function("f", text("x + 1")), function("g", broken), function("h", table)),
    )
    imported = import_model(model)
    assert [note.data.get("name") for note in imported.notes if note.code == "dmn_import_element"] == ["g"]
    names = filled(written(imported, tmp_path)).documents[0].source.names
    assert (set(names.definitions), set(names.tables)) == ({"one", "two", "f", "g"}, {"three"})


@pytest.mark.parametrize("score", [600, 300])
def test_the_kits_lending_model_becomes_a_pack_with_the_same_results(tmp_path: Path, score: int) -> None:
    model = read_model(LENDING.read_bytes(), "lending")
    packs = filled(written(import_model(model), tmp_path))
    monthly = {"Income": 6000, "Expenses": 1000, "Repayments": 500}
    applicant = {"Age": 40, "MaritalStatus": "M", "EmploymentStatus": "EMPLOYED", "ExistingCustomer": False}
    product = {"ProductType": "STANDARD LOAN", "Rate": Decimal("0.08"), "Term": 36, "Amount": 100_000}
    bureau = {"CreditScore": score, "Bankrupt": False}
    inputs = {
        "ApplicantData": {**applicant, "Monthly": monthly},
        "BureauData": bureau,
        "RequestedProduct": product,
        "SupportingDocuments": "yes",
    }
    said = program(model).evaluate(["Strategy", "Routing", "Adjudication"], inputs)
    facts = {
        "ApplicantData": {**applicant, **{f"Monthly_{key}": value for key, value in monthly.items()}},
        "BureauData": bureau,
        "RequestedProduct": {**product, "Rate": "0.08"},
    }
    assert outcomes(packs, facts) == said.values
    assert all(value is not None for value in said.values.values())


def test_a_number_and_a_name_are_what_they_are() -> None:
    assert isinstance(parse(constant_text(Decimal("1E+3"))), ast.Number)
    assert constant_text(Decimal("1E+3")) == "1000"
