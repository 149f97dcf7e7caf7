"""Object code on disk by what it was made from: whole or not at all, for any number of processes, of bounded size."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from yanlian.engine.native.machine import Machine

CACHE_BYTES_MAX = 512 << 20
_SUFFIX = ".code"
_LEFT_OVER_SECONDS = 3600


@functools.cache
def _own_version() -> bytes:
    """A hash of this package: whoever changes how code is made need not think of the cache."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).digest()


def key(digests: Sequence[str], machine: Machine) -> str:
    """The name under which the code of programs is kept."""
    found = hashlib.sha256(_own_version())
    found.update(repr((tuple(digests), machine)).encode())
    return found.hexdigest()


def load(folder: Path, name: str) -> bytes | None:
    """The code that was kept under a name; None when there is none or the file is not what was written."""
    path = folder / (name + _SUFFIX)
    try:
        content = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    seal = _seal(name, content[32:])
    return content[32:] if content[:32] == seal else None


def keep(folder: Path, name: str, code: bytes, bytes_max: int = CACHE_BYTES_MAX) -> bool:
    """Keeps code under a name and drops what was not asked for the longest; False when the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="new-", delete=False) as file:
            file.write(_seal(name, code) + code)
        os.replace(file.name, folder / (name + _SUFFIX))
    except OSError:
        return False
    _bound(folder, bytes_max, name + _SUFFIX)
    return True


def _seal(name: str, code: bytes) -> bytes:
    return hashlib.sha256(name.encode() + code).digest()


def _bound(folder: Path, bytes_max: int, newest: str) -> None:
    """Other processes may be at the same: a file that is gone is fine."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        if path.name.startswith("new-") or path.suffix == _SUFFIX:
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in found)
    latest = max((time for time, _, _ in found), default=0.0)
    for time, size, path in sorted(found):
        unfinished = path.name.startswith("new-")
        if path.name == newest or (unfinished and latest - time < _LEFT_OVER_SECONDS):
            continue
        if unfinished or total > bytes_max:
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
