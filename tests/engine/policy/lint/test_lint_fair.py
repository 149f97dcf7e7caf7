"""Fair-competition review: real flagged clauses are found from words and formulas, ordinary ones are left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.engine.policy.lint.lint_examples import reviewed

from yanlian.engine.policy import Fault, load_packs
from yanlian.engine.policy.lint import review_packs

KNOWN: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("flagged_clauses.yaml").read_text("utf-8"))
PACKS = Path(__file__).resolve().parents[4] / "packs"
GRAVE = ("error", "warning")


def fair(found: list[Fault], severities: tuple[str, ...] = GRAVE) -> dict[str, Fault]:
    return {f.code: f for f in found if f.code.startswith("lint_fair") and f.severity in severities}


def flagged(folder: Path, clause: str, **document: object) -> list[Fault]:
    entry = KNOWN["clauses"][clause]
    return reviewed(folder, {"clause": entry["clause"], "document": document, "pack": {"facts": KNOWN["facts"]}})


@pytest.mark.parametrize("clause", KNOWN["clauses"])
def test_a_clause_that_reviewers_flagged_is_found_without_its_flag(tmp_path: Path, clause: str):
    found = flagged(tmp_path, clause, valid_from=date(2022, 1, 1))
    assert sorted(fair(found)) == sorted(KNOWN["clauses"][clause]["kinds"]), [f.line_text("en") for f in found]


@pytest.mark.parametrize("clause", ["SZ-HQ-2017-03", "CX-TAX", "XM-HC-2020", "NC-HRP"])
def test_tax_contribution_is_found_in_the_formula_when_the_words_say_nothing_of_it(tmp_path: Path, clause: str):
    entry = KNOWN["clauses"][clause]["clause"]
    silent = {**entry, "title": "奖励", "text": "按规定奖励。"}
    found = reviewed(tmp_path, {"clause": silent, "pack": {"facts": KNOWN["facts"]}})
    assert "lint_fair_tax" in fair(found)
    assert "用到“地方经济贡献." in fair(found)["lint_fair_tax"].text("zh")


def test_a_text_from_before_the_regulation_is_stock_and_a_later_one_must_not_be_issued(tmp_path: Path):
    old = fair(flagged(tmp_path / "a", "XM-HC-2020", valid_from=date(2024, 7, 31)))["lint_fair_tax"]
    new = fair(flagged(tmp_path / "b", "XM-HC-2020", valid_from=date(2024, 8, 1)))["lint_fair_tax"]
    over = flagged(tmp_path / "c", "XM-HC-2020", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    assert (old.severity, new.severity) == ("warning", "error")
    assert "应当清理" in old.text("zh")
    assert "不得含有" in new.text("zh")
    assert "第十条" in new.why("zh")
    assert [f.severity for f in over if f.code == "lint_fair_tax"] == ["hint"]


@pytest.mark.parametrize(
    "words",
    [
        "依法纳税、依法纳统、诚信经营的企业",
        "按不含增值税的设备投资额补助",
        "纳税信用等级为A级",
        "对科技创新作出突出贡献的团队",
        "不分所有制，一视同仁",
        "上一年度研发费用占营业收入5%以上",
        "获批后一年内完成备案的企业",
    ],
)
def test_ordinary_words_are_not_taken_for_unfair_ones(tmp_path: Path, words: str):
    assert fair(reviewed(tmp_path, {"clause": {"text": words}}), (*GRAVE, "hint")) == {}


def test_taxes_owed_may_be_a_veto_and_the_credit_grade_of_taxpayers_a_condition(tmp_path: Path):
    rules = {
        "vetoes": [{"label": "没有入库税金", "when": "税务年报[年度 = 上年][1].入库税金 = 0"}],
        "conditions": [{"label": "信用", "when": '税务登记.纳税信用等级 = "A"'}],
    }
    assert fair(reviewed(tmp_path, {"clause": rules}), (*GRAVE, "hint")) == {}


def test_a_commitment_that_moving_away_breaks_is_a_promise_to_stay(tmp_path: Path):
    stays = {"commitment": {"text": "五年内在本区经营", "years": 5}}
    invests = {"commitment": {"text": "两年内投产", "years": 2, "breach": "count(投资项目) = 0"}}
    assert "迁出即退回" in fair(reviewed(tmp_path / "a", {"clause": stays}))["lint_fair_stay"].text("zh")
    assert "lint_fair_stay" not in fair(reviewed(tmp_path / "b", {"clause": invests}))


def test_firms_picked_by_name_are_found_in_the_formula(tmp_path: Path):
    rules = {"conditions": [{"label": "对象", "when": '名称 in ("甲公司", "乙公司")'}]}
    assert "按“名称”点选" in fair(reviewed(tmp_path, {"clause": rules}))["lint_fair_choice"].text("zh")


def test_of_the_sample_packs_nothing_is_called_unfair_that_was_not_flagged():
    packs = load_packs([PACKS / "national", PACKS / "laoshan"])
    found = review_packs(packs, date(2026, 11, 23))
    grave = [f for f in found if f.code.startswith("lint_fair") and f.severity in GRAVE and not f.accepted]
    assert {f.clause for f in grave} <= set(KNOWN["clauses"]), [f.line_text("zh") for f in grave]
