"""OpenFisca-core, vectorised (`fisca_rules.py`): float32 as it comes, or float64.

openfisca_peer.py single|double …      how wide its floats are, then the usual arguments
"""

from __future__ import annotations

import sys
from importlib.metadata import version

from fisca_rules import Fisca
from task import run

if __name__ == "__main__":
    width = sys.argv.pop(1)
    run(lambda task: Fisca(task, "openfisca_core", version("openfisca-core"), double=width == "double"))
