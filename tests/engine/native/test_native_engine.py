"""A kernel: what it accepts, threads, deep programs, several programs that share columns, and the cache on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.engine.native.native_programs import Case, agrees, random_case

from yanlian.engine.native import cache as disk
from yanlian.engine.native import engine
from yanlian.engine.native.builder import Builder
from yanlian.engine.native.engine import Kernel, compile_program, compile_programs
from yanlian.engine.native.ir import Column, Node, Output, Program
from yanlian.engine.native.machine import this_machine
from yanlian.engine.native.pieces import cut
from yanlian.engine.native.regions import placed

_A, _B, _FLAG = Column("a", "i64", 0, 10**6), Column("b", "i32", -5, 5), Column("flag", "bit")


def _program(name: str = "sum", extra: int = 0) -> Program:
    b = Builder()
    total = b.add(b.add(b.read(_A), b.read(_B)), b.const(extra))
    return b.program(name, [Output("total", "i64", b.choose(b.read(_FLAG), total, b.const(-1)))])


def _columns(rows: int = 10) -> list[np.ndarray]:
    return [
        np.arange(rows, dtype=np.int64),
        np.full(rows, 5, dtype=np.int32),
        np.full(-(-rows // 8), 0b01010101, dtype=np.uint8),
    ]


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return compile_program(_program())


def test_a_kernel_fills_the_outputs_and_nothing_after_them(kernel: Kernel):
    output = np.full(12, 99, dtype=np.int64)
    kernel.run(_columns(), 10, [output])
    assert output.tolist() == [5, -1, 7, -1, 9, -1, 11, -1, 13, -1, 99, 99]


def test_no_rows_are_no_work(kernel: Kernel):
    output = np.full(1, 99, dtype=np.int64)
    kernel.run(_columns(), 0, [output])
    assert output.tolist() == [99]


def _set(number: int, array: np.ndarray | None) -> Callable[[list[np.ndarray | None]], object]:
    return lambda columns: columns.__setitem__(number, array)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set(0, np.zeros(10, dtype=np.int32)), "a: int64 of at least 10 elements expected, int32"),
        (_set(0, np.zeros(9, dtype=np.int64)), "a: int64 of at least 10 elements expected"),
        (_set(0, np.zeros((2, 10), dtype=np.int64)), "a: int64 of at least 10 elements expected"),
        (_set(0, np.zeros(20, dtype=np.int64)[::2]), "a: elements must lie side by side"),
        (_set(0, np.zeros(81, dtype=np.uint8)[1:].view(np.int64)), "a: elements must lie side by side and be aligned"),
        (_set(0, np.zeros(10, dtype=">i8")), "a: int64 of at least 10 elements expected"),
        (_set(1, None), "b is read and not given"),
        (_set(2, np.zeros(1, dtype=np.uint8)), "flag: uint8 of at least 2 elements expected"),
        (lambda columns: columns.pop(), "3 columns and 1 outputs expected, 2 and 1 given"),
    ],
)
def test_columns_that_do_not_fit_are_refused_by_name(
    kernel: Kernel, change: Callable[[list[np.ndarray | None]], object], words: str
):
    columns: list[np.ndarray | None] = [*_columns()]
    change(columns)
    with pytest.raises(ValueError, match=f"sum: {words}"):
        kernel.run(columns, 10, [np.zeros(10, dtype=np.int64)])


def test_outputs_that_do_not_fit_are_refused(kernel: Kernel):
    columns = _columns()
    sealed = np.zeros(10, dtype=np.int64)
    sealed.flags.writeable = False
    for output, words in (
        (np.zeros(10, dtype=np.int32), "total: int64"),
        (sealed, "cannot be written"),
        (columns[0], "shares memory"),
    ):
        with pytest.raises(ValueError, match=words):
            kernel.run(columns, 10, [output])
    with pytest.raises(ValueError, match="-1 rows"):
        kernel.run(columns, -1, [np.zeros(10, dtype=np.int64)])


def test_programs_that_share_columns_read_only_their_own():
    b = Builder()
    programs = [b.program(c.name, [Output("o", "i64", b.add(b.read(c), b.const(1)))]) for c in (_A, _B)]
    first, second = compile_programs(programs)
    assert (first.used, second.used) == ((0,), (1,))
    output = np.zeros(3, dtype=np.int64)
    second.run([None, np.array([1, 2, 3], dtype=np.int32)], 3, [output])
    assert output.tolist() == [2, 3, 4]


def test_a_constant_is_written_to_every_row():
    b = Builder()
    kernel = compile_program(b.program("c", [Output("o", "i16", b.const(-7)), Output("t", "i8", b.true)]))
    outputs = [np.zeros(1000, dtype=np.int16), np.zeros(1000, dtype=np.int8)]
    kernel.run([], 1000, outputs)
    assert set(outputs[0].tolist()) == {-7}
    assert set(outputs[1].tolist()) == {1}


def test_threads_may_share_a_kernel():
    case = random_case(7, rows=700)
    kernel = compile_program(case.program)
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(agrees, case, kernel) for _ in range(16)]:
            done.result()


def _deep(step: Callable[[Builder, Node, Node, int], Node], steps: int) -> Case:
    b = Builder()
    value, other = b.read(_A), b.read(_B)
    for n in range(steps):
        value = step(b, value, other, n)
    program = b.program("deep", [Output("o", "i64", value)])
    return Case(program, _columns(4)[: len(program.columns)], 4)


def test_a_program_fifty_thousand_values_deep_is_compiled():
    case = _deep(lambda b, x, y, n: b.add(x, y) if n % 3 else b.subtract(x, y), 50_000)
    agrees(case, compile_program(case.program))


def test_choices_thousands_of_arms_deep_are_compiled():
    def step(b: Builder, x: Node, y: Node, n: int) -> Node:
        return b.choose(b.compare("=", y, b.const(n % 11 - 5)), b.const(n), b.add(x, b.const(1)), lazy=True)

    case = _deep(step, 3_000)
    agrees(case, compile_program(case.program))


def test_a_large_program_is_cut_and_agrees(capfd: pytest.CaptureFixture[str]):
    cases = [random_case(seed, size=250, rows=300, wide=wide) for seed in (1, 2) for wide in (True, False)]
    assert all(len(cut(case.program, placed(case.program))) > 2 for case in cases)
    for case in cases:
        agrees(case, compile_program(case.program))
    # LLVM warns of loops that it was asked to do several rows at once and could not.
    assert capfd.readouterr().err == ""


# The cache


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often text was made for LLVM."""
    calls: list[int] = []
    real = engine.module_text
    monkeypatch.setattr(engine, "module_text", lambda *given, **named: (calls.append(1), real(*given, **named))[1])
    return calls


def _total(kernel: Kernel) -> list[int]:
    output = np.zeros(4, dtype=np.int64)
    kernel.run(_columns(4), 4, [output])
    return output.tolist()


def test_what_the_cache_has_is_not_made_again(tmp_path: Path, made: list[int]):
    first = compile_programs([_program(), _program("more", 3)], tmp_path)
    again = compile_programs([_program(), _program("more", 3)], tmp_path)
    assert len(made) == 2
    assert [kernel.compiled.from_cache for kernel in (*first, *again)] == [False, False, True, True]
    assert _total(again[0]) == _total(first[0]) == [5, -1, 7, -1]
    assert _total(again[1]) == [8, -1, 10, -1]


def test_another_program_is_another_entry(tmp_path: Path, made: list[int]):
    compile_program(_program(), tmp_path)
    assert not compile_program(_program(extra=1), tmp_path).compiled.from_cache
    assert len(made) == 2


def test_another_processor_is_another_entry(tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch):
    compile_program(_program(), tmp_path)
    here = this_machine()
    other = replace(here, features=",".join([here.features, here.features.split(",")[0]]))
    monkeypatch.setattr(engine, "this_machine", lambda: other)
    compile_program(_program(), tmp_path)
    assert len(made) == 2
    assert disk.key(["x"], here) != disk.key(["x"], replace(here, cpu="generic"))
    assert disk.key(["x"], here) != disk.key(["x"], replace(here, compiler="other"))


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_made_again(tmp_path: Path, made: list[int], damage: bytes | None):
    compile_program(_program(), tmp_path)
    (file,) = tmp_path.glob("*.code")
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if damage is None else damage)
    assert _total(compile_program(_program(), tmp_path)) == [5, -1, 7, -1]
    assert len(made) == 2
    assert file.read_bytes() == content


def test_a_file_of_another_entry_is_not_taken_for_it(tmp_path: Path):
    disk.keep(tmp_path, "one", b"code")
    (tmp_path / "one.code").rename(tmp_path / "two.code")
    assert disk.load(tmp_path, "two") is None


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("no folder")
    assert _total(compile_program(_program(), file / "below")) == [5, -1, 7, -1]


def test_the_cache_drops_what_was_not_asked_for_the_longest(tmp_path: Path):
    for age, name in ((300, "old"), (200, "asked"), (100, "young")):
        disk.keep(tmp_path, name, bytes(1000))
        then = (tmp_path / f"{name}.code").stat().st_mtime - age
        os.utime(tmp_path / f"{name}.code", (then, then))
    assert disk.load(tmp_path, "asked") == bytes(1000)
    disk.keep(tmp_path, "new", bytes(1000), bytes_max=3200)
    assert sorted(file.stem for file in tmp_path.iterdir()) == ["asked", "new", "young"]


def test_writers_at_once_leave_one_whole_file(tmp_path: Path):
    codes = [bytes([n]) * 100_000 for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda code: disk.keep(tmp_path, "same", code), codes * 5))
    assert disk.load(tmp_path, "same") in codes
    assert [file.name for file in tmp_path.iterdir()] == ["same.code"]
