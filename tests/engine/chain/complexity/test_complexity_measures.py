"""The fast measures against the slow ones, and what must not change when a table is turned or scaled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity import DIALECTS, measure, obvious
from yanlian.engine.chain.complexity.balassa import presence, rca
from yanlian.engine.chain.complexity.bits import proximities
from yanlian.engine.chain.complexity.dialect import dialect_of
from yanlian.engine.chain.complexity.index import eigen, fitness, reflections
from yanlian.engine.chain.complexity.outlook import opportunity_gain, outlook
from yanlian.engine.chain.complexity.space import density
from yanlian.engine.chain.complexity.sums import sums_over_present, two_sums

SIZES = st.tuples(st.integers(1, 12), st.integers(1, 40))
VALUES = SIZES.flatmap(lambda size: arrays.arrays(np.float64, size, elements=st.integers(0, 50).map(float)))
PRESENT = SIZES.flatmap(lambda size: arrays.arrays(np.bool_, size))
SEEDS = st.integers(0, 10_000)


def drawn(seed: int, rows: int = 9, columns: int = 14) -> np.ndarray:
    """Values whose locations and products all hold together, with a clear second eigenvector."""
    random = np.random.default_rng(seed)
    return np.exp(2 * random.normal(size=(rows, columns))) * (random.random((rows, columns)) < 0.8) + 1e-3


@pytest.fixture(params=["compiled", "plain"], autouse=True, scope="module")
def size_of_small(request: pytest.FixtureRequest):
    """Every fact holds of small tables, which are multiplied plainly, and of large ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("yanlian.engine.chain.complexity.bits._SMALL", 0 if request.param == "compiled" else 10**12)
        yield


@given(VALUES)
def test_rca_is_share_here_over_share_everywhere(values: np.ndarray):
    found = rca(values)
    for c, p in np.ndindex(values.shape):
        assert found[c, p] == pytest.approx(obvious.rca(values, c, p), rel=1e-12, nan_ok=True)


@given(PRESENT, st.sampled_from([0.0, 1.0]))
def test_proximity_is_the_smaller_conditional_probability(present: np.ndarray, own: float):
    found = proximities(present, own=own)
    for p in range(present.shape[1]):
        assert found[p].tolist() == obvious.proximity_row(present, p, own).tolist()


@given(PRESENT)
def test_geometric_proximity_is_common_over_the_root_of_both_ubiquities(present: np.ndarray):
    counts, sizes = present.T.astype(int) @ present.astype(int), present.sum(axis=0)
    for p, q in np.ndindex(counts.shape):
        size = np.sqrt(sizes[p] * sizes[q])
        assert proximities(present, geometric=True)[p, q] == pytest.approx(counts[p, q] / size if size else 0.0)


@pytest.mark.parametrize("size", [(3, 31), (70, 129), (5, 256), (4, 700)])
def test_sums_over_what_is_present_are_the_matrix_product_at_every_edge_of_a_tile(size: tuple[int, int]):
    random = np.random.default_rng(1)
    present, matrix = random.random(size) < 0.4, random.normal(size=(size[1], size[1]))
    weights = random.normal(size=size[1])
    np.testing.assert_allclose(
        sums_over_present(present, matrix, weights), present @ (weights[:, None] * matrix), atol=1e-12
    )
    np.testing.assert_allclose(two_sums(present, matrix, weights)[0], present @ matrix, atol=1e-12)


@given(PRESENT)
def test_density_is_the_share_of_the_neighbourhood(present: np.ndarray):
    near = proximities(present)
    found = density(present, near)
    for c, p in np.ndindex(present.shape):
        assert found[c, p] == pytest.approx(obvious.density(present, c, near[p]), nan_ok=True, abs=1e-14)


@given(PRESENT, SEEDS, st.sampled_from(["atlas", "book", "datawheel"]))
def test_outlook_and_gain_are_the_sums_of_their_definitions(present: np.ndarray, seed: int, kind: str):
    near = proximities(present, own=DIALECTS[kind].own)
    dense, pci = density(present, near), np.random.default_rng(seed).normal(size=present.shape[1])
    pci[present.sum(axis=0) == 0] = np.nan
    told, index = opportunity_gain(present, near, dense, pci, kind), outlook(present, dense, pci)
    for c in range(len(present)):
        assert index[c] == pytest.approx(obvious.outlook(present, dense, pci, c), abs=1e-12)
        for p in range(present.shape[1]):
            if not np.isnan(dense[c, p]):
                assert told[c, p] == pytest.approx(obvious.gain(present, near, pci, c, p, kind), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from([(9, 14), (14, 9), (11, 11)]))
def test_eci_and_pci_are_the_second_eigenvectors_whichever_side_is_smaller(seed: int, size: tuple[int, int]):
    present = presence(rca(drawn(seed, *size)))
    found = eigen(present)
    assume(found.parts == 1 and found.second < 0.95)
    slow = np.linalg.eigvals((present / present.sum(axis=0)).T @ (present / present.sum(axis=1)[:, None]))
    assume(np.sort(slow.real)[-2] - np.sort(slow.real)[-3] > 1e-3)
    locations, products = obvious.eigen(present)
    assume(abs(np.corrcoef(present.sum(axis=1), locations)[0, 1]) > 1e-6)
    scale = np.linalg.norm(locations)
    np.testing.assert_allclose(found.locations / np.linalg.norm(found.locations), locations / scale, atol=1e-8)
    np.testing.assert_allclose(
        found.products / np.linalg.norm(found.products), products / np.linalg.norm(products), atol=1e-8
    )


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_eci_is_the_mean_pci_of_what_a_location_has_and_pci_the_scaled_mean_back(seed: int):
    found = measure(drawn(seed))
    assume(found.parts == 1 and not np.isnan(found.eci).any())
    for c in range(len(found.eci)):
        assert found.pci[found.present[c]].mean() == pytest.approx(found.eci[c], abs=1e-9)
    # Back again: the mean ECI of those who have a product is its PCI times the second eigenvalue, up to one constant.
    back = np.array([found.eci[found.present[:, p]].mean() for p in range(len(found.pci))])
    shifted = back - found.second * found.pci
    np.testing.assert_allclose(shifted, shifted[0], atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(SEEDS, SEEDS)
def test_another_order_of_rows_and_columns_gives_the_same_answers_in_that_order(seed: int, order: int):
    values, random = drawn(seed), np.random.default_rng(order)
    rows, columns = random.permutation(values.shape[0]), random.permutation(values.shape[1])
    before = measure(values)
    assume(before.parts == 1 and 1e-3 < before.second < 0.95)
    assume(abs(np.corrcoef(before.diversity, before.eci)[0, 1]) > 1e-6)
    after = measure(values[np.ix_(rows, columns)])
    assume((after.present == before.present[np.ix_(rows, columns)]).all())
    np.testing.assert_allclose(after.eci, before.eci[rows], atol=1e-6)
    np.testing.assert_allclose(after.pci, before.pci[columns], atol=1e-6)
    np.testing.assert_allclose(after.density, before.density[np.ix_(rows, columns)], atol=1e-12)
    np.testing.assert_allclose(after.cog, before.cog[np.ix_(rows, columns)], atol=1e-6)


@given(SEEDS, st.sampled_from([0.001, 8.0, 1e9]))
def test_another_unit_of_value_changes_nothing(seed: int, unit: float):
    values = drawn(seed)
    np.testing.assert_allclose(rca(values * unit), rca(values), rtol=1e-12)


def test_rca_of_a_location_times_its_share_is_what_the_product_has_everywhere():
    values = drawn(3)
    np.testing.assert_allclose((rca(values) * (values.sum(axis=1) / values.sum())[:, None]).sum(axis=0), 1.0)


def test_empty_rows_and_columns_have_no_index_and_disturb_no_other():
    values = drawn(5)
    padded = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    padded[:-1, :-1] = values
    alone, beside = measure(values), measure(padded)
    assert np.isnan([beside.eci[-1], beside.pci[-1], beside.rca[-1, 0], beside.rca[0, -1], beside.density[0, -1]]).all()
    np.testing.assert_allclose(beside.eci[:-1], alone.eci, atol=1e-10)
    np.testing.assert_allclose(beside.density[:-1, :-1], alone.density)
    np.testing.assert_allclose(beside.cog[:-1, :-1], alone.cog, atol=1e-10)


def test_unconnected_parts_are_told_and_the_indices_hold_for_the_largest():
    first = presence(rca(drawn(2)))
    both = np.zeros((first.shape[0] + 2, first.shape[1] + 2), dtype=bool)
    both[: first.shape[0], : first.shape[1]] = first
    both[-2:, -2:] = True
    found = eigen(both)
    assert found.parts == 2
    assert np.isnan(found.locations[-2:]).all()
    np.testing.assert_allclose(found.locations[:-2], eigen(first).locations, atol=1e-9)


def test_where_all_have_the_same_no_index_is_made_up():
    found = measure(np.ones((4, 5)))
    assert found.present.all()
    assert np.isnan(found.eci).all()


def test_a_sign_is_settled_when_all_locations_are_as_diverse():
    ring = np.eye(6, dtype=bool) | np.roll(np.eye(6, dtype=bool), 1, axis=1)
    once, again = eigen(ring), eigen(ring.copy())
    assert once.locations.tolist() == again.locations.tolist()
    assert once.products[int(np.argmax(np.abs(once.products)))] > 0


@pytest.mark.parametrize("rare", [0, 3], ids=["square matrix", "sparse products"])
def test_more_locations_than_are_decomposed_whole_give_the_same_vector(rare: int):
    random = np.random.default_rng(4)
    level = np.linspace(-2, 2, 650)
    present = random.random((650, 700)) < 1 / (1 + np.exp(-3 * level[:, None] + np.linspace(-3, 3, 700)[None] + rare))
    present[:, 0], present[0] = True, True
    assert (present.mean() < 0.3) == (rare > 0)
    found, products = eigen(present), None
    over = present / present.sum(axis=1)[:, None]
    products = (present / present.sum(axis=0)).T @ (over @ found.products)
    np.testing.assert_allclose(products, found.second * found.products, atol=1e-12)
    assert np.corrcoef(found.locations, present.sum(axis=1))[0, 1] > 0


def test_reflections_are_means_of_means():
    present = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]], dtype=bool)
    # k_c,0 = 3, 2, 1; k_p,0 = 3, 2, 1; k_p,1 = mean of k_c,0 over those who have p.
    two = reflections(present, 2)
    assert (two.locations.tolist(), two.products.tolist()) == ([3, 2, 1], [2, 2.5, 3])
    three = reflections(present, 3)
    assert three.locations.tolist() == [2, 2.5, 3]


def test_fitness_of_two_turns_by_hand():
    present = np.array([[1, 1], [1, 0]], dtype=bool)
    found = fitness(present, 2)
    np.testing.assert_allclose(found.locations, np.array([2, 1]) / 1.5)
    np.testing.assert_allclose(found.products, np.array([1 / 2, 1]) / 0.75)


@given(PRESENT, st.integers(1, 6))
def test_density_of_the_nearest_weighs_each_with_its_proximity(present: np.ndarray, nearest: int):
    products = present.shape[1]
    assume(products > nearest)
    near = proximities(present)
    found = density(present, near, nearest)
    for p in range(products):
        others = sorted((q for q in range(products) if q != p), key=lambda q: (-near[q, p], q))[:nearest]
        total = sum(near[q, p] for q in others)
        for c in range(len(present)):
            expected = sum(near[q, p] for q in others if present[c, q]) / total if total else np.nan
            assert found[c, p] == pytest.approx(expected, nan_ok=True)


def test_distance_and_density_add_up_to_one_and_progress_is_told():
    told: list[tuple[int, int]] = []
    found = measure(drawn(1), DIALECTS["book"], step=lambda done, total: told.append((done, total)))
    np.testing.assert_allclose(found.distance + found.density, 1.0)
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(
    ("values", "where"), [([[1.0, -1.0]], "[0, 1]"), ([[1.0], [float("nan")]], "[1, 0]"), ([[float("inf")]], "[0, 0]")]
)
def test_a_value_that_is_no_amount_is_refused_with_its_place(values: list[list[float]], where: str):
    with pytest.raises(Refused) as found:
        measure(np.array(values))
    assert (found.value.code, found.value.data["where"]) == ("complexity_value", where)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"threshold": 0.0}, "complexity_threshold"),
        ({"iterations": 1}, "complexity_iterations"),
        ({"nearest": 14}, "complexity_nearest"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict, code: str):
    with pytest.raises(Refused) as found:
        measure(drawn(1), **options)
    assert found.value.code == code


def test_what_is_no_matrix_and_a_strange_dialect_are_refused():
    with pytest.raises(Refused) as found:
        measure(np.ones(3))
    assert found.value.code == "complexity_no_matrix"
    with pytest.raises(Refused) as found:
        dialect_of("esperanto")
    assert found.value.code == "complexity_dialect"


def test_a_threshold_that_nobody_reaches_leaves_everything_undefined():
    found = measure(drawn(1), threshold=1e9)
    assert not found.present.any()
    assert np.isnan(found.eci).all()
    assert np.isnan(found.density).all()
    assert not found.cog.any()
