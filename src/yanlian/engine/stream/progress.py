"""How far a stream has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Dossiers done of those that this session has to do, and seconds since it began."""

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Dossiers a second."""
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds left at this rate; None while there is none."""
        return (self.total - self.done) / self.rate if self.done and self.seconds else None
