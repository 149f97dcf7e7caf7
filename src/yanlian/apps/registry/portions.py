"""Keys in portions that one statement takes: a database holds only so many parameters (SQLite as often built, 999)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

MOST_KEYS = 900
Key = TypeVar("Key")


def portions(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in their order, at most `MOST_KEYS` at a time."""
    return (keys[at : at + MOST_KEYS] for at in range(0, len(keys), MOST_KEYS))
