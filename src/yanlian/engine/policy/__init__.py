"""Policy packs: from text files to outcomes that can be explained.

The way of a pack: `tree` (YAML with lines) → `reading`, `read_*` (typed values, every fault noted) → `model` →
`compile*` (names resolved, FEEL compiled once) → `load` (a `PackSet`). The way of a dossier: `evaluate` (each clause) →
`combination` (what excludes what) → `across` (stacking and caps) → `Outcome`; `explain` does the same once more and
keeps what it saw. May import base, engine.feel and engine.dossier. The contract of packs is docs/reference/packs.md.
Start reading at `load.load_packs` and `evaluate.Evaluator`.
"""

from yanlian.engine.policy.cases import CaseResult, run_cases
from yanlian.engine.policy.check import check_pack
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.explain import Explanation, explain
from yanlian.engine.policy.explain_text import render_text
from yanlian.engine.policy.fault import Fault, PackFaults
from yanlian.engine.policy.in_use import folders_in_use, library, with_required
from yanlian.engine.policy.load import PackSet, load_packs
from yanlian.engine.policy.outcome import Outcome

__all__ = [
    "CaseResult",
    "Evaluator",
    "Explanation",
    "Fault",
    "Outcome",
    "PackFaults",
    "PackSet",
    "check_pack",
    "explain",
    "folders_in_use",
    "library",
    "load_packs",
    "render_text",
    "run_cases",
    "with_required",
]
