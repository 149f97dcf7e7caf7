"""Tables of packs as worksheets: every table of the delivered packs goes there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.base.refusal import Refused
from yanlian.engine.feel import parse, parse_unary_tests
from yanlian.engine.feel.dmn.model import DecisionTable, InputClause, LiteralExpression, OutputClause, RuleRow
from yanlian.engine.feel.dmn.sheet_write import write_table_sheet
from yanlian.engine.policy import PackSet, load_packs
from yanlian.engine.policy.dmn.table_sheets import sheet_of, yaml_of_sheet
from yanlian.engine.policy.model import Table

PACKS = Path(__file__).resolve().parents[4] / "packs"


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs([PACKS / "national", PACKS / "laoshan"])


def tables(packs: PackSet) -> list[tuple[str, str, Table]]:
    found: list[tuple[str, str, Table]] = []
    for one in packs.documents:
        found += [(one.pack.id, one.source.id, table) for table in one.source.names.tables.values()]
        for clause_ in one.source.clauses:
            found += [(one.pack.id, clause_.id, table) for table in clause_.names.tables.values()]
    return found


def test_every_table_comes_back_with_the_same_cells(packs: PackSet) -> None:
    found = tables(packs)
    assert len(found) >= 15
    for pack, owner, table in found:
        text = yaml_of_sheet(sheet_of(packs, pack, table.name, owner), "t.xlsx", table.name)
        back = yaml.safe_load(text)["tables"][table.name]
        assert back["hit"] == table.hit
        assert [one["name"] if isinstance(one, dict) else one for one in back["outputs"]] == list(table.outputs)
        width = len(table.inputs)
        for row, cells in zip(back["rules"], table.rows, strict=True):
            for cell, original in zip(row[:width], cells[:width], strict=True):
                assert parse_unary_tests(str(cell)) == parse_unary_tests(original.text, units=True)
            for cell, original in zip(row[width:], cells[width:], strict=True):
                assert parse(str(cell)) == parse(original.text, units=True)


def test_a_table_of_which_there_are_two_wants_its_clause_named(tmp_path: Path) -> None:
    table = {"inputs": ["主体类型"], "outputs": ["额"], "rules": [['"enterprise"', "1元"]], "reference": "一"}
    both = [clause(id=f"T-0{n}", tables={"标准": table}, amount="标准") for n in (1, 2)]
    packs = load_packs([written(tmp_path, document(*both))])
    with pytest.raises(Refused) as refused:
        sheet_of(packs, "tiny", "标准")
    assert (refused.value.code, refused.value.data["known"]) == ("pack_table_several", "T-01、T-02")
    assert sheet_of(packs, "tiny", "标准", "T-02")


def test_the_order_of_outputs_goes_along(tmp_path: Path) -> None:
    table = {
        "hit": "P",
        "inputs": ["主体类型"],
        "outputs": [{"name": "额", "values": [2, 1]}],
        "rules": [['"enterprise"', 1], ["-", 2]],
        "reference": "一",
    }
    packs = load_packs([written(tmp_path, document(clause(tables={"标准": table}, amount="标准")))])
    back = yaml.safe_load(yaml_of_sheet(sheet_of(packs, "tiny", "标准"), "t.xlsx", "标准"))["tables"]["标准"]
    assert (back["hit"], back["outputs"]) == ("P", [{"name": "额", "values": [2, 1]}])


def test_a_default_that_a_pack_cannot_hold_is_refused() -> None:
    def text(feel: str) -> LiteralExpression:
        return LiteralExpression(feel)

    output = OutputClause("额", default=text("0"))
    table = DecisionTable((InputClause(text("a")),), (output,), (RuleRow((text("1"),), (text("2"),)),))
    data = write_table_sheet(table)
    with pytest.raises(Refused) as refused:
        yaml_of_sheet(data, "t.xlsx", "标准")
    assert refused.value.code == "pack_table_left"


def test_what_a_sheet_says_beside_its_rules_becomes_the_tables_note() -> None:
    def text(feel: str) -> LiteralExpression:
        return LiteralExpression(feel)

    row = RuleRow((text('"甲"'),), (text("2"),), ("见第三条",))
    column = InputClause(text("级别"), allowed=text('"甲", "乙"'))
    table = DecisionTable((column,), (OutputClause("额"),), (row,), annotations=("说明",), description="奖励的标准")
    node = yaml.safe_load(yaml_of_sheet(write_table_sheet(table), "t.xlsx", "标准"))["tables"]["标准"]
    assert node["note"] == '奖励的标准；级别: "甲", "乙"；1: 见第三条'
