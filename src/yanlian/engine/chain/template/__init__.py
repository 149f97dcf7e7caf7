"""Chain templates: segments, products and directed edges as text files, read, checked, imported and exported.

Start at `model.py` (what a chain is), then `read.py` (out of files) and `check.py` (the review).
The format: docs/reference/chains.md.
"""

from yanlian.engine.chain.template.finding import ChainFaults, Finding
from yanlian.engine.chain.template.read import read_chain, read_chains

__all__ = ["ChainFaults", "Finding", "read_chain", "read_chains"]
