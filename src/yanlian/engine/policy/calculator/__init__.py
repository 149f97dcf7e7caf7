"""The calculator (政策计算器): figures that somebody types, judged under packs; nothing is stored.

What is not typed is unknown, never none: whoever has no record of a kind says so (`[]`). `reading.py` says which
facts a clause reads, so that a form can ask for them; `calculate.py` judges. May import what engine.policy imports.
Start reading at `calculate.py`.
"""

from yanlian.engine.policy.calculator.calculate import Calculated, calculate
from yanlian.engine.policy.calculator.reading import Asked, facts_asked

__all__ = ["Asked", "Calculated", "calculate", "facts_asked"]
