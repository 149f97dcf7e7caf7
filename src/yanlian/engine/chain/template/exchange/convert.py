"""Files in any format → chain → file in any other; what is written is read back and must say the same."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from yanlian.base.refusal import Refused
from yanlian.base.tree import Unreadable
from yanlian.engine.chain.template.build import chain_of
from yanlian.engine.chain.template.exchange import csv_files, documents, graphml, xlsx
from yanlian.engine.chain.template.exchange.tables import TABLES, Rows, tree_of
from yanlian.engine.chain.template.finding import ChainFaults, Finding, Findings
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.tree import decoded, read_tree

Format = Literal["yaml", "json", "xlsx", "graphml", "zip", "csv"]
SUFFIXES: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".xlsx": "xlsx",
    ".graphml": "graphml",
    ".zip": "zip",
}
MOST_PACKED = 16 * 1024 * 1024


def format_of(path: Path) -> Format:
    """The format that a name asks for; a folder, or a name without ending, is a folder of CSV files."""
    if path.is_dir() or not path.suffix:
        return "csv"
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise Refused("chain_format", found=path.name, expected=" ".join(SUFFIXES))
    return found


def load(path: Path) -> Chain:
    """The chain of a file in any format. Raises `ChainFaults` with all faults, `Refused` for a file of another kind."""
    kind = format_of(path)
    if kind == "csv" and not path.is_dir():
        raise Refused("chain_none", found=str(path))
    if kind == "csv":
        return _made(path.name, kind, lambda: csv_files.folder_tables(path), b"")
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_PACKED + 1)
    except OSError as fault:
        raise ChainFaults([Finding(path.name, 0, "", Refused("chain_file", found=fault.strerror or "?"))]) from None
    return loaded(data, kind, path.name)


def loaded(data: bytes, kind: Format, name: str) -> Chain:
    """The chain of the content of a file. Raises as `load` does."""
    if len(data) > MOST_PACKED:
        raise Refused("chain_archive_bomb", where=name, found=len(data), expected=MOST_PACKED)
    open_tables = csv_files.zip_tables if kind == "zip" else xlsx.xlsx_tables
    return _made(name, kind, lambda: open_tables(data, name), data)


def _made(name: str, kind: Format, tables: Callable[[], dict[str, Rows]], data: bytes) -> Chain:
    """The chain, after all faults of its tables and of what stands in them were told."""
    faults = Findings(name)
    names = _names(name, kind)
    try:
        if kind in {"csv", "zip", "xlsx"}:
            tree = tree_of(tables(), faults, names)
        elif kind == "graphml":
            tree = graphml.graphml_tree(data, faults)
        else:
            text = decoded(data)
            tree = documents.json_tree(text) if kind == "json" else read_tree(text)
    except Unreadable as fault:
        place = f"{name}/{fault.file}" if fault.file else faults.file
        raise ChainFaults([*faults.found, Finding(place, fault.line, "", fault.refusal)]) from None
    chain, found = chain_of(tree, name, names)
    if chain is None or found or faults.found:
        raise ChainFaults([*faults.found, *found])
    return chain


def _names(name: str, kind: Format) -> dict[str, str]:
    """What each part is called in messages: the sheet or the file that holds it."""
    if kind == "xlsx":
        return {part: f"{name}[{word}]" for part, word in TABLES.items()}
    if kind in {"csv", "zip"}:
        return {part: f"{name}/{word}" for part, word in csv_files.NAMES.items()}
    return dict.fromkeys(TABLES, name)


def written(chain: Chain, kind: Format) -> bytes:
    """The chain as the content of a file; a folder of CSV files as their archive. Raises `Refused` when the format
    cannot hold it without loss."""
    if kind == "xlsx":
        data = xlsx.xlsx_bytes(chain)
    elif kind in {"zip", "csv"}:
        data = csv_files.zip_bytes(chain)
    elif kind == "graphml":
        data = graphml.graphml_text(chain).encode()
    else:
        data = (documents.json_text(chain) if kind == "json" else documents.yaml_text(chain)).encode()
    try:
        same = loaded(data, "zip" if kind == "csv" else kind, chain.id) == chain
    except ChainFaults as fault:
        raise Refused("chain_not_kept", found=fault.findings[0].code, expected=kind) from None
    if not same:
        raise Refused("chain_not_kept", found=chain.id, expected=kind)
    return data


def save(chain: Chain, path: Path, *, replace: bool = False) -> None:
    """Write a chain in the format that the name asks for. Raises `Refused` when the file is there and is not to be
    replaced."""
    kind = format_of(path)
    files = csv_files.csv_bytes(chain) if kind == "csv" else {}
    data = written(chain, kind)
    there = [path / name for name in files if (path / name).exists()] if files else [path] if path.exists() else []
    if there and not replace:
        raise Refused("chain_file_there", found=str(there[0]))
    if not files:
        _put(path, data)
        return
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        _put(path / name, content)


def _put(path: Path, data: bytes) -> None:
    """All of it or nothing: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".chain-")
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    # A temporary file is for its owner alone; this one is as any other.
    Path(name).chmod(0o644)
    Path(name).replace(path)
