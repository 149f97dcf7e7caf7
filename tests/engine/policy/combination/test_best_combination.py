"""The combination that is chosen is the best of all lawful ones: compared with looking at every set, for packs made by
chance (clauses with and without events, exclusions of every kind and scope, stacking groups, caps)."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.engine.policy.combination.all_sets import best
from tests.engine.policy.tiny_packs import AS_OF, Data, clause, codes, document, written

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy import Evaluator, check_pack, load_packs
from yanlian.engine.policy.combination.told import combinations_of

IDS = list("ABCDEFGH")
EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
TITLES = [{"证书编号": n, "认定日期": day} for n, day in (("1", date(2024, 3, 1)), ("2", date(2025, 4, 1)))]
SCOPES = st.sampled_from(["year", "matter", "life"])
# Small, so that sums meet.
AMOUNTS = st.integers(1, 9)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def rules(draw: st.DrawFn, ids: list[str]) -> Data:
    """One exclusion."""
    kind = draw(st.sampled_from(["not_together", "not_together", "only_without", "only_with"]))
    order = draw(st.permutations(ids))
    rule: Data = {"label": draw(st.sampled_from(["甲规", "乙规"])), "per": draw(SCOPES)}
    if kind == "not_together":
        count = draw(st.integers(2, min(4, len(order))))
        entries: list[object] = list(order[:count])
        if draw(st.booleans()) and len(order) > count:
            entries[0] = [order[0], order[count]]
        return {**rule, kind: entries}
    return {**rule, "clause": order[0], kind: order[1 : draw(st.integers(2, min(4, len(order))))]}


@st.composite
def packs(draw: st.DrawFn) -> tuple[list[Data], Data, list[Data]]:
    """Clauses, the rules of their document, and exclusions."""
    ids = IDS[: draw(st.integers(2, len(IDS)))]
    clauses: list[Data] = []
    for one in ids:
        keys: Data = {"id": one, "amount": str(draw(AMOUNTS))}
        if draw(st.integers(0, 3)) == 0:
            keys["event"] = EVENT
        if draw(st.integers(0, 3)) == 0:
            keys["stacking"] = {"group": draw(st.sampled_from(["组", "伍"])), "per": draw(SCOPES)}
        if draw(st.integers(0, 2)) == 0:
            over = draw(st.sampled_from(["clause", "listed", "group"]))
            cap: Data = {"label": f"限{one}", "per": draw(SCOPES), "amount": str(draw(AMOUNTS)), "over": over}
            if over == "listed":
                cap["over"] = [one, *draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True))]
            elif over == "group":
                cap["name"] = "组"
            keys["caps"] = [cap]
        clauses.append(clause(**keys))
    around: Data = {"subject": ["enterprise"]}
    if draw(st.booleans()):
        around["caps"] = [
            {"label": "总", "over": "document", "per": draw(SCOPES), "amount": str(draw(st.integers(1, 20)))}
        ]
    return clauses, around, draw(st.lists(rules(ids), min_size=1, max_size=4))


@FEW
@given(made=packs())
def test_what_is_chosen_is_the_best_of_all_lawful_combinations(made: tuple[list[Data], Data, list[Data]]) -> None:
    clauses, around, exclusions = made
    with tempfile.TemporaryDirectory() as folder:
        plain = written(Path(folder) / "a", document(*clauses, rules=around))
        ruled = written(Path(folder) / "b", document(*clauses, rules={**around, "exclusions": exclusions}))
        if codes(check_pack(ruled)):
            event("refused")
            return
        packs = load_packs([ruled])
        dossier = dossier_of_case(packs.schema, {"科技资质": TITLES}, "enterprise", AS_OF)
        outcomes = Evaluator(packs, AS_OF).evaluate_dossier(dossier)
        expected = best(Evaluator(load_packs([plain]), AS_OF), dossier, exclusions)
    found = {(one.clause, one.matter): one.amount_fen for one in outcomes}
    assert found == dict(expected.due)
    told = [(one, combinations_of(one.reason)) for one in outcomes if "alternatives" in one.reason]
    event("with a choice" if told else "without a choice")
    totals = [{each.role: each.total_fen for each in found} for _, found in told]
    seconds = [expected.total - (one["chosen"] - one["runner_up"]) for one in totals if "runner_up" in one]
    assert max(seconds, default=None) == expected.second
    for one, alternatives in told:
        for each in alternatives:
            assert each.total_fen == sum(member.fen for member in each.members)
        own = alternatives[-1]
        if own.role == "with_this":
            # The best of all with this outcome: other parts keep their best.
            best_with = expected.total - (alternatives[0].total_fen - own.total_fen)
            assert best_with == expected.with_each[one.clause, one.matter]
