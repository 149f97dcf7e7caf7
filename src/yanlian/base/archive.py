"""ZIP archives: those of strangers, read so that what is not sound is told as `Unsound`, and our own.

Every reader of uploads puts this into a refusal of its own; none of them meets an exception of the standard library.
"""

from __future__ import annotations

import io
import lzma
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Literal

BLOCK = 1 << 20
_MOMENT = (1980, 1, 1, 0, 0, 0)
Kind = Literal["broken", "encrypted", "large"]


class Unsound(Exception):
    """An archive that is not read. `found`: what is wrong with it; for one that is too large, the bytes that it says it
    unpacks to, and `parts` how many files it holds."""

    def __init__(self, kind: Kind, found: object, parts: int = 0) -> None:
        super().__init__(kind, found, parts)
        self.kind = kind
        self.found = found
        self.parts = parts


@contextmanager
def _sound() -> Iterator[None]:
    """What the standard library raises for archives that are cut off, damaged or packed in ways it does not know."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        EOFError,
        NotImplementedError,
        ValueError,
    ) as fault:
        raise Unsound("broken", (str(fault) or type(fault).__name__)[:100]) from None
    except OSError as fault:
        # Without a number it is bzip2's word for damaged data; with one the disk has failed.
        if fault.errno is not None:
            raise
        raise Unsound("broken", str(fault)[:100]) from None


class Archive:
    """The files of an archive that is no larger than allowed. Declared sizes may lie; no more than the declared size is
    ever unpacked of a file, and checksums are verified. Raises `Unsound`, also when a file is read."""

    def __init__(self, file: BinaryIO | bytes, most_bytes: int = sys.maxsize, most_parts: int = sys.maxsize) -> None:
        with _sound():
            self._zip = zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file)
        self.parts = tuple(self._zip.infolist())
        if any(part.flag_bits & 1 for part in self.parts):
            raise Unsound("encrypted", "encrypted")
        size = sum(part.file_size for part in self.parts)
        if size > most_bytes or len(self.parts) > most_parts:
            raise Unsound("large", size, len(self.parts))

    def read(self, part: zipfile.ZipInfo) -> bytes:
        """A file."""
        return b"".join(self.blocks(part))

    def beginning(self, part: zipfile.ZipInfo, most: int) -> bytes:
        """The first bytes of a file."""
        with _sound(), self._zip.open(part) as stream:
            return stream.read(most)

    def blocks(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        """A file in blocks of `BLOCK` bytes."""
        size = 0
        with _sound(), self._zip.open(part) as stream:
            while block := stream.read(BLOCK):
                size += len(block)
                yield block
        if size != part.file_size:
            raise Unsound("broken", f"{part.filename}: {size} / {part.file_size}"[:100])


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive of files in the order of their names; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
