"""Where compiled code is kept between runs: one folder for all kinds of it, which may be deleted at any time."""

from __future__ import annotations

import os
from pathlib import Path


def compiled_folder() -> Path:
    """YANLIAN_KERNELS, else the user's cache."""
    told = os.environ.get("YANLIAN_KERNELS")
    if told:
        return Path(told)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yanlian" / "kernels"


def numba_keeps_there() -> None:
    """Numba's compiled functions go to `numba` in that folder instead of beside the sources, which may be read-only or
    shared. A NUMBA_CACHE_DIR that somebody set stays. To be called before numba is imported. Several processes may use
    the folder at once: numba writes each file aside and renames it."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(compiled_folder() / "numba"))
