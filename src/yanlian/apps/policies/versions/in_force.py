"""Which texts of which packs count on a day: versions in force, else what the installation brought.

Once a pack has a version in force in the database, the database says what it is on every day; the files of the folder
are then only what was delivered. A pack without one is taken from its folder, as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.apps.policies.models import KeptRules, PackVersion
from yanlian.apps.policies.versions.texts import (
    Digests,
    Texts,
    digest_of,
    digests_of,
    folders_of,
    pack_id_of,
    read_folder,
    texts_of,
    write_folders,
)
from yanlian.base.refusal import Refused
from yanlian.engine.policy import folders_in_use


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts on a day: the folders to load, and by pack the version that stands (none: as delivered)."""

    folders: Sequence[Path]
    versions: Mapping[str, PackVersion]


# The key of a cache: other files, other content.
State = tuple[tuple[str, int, int], ...]


def state_of(files: Iterable[Path]) -> State:
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in sorted(files))


def delivered_folders() -> list[Path]:
    """The folders of the installation's packs that its district uses, with those they require.

    Raises `PackFaults` when one that is named is not there.
    """
    root, district = Path(settings.PACKS), Path(settings.DISTRICT)
    return list(_chosen(root, district, state_of([*district.glob("packs.yaml"), *root.glob("*/pack.yaml")])))


@lru_cache(maxsize=2)
def _chosen(root: Path, district: Path, state: State) -> tuple[Path, ...]:
    return tuple(folders_in_use(root, district))


def enacted(known_at: datetime | None = None) -> dict[str, list[PackVersion]]:
    """All versions that were ever put into force, by pack, in the order in which they count; as known at a moment."""
    found = PackVersion.objects.filter(state=PackVersion.State.ENACTED)
    if known_at is not None:
        found = found.filter(enacted_at__lte=known_at)
    by_pack: dict[str, list[PackVersion]] = {}
    for one in found.order_by("pack", "number"):
        by_pack.setdefault(one.pack, []).append(one)
    return {pack: sorted(versions, key=lambda one: one.order) for pack, versions in by_pack.items()}


def standing(day: date, known_at: datetime | None = None) -> dict[str, PackVersion | None]:
    """By pack the version in force on a day; None for a pack whose first version comes later."""
    return {pack: _on(versions, day) for pack, versions in enacted(known_at).items()}


def _on(versions: Sequence[PackVersion], day: date) -> PackVersion | None:
    begun = [one for one in versions if one.in_force_from is None or one.in_force_from <= day]
    return begun[-1] if begun else None


def rules_on(day: date, known_at: datetime | None = None) -> Rules:
    """The rules of a day; `known_at`: as they were known then, without what was put into force later."""
    versions = standing(day, known_at)
    if not versions:
        return Rules(delivered_folders(), {})
    stored = {pack: one for pack, one in versions.items() if one is not None}
    delivered = {pack: texts for pack, texts in delivered_texts().items() if pack not in versions}
    sets: dict[str, Digests] = {pack: one.files for pack, one in stored.items()}
    sets |= {pack: digests_of(texts) for pack, texts in delivered.items()}
    at_hand = {digest_of(text): text for texts in delivered.values() for text in texts.values()}
    return Rules(folders_of(sets, at_hand), stored)


def delivered_texts() -> dict[str, dict[str, str]]:
    """By pack the texts that the installation brought; read anew when a file changed."""
    folders = delivered_folders()
    files = (file for folder in folders for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))
    return _delivered(tuple(folders), state_of(files))


@lru_cache(maxsize=2)
def _delivered(folders: tuple[Path, ...], state: State) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for folder in folders:
        pack = pack_id_of(folder)
        if pack in found:
            raise Refused("pack_id_twice", found=pack, where=folder.name)
        found[pack] = read_folder(folder)
    return found


def folders_with(pack: str, texts: Texts, day: date, home: Path) -> list[Path]:
    """The packs of a day below `home`, with one pack as these texts say (a draft)."""
    found: dict[str, Texts] = dict(delivered_texts())
    for one, version in standing(day).items():
        found.pop(one, None)
        if version is not None:
            found[one] = texts_of(version.files)
    return write_folders(home, {**found, pack: texts})


def kept_folders(digest: str) -> list[Path] | None:
    """The rules that a run was made with, by the hash of its packs; None when they were not kept."""
    kept = KeptRules.objects.filter(hash=digest).first()
    return None if kept is None else folders_of(kept.packs, {})


def digests_on(day: date, known_at: datetime | None = None) -> dict[str, Digests]:
    """By pack the digests of the files that count on a day, delivered ones too."""
    versions = standing(day, known_at)
    delivered = {pack: digests_of(texts) for pack, texts in delivered_texts().items() if pack not in versions}
    return delivered | {pack: one.files for pack, one in versions.items() if one is not None}
