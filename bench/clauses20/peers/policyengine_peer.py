"""policyengine-core, vectorised, with its own float32 (`fisca_rules.py`)."""

from __future__ import annotations

from importlib.metadata import version

from fisca_rules import Fisca
from task import run

if __name__ == "__main__":
    run(lambda task: Fisca(task, "policyengine_core", version("policyengine-core")))
