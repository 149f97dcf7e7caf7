"""Every fault of a pack is told, with its file, line and clause, and what comes nearest."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import clause, codes, document, run, written

from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults, check_pack, load_packs

TEXT = """\
document:
  id: F-1
  title: 办法
  status: in_force
  valid_from: 2025-01-01
  valid_to: 2024-01-01
  source: {grade: A}
rules:
  subject: [enterprise]
  gates:
    - {label: 甲, when: 登记.注册区画 = 本区}
parameters:
  门槛:
    unit: 元
    values:
      - {from: 2025-01-01, value: 1000万元}
clauses:
  - id: F-1-01
    title: 一
    text: 原文
    department: sci
    delivery: AUTO
    amuont: 5
    conditions:
      - label: 乙
        when: |
          登记.注册资本 > 0
          and 注册资金 > 1
    amount: 门坎 * 2
    cases:
      - {name: 例, as_of: 2025-06-01, expect: {outcome: eligible}}
  - id: F-1-02
    title: 二
    text: 原文
    department: scii
    delivery: AUTO
    amount: (1 + 2
    cases:
      - {name: 例, as_of: 2025-06-01, facts: {登记: {注册资本: 很多}}, expect: {outcome: eligible}}
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    pack = written(tmp_path)
    (pack / "f1.yaml").write_text(TEXT, encoding="utf-8")
    return pack


def test_all_faults_are_told_with_file_line_and_clause(faulty):
    found = {(f.file, f.line, f.clause, f.code) for f in check_pack(faulty)}
    assert found == {
        ("f1.yaml", 6, "", "pack_dates_inverted"),
        ("f1.yaml", 11, "", "pack_field_unknown"),
        ("f1.yaml", 16, "", "pack_no_reference"),
        ("f1.yaml", 23, "F-1-01", "pack_key_unknown"),
        ("f1.yaml", 28, "F-1-01", "pack_name_unknown"),
        ("f1.yaml", 29, "F-1-01", "pack_name_unknown"),
        ("f1.yaml", 32, "F-1-02", "pack_department_unknown"),
        ("f1.yaml", 37, "F-1-02", "feel_syntax"),
    }


@pytest.mark.parametrize(
    ("department", "key"),
    [("工信局", "ind"), ("崂山区工信局", "ind"), ("工信", "ind"), ("税务局", "tax"), ("scii", "sci")],
)
def test_a_department_by_its_name_is_answered_with_its_key(tmp_path, department, key):
    [fault] = check_pack(written(tmp_path, document(clause(department=department))))
    assert (fault.code, fault.refusal.data["nearest"]) == ("pack_department_unknown", key)


def test_a_clause_with_when_is_told_of_conditions(tmp_path):
    found = check_pack(written(tmp_path, document(clause(when="true"))))
    assert [one.refusal.data["nearest"] for one in found if one.code == "pack_key_unknown"] == ["conditions"]


def test_hints_name_what_comes_nearest(faulty):
    texts = {fault.line: fault.text("en") for fault in check_pack(faulty)}
    assert "注册区划" in texts[11]
    assert "amount" in texts[23]
    assert "门槛" in texts[29]
    assert "sci" in texts[32]


def test_a_fault_reads_as_file_and_line_in_both_languages(faulty):
    fault = next(f for f in check_pack(faulty) if f.line == 23)
    assert fault.line_text("zh").startswith("tiny/f1.yaml:23: 错误 [F-1-01]: ")
    assert fault.line_text("en").startswith("tiny/f1.yaml:23: error [F-1-01]: ")


def test_loading_raises_all_faults_at_once(faulty):
    with pytest.raises(PackFaults) as raised:
        load_packs([faulty])
    assert len(raised.value.faults) == 8
    assert "f1.yaml:29" in str(raised.value)


def test_facts_of_cases_are_checked_against_the_schema(faults):
    case = {"name": "例", "as_of": date(2025, 6, 1), "facts": {"登记": {"注册资本": "很多"}}, "expect": {}}
    assert codes(faults(cases=[case])) == ["figure_unreadable"]
    case = {"name": "例", "as_of": date(2025, 6, 1), "facts": {"登己": {}}, "expect": {}}
    assert codes(faults(cases=[case])) == ["case_fact_unknown"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ({"id": None}, "pack_key_missing"),
        ({"amount": None}, "pack_key_missing"),
        ({"amount": "1", "parts": [{"label": "a", "amount": "1"}]}, "pack_contradiction"),
        ({"gate_only": True}, "pack_contradiction"),
        ({"result": "1"}, "pack_contradiction"),
        ({"parameters_on": "event"}, "pack_contradiction"),
        ({"delivery": "SOON"}, "pack_word"),
        ({"subject": ["company"]}, "pack_word"),
        ({"without": ["没有"]}, "pack_word"),
        ({"stacking": {"group": "a", "per": "month"}}, "pack_word"),
        ({"rounding": {"to": "角"}}, "pack_word"),
        ({"caps": [{"label": "a", "over": "group", "per": "year", "amount": "1"}]}, "pack_cap_group"),
        ({"caps": [{"label": "a", "over": "clause", "per": "year", "amount": "1", "name": "x"}]}, "pack_cap_group"),
        ({"conditions": [{"label": "a", "when": "true"}, {"label": "a", "when": "true"}]}, "pack_label_twice"),
        ({"conditions": {"label": "a"}}, "pack_value"),
        ({"conditions": [{"label": "a", "when": ["x"]}]}, "pack_feel_shape"),
        ({"gate_only": "perhaps"}, "pack_value"),
        ({"amount": "now().year"}, "pack_clock"),
        ({"amount": "today().year"}, "pack_clock"),
        ({"amount": "没有()"}, "pack_name_unknown"),
        ({"amount": '参数值("没有", 评价日)'}, "pack_name_unknown"),
        ({"amount": "事件.金额"}, "pack_name_unknown"),
        ({"amount": "税务年报[年份 = 2024][1].营业收入"}, "pack_name_unknown"),
        ({"amount": "税务年报[年度 = 2024][1].营收"}, "pack_field_unknown"),
        ({"amount": "sum(for 年 in 税务年报 return 年.营收)"}, "pack_field_unknown"),
        ({"amount": "if some 年 in 税务年报 satisfies 年.营收 > 1 then 1 else 2"}, "pack_field_unknown"),
        ({"amount": '记录(科技资质, "证书号", "1").级别'}, "pack_field_unknown"),
        ({"amount": '记录(科技资质, "证书编号", "1").等级'}, "pack_field_unknown"),
        ({"definitions": {"甲": "乙", "乙": "甲"}, "amount": "甲"}, "pack_cycle"),
        ({"definitions": {"税务年报": "1"}}, "pack_name_clash"),
        ({"definitions": {"评价日": "1"}}, "pack_name_clash"),
        ({"definitions": {"sum": "1"}}, "pack_name_clash"),
        ({"definitions": {"2甲": "1"}}, "pack_name_bad"),
        ({"definitions": {"if": "1"}}, "pack_name_bad"),
        ({"evidence": [{"data": "文件", "held_by": "nobody"}]}, "pack_department_unknown"),
        ({"tables": {"表": {"inputs": ["1"], "outputs": ["a"], "rules": [["-"]]}}}, "pack_table_row"),
        (
            {"tables": {"表": {"inputs": ["1"], "outputs": ["a"], "rules": [["-", "1"], ["-", "2"]]}}},
            "table_identical",
        ),
        ({"tables": {"表": {"hit": "Z", "inputs": ["1"], "outputs": ["a"], "rules": [["-", "1"]]}}}, "pack_word"),
        (
            {"tables": {"表": {"hit": "P", "inputs": ["1"], "outputs": ["a"], "rules": [["-", "1"]]}}},
            "pack_table_ranks",
        ),
        ({"scales": {"档": {"mode": "whole", "brackets": [{"from": 0}]}}}, "pack_bracket"),
        ({"scales": {"档": {"mode": "marginal", "brackets": [{"from": 0, "amount": 1}]}}}, "pack_bracket"),
        (
            {"scales": {"档": {"mode": "whole", "brackets": [{"from": 5, "rate": 1}, {"from": 5, "rate": 2}]}}},
            "pack_scale_order",
        ),
        (
            {
                "parameters": {
                    "参": {
                        "values": [
                            {"from": date(2025, 2, 1), "value": 1, "reference": "a"},
                            {"from": date(2025, 1, 1), "value": 2, "reference": "b"},
                        ]
                    }
                }
            },
            "pack_dates_order",
        ),
    ],
)
def test_what_is_wrong_with_a_clause(faults, keys, code):
    assert code in codes(faults(**keys))


def test_text_without_its_own_quotes_is_explained(faults):
    # The quotes of YAML are gone before FEEL sees the cell.
    pack_faults = faults(tables={"表": {"inputs": ["登记.行业代码"], "outputs": ["a"], "rules": [["省级 ", "1"]]}})
    assert codes(pack_faults) == ["pack_text_unquoted"]


def test_what_a_careful_writer_adds_is_a_warning(faults):
    found = faults(cases=None, text=None, around={"document": {"source": None}})
    assert codes(found) == []
    assert sorted(codes(found, "warning")) == ["pack_no_cases", "pack_no_source", "pack_no_text"]


def test_an_event_of_another_clause_cannot_be_reached(tmp_path):
    table = {"inputs": ["证.级别"], "outputs": ["金额"], "rules": [['"省级"', "10"]], "reference": "a"}
    event = {"each": "科技资质", "as": "证", "date": "证.认定日期"}
    pack = written(
        tmp_path, document(clause(id="A", event=event, amount="表"), clause(id="B", amount="表"), tables={"表": table})
    )
    [fault] = [f for f in check_pack(pack) if f.severity == "error"]
    assert (fault.code, fault.clause) == ("pack_event_elsewhere", "B")


def test_ids_are_unique_over_documents_and_packs(tmp_path):
    first = written(tmp_path, document(clause()), name="a", pack={"id": "a", "title": "甲", "district": "1"})
    second = written(
        tmp_path,
        document(clause(), document={"id": "U"}),
        name="b",
        pack={"id": "b", "title": "乙", "district": "1"},
    )
    with pytest.raises(PackFaults) as raised:
        load_packs([first, second])
    assert [f.code for f in raised.value.faults] == ["pack_id_twice"]


# Several packs


def test_shared_names_of_a_required_pack_can_be_used_and_others_cannot(tmp_path):
    names = {"definitions": {"基数": {"is": "门槛 * 2", "shared": True}, "门槛": "50"}}
    written(tmp_path, document(document={"id": "N"}, **names), name="national")
    user = {"id": "user", "title": "用", "district": "1", "requires": ["national"]}
    mine = document(clause(id="M", definitions={"门槛": "1"}, amount="基数 + 门槛"), document={"id": "U"})
    # The clause of the required pack has the same id as none here; its own 门槛 is not ours.
    packs = load_packs([written(tmp_path, mine, name="user", pack=user)])
    assert [pack.id for pack in packs.packs] == ["national", "user"]
    assert [o.amount_fen for o in run(packs, {}) if o.clause == "M"] == [10100]
    hidden = document(clause(id="M", amount="门槛"), document={"id": "U"})
    assert codes(check_pack(written(tmp_path, hidden, name="user", pack=user))) == ["pack_name_unknown"]


def test_names_of_pack_yaml_serve_all_documents(tmp_path):
    pack = written(tmp_path, document(clause(amount="基数")), definitions={"基数": "7"})
    assert run(load_packs([pack]), {})[0].amount_fen == 700


def test_a_required_pack_that_is_nowhere_is_a_fault(tmp_path):
    head = {"id": "user", "title": "用", "district": "1", "requires": ["nowhere"]}
    assert codes(check_pack(written(tmp_path, document(), name="user", pack=head))) == ["pack_require_unknown"]


def test_packs_that_require_each_other_are_a_fault(tmp_path):
    for name, other in (("a", "b"), ("b", "a")):
        head = {"id": name, "title": name, "district": "1", "requires": [other]}
        written(tmp_path, document(clause(id=name), document={"id": name.upper()}), name=name, pack=head)
    assert "pack_cycle" in codes(check_pack(tmp_path / "a"))


def test_a_pack_may_add_facts(tmp_path):
    facts = {
        "records": {
            "wafer": {
                "zh": "流片批次",
                "en": "Wafer run",
                "holder": "ind",
                "record": "many",
                "of": ["enterprise"],
                "key": ["n"],
            }
        },
        "fields": {"wafer": {"n": {"zh": "片数", "en": "Wafers", "type": "count"}}},
    }
    pack = written(tmp_path, document(clause(amount="sum(流片批次.片数) * 100")), facts=facts)
    assert run(load_packs([pack]), {"流片批次": [{"片数": 3}, {"片数": 4}]})[0].amount_fen == 70000


def test_a_pack_cannot_change_facts_that_are_there(tmp_path):
    facts = {"fields": {"registration": {"status": {"zh": "登记状态", "en": "Status", "type": "text"}}}}
    assert codes(check_pack(written(tmp_path, document(), facts=facts))) == ["fact_exists"]


def spent(kind):
    return {"支出凭证": [{"合同编号": "A", "类别": kind, "付款日期": date(2025, 1, 1), "不含税金额": 100}]}


def test_a_pack_adds_words_to_a_closed_list_and_keeps_those_that_are_there(tmp_path):
    rule = clause(amount='sum(支出凭证[类别 in ("路测", "算力")].不含税金额)')
    assert codes(check_pack(written(tmp_path, document(rule)))) == ["pack_word_never"]
    plain = load_packs([written(tmp_path, document())])
    with pytest.raises(Refused) as refused:
        run(plain, spent("路测"))
    assert refused.value.code == "case_value_wrong"
    more = written(tmp_path, document(rule), name="more", facts={"values": {"支出凭证.类别": ["路测"]}})
    packs = load_packs([more])
    assert run(packs, spent("路测"))[0].amount_fen == run(packs, spent("算力"))[0].amount_fen == 10000
    assert packs.schema.record("支出凭证").names["类别"] is packs.schema.record("expense").fields["kind"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"values": {"支出凭证.供应商": ["某"]}}, "fact_words_unknown"),
        ({"values": {"支出.类别": ["某"]}}, "fact_words_unknown"),
        ({"values": {"支出凭证": ["某"]}}, "fact_words_unknown"),
        ({"values": {"支出凭证.类别": "某"}}, "pack_value"),
        ({"record": {}}, "pack_key_unknown"),
    ],
)
def test_words_for_what_has_no_closed_list_and_unknown_parts_are_faults(tmp_path, facts, code):
    assert codes(check_pack(written(tmp_path, document(), facts=facts))) == [code]


# The hash


def test_the_hash_follows_the_content_and_nothing_else(tmp_path):
    text = "document: {id: T, title: 试, status: in_force, valid_from: 2025-01-01, source: {grade: A}}\n"
    rest = "clauses:\n  - {id: A, title: 一, department: sci, delivery: AUTO, subject: [park], amount: 5}\n"
    made = []
    for name, file, content in (
        ("x", "one.yaml", text + rest),
        ("y", "other.yaml", "# 注释\n" + rest + text.replace("id: T, title: 试", "title: 试,   id: T") + "\r\n"),
        ("z", "one.yaml", (text + rest).replace("amount: 5", "amount: 6")),
    ):
        pack = written(tmp_path, name=name, pack={"id": "p", "title": "包", "district": "1"})
        (pack / file).write_text(content, encoding="utf-8")
        made.append(load_packs([pack]).hash)
    assert made[0] == made[1] != made[2]
