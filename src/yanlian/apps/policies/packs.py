"""The policy packs that this installation uses: all folders below the packs folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.engine.policy import PackSet, load_packs


def pack_folders() -> list[Path]:
    """The folders that hold a pack.yaml, in the order of their names."""
    return sorted(file.parent for file in Path(settings.PACKS).glob("*/pack.yaml"))


def packs_in_use() -> PackSet:
    """All packs, loaded; loaded anew when a file changed. Raises `PackFaults` when one is faulty."""
    folders = pack_folders()
    files = sorted(file for folder in folders for file in folder.rglob("*.yaml"))
    return _loaded(tuple(folders), tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=2)
def _loaded(folders: tuple[Path, ...], state: tuple[tuple[str, int, int], ...]) -> PackSet:
    # `state` is only the key of the cache: other files, other packs.
    return load_packs(folders)
