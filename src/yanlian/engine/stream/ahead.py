"""Reading ahead: an iterator that is drained by a thread of its own, a few items before they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")
_WAIT_SECONDS = 0.1


class _End:
    """The items are over, by an error perhaps."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[T], depth: int = 1) -> Generator[T, None, None]:
    """The same items in the same order; at most `depth` wait, and one is being made. An error comes where it arose;
    when the caller stops asking, the thread ends."""
    queue: Queue[T | _End] = Queue(depth)
    left = threading.Event()

    def offer(item: T | _End) -> bool:
        while not left.is_set():
            try:
                queue.put(item, timeout=_WAIT_SECONDS)
                return True
            except Full:
                continue
        return False

    def drain() -> None:
        end = _End()
        try:
            for item in items:
                if not offer(item):
                    return
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the one who asks
            end = _End(error)
        offer(end)

    thread = threading.Thread(target=drain, name="read-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = _next(queue)
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        left.set()
        thread.join()


def _next(queue: Queue[T | _End]) -> T | _End:
    # Asked in short steps: a wait without end could not be interrupted on every platform.
    while True:
        try:
            return queue.get(timeout=_WAIT_SECONDS)
        except Empty:
            continue
