"""Sandboxes that are open in this process: few, because each holds all dossiers of a snapshot in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from yanlian.apps.policies.packs import loaded, pack_folders
from yanlian.apps.registry.models import Snapshot
from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.tasks import Tell
from yanlian.engine.policy import Evaluator, PackSet
from yanlian.engine.policy.revision import Shelf
from yanlian.engine.stream.sandbox import Held, Judgement, Sandbox
from yanlian.engine.stream.sandbox.traits import Beneficiaries, beneficiaries

_OPEN = 2
_SHELVES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A sandbox with what its packs come to as they are, and who its dossiers are."""

    key: str
    sandbox: Sandbox
    base: Judgement
    who: Beneficiaries


_open: OrderedDict[str, Opened] = OrderedDict()
_shelves: OrderedDict[str, Shelf] = OrderedDict()
_lock = threading.Lock()
_opening = threading.Lock()


def packs_on(as_of: date) -> PackSet:
    """The packs of a scenario's day."""
    return loaded(pack_folders(as_of))


def shelf_of(as_of: date) -> Shelf:
    """The packs of a day with their texts, kept until they change."""
    folders = pack_folders(as_of)
    name = loaded(folders).hash
    with _lock:
        found = _shelves.get(name)
    if found is None:
        found = Shelf(folders)
        with _lock:
            _shelves[name] = found
            while len(_shelves) > _SHELVES:
                _shelves.popitem(last=False)
    return found


def key_of(scenario: Scenario) -> str:
    """What decides which sandbox a scenario needs."""
    packs = packs_on(scenario.as_of)
    return f"{scenario.snapshot.hash[:24]} {packs.hash[:24]} {scenario.as_of} {scenario.drafts}"


def folder_of(snapshot: Snapshot) -> Path:
    """Where the dossiers of a snapshot lie."""
    return Path(settings.DATA) / snapshot.folder


def opened(key: str, dossiers: Path, as_of: date, tell: Tell, *, drafts: bool) -> Opened:
    """The open sandbox of a key; opened now when it is not, one at a time. What `tell` raises leaves nothing behind."""
    with _lock:
        found = _open.get(key)
        if found is not None:
            _open.move_to_end(key)
            return found
    with _opening:
        with _lock:
            found = _open.get(key)
        if found is None:
            found = _made(key, dossiers, as_of, tell, drafts=drafts)
        with _lock:
            _open[key] = found
            while len(_open) > _OPEN:
                _open.popitem(last=False)
    return found


def _made(key: str, dossiers: Path, as_of: date, tell: Tell, *, drafts: bool) -> Opened:
    with _lock:
        held = next((one.sandbox.held for one in _open.values() if one.sandbox.held.path == dossiers), None)
    shelf = shelf_of(as_of)
    sandbox = Sandbox((), held or Held(dossiers), as_of, drafts=drafts, shelf=shelf)
    base = sandbox.base(tell)
    evaluator = Evaluator(sandbox.packs, as_of, with_drafts=drafts)
    return Opened(key, sandbox, base, beneficiaries(sandbox.held, sandbox.judge, evaluator))
