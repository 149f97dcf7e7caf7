"""Moving dossiers through an evaluator: row groups of a snapshot in, outcomes in Parquet out, memory bounded.

May import engine.policy, engine.dossier, engine.feel and base. The seam is `BatchEvaluator`: Arrow batch of dossiers
in, Arrow batch of outcomes out; the interpreter is one, a compiled kernel can be another. Start reading at `local.py`.
"""

from yanlian.engine.stream.interpreter import Interpreter, interpreter
from yanlian.engine.stream.local import BatchEvaluator, Progress, StreamResult, stream
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA, outcome_batch, read_outcomes

__all__ = [
    "OUTCOME_SCHEMA",
    "BatchEvaluator",
    "Interpreter",
    "Progress",
    "StreamResult",
    "interpreter",
    "outcome_batch",
    "read_outcomes",
    "stream",
]
