"""Where published definitions and packages of economic complexity differ, as values: one dialect each.

The differences and their sources stand in docs/reference/complexity.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from yanlian.base.refusal import Refused

Method = Literal["eigen", "reflections", "fitness"]
Scale = Literal["location", "each", "none"]
Gain = Literal["atlas", "book", "datawheel"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to compute.

    `method`: of ECI and PCI, unless another is asked for. `scale`: PCI by mean and deviation of the location side, so
    that ECI is the mean PCI of what a location has ("location"), or each by its own ("each"); fitness has a scale of
    its own and is never standardised. `ddof`: divisor n - ddof of the standard deviation. `own`: proximity of a product
    with itself. `raw_outlook`: COI and COG from the PCI that is scaled but not centred, and COI standardised at the
    end; otherwise from the standardised PCI, and COI as it comes. `gain`: the formula of COG.
    """

    name: str
    method: Method
    scale: Scale
    ddof: int
    own: float
    raw_outlook: bool
    gain: Gain


DIALECTS = MappingProxyType(
    {
        one.name: one
        for one in (
            Dialect("atlas", "eigen", "location", 0, 1.0, raw_outlook=True, gain="atlas"),
            Dialect("book", "eigen", "each", 0, 1.0, raw_outlook=False, gain="book"),
            Dialect("datawheel", "reflections", "each", 1, 0.0, raw_outlook=False, gain="datawheel"),
            Dialect("r", "fitness", "each", 1, 1.0, raw_outlook=False, gain="atlas"),
        )
    }
)


def dialect_of(name: str) -> Dialect:
    """The dialect of a name; refused with the names there are."""
    if name not in DIALECTS:
        raise Refused("complexity_dialect", found=name, known=", ".join(DIALECTS))
    return DIALECTS[name]
