"""The policy packs that this installation uses: those its district names in `packs.yaml`, or all there are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.engine.policy import PackSet, folders_in_use, load_packs


def pack_folders() -> list[Path]:
    """The folders of the packs in use, with those they require. Raises `PackFaults` when one named is not there."""
    root, district = Path(settings.PACKS), Path(settings.DISTRICT)
    return list(_chosen(root, district, _state([*district.glob("packs.yaml"), *root.glob("*/pack.yaml")])))


def packs_in_use() -> PackSet:
    """All of them, loaded; loaded anew when a file changed. Raises `PackFaults` when one is faulty."""
    folders = pack_folders()
    return _loaded(tuple(folders), _state(file for folder in folders for file in folder.rglob("*.yaml")))


# In both, `state` is only the key of the cache: other files, other packs.
State = tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=2)
def _chosen(root: Path, district: Path, state: State) -> tuple[Path, ...]:
    return tuple(folders_in_use(root, district))


@lru_cache(maxsize=2)
def _loaded(folders: tuple[Path, ...], state: State) -> PackSet:
    return load_packs(folders)


def _state(files: Iterable[Path]) -> State:
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in sorted(files))
