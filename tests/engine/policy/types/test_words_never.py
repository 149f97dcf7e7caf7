"""Words that a field of the facts never has: refused wherever they are compared with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import Data, clause, document, written

from yanlian.engine.policy import Fault, check_pack

Faulty = Callable[..., list[Fault]]
DEFINITIONS: Data = {"类别": "投资项目[1].项目类别", "项": "投资项目[1]"}


@pytest.fixture
def never(tmp_path: Path) -> Callable[..., list[Fault]]:
    """The faults of this kind in a pack with one condition."""

    def found(when: str, around: Data | None = None, pack: Data | None = None, **keys: object) -> list[Fault]:
        text = document(
            clause(conditions=[{"label": "类", "when": when}], **keys), **{"definitions": DEFINITIONS, **(around or {})}
        )
        folder = written(tmp_path, text, **(pack or {}))
        errors = [one for one in check_pack(folder) if one.severity == "error"]
        assert [one.code for one in errors if one.code != "pack_word_never"] == []
        return errors

    return found


@pytest.mark.parametrize(
    "when",
    [
        '类别 = "技改"',
        '"技改" = 类别',
        '类别 != "技改"',
        '项.项目类别 = "技改"',
        '类别 in ("技术改造", "技改")',
        '类别 in ["技术改造", "技改"]',
        '类别 in "技改"',
        '"技改" in 投资项目.项目类别',
        'count(投资项目[项目类别 = "技改"]) > 0',
        'some 项目 in 投资项目 satisfies 项目.项目类别 = "技改"',
        'list contains(投资项目.项目类别, "技改")',
        'list contains(["技术改造", "技改"], 类别)',
        '(if 登记.独立法人 then 类别 else 类别) = "技改"',
    ],
)
def test_a_word_that_the_field_never_has_is_refused(never, when):
    [fault] = never(when)
    assert (fault.clause, fault.file) == ("T-01", "d0.yaml")
    assert fault.line > 0
    assert fault.refusal.data["found"] == "技改"
    assert "投资项目.项目类别" in fault.text("zh")
    assert "技术改造" in fault.text("en")


@pytest.mark.parametrize(
    "when",
    [
        '类别 = "技术改造"',
        '类别 in ("技术改造", "数字化")',
        "类别 = null",
        '科技资质[1].类别 = "随便什么"',
        # What is not only the field may be the pack's own word.
        '(if 登记.独立法人 then 类别 else "没有") = "没有"',
        'contains(类别, "技")',
    ],
)
def test_words_of_the_list_and_of_the_pack_itself_are_let_be(never, when):
    assert never(when) == []


def test_a_word_that_the_pack_adds_to_the_list_is_one(never):
    assert never('类别 = "技改"', pack={"facts": {"values": {"投资项目.项目类别": ["技改"]}}}) == []


def test_cells_that_test_a_field_are_held_against_its_words(never):
    table = {
        "inputs": ["投资项目[1].项目类别"],
        "outputs": ["率"],
        "hit": "F",
        "rules": [['"技术改造", "技改"', "1"], ['not("新键")', "2"], ["-", "3"]],
    }
    found = never("true", around={"tables": {"档": table}, "definitions": {}}, amount="档()")
    assert [one.refusal.data["found"] for one in found] == ["技改", "新键"]


def test_a_parameter_that_holds_another_word_is_let_be(never):
    values = [{"from": "2025-01-01", "value": "技改", "reference": "试"}]
    around = {"definitions": DEFINITIONS, "parameters": {"本年类别": {"values": values}}}
    assert never("类别 = 本年类别", around=around) == []
