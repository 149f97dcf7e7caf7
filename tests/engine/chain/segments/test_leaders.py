"""Facts about who leads a chain."""

from __future__ import annotations

from tests.engine.chain.segments.made import CHAIN, firm

from yanlian.engine.chain.segments import figures_of
from yanlian.engine.chain.segments.leaders import leaders_of

FIRMS = (
    firm("A", "t-set", output=60),
    firm("B", "t-set", "t-lens", output=40),
    firm("C", "t-use", output=5),
    firm("X", "t-set", local=False, output=900),
)
FIGURES = figures_of(CHAIN, FIRMS)


def test_the_columns_of_a_leader_by_hand() -> None:
    bought = {"A": [("B", 1.0), ("B", 2.0), ("X", 9.0)], "C": [("A", 1.0), ("B", 1.0)], "X": [("A", 1.0)]}
    found = {one.firm: one for one in leaders_of(FIRMS, FIGURES, purchases=bought, controls={"A": 2})}
    assert set(found) == {"A", "B", "C"}
    assert found["A"].columns == {
        "esri": None,
        "segment_share": 0.75,
        "output": 60,
        "suppliers": 1,
        "customers": 1,
        "controls": 2,
        "offspring": None,
    }
    # All of the lenses, a quarter of the sets.
    assert (found["B"].columns["segment_share"], found["B"].segment) == (1.0, "t-lens")
    assert found["B"].columns["customers"] == 2


def test_what_no_other_firm_beats_is_marked_and_stands_first() -> None:
    found = leaders_of(FIRMS, FIGURES, esri={"A": 0.5, "B": 0.1, "C": 0.1})
    assert [(one.firm, one.undominated) for one in found] == [("A", True), ("B", True), ("C", False)]


def test_trade_that_nobody_delivered_is_unknown() -> None:
    assert all(one.columns["customers"] is None for one in leaders_of(FIRMS, FIGURES))
