"""Packs as DMN models say the same as the packs: every worked case, through the model, through its file, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from yanlian.engine.dossier import Dossier, dossier_of_case
from yanlian.engine.feel.dmn.check import check_model
from yanlian.engine.feel.dmn.layout import laid_out
from yanlian.engine.feel.dmn.model import DecisionTable, Model
from yanlian.engine.feel.dmn.program import Program, program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model
from yanlian.engine.policy import Evaluator, PackSet, library, load_packs, run_cases
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.dmn import export_model, inputs_of
from yanlian.engine.policy.dmn.export_clause import ALL_VERDICTS, IN_FORCE
from yanlian.engine.policy.dmn.export_files import export_documents
from yanlian.engine.policy.dmn.export_shelf import word
from yanlian.engine.policy.dmn.import_model import import_file
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.result import data_value

PACKS = Path(__file__).resolve().parents[2] / "packs"
NAMES = tuple(folder.name for folder in library(PACKS))


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs([PACKS / name for name in NAMES])


@dataclass(frozen=True)
class Ran:
    """One clause over the facts of one worked case: what the engine says, and what the model says."""

    clause: str
    case: str
    engine: list[tuple[object, ...]]
    model: list[tuple[object, ...]]

    @property
    def decided(self) -> bool:
        """Whether no fact was missing: DMN knows no unknown."""
        return all(one[0] != "unknown" for one in self.engine)


def cases(packs: PackSet) -> Iterator[tuple[CompiledClause, Case]]:
    """Every clause with its own cases and with those of its whole document."""
    for document in packs.documents:
        for clause in document.clauses:
            yield from ((clause, case) for case in (*clause.source.cases, *document.source.cases))


def engine_says(packs: PackSet, clause: CompiledClause, case: Case, dossier: Dossier) -> list[tuple[object, ...]]:
    evaluator = Evaluator(packs, case.as_of, only={clause.id}, any_status=True, parameters=case.parameters)
    drafts = [one for one in evaluator.drafts(evaluator.frame(dossier)) if one.kind != "not_applicable"]
    return [(d.kind, d.matter, d.period, d.event_on, d.clause_fen, d.reason.get("result")) for d in drafts]


def model_says(ready: Program, model: Model, clause: CompiledClause, dossier: Dossier) -> list[tuple[object, ...]]:
    name = f"{word(clause.id)}_{ALL_VERDICTS}"
    found = ready.evaluate([name], {**inputs_of(model, dossier), IN_FORCE: True})
    assert not found.problems, found.problems
    verdicts = found.values[name]
    assert isinstance(verdicts, list), (clause.id, found.warnings)
    return [
        (
            one["结论"],
            one["事项"],
            one["年度"],
            one["事件日"],
            int(one["金额"] * 100),
            None if one["结果"] is None or one["结论"] != "eligible" else data_value(one["结果"]),
        )
        for one in verdicts
    ]


def all_runs(packs: PackSet, *, through_file: bool) -> Iterator[Ran]:
    ready: dict[tuple[str, str], tuple[Model, Program]] = {}
    for clause, case in cases(packs):
        document = clause.document.source.id
        key = (document, repr(sorted(case.parameters.items())))
        if key not in ready:
            model = export_model(packs, document, parameters=case.parameters).model
            model = read_model(write_model(laid_out(model)), document) if through_file else model
            ready[key] = (model, program(model))
        model, made = ready[key]
        dossier = dossier_of_case(packs.schema, case.facts, case.kind, case.as_of)
        yield Ran(
            clause.id,
            case.name,
            engine_says(packs, clause, case, dossier),
            model_says(made, model, clause, dossier),
        )


@pytest.mark.parametrize("through_file", [False, True], ids=["model", "file"])
def test_every_worked_case_with_all_facts_comes_out_of_the_model_as_out_of_the_engine(
    packs: PackSet, *, through_file: bool
) -> None:
    ran = list(all_runs(packs, through_file=through_file))
    decided = [one for one in ran if one.decided]
    assert [one for one in decided if one.model != one.engine] == []
    assert {one.clause for one in decided if one.engine} == {clause.id for clause in packs.clauses}
    assert len(decided) >= 0.85 * len(ran) > 600


# Rules in which null already means something (an open end date; not renewed): the null of what nobody delivered is read
# in the same way. docs/reference/dmn.md says so.
NULL_HAS_A_MEANING = {
    "LS-APT-2025-01", "ND-2023-HNTE", "ND-2023-SRDI",
    "WH-IC-D2", "CD-IC-01", "CD-UP-02b", "SZ-XC-2025-00",
}  # fmt: skip


def test_what_a_missing_fact_leaves_open_is_paid_by_no_model_unless_null_has_a_meaning(packs: PackSet) -> None:
    unsure = [one for one in all_runs(packs, through_file=False) if not one.decided]
    paid = {one.clause for one in unsure if any(verdict[0] == "eligible" for verdict in one.model)}
    assert len(unsure) > 30
    assert paid == NULL_HAS_A_MEANING


def test_no_clause_is_left_out_of_its_model(packs: PackSet) -> None:
    left = [note for d in packs.documents for note in export_model(packs, d.source.id).notes if "left" in note.code]
    assert [note.text("en") for note in left] == []


def test_the_models_have_no_faults_of_their_own(packs: PackSet) -> None:
    for document in packs.documents:
        complaints = check_model(program(export_model(packs, document.source.id).model))
        assert [one.text() for one in complaints if one.severity == "error"] == []


def test_tables_of_a_pack_are_tables_of_the_model(packs: PackSet) -> None:
    model = export_model(packs, "LS-2025-01").model
    tables = {one.label: one.expression for one in model.decisions if isinstance(one.expression, DecisionTable)}
    table = tables["平台奖励标准"]
    assert isinstance(table, DecisionTable)
    assert [rule.outputs[0].text for rule in table.rules] == ["5000000", "2000000", "500000"]
    assert table.inputs[0].expression.text == "平台.级别"


def test_a_fixed_day_needs_no_date_from_outside(packs: PackSet) -> None:
    model = export_model(packs, "LS-2025-01", date(2025, 12, 31)).model
    assert "评价日" not in {one.name for one in model.inputs}
    assert "评价日" in {one.name for one in export_model(packs, "LS-2025-01").model.inputs}


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory, packs: PackSet) -> Path:
    """All packs written as models and read back."""
    root = tmp_path_factory.mktemp("dmn")
    for name in NAMES:
        for written in export_documents(packs, name, root / "models" / name, None, lambda done, total: None):
            import_file(written.file, root / "back" / name)
    return root / "back"


def contents(folder: Path) -> Mapping[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_comes_back_from_its_models_word_for_word(back: Path, name: str) -> None:
    assert contents(back / name) == contents(PACKS / name)


def test_packs_that_came_back_mean_the_same_and_pass_their_cases(back: Path, packs: PackSet) -> None:
    again = load_packs([back / name for name in NAMES])
    assert again.hash == packs.hash
    assert [one.id for one in again.clauses] == [one.id for one in packs.clauses]
    results = run_cases(again)
    assert len(results) == len(run_cases(packs))
    assert [one.text("zh") for one in results if not one.passed] == []
