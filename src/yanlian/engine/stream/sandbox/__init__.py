"""The sandbox (政策沙盘): what changed rules would cost, and for whom, over a snapshot that stays open in memory.

A `Sandbox` holds dossiers (`held.py`) and the outcomes of the packs as they are; asked about a proposal
(engine.policy.revision) it compiles only what the proposal touches, with the clauses that stacking and caps tie to it
(`judging.py`), keeps everything else, and compares (`answer.py`, `spread.py`, `budgets.py`). `curve.py` asks along a
range of one figure, `horizon.py` in the years to come. Writes nothing, pays nothing. May import what engine.stream
imports. Start reading at `session.py`.
"""

from yanlian.engine.stream.sandbox.answer import Answer, compared
from yanlian.engine.stream.sandbox.held import Held
from yanlian.engine.stream.sandbox.judging import ClauseFigures
from yanlian.engine.stream.sandbox.session import Judgement, Sandbox

__all__ = ["Answer", "ClauseFigures", "Held", "Judgement", "Sandbox", "compared"]
