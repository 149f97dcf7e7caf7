"""Staged payment: parts add up, stages share their clause's limits, and a wrong split is refused where it stands."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.policy.tiny_packs import Data, clause, document, written

from yanlian.engine.policy import PackFaults, load_packs, run_cases
from yanlian.engine.policy.model_terms import Instalment, Stage
from yanlian.engine.policy.stages import split, stage_fen

WEIGHTS = st.lists(st.integers(1, 1000), min_size=2, max_size=8)
HALVES: list[Data] = [{"label": "首期", "share": "50%"}, {"label": "尾款", "share": "50%"}]


def shares(weights: list[int]) -> list[Fraction]:
    return [Fraction(one, sum(weights)) for one in weights]


@given(WEIGHTS, st.integers(0, 10**13))
def test_parts_add_up_and_none_is_a_unit_away_from_its_share(weights: list[int], units: int) -> None:
    parts = split(shares(weights), units)
    assert sum(parts) == units
    assert all(abs(part - units * share) < 1 for part, share in zip(parts, shares(weights), strict=True))


@given(WEIGHTS, st.integers(0, 10**6))
def test_no_part_that_was_rounded_down_had_a_larger_remainder_than_one_rounded_up(
    weights: list[int], units: int
) -> None:
    exact = [units * share for share in shares(weights)]
    parts = split(shares(weights), units)
    up = [one - one // 1 for one, part in zip(exact, parts, strict=True) if part > one]
    down = [one - one // 1 for one, part in zip(exact, parts, strict=True) if part < one]
    assert not up or not down or min(up) >= max(down)


def test_of_equal_remainders_the_earlier_stage_gets_the_odd_unit() -> None:
    assert split([Fraction(1, 2), Fraction(1, 2)], 101) == [51, 50]
    assert split([Fraction(1, 3)] * 3, 100) == [34, 33, 33]


@given(st.lists(st.one_of(st.none(), st.integers(1, 10**6)), min_size=2, max_size=5), st.integers(0, 10**7))
def test_fixed_amounts_and_what_is_left_add_up(amounts: list[int | None], whole: int) -> None:
    amounts = [one for one in amounts if one is not None] or [5]
    parts = tuple(Instalment(str(n), None, one, None, None, "", 0) for n, one in enumerate([*amounts, None]))
    paid = [stage_fen(Stage("X", n, parts), whole, 100) for n in range(1, len(parts) + 1)]
    assert sum(paid) == whole
    assert all(part >= 0 for part in paid)


def staged(folder: Path, **more: object) -> Path:
    return written(folder, document(clause(amount="101元", rounding={"to": "元"}, **{"stages": HALVES, **more})))


def expect(**stages: object) -> list[Data]:
    return [{"name": "试", "as_of": "2025-12-31", "facts": {}, "expect": {"stages": stages}}]


def failing(folder: Path) -> list[str]:
    return [one.text("zh") for one in run_cases(load_packs([folder])) if not one.passed]


def test_each_stage_is_a_clause_in_whole_units_of_the_rounding(tmp_path: Path) -> None:
    folder = staged(tmp_path, cases=expect(首期={"amount": "51元"}, 尾款={"amount": "50元"}))
    packs = load_packs([folder])
    assert [(one.id, one.source.title) for one in packs.clauses] == [("T-01.1", "试（首期）"), ("T-01.2", "试（尾款）")]
    assert failing(folder) == []


def test_a_cap_over_the_clause_holds_over_all_its_stages(tmp_path: Path) -> None:
    cap = {"label": "每年", "over": "clause", "per": "year", "amount": "80元"}
    made = clause(amount="100元", stages=HALVES, caps=[cap], cases=expect(首期={"amount": "50元"}))
    whole = {
        "name": "合",
        "as_of": "2025-12-31",
        "facts": {},
        "expect": {"total": "80元", "clauses": {"T-01.2": "30元"}},
    }
    folder = written(tmp_path, document(made, cases=[whole]))
    assert failing(folder) == []


def test_a_cap_that_the_document_gives_each_clause_holds_over_all_stages_too(tmp_path: Path) -> None:
    cap = {"label": "每项", "over": "clause", "per": "year", "amount": "80元"}
    made = clause(amount="100元", stages=HALVES, cases=expect(首期={"amount": "50元"}))
    whole = {"name": "合", "as_of": "2025-12-31", "facts": {}, "expect": {"total": "80元"}}
    folder = written(tmp_path, document(made, rules={"subject": ["enterprise"], "caps": [cap]}, cases=[whole]))
    assert failing(folder) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"stages": [{"label": "一", "share": "50%"}, {"label": "二", "share": "49%"}]}, "pack_stages"),
        ({"stages": [{"label": "一", "share": "60%"}, {"label": "二", "share": "60%"}]}, "pack_stages"),
        ({"stages": [{"label": "一", "share": "50%"}]}, "pack_stages"),
        ({"stages": [{"label": "一"}, {"label": "二"}]}, "pack_stages"),
        ({"stages": [{"label": "一", "amount": "1元"}, {"label": "二", "amount": "1元"}]}, "pack_stages"),
        ({"stages": [{"label": "一", "share": "50%"}, {"label": "二", "amount": "1元"}]}, "pack_stages"),
        ({"stages": [{"label": "一", "share": "0%"}, {"label": "二"}]}, "pack_value"),
        ({"stages": [{"label": "一", "amount": "0.001元"}, {"label": "二"}]}, "pack_value"),
        ({"stages": [{"label": "一", "share": "50%"}, {"label": "一"}]}, "pack_label_twice"),
        ({"top_up": True}, "pack_contradiction"),
        ({"stacking": {"group": "甲"}}, "pack_contradiction"),
        ({"manual": "评审"}, "pack_contradiction"),
        ({"cases": expect(三期={"amount": "1元"})}, "pack_word"),
        ({"cases": [{"name": "试", "as_of": "2025-12-31", "expect": {"outcome": "eligible"}}]}, "pack_value"),
    ],
)
def test_stages_that_make_no_whole_are_refused(tmp_path: Path, more: Data, code: str) -> None:
    with pytest.raises(PackFaults) as refused:
        load_packs([staged(tmp_path, **{"cases": expect(首期={}), **more})])
    assert code in {one.code for one in refused.value.faults}
