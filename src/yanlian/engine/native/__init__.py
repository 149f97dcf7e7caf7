"""Machine code from exact integer programs: an intermediate form that a person can read, LLVM behind it.

Knows no packs and no dossiers; may import base only. Start reading at `ir.py` (what a program is), then `builder.py`.
"""
