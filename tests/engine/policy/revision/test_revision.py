"""Proposals over packs: places found or refused, faults told like any pack's, figures listed with where they stand."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.base.refusal import Refused
from yanlian.engine.policy import Evaluator, PackFaults, load_packs
from yanlian.engine.policy.calculator import calculate
from yanlian.engine.policy.revision import Change, Proposal, Shelf
from yanlian.engine.policy.revision.figures import figures_of, written_id
from yanlian.engine.policy.revision.proposal import pointer, proposal_of
from yanlian.engine.policy.revision.written import yaml_of
from yanlian.engine.policy.tree import canonical, read_tree

ROOT = Path(__file__).resolve().parents[4]
PACKS = [ROOT / "packs" / "national", ROOT / "packs" / "laoshan"]
AS_OF = date(2025, 12, 31)
PARAMETERS = {
    "门槛": {
        "unit": "元",
        "values": [
            {"from": date(2025, 1, 1), "value": "10万元", "reference": "一"},
            {"from": date(2025, 6, 1), "value": "20万元", "reference": "二"},
        ],
    }
}
SCALES = {"档": {"mode": "marginal", "brackets": [{"from": 0, "rate": "10%"}, {"from": "100万元", "rate": "5%"}]}}
TABLES = {
    "表": {
        "inputs": ["主体类型"],
        "outputs": ["金额"],
        "rules": [['"enterprise"', "5万元"], ['"park"', "3万元"]],
        "reference": "三",
    }
}


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(PACKS)


@pytest.fixture
def tiny(tmp_path) -> Shelf:
    own = clause(
        amount="max(档(税务年报[年度 = 上年][1].研发费用), 表() * 2)",
        conditions=[{"label": "甲/乙", "when": "税务年报[年度 = 上年][1].营业收入 > 门槛 and 上年 > 1999"}],
        cap='if 主体类型 = "park" then 1万元 else 500万元',
    )
    made = document(own, clause(id="T-02"), parameters=PARAMETERS, scales=SCALES, tables=TABLES)
    return Shelf([written(tmp_path, made, document(clause(id="U-01"), document={"id": "U"}))])


def amount_of(packs, facts=None) -> int:
    return sum(one.amount_fen for one in calculate(packs, facts or {}, AS_OF, clauses=["T-02"]).outcomes)


def test_every_figure_is_listed_with_its_place_value_and_article(tiny):
    found = figures_of(tiny, tiny.packs.clause("T-01"))
    listed = {one.at: (one.part, one.written) for one in found}
    assert listed == {
        "/T/clauses/T-01/conditions/甲~1乙/when/#2": ("test", "1999"),
        "/T/clauses/T-01/cap/#1": ("cap", "1万元"),
        "/T/clauses/T-01/cap/#2": ("cap", "500万元"),
        "/T/clauses/T-01/amount/#2": ("amount", "2"),
        "/T/parameters/门槛/values/2025-01-01/value": ("parameter", "10万元"),
        "/T/parameters/门槛/values/2025-06-01/value": ("parameter", "20万元"),
        "/T/scales/档/brackets/0/from": ("scale", "0"),
        "/T/scales/档/brackets/0/rate": ("scale", "10%"),
        "/T/scales/档/brackets/100万元/from": ("scale", "100万元"),
        "/T/scales/档/brackets/100万元/rate": ("scale", "5%"),
        "/T/tables/表/rules/1/2/#1": ("table", "5万元"),
        "/T/tables/表/rules/2/2/#1": ("table", "3万元"),
    }
    parameter = next(one for one in found if one.written == "20万元")
    assert (parameter.reference, parameter.value, parameter.unit) == ("二", Decimal(200_000), "万元")


def test_writing_every_figure_of_the_repositorys_packs_where_it_stands_changes_nothing(shelf):
    figures = {one.at: one for clause in shelf.packs.clauses for one in figures_of(shelf, clause)}
    assert len(figures) > 500
    same = Proposal("", tuple(Change(one.at, one.written) for one in list(figures.values())[:200]))
    before, after = (
        {id_: str(one.source) for id_, one in clauses(packs)} for packs in (shelf.packs, whole(shelf, same))
    )
    assert after == before


def clauses(packs):
    return [(one.id, one) for one in packs.clauses]


def whole(shelf: Shelf, proposal: Proposal):
    return shelf.revised(proposal, whole=True).packs


def test_a_clause_written_out_as_yaml_is_the_same_clause(shelf):
    for one in shelf.packs.clauses:
        tree = shelf.tree((one.source.document, "clauses", written_id(one)))
        assert canonical(read_tree(yaml_of(tree))) == canonical(tree), one.id


def test_a_changed_amount_gives_the_new_amount_and_leaves_the_shelf_alone(tiny):
    revised = tiny.revised(Proposal("", (Change("/T/clauses/T-02/amount", "7元"),)))
    assert amount_of(revised.packs) == 700
    assert amount_of(tiny.packs) == 10_000
    assert revised.packs.hash != tiny.packs.hash
    assert (revised.touched, revised.documents) == ({"T"}, {"T"})


def test_clauses_are_added_replaced_and_taken_away(tiny):
    changes = (
        Change("/T/clauses/T-01", do="remove"),
        Change("/T/clauses/T-02", yaml.safe_dump(clause(id="T-02", amount="9元"), allow_unicode=True)),
        Change("/T/clauses", yaml.safe_dump(clause(id="T-03"), allow_unicode=True), "add"),
        Change("/U", do="remove"),
    )
    packs = whole(tiny, Proposal("", changes))
    assert [one.id for one in packs.clauses] == ["T-02", "T-03"]
    assert amount_of(packs) == 900


def test_a_whole_document_is_added_to_a_pack(tiny):
    text = yaml.safe_dump(document(clause(id="V-01"), document={"id": "V"}), allow_unicode=True)
    packs = whole(tiny, Proposal("", (Change("/tiny", text, "add"),)))
    assert "V-01" in [one.id for one in packs.clauses]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change("/W/clauses/T-01/cap", "1"), "proposal_nowhere"),
        (Change("/T/clauses/T-9/cap", "1"), "proposal_nowhere"),
        (Change("/T/clauses/T-01/nothing/below", "1"), "proposal_nowhere"),
        (Change("/T/clauses/T-01/cap/#3", "1"), "proposal_nowhere"),
        (Change("/T/clauses/T-01/cap/#0", "1"), "proposal_nowhere"),
        (Change("/T/clauses/T-01/cap/#1", "1 + 1"), "proposal_figure"),
        (Change("/T/clauses/T-01/cap/#1", do="remove"), "proposal_nowhere"),
        (Change("/T/clauses/T-01/cap/x", "1"), "proposal_nowhere"),
        (Change("/T/clauses/T-01", "a: [", "set"), "proposal_yaml"),
        (Change("/T/clauses/T-01/cap", "1", "add"), "proposal_nowhere"),
        (Change("/nothing", "a: 1", "add"), "proposal_nowhere"),
        (Change("/tiny", "a: 1"), "proposal_nowhere"),
    ],
)
def test_a_change_that_finds_no_place_is_refused_and_says_what_is_near(tiny, change, code):
    with pytest.raises(Refused) as refused:
        tiny.revised(Proposal("", (change,)))
    assert refused.value.code == code
    assert refused.value.text("zh")


def test_faults_of_a_changed_pack_are_told_with_file_and_clause(tiny):
    with pytest.raises(PackFaults) as found:
        tiny.revised(Proposal("", (Change("/T/clauses/T-02/amount", "1元 + 没有这个名字"),)))
    assert [(one.file, one.clause) for one in found.value.faults if one.severity == "error"] == [("d0.yaml", "T-02")]
    with pytest.raises(PackFaults):
        tiny.revised(Proposal("", (Change("/T/clauses/T-02/id", "U-01"),)))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (["x"], "proposal_shape"),
        ({"changes": "x"}, "proposal_shape"),
        ({"changes": ["x"]}, "proposal_shape"),
        ({"chnages": []}, "proposal_word"),
        ({"changes": [{"put": "/T", "to": "1"}]}, "proposal_word"),
        ({"changes": [{"set": "/T/x", "add": "/T/x"}]}, "proposal_word"),
        ({"changes": [{"set": "T/x", "to": "1"}]}, "proposal_pointer"),
        ({"changes": [{"set": "/T/x", "to": "1"}] * 201}, "proposal_large"),
        ({"changes": [{"set": "/T/x", "to": "1" * 200_001}]}, "proposal_large"),
    ],
)
def test_what_is_no_proposal_is_refused(data, code):
    with pytest.raises(Refused) as refused:
        proposal_of(data)
    assert refused.value.code == code


def test_a_proposal_is_the_same_after_a_file_and_its_name_does_not_count():
    made = Proposal("甲", (Change(pointer("T", "a/b", "c~d"), "1"), Change("/T/x", do="remove")))
    again = proposal_of(yaml.safe_load(yaml.safe_dump(made.as_data(), allow_unicode=True)))
    assert again == made
    assert made.changes[0].steps == ("T", "a/b", "c~d")
    assert Proposal("乙", made.changes).digest == made.digest


def test_documents_that_share_names_are_built_together_with_those_that_use_them(shelf):
    table = "/NAT-SIZE-2011/document/note"
    revised = shelf.revised(Proposal("", (Change(table, "改"),)))
    assert len(revised.documents) == len(shelf.packs.documents)


def test_the_examples_of_the_reference_can_be_worked_out(shelf):
    text = (ROOT / "docs" / "reference" / "sandbox.md").read_text("utf-8")
    proposal, facts = (yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    made = proposal_of(proposal)
    packs = shelf.revised(made).packs
    assert "LS-2025-99" in [one.id for one in Evaluator(packs, AS_OF).clauses]
    assert calculate(load_packs(PACKS), facts, AS_OF).outcomes
