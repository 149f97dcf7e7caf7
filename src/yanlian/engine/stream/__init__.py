"""Moving dossiers through an evaluator: a snapshot in, a run of outcomes in Parquet out, memory bounded.

May import engine.policy, engine.dossier, engine.feel and base. The seam is `seam.py`: Arrow batch of dossiers in, Arrow
batch of outcomes out; the interpreter is one evaluator, `engines.py` knows the others. Start reading at `api.py`, then
`run.py` (a run that can be interrupted), `since.py` (only what differs) and `read.py`. `local.py` writes one file
without resuming.
"""

from yanlian.engine.stream.api import evaluate, read_run
from yanlian.engine.stream.compact import compact
from yanlian.engine.stream.interpreter import Interpreter, interpreter
from yanlian.engine.stream.local import StreamResult, stream
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA, outcome_batch, read_outcomes
from yanlian.engine.stream.progress import Progress
from yanlian.engine.stream.read import RunReader
from yanlian.engine.stream.run import RunResult
from yanlian.engine.stream.seam import BatchEvaluator, EvaluatorMaker

__all__ = [
    "OUTCOME_SCHEMA",
    "BatchEvaluator",
    "EvaluatorMaker",
    "Interpreter",
    "Progress",
    "RunReader",
    "RunResult",
    "StreamResult",
    "compact",
    "evaluate",
    "interpreter",
    "outcome_batch",
    "read_outcomes",
    "read_run",
    "stream",
]
