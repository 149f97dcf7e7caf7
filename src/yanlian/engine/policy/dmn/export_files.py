"""Packs in folders to DMN files: one file for each policy document, or one for a single clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.layout import laid_out
from yanlian.engine.feel.dmn.write import write_model
from yanlian.engine.policy.compiled import CompiledDocument
from yanlian.engine.policy.dmn.export_model import export_model
from yanlian.engine.policy.load import PACK_FILE, PackSet

SUFFIX = ".dmn"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its clauses, and what it does not say."""

    file: Path
    found: str
    clauses: int
    notes: tuple[Refused, ...]


def export_documents(
    packs: PackSet, pack_id: str, out: Path, day: date | None, step: Callable[[int, int], None]
) -> Iterator[Written]:
    """Write the documents of one pack into a folder, `<id>.dmn` each. `step` is told how many of how many are done."""
    documents = [one for one in packs.documents if one.pack.id == pack_id]
    out.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(documents, 1):
        yield export_one(packs, document.source.id, out / f"{document.source.id}{SUFFIX}", day)
        step(number, len(documents))


def export_one(packs: PackSet, found: str, file: Path, day: date | None) -> Written:
    """Write one document or clause, with layout, and with the pack's own text for the way back."""
    document = next((one for one in packs.documents if found in _ids(one)), None)
    kept = _kept(document) if document is not None else None
    exported = export_model(packs, found, day, kept=kept)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(write_model(laid_out(exported.model)))
    return Written(file, found, len(exported.model.services), exported.notes)


def _ids(document: CompiledDocument) -> set[str]:
    return {document.source.id, *(clause.id for clause in document.clauses)}


def _kept(document: CompiledDocument) -> dict[str, object]:
    """The text of the document's file and of its pack.yaml, as they stand in the pack's folder."""
    folder = Path(document.pack.folder)
    names = dict.fromkeys((PACK_FILE, document.source.file))
    return {"files": {name: (folder / name).read_text(encoding="utf-8-sig") for name in names}}
