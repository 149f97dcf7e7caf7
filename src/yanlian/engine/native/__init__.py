"""Machine code from exact integer programs: an intermediate form that a person can read, LLVM behind it.

Knows no packs and no dossiers; may import base only. Start reading at `ir.py` (what a program is), then `builder.py`
(making one), `reference.py` (what it means) and `show.py` (reading one). From there to the processor: `order` →
`regions` (where a value is computed) → `pieces` (what is computed together), `counted` (loops that count) → `lanes`,
`doubles` and `children` (instructions for eight rows), `body` and `division` (for one) → `code` (the module) →
`machine` (LLVM) → `cache`; `engine.py` ties them together and runs the result; `tiers.py` has quick code run until
`later.py` brings full code. `lists.py`: two loops by hand for what few rows have.
"""

from yanlian.engine.native.builder import Builder, TooWide
from yanlian.engine.native.engine import Compiled, Kernel, compile_program, compile_programs
from yanlian.engine.native.ir import Column, Node, Output, Program
from yanlian.engine.native.reference import run_slowly
from yanlian.engine.native.show import digest, shown

__all__ = [
    "Builder",
    "Column",
    "Compiled",
    "Kernel",
    "Node",
    "Output",
    "Program",
    "TooWide",
    "compile_program",
    "compile_programs",
    "digest",
    "run_slowly",
    "shown",
]
