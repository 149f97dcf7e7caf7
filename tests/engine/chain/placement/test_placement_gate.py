"""The gate at the root of a chain, suggestions for many firms, and the trial on known firms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from yanlian.engine.chain.placement.calibration import Calibration
from yanlian.engine.chain.placement.categories import Category, categories_of
from yanlian.engine.chain.placement.gate import Gate, Mark
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.profiles import Profile, Written
from yanlian.engine.chain.placement.suggest import ranked
from yanlian.engine.chain.placement.trial import Known, folded, growing, other_rule
from yanlian.engine.chain.placement.vectors import Space
from yanlian.engine.chain.template.model import Chain, Product, Segment

OPTICS = Segment(
    "vr-optics", "光学模组", "Optics", "upstream", 1, "核心器件", (Product("镜片", ("透镜",)),), ("3976", "65")
)
VR = Chain(
    "vr", "虚拟现实", "VR", date(2026, 1, 1), ("虚拟现实", "VR", "AI"), (OPTICS,), (), core_industries=("396", "65")
)


def firm(*texts: Written) -> Profile:
    return Profile("x", texts)


def mark(*texts: Written) -> Mark | None:
    return Gate(VR).mark(firm(*texts))


def test_a_root_word_marks_a_firm_with_the_place_where_it_stands() -> None:
    found = mark(Written("name", "某公司"), Written("scope", "销售；vr设备"))
    assert found is not None
    assert found.kind == "root"
    at = found.found
    assert (at.field, at.text, at.start, at.end, at.word) == ("scope", 1, 3, 5, "vr")


def test_letters_count_only_as_a_whole_word() -> None:
    assert mark(Written("name", "MAIN贸易VRX")) is None
    assert mark(Written("name", "智能AI平台")) is not None


def test_a_core_industry_and_what_is_below_it_marks_a_firm_but_a_whole_division_does_not() -> None:
    found = mark(Written("industry", "C3961"))
    assert found is not None
    assert (found.kind, found.found.word) == ("core", "C3961")
    assert mark(Written("industry", "6510")) is None
    assert mark(Written("industry", "软件业")) is None


def test_the_industry_of_a_segment_marks_a_firm_only_beside_a_word_of_the_chain() -> None:
    code = Written("industry", "C3976")
    assert mark(code) is None
    assert mark(code, Written("product", "钢材")) is None
    assert mark(Written("product", "镜片")) is None
    found = mark(Written("product", "镜片"), code)
    assert found is not None
    assert found.beside is not None
    assert (found.kind, found.found.word, found.beside.word) == ("together", "C3976", "镜片")


def test_a_product_of_three_characters_marks_a_firm_by_itself() -> None:
    segment = replace(OPTICS, products=(Product("菲涅尔镜", ("透镜",)),))
    found = Gate(replace(VR, segments=(segment,))).mark(firm(Written("product", "菲涅尔镜")))
    assert found is not None
    assert (found.kind, found.found.word) == ("product", "菲涅尔镜")


def test_segments_lend_title_products_aliases_and_names_of_their_industries() -> None:
    (category,) = categories_of(VR, {"3976": "光电子器件制造"})
    assert [one.text for one in category.texts] == ["光学模组", "镜片", "透镜", "光电子器件制造", "3976", "65"]
    assert category.parent == "upstream/核心器件"


LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
CLASSES = [Category(f"c{at}", "p", (Written("product", LETTERS[2 * at : 2 * at + 2]),)) for at in range(10)]


def known() -> list[Known]:
    """Forty firms of ten classes; each writes its class's word and the word of a neighbour with a smaller share."""
    made = []
    for number in range(40):
        at = number % 10
        own, beside = LETTERS[2 * at : 2 * at + 2], LETTERS[(2 * at + 2) % 20 :][:2]
        texts = (Written("product", f"{own}产品", 0.9), Written("product", f"{beside}产品", 0.1))
        made.append(Known(Profile(str(number), texts), Profile(str(number), texts), f"c{at}"))
    return made


def test_a_barred_category_is_never_among_the_best() -> None:
    firms = [one.asked for one in known()]
    space = Space.learned(firms, [one.seed for one in CLASSES])
    vectors = space.vectors(firms)
    placer = Placer(space, CLASSES)
    free, barred = ranked(placer, Calibration(), vectors), ranked(placer, Calibration(), vectors, {0: [0]})
    assert free.places[0, 0] == 0
    assert 0 not in barred.places[0]
    np.testing.assert_array_equal(free.places[1:], barred.places[1:])
    assert (np.diff(free.probabilities, axis=1) <= 0).all()


def test_the_trial_finds_firms_whose_own_product_names_their_class() -> None:
    found = folded(known(), CLASSES, folds=4)
    assert found.firms == 40
    assert found.top_1 == 1.0
    assert sum(one.count for one in found.table) == 40
    assert replace(folded(known(), CLASSES, folds=4), seconds=found.seconds) == found
    assert growing(known(), CLASSES, batch=20)[-1][1] == 1.0


def test_firms_of_hidden_classes_look_more_like_other_than_the_rest() -> None:
    found = other_rule(known(), CLASSES, hidden_share=0.3)
    assert found.hidden + found.shown == 8
    assert found.area > 0.5
