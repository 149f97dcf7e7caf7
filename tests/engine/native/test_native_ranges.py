"""Ranges of choices: what the condition says of the value that is chosen counts."""

from __future__ import annotations

import pytest

from yanlian.engine.native.builder import Builder
from yanlian.engine.native.ir import Column, Node


@pytest.fixture
def b() -> Builder:
    return Builder()


def value(b: Builder) -> Node:
    return b.read(Column("x", "i64", -1000, 1000))


def test_an_amount_that_counts_only_where_it_is_positive_is_never_negative(b: Builder) -> None:
    x, other = value(b), b.read(Column("y", "bit"))
    fails = b.either(other, b.compare("<", x, b.const(1)))
    kept = b.choose(b.negate(fails), x, b.const(0))
    assert (kept.low, kept.high) == (0, 1000)


def test_both_arms_know_of_the_condition(b: Builder) -> None:
    x = value(b)
    capped = b.choose(b.compare("<", x, b.const(50)), x, b.const(50))
    assert (capped.low, capped.high) == (-1000, 50)
    raised = b.choose(b.compare("<", x, b.const(50)), b.const(50), x)
    assert (raised.low, raised.high) == (50, 1000)


def test_a_condition_that_may_hold_otherwise_says_nothing(b: Builder) -> None:
    x, other = value(b), b.read(Column("y", "bit"))
    small = b.compare("<", x, b.const(50))
    found = b.choose(b.either(other, small), x, b.const(0))
    assert (found.low, found.high) == (-1000, 1000)
    found = b.choose(b.both(other, small), b.const(0), x)
    assert (found.low, found.high) == (-1000, 1000)
