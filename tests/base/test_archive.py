"""Archives of strangers: sound ones are read, all others are told as one exception."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.base.archive import BLOCK, Archive, Unsound
from yanlian.base.archive import packed as ours

FILES = {"a.txt": b"one", "b/c.txt": bytes(range(256)) * 5000, "长.txt": b""}


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def unsound(data: bytes, most_bytes: int = 1 << 30, most_parts: int = 100) -> Unsound:
    with pytest.raises(Unsound) as found:
        whole(Archive(data, most_bytes, most_parts))
    return found.value


def whole(archive: Archive) -> dict[str, bytes]:
    return {part.filename: archive.read(part) for part in archive.parts}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_files_of_an_archive_are_read_whole_in_blocks_or_by_their_beginning(method: int):
    data = packed(FILES, method)
    for source in (data, io.BytesIO(data)):
        archive = Archive(source)
        assert whole(archive) == FILES
        blocks = list(archive.blocks(archive.parts[1]))
        assert (b"".join(blocks), max(map(len, blocks))) == (FILES["b/c.txt"], BLOCK)
        assert archive.beginning(archive.parts[1], 3) == b"\0\1\2"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive", packed(FILES)[:-30], b"a,b\n1,2"])
def test_what_is_no_archive_is_unsound(data: bytes):
    assert unsound(data).kind == "broken"


def test_an_archive_beyond_the_limits_is_not_unpacked():
    data = packed(FILES)
    size = sum(map(len, FILES.values()))
    found = unsound(data, size - 1)
    assert (found.kind, found.found, found.parts) == ("large", size, 3)
    assert unsound(data, size, 2).kind == "large"
    assert len(Archive(data, size, 3).parts) == 3


def test_an_encrypted_archive_is_called_so():
    data = bytearray(packed({"a": b"1"}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert unsound(bytes(data)).kind == "encrypted"


def test_a_file_whose_content_was_changed_is_unsound():
    data = bytearray(packed({"a": b"1" * 100}, zipfile.ZIP_STORED))
    data[data.find(b"111")] = ord("2")
    assert "CRC" in str(unsound(bytes(data)).found)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@given(changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=5))
def test_whatever_bytes_are_changed_an_archive_is_read_or_unsound(method: int, changes: list[tuple[int, int]]):
    data = bytearray(packed({"a.txt": b"one two three " * 9, "长.txt": b"\0" * 99}, method))
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        told = whole(Archive(bytes(data), 1 << 20, 10))
    except Unsound as fault:
        assert fault.kind  # noqa: PT017 (either outcome is right, an exception of another kind is not)
    else:
        assert set(told.values()) <= {b"\0" * 99, b"one two three " * 9}


def test_a_failing_disk_is_not_taken_for_a_broken_archive():
    class Failing(io.BytesIO):
        failed = False

        def read(self, size: int | None = -1) -> bytes:
            if self.failed:
                raise OSError(5, "Input/output error")
            return super().read(size)

    file = Failing(packed(FILES))
    archive = Archive(file)
    file.failed = True
    with pytest.raises(OSError, match="Input/output"):
        archive.read(archive.parts[0])


def test_the_same_files_make_the_same_archive_whatever_their_order():
    assert ours(FILES) == ours(dict(reversed(FILES.items())))
    assert whole(Archive(ours(FILES))) == FILES
