"""All packs of the library: well formed, true to their cases, reviewed, from the texts of the source list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import catalogue
import pytest

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy import Evaluator, PackSet, check_pack, folders_in_use, library, load_packs, run_cases
from yanlian.engine.policy.lint import review_folder
from yanlian.engine.policy.model import Case, Clause, Document

FOLDERS = library(catalogue.PACKS)
USED = {folder.name for folder in folders_in_use(catalogue.PACKS, catalogue.DISTRICT)}
# Whose review is not ours: the packs in use are reviewed by the district, the national ones with the national rules.
JURISDICTIONS = [one for one in FOLDERS if one.name not in USED and not one.name.startswith("national")]
TODAY = date(2026, 11, 23)


def name_of(folder: Path) -> str:
    return folder.name


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs(FOLDERS)


def documents_of(packs: PackSet) -> Iterator[Document]:
    return (document.source for document in packs.documents)


def elsewhere(packs: PackSet) -> list[tuple[Document, Clause]]:
    """The clauses of the jurisdictions that are not in use, each with its document."""
    names = {folder.name for folder in JURISDICTIONS}
    return [
        (document, clause) for document in documents_of(packs) if document.pack in names for clause in document.clauses
    ]


def expected(clause: Clause) -> Iterator[dict[str, object]]:
    """What each case of a clause expects, one event at a time."""
    for case in clause.cases:
        for one in case.expect if isinstance(case.expect, list) else [case.expect]:
            assert isinstance(one, dict)
            yield one


def outcomes_of(clause: Clause) -> set[object]:
    return {one.get("outcome") for one in expected(clause)}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_each_pack_is_well_formed_alone(folder: Path) -> None:
    assert [fault.text("zh") for fault in check_pack(folder)] == []


@pytest.mark.parametrize("folder", JURISDICTIONS, ids=name_of)
def test_each_jurisdiction_has_answered_what_the_review_finds(folder: Path) -> None:
    open_findings = [one for one in review_folder(folder, TODAY) if one.severity != "hint" and not one.accepted]
    assert [one.line_text("zh") for one in open_findings] == []


def test_all_packs_go_together(packs: PackSet) -> None:
    assert {pack.id for pack in packs.packs} == {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_worked_case_comes_out_as_written(packs: PackSet, folder: Path) -> None:
    results = run_cases(packs, folder.name)
    assert len(results) >= 3
    assert [result.text("zh") for result in results if not result.passed] == []


# The source list


@pytest.mark.parametrize("listed", catalogue.source_list(), ids=lambda one: one.id)
def test_every_clause_of_the_source_list_is_a_clause_of_its_grade(packs: PackSet, listed: catalogue.Listed) -> None:
    made = listed.covered_by(clause.id for clause in packs.clauses)
    assert made
    assert {packs.clause(one).document.source.source.grade for one in made} == {listed.grade}


def test_each_of_the_twelve_national_rules_is_a_clause_of_a_national_pack(packs: PackSet) -> None:
    national = [c.id for c in packs.clauses if c.document.pack.id in {"national", "national-basics"}]
    rules = catalogue.national_rules()
    assert len(rules) == 12
    assert [rule for rule in rules if not any(one == rule or one.startswith(f"{rule}-") for one in national)] == []


def test_the_source_list_has_81_clauses_of_four_grades() -> None:
    listed = catalogue.source_list()
    assert len({one.id for one in listed}) == len(listed) == 81
    assert {one.grade for one in listed} == set(catalogue.GRADES)


def test_what_the_source_list_flags_is_flagged_and_not_in_use(packs: PackSet) -> None:
    ids = [clause.id for clause in packs.clauses]
    for listed in catalogue.source_list():
        made = [packs.clause(one) for one in listed.covered_by(ids)]
        assert not listed.flagged or any(catalogue.is_flagged(one.source) for one in made), listed.id
    flagged = [clause for clause in packs.clauses if catalogue.is_flagged(clause.source)]
    assert len(flagged) >= 7
    assert {clause.document.pack.id for clause in flagged} & USED == set()


def test_texts_of_grade_c_warn_and_are_not_in_use(packs: PackSet) -> None:
    shapes = [document for document in documents_of(packs) if document.source.grade == "C"]
    assert len(shapes) >= 20
    assert {document.pack for document in shapes} & USED == set()
    assert [document.id for document in shapes if "C 级" not in document.note] == []


def test_every_clause_says_what_a_reader_needs_to_check_it(packs: PackSet) -> None:
    for document, clause in elsewhere(packs):
        assert document.note, document.id
        assert document.source.page, document.id
        assert clause.text.startswith("〔转写〕"), clause.id
        assert clause.evidence, clause.id


# The worked cases


def test_what_is_computed_has_four_cases_what_is_not_has_two(packs: PackSet) -> None:
    few = {clause.id for _, clause in elsewhere(packs) if len(list(expected(clause))) < (2 if clause.manual else 4)}
    assert few == set()


def test_every_clause_shows_who_gets_it_and_who_does_not(packs: PackSet) -> None:
    for _, clause in elsewhere(packs):
        assert outcomes_of(clause) & {"eligible", "manual"}, clause.id
        assert outcomes_of(clause) & {"not_eligible", "not_applicable"}, clause.id


def test_every_computed_clause_shows_an_unknown_and_who_holds_the_fact(packs: PackSet) -> None:
    def shows(clause: Clause) -> bool:
        return any(one.get("outcome") == "unknown" and "holder" in one for one in expected(clause))

    assert [clause.id for _, clause in elsewhere(packs) if not clause.manual and not shows(clause)] == []


def test_every_fixed_cap_is_reached_in_a_case(packs: PackSet) -> None:
    def cap_of(clause: Clause) -> Decimal | None:
        try:
            return parse_figure(clause.cap.text) if clause.cap else None
        except Refused:  # a formula
            return None

    caps = {clause.id: (clause, cap) for _, clause in elsewhere(packs) if (cap := cap_of(clause)) is not None}
    assert len(caps) >= 15
    for clause, cap in caps.values():
        assert cap in {parse_figure(one["amount"]) for one in expected(clause) if "amount" in one}, clause.id


# On every day


def turning_days(documents: list[Document]) -> list[date]:
    """Every day on which one of the documents begins or ends, with its neighbours."""
    days = {day for one in documents for day in (one.valid_from, one.valid_to, one.payable_until) if day}
    return sorted(day + timedelta(days=shift) for day in days for shift in (-1, 0, 1))


@pytest.mark.parametrize("folder", JURISDICTIONS, ids=name_of)
def test_clauses_run_without_a_fault_on_every_day_on_which_a_text_begins_or_ends(packs: PackSet, folder: Path) -> None:
    """Over nothing delivered and over the facts of every worked case: each clause has an outcome, none is negative."""
    documents = [document for document in documents_of(packs) if document.pack == folder.name]
    cases: list[Case] = [case for document in documents for clause in document.clauses for case in clause.cases]
    ids = {clause.id for document in documents for clause in document.clauses}
    nothing: dict[str, object] = dict.fromkeys(packs.schema.names, "未知")
    for day in turning_days(documents):
        evaluator = Evaluator(packs, day, only=ids)
        held = [(case.kind, case.facts) for case in cases] + [("enterprise", nothing), ("person", nothing)]
        for kind, facts in held:
            outcomes = evaluator.evaluate_dossier(dossier_of_case(packs.schema, facts, kind, day))
            assert {outcome.clause for outcome in outcomes} == {clause.id for clause in evaluator.clauses}
            assert all(outcome.amount_fen == 0 for outcome in outcomes if outcome.kind != "eligible")
            assert all(outcome.amount_fen >= 0 for outcome in outcomes)


def test_drafts_and_suspended_texts_are_never_run(packs: PackSet) -> None:
    still = {clause.id for document, clause in elsewhere(packs) if document.status != "in_force"}
    assert {"WH-IC-D2", "WH-IC-D3", "CX-TAX"} <= still
    for day in (date(2022, 6, 30), date(2025, 6, 30), TODAY):
        assert still & {clause.id for clause in Evaluator(packs, day).clauses} == set()


def test_the_page_about_the_packs_is_current() -> None:
    assert catalogue.PAGE.read_text(encoding="utf-8") == catalogue.page(), "run: python tests/packs/catalogue.py"
