"""The nouns of policies: runs with their outcomes, and the versions of packs with every text that was ever saved.

Start at `run.Run` and `version.PackVersion`.
"""

from __future__ import annotations

from yanlian.apps.policies.models.run import Outcome, Run
from yanlian.apps.policies.models.version import KeptRules, PackVersion, RuleText, VersionEvent

__all__ = ["KeptRules", "Outcome", "PackVersion", "RuleText", "Run", "VersionEvent"]
