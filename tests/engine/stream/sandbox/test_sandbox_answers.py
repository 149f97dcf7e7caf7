"""What the sandbox makes of judgements: differences, groups, spread, budgets, curves, years to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.policy.tiny_packs import clause, document, written
from tests.engine.stream.runs_kit import MOMENT

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.revision import Change, Proposal
from yanlian.engine.stream.sandbox import Held, Sandbox, compared
from yanlian.engine.stream.sandbox.answer import differences
from yanlian.engine.stream.sandbox.budgets import budget_use
from yanlian.engine.stream.sandbox.curve import curve, steps_between
from yanlian.engine.stream.sandbox.horizon import horizon, later
from yanlian.engine.stream.sandbox.spread import BARS_FEN, QUANTILES, spread_of
from yanlian.engine.stream.sandbox.traits import beneficiaries

AS_OF = date(2025, 12, 31)
FIRMS = 20
TITLE = {"kind": "高新技术企业", "level": "国家级", "renewed": False, "revoked_on": None}


@pytest.fixture(scope="module")
def box(tmp_path_factory) -> Sandbox:
    """Firm n has R&D of n ten thousand yuan, was founded in 2005 + n, and every second got a title on day n of May."""
    folder = tmp_path_factory.mktemp("sandbox")
    pays = clause(amount="税务年报[年度 = 上年][1].研发费用 * 10%", period="上年")
    title = clause(
        id="T-02",
        amount="2万元",
        event={"each": "科技资质", "as": "证", "date": "证.认定日期"},
        caps=[{"label": "封顶", "over": "clause", "per": "year", "amount": "3万元"}],
    )
    pack = written(folder, document(pays, title, document={"valid_to": date(2026, 12, 31)}))
    with SnapshotWriter(folder, load_schema(), MOMENT) as writer:
        for n in range(FIRMS):
            registration = {"established_on": date(2005 + n, 6, 1), "industry": "I6513" if n % 2 else "C3911"}
            titles = [{**TITLE, "number": f"A{n}", "issued_on": date(2025, 5, 1 + n)}] if n % 2 == 0 else []
            row = {"id": f"E{n:03d}", "uscc": None, "name": f"样例{n}", "kind": "enterprise"}
            row |= {"registration": {**registration, "cluster": "vr" if n < 5 else None}, "science_title": titles}
            writer.write([{**row, "tax_year": [{"year": 2024, "rd_deduction": n * 1_000_000}]}])
        kinds = ("tax_year", "science_title", "registration", "payment")
        known = [Delivery(one, None, AS_OF, complete=True) for one in kinds if one in load_schema().records]
        known.append(Delivery(load_schema().names["兑付记录"].key, None, AS_OF, complete=True))
        info = writer.close(Coverage(known))
    return Sandbox([pack], Held(info.path), AS_OF)


def asked(box: Sandbox, *changes: Change):
    base, after = box.base(), box.ask(Proposal("", changes))
    who = beneficiaries(box.held, box.judge, Evaluator(box.packs, AS_OF))
    return base, after, compared(base, after, who), who


def test_a_changed_rate_moves_totals_and_those_who_get_it(box):
    base, after, answer, who = asked(box, Change("/T/clauses/T-01/amount/#2", "20%"))
    assert base.figures["T-01"].total_fen == sum(range(FIRMS)) * 100_000
    assert answer.difference_fen == sum(range(FIRMS)) * 100_000
    assert answer.gain == (FIRMS - 1, answer.difference_fen)
    assert answer.lose == (0, 0)
    assert after.changed == {"T-01"}
    assert answer.winners[0].entity == "E019"
    assert len(differences(base, after, who)) == FIRMS - 1
    assert [one.label for one in answer.groups["industry"]] == ["C", "I"]
    vr, none = answer.groups["cluster"]
    assert (vr.label, vr.dossiers, vr.gain) == ("vr", 5, 4)
    assert (none.label, none.dossiers) == ("", FIRMS - 5)
    assert {one.label: one.dossiers for one in answer.groups["age"]} == {"1-3": 2, "3-5": 2, "5-10": 5, ">=10": 11}


def test_a_threshold_shows_who_no_longer_receives(box):
    rule = "{label: 十万元以上, when: '税务年报[年度 = 上年][1].研发费用 > 10万元'}"
    _, _, answer, _ = asked(box, Change("/T/clauses/T-01/conditions", rule, "add"))
    assert answer.lose[0] == 10
    assert answer.no_longer == 5
    assert answer.after.outcomes["not_eligible"] == answer.before.outcomes["not_eligible"] + 10


def test_a_clause_taken_away_takes_its_amounts_and_leaves_the_others(box):
    _, after, answer, _ = asked(box, Change("/T/clauses/T-02", do="remove"))
    assert answer.difference_fen == -10 * 2_000_000
    assert after.gone == {"T-02"}
    gone = next(one for one in answer.clauses if one.clause == "T-02")
    assert gone.after is None


def test_nothing_changed_is_nothing_worked_out(box):
    base, after, answer, _ = asked(box)
    assert after is base
    assert answer.difference_fen == 0
    _, after, answer, _ = asked(box, Change("/T/clauses/T-01/note", "只改说明"))
    assert after.changed == frozenset()
    assert answer.difference_fen == 0


def test_the_same_question_is_worked_out_once(box):
    first = box.ask(Proposal("甲", (Change("/T/clauses/T-01/amount/#2", "30%"),)))
    assert box.ask(Proposal("乙", (Change("/T/clauses/T-01/amount/#2", "30%"),))) is first


def test_work_that_is_given_up_leaves_nothing_behind(box):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    proposal = Proposal("", (Change("/T/clauses/T-01/amount/#2", "41%"),))
    with pytest.raises(KeyboardInterrupt):
        box.ask(proposal, stop)
    assert box.ask(proposal).total_fen > box.base().total_fen


def test_a_budget_is_used_up_on_the_day_of_the_first_event_that_does_not_fit(box):
    use = budget_use(box.base(), "T-02", 7_000_000, AS_OF)
    assert (use.paid, use.left_out, use.used_up_on) == (3, 7, date(2025, 5, 7))
    assert (use.due_fen, use.short_fen, use.last_fen) == (20_000_000, 13_000_000, 1_000_000)
    lasting = budget_use(box.base(), "T", 10**12, AS_OF)
    assert (lasting.used_up_on, lasting.left_out, lasting.short_fen) == (None, 0, 0)
    with pytest.raises(Refused, match="sandbox_over"):
        budget_use(box.base(), "X", 1, AS_OF)


def test_a_curve_is_the_sum_of_single_questions(box):
    at = "/T/clauses/T-01/amount/#2"
    points = list(curve(box, at, steps_between(Decimal(0), Decimal(40), 5), "%"))
    assert [one.written for one in points] == ["0%", "10%", "20%", "30%", "40%"]
    for one in points:
        assert one.amount_fen == box.ask(Proposal("", (Change(at, one.written),))).total_fen
    with pytest.raises(Refused, match="sandbox_points"):
        steps_between(Decimal(1), Decimal(1), 5)


def test_years_to_come_repeat_this_year_until_the_document_ends(box):
    found = [(one.as_of, one.base().total_fen) for _, one in horizon(box, (), 2)]
    total = box.base().total_fen
    assert found == [(AS_OF, total), (date(2026, 12, 31), total), (date(2027, 12, 31), 0)]


def test_facts_that_stay_where_they_are_become_unknown(box):
    (_, _), (_, next_year) = horizon(box, (), 1, facts="kept")
    base = next_year.base()
    # Whether there are events, and payments, in the coming year nobody delivered.
    kinds = base.figures["T-02"].kinds
    assert kinds["unknown"] + kinds["open"] >= FIRMS
    assert base.figures["T-01"].total_fen == 0


def test_the_end_of_february_stays_the_end_of_february():
    assert later(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert later(date(2024, 2, 28), 4) == date(2028, 2, 28)


@given(st.lists(st.integers(0, 10**13), max_size=60))
def test_the_spread_is_what_its_definition_says(amounts):
    found = spread_of(np.array(amounts, np.int64))
    values = sorted(one for one in amounts if one > 0)
    n, total = len(values), sum(values)
    assert (found.receivers, found.total_fen) == (n, total)
    assert sum(count for count, _ in found.bars) == n
    assert sum(fen for _, fen in found.bars) == total
    assert len(found.bars) == len(BARS_FEN) + 1
    if not n:
        return
    for part, quantile in zip(QUANTILES, found.quantiles_fen, strict=True):
        assert quantile in values
        assert sum(one <= quantile for one in values) * 100 >= part * n
        assert sum(one < quantile for one in values) * 100 < part * n
    pairs = sum(abs(a - b) for a in values for b in values)
    assert found.gini_ppm == 1_000_000 * pairs // (2 * n * total)
