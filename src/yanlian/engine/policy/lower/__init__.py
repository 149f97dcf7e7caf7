"""Clauses as exact integer programs: FEEL and packs lowered to the intermediate form of engine.native.

May import engine.native, engine.dossier, engine.feel and engine.policy. Start reading at `values.py` (what a FEEL value
is in a program), then `formulas.py` (expressions), `clauses.py` (a clause), `components.py` (clauses that share a
stacking group or a cap).
"""
