"""The page of the 38 general rules: every one is there, its example loads, and its cases come out as written."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from test_pack_dmn import all_runs
from tests.engine.stream.kernel_kit import both

from yanlian.engine.dossier import Coverage
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.dossier.cases import row_of_case
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.policy import CaseResult, PackSet, check_pack, load_packs, run_cases
from yanlian.engine.policy.dmn.export_files import export_documents
from yanlian.engine.policy.dmn.import_model import import_file

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "general-rules.md").read_text(encoding="utf-8")
NUMBERS = tuple(f"G{n:02}" for n in range(1, 39))
# What the check says on purpose of an example: the example is there to show it.
MEANT: dict[str, set[str]] = {}
# The wording stands on the page, above the example; several clauses together are worked by the document's cases.
ON_THE_PAGE = {"pack_no_text", "pack_no_cases"}


def sections() -> dict[str, str]:
    """The text of each general rule by its number."""
    parts = re.split(r"^## (G\d\d) .*$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(text: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def example(number: str) -> str:
    """The example of a rule as a whole document."""
    text = "\n".join(blocks(sections()[number]))
    named = f"id: {number}, title: {number}"
    head = f"document: {{{named}, status: in_force, valid_from: 2020-01-01, source: {{grade: B}}}}\n"
    return text if text.startswith("document:") else head + text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The head of the page and all examples, as a pack beside the national one."""
    packs = tmp_path_factory.mktemp("packs")
    (packs / "national").symlink_to(ROOT / "packs" / "national")
    made = packs / "general"
    made.mkdir()
    (made / "pack.yaml").write_text(blocks(PAGE)[0], encoding="utf-8")
    for number in sections():
        (made / f"{number}.yaml").write_text(example(number), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def packs(folder: Path) -> PackSet:
    return load_packs([folder])


@pytest.fixture(scope="module")
def results(packs: PackSet) -> list[CaseResult]:
    return run_cases(packs, "general")


def test_every_general_rule_has_its_section_in_order() -> None:
    assert tuple(re.findall(r"^## (G\d\d) ", PAGE, re.MULTILINE)) == NUMBERS


def test_every_example_is_well_formed_and_warned_about_only_where_it_is_meant_to_be(folder: Path) -> None:
    said: dict[str, set[str]] = {}
    for fault in check_pack(folder):
        number = fault.file.removesuffix(".yaml")
        assert fault.severity == "warning", fault.text("zh")
        if fault.code not in ON_THE_PAGE | MEANT.get(number, set()):
            said.setdefault(number, set()).add(fault.text("zh"))
    assert said == {}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_example_of_a_rule_pays_what_it_says(results: list[CaseResult], number: str) -> None:
    own = [one for one in results if one.clause.split("-")[0] == number]
    assert own, "an example without a worked case shows nothing"
    assert [one.text("zh") for one in own if not one.passed] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_the_cases_of_a_rule_show_both_sides_of_its_border(results: list[CaseResult], number: str) -> None:
    own = [one for one in results if one.clause.split("-")[0] == number]
    verdicts = {(outcome.kind, outcome.amount_fen) for one in own for outcome in one.outcomes}
    assert len(verdicts) > 1 or number in {"G16", "G29", "G32", "G34", "G35"}


# The same by other ways: as machine code, and as a DMN model.


def stored(value: object) -> object:
    """A row of a case as a snapshot can hold it: what nobody delivered is left out."""
    if isinstance(value, dict):
        return {key: stored(one) for key, one in value.items() if one is not UNDELIVERED}
    return [stored(one) for one in value] if isinstance(value, list) else value


def test_the_kernel_says_of_every_example_what_the_interpreter_says(folder: Path, packs: PackSet) -> None:
    cases = [(clause, case) for clause in packs.clauses for case in clause.source.cases]
    rows = [(f"{one.id} {case.name}", stored(row_of_case(packs.schema, case.facts, case.kind))) for one, case in cases]
    whole = [{**row, "id": name} for name, row in rows if isinstance(row, dict)]
    made = both(folder, Coverage(everything=True))
    batch = pa.RecordBatch.from_pylist(whole, schema=dossier_schema(packs.schema))
    assert made.kernel(batch).to_pylist() == made.interpreter(batch).to_pylist()


def test_every_example_comes_back_from_its_model_word_for_word(folder: Path, packs: PackSet, tmp_path: Path) -> None:
    for one in export_documents(packs, "general", tmp_path / "models", None, lambda done, total: None):
        import_file(one.file, tmp_path / "back")
    assert {one.name: one.read_text("utf-8") for one in (tmp_path / "back").iterdir()} == {
        one.name: one.read_text("utf-8") for one in folder.iterdir()
    }


def test_every_worked_case_comes_out_of_the_model_as_out_of_the_engine(packs: PackSet) -> None:
    own = replace(packs, documents=tuple(one for one in packs.documents if one.pack.id == "general"))
    ran = [one for one in all_runs(own, through_file=False) if one.decided]
    assert len(ran) > 100
    assert [one for one in ran if one.model != one.engine] == []
