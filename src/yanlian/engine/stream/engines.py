"""The engines that a run can be asked for, by name: the one place where a new one is entered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.engine.stream.interpreter import interpreter
from yanlian.engine.stream.kernel import kernel
from yanlian.engine.stream.seam import EvaluatorMaker

FORMS = ("rows", "sheet")
DEFAULT = "kernel"
SPARK = "spark"


def maker_for(
    engine: str, packs: Sequence[Path], dossiers: Path, as_of: date, *, drafts: bool = False, form: str = "rows"
) -> EvaluatorMaker:
    """The evaluator that an engine makes of these packs for these dossiers on a day.

    Refused: an engine that does not exist or is not here, a form that the engine does not write.
    """
    if engine not in ENGINES:
        raise Refused("run_engine", found=engine, expected=", ".join(sorted(ENGINES)))
    if form not in FORMS:
        raise Refused("run_form", found=form, what=engine, expected=", ".join(FORMS))
    return ENGINES[engine](packs, dossiers, as_of, drafts, form)


def _interpreter(packs: Sequence[Path], dossiers: Path, as_of: date, drafts: bool, form: str) -> EvaluatorMaker:
    if form != "rows":
        raise Refused("run_form", found=form, what="interpreter", expected="rows")
    return interpreter(packs, dossiers, as_of, with_drafts=drafts)


def _kernel(packs: Sequence[Path], dossiers: Path, as_of: date, drafts: bool, form: str) -> EvaluatorMaker:
    return kernel(packs, dossiers, as_of, with_drafts=drafts, form=form)


ENGINES: Mapping[str, Callable[[Sequence[Path], Path, date, bool, str], EvaluatorMaker]] = {
    "interpreter": _interpreter,
    "kernel": _kernel,
    # The same kernel: Spark is where it runs, not what it means (see `spark.py`).
    SPARK: _kernel,
}
