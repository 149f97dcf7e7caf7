"""A changed model of a clause tried out: what the check says of it, and what the worked cases give before and after.

Both sides are run as DMN models, so that a difference is the change's and not the language's. Nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.check import Complaint, check_model
from yanlian.engine.feel.dmn.layout import laid_out
from yanlian.engine.feel.dmn.program import Program, program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model
from yanlian.engine.policy import PackSet
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.dmn import export_model, inputs_of
from yanlian.engine.policy.dmn.export_clause import ALL_VERDICTS, IN_FORCE
from yanlian.engine.policy.dmn.export_files import SUFFIX
from yanlian.engine.policy.dmn.export_shelf import word as plain_word
from yanlian.engine.policy.dmn.export_tables import fixed_function
from yanlian.engine.policy.dmn.marks import mark_of
from yanlian.engine.policy.model import Case, Constant
from yanlian.ui import numbers
from yanlian.ui.words import english, t, word

_PLACE = re.compile(r"第\d+行第\d+列")
# A worked case takes some thousand; a model that somebody is still drawing may run in circles.
_STEPS = 300_000
_KINDS = frozenset({"eligible", "not_eligible", "manual", "not_applicable"})


@dataclass(frozen=True)
class Said:
    """One sentence of the check; `is_new`: the present model does not have it."""

    severity: str
    element: str
    text: str
    is_new: bool


@dataclass(frozen=True)
class CaseLine:
    """One worked case: what the present model gives, and what the changed one gives."""

    name: str
    as_of: str
    was: str
    now: str

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.was != self.now


@dataclass(frozen=True)
class Trial:
    """All that is shown of a changed model. `problem`: why the cases could not be run."""

    said: Sequence[Said]
    cases: Sequence[CaseLine]
    problem: str = ""

    @property
    def changed(self) -> int:
        """How many cases come out otherwise."""
        return sum(one.changed for one in self.cases)


def try_out(packs: PackSet, clause: CompiledClause, changed: dmn.Model) -> Trial:
    """Check a changed model of a clause and run the clause's worked cases through it."""
    before = {_key(one) for one in _present_complaints(packs, clause.id)}
    found = check_model(program(changed))
    said = [
        Said(one.severity, one.element, one.fault.text("en" if english() else "zh"), _key(one) not in before)
        for one in found
    ]
    # What the change brought stands first.
    said.sort(key=lambda one: not one.is_new)
    lines = []
    ready: dict[str, tuple[dmn.Model, Program]] = {}
    for case in clause.source.cases:
        key = repr(sorted(case.parameters.items()))
        if key not in ready:
            model = with_parameters(changed, case.parameters)
            ready[key] = model, program(model)
        was = _verdict(packs, clause, *_present(packs, clause.id, key, _Parameters(case.parameters)), case)
        lines.append(CaseLine(case.name, numbers.iso(case.as_of), was, _verdict(packs, clause, *ready[key], case)))
    return Trial(said, lines)


def _key(complaint: Complaint) -> tuple[str, str, str]:
    # Lines move when a modeller writes the file anew.
    return complaint.severity, complaint.element, _PLACE.sub("", complaint.fault.text("zh"))


@lru_cache(maxsize=64)
def _present_complaints(packs: PackSet, clause_id: str) -> tuple[Complaint, ...]:
    """What the check says of the model in use, read from its file as the changed one is."""
    file = write_model(laid_out(export_model(packs, clause_id).model))
    return check_model(program(read_model(file, f"{clause_id}{SUFFIX}")))


# Cases


@dataclass(frozen=True)
class _Parameters:
    """Values of parameters; told apart by the key that goes with them."""

    values: Mapping[str, Constant] = field(compare=False)


@lru_cache(maxsize=64)
def _present(packs: PackSet, clause_id: str, _key: str, parameters: _Parameters) -> tuple[dmn.Model, Program]:
    """The clause's model as it is in use, ready to run."""
    model = export_model(packs, clause_id, parameters=parameters.values).model
    return model, program(model)


def with_parameters(model: dmn.Model, parameters: Mapping[str, Constant]) -> dmn.Model:
    """The model with other values of parameters, as a worked case may ask for."""
    if not parameters:
        return model

    def fixed(one: dmn.BusinessKnowledge) -> dmn.BusinessKnowledge:
        of = mark_of(one.description).get("of")
        name = str(of[-1]) if isinstance(of, list) and "parameters" in of else ""
        return replace(one, function=fixed_function(parameters[name])) if name in parameters else one

    return replace(model, knowledge=tuple(map(fixed, model.knowledge)))


def _verdict(packs: PackSet, clause: CompiledClause, model: dmn.Model, made: Program, case: Case) -> str:
    """The verdicts of a model on a case, in words."""
    name = f"{plain_word(clause.id)}_{ALL_VERDICTS}"
    dossier = dossier_of_case(packs.schema, case.facts, case.kind, case.as_of)
    try:
        found = made.evaluate([name], {**inputs_of(model, dossier), IN_FORCE: True}, steps=_STEPS)
    except Refused as refusal:
        return refusal.text("en" if english() else "zh")
    for problem in found.problems:
        return problem.text("en" if english() else "zh")
    verdicts = found.values[name]
    if not isinstance(verdicts, list):
        return t("没有结论", "no verdict")
    return t("；", "; ").join(map(_in_words, verdicts)) or str(word("outcome", "not_applicable"))


def _in_words(verdict: object) -> str:
    """符合 ¥5,000,000.00, or what failed."""
    if not isinstance(verdict, Mapping):
        return t("没有结论", "no verdict")
    kind, amount = verdict.get("结论"), verdict.get("金额")
    parts = [str(verdict["事项"])] if verdict.get("事项") else []
    parts.append(
        str(word("outcome", kind)) if isinstance(kind, str) and kind in _KINDS else t("没有结论", "no verdict")
    )
    if kind == "eligible" and isinstance(amount, Decimal) and amount:
        parts.append(numbers.yuan(int(amount * numbers.FEN_PER_YUAN)))
    failed = verdict.get("未通过")
    if kind == "not_eligible" and isinstance(failed, list):
        parts.append(t("、", ", ").join(map(str, failed)))
    if kind == "eligible" and verdict.get("结果") is not None:
        parts.append(str(verdict["结果"]))
    return " ".join(parts)
