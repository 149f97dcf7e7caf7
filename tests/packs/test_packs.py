"""The packs that the sample district uses: true to their cases, whole on every date, from texts we may use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy import Evaluator, PackSet, check_pack, load_packs, run_cases
from yanlian.engine.policy.model import Case, Clause, Document, Parameter
from yanlian.engine.policy.scope import parameter_on

PACKS = Path(__file__).resolve().parents[2] / "packs"
NAMES = ("national", "laoshan")
OWN = {f"LS-2025-0{n}" for n in range(1, 6)} | {"LS-APT-2025-01", "LS-APT-2025-02"}
# Clauses of the source collection whose support hangs on tax paid, local contribution or a promise to stay.
FLAGGED = ("QD-SN-2022-01", "SZ-HQ-2017-03", "GZ-HQ-2018-01", "CX-TAX", "WS-IPO-2023", "XM-HC-2020", "NC-HRP")
KINDS = ("enterprise", "institution", "person", "park")
VETOED = {"严重失信", "经营异常", "失信被执行", "安全生产", "环境处罚"}
SIZES = {"大型", "中型", "小型", "微型"}


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs([PACKS / name for name in NAMES])


@pytest.fixture(scope="module")
def district(packs: PackSet) -> list[Document]:
    return [document.source for document in packs.documents if document.source.pack == "laoshan"]


def clauses_of(packs: PackSet) -> Iterator[Clause]:
    return (clause.source for clause in packs.clauses)


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_neither_errors_nor_warnings(name: str) -> None:
    assert [fault.text("zh") for fault in check_pack(PACKS / name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_worked_case_comes_out_as_the_official_wrote_it(packs: PackSet, name: str) -> None:
    results = run_cases(packs, name)
    assert len(results) > 100
    assert [result.text("zh") for result in results if not result.passed] == []


def test_every_clause_of_laoshan_itself_is_there(packs: PackSet) -> None:
    assert {clause.id for clause in clauses_of(packs)} >= OWN


def test_adopted_clauses_say_which_place_they_come_from(district: list[Document]) -> None:
    adopted = [document for document in district if not document.id.startswith("LS-")]
    assert all(document.adopted_from and "样本" in document.adopted_note for document in adopted)
    assert sum(len(document.clauses) for document in adopted) >= 15


def test_no_text_is_worse_than_a_repost(packs: PackSet) -> None:
    grades = {document.source.id: document.source.source.grade for document in packs.documents}
    assert {name: grade for name, grade in grades.items() if grade not in {"A", "B", "B-"}} == {}


def test_no_clause_hangs_on_tax_paid_or_a_promise_to_stay(packs: PackSet) -> None:
    ids = {clause.id for clause in clauses_of(packs)}
    assert [one for one in ids if one.startswith(FLAGGED)] == []
    assert [clause.id for clause in clauses_of(packs) if any("fair_competition" in flag for flag in clause.flags)] == []
    texts = [file.read_text(encoding="utf-8") for name in NAMES for file in (PACKS / name).glob("*.yaml")]
    assert not any("入库税金" in text for text in texts)


def test_what_can_be_computed_has_four_cases_and_what_cannot_has_two(packs: PackSet) -> None:
    few = {c.id: len(c.cases) for c in clauses_of(packs) if len(c.cases) < (2 if c.manual else 4)}
    assert few == {}


def test_every_computed_clause_shows_an_unknown_and_who_holds_the_fact(packs: PackSet) -> None:
    def shows(case: Case) -> bool:
        expect = case.expect
        return isinstance(expect, dict) and expect.get("outcome") == "unknown" and "holder" in expect

    # Whoever signed a contract is paid for it: nothing else is asked of the agency.
    blind = {clause.id for clause in clauses_of(packs) if not clause.manual and not any(map(shows, clause.cases))}
    assert blind == {"QD-IPL-2015-03a"}


@pytest.mark.parametrize(("day", "least"), [(date(2021, 12, 31), 10), (date(2025, 12, 31), 30)])
def test_enough_clauses_are_in_force_on_the_days_of_the_sample_runs(packs: PackSet, day: date, least: int) -> None:
    run = [clause for clause in Evaluator(packs, day).clauses if clause.document.pack.id == "laoshan"]
    assert len(run) >= least


# Whole on every date


def turning_days(packs: PackSet) -> list[date]:
    """Every day on which a document or a parameter changes, the day before and the day after."""
    days: set[date] = set()
    for document in packs.documents:
        source = document.source
        days |= {day for day in (source.valid_from, source.valid_to, source.payable_until) if day}
        for parameter in parameters_of(source):
            days |= {dated.start for dated in parameter.values}
    near = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    return sorted(near)


def parameters_of(document: Document) -> list[Parameter]:
    own = [*document.names.parameters.values()]
    return own + [one for clause in document.clauses for one in clause.names.parameters.values()]


def test_every_parameter_has_a_value_on_every_day_its_document_is_in_force(packs: PackSet) -> None:
    lacking = [
        (document.source.id, parameter.name, day.isoformat())
        for day in turning_days(packs)
        for document in packs.documents
        if document.source.in_force_on(day)
        for parameter in parameters_of(document.source)
        if parameter_on(parameter, day) is None
    ]
    assert lacking == []


def test_all_clauses_run_without_a_fault_on_every_day_that_changes_anything(packs: PackSet) -> None:
    """Over nobody's facts, over nothing delivered, and over one beneficiary that has the facts of all worked cases."""
    facts_of = {kind: ({}, dict.fromkeys(packs.schema.names, "未知"), everything(packs, kind)) for kind in KINDS}
    for day in turning_days(packs):
        evaluator = Evaluator(packs, day)
        for kind, several in facts_of.items():
            for facts in several:
                outcomes = evaluator.evaluate_dossier(dossier_of_case(packs.schema, facts, kind, day))
                assert {outcome.clause for outcome in outcomes} == {clause.id for clause in evaluator.clauses}
                assert all(o.amount_fen == 0 for o in outcomes if o.kind != "eligible")
                assert all(o.amount_fen >= 0 for o in outcomes)


def everything(packs: PackSet, kind: str) -> dict[str, object]:
    """The facts of each clause's richest case in one dossier: lists one after another, nothing that vetoes."""
    whole: dict[str, object] = {}
    for clause in clauses_of(packs):
        cases = [case for case in clause.cases if case.kind == kind]
        for name, value in max(cases, key=lambda case: len(str(case.facts))).facts.items() if cases else ():
            held = whole.setdefault(name, value)
            if isinstance(held, list) and isinstance(value, list) and held is not value:
                whole[name] = [*held, *value]
    return {name: value for name, value in whole.items() if name not in VETOED}


def test_the_beneficiary_with_all_facts_gets_something_from_many_clauses(packs: PackSet) -> None:
    day = date(2025, 12, 31)
    outcomes = Evaluator(packs, day).evaluate_dossier(
        dossier_of_case(packs.schema, everything(packs, "enterprise"), "enterprise", day)
    )
    assert len({outcome.clause for outcome in outcomes if outcome.amount_fen}) >= 12


def test_nothing_delivered_never_means_not_eligible_for_a_plain_firm(packs: PackSet) -> None:
    evaluator = Evaluator(packs, date(2025, 12, 31))
    nothing = dict.fromkeys(packs.schema.names, "未知")
    outcomes = evaluator.evaluate_dossier(dossier_of_case(packs.schema, nothing, "enterprise", date(2025, 12, 31)))
    assert {outcome.kind for outcome in outcomes} <= {"unknown", "manual", "not_applicable"}
    assert all(outcome.reason.get("missing") for outcome in outcomes if outcome.kind == "unknown")


# Across documents

FIRM = {
    "登记": {
        "独立法人": True,
        "成立日期": date(2015, 3, 1),
        "注册区划": "370212",
        "迁入日期": None,
        "登记状态": "存续",
    },
    "税务登记": {"主管区划": "370212"},
}


def paid(packs: PackSet, day: date, facts: dict[str, object], **registration: object) -> dict[str, int]:
    """Yuan by clause, where anything is due."""
    whole = {**FIRM, "登记": {**FIRM["登记"], **registration}, **facts}
    outcomes = Evaluator(packs, day).evaluate_dossier(dossier_of_case(packs.schema, whole, "enterprise", day))
    return {outcome.clause: outcome.amount_fen // 100 for outcome in outcomes if outcome.amount_fen}


def loan(interest: str) -> dict[str, object]:
    return {
        "贷款": [
            {"合同编号": "D1", "贷款类别": "专利质押", "年利率": "5%", "签订日期": date(2020, 6, 1),
             "放款日期": date(2020, 6, 10), "已付利息": interest, "结清日期": date(2021, 6, 10)},
        ],
        "专利质押": [
            {"质押登记号": "P1", "专利号": "ZL1", "贷款合同编号": "D1", "登记日期": date(2020, 6, 5), "解除日期": None},
        ],
        "科技资质": [
            {"类别": "科技型中小企业", "级别": "国家级", "证书编号": "K1", "认定日期": date(2020, 5, 1),
             "有效期至": date(2020, 12, 31), "重新认定": False, "撤销日期": None},
        ],
        "用工年报": [{"年度": 2020, "从业人数": 80, "科技人员": 0}],
        "税务年报": [
            {"年度": 2020, "营业收入": "1亿元", "成本费用": "9000万元", "资产总额": "1亿元", "净资产": "1亿元",
             "研发费用": 0, "高企研发费用": 0, "境内研发费用": 0, "高新产品收入": 0},
        ],
    }  # fmt: skip


def test_the_interest_of_one_loan_is_subsidised_once_at_the_higher_rate(packs: PackSet) -> None:
    # 50 % of 100,000 yuan under one document against 40 % under the other.
    assert paid(packs, date(2021, 12, 31), loan("10万元"), 行业代码="I6513", 产业集群=None) == {
        "QD-IPL-2015-01": 50_000
    }


def test_one_certificate_of_an_incubator_is_rewarded_once(packs: PackSet) -> None:
    title = {"类别": "孵化器", "级别": "国家级", "证书编号": "I1", "认定日期": date(2020, 6, 1), "重新认定": False,
             "有效期至": None, "撤销日期": None}  # fmt: skip
    day = date(2021, 12, 31)
    assert paid(packs, day, {"科技资质": [title]}, 行业代码="I6513", 产业集群="vr") == {"JX-VR-2018-01b": 1_000_000}
    assert paid(packs, day, {"科技资质": [title]}, 行业代码="I6513", 产业集群=None) == {"WC-INC-02a": 500_000}


def test_one_certificate_of_a_champion_is_rewarded_once(packs: PackSet) -> None:
    title = {"类别": "制造业单项冠军", "级别": "国家级", "证书编号": "M1", "认定日期": date(2025, 6, 1),
             "重新认定": False, "有效期至": None, "撤销日期": None}  # fmt: skip
    due = paid(packs, date(2025, 12, 31), {"工信资质": [title]}, 行业代码="C3922", 产业集群=None)
    assert due == {"QD-MFG-2024-02": 2_000_000}


# The size table


def test_all_sixteen_industries_of_the_size_table_have_cases_on_each_border(packs: PackSet) -> None:
    clause = packs.clause("NAT-SME-SIZE").source
    table = next(d.source for d in packs.documents if d.source.id == clause.document).names.tables["划型标准"]
    assert len(table.rows) == 16
    for row in table.rows:
        industry = row[0].text.strip('"').replace("、", "")
        sizes = {case.expect["result"] for case in clause.cases if case.name.startswith(f"{industry}：")}  # type: ignore[index]
        assert sizes == SIZES, industry
