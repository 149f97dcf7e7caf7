"""Texts of packs: as files in folders, as digests in the database, and from the one to the other and back."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.apps.policies.models import RuleText
from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Scalar, Unreadable
from yanlian.engine.policy.load import MAX_FILES, PACK_FILE
from yanlian.engine.policy.tree import MAX_BYTES, decode, read_tree

# File name → text; file name → digest of the text.
Texts = Mapping[str, str]
Digests = Mapping[str, str]

_NAME = re.compile(r"[\w][\w.-]{0,79}\.ya?ml")


def digest_of(text: str) -> str:
    """The name of a text: SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def digests_of(texts: Texts) -> dict[str, str]:
    return {name: digest_of(text) for name, text in texts.items()}


def texts_of(digests: Digests) -> dict[str, str]:
    """The texts behind digests, in the order of their names."""
    found = dict(RuleText.objects.filter(digest__in=set(digests.values())).values_list("digest", "text"))
    return {name: found[digests[name]] for name in sorted(digests)}


def check_texts(texts: Texts) -> None:
    """Names and sizes as packs allow them. Refused: `version_file_name`, `version_file_large`, `version_files_many`."""
    if len(texts) > MAX_FILES:
        raise Refused("version_files_many", found=len(texts), most=MAX_FILES)
    for name, text in texts.items():
        if not _NAME.fullmatch(name):
            raise Refused("version_file_name", found=name[:80])
        if len(text.encode()) > MAX_BYTES:
            raise Refused("version_file_large", file=name, most=MAX_BYTES)
        if "\x00" in text:
            raise Refused("version_file_text", file=name)


def read_folder(folder: Path) -> dict[str, str]:
    """The texts of a pack's folder. Refused: `version_file_text` for a file that is not UTF-8 or too large."""
    files = sorted(one for one in folder.iterdir() if one.suffix in {".yaml", ".yml"} and one.is_file())
    found = {}
    for file in files:
        try:
            found[file.name] = decode(file.read_bytes())
        except Unreadable as problem:
            raise Refused("version_file_text", file=file.name) from problem
    return found


def pack_id_of(folder: Path) -> str:
    """The id that a folder's pack.yaml gives it; the folder's own name when it cannot be read."""
    file = folder / PACK_FILE
    return _pack_id(file, file.stat().st_mtime_ns) or folder.name


@lru_cache(maxsize=256)
def _pack_id(file: Path, changed_ns: int) -> str:
    try:
        return pack_id_in(file.read_text("utf-8"))
    except (UnicodeDecodeError, OSError):
        return ""


def pack_id_in(text: str) -> str:
    """The id in the text of a pack.yaml, or "" when there is none."""
    return _head(text, "id")


def title_in(text: str) -> str:
    """The title in the text of a pack.yaml, or ""."""
    return _head(text, "title")


def _head(text: str, key: str) -> str:
    try:
        root = read_tree(text)
    except Unreadable:
        return ""
    head = root.get("pack") if isinstance(root, Mapped) else None
    found = head.get(key) if isinstance(head, Mapped) else None
    return found.text.strip() if isinstance(found, Scalar) else ""


def set_digest(packs: Mapping[str, Digests]) -> str:
    """Names a set of packs by the texts of their files."""
    said = json.dumps({pack: dict(sorted(files.items())) for pack, files in sorted(packs.items())}, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def folders_of(packs: Mapping[str, Digests], at_hand: Mapping[str, str]) -> list[Path]:
    """The packs as folders below the data folder, written once for each set; `at_hand`: texts by digest, others come
    from the database.

    A set appears whole or not at all: it is written beside its place and then renamed.
    """
    home = Path(settings.DATA) / "rules" / set_digest(packs)[:16]
    if not home.is_dir():
        wanted = {digest: digest for files in packs.values() for digest in files.values() if digest not in at_hand}
        texts = {**at_hand, **texts_of(wanted)}
        making = home.with_name(f".making-{os.getpid()}-{home.name}")
        shutil.rmtree(making, ignore_errors=True)
        write_folders(
            making, {pack: {name: texts[one] for name, one in files.items()} for pack, files in packs.items()}
        )
        try:
            making.rename(home)
        except OSError:
            # Another process was faster; what it wrote is the same.
            shutil.rmtree(making, ignore_errors=True)
    return [home / pack for pack in sorted(packs)]


def write_folders(home: Path, packs: Mapping[str, Texts]) -> list[Path]:
    """Write packs as folders below `home`."""
    folders = []
    for pack, files in sorted(packs.items()):
        folder = home / pack
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        folders.append(folder)
    return folders
