"""产业链: who stands where in a chain, who supplies whom, what is missing here, whom to attract.

Chain templates are text files (`chains/`, read by `engine/chain/template`); placements, links, candidates and leads are
kept here. May import policies, registry and people. `models.py` (what is kept) → `actions.py` (the only writers) → the
pages.
"""
