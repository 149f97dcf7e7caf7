"""Numbers of organisations and persons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from yanlian.base.ids import check_person_number, check_uscc, person_code, person_hash, plain_form
from yanlian.base.refusal import Refused

VALID = "91110000600037341L"


@pytest.mark.parametrize(
    "found", [VALID, VALID.lower(), "９１１１００００６０００３７３４１Ｌ", f" {VALID[:8]} {VALID[8:]}\u3000"]
)
def test_uscc_is_brought_to_one_form(found: str) -> None:
    assert check_uscc(found).value == VALID
    assert check_uscc(found).valid


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (VALID[:-1] + "M", "check_digit"),
        (VALID[:-1], "length"),
        ("I" + VALID[1:], "format"),
        ("9137", "length"),
    ],
)
def test_a_wrong_uscc_is_named_and_kept(found: str, fault: str) -> None:
    checked = check_uscc(found)
    assert checked.fault == fault
    assert not checked.valid
    assert checked.value == found


def test_person_number_is_checked_and_passports_pass_with_a_mark() -> None:
    assert check_person_number("11010519491231002x").valid
    assert check_person_number("110105194912310021").fault == "check_digit"
    assert check_person_number("E12345678").fault == "length"


@pytest.mark.parametrize("found", ["", "12", "张三", "ABCDEFGH", "1" * 21])
def test_what_is_no_document_number_is_refused_without_repeating_it(found: str) -> None:
    with pytest.raises(Refused) as caught:
        check_person_number(found)
    assert caught.value.data == {"length": len(found)}


def test_hash_depends_on_the_key_and_not_on_the_spelling() -> None:
    one = person_hash("11010519491231002x", "key")
    assert one == person_hash(" 1101 0519491231002Ｘ", "key")
    assert one != person_hash("11010519491231002X", "other key")
    assert len(one) == 64
    assert person_code(one) == "P" + one[:16]


def test_plain_form_drops_blanks_and_hyphens() -> None:
    assert plain_form("ab-1 2\u200b") == "AB12"


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXYIO", min_size=17, max_size=19))
def test_the_quick_check_of_a_uscc_says_what_the_library_says(found: str) -> None:
    candidates = [found]
    if len(found) == 18 and not set("IO") & set(found):
        candidates.append("91370212" + found[8:17] + uscc.calc_check_digit("91370212" + found[8:17]))
    for candidate in candidates:
        assert check_uscc(candidate).valid == uscc.is_valid(candidate)


@given(
    st.sampled_from(["110105", "370212", "370200", "230228", "999999", "659002", "130000", "441521"]),
    st.integers(1900, 2026),
    st.integers(0, 13),
    st.integers(0, 32),
    st.integers(0, 999),
    st.booleans(),
)
def test_a_resident_number_is_valid_exactly_when_the_reference_says_so(
    place: str, year: int, month: int, day: int, order: int, is_sealed: bool
) -> None:
    body = f"{place}{year}{month:02}{day:02}{order:03}"
    number = body + (ric.calc_check_digit(body + "0") if is_sealed else "0")
    assert check_person_number(number).valid == ric.is_valid(number)
