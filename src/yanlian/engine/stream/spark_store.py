"""Where the executors of a cluster put finished parts: a folder that all of them see, or a URL of a store."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Protocol, cast

import pyarrow.fs as pafs

from yanlian.engine.stream.parts import flush, naming_disk_faults

# Stores of whole objects: what is written there under a name appears when it is whole.
_OBJECT_STORES = frozenset({"s3", "gcs", "abfs"})


class Store(Protocol):
    """Files by name. `pause`: seconds between two looks at what is there."""

    pause: float

    def put(self, file: Path, name: str) -> None:
        """A file under a name, whole or not at all; what was there is replaced."""
        ...

    def get(self, name: str) -> bytes:
        """A file's content."""
        ...

    def sizes(self) -> dict[str, int]:
        """Name → bytes of all that is there."""
        ...

    def remove(self, name: str) -> None:
        """Remove what may be there."""
        ...


class FolderStore:
    """A folder of this machine, or one that all machines mount."""

    pause = 0.2

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, file: Path, name: str) -> None:
        """Copied beside and renamed: two attempts at one part do not meet."""
        making = self.folder / f".making-{uuid.uuid4().hex}-{name}"
        try:
            with naming_disk_faults(self.folder):
                shutil.copyfile(file, making)
                flush(making)
                making.replace(self.folder / name)
        finally:
            making.unlink(missing_ok=True)

    def get(self, name: str) -> bytes:
        """A file's content."""
        return (self.folder / name).read_bytes()

    def sizes(self) -> dict[str, int]:
        """Files that are whole."""
        found = (one for one in self.folder.iterdir() if not one.name.startswith("."))
        return {one.name: one.stat().st_size for one in found if one.is_file()}

    def remove(self, name: str) -> None:
        """Remove what may be there."""
        (self.folder / name).unlink(missing_ok=True)


class UrlStore:
    """A folder of a store that Arrow knows by its URL (s3, gs, abfs, hdfs, file)."""

    pause = 2.0

    def __init__(self, url: str) -> None:
        self.url = url
        self._system, self._path = cast("tuple[pafs.FileSystem, str]", pafs.FileSystem.from_uri(url))

    def put(self, file: Path, name: str) -> None:
        """Written whole; where a name appears before its content does, beside and then renamed."""
        with naming_disk_faults(Path(self.url)):
            self._system.create_dir(self._path, recursive=True)
            whole = self._system.type_name in _OBJECT_STORES
            at = self._at(name if whole else f".making-{uuid.uuid4().hex}-{name}")
            with file.open("rb") as source, self._system.open_output_stream(at) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            if not whole:
                self._system.move(at, self._at(name))

    def get(self, name: str) -> bytes:
        """A file's content."""
        with self._system.open_input_stream(self._at(name)) as source:
            return cast("bytes", source.read())

    def part_of(self, name: str, start: int, length: int) -> bytes:
        """Some bytes of a file."""
        with self._system.open_input_file(self._at(name)) as source:
            return cast("bytes", source.read_at(length, start))

    def sizes(self) -> dict[str, int]:
        """Files that are whole."""
        selector = pafs.FileSelector(self._path, allow_not_found=True)
        found = (one for one in self._system.get_file_info(selector) if one.type == pafs.FileType.File)
        return {one.base_name: one.size for one in found if not one.base_name.startswith(".")}

    def remove(self, name: str) -> None:
        """Remove what may be there."""
        if name in self.sizes():
            self._system.delete_file(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}"
