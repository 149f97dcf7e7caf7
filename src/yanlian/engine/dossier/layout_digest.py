"""The content of a whole snapshot as SHA-256: over the values, column by column, however files and groups are cut.

Each column has digests of its own (which rows have a value; the values; the lengths and letters of texts; the lengths
of lists), fed batch by batch in the order of the rows; the hash is over the names and digests of all of them.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from yanlian.engine.dossier.layout_hash import numbers, text_bytes


class ContentDigest:
    """Feed batches in the order of the rows; `hexdigest` when all were fed."""

    def __init__(self) -> None:
        self._streams: dict[str, hashlib._Hash] = {}

    def update(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Take in the next rows; always the same columns."""
        for batch in rows.to_batches() if isinstance(rows, pa.Table) else (rows,):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                self._feed(name, column)

    def hexdigest(self) -> str:
        """The hash of everything fed so far."""
        lines = [f"{path} {stream.hexdigest()}" for path, stream in sorted(self._streams.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _add(self, stream: str, values: NDArray[np.generic]) -> None:
        digest = self._streams.setdefault(stream, hashlib.sha256())
        if len(values):
            digest.update(np.ascontiguousarray(values).data)

    def _feed(self, path: str, array: pa.Array) -> None:
        kind = array.type
        if pa.types.is_dictionary(kind):
            array = array.dictionary_decode()
            kind = array.type
        self._add(f"{path}?", array.is_valid().cast(pa.uint8()).to_numpy(zero_copy_only=False))
        if pa.types.is_struct(kind):
            for field, child in zip(kind, array.flatten(), strict=True):
                self._feed(f"{path}.{field.name}", child)
        elif pa.types.is_list(kind):
            lengths = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
            self._add(f"{path}+", lengths.astype(np.int64))
            self._feed(f"{path}[]", array.flatten())
        elif pa.types.is_string(kind):
            starts, lengths, data = text_bytes(array.drop_null() if array.null_count else array)
            self._add(f"{path}+", lengths)
            end = int(starts[-1] + lengths[-1]) if len(starts) else 0
            self._add(f"{path}=", data[int(starts[0]) if len(starts) else 0 : end])
        else:
            self._add(f"{path}=", numbers(array))
