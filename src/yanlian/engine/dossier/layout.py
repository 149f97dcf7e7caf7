"""How dossiers lie in Parquet so that reading them costs little: figures plain and uncompressed, texts by dictionary.

Measured (docs/decisions/0009): compression and dictionaries of figures cost more to undo than the figures to read; a
column that has no nulls and says so needs no definition levels. Statistics stay on: compiled rules take their ranges
from the footers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from yanlian.engine.dossier.layout_hash import hash_rows

# Rows of a group of `yanlian dossiers build`: the unit of work of compiled rules, about 12 MB of a usual dossier.
BUILT_ROWS_PER_GROUP = 65_536
COMPRESSIONS = ("none", "lz4", "zstd")


class ParquetOptions(TypedDict):
    """What `pq.ParquetWriter` is told."""

    compression: str
    use_dictionary: list[str] | bool
    write_statistics: bool


def parquet_options(schema: pa.Schema, compression: str = "none") -> ParquetOptions:
    """Options for files of this schema. Ids are all different: they get no dictionary."""
    words = [leaf for leaf in text_leaves(schema) if leaf != "id"]
    return {"compression": compression, "use_dictionary": words or False, "write_statistics": True}


def text_leaves(schema: pa.Schema) -> list[str]:
    """Paths of the text columns as Parquet names them; also what `read_dictionary=` of a reader takes."""
    return [path for field in schema for path, kind in _leaves(field.name, field.type) if _is_text(kind)]


def _leaves(path: str, kind: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    elif pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    else:
        yield path, kind


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_dictionary(kind))


def hashes_path(part: Path) -> Path:
    """Where the row hashes of a part stand: part-00003.parquet → hashes-00003.npy beside it."""
    return part.with_name(part.name.replace("part-", "hashes-", 1)).with_suffix(".npy")


def write_hashes(part: Path, hashes: NDArray[np.uint64]) -> None:
    """Keep the hashes of a part's rows, in the order of the rows."""
    np.save(hashes_path(part), hashes, allow_pickle=False)


def row_hashes(part: Path) -> NDArray[np.uint64]:
    """128 bits for each row of a part, shape (rows, 2), in the order of the rows (see `layout_hash.py`).

    Read (mapped, not loaded) from the file beside the part; worked out from the part where there is none.
    """
    beside = hashes_path(part)
    if beside.exists():
        found: NDArray[np.uint64] = np.load(beside, mmap_mode="r", allow_pickle=False)
        return found
    file = pq.ParquetFile(part)
    pieces = [hash_rows(file.read_row_group(group)) for group in range(file.metadata.num_row_groups)]
    return np.concatenate([np.zeros((0, 2), np.uint64), *pieces])
