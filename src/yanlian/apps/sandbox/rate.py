"""How often one address may ask the public calculator: so many times a minute, told when it is too often."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from typing import Final

from yanlian.base.refusal import Refused

A_MINUTE: Final = 30
_SECONDS = 60.0
_ADDRESSES = 10_000
_asked: OrderedDict[str, deque[float]] = OrderedDict()
_lock = threading.Lock()


def count(address: str, now: float | None = None) -> None:
    """Count one question. Refused: `calculator_often`, when there were too many in the last minute."""
    moment = time.monotonic() if now is None else now
    with _lock:
        times = _asked.setdefault(address, deque())
        _asked.move_to_end(address)
        while times and times[0] <= moment - _SECONDS:
            times.popleft()
        if len(times) >= A_MINUTE:
            raise Refused("calculator_often", expected=A_MINUTE)
        times.append(moment)
        while len(_asked) > _ADDRESSES:
            _asked.popitem(last=False)
