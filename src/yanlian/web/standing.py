"""What of the sample stands already, so that a second start goes through none of it again.

A part that was carried out wholly leaves an entry in the log: a digest of all it was made from, and how many rows the
tables that it fills then held. It stands while the digest is the same and no table holds fewer; rows that people add
are none of its business. A start that was cut off left no entry: its part is gone through again, which adds what is
missing (every step of it is repeatable).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.db.models import Model

import yanlian
from yanlian.apps.people.actions import record
from yanlian.apps.people.models import AuditEntry

# The sample is recorded on a day of its own, not on the day it is loaded: the same data give the same snapshot.
SAMPLE_MOMENT = datetime(2026, 1, 15, tzinfo=UTC)
_VERB, _KIND = "sample_laid", "sample"
Models = Sequence[type[Model]]


@dataclass(frozen=True)
class Part:
    """One part of the sample: `digest` of what it is made from, `fills`: the tables that only grow by it."""

    name: str
    digest: str
    fills: Models

    def kept(self) -> Mapping[str, int] | None:
        """What was told when the part was carried out; None: it does not stand, carry it out."""
        last = AuditEntry.objects.filter(verb=_VERB, object_kind=_KIND, object_key=self.name).order_by("-pk").first()
        if last is None or last.data["digest"] != self.digest:
            return None
        rows: Mapping[str, int] = last.data["rows"]
        if any(rows.get(label, 0) > held for label, held in _rows(self.fills).items()):
            return None
        told: Mapping[str, int] = last.data["told"]
        return told

    def keep(self, **told: int) -> None:
        """The part was carried out wholly; `told`: counts and keys that a second start prints or looks up."""
        record(_VERB, by=None, kind=_KIND, key=self.name, digest=self.digest, rows=dict(_rows(self.fills)), told=told)


def _rows(models: Models) -> dict[str, int]:
    return {one._meta.label: one._default_manager.count() for one in models}


def digest_of(folders: Iterable[Path], *facts: object) -> str:
    """Of the content of all files in some folders, of the sample's own code, and of plain facts."""
    found = hashlib.sha256(f"{yanlian.__version__} {_own_code()} {facts!r}".encode())
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if file.is_file():
                found.update(f"{file.relative_to(folder).as_posix()} {file.stat().st_size}\n".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


@cache
def _own_code() -> str:
    """What the generator and the loaders are: another one may make another sample."""
    found = hashlib.sha256()
    for file in sorted(Path(__file__).with_name("sample").iterdir()):
        if file.suffix in (".py", ".yaml"):
            found.update(f"{file.name}\n".encode() + file.read_bytes())
    return found.hexdigest()
