"""Programs that run at once and fast later: quick code first, full code when there are rows enough to repay it.

Both mean the same, to the last bit: they differ in how long they take to make and to run.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

from yanlian.engine.native.engine import Source
from yanlian.engine.native.ir import Program
from yanlian.engine.native.later import Later

# What is under way in this process, by what it is made of: threads that run the same programs share it.
_under_way: weakref.WeakValueDictionary[tuple[str, ...], Later] = weakref.WeakValueDictionary()
_starting = threading.Lock()


class Tiers:
    """Programs with the fastest code that there is for now: `kernels`, in their order. Of one thread."""

    def __init__(self, programs: Sequence[Program], cache: Path | None) -> None:
        """`cache`: where code is kept; None: nothing is kept. Full code is taken when it is there, else quick code is
        made."""
        self._sources = [Source(program, cache) for program in programs]
        self._later: Later | None = None
        self.kernels = [source.kernel("quick") for source in self._sources]

    @property
    def full(self) -> bool:
        """Whether all of the code is full code."""
        return all(kernel.compiled.effort == "full" for kernel in self.kernels)

    def improve(self, *, wait: bool = False) -> bool:
        """Has full code made elsewhere, and takes it when it is there; whether `kernels` are others now. To be asked
        from time to time. `wait`: not before the code is there."""
        if self.full:
            return False
        missing = [n for n, kernel in enumerate(self.kernels) if kernel.compiled.effort != "full"]
        if self._later is None:
            self._later = _later([self._sources[n] for n in missing])
        if not (wait or self._later.ready()):
            return False
        for n, code in zip(missing, self._later.codes(), strict=True):
            self.kernels[n] = self._sources[n].made(code)
        self._later = None
        return True


def _later(sources: Sequence[Source]) -> Later:
    name = tuple(source.digest for source in sources)
    with _starting:
        found = _under_way.get(name)
        if found is None:
            found = _under_way[name] = Later([source.text("full") for source in sources])
        return found
