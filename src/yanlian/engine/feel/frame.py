"""What one evaluation carries along: variables, local slots, warnings and the budget of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.meter import MAX_CALLS, MAX_STEPS, Meter
from yanlian.engine.feel.values import Fault, FeelWarning

__all__ = ["MAX_CALLS", "MAX_STEPS", "Frame", "Meter", "Piece", "Run", "fixed"]


class Frame:
    """One evaluation, or one call of a function defined in FEEL within it.

    Without a meter it gets one of its own, for so many `steps` and errors `where`, when it is first asked for: most
    expressions neither loop nor call.
    """

    __slots__ = ("meter", "slots", "steps", "variables", "warnings", "where")
    meter: Meter

    def __init__(
        self,
        variables: Mapping[str, object],
        slots: list[object],
        warnings: list[FeelWarning] | None,
        meter: Meter | None = None,
        steps: int = MAX_STEPS,
        where: str = "",
    ) -> None:
        self.variables = variables
        self.slots = slots
        self.warnings = warnings
        if meter is None:
            self.steps = steps
            self.where = where
        else:
            self.meter = meter

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Meter:
            # Python comes here only for a slot that is still empty.
            if name != "meter":
                raise AttributeError(name)
            self.meter = Meter(self.steps, self.where)
            return self.meter

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
    it can only give a truth value; and how to get the value as it came from outside if that is a list or an integer,
    for those who take integers for decimals and look at single members of a list."""

    run: Run
    fixed: bool = False
    value: object = None
    origin: tuple[str, ...] | None = None
    truth: bool = False
    raw: Run | None = None


def fixed(value: object) -> Piece:
    """A piece that always has the same value."""
    return Piece(lambda f: value, fixed=True, value=value)
