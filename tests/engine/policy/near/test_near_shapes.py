"""The shapes of which rules are made, over dossiers made by chance: each claim is true, and where figures alone stand
in the way one is always found."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.policy.near.claims import tried
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.engine.dossier import Coverage, row_of_case
from yanlian.engine.policy import Evaluator, PackSet, load_packs
from yanlian.engine.policy.near import NearMiss, near_miss

EVERYTHING = Coverage(everything=True)
YEAR = "税务年报[年度 = 上年][1]"
LISTED = "some 条 in 经营异常 satisfies 条.移出日期 = null or 条.移出日期 > 评价日"
EVENT = {"each": "科技资质", "as": "证", "where": '证.类别 = "甲"', "date": "证.认定日期", "matter": "证.证书编号"}


def when(id_: str, text: str, **keys: object) -> dict[str, object]:
    return clause(id=id_, conditions=[{"label": "件", "when": text}], **keys)


# Figures alone: whoever has the record can be helped.
FIGURES = [
    when("F-over", f"{YEAR}.研发费用 > 1000"),
    when("F-share", f"{YEAR}.研发费用 >= {YEAR}.营业收入 * 5%"),
    when("F-quotient", f"({YEAR}.研发费用 + 0.01) / ({YEAR}.营业收入 + 1) >= 3%"),
    when("F-below", f"{YEAR}.营业收入 < 200"),
    when("F-sum", "sum(append(税务年报.研发费用, 0)) >= 5000"),
    when("F-largest", "max(append(税务年报.营业收入, 0)) >= 4000"),
    when("F-either", f"登记.注册资本 >= 9000 or ({YEAR}.研发费用 >= 800 and {YEAR}.营业收入 >= 800)"),
    when("F-rounded", f"round half up({YEAR}.研发费用 / 1000, 0) >= 3"),
    when("F-branch", f"if 登记.独立法人 then {YEAR}.研发费用 >= 700 else {YEAR}.营业收入 >= 700"),
    when("F-squared", f"{YEAR}.研发费用 * {YEAR}.研发费用 >= 2000000"),
    clause(id="F-amount", amount=f"{YEAR}.研发费用 - 2500", rounding={"to": "百元", "mode": "floor"}),
    clause(id="F-scale", amount=f"阶({YEAR}.营业收入)"),
    clause(id="F-table", amount="表"),
    clause(id="F-parts", amount=None, parts=[{"label": "一", "amount": f"max({YEAR}.研发费用 - 3000, 0)"},
        {"label": "二", "when": f"{YEAR}.营业收入 > 4500", "amount": "10"}]),
]  # fmt: skip
# Records, dates, histories: some can be helped.
RECORDS = [
    when("R-some", 'some 条 in 科技资质 satisfies (条.类别 = "甲" and (条.有效期至 = null or 条.有效期至 >= 评价日))'),
    when("R-count", 'count(科技资质[类别 in ("甲", "乙")]) >= 3'),
    clause(id="R-veto", vetoes=[{"label": "否", "when": LISTED}]),
    when("R-age", '登记.成立日期 + duration("P2Y") <= 评价日'),
    when("R-months", "月数(登记.成立日期, 评价日) >= 18"),
    clause(id="R-event", event=EVENT, conditions=[{"label": "新", "when": "not(证.重新认定)"}]),
    clause(id="R-first", event=EVENT, first_time={"label": "首次", "list": "科技资质[认定日期 < 证.认定日期]"}),
    clause(id="R-place", gates=[{"label": "本区", "when": "登记.注册区划 = 本区"}]),
    clause(id="R-paid", amount=f"{YEAR}.研发费用", top_up=True),
    when("R-join", '记录(科技资质, "证书编号", "1").级别 = "省级"'),
    clause(id="R-manual", manual="由评审确定", conditions=[{"label": "大", "when": f"{YEAR}.营业收入 >= 3000"}]),
]  # fmt: skip
SCALES = {"阶": {"mode": "whole", "input": "元", "reference": "一",
    "brackets": [{"from": 0, "amount": 0}, {"from": 1500, "amount": 10}, {"from": 3000, "rate": "1%"}]}}  # fmt: skip
TABLES = {"表": {"inputs": [f"{YEAR}.营业收入", f"{YEAR}.研发费用"], "outputs": ["金额"], "reference": "一",
    "rules": [["< 1000", "-", "0"], [">= 1000", "< 100", "0"], [">= 1000", ">= 100", "50"]]}}  # fmt: skip

FIGURE = st.integers(0, 24000).map(lambda n: str(n / 4))
DAY = st.dates(date(2023, 6, 1), date(2025, 12, 31))


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(strategy, strategy, strategy, st.just("未知"))


def facts(held: type[object] | None = None) -> st.SearchStrategy[dict[str, object]]:
    """Dossiers; without `held` some facts were not delivered."""

    def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
        return strategy if held is not None else maybe(strategy)

    title = st.fixed_dictionaries(
        {
            "类别": some(st.sampled_from("甲乙丙")),
            "级别": some(st.sampled_from(["国家级", "省级"])),
            "证书编号": st.sampled_from("1234"),
            "认定日期": DAY,
            "有效期至": some(st.one_of(st.none(), DAY)),
            "重新认定": some(st.booleans()),
        }
    )
    report = st.fixed_dictionaries({"年度": st.just(2024), "研发费用": some(FIGURE), "营业收入": some(FIGURE)})
    listed = st.fixed_dictionaries({"文书编号": st.just("1"), "列入日期": DAY, "移出日期": st.one_of(st.none(), DAY)})
    paid = st.fixed_dictionaries({"支付编号": st.just("P"), "条款": st.just("R-paid"), "事项": st.just(""),
        "级别": st.just("区级"), "所属年度": st.just(2024), "金额": FIGURE, "支付日期": DAY})  # fmt: skip
    return st.fixed_dictionaries(
        {
            "登记": st.fixed_dictionaries(
                {
                    "独立法人": some(st.booleans()),
                    "注册资本": some(FIGURE),
                    "成立日期": DAY,
                    "注册区划": st.sampled_from(["370212", "370203"]),
                }
            ),
            "税务年报": st.lists(report, min_size=0 if held is None else 1, max_size=1),
            "科技资质": st.lists(title, max_size=3, unique_by=lambda t: t["证书编号"]),
            "经营异常": st.lists(listed, max_size=1),
            "兑付记录": st.lists(paid, max_size=1),
        }
    )


@cache
def packs() -> PackSet:
    with tempfile.TemporaryDirectory() as folder:
        return load_packs([written(Path(folder), document(*FIGURES, *RECORDS, scales=SCALES, tables=TABLES))])


def missed(made: Mapping[str, object], clauses: list[dict[str, object]]) -> list[NearMiss]:
    """The near misses of all outcomes of some clauses, each claim tried."""
    evaluator = Evaluator(packs(), AS_OF)
    row = row_of_case(packs().schema, made, "enterprise")
    ids = {str(one["id"]) for one in clauses}
    found: list[NearMiss] = []
    for one in evaluator.evaluate(row, EVERYTHING):
        if one.clause not in ids:
            continue
        miss = near_miss(evaluator, row, EVERYTHING, one.clause, one.matter)
        assert (miss.outcome.kind in {"eligible", "manual"}) or miss.obstacles
        tried(evaluator, row, EVERYTHING, miss)
        found.append(miss)
    return found


@settings(max_examples=15, deadline=None)
@given(made=facts(held=object))
def test_where_figures_alone_stand_in_the_way_a_change_is_always_found(made):
    for miss in missed(made, FIGURES):
        assert miss.outcome.kind == "eligible" or miss.kind == "improve", miss


@settings(max_examples=15, deadline=None)
@given(made=facts())
def test_every_claim_about_records_dates_and_unknown_facts_is_true(made):
    for miss in missed(made, [*FIGURES, *RECORDS]):
        if miss.outcome.kind == "unknown":
            # A search that finds nothing says when it stopped at its limit.
            assert miss.kind in {"supply", "improve", "wait"} or miss.cut, miss
