"""Location quotient, concentration and Leontief's inverse: published examples, borders, and the plain sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity import concentration, leontief

SIZES = st.lists(st.integers(0, 100), min_size=1, max_size=12).filter(any).map(lambda sizes: np.array(sizes, float))


def test_the_location_quotient_of_reats_example():
    assert concentration.location_quotient(1714, 79006, 879213, 15593224) == pytest.approx(0.3847623, abs=5e-8)


@pytest.mark.parametrize("given_", [(1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)])
def test_no_quotient_without_something_to_compare_with(given_: tuple[float, float, float, float]):
    assert concentration.location_quotient(*given_) is None


def test_ellison_glaeser_of_the_vienna_example():
    firms = np.array([200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000], float)
    regions = ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"]
    economy = {"Wien": 500_000.0, "Linz": 400_000.0, "Graz": 100_000.0}
    assert concentration.ellison_glaeser(firms, regions, economy) == pytest.approx(0.05990628, abs=5e-9)


def test_ellison_glaeser_says_nothing_of_one_firm_or_one_region():
    assert concentration.ellison_glaeser(np.ones(1), ["a"], {"a": 1.0, "b": 1.0}) is None
    assert concentration.ellison_glaeser(np.ones(3), ["a"] * 3, {"a": 1.0}) is None


@pytest.mark.parametrize(("regions", "found"), [(["a", "x"], "x"), (["a"], "2, 1")])
def test_firms_without_a_known_region_are_refused(regions: list[str], found: str):
    with pytest.raises(Refused) as refusal:
        concentration.ellison_glaeser(np.ones(2), regions, {"a": 1.0, "b": 1.0})
    assert (refusal.value.code, refusal.value.data["found"]) == ("complexity_regions", found)


@given(SIZES)
def test_gini_is_the_mean_difference_of_all_pairs(sizes: np.ndarray):
    pairs = sum(abs(a - b) for a in sizes for b in sizes)
    assert concentration.gini(sizes) == pytest.approx(pairs / (2 * len(sizes) ** 2 * sizes.mean()), abs=1e-12)


@given(SIZES)
def test_alike_is_least_and_one_alone_is_most_concentrated(sizes: np.ndarray):
    number, alike = len(sizes), np.ones(len(sizes))
    one = np.eye(number)[0]
    assert 1 / number - 1e-12 <= concentration.herfindahl(sizes) <= 1 + 1e-12
    assert concentration.herfindahl(one) == 1.0
    assert concentration.gini(one) == pytest.approx(1 - 1 / number)
    assert concentration.hoover(sizes, sizes) == 0.0
    assert concentration.hoover(one) == pytest.approx(1 - 1 / number)
    assert concentration.locational_gini(sizes, sizes) == pytest.approx(0.0, abs=1e-12)
    # Against regions that are all alike the locational Gini is the plain one.
    assert concentration.locational_gini(sizes, alike) == pytest.approx(concentration.gini(sizes), abs=1e-12)


@pytest.mark.parametrize("sizes", [[], [0.0], [1.0, -1.0], [float("nan")]])
def test_sizes_that_are_none_are_refused(sizes: list[float]):
    with pytest.raises(Refused) as refusal:
        concentration.herfindahl(np.array(sizes))
    assert refusal.value.code == "complexity_sizes"


def test_references_of_other_regions_are_refused():
    for measure in (concentration.hoover, concentration.locational_gini):
        with pytest.raises(Refused) as refusal:
            measure(np.ones(2), np.ones(3))
        assert refusal.value.code == "complexity_shapes"


def test_the_two_sectors_of_miller_and_blair():
    # Miller, Blair (2009), section 2.2.2: Z, x, and L to the four digits of the book.
    flows, output = np.array([[150.0, 500.0], [200.0, 100.0]]), np.array([1000.0, 2000.0])
    shares = leontief.coefficients(flows, output)
    found = leontief.inverse(shares)
    assert np.round(found, 4).tolist() == [[1.2541, 0.3300], [0.2640, 1.1221]]
    np.testing.assert_allclose(leontief.output_multipliers(found), found[0] + found[1])
    np.testing.assert_allclose(leontief.output_for(shares, output - flows.sum(axis=1)), output)
    added = (output - flows.sum(axis=0)) / output
    np.testing.assert_allclose(leontief.multipliers(found, added), 1.0)


def test_the_inverse_is_the_sum_of_all_rounds_of_supply():
    shares = np.random.default_rng(1).random((6, 6)) / 8
    rounds = sum(np.linalg.matrix_power(shares, n) for n in range(200))
    np.testing.assert_allclose(leontief.inverse(shares), rounds, rtol=1e-12)


def test_a_sector_without_output_buys_nothing():
    assert leontief.coefficients(np.ones((2, 2)), np.array([0.0, 2.0])).tolist() == [[0.0, 0.5], [0.0, 0.5]]


@pytest.mark.parametrize("shares", [np.eye(2), np.array([[1.5, 0.0], [0.0, 0.5]])])
def test_an_economy_that_eats_itself_is_refused(shares: np.ndarray):
    with pytest.raises(Refused) as refusal:
        leontief.inverse(shares)
    assert refusal.value.code == "complexity_leontief"


def test_sizes_that_do_not_fit_and_a_singular_system_are_refused():
    for call, code in (
        (lambda: leontief.coefficients(np.ones((2, 2)), np.ones(3)), "complexity_shapes"),
        (lambda: leontief.inverse(np.ones((2, 3))), "complexity_no_matrix"),
        (lambda: leontief.multipliers(np.eye(2), np.ones(3)), "complexity_shapes"),
        (lambda: leontief.output_for(np.zeros((2, 2)), np.ones(3)), "complexity_shapes"),
        (lambda: leontief.output_for(np.eye(2), np.ones(2)), "complexity_leontief"),
    ):
        with pytest.raises(Refused) as refusal:
            call()
        assert refusal.value.code == code
