"""Full code made by other processes while this one goes on: what LLVM does holds up every thread of its process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from yanlian.engine.native import machine as script
from yanlian.engine.native.machine import object_code, this_machine


@dataclass(frozen=True, slots=True)
class _Child:
    """A process at work, and the file that it writes to."""

    process: subprocess.Popen[bytes]
    out: IO[bytes]


class Later:
    """The full code of some modules, as soon as it is there. Processes that are still at work are ended when nobody
    waits for this any more, and when this process ends. May be asked by several threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._codes: dict[int, bytes] = {}
        self._children: dict[int, _Child] = {}
        self._next = 0
        self._lock = threading.Lock()
        self._most = os.cpu_count() or 1
        weakref.finalize(self, _end, self._children)
        self.ready()

    def ready(self) -> bool:
        """Whether all code is there; if not, sees to it that somebody is at work."""
        with self._lock:
            for number, child in list(self._children.items()):
                if child.process.poll() is not None:
                    self._collect(number, child)
            while self._next < len(self._texts) and len(self._children) < self._most:
                self._start(self._next)
                self._next += 1
            return len(self._codes) == len(self._texts)

    def codes(self) -> list[bytes]:
        """The code of the modules in their order; waits for it."""
        while not self.ready():
            for child in list(self._children.values()):
                child.process.wait()
        return [self._codes[number] for number in range(len(self._texts))]

    def _start(self, number: int) -> None:
        out = tempfile.TemporaryFile()  # noqa: SIM115 - read and closed when the process has ended
        with tempfile.TemporaryFile() as given:
            given.write(self._texts[number].encode())
            given.seek(0)
            try:
                # -P: the folder of the script holds modules of ours named like some of Python's.
                process = subprocess.Popen(  # noqa: S603 - our own script
                    [sys.executable, "-P", script.__file__], stdin=given, stdout=out, stderr=subprocess.DEVNULL
                )
            except OSError:
                out.close()
                self._codes[number] = object_code(self._texts[number], this_machine())
            else:
                self._children[number] = _Child(process, out)

    def _collect(self, number: int, child: _Child) -> None:
        """Takes the code of a process that ended; where it failed, the code is made here."""
        with child.out as out:
            out.seek(0)
            code = out.read() if child.process.returncode == 0 else b""
        self._codes[number] = code or object_code(self._texts[number], this_machine())
        del self._children[number]


def _end(children: dict[int, _Child]) -> None:
    for child in children.values():
        child.process.kill()
        child.process.wait()
        child.out.close()
