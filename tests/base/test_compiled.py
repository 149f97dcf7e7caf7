"""Compiled code is kept in one folder of the user's choice, and two processes may begin with it at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Compiles the smallest kernel and says where it is kept, and whether it was found there.
ONE = """
import numpy as np
from yanlian.engine.chain.risk.downward import _worst
worst = _worst(np.array([[0, 2] + [0] * 6], dtype=np.int32), np.array([0.25, 0.5]), np.uint32(0))
print(worst, _worst._cache.cache_path, len(_worst.stats.cache_hits))
"""


def begun(folder: Path, **more: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "YANLIAN_KERNELS")}
    there = {"YANLIAN_KERNELS": str(folder), **more}
    return subprocess.Popen([sys.executable, "-c", ONE], env=kept | there, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return out.split()


def test_numeric_kernels_are_kept_with_the_others_also_by_two_processes_at_once_and_found_again(tmp_path):
    folder = tmp_path / "kernels"
    for worst, where, _ in [said(one) for one in [begun(folder), begun(folder)]]:
        assert worst == "0.5"
        assert Path(where).is_relative_to(folder / "numba")
    assert list((folder / "numba").rglob("downward._worst*.nbc"))
    assert said(begun(folder))[2] == "1"


def test_a_folder_that_somebody_chose_for_numba_stays(tmp_path):
    where = said(begun(tmp_path / "kernels", NUMBA_CACHE_DIR=str(tmp_path / "own")))[1]
    assert Path(where).is_relative_to(tmp_path / "own")
    assert not (tmp_path / "kernels").exists()
