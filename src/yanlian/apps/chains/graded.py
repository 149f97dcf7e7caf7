"""The thresholds of this district: its own file where it has one, else those that the product ships with."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.engine.chain.segments import Thresholds, default_thresholds, read_thresholds

FILE = "segment_thresholds.yaml"


def thresholds_in_use() -> Thresholds:
    """Read anew when the file changed. Raises `Refused("segment_thresholds")`."""
    file = Path(settings.DISTRICT) / FILE
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else default_thresholds()


@lru_cache(maxsize=2)
def _read(file: Path, changed: int) -> Thresholds:
    # `changed` is only the key of the cache: another file, other thresholds.
    return read_thresholds(file)
