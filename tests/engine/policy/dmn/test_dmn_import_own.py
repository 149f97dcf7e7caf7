"""A pack's own model comes back as the pack; what somebody changed in a modeller comes along, or is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.model import (
    BoxedFunction,
    BusinessKnowledge,
    Decision,
    DecisionTable,
    LiteralExpression,
    Model,
    RuleRow,
)
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model
from yanlian.engine.policy import PackSet, load_packs
from yanlian.engine.policy.dmn import Imported, export_model, import_model
from yanlian.engine.policy.dmn.export_files import export_one
from yanlian.engine.policy.dmn.import_model import import_file
from yanlian.engine.policy.dmn.marks import fingerprint, mark_of, marked, unmarked
from yanlian.engine.policy.scope import parameter_on

TABLE = {
    "inputs": ["平台.级别"],
    "outputs": ["金额"],
    "rules": [['"省级"', "标准"], ['"市级"', "50万元"]],
    "reference": "第一条",
}
EVENT = {"each": "科技资质", "as": "平台", "date": "平台.认定日期", "matter": "平台.证书编号"}
PARAMETER = {
    "unit": "元",
    "values": [
        {"from": date(2025, 1, 1), "value": "200万元", "reference": "第一条"},
        {"from": date(2025, 6, 1), "value": "300万元", "reference": "修订"},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rich = clause(
        event=EVENT,
        conditions=[{"label": "未撤销", "when": "平台.撤销日期 = null"}],
        definitions={"天数": "(评价日 - 平台.认定日期).days"},
        tables={"奖励": TABLE},
        amount="奖励() + 天数 * 0",
    )
    around = {
        "subject": ["enterprise"],
        "gates": [{"label": "在本区", "when": "登记.注册区划 = 本区"}],
    }
    own = document(
        rich, rules=around, parameters={"标准": PARAMETER}, definitions={"门槛": {"is": "1万元", "note": "甲"}}
    )
    return written(tmp_path, own)


@pytest.fixture
def model(folder: Path) -> Model:
    packs = load_packs([folder])
    kept = {"files": {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}}
    return export_model(packs, "T", kept=kept).model


def loaded(imported: Imported, folder: Path) -> PackSet:
    again = folder / "again"
    again.mkdir()
    for name, text in imported.files.items():
        (again / name).write_text(text, encoding="utf-8")
    return load_packs([again])


def changed(model: Model, label: str, logic: object) -> Model:
    """The model with other logic in the decision or function with this label."""

    def other(one: Decision) -> Decision:
        return replace(one, expression=logic) if one.label == label else one

    def function(one: BusinessKnowledge) -> BusinessKnowledge:
        if one.label != label or one.function is None:
            return one
        return replace(one, function=replace(one.function, body=logic))

    return replace(model, decisions=tuple(map(other, model.decisions)), knowledge=tuple(map(function, model.knowledge)))


def logic_of(model: Model, label: str) -> DecisionTable:
    found: list[object] = [one.expression for one in model.decisions if one.label == label]
    found += [one.function.body for one in model.knowledge if one.label == label and one.function is not None]
    assert isinstance(found[0], DecisionTable)
    return found[0]


def codes(imported: Imported) -> list[str]:
    return [note.code for note in imported.notes]


def test_an_unchanged_model_gives_the_files_word_for_word(model: Model, folder: Path) -> None:
    imported = import_model(read_model(write_model(model)))
    assert imported.files == {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    assert imported.notes == []


def test_layout_types_and_white_space_are_no_changes(model: Model) -> None:
    again = changed(model, "未撤销", LiteralExpression("  平台.撤销日期\n  =  null ", "boolean"))
    assert codes(import_model(again)) == []


def test_a_changed_cell_of_a_table_stands_in_the_pack(model: Model, tmp_path: Path) -> None:
    table = logic_of(model, "奖励")
    row = RuleRow((LiteralExpression('"国家级"'),), (LiteralExpression("9000000"),))
    imported = import_model(changed(model, "奖励", replace(table, rules=(*table.rules, row))))
    assert codes(imported) == ["dmn_import_taken"]
    rows = loaded(imported, tmp_path).clause("T-01").source.names.tables["奖励"].rows
    assert [[cell.text for cell in one] for one in rows] == [
        ['"省级"', "标准"],
        ['"市级"', "500000"],
        ['"国家级"', "9000000"],
    ]


def test_changed_values_of_a_parameter_keep_their_dates_and_references(model: Model, tmp_path: Path) -> None:
    table = logic_of(model, "标准")
    last = replace(table.rules[-1], outputs=(LiteralExpression("4000000"),))
    imported = import_model(changed(model, "标准", replace(table, rules=(*table.rules[:-1], last))))
    parameter = loaded(imported, tmp_path).documents[0].source.names.parameters["标准"]
    assert [(one.start, one.value, one.reference) for one in parameter.values] == [
        (date(2025, 1, 1), Decimal(2_000_000), "第一条"),
        (date(2025, 6, 1), Decimal(4_000_000), "修订"),
    ]
    assert parameter_on(parameter, date(2024, 12, 31)) is None


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [
        (
            "未撤销",
            "平台.撤销日期 = null or 平台.撤销日期 > T_01_事件日",
            "平台.撤销日期 = null or 平台.撤销日期 > 事件日",
        ),
        ("算得金额", "奖励 * 2 + 标准(T_01_事件日)", "奖励() * 2 + 标准"),
        ("算得金额", '奖励 + 标准(date("2025-01-01"))', '奖励() + 参数值("标准", date("2025-01-01"))'),
        ("事件日", '平台.认定日期 + duration("P1D")', '平台.认定日期 + duration("P1D")'),
    ],
)
def test_changed_formulas_stand_in_the_pack_with_the_packs_own_names(
    model: Model, tmp_path: Path, label: str, text: str, said: str
) -> None:
    imported = import_model(changed(model, label, LiteralExpression(text)))
    assert codes(imported) == ["dmn_import_taken"]
    found = loaded(imported, tmp_path).clause("T-01").source
    assert found.amount is not None
    assert found.event is not None
    texts = [found.conditions[0].when.text, found.amount.text, found.event.date.text]
    assert said in texts


def test_changed_definitions_and_inherited_rules_stand_where_they_stood(model: Model, tmp_path: Path) -> None:
    once = changed(model, "门槛", LiteralExpression("20000"))
    imported = import_model(changed(once, "在本区", LiteralExpression("true")))
    source = loaded(imported, tmp_path).documents[0].source
    assert source.names.definitions["门槛"].formula.text == "20000"
    assert source.rules.gates[0].when.text == "true"


@pytest.mark.parametrize(
    ("label", "logic"),
    [
        ("金额", LiteralExpression("1")),
        ("适用", LiteralExpression("true")),
        ("奖励", LiteralExpression("1")),
        ("未撤销", LiteralExpression("1 +")),
        ("标准", LiteralExpression("1")),
    ],
)
def test_what_a_pack_has_no_place_for_is_named_and_the_pack_stays(model: Model, label: str, logic: object) -> None:
    imported = import_model(changed(model, label, logic))
    assert codes(imported) == ["dmn_import_left"]
    assert imported.files == import_model(model).files


def test_elements_that_were_deleted_or_added_are_named(model: Model) -> None:
    kept = tuple(one for one in model.decisions if one.label != "未撤销")
    again = replace(model, decisions=(*kept, Decision("新的", LiteralExpression("1"))))
    assert [(note.code, note.data["name"]) for note in import_model(again).notes] == [
        ("dmn_import_deleted", "T_01_未撤销"),
        ("dmn_import_new", "新的"),
    ]


def test_one_rule_that_became_two_different_ones_is_not_taken_over(tmp_path: Path) -> None:
    first, second = (clause(id=f"T-0{n}", definitions={"底": f"{n}元"}, amount="倍") for n in (1, 2))
    folder = written(tmp_path, document(first, second, definitions={"倍": "底 * 2"}))
    file = tmp_path / "t.dmn"
    export_one(load_packs([folder]), "T", file, None)
    model = read_model(file.read_bytes())
    decisions = tuple(replace(d, expression=LiteralExpression("7")) if d.name == "倍" else d for d in model.decisions)
    imported = import_model(replace(model, decisions=decisions))
    assert codes(imported) == ["dmn_import_twice"]


def test_a_description_may_not_write_anywhere_else(model: Model) -> None:
    for name in ("../pack.yaml", "/etc/pack.yaml", "a\\b.yaml", "pack.py"):
        mark = {**mark_of(model.description), "files": {name: "x"}}
        with pytest.raises(Refused) as refused:
            import_model(replace(model, description=marked("", mark)))
        assert refused.value.code == "dmn_import_file"


def test_a_file_that_says_something_else_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "models" / "t.dmn"
    export_one(load_packs([folder]), "T", file, None)
    import_file(file, tmp_path / "out")
    import_file(file, tmp_path / "out")
    (tmp_path / "out" / "pack.yaml").write_text("pack: {}", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        import_file(file, tmp_path / "out")
    assert refused.value.code == "dmn_import_exists"


def test_a_mark_survives_text_around_it_and_nonsense_is_no_mark() -> None:
    text = marked("说明\n第二行", {"of": ["a"], "was": "b"})
    assert (mark_of(text), unmarked(text)) == ({"of": ["a"], "was": "b"}, "说明\n第二行")
    assert mark_of("  " + text.replace("\n", " ") + "  ") == {"of": ["a"], "was": "b"}
    assert mark_of("yanlian: {nonsense") == {}
    assert mark_of("yanlian: [1]") == {}
    assert mark_of("nothing") == {}


def test_fingerprints_tell_logic_apart() -> None:
    one, two = (BoxedFunction((), LiteralExpression(text)) for text in ("1 + 1", "1 + 2"))
    assert fingerprint(one) != fingerprint(two)
    assert fingerprint(one) == fingerprint(BoxedFunction((), LiteralExpression(" 1  +\n1 ", "number")))
