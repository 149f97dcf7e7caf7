"""What must hold for any facts: nothing decided changes when an unknown fact becomes known; stacking and caps only take
away and hold; the order of dossiers does not matter; explanations agree with outcomes."""

from __future__ import annotations

import itertools
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.engine.dossier import Coverage, dossier_of_case
from yanlian.engine.policy import Evaluator, PackSet, explain, load_packs
from yanlian.engine.policy.outcome import ZERO_AMOUNT

EVENT = {"each": "科技资质", "as": "证", "where": '证.类别 != "丙"', "date": "证.认定日期", "matter": "证.证书编号"}
RULES = [
    clause(
        id="A",
        amount="min(登记.注册资本 * 10%, 500)",
        gates=[{"label": "存续", "when": '登记.登记状态 = "存续"'}],
        conditions=[{"label": "大", "when": "登记.注册资本 > 100 or 登记.独立法人"}],
        stacking={"group": "甲"},
    ),
    clause(
        id="B",
        event=EVENT,
        amount='if 证.级别 = "省级" then 300 else 200',
        conditions=[{"label": "未撤销", "when": "证.撤销日期 = null or 证.撤销日期 > 评价日"}],
        first_time={"list": "科技资质[类别 = 证.类别 and 认定日期 < 事件日]"},
        stacking={"group": "甲"},
        caps=[{"label": "本条", "over": "clause", "per": "life", "amount": "450"}],
    ),
    clause(id="C", amount="sum(税务年报[年度 = 上年].研发费用) * 5%", top_up=True, period="上年"),
    clause(id="D", amount=None, gate_only=True, result='if 登记.注册资本 >= 200 then "大" else "小"'),
    clause(
        id="E",
        amount="登记.实缴资本",
        cap="登记.注册资本",
        multipliers=[{"label": "倍", "when": "登记.独立法人", "factor": "2"}],
    ),
]
CAP = {"label": "总", "over": "document", "per": "year", "amount": "800"}
LIFE_FEN, CLAUSE_FEN = 80_000, 45_000

MISSING = st.just("未知")


def maybe(strategy):
    return st.one_of(strategy, strategy, MISSING)


FIGURE = st.integers(0, 6000).map(lambda n: str(n / 4))
DAY = st.dates(date(2024, 6, 1), date(2025, 12, 31))
TITLE = st.fixed_dictionaries(
    {
        "类别": maybe(st.sampled_from("甲乙丙")),
        "级别": maybe(st.sampled_from(["国家级", "省级"])),
        "证书编号": st.sampled_from("1234"),
        "认定日期": DAY,
        "撤销日期": maybe(st.one_of(st.none(), DAY)),
    }
)
FACTS = st.fixed_dictionaries(
    {
        "登记": st.fixed_dictionaries(
            {
                "登记状态": maybe(st.sampled_from(["存续", "注销"])),
                "注册资本": maybe(FIGURE),
                "实缴资本": maybe(FIGURE),
                "独立法人": maybe(st.booleans()),
            }
        ),
        "科技资质": st.lists(TITLE, max_size=3, unique_by=lambda t: t["证书编号"]),
        "税务年报": st.lists(st.fixed_dictionaries({"年度": st.just(2024), "研发费用": maybe(FIGURE)}), max_size=1),
        "兑付记录": st.lists(
            st.fixed_dictionaries(
                {
                    "支付编号": st.just("P"),
                    "条款": st.sampled_from("ABC"),
                    "事项": st.sampled_from(["", "1", "旧"]),
                    "级别": st.just("区级"),
                    "所属年度": st.sampled_from([2024, 2025]),
                    "金额": maybe(FIGURE),
                    "支付日期": DAY,
                }
            ),
            max_size=2,
        ),
    }
)


@cache
def packs() -> PackSet:
    with tempfile.TemporaryDirectory() as folder:
        text = document(*RULES, rules={"subject": ["enterprise"], "caps": [CAP]})
        return load_packs([written(Path(folder), text)])


def outcomes(facts):
    return Evaluator(packs(), AS_OF).evaluate_dossier(dossier_of_case(packs().schema, facts, "enterprise", AS_OF))


FILL = {
    "登记状态": ["存续", "注销"],
    "注册资本": ["0", "99.75", "1500"],
    "实缴资本": ["0", "10"],
    "独立法人": [True, False],
    "类别": ["甲", "丙"],
    "级别": ["国家级", "省级"],
    "撤销日期": [None, date(2025, 1, 1)],
    "研发费用": ["0", "1000"],
    "金额": ["0", "700"],
}


def completions(facts):
    """The facts with every unknown filled in, in several ways."""
    holes = [
        (name, at, field)
        for name, value in facts.items()
        for at, record in (enumerate(value) if isinstance(value, list) else [(None, value)])
        for field, held in record.items()
        if held == "未知"
    ]
    for values in itertools.islice(itertools.product(*(FILL[field] for _, _, field in holes)), 12):
        filled = {n: [dict(r) for r in v] if isinstance(v, list) else dict(v) for n, v in facts.items()}
        for (name, at, field), value in zip(holes, values, strict=True):
            record = filled[name] if at is None else filled[name][at]
            record[field] = value
        yield filled


FEW = settings(max_examples=40, deadline=None)


@FEW
@given(facts=FACTS)
def test_what_is_decided_does_not_change_when_unknown_facts_become_known(facts):
    decided = {
        (o.clause, o.matter, o.period): (o.kind, o.clause_fen, o.reason.get("result"), o.reason.get("failed"))
        for o in outcomes(facts)
        if o.kind in {"eligible", "not_eligible"} and not (o.clause == "B" and o.matter == "")
    }
    final = {
        (o.clause, o.matter, o.period): o.amount_fen
        for o in outcomes(facts)
        if o.kind == "eligible" and "provisional" not in o.reason
    }
    for filled in completions(facts):
        after = {(o.clause, o.matter, o.period): o for o in outcomes(filled)}
        for key, (kind, fen, result, failed) in decided.items():
            # A record that turns out to be no event at all was refused for a reason that still holds.
            if key not in after:
                assert kind == "not_eligible"
                continue
            assert (after[key].kind, after[key].clause_fen, after[key].reason.get("result")) == (kind, fen, result)
            # The amount is only looked at while no rule has failed.
            assert set(failed or []) - {ZERO_AMOUNT} <= set(after[key].reason.get("failed", []))
        for key, fen in final.items():
            assert after[key].amount_fen == fen, key


@FEW
@given(facts=FACTS)
def test_stacking_and_caps_only_take_away_and_hold(facts):
    found = outcomes(facts)
    for o in found:
        assert 0 <= o.amount_fen <= o.clause_fen
        assert o.amount_fen == 0 or o.kind == "eligible"
    for period in {o.period for o in found}:
        assert sum(o.amount_fen for o in found if o.period == period) <= LIFE_FEN
        stacked = [o for o in found if o.period == period and o.clause in "AB"]
        assert sum(o.amount_fen > 0 for o in stacked) <= 1
    assert sum(o.amount_fen for o in found if o.clause == "B") <= CLAUSE_FEN


@FEW
@given(facts=FACTS)
def test_every_outcome_can_be_explained_and_the_explanation_agrees(facts):
    dossier = dossier_of_case(packs().schema, facts, "enterprise", AS_OF)
    evaluator = Evaluator(packs(), AS_OF)
    for o in evaluator.evaluate_dossier(dossier):
        explanation = explain(evaluator, dossier.row, Coverage(everything=True), o.clause, o.matter)
        assert explanation.outcome == o


@FEW
@given(several=st.lists(FACTS, min_size=2, max_size=4))
def test_the_order_of_dossiers_does_not_matter(several):
    evaluator = Evaluator(packs(), AS_OF)
    dossiers = [dossier_of_case(packs().schema, facts, "enterprise", AS_OF) for facts in several]
    forwards = [evaluator.evaluate_dossier(dossier) for dossier in dossiers]
    backwards = [evaluator.evaluate_dossier(dossier) for dossier in reversed(dossiers)]
    assert forwards == list(reversed(backwards))
