"""LLVM on this machine: text of a module → object code → addresses of functions.

Run as a script it makes the code of one module for another process, text in, code out: LLVM works on one thing at a
time in a process, and the other goes on meanwhile (see `later.py`).
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import Literal, TypeAlias

import llvmlite
import llvmlite.binding as llvm

# quick: row by row, written down as it stands; full: several rows at once, and LLVM takes its time to write it down.
# Measured on the packs of the repository: full code takes three times as long to make, and a run two thirds as long.
Effort: TypeAlias = Literal["quick", "full"]


@dataclass(frozen=True, slots=True)
class Machine:
    """For which processor code is made, and by which compiler; object code of one machine is of no use to another."""

    triple: str
    cpu: str
    features: str
    compiler: str


@functools.cache
def this_machine() -> Machine:
    """The processor that this process runs on."""
    version = ".".join(str(part) for part in llvm.llvm_version_info)
    features = llvm.get_host_cpu_features().flatten()
    return Machine(llvm.get_process_triple(), llvm.get_host_cpu_name(), features, f"{llvmlite.__version__} {version}")


@functools.cache
def _ready() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _target(machine: Machine, effort: Effort = "full") -> llvm.TargetMachine:
    _ready()
    target = llvm.Target.from_triple(machine.triple)
    return target.create_target_machine(
        cpu=machine.cpu,
        features=machine.features,
        opt=2 if effort == "full" else 0,
        reloc="static",
        codemodel="large",
    )


def object_code(text: str, machine: Machine, effort: Effort = "full") -> bytes:
    """The machine code of a module. LLVM's passes over its own language are left out: values are folded, shared and
    placed when a program is made, and several rows are done at once by what we write; the passes took longer than all
    the rest and made nothing faster that was measured."""
    target = _target(machine, effort)
    with llvm.parse_assembly(text) as module:
        module.triple = machine.triple
        module.data_layout = str(target.target_data)
        return bytes(target.emit_object(module))


class Loaded:
    """Object code in memory; its functions are there for as long as this object is."""

    def __init__(self, code: bytes, machine: Machine) -> None:
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(machine))
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where a function lies."""
        found = int(self._engine.get_function_address(name))
        if not found:
            raise ValueError(f"object code without {name}")
        return found


if __name__ == "__main__":
    sys.stdout.buffer.write(object_code(sys.stdin.buffer.read().decode(), this_machine()))
