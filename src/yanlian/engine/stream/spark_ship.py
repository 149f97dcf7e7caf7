"""What goes to the executors of a cluster: who evaluates, the packs as text, where dossiers are read and parts written.

Packs are shipped as the bytes of their files and unpacked there; the evaluator checks them by their hash. The package
itself must be there already, in the same edition.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yanlian
from yanlian.base.refusal import Refused
from yanlian.engine.policy import load_packs
from yanlian.engine.stream.interpreter import Interpreter
from yanlian.engine.stream.kernel import KernelMaker
from yanlian.engine.stream.seam import EvaluatorMaker
from yanlian.engine.stream.units import Reading

_PACK_FILES = frozenset({".yaml", ".yml"})
# What decides outcomes; pages and commands do not.
_DECIDING = ("base", "engine")


@dataclass(frozen=True, slots=True)
class PackFiles:
    """A pack as bytes. `folder`: its name."""

    folder: str
    files: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Shipment:
    """All that an executor needs. `dossiers`, `out`: URLs where the executors find no folder of that name, else ""
    (then `reading` and `folder` hold for them too)."""

    maker: EvaluatorMaker
    packs: tuple[PackFiles, ...]
    reading: Reading
    folder: Path
    edition: str
    dossiers: str = ""
    out: str = ""

    @property
    def key(self) -> str:
        """What a process can keep its tools for: the same evaluator, reading and writing the same places."""
        return repr((self.maker.identity, self.edition, self.reading, self.dossiers, self.folder, self.out))


def pack_files(maker: EvaluatorMaker) -> tuple[PackFiles, ...]:
    """The files of a maker's packs, also of those that they require."""
    loaded = load_packs(_inner(maker).packs)
    return tuple(_files_of(Path(pack.folder)) for pack in loaded.packs)


def _files_of(folder: Path) -> PackFiles:
    files = sorted(one for one in folder.iterdir() if one.suffix in _PACK_FILES and one.is_file())
    return PackFiles(folder.name, tuple((file.name, file.read_bytes()) for file in files))


def unpacked(maker: EvaluatorMaker, packs: Sequence[PackFiles], folder: Path) -> EvaluatorMaker:
    """The maker with its packs in a folder of this machine."""
    found: list[Path] = []
    for number, pack in enumerate(packs):
        # Numbered: folders of two places may bear one name.
        home = folder / str(number) / pack.folder
        home.mkdir(parents=True, exist_ok=True)
        for name, content in pack.files:
            (home / name).write_bytes(content)
        found.append(home)
    inner = replace(_inner(maker), packs=tuple(found))
    return replace(maker, inner=inner) if isinstance(maker, KernelMaker) else inner


def _inner(maker: EvaluatorMaker) -> Interpreter:
    if isinstance(maker, KernelMaker):
        return maker.inner
    assert isinstance(maker, Interpreter), maker
    return maker


@functools.cache
def edition() -> str:
    """Version and a hash of all that decides outcomes in this package, as it is installed here."""
    found = hashlib.sha256()
    home = Path(yanlian.__file__).parent
    for part in _DECIDING:
        for file in sorted((home / part).rglob("*")):
            if file.suffix in {".py", ".yaml"}:
                found.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{yanlian.__version__} {found.hexdigest()[:16]}"


def check_edition(expected: str) -> None:
    """Refused when this machine has another edition than the one that asks."""
    if edition() != expected:
        raise Refused("spark_edition", expected=expected, found=edition())
