"""Words that include their number against operators."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import Data, clause, codes, document, written

from yanlian.engine.policy import check_pack, load_packs
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.words import note_words


def noted(folder: Path, label: str, when: str, veto: bool = False, **head: object) -> list[str]:
    key = "vetoes" if veto else "conditions"
    more: Data = {key: [{"label": label, "when": when}]}
    parameters = {"门槛": {"unit": "元", "values": [{"from": "2020-01-01", "value": "1000万元", "reference": "一"}]}}
    packs = load_packs([written(folder, document(clause(**more), document=head, parameters=parameters))])
    review = Review(packs)
    note_words(review)
    return [one.text("zh") for one in review.found]


@pytest.mark.parametrize(
    ("label", "when", "disagrees"),
    [
        ("注册资本1000万元以上", "登记.注册资本 > 1000万元", True),
        ("注册资本1000万元以上", "登记.注册资本 >= 1000万元", False),
        ("注册资本1000万元（含）以上", "1000万元 < 登记.注册资本", True),
        ("注册资本1000万元以上", "登记.注册资本 > 门槛", True),
        ("注册资本超过1000万元", "登记.注册资本 >= 1000万元", True),
        ("注册资本不超过1000万元", "登记.注册资本 < 1000万元", True),
        ("注册资本不足1000万元", "登记.注册资本 <= 1000万元", True),
        ("注册资本500万元以上、1000万元以下", "登记.注册资本 in [500万元..1000万元)", True),
        ("注册资本500万元以上、1000万元以下", "登记.注册资本 in [500万元..1000万元]", False),
        # Another number, the other direction, something turned round: nothing can be said.
        ("注册资本1000万元以上", "登记.注册资本 > 2000万元", False),
        ("注册资本1000万元以上", "not(登记.注册资本 < 1000万元)", False),
        ("注册资本足够", "登记.注册资本 > 1000万元", False),
    ],
)
def test_a_word_and_an_operator_that_disagree_are_named(tmp_path: Path, label: str, when: str, disagrees: bool) -> None:
    assert bool(noted(tmp_path, label, when)) is disagrees


def test_a_veto_may_be_named_after_what_it_demands(tmp_path: Path) -> None:
    assert noted(tmp_path, "注册资本1000万元以上", "登记.注册资本 < 1000万元", veto=True) == []


def test_what_the_document_says_of_a_word_comes_before_national_usage(tmp_path: Path) -> None:
    said = {"bounds": {"以上": "不含"}}
    assert noted(tmp_path / "a", "注册资本1000万元以上", "登记.注册资本 > 1000万元", **said) == []
    (found,) = noted(tmp_path / "b", "注册资本1000万元以上", "登记.注册资本 >= 1000万元", **said)
    assert "以上" in found
    assert ">=" in found


@pytest.mark.parametrize(("bounds", "code"), [({"左右": "含"}, "pack_word"), ({"以上": "是"}, "pack_value")])
def test_a_word_that_bounds_nothing_or_says_neither_is_refused(tmp_path: Path, bounds: Data, code: str) -> None:
    assert code in codes(check_pack(written(tmp_path, document(document={"bounds": bounds}))))
