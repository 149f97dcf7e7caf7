"""What a decision gave before: values kept by what they depend on, as long as that pays, up to a limit."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from yanlian.engine.feel.meter import Meter
from yanlian.engine.feel.values import FeelWarning

MAX_KEPT = 50_000
_WINDOW = 4_096
# Looking up costs a small part of most decisions: one hit in eight is worth seven misses.
_LEAST_HITS = _WINDOW // 8


class Known(NamedTuple):
    """A value, why it may be null, and the steps that making it took."""

    value: object
    warnings: tuple[FeelWarning, ...]
    steps: int


class Memory:
    """Values by key. `pays` becomes false for good when too few keys come again."""

    __slots__ = ("_asked", "_hits", "_known", "pays")

    def __init__(self) -> None:
        self.pays = True
        self._known: dict[Hashable, Known] = {}
        self._asked = 0
        self._hits = 0

    def find(self, key: Hashable, meter: Meter) -> Known | None:
        """What is known for a key; its steps are charged. Nothing if the budget would not have sufficed."""
        self._asked += 1
        if self._asked >= _WINDOW:
            self._review()
        known = self._known.get(key)
        if known is None or known.steps > meter.left:
            return None
        self._hits += 1
        meter.left -= known.steps
        return known

    def keep(self, key: Hashable, value: object, warnings: tuple[FeelWarning, ...], steps: int) -> None:
        """Remember a value, if there is room."""
        if self.pays and len(self._known) < MAX_KEPT:
            self._known[key] = Known(value, warnings, steps)

    def _review(self) -> None:
        if self._hits < _LEAST_HITS:
            self.pays = False
            self._known.clear()
        self._asked = self._hits = 0
