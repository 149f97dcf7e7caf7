"""Packs as they would be: changes of their text, tried without touching a file.

A `Change` names a place of a pack's text and what would stand there (`proposal.py`); `places.py` finds the place in the
tree of a file; `shelf.py` keeps packs loaded and builds what a proposal would make of them, reading and compiling no
more than it must; `figures.py` lists what can be changed in a clause, each with its present value and article. What
comes out is a pack like any other, with the same faults told. May import what engine.policy imports. Start reading at
`proposal.py`.
"""

from yanlian.engine.policy.revision.proposal import Change, Proposal
from yanlian.engine.policy.revision.shelf import Revised, Shelf

__all__ = ["Change", "Proposal", "Revised", "Shelf"]
