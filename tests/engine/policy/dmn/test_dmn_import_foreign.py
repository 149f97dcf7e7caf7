"""A model made elsewhere becomes a pack: same results, and what an official must still say is marked and named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.engine.policy.tiny_packs import AS_OF

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.policy import Evaluator, PackSet, check_pack, load_packs
from yanlian.engine.policy.dmn import Imported, import_model

FILLED = {"department: 待填": "department: sci", "subject: [待填]": "subject: [enterprise]", "grade: 待填": "grade: A"}
FILLED |= {"valid_from: 待填": "valid_from: 2025-01-01", "status: draft": "status: in_force", "待填": "370212"}


def text(feel: str) -> dmn.LiteralExpression:
    return dmn.LiteralExpression(feel)


def table(inputs: list[str], output: str, rows: list[list[str]], hit: str = "U", values: str = "") -> dmn.DecisionTable:
    return dmn.DecisionTable(
        inputs=tuple(dmn.InputClause(text(one)) for one in inputs),
        outputs=(dmn.OutputClause(output, values=text(values) if values else None),),
        rules=tuple(dmn.RuleRow(tuple(map(text, row[:-1])), (text(row[-1]),)) for row in rows),
        hit_policy=hit,
    )


def needs(*targets: tuple[str, str]) -> tuple[dmn.Requirement, ...]:
    return tuple(dmn.Requirement(kind, f"#{name}") for kind, name in targets)


RISK = dmn.BoxedFunction(
    (dmn.Parameter("score"), dmn.Parameter("customer age")),
    table(
        ["score", "customer age"],
        "risk",
        [["< 100", "-", '"HIGH"'], [">= 100", "< 30", '"MEDIUM"'], [">= 100", ">= 30", '"LOW"']],
    ),
)
STRATEGY = table(
    ["Risk level", "Debt ratio"],
    "strategy",
    [['"HIGH"', "-", '"DECLINE"'], ["-", "> 0.5", '"DECLINE"'], ["-", "-", '"ACCEPT"']],
    "P",
    '"DECLINE", "ACCEPT"',
)
INCOME = "Applicant data.Monthly.Income"
MODEL = dmn.Model(
    "Loan origination",
    "urn:loan",
    items=(
        dmn.ItemDefinition(
            "tApplicant",
            components=(
                dmn.ItemDefinition("Age", "number"),
                dmn.ItemDefinition("Score", "number"),
                dmn.ItemDefinition(
                    "Monthly",
                    components=(dmn.ItemDefinition("Income", "number"), dmn.ItemDefinition("Other debts", "number")),
                ),
            ),
        ),
        dmn.ItemDefinition("tLoans", "tLoan", is_collection=True),
        dmn.ItemDefinition(
            "tLoan", components=(dmn.ItemDefinition("Amount", "number"), dmn.ItemDefinition("Open", "boolean"))
        ),
    ),
    inputs=(
        dmn.InputData("Applicant data", "tApplicant"),
        dmn.InputData("Loans", "tLoans"),
        dmn.InputData("Requested amount", "number"),
    ),
    decisions=(
        dmn.Decision(
            "Risk level",
            dmn.BoxedInvocation(
                text("Risk table"),
                (
                    dmn.Binding("score", text("Applicant data.Score")),
                    dmn.Binding("customer age", text("Applicant data.Age")),
                ),
            ),
            requirements=needs(("input", "Applicant data"), ("knowledge", "Risk table")),
        ),
        dmn.Decision(
            "Debt ratio",
            dmn.BoxedContext(
                (
                    dmn.ContextEntry("open loans", text("sum(append(Loans[Open].Amount, 0))")),
                    dmn.ContextEntry("", text("(open loans + Applicant data.Monthly.Other debts) / " + INCOME)),
                )
            ),
            requirements=needs(("input", "Applicant data"), ("input", "Loans")),
        ),
        dmn.Decision("Strategy", STRATEGY, "string", needs(("decision", "Risk level"), ("decision", "Debt ratio"))),
        dmn.Decision(
            "Fee",
            text("Fee for(amount: Requested amount, rate: 0.01)"),
            "number",
            needs(("input", "Requested amount"), ("knowledge", "Fee for")),
        ),
    ),
    knowledge=(
        dmn.BusinessKnowledge("Risk table", RISK),
        dmn.BusinessKnowledge(
            "Fee for",
            dmn.BoxedFunction(
                (dmn.Parameter("amount"), dmn.Parameter("rate")),
                dmn.BoxedConditional(text("amount > 1000"), text("amount * rate"), text("10")),
            ),
        ),
    ),
    services=(dmn.DecisionService("Everything", outputs=("#Strategy",)),),
)  # fmt: skip
FACTS = {
    "Applicant_data": {"Age": 40, "Score": 120, "Monthly_Income": 1000, "Monthly_Other_debts": 100},
    "Loans": [{"Amount": 300, "Open": True}, {"Amount": 900, "Open": False}],
    "模型输入": {"Requested_amount": 5000},
}
INPUTS = {
    "Applicant data": {"Age": 40, "Score": 120, "Monthly": {"Income": 1000, "Other debts": 100}},
    "Loans": FACTS["Loans"],
    "Requested amount": 5000,
}


def written(imported: Imported, folder: Path) -> Path:
    made = folder / "loan_origination"
    made.mkdir(parents=True)
    for name, content in imported.files.items():
        (made / name).write_text(content, encoding="utf-8")
    return made


def filled(folder: Path) -> PackSet:
    """The pack after an official has filled in what is marked."""
    for file in folder.iterdir():
        content = file.read_text(encoding="utf-8")
        for old, new in FILLED.items():
            content = content.replace(old, new)
        file.write_text(content.replace("holder: 370212", "holder: sci"), encoding="utf-8")
    return load_packs([folder])


def outcomes(packs: PackSet, facts: dict[str, object]) -> dict[str, object]:
    found = Evaluator(packs, AS_OF).evaluate_dossier(dossier_of_case(packs.schema, facts, "enterprise", AS_OF))
    titles = {one.id: one.source.title for one in packs.clauses}
    return {titles[one.clause]: one.reason.get("result") or Decimal(one.amount_fen) / 100 for one in found}


@pytest.mark.parametrize(("age", "score", "income"), [(40, 120, 1000), (20, 120, 1000), (40, 80, 1000), (40, 120, 500)])
def test_the_filled_pack_says_what_the_model_says(tmp_path: Path, age: int, score: int, income: int) -> None:
    packs = filled(written(import_model(MODEL), tmp_path))
    facts = {
        **FACTS,
        "Applicant_data": {"Age": age, "Score": score, "Monthly_Income": income, "Monthly_Other_debts": 100},
    }
    monthly = {"Income": income, "Other debts": 100}
    inputs = {**INPUTS, "Applicant data": {"Age": age, "Score": score, "Monthly": monthly}}
    said = program(MODEL).evaluate(["Strategy", "Fee"], inputs)
    assert not said.problems
    assert outcomes(packs, facts) == said.values


def test_tables_become_tables_also_those_behind_a_call(tmp_path: Path) -> None:
    names = filled(written(import_model(MODEL), tmp_path)).documents[0].source.names
    assert set(names.tables) == {"Risk_level", "Strategy"}
    assert [one.text for one in names.tables["Risk_level"].inputs] == ["Applicant_data.Score", "Applicant_data.Age"]
    assert names.tables["Strategy"].ranked == (("DECLINE", "ACCEPT"),)
    assert set(names.definitions) == {"Debt_ratio", "Fee", "Fee_for"}


def test_clauses_are_the_decisions_that_nothing_else_needs(tmp_path: Path) -> None:
    packs = filled(written(import_model(MODEL), tmp_path))
    assert [(one.source.title, one.source.gate_only) for one in packs.clauses] == [("Strategy", True), ("Fee", False)]


def test_pack_check_names_every_mark_that_is_left(tmp_path: Path) -> None:
    imported = import_model(MODEL)
    folder = written(imported, tmp_path)
    marks = {
        (file.name, number)
        for file in folder.iterdir()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if "待填" in line
    }
    faults = check_pack(folder)
    named = [fault for fault in faults if "待填" in fault.text("zh")]
    named = [fault for fault in check_pack(folder) if "待填" in fault.text("zh")]
    assert len(named) == len(marks)
    told = " ".join(fault.text("zh") for fault in named)
    for key in ("valid_from", "grade", "subject", "部门", "district", "issuer", "holder", "reference", "text", "note"):
        assert key in told, key


def test_what_a_pack_cannot_hold_is_named(tmp_path: Path) -> None:
    strange = dmn.Model(
        "Strange",
        "urn:s",
        imports=(dmn.Import("other", "urn:o"),),
        inputs=(dmn.InputData("names", "tNames"), dmn.InputData("when", "time")),
        items=(dmn.ItemDefinition("tNames", "string", is_collection=True),),
        decisions=(
            dmn.Decision("java", dmn.BoxedFunction((), None, "Java")),
            dmn.Decision("wrong", text("1 +")),
            dmn.Decision("outputs", dmn.BoxedList((table(["1"], "x", [["-", "1"]], "O"),))),
        ),
        services=(dmn.DecisionService("service"),),
    )
    imported = import_model(strange)
    found = [(note.code, note.data.get("name")) for note in imported.notes]
    assert found == [
        ("dmn_import_input", "names"),
        ("dmn_import_input", "when"),
        ("dmn_import_element", "java"),
        ("dmn_import_element", "wrong"),
        ("dmn_import_element", "outputs"),
        ("dmn_import_service", "service"),
        ("dmn_import_imported", "other"),
        ("dmn_import_to_fill", None),
    ]
    assert len(filled(written(imported, tmp_path)).clauses) == 3


BOXES: list[tuple[dmn.BoxedExpression, object]] = [
    (dmn.BoxedList((text("1"), text("2 + 1"))), [Decimal(1), Decimal(3)]),
    (dmn.Relation((dmn.Parameter("a"), dmn.Parameter("b")), ((text("1"), text("2")),)), [{"a": 1, "b": 2}]),
    (dmn.BoxedFilter(text("[1, 2, 3]"), text("item > 1")), [Decimal(2), Decimal(3)]),
    (dmn.BoxedIterator("for", "each one", text("[1, 2]"), text("each one * 2")), [Decimal(2), Decimal(4)]),
    (dmn.BoxedIterator("some", "x", text("[1, 2]"), text("x > 1")), True),
    (dmn.BoxedContext((dmn.ContextEntry("a b", text("1")), dmn.ContextEntry("c", text("a b")))), {"a_b": 1, "c": 1}),
    (dmn.BoxedList((table(["5"], "x", [["> 3", '"a"'], ["> 4", '"b"']], "C"),)), [["a", "b"]]),
    (dmn.BoxedList((table(["5"], "x", [["> 3", "1"], ["> 4", "2"]], "C+"),)), [Decimal(3)]),
    (dmn.BoxedList((table(["5"], "x", [["not(5)", "1"], ["-", "2"]], "F"),)), [Decimal(2)]),
    (dmn.BoxedList((table(["5"], "x", [["-", '"b"'], ["> 4", '"a"']], "P", '"a", "b"'),)), ["a"]),
    (text('substring(string: "abc", start position: 2)'), "bc"),
    (text("every each one in [1, 2] satisfies each one > 0"), True),
    (text("sort([2, 1], function(x, y) x < y)"), [Decimal(1), Decimal(2)]),
]  # fmt: skip


@pytest.mark.parametrize(("box", "value"), BOXES)
def test_boxed_expressions_become_formulas_with_the_same_value(
    tmp_path: Path, box: dmn.BoxedExpression, value: object
) -> None:
    model = dmn.Model("Boxes", "urn:b", decisions=(dmn.Decision("made", box),))
    packs = filled(written(import_model(model), tmp_path))
    expression = packs.documents[0].home.own["made"].expression
    assert expression is not None
    assert expression.compiled.evaluate({}) == value
