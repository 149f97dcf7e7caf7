"""Figures of a long run written down, so that a stopped run goes on where it was."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from yanlian.engine.chain.risk.economy import Economy
from yanlian.engine.chain.risk.index import Indices


def mark_of(economy: Economy) -> str:
    """A name for the economy's numbers: figures of another economy are never taken up."""
    digest = hashlib.sha256()
    for one in (
        economy.sector,
        economy.revenue,
        economy.supplier,
        economy.customer,
        economy.slot,
        economy.down,
        economy.up,
    ):
        digest.update(np.ascontiguousarray(one).tobytes())
    return digest.hexdigest()


def write_kept(file: Path, mark: str, found: Indices) -> None:
    """Write what is finished; the file is whole at every moment."""
    fresh = file.with_name(file.name + ".new")
    figures = np.stack([found.esri, found.down, found.up, found.steps], axis=1)
    with fresh.open("wb") as to:
        np.savez(to, mark=np.array(mark), epsilon=np.array(found.epsilon), figures=figures)
    fresh.replace(file)


def read_kept(file: Path, mark: str, epsilon: float) -> Indices | None:
    """What was written for these numbers and this ε; None if there is nothing, or it is of something else."""
    try:
        with np.load(file, allow_pickle=False) as held:
            if str(held["mark"]) != mark or float(held["epsilon"]) != epsilon:
                return None
            figures = held["figures"]
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    return Indices(figures[:, 0], figures[:, 1], figures[:, 2], figures[:, 3].astype(np.int32), epsilon)
