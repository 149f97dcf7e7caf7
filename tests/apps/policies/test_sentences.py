"""An article beside its rule, sentence by sentence: figures found or not found, each part at its sentence."""

from decimal import Decimal
from pathlib import Path

import pytest

from yanlian.apps.policies.clause_page import _parts, amount_lines
from yanlian.apps.policies.clause_parts import items_used
from yanlian.apps.policies.shelf.sentences import Part, figures, side_by_side
from yanlian.engine.policy import load_packs

TEXT = "年研发投入超过1000万元的，按30%补助；累计最高1200万元。企业须在本区经营满三年。自2025年6月起施行。"
PARTS = [
    Part("条件", "年研发投入超过1000万元", "", "上年研发 > 1000万元"),
    Part("金额", "金额", "", "上年研发 * 0.3"),
    Part("金额", "累计最高", "本条款累计合计不超过", "12000000"),
    Part("条件", "经营满三年", "", '入驻日期 + duration("P3Y") <= 评价日'),
    Part("金额", "取整", "到元，舍去零头", ""),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500万元", "5000000"), ("0.5亿元", "5000万元"), ("30%", "0.3"), ("百分之三十五", "35%"), ("5‰", "0.005"),
        ("1.5个百分点", "1.5%"),
        ("三年", 'duration("P3Y")'), ("3年", 'duration("P36M")'), ("三年", "周年数(起, 止) >= 3"), ("6个月", '"P6M"'),
        ("1,000万元", "1000万元"),
    ],
)  # fmt: skip
def test_the_same_figure_is_known_however_it_is_written(one, other):
    assert figures(one) & figures(other)


@pytest.mark.parametrize(("one", "other"), [("500万元", "500元"), ("30%", "3%"), ("200万元", "2000万元")])
def test_another_figure_is_not(one, other):
    assert not figures(one) & figures(other)


def test_each_part_stands_at_the_sentence_that_says_it():
    found = side_by_side(TEXT, PARTS)
    labels = [[part.label for part in one.parts] for one in found.sentences]
    assert labels == [["年研发投入超过1000万元", "金额"], ["累计最高"], ["经营满三年"], []]
    assert [part.label for part in found.rest] == ["取整"]
    assert found.missing == []
    assert found.found == 4


def test_the_pieces_of_the_sentences_are_the_text():
    found = side_by_side(TEXT, PARTS)
    assert "".join(piece.text for one in found.sentences for piece in one.pieces) == TEXT


def test_a_figure_that_the_rule_does_not_have_is_told_and_a_day_of_the_calendar_is_not():
    assert side_by_side(TEXT.replace("1200万元", "1500万元"), PARTS).missing == ["1500万元"]
    assert side_by_side("自2025年6月1日起施行。", PARTS).missing == []


def test_figures_behind_parameters_scales_and_tables_count():
    packs = load_packs([Path(__file__).parents[3] / "packs" / name for name in ("national", "laoshan")])
    clause = packs.clause("LS-2025-01")
    found = side_by_side(clause.source.text, _parts(clause, amount_lines(clause), items_used(clause)))
    assert found.missing == []
    assert found.found == 3
    assert figures("500万元") == {("", Decimal("5E+6"))}


def test_most_clauses_of_the_sample_have_every_figure_of_their_text():
    packs = load_packs([Path(__file__).parents[3] / "packs" / name for name in ("national", "laoshan")])
    whole = [
        side_by_side(one.source.text, _parts(one, amount_lines(one), items_used(one)))
        for one in packs.clauses
        if one.source.amount and one.source.text
    ]
    complete = [one for one in whole if not one.missing]
    assert len(complete) > len(whole) / 2
