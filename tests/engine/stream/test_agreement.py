"""Which dossiers are judged again, and what counts as a difference."""

from datetime import date

import pyarrow as pa
from tests.engine.stream.runs_kit import AS_OF, row_of, write_pack, write_snapshot

from yanlian.engine.stream.agreement import ELIGIBLE_EACH, MOST, SHOWN, Sample, agreement, judged_again
from yanlian.engine.stream.interpreter import interpreter
from yanlian.engine.stream.outcomes import OUTCOME_SCHEMA


def outcome(entity, clause="C1", kind="not_eligible", **more):
    row = {
        "entity": entity, "clause": clause, "document": "D", "department": "sci", "matter": "", "period": "2025",
        "event_on": None, "kind": kind, "amount_fen": 0, "clause_fen": 0, "delivery": "AUTO", "reason": None,
    }  # fmt: skip
    return {**row, **more}


def chosen(rows, seed="s", at_a_time=1_000):
    sample = Sample(seed)
    for at in range(0, len(rows), at_a_time):
        sample.add(pa.RecordBatch.from_pylist(rows[at : at + at_a_time], schema=OUTCOME_SCHEMA))
    return sample.chosen()


def test_a_small_run_is_judged_again_as_a_whole():
    rows = [outcome(f"E{n:03}") for n in range(MOST)]
    assert chosen(rows) == [f"E{n:03}" for n in range(MOST)]


def test_of_a_large_run_a_fixed_number_is_chosen_by_its_identity_and_not_by_how_it_is_cut():
    rows = [outcome(f"E{n:05}", clause) for n in range(3_000) for clause in ("C1", "C2")]
    found = chosen(rows)
    assert len(found) == MOST
    assert found == sorted(found)
    assert chosen(rows, at_a_time=77) == found
    assert chosen(rows, seed="another") != found
    # Spread: not the first, not the last.
    assert {entity[:3] for entity in found} == {"E00", "E01", "E02"}


def test_of_every_clause_some_eligible_outcomes_are_among_the_chosen():
    rows = [outcome(f"E{n:05}", clause) for n in range(3_000) for clause in ("C1", "C2")]
    for place, clause in ((5, "C1"), (3_001, "C2"), (4_001, "C2"), (5_001, "C2"), (5_003, "C2")):
        rows[place] = outcome(rows[place]["entity"], clause, "eligible")
    found = chosen(rows, at_a_time=500)
    assert "E00002" in found
    assert len({"E01500", "E02000", "E02500", "E02501"} & set(found)) >= ELIGIBLE_EACH
    assert found == chosen(rows, at_a_time=2_000)


def test_equal_outcomes_agree_in_whatever_order():
    rows = [outcome("E1", reason={}), outcome("E2", reason={"failed": ["甲"]})]
    found = agreement(rows, rows[::-1], ["E1", "E2", "E3"])
    assert (found.dossiers, found.outcomes, found.differences, found.first) == (3, 2, 0, ())


def test_every_column_counts():
    row = outcome("E1", kind="eligible", amount_fen=5, clause_fen=5, reason={})
    for name, other in {"kind": "manual", "amount_fen": 6, "clause_fen": 6, "event_on": date(2025, 1, 1),
                        "document": "X", "department": "tax", "delivery": "APPLY",
                        "reason": {"failed": ["甲"]}}.items():  # fmt: skip
        found = agreement([row], [{**row, name: other}], ["E1"])
        assert [one.what for one in found.first] == [name]
        assert found.first[0].stored != found.first[0].judged


def test_outcomes_that_one_side_lacks_and_twins_are_told():
    one, two = outcome("E1", matter="a", reason={}), outcome("E1", matter="b", reason={})
    assert [(it.matter, it.what) for it in agreement([one], [two], ["E1"]).first] == [("a", "extra"), ("b", "missing")]
    assert [it.what for it in agreement([one, one], [one], ["E1"]).first] == ["extra"]


def test_all_differences_are_counted_and_some_are_shown():
    rows = [outcome(f"E{n:03}", reason={}) for n in range(3 * SHOWN)]
    found = agreement(rows, [], [])
    assert found.differences == 3 * SHOWN
    assert len(found.first) == SHOWN


def test_judging_again_gives_the_outcomes_of_the_dossiers_asked_for(tmp_path):
    pack, snapshot = (
        write_pack(tmp_path / "pack"),
        write_snapshot(tmp_path / "snapshots", [row_of(n) for n in range(30)]),
    )
    rows = judged_again(snapshot, interpreter([pack], snapshot, AS_OF).make(), ["E000003", "E000020"])
    assert {row["entity"] for row in rows} == {"E000003", "E000020"}
    assert all(isinstance(row["reason"], dict) for row in rows)
