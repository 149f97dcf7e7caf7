"""Numbers in programs: quotients compared without division, rounding of halves, and what 34 digits could change."""

from __future__ import annotations

import itertools

from tests.engine.policy.lower.asked import answers

A, B, RATE, C = "登记.注册资本", "登记.实缴资本", "甲表.率", "甲表.钱"


def row(a=None, b=None, rate=None, c=None):
    return {"registration": {"capital": a, "paid_in": b}, "made_one": {"rate": rate, "money": c}}


FIGURES = [row(a, b, rate, c) for a, b, (rate, c) in itertools.product(
    (1, 3, 100, 120, 700, -7), (1, 3, 100, 7, 0), ((50_000, 1), (333_333, 300), (1_000_000, 7)))]  # fmt: skip


def test_a_quotient_that_stands_on_a_threshold_is_not_above_it(tmp_path):
    formulas = [
        f"{A} / {B} - 1 >= 0.2",
        f"{A} / {B} > 1.2",
        f"{A} / {B} = 1.2",
        f"{A} / {B} * 0.05 >= 0.06",
        f"{A} < {B} / 3",
    ]
    answers(tmp_path, formulas, [one for one in FIGURES if one["registration"]["paid_in"]]).agree(*formulas)


def test_a_quotient_by_nought_is_null(tmp_path):
    found = answers(tmp_path, [f"{A} / {B} = null", f"({A} / {B}) > 1"], FIGURES)
    found.agree(f"{A} / {B} = null")


def test_quotients_are_equal_where_their_cross_products_are(tmp_path):
    formulas = [f"{A} / {B} = {C} / {B}", f"{A} / {B} <= {C} / 7", f"max({A} / 3, {B} / 3) > {C} / 3"]
    rows = [one for one in FIGURES if one["registration"]["paid_in"]]
    answers(tmp_path, formulas, rows).agree(*formulas)


def test_what_was_rounded_after_34_digits_before_is_left_to_the_interpreter(tmp_path):
    # 1 / 3 * 3 is 0.999…9 to the interpreter, and so less than 1.
    formulas = [f"{A} / 3 * 3 = {A}", f"floor({A} / 3 * 3, 2)", f"{A} / {B} * {B} = {A}", f"{A} / {B} / {C} = 1",
        f"{A} / {B} - 1 = {C} / {B} - 1", f"{A} / 7 - {B} / 7 < 0", f"{A} / {B} * 1.2 >= 1"]  # fmt: skip
    found = answers(tmp_path, formulas, FIGURES)
    found.agree()
    assert found.asked == set(formulas)
    assert '"result": false' in str(found.interpreter[f"{A} / 3 * 3 = {A}"])


def test_halves_round_as_each_function_says(tmp_path):
    functions = ("floor", "ceiling", "round half up", "decimal", "round down")
    formulas = [f"{name}({what}, {digits})" for name in functions for what in (f"{A} / 8", f"{A} * {RATE} / 2")
        for digits in (2, 1, 0, -2)]  # fmt: skip
    rows = [row(a, 1, rate, 1) for a in (-150, -100, -50, -1, 0, 1, 50, 150, 250, 100_000_050) for rate in (5, 500_000)]
    answers(tmp_path, formulas, rows).agree(*formulas)


def test_a_share_of_money_divided_by_a_rate_rounds_at_the_last_fen(tmp_path):
    formulas = [f"floor({A} * 0.015 / {RATE}, 2)", f"round half up({A} * 0.015 / {RATE}, 2)"]
    rows = [row(a, 1, rate, 1) for a in (1, 2, 99, 100, 12_345, 99_999_999) for rate in (1, 15_000, 30_000, 43_500)]
    answers(tmp_path, formulas, rows).agree(*formulas)


ENDS = ((1 << 63) - 1, -(1 << 63), 1 << 53, (1 << 53) + 1, 10**16 + 1, 0, 1)


def test_figures_at_the_ends_of_64_bits_are_compared_exactly_with_any_range(tmp_path):
    formulas = [f"{A} + {B} > {C}", f"{A} - {B} = {C}", f"{A} * 3 >= {B}", f"abs({A}) > {B}", f"- {A} < {B}",
        f"min({A}, {B}) = {A}", f"{A} * 100 / 3 > {B}", f"{A} / 0.001 = {B}"]  # fmt: skip
    rows = [row(a, b, 1, c) for a, b, c in itertools.product(ENDS, ENDS, (0, 1, 1 << 53))]
    for ranges in (True, False):
        found = answers(tmp_path / str(ranges), formulas, rows, ranges=ranges)
        found.agree(formulas[0], formulas[1], formulas[2], formulas[3], formulas[4], formulas[5])


def test_the_least_of_two_quotients_is_found_without_dividing(tmp_path):
    formulas = [
        f"round half up(min({A} * 0.015 / {RATE}, {A} * 50%), 2)",
        f"max({A} / {B}, {C} / {B}) > 1.2",
        f"min({A} / {RATE}, {B} / {RATE}, {C}) >= {C}",
    ]
    rows = [one for one in FIGURES if one["registration"]["paid_in"]]
    answers(tmp_path, formulas, rows).agree(*formulas)


def test_nought_has_no_sign(tmp_path):
    formulas = [f"{A} * -1", f"decimal({A} * 0.001, 2)", f"round down({A} * 0.001, 2)", f"- {A}"]
    found = answers(tmp_path, formulas, [row(a, 1) for a in (-1, 0, 1, -400)])
    found.agree(*formulas)
    assert '"-0"' not in str(found.interpreter)


def test_a_figure_that_is_the_same_wherever_it_is_known_is_no_constant(tmp_path):
    formulas = [
        f"decimal({C}, 甲表.数)",
        "date(甲表.年份, 2, 甲表.数)",
        "date(2024, 甲表.数, 甲表.数)",
        f"{C} ** 甲表.数",
    ]
    formulas += ["string(甲表.数)", "duration(甲表.文)", "substring(甲表.文, 甲表.数)"]
    rows = [
        {"made_one": {"money": 1234, "count": count, "year": 2024, "text": text}}
        for count in (2, None)
        for text in ("P1D", None)
    ]
    for ranges in (True, False):
        answers(tmp_path / str(ranges), formulas, rows, ranges=ranges).agree()
    without = [{"made_one": {"money": 1234, "year": 2024}}]
    answers(tmp_path / "without", formulas, without, without=["count", "text"]).agree()
