"""What one evaluation carries along: variables, local slots, warnings and the budget of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import Fault, FeelWarning

MAX_STEPS = 10_000_000
MAX_CALLS = 150


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


class Frame:
    """One evaluation, or one call of a function defined in FEEL within it."""

    __slots__ = ("meter", "slots", "variables", "warnings")

    def __init__(
        self, variables: Mapping[str, object], slots: list[object], warnings: list[FeelWarning] | None, meter: Meter
    ) -> None:
        self.variables = variables
        self.slots = slots
        self.warnings = warnings
        self.meter = meter

    def null(self, place: Place, code: str, data: Mapping[str, object]) -> None:
        """Null, with a warning if somebody collects them."""
        if self.warnings is not None:
            self.warnings.append(FeelWarning(code, data, place.line, place.column))

    def settle(self, result: object, place: Place) -> object:
        """A result of a function: a fault becomes null with a warning."""
        if type(result) is Fault:
            self.null(place, result.code, result.data)
            return None
        return result


Run: TypeAlias = Callable[[Frame], object]


class Piece(NamedTuple):
    """A compiled node: how to run it; its value if that never changes; the path it stands for, if it is one; whether
    it can only give a truth value; and how to get the value as it came from outside, for those who look at some members
    of a list only and clean these."""

    run: Run
    fixed: bool = False
    value: object = None
    origin: tuple[str, ...] | None = None
    truth: bool = False
    raw: Run | None = None


def fixed(value: object) -> Piece:
    """A piece that always has the same value."""
    return Piece(lambda f: value, fixed=True, value=value)
