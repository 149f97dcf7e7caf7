"""A delivered file as rows of text, whatever its format; and what is wrong with single cells before they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

# Types of the columns by their index, for cells that come typed; None stands for "any text".
Kinds = Mapping[int, str]
# Column index → refusal code and facts.
CellFaults = Mapping[int, tuple[str, Mapping[str, object]]]
Lines = Iterator[tuple[int, list[str], CellFaults]]

NO_FAULTS: CellFaults = {}
# The header is looked for in the first rows: departments put titles and units above it.
HEADER_ROWS = 20


class Table(Protocol):
    """Rows that can be read several times. `rows` gives (row number as a person counts, cells, faults of cells)."""

    sheet: str
    encoding: str

    def rows(self, kinds: Kinds, progress: Callable[[float], None] | None = None) -> Lines:
        """All rows from the first. `progress` is told the share of the file that was read."""
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that passed the checks on the whole of it."""

    name: str
    sha256: str
    size: int
    tables: tuple[Table, ...]
