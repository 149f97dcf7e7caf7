"""Answers that other packages gave for the same tables (data/NOTICE.md says which), to the digits they were given."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from yanlian.engine.chain.complexity import DIALECTS, Grid, Measures, grids_of, measure, read_table
from yanlian.engine.chain.complexity.balassa import rca
from yanlian.engine.chain.complexity.table import Columns

DATA = Path(__file__).parent / "data"


def grid(name: str, columns: Columns) -> Grid:
    return next(grids_of(read_table(DATA / name, columns), columns))


@pytest.fixture(scope="module")
def trade() -> Grid:
    return grid("sitc_world_trade_1998_2000.csv.gz", Columns("country", "product", "value"))


@pytest.fixture(scope="module")
def known() -> dict[str, dict[str, list[float]]]:
    return json.loads(gzip.decompress((DATA / "sitc_reference.json.gz").read_bytes()))


@pytest.fixture(scope="module")
def atlas(trade: Grid) -> Measures:
    return measure(trade.values)


@pytest.fixture(scope="module")
def datawheel(trade: Grid) -> Measures:
    return measure(trade.values, DIALECTS["datawheel"])


@pytest.fixture(scope="module")
def in_r(trade: Grid) -> Measures:
    return measure(trade.values, DIALECTS["r"])


def test_rca_of_sections_is_as_datawheels_own_tests_print_it():
    exports = grid("datawheel_fixture_exports.csv.gz", Columns("Exporter Country ID", "Section ID", "Trade Value"))
    index = rca(exports.values)
    first, ninth = index[:, exports.products.index("1")], index[:, exports.products.index("9")]
    told = [first.mean(), first.std(ddof=1), np.median(first), first.max(), ninth.mean(), ninth.std(ddof=1)]
    assert [round(float(one), 6) for one in told] == [3.484895, 8.261088, 0.718371, 47.724923, 1.959028, 6.469812]


def test_the_trade_table_is_226_countries_by_785_products_in_the_order_of_their_names(trade: Grid, known: dict):
    assert trade.values.shape == (226, 785)
    assert (list(trade.locations), list(trade.products)) == (known["locations"], known["products"])


@pytest.mark.parametrize("name", ["eci", "pci", "coi"])
def test_the_atlas_dialect_answers_as_ecomplexity_does(atlas: Measures, known: dict, name: str):
    np.testing.assert_allclose(getattr(atlas, name), known["atlas"][name], rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ["rca", "density", "cog"])
def test_entries_of_the_atlas_dialect_are_those_of_ecomplexity(atlas: Measures, known: dict, name: str):
    found = getattr(atlas, name)
    rows, columns = zip(*known["cells"], strict=True)
    np.testing.assert_allclose(found[list(rows), list(columns)], known["atlas"][name], rtol=1e-12, atol=1e-13)
    assert found.sum() == pytest.approx(known["atlas"][f"{name}_sum"], rel=1e-12)


@pytest.mark.parametrize("name", ["eci", "pci"])
def test_the_datawheel_dialect_answers_as_its_package_as_far_as_reflections_hold(
    datawheel: Measures, known: dict, name: str
):
    # After twenty reflections about half of the digits are lost to rounding, in their package as in ours.
    np.testing.assert_allclose(getattr(datawheel, name), known["datawheel"][name], rtol=0, atol=2e-7)


@pytest.mark.parametrize(("name", "near"), [("rca", 1e-12), ("density", 1e-13), ("cog", 2e-7)])
def test_entries_of_the_datawheel_dialect_are_those_of_its_package(
    datawheel: Measures, known: dict, name: str, near: float
):
    rows, columns = zip(*known["cells"], strict=True)
    found = getattr(datawheel, name)[list(rows), list(columns)]
    np.testing.assert_allclose(found, known["datawheel"][name], rtol=1e-12, atol=near)


@pytest.mark.parametrize("name", ["eci", "pci"])
def test_fitness_and_complexity_are_those_stored_with_the_r_package(in_r: Measures, known: dict, name: str):
    np.testing.assert_allclose(getattr(in_r, name), known["r"][name], rtol=0, atol=1e-11)


def test_presence_and_proximity_are_those_stored_with_the_r_package(in_r: Measures, known: dict):
    assert int(in_r.present.sum()) == known["r"]["present"]
    assert in_r.proximity.sum() == pytest.approx(known["r"]["proximity_sum"], rel=1e-13)


def test_reflections_move_towards_the_eigenvector(atlas: Measures, datawheel: Measures):
    assert np.corrcoef(atlas.eci, datawheel.eci)[0, 1] > 0.99
