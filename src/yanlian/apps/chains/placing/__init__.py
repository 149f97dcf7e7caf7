"""The placement workbench (归位工作台): which firms of a chain stand nowhere yet, and where the engine would put them.

`texts.py` (what the registry knows in words) → `board.py` (the model of a chain, learned from what stands in the
database) → `queue.py` (who is next) → the pages. `actions.py` are the only writers.
"""
