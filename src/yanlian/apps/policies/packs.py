"""The policy packs that count on a day: versions in force, else what the installation brought and its district uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

from yanlian.apps.policies.models import Run
from yanlian.apps.policies.versions.in_force import State, kept_folders, rules_on, state_of
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackSet, load_packs
from yanlian.ui import numbers


def today() -> date:
    """The day it is in Shanghai."""
    return timezone.localdate(timezone=numbers.SHANGHAI)


def pack_folders(day: date | None = None, known_at: datetime | None = None) -> list[Path]:
    """The folders of the packs that count on a day (today): each holds a pack.yaml. `known_at`: as was known then."""
    return list(rules_on(day or today(), known_at).folders)


def packs_in_use(day: date | None = None, known_at: datetime | None = None) -> PackSet:
    """All packs of a day (today), loaded; loaded anew when a file changed. Raises `PackFaults` when one is faulty."""
    return loaded(pack_folders(day, known_at))


def packs_of(run: Run) -> PackSet:
    """The packs that a run was made with, whatever counts now. Raises `Refused("packs_changed")` when they are gone."""
    return loaded(folders_of_run(run))


def folders_of_run(run: Run) -> list[Path]:
    """The folders of the packs that a run was made with. Raises `Refused("packs_changed")`."""
    kept = kept_folders(run.pack_hash)
    if kept is not None:
        return kept
    folders = pack_folders(run.as_of)
    if loaded(folders).hash != run.pack_hash:
        raise Refused("packs_changed", run=run.pk, as_of=run.as_of)
    return folders


def loaded(folders: Sequence[Path]) -> PackSet:
    """The packs of some folders, loaded; loaded anew when a file changed. Raises `PackFaults`."""
    return _loaded(tuple(folders), state_of(file for folder in folders for file in folder.rglob("*.yaml")))


@lru_cache(maxsize=4)
def _loaded(folders: tuple[Path, ...], state: State) -> PackSet:
    # `state` is only the key of the cache: other files, other packs.
    return load_packs(folders)
