"""A DMN model into the files of a pack: our own export restored, a model from elsewhere as a pack to be completed."""

from __future__ import annotations

from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.policy.dmn.import_foreign import pack_of
from yanlian.engine.policy.dmn.import_own import Imported, is_own, restored


def import_model(model: dmn.Model) -> Imported:
    """The files of a pack, by name, and notes on what was changed, left out or must be filled in."""
    return restored(model) if is_own(model) else pack_of(model)


def import_file(file: Path, out: Path) -> Imported:
    """Read a model and write its pack into a folder.

    Several models of one pack may go into one folder, one after the other. Raises `Refused` when the model cannot be
    read, and rather than write over a file that says something else.
    """
    imported = import_model(read_model(file.read_bytes(), str(file)))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in imported.files.items():
        target = out / name
        if target.exists() and target.read_text(encoding="utf-8-sig") != text:
            raise Refused("dmn_import_exists", where=str(file), found=str(target))
    for name, text in imported.files.items():
        (out / name).write_text(text, encoding="utf-8")
    return imported
