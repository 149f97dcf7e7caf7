"""The economic systemic risk index of every firm, or of any list of shocks, on all cores.

Shocks are independent: blocks of them run on threads, and what comes out does not depend on how many there are. Each
finished block is told, so that a long run can be shown, stopped and taken up again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.chain.links import Floats, Ints, Longs
from yanlian.engine.chain.risk.economy import Economy, Shocks, closures
from yanlian.engine.chain.risk.frontier import block
from yanlian.engine.chain.risk.layout import Prepared, prepare
from yanlian.engine.chain.risk.scratch import scratch

EPSILON = 1e-3
_BLOCK = 512
# A step that reads more links than this part of all firms goes through memory in its order.
_MANY = 0.05
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Indices:
    """By scenario: the index, what it is by missing inputs and by missing sales alone, the steps taken; NaN and 0 where
    a stopped run did not come to. `epsilon`: at which growth the cascades stopped."""

    esri: Floats
    down: Floats
    up: Floats
    steps: Ints
    epsilon: float

    @property
    def done(self) -> int:
        """How many scenarios were computed."""
        return int(np.isfinite(self.esri).sum())


@dataclass(frozen=True, slots=True)
class Options:
    """`threads`: 0 takes as many as there are cores. `step`: told (done, total) after each block. `before`: figures of
    a run that was stopped; only what is missing there is computed. `stopped`: asked before each block is begun. `keep`:
    given what is finished after each block, to be written down at leisure."""

    threads: int = 0
    step: Step | None = None
    before: Indices | None = None
    stopped: Callable[[], bool] = bool
    keep: Callable[[Indices], None] | None = None


def esri_of_firms(economy: Economy, epsilon: float = EPSILON, options: Options | None = None) -> Indices:
    """The index of every firm: what the economy loses when it alone closes."""
    return esri_of(economy, closures(np.arange(len(economy.firms), dtype=np.int32)), epsilon, options)


def esri_of(economy: Economy, shocks: Shocks, epsilon: float = EPSILON, options: Options | None = None) -> Indices:
    """The index of each scenario, equal to `oracle.esri` to rounding. Refused: ε not between 0 and 1, figures of a run
    with another ε or other shocks to go on from. A KeyboardInterrupt comes out as it is; take `stopped` to end
    softly."""
    options = options or Options()
    if not 0 < epsilon < 1:
        raise Refused("risk_epsilon", found=epsilon)
    found = _taken_up(options.before, len(shocks), epsilon)
    prepared = prepare(economy)
    place, many = prepared.place[shocks.firm].astype(np.int32), int(_MANY * len(economy.firms))
    todo = _open_blocks(found)
    finished = len(shocks) - sum(last - first for first, last in todo)
    for first, last in _each(prepared, (shocks.start, place, shocks.share), todo, (epsilon, many, found), options):
        finished += last - first
        if options.step is not None:
            options.step(finished, len(shocks))
        if options.keep is not None:
            options.keep(_indices(found, epsilon))
    return _indices(found, epsilon)


def _indices(found: Floats, epsilon: float) -> Indices:
    return Indices(found[:, 0], found[:, 1], found[:, 2], found[:, 3].astype(np.int32), epsilon)


def _taken_up(before: Indices | None, scenarios: int, epsilon: float) -> Floats:
    found = np.zeros((scenarios, 4))
    found[:, :3] = np.nan
    if before is not None:
        if len(before.esri) != scenarios or before.epsilon != epsilon:
            raise Refused("risk_other_run", found=len(before.esri), expected=scenarios, epsilon=before.epsilon)
        found[:] = np.stack([before.esri, before.down, before.up, before.steps], axis=1)
    return found


def _open_blocks(found: Floats) -> list[tuple[int, int]]:
    """Runs of scenarios without a figure, in blocks."""
    missing = np.flatnonzero(np.isnan(found[:, 0]))
    runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1) if len(missing) else []
    return [
        (int(run[at]), int(run[min(at + _BLOCK, len(run)) - 1]) + 1)
        for run in runs
        for at in range(0, len(run), _BLOCK)
    ]


def _each(
    prepared: Prepared,
    shocks: tuple[Longs, Ints, Floats],
    todo: list[tuple[int, int]],
    how: tuple[float, int, Floats],
    options: Options,
) -> Iterator[tuple[int, int]]:
    """Run blocks on threads; yields each that is finished. No more is begun once it is to stop."""
    threads = max(1, min(options.threads or _cores(), len(todo)))
    free = [scratch(prepared.arrays) for _ in range(threads)]

    def one(part: tuple[int, int]) -> tuple[int, int]:
        mine = free.pop()
        start, firm, share = shocks
        epsilon, many, found = how
        block(prepared.arrays, mine, start, firm, share, part, epsilon, many, found)
        free.append(mine)
        return part

    waiting, running = list(reversed(todo)), set[Future[tuple[int, int]]]()
    with ThreadPoolExecutor(threads) as pool:
        while waiting or running:
            while waiting and len(running) < threads and not options.stopped():
                running.add(pool.submit(one, waiting.pop()))
            if not running:
                return
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
