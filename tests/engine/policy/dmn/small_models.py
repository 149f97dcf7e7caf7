"""One clause as a model, asked for its verdicts; and models as a modeller would have made them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.engine.policy.tiny_packs import AS_OF, Data, clause, document, run, written

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.feel.dmn.model import Model
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.policy import PackSet, load_packs
from yanlian.engine.policy.dmn import export_model, inputs_of

Verdicts = list[dict[str, object]]


def pack_with(folder: Path, *, around: Data | None = None, pack: Data | None = None, **keys: object) -> PackSet:
    """A pack of one clause `T-01` with these keys."""
    return load_packs([written(folder, document(clause(**keys), **(around or {})), **(pack or {}))])


def verdicts(packs: PackSet, facts: Mapping[str, object], as_of: date = AS_OF, found: str = "T-01") -> Verdicts:
    """What the model of the clause says."""
    model = export_model(packs, found).model
    dossier = dossier_of_case(packs.schema, facts, "enterprise", as_of)
    result = program(model).evaluate(["T_01_全部结论"], inputs_of(model, dossier))
    assert not result.problems, result.problems
    value = result.values["T_01_全部结论"]
    assert isinstance(value, list), result.warnings
    return value


def same_as_engine(packs: PackSet, facts: Mapping[str, object], as_of: date = AS_OF) -> Verdicts:
    """The verdicts, after a check that the engine says the same: outcome, matter, period, amount."""
    said = verdicts(packs, facts, as_of)
    outcomes = [one for one in run(packs, facts, as_of) if one.kind != "not_applicable"]
    expected = [(one.kind, one.matter, one.period, one.clause_fen) for one in outcomes]
    found = [(one["结论"], one["事项"], one["年度"], fen(one["金额"])) for one in said]
    assert found == expected
    return said


def fen(yuan: object) -> int:
    """An amount of a verdict in fen."""
    assert isinstance(yuan, Decimal)
    return int(yuan * 100)


def decision_text(model: Model, label: str) -> str:
    """The FEEL text of a decision by its label."""
    found = next(one for one in model.decisions if one.label == label)
    return getattr(found.expression, "text", "")
