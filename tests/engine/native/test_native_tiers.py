"""Quick code runs at once, full code when other processes have made it; both give the same."""

from __future__ import annotations

import gc
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from yanlian.engine.native import later as making
from yanlian.engine.native.builder import Builder
from yanlian.engine.native.engine import Kernel, compile_program
from yanlian.engine.native.ir import Column, Output, Program
from yanlian.engine.native.tiers import Tiers

_A = Column("a", "i64", 0, 10**6)


def _program(added: int) -> Program:
    b = Builder()
    return b.program(f"add {added}", [Output("sum", "i64", b.add(b.read(_A), b.const(added)))])


def _sums(kernels: list[Kernel]) -> list[list[int]]:
    outputs = [np.zeros(3, np.int64) for _ in kernels]
    for kernel, output in zip(kernels, outputs, strict=True):
        kernel.run([np.arange(3, dtype=np.int64)], 3, [output])
    return [output.tolist() for output in outputs]


def _efforts(tiers: Tiers) -> list[str]:
    return [kernel.compiled.effort for kernel in tiers.kernels]


def test_quick_code_runs_until_full_code_takes_its_place_and_says_the_same(tmp_path: Path):
    tiers = Tiers([_program(1), _program(2), _program(3)], tmp_path)
    assert (_efforts(tiers), tiers.full) == (["quick"] * 3, False)
    before = _sums(tiers.kernels)
    assert tiers.improve(wait=True)
    assert (_efforts(tiers), tiers.full) == (["full"] * 3, True)
    assert _sums(tiers.kernels) == before == [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert not tiers.improve(wait=True)


def test_full_code_is_kept_and_preferred_from_then_on(tmp_path: Path):
    Tiers([_program(1)], tmp_path).improve(wait=True)
    found = compile_program(_program(1), tmp_path, "quick")
    assert (found.compiled.effort, found.compiled.from_cache) == ("full", True)


def test_only_what_is_quick_is_made_again(tmp_path: Path):
    compile_program(_program(1), tmp_path)
    tiers = Tiers([_program(1), _program(2)], tmp_path)
    assert _efforts(tiers) == ["full", "quick"]
    kept = tiers.kernels[0]
    assert tiers.improve(wait=True)
    assert tiers.kernels[0] is kept
    assert _sums(tiers.kernels) == [[1, 2, 3], [2, 3, 4]]


def test_without_a_cache_full_code_comes_all_the_same():
    tiers = Tiers([_program(1)], None)
    assert tiers.improve(wait=True)
    assert (_efforts(tiers), _sums(tiers.kernels)) == (["full"], [[1, 2, 3]])


def test_nobody_is_asked_before_improve_and_asking_does_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    started: list[int] = []
    monkeypatch.setattr(making.Later, "_start", lambda self, number: started.append(number))
    tiers = Tiers([_program(1)], tmp_path)
    assert started == []
    assert not tiers.improve()
    assert started == [0]


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_where_another_process_cannot_help_the_code_is_made_here(python: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", python)
    tiers = Tiers([_program(1), _program(2)], None)
    assert tiers.improve(wait=True)
    assert _sums(tiers.kernels) == [[1, 2, 3], [2, 3, 4]]


def test_threads_that_run_the_same_programs_have_their_code_made_once(monkeypatch: pytest.MonkeyPatch):
    started: list[int] = []
    real = making.Later._start
    monkeypatch.setattr(making.Later, "_start", lambda self, number: (started.append(number), real(self, number))[1])
    several = [Tiers([_program(1), _program(2)], None) for _ in range(3)]
    for tiers in several:
        tiers.improve()
    threads = [threading.Thread(target=tiers.improve, kwargs={"wait": True}) for tiers in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(started) == [0, 1]
    assert all(_sums(tiers.kernels) == [[1, 2, 3], [2, 3, 4]] for tiers in several)


def test_processes_end_when_nobody_waits_for_them_any_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(600)")
    monkeypatch.setattr(making.script, "__file__", str(slow))
    tiers = Tiers([_program(1)], None)
    assert not tiers.improve()
    assert tiers._later is not None
    (child,) = tiers._later._children.values()
    assert child.process.poll() is None
    del tiers
    gc.collect()
    assert child.process.returncode not in {None, 0}
