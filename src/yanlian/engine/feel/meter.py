"""The budget of one evaluation: steps, and calls within calls. Work in proportion to a value is charged where done.

A closure has the meter in its frame. What walks through values without a frame (equality, conversion, text) charges the
meter of the evaluation that runs in this thread: a value of sixty nodes can be a tree of 2 ** 60 leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from yanlian.engine.feel.refusal import FeelError

MAX_STEPS = 10_000_000
MAX_CALLS = 150
MAX_DEPTH_OF_VALUES = 200


class Meter:
    """How many steps and how deep calls may still go, shared by all frames of one evaluation."""

    __slots__ = ("calls", "left", "where")

    def __init__(self, left: int, where: str) -> None:
        self.left = left
        self.calls = MAX_CALLS
        self.where = where

    def spend(self, steps: int) -> None:
        """Count steps; refuse when the budget is used up."""
        self.left -= steps
        if self.left < 0:
            raise FeelError("feel_limit", where=self.where, expected=MAX_STEPS, found="steps")


class _Current(threading.local):
    meter: Meter | None = None


CURRENT = _Current()


def charge_walk(size: int) -> None:
    """Count what walking once through a list or context of this size costs."""
    meter = CURRENT.meter
    if meter is not None:
        meter.spend(6 + 2 * size)


def charge(steps: int) -> None:
    """Count steps of the evaluation that runs in this thread, if one does."""
    meter = CURRENT.meter
    if meter is not None:
        meter.spend(steps)


@contextmanager
def metered(meter: Meter) -> Iterator[None]:
    """Let an evaluation with this meter run in this thread."""
    before, CURRENT.meter = CURRENT.meter, meter
    try:
        yield
    finally:
        CURRENT.meter = before


def within_limits(result: object, meter: Meter) -> object:
    """A result that may leave the evaluation: not too deep and not too large for whoever walks through it next."""
    if type(result) is not list and type(result) is not dict:
        return result
    stack: list[tuple[object, int]] = [(result, 1)]
    while stack:
        top, depth = stack.pop()
        members = top.values() if type(top) is dict else top
        assert isinstance(members, Collection)
        meter.spend(len(members))
        if depth > MAX_DEPTH_OF_VALUES:
            raise FeelError("feel_limit", where=meter.where, expected=MAX_DEPTH_OF_VALUES, found="depth")
        stack.extend((member, depth + 1) for member in members if type(member) is list or type(member) is dict)
    return result
