"""Which packs of a library a district uses: those on its list, with what they require; all when it has no list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from yanlian.base.tree import Mapped, Tree, Unreadable
from yanlian.engine.policy.fault import Faults, PackFaults
from yanlian.engine.policy.load import PACK_FILE
from yanlian.engine.policy.reading import Reader, nearest
from yanlian.engine.policy.tree import decode, read_tree

LIST_FILE = "packs.yaml"


def library(root: Path) -> list[Path]:
    """All packs of a library: the folders below `root` that hold a pack.yaml, in the order of their names."""
    return sorted(file.parent for file in root.glob(f"*/{PACK_FILE}"))


def folders_in_use(root: Path, district: Path) -> list[Path]:
    """The folders of the packs that a district uses, in the order of their names.

    `district` is its folder: where that has a `packs.yaml` (`packs: [national, laoshan]`), only the packs named there
    and those they require are in use, else the whole library. Raises `PackFaults` when the list cannot be read or names
    a pack that the library does not have.
    """
    file = district / LIST_FILE
    if not file.is_file():
        return library(root)
    faults = Faults()
    faults.at(district.name, LIST_FILE)
    names, line = _named(file, faults)
    known = [folder.name for folder in library(root)]
    for name in names:
        if name not in known:
            faults.add(line, "pack_not_in_library", found=name, where=str(root), nearest=nearest(name, known))
    if faults.errors:
        raise PackFaults(faults.found)
    return sorted(with_required([root / name for name in names]))


def with_required(folders: Iterable[Path]) -> list[Path]:
    """The folders and those of the packs they build on, looked for beside them unless a pack of that name is given.
    What cannot be read, or is not there, is left to `load_packs` to complain of."""
    found: dict[str, Path] = {}
    heads = [(folder, *_head(folder)) for folder in folders]
    for folder, name, _ in heads:
        found.setdefault(name, folder)
    for folder, _, requires in heads:  # grows while it is gone through
        for needed in requires:
            beside = folder.parent / needed
            if needed not in found and (beside / PACK_FILE).is_file():
                found[needed] = beside
                heads.append((beside, *_head(beside)))
    return list(dict.fromkeys(folder for folder, _, _ in heads))


def _named(file: Path, faults: Faults) -> tuple[Sequence[str], int]:
    """The names on the list, and the line they stand on."""
    tree = _tree(file, faults)
    if tree is None:
        return (), 0
    reader = Reader(faults)
    root = reader.mapping(tree, LIST_FILE, ("packs",), ("packs",))
    named = root.get("packs") if root else None
    return reader.texts(named, "packs"), named.line if named else tree.line


def _head(folder: Path) -> tuple[str, tuple[str, ...]]:
    """The id of a pack and what it requires; the folder's name and nothing when its pack.yaml says neither."""
    file = folder / PACK_FILE
    tree = _tree(file, Faults()) if file.is_file() else None
    pack = tree.get("pack") if isinstance(tree, Mapped) else None
    if not isinstance(pack, Mapped):
        return folder.name, ()
    reader = Reader(Faults())
    return reader.text(pack, "id", folder.name), reader.texts(pack.get("requires"), "requires")


def _tree(file: Path, faults: Faults) -> Tree | None:
    try:
        return read_tree(decode(file.read_bytes()))
    except Unreadable as problem:
        faults.add_refusal(problem.line, problem.refusal)
        return None
