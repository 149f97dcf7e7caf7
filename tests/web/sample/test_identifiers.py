"""Codes of invented firms and persons are well formed and can be told from real ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from tests.web.sample.conftest import Sample

from yanlian.web.sample.generate import load_faults
from yanlian.web.sample.identifiers import id_numbers, usccs

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def organisation_check(code: str) -> str:
    """GB 11714, written apart from the generator: the ninth character of an organisation code."""
    rest = 11 - sum(int(c, 36) * w for c, w in zip(code, ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


@given(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=50))
def test_both_check_digits_of_every_code_are_right(serials: list[int]) -> None:
    codes = usccs(np.full(len(serials), "91370212"), "MAX", np.array(serials, dtype=np.int64)).to_pylist()
    for code in codes:
        assert uscc.is_valid(code)
        assert organisation_check(code[8:16]) == code[16]


@settings(deadline=None)  # the first look into the table of places takes long
@given(st.sets(st.integers(0, 5_000_000), min_size=2, max_size=50))
def test_numbers_of_persons_are_valid_distinct_and_of_no_district(serials: set[int]) -> None:
    numbers = id_numbers(np.array(sorted(serials), dtype=np.int64)).to_pylist()
    assert len(set(numbers)) == len(serials)
    for number in numbers:
        assert ric.is_valid(number)
        assert number.startswith("370200")


def test_a_code_that_is_to_be_broken_fails_only_in_its_last_digit() -> None:
    good = usccs(np.full(1, "91370212"), "MAX", np.array([7])).to_pylist()[0]
    bad = usccs(np.full(1, "91370212"), "MAX", np.array([7]), np.array([True])).to_pylist()[0]
    assert bad[:-1] == good[:-1]
    assert not uscc.is_valid(bad)


def test_only_the_planted_codes_of_a_sample_fail_the_check(default_sample: Sample) -> None:
    planted = {fault.found for fault in load_faults(default_sample.folder) if fault.kind == "bad_check_digit"}
    codes = [row["who"] for row in default_sample.rows("registration")]
    assert {code for code in codes if not uscc.is_valid(code)} == planted
    assert len(set(codes)) == len(codes)


def test_every_name_says_that_it_is_a_sample_and_fictional(default_sample: Sample) -> None:
    for row in default_sample.rows("registration"):
        assert row["名称"].startswith("样例")
        assert "虚构" in row["名称"]
        assert row["虚构"] == "是"
    for row in default_sample.rows("insurance"):
        assert row["姓名"].startswith("样例")
        assert "虚构" in row["姓名"]
        assert row["虚构"] == "是"


def test_a_firm_that_moved_here_keeps_the_place_of_its_first_registration_in_its_code(default_sample: Sample) -> None:
    moved = [row for row in default_sample.rows("registration") if row["moved_in_on"]]
    assert moved
    assert all(row["who"][2:8] != "370212" for row in moved)
