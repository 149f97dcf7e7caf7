"""Work that a page asks for and may have to wait for: done in a thread, with progress, and given up on request.

Of the sandbox and of chains. The same question asked twice is worked on once. Results of the last questions are kept in
this process; another process works them out again, to the same result.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from django.db import connection

from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults

R = TypeVar("R")
Tell = Callable[[int, int], None]
# Finished work that is kept.
_KEPT = 32
_AT_A_TIME = 2


class GivenUp(Exception):
    """Somebody asked for the work to end."""


@dataclass(eq=False)
class Task(Generic[R]):
    """One piece of work: `done` of `total` (dossiers, firms), for the page."""

    key: str
    work: Callable[[Tell], R]
    done: int = 0
    total: int = 0
    given_up: bool = False
    started: float = field(default_factory=time.monotonic)
    future: Future[R] | None = None
    # When work was first told of, and how much was done by then: what came before says nothing of its pace.
    first_told: tuple[float, int] | None = None

    @property
    def finished(self) -> bool:
        """Whether there is nothing to wait for any more."""
        return self.future is not None and self.future.done()

    @property
    def result(self) -> R | None:
        """What came of it; None while it goes on, and when it was given up. What nobody can mend is raised."""
        if self.future is None or not self.future.done() or self.fault is not None:
            return None
        try:
            return self.future.result()
        except GivenUp:
            return None

    @property
    def fault(self) -> Refused | PackFaults | None:
        """What a person can mend."""
        problem = self.future.exception() if self.future is not None and self.future.done() else None
        return problem if isinstance(problem, (Refused, PackFaults)) else None

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def seconds(self) -> int:
        """How long it has been going on."""
        return int(time.monotonic() - self.started)

    @property
    def seconds_left(self) -> int | None:
        """How long it will go on if its pace stays; None before two seconds of it are known."""
        if self.first_told is None:
            return None
        began, at = self.first_told
        spent, made = time.monotonic() - began, self.done - at
        return None if spent < 2 or made <= 0 else round(spent * (self.total - self.done) / made)

    def tell(self, done: int, total: int) -> None:
        """Called by the work; ends it when somebody gave it up."""
        if self.given_up:
            raise GivenUp
        self.done, self.total = done, total
        if self.first_told is None:
            self.first_told = time.monotonic(), done

    def run(self) -> R:
        """In its thread."""
        try:
            if self.given_up:
                raise GivenUp
            return self.work(self.tell)
        finally:
            connection.close()


_pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="task")
_tasks: OrderedDict[str, Task[object]] = OrderedDict()
_lock = threading.Lock()


def started(key: str, work: Callable[[Tell], R], wait_seconds: float, *, anew: bool = False) -> Task[R]:
    """The task of this key: found, or begun now; one that failed or was given up is tried anew, and with `anew` also
    one that is finished. Waits a little, because most are done at once."""
    with _lock:
        found = cast("Task[R] | None", _tasks.get(key))
        if found is None or found.given_up or (found.finished and (anew or _failed(found))):
            found = Task(key, work)
            found.future = _pool.submit(found.run)
            _tasks[key] = cast("Task[object]", found)
        _tasks.move_to_end(key)
        for old in [one for one, task in _tasks.items() if task.finished][: max(0, len(_tasks) - _KEPT)]:
            del _tasks[old]
    assert found.future is not None
    wait([found.future], wait_seconds)
    return found


def known(key: str) -> Task[object] | None:
    """The task of this key, if there was one here of late."""
    with _lock:
        return _tasks.get(key)


def refused(fault: Refused | PackFaults) -> Task[R]:
    """A task that cannot even begin."""

    def work(tell: Tell) -> R:
        raise fault

    task = Task("", work)
    task.future = Future()
    task.future.set_exception(fault)
    return task


def _failed(task: Task[R]) -> bool:
    return task.future is not None and task.future.exception() is not None


def give_up(key: str) -> bool:
    """End a piece of work; whether there was one under way."""
    with _lock:
        task = _tasks.get(key)
        if task is None or task.finished:
            return False
        task.given_up = True
        return True
