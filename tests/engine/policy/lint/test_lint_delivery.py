"""What may go out without application follows from six tests; the pack's own word is compared with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.lint.lint_examples import packs_of, reviewed

from yanlian.engine.policy import load_packs
from yanlian.engine.policy.lint.delivery import Assessment, assess
from yanlian.engine.policy.lint.notes import Delivered, Review

PACKS = Path(__file__).resolve().parents[4] / "packs"
Assessed = Callable[..., Assessment]


@pytest.fixture
def assessed(tmp_path: Path) -> Assessed:
    def found(
        day: date | None = date(2025, 12, 31), delivered: Delivered | None = None, **example: object
    ) -> Assessment:
        packs = packs_of(tmp_path, example)
        return assess(Review(packs, day, delivered), packs.clauses[0])

    return found


def failed(found: Assessment) -> list[str]:
    return [test.name for test in found.tests if not test.passed]


def test_a_fixed_reward_for_a_recorded_title_goes_out_without_application(assessed: Assessed):
    found = assessed()
    assert (found.mode, found.listed, failed(found)) == ("AUTO", True, [])
    assert [test.reasons[0].zh for test in found.tests if test.name in {"recognition", "formula"}] == [
        "事项由部门登记：科技局的“科技资质”",
        "定额",
    ]
    assert [one.zh for one in found.sources] == ["科技资质（科技局）"]


@pytest.mark.parametrize(
    ("clause", "test", "mode", "reason"),
    [
        ({"manual": "一事一议"}, "formula", "MANUAL", "由人决定：一事一议"),
        ({"text": "组织专家评审，择优奖励。"}, "objective", "APPLY", "条文写有“专家”，属竞争性或限额"),
        ({"text": "对前十名的实验室奖励。"}, "objective", "APPLY", "条文写有“前十名”，属竞争性或限额"),
        (
            {"event": {"each": "支出凭证", "as": "支", "date": "支.付款日期"}, "amount": "支.不含税金额 * 10%"},
            "recognition",
            "INSTANT",
            "“支出凭证”由企业提交、税务局核验",
        ),
        (
            {"event": {"each": "贷款", "as": "贷", "date": "贷.放款日期"}, "amount": "贷.已付利息 * 50%"},
            "recognition",
            "INSTANT",
            "银行担保保险的“贷款”须经本人授权",
        ),
        (
            {"evidence": [{"data": "收款账户证明", "held_by": "self"}]},
            "recognition",
            "INSTANT",
            "“收款账户证明”只有企业自己有",
        ),
        (
            {"event": None, "amount": "税务年报[年度 = 上年][1].研发费用 * 10%"},
            "recognition",
            "INSTANT",
            "金额要用到“税务年报.研发费用”的具体数字，须经企业书面同意",
        ),
    ],
)
def test_each_test_that_fails_names_its_reason_and_decides_the_mode(
    assessed: Assessed, clause: dict[str, object], test: str, mode: str, reason: str
):
    found = assessed(clause=clause)
    assert failed(found) == [test]
    assert found.mode == mode
    assert reason in [one.zh for one in found.against]
    assert not found.listed


def test_a_figure_that_only_a_condition_asks_can_be_answered_with_yes_or_no(assessed: Assessed):
    rule = {"label": "营业收入2000万元以上", "when": "税务年报[年度 = 上年][1].营业收入 >= 2000万元"}
    found = assessed(clause={"conditions": [rule]})
    assert (found.mode, failed(found)) == ("AUTO", [])


QUOTA = {"label": "前十名", "over": "clause", "per": "year", "count": 10, "rank_by": "count(科技资质)"}
BUDGET = {"label": "年度总额", "over": "clause", "per": "year", "amount": "1万元", "when_short": "order",
          "order_by": "证.认定日期"}  # fmt: skip


def test_ranked_places_and_money_by_order_are_competitive(assessed: Assessed):
    assert "“前十名”限定名额，与其他主体竞争" in [one.zh for one in assessed(clause={"quotas": [QUOTA]}).against]
    assert failed(assessed(clause={"budgets": [BUDGET]})) == ["objective"]


def test_a_budget_shared_pro_rata_and_one_place_a_household_are_not(assessed: Assessed):
    shared = {key: value for key, value in BUDGET.items() if key != "order_by"} | {"when_short": "pro_rata"}
    single = {"label": "同一单位一项", "over": "clause", "per": "year", "count": 1, "by": "名称"}
    assert assessed(clause={"budgets": [shared]}).against == ()
    assert failed(assessed(clause={"quotas": [single]})) == []


def test_data_that_nobody_delivers_leave_an_application(assessed: Assessed):
    facts = {"fields": {"science_title": {"rank": {"zh": "名次", "en": "Rank", "type": "count"}}}}
    rule = {"label": "靠前", "when": "证.名次 <= 3"}
    found = assessed(clause={"conditions": [rule]}, pack={"facts": facts})
    assert (found.mode, failed(found)) == ("APPLY", ["data"])
    assert [one.zh for one in found.against] == ["科技局尚未提供“科技资质（名次）”"]


def test_a_snapshot_decides_what_is_delivered(assessed: Assessed):
    assert failed(assessed(delivered=Delivered(frozenset({"patent"})))) == ["data"]
    assert failed(assessed(delivered=Delivered(frozenset({"science_title"})))) == []
    empty = Delivered(frozenset({"science_title"}), frozenset({("science_title", "kind")}))
    assert failed(assessed(delivered=empty)) == ["data"]


def test_outside_its_validity_a_clause_keeps_its_mode_but_leaves_the_list(assessed: Assessed):
    found = assessed(day=date(2024, 12, 31))
    assert (found.mode, found.listed, failed(found)) == ("AUTO", False, ["in_force"])
    draft = assessed(document={"status": "draft"})
    assert (draft.listed, failed(draft)) == (False, ["in_force"])


def test_a_qualification_is_no_payment_and_not_on_the_list(assessed: Assessed):
    found = assessed(clause={"amount": None, "gate_only": True})
    assert (found.mode, found.listed) == ("AUTO", False)


def test_a_looser_word_is_a_warning_and_a_stricter_one_wants_a_reason(tmp_path: Path):
    loose = reviewed(tmp_path / "a", {"clause": {"text": "经专家评审后奖励。"}})
    strict = reviewed(tmp_path / "b", {"clause": {"delivery": "APPLY"}})
    told = reviewed(tmp_path / "c", {"clause": {"delivery": "APPLY", "delivery_because": "试行期先由人核对一轮"}})
    assert [(f.code, f.severity) for f in loose] == [("lint_delivery_loose", "warning")]
    assert "条文写有“专家”" in loose[0].text("zh")
    assert [(f.code, f.severity) for f in strict] == [("lint_delivery_strict", "hint")]
    assert told == []


def test_of_the_districts_own_clauses_two_go_out_without_application():
    packs = load_packs([PACKS / "national", PACKS / "laoshan"])
    review = Review(packs, date(2025, 12, 31))
    own = {c.id: assess(review, c) for c in packs.clauses if c.id.startswith("LS-2025")}
    assert {key for key, one in own.items() if one.listed} == {"LS-2025-01", "LS-2025-02"}
    assert own["LS-2025-05"].mode == "MANUAL"
