"""Placement: the sparse model is the obvious one; learning is at once and exactly undone."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.chain.placement import placement_plain as plain

from yanlian.base.refusal import Refused
from yanlian.engine.chain.placement.calibration import Calibration
from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.decisions import Decision, read, written
from yanlian.engine.chain.placement.evidence import character_parts, spans
from yanlian.engine.chain.placement.model import Placer
from yanlian.engine.chain.placement.profiles import Profile, Written, by_name, only_names, pieces_of
from yanlian.engine.chain.placement.suggest import suggest
from yanlian.engine.chain.placement.vectors import Space

WORDS = st.text(alphabet="光学模组头显芯片设计软件ABvr１2，；。（） +-", max_size=12)
TEXTS = st.builds(
    Written,
    st.sampled_from(["name", "scope", "product", "patent"]),
    WORDS,
    st.none() | st.floats(0, 1, allow_nan=False),
) | st.builds(Written, st.just("industry"), st.sampled_from(["39", "3961", "C3961", "软件业", "396", "C"]))
PROFILES = st.lists(TEXTS, max_size=4).map(tuple)
CATEGORIES = (
    Category("optics", "core", (Written("product", "光学模组"), Written("product", "折叠光路"))),
    Category("chip", "core", (Written("product", "芯片设计"), Written("industry", "3973"))),
    Category("headset", "whole", (Written("product", "VR头显"), Written("industry", "3961")), ("眼镜店",)),
)


def made(texts: list[tuple[Written, ...]]) -> list[Profile]:
    return [Profile(str(number), one) for number, one in enumerate(texts)]


@given(st.lists(PROFILES, min_size=1, max_size=6), st.data())
@settings(max_examples=60, deadline=None)
def test_scores_are_those_of_the_obvious_version(texts: list[tuple[Written, ...]], data: st.DataObject) -> None:
    profiles = made(texts)
    decisions = data.draw(
        st.lists(
            st.builds(
                Decision,
                st.sampled_from([one.id for one in profiles]),
                st.sampled_from([one.id for one in CATEGORIES]),
                st.sampled_from(["confirmed", "rejected"]),
            ),
            max_size=5,
        )
    )
    seeds = [one.seed for one in CATEGORIES]
    space = Space.learned(profiles, seeds)
    rows = space.vectors(profiles)
    placer = Placer(space, CATEGORIES)
    placer.decide(decisions, {one.id: rows[at] for at, one in enumerate(profiles)})
    idf = plain.idf_of(profiles, seeds)
    vectors = {one.id: plain.vector_of(one, idf) for one in profiles}
    weights = plain.weights_of(CATEGORIES, decisions, vectors, idf)
    slow = [[plain.score(vectors[one.id], weights[category.id]) for category in CATEGORIES] for one in profiles]
    assert len(space.keys) == len(idf)
    np.testing.assert_allclose(placer.scores(rows), np.array(slow), atol=1e-9)
    weights = plain.weights_of(CATEGORIES, decisions, vectors, idf, prior=0.6)
    slow = [[plain.score(vectors[one.id], weights[category.id]) for category in CATEGORIES] for one in profiles]
    np.testing.assert_allclose(placer.scores(rows, np.ones(len(profiles), dtype=bool)), np.array(slow), atol=1e-9)


@given(PROFILES)
@settings(max_examples=60, deadline=None)
def test_the_parts_of_all_characters_add_up_to_the_score(texts: tuple[Written, ...]) -> None:
    profile = Profile("x", texts)
    space = Space.learned([profile], [one.seed for one in CATEGORIES], at_least=1)
    vector = space.vectors([profile])
    placer = Placer(space, CATEGORIES)
    for at, score in enumerate(placer.scores(vector)[0]):
        row = placer.row(CATEGORIES[at].id)
        parts = character_parts(space, profile, vector, row)
        assert sum(float(one.sum()) for one in parts) == pytest.approx(score, abs=1e-9)
        whole = spans(space, profile, vector, row, least=0)
        assert sum(one.weight for one in whole) == pytest.approx(score, abs=1e-9)
        assert all(texts[one.text].text[one.start : one.end] == one.words for one in whole)


@given(st.lists(st.builds(Written, st.just("name"), WORDS), max_size=3).map(tuple), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_parts_add_up_also_for_a_firm_with_nothing_but_names(
    texts: tuple[Written, ...], learned_from: bool
) -> None:
    profile = Profile("x", texts)
    assert only_names(profile)
    space = Space.learned([profile], [one.seed for one in CATEGORIES], at_least=1)
    vector = space.vectors([profile])
    placer = Placer(space, CATEGORIES)
    if learned_from:
        placer.decide([Decision("x", "chip", "confirmed")], {"x": vector})
    for at, score in enumerate(placer.scores(vector, np.array([True]))[0]):
        parts = character_parts(space, profile, vector, placer.row(CATEGORIES[at].id, by_name=True))
        assert sum(float(one.sum()) for one in parts) == pytest.approx(score, abs=1e-9)
    assert suggest(placer, Calibration(), profile).suggestions == () or max(
        placer.scores(vector, np.array([True]))[0]
    ) == pytest.approx(suggest(placer, Calibration(), profile).suggestions[0].score, abs=1e-12)


FIRMS = made(
    [
        (Written("name", "青岛某某光电有限公司"), Written("product", "折叠光路镜片")),
        (Written("name", "青岛某某微纳有限公司"), Written("product", "超透镜晶圆加工")),
        (Written("name", "另一家微纳公司"), Written("product", "超透镜器件")),
        (Written("name", "某眼镜店"), Written("product", "VR头显")),
    ]
)


def learned() -> tuple[Placer, dict[str, object]]:
    space = Space.learned(FIRMS, [one.seed for one in CATEGORIES])
    rows = space.vectors(FIRMS)
    return Placer(space, CATEGORIES), {one.id: rows[at] for at, one in enumerate(FIRMS)}


def test_a_confirmation_brings_a_firm_that_writes_alike_to_the_same_segment_at_once() -> None:
    placer, rows = learned()
    before = suggest(placer, Calibration(), FIRMS[2])
    assert all(one.category != "optics" or one.score < 0.05 for one in before.suggestions)
    placer.decide([Decision("1", "optics", "confirmed")], rows)
    after = suggest(placer, Calibration(), FIRMS[2])
    assert after.suggestions[0].category == "optics"
    assert "超透镜" in after.suggestions[0].evidence[0].words
    assert after.suggestions[0].like[0][0] == "1"


def test_a_rejection_lowers_firms_that_write_alike_and_bars_the_firm_itself() -> None:
    placer, rows = learned()
    placer.decide([Decision("1", "optics", "confirmed"), Decision("1", "headset", "confirmed")], rows)
    before = placer.scores(rows["2"])[0, placer.place["headset"]]
    placer.undo([Decision("1", "headset", "confirmed")])
    placer.decide([Decision("1", "headset", "rejected")], rows)
    assert placer.scores(rows["2"])[0, placer.place["headset"]] < before
    assert "headset" not in {one.category for one in suggest(placer, Calibration(), FIRMS[1]).suggestions}


def test_taking_back_gives_the_same_bits_as_before_whatever_the_order() -> None:
    decisions = [
        Decision("0", "optics", "confirmed"), Decision("1", "optics", "confirmed"), Decision("2", "chip", "rejected"),
        Decision("3", "", "other"), Decision("2", "optics", "confirmed"),
    ]  # fmt: skip
    placer, rows = learned()
    placer.decide(decisions[:2], rows)
    before = placer.weights().toarray().tobytes()
    random.Random(1).shuffle(later := decisions[2:])
    for one in later:
        placer.decide([one], rows)
    placer.undo(later)
    assert placer.weights().toarray().tobytes() == before
    other, _ = learned()
    for one in reversed(decisions[:2]):
        other.decide([one, one], rows)
    assert other.weights().toarray().tobytes() == before


def test_a_word_that_excludes_a_segment_bars_it_and_is_shown() -> None:
    placer, _ = learned()
    found = suggest(placer, Calibration(), FIRMS[3])
    assert "headset" not in {one.category for one in found.suggestions}
    word = found.barred["headset"]
    assert word is not None
    assert (word.word, word.start, word.end) == ("眼镜店", 1, 4)


def test_a_firm_without_words_of_the_chain_gets_other() -> None:
    placer, _ = learned()
    found = suggest(placer, Calibration(), Profile("9", (Written("name", "海鲜餐饮有限公司"),)))
    assert found.is_other


def test_decisions_are_written_in_one_order_and_read_back() -> None:
    decisions = [Decision("2", "chip", "rejected"), Decision("0", "", "other")]
    assert read(written(decisions)) == sorted(decisions)
    assert written(decisions) == written(reversed(decisions))
    with pytest.raises(Refused, match="decisions_unread"):
        read('[{"firm": "1", "category": "x", "verdict": "perhaps"}]')


def test_an_unknown_segment_is_refused_and_nothing_is_learned() -> None:
    placer, rows = learned()
    with pytest.raises(Refused, match="category_unknown"):
        placer.decide([Decision("0", "optics", "confirmed"), Decision("0", "moon", "confirmed")], rows)
    assert placer.decisions == set()


def test_held_out_scores_are_those_of_a_model_that_never_saw_the_firm() -> None:
    placer, rows = learned()
    all_ = [
        Decision("0", "optics", "confirmed"),
        Decision("1", "optics", "confirmed"),
        Decision("2", "chip", "confirmed"),
    ]
    placer.decide(all_, rows)
    held = placer.held_out()
    scores, truth = held.scores, held.truth
    assert truth == [[0], [0], [1]]
    for number, one in enumerate(all_):
        other, _ = learned()
        other.decide([two for two in all_ if two != one], rows)
        at = placer.place[one.category]
        assert scores[number, at] == pytest.approx(other.scores(rows[one.firm])[0, at], abs=1e-9)


def test_held_out_scores_by_name_alone_are_those_of_a_model_that_never_saw_the_firm() -> None:
    placer, rows = learned()
    all_ = [Decision("0", "optics", "confirmed"), Decision("1", "optics", "confirmed")]
    vectors = placer.space.vectors([by_name(one) for one in FIRMS])
    names = {one.id: vectors[at] for at, one in enumerate(FIRMS)}
    placer.decide([*all_, Decision("3", "", "other")], rows, names)
    held = placer.held_out(by_name=True)
    scores, truth = held.scores, held.truth
    assert truth == [[0], [0], []]
    assert scores[0, 0] != placer.held_out().scores[0, 0]
    for number, one in enumerate(all_):
        other, _ = learned()
        other.decide([two for two in all_ if two != one], rows)
        assert scores[number, 0] == pytest.approx(other.scores(names[one.firm], np.array([True]))[0, 0], abs=1e-9)


def test_of_two_segments_a_name_fits_alike_the_one_with_more_firms_comes_first() -> None:
    placer, rows = learned()
    placer.decide([Decision("1", "optics", "confirmed"), Decision("2", "optics", "confirmed")], rows)
    named = placer.scores(rows["1"], np.array([True]))[0] / placer.scores(rows["1"])[0].clip(1e-9)
    optics, chip = placer.place["optics"], placer.place["chip"]
    assert named[optics] == pytest.approx((1 + 0.6 * np.log(3)) / (1 + 0.05 * np.log(3)))
    assert named[chip] == pytest.approx(1.0) or placer.scores(rows["1"])[0, chip] == 0


def test_what_is_done_with_a_product_is_no_piece_and_an_industry_code_is_marked_without_its_letter() -> None:
    texts = (
        Written("product", "外延片的开发、集成和运维"),
        Written("product", "传感器研制与销售"),
        Written("industry", "C3961"),
    )
    profile = Profile("x", texts)
    words = [texts[one.text].text[one.start : one.end] for one in pieces_of(profile)]
    assert [one for one in words if one] == ["外延片", "传感器", "C3961"]
    space = Space.learned([profile], [one.seed for one in CATEGORIES], at_least=1)
    row = Placer(space, CATEGORIES).row("headset")
    code = next(one for one in spans(space, profile, space.vectors([profile]), row) if one.field == "industry")
    assert (code.start, code.words) == (1, "3961")


def test_boilerplate_is_no_piece_and_offsets_are_those_of_the_text() -> None:
    scope = (
        "一般项目：光学模组制造；技术服务（不含危险化学品）。（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
    )
    profile = Profile("x", (Written("name", "青岛光芒（集团）股份有限公司"), Written("scope", scope)))
    found = [(profile.texts[one.text].text[one.start : one.end], round(one.weight, 3)) for one in pieces_of(profile)]
    words = [one for one, _ in found if one]
    assert words == ["青岛光芒", "光学模组制造", "技术服务"]
    assert dict(found)["技术服务"] < 0.2 * dict(found)["光学模组制造"]
