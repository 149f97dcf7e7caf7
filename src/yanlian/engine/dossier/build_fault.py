"""What is wrong with the rows of tables: every fault counted, the first ones kept with file, row, column and reason."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yanlian.base.refusal import Language, Refused

MOST_KEPT = 1_000


class DossierFaults(Exception):
    """Tables that cannot become dossiers. `faults` are the first of them in the order of discovery, `count` all."""

    def __init__(self, faults: tuple[Refused, ...], count: int) -> None:
        super().__init__(f"{count} faults in tables")
        self.faults = faults
        self.count = count

    def text(self, language: Language = "en", most: int = 50) -> str:
        """One line a fault, and how many more there are."""
        lines = [fault.text(language) for fault in self.faults[:most]]
        more = self.count - len(lines)
        if more:
            lines.append(f"……另有 {more} 处" if language == "zh" else f"… and {more} more")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("en", 20)

    def __reduce__(self) -> tuple[object, ...]:
        return (DossierFaults, (self.faults, self.count))


class FaultList:
    """Collects faults while tables are read."""

    def __init__(self) -> None:
        self.kept: list[Refused] = []
        self.count = 0

    def add(self, code: str, **data: object) -> None:
        """Note one."""
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Refused(code, **data))

    def rows(self, bad: NDArray[np.bool_]) -> list[int]:
        """The rows of a block to be noted one by one; of those for which there is no more room only the count is
        kept."""
        found = np.flatnonzero(bad)
        kept = found[: MOST_KEPT - len(self.kept)]
        self.count += len(found) - len(kept)
        return [int(row) for row in kept]

    def stop_if_any(self) -> None:
        """Raise all of them."""
        if self.count:
            raise DossierFaults(tuple(self.kept), self.count)
