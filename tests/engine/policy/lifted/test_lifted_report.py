"""What `tck --lifted` says: cases compiled, left with their reasons, rows compared, and differences if any."""

from __future__ import annotations

import json

from tests.engine.policy.lifted.own_kit import COMPILED, kit_in, states_of, told_of, with_input

from yanlian.engine.policy.lower.numbers import Numbers


def test_the_expressions_of_our_own_kit_compile_and_none_differs(tmp_path):
    found = told_of(kit_in(tmp_path, *COMPILED))
    assert [line for line in found.lines() if "DIFFERS" in line] == []
    left = {COMPILED[int(one.id.rpartition("d")[2])]: one.reasons for one in found.verdicts if one.reasons}
    assert left == {}
    assert found.compared > 20 * len(COMPILED)


def test_expressions_that_differ_in_constants_alone_are_rows_of_one_table(tmp_path):
    found = told_of(kit_in(tmp_path, "1 + 2 > 2", "3 + 4 > 0", "1.5 + 2 > 2"))
    assert [len(trial.shape.sites) for trial in found.trials] == [2, 1]
    assert found.trials[0].shape.text == "c1 + c2 > c3"
    assert found.trials[0].compared == found.trials[0].rows > 40


def test_what_cannot_be_compiled_is_left_with_a_named_reason(tmp_path):
    found = states_of(
        tmp_path, "1 + 1", "sort([3, 1], function(a, b) a < b)", '@"P1D" = @"P1D"', "if 1 > 2 then mode([1, 1]) else 3"
    )
    assert found["1 + 1"] == ("compiled", ())
    assert found['@"P1D" = @"P1D"'] == ("constant", ())
    assert found["sort([3, 1], function(a, b) a < b)"][0] == "left"
    assert "FunctionDefinition" in found["sort([3, 1], function(a, b) a < b)"][1]
    assert found["if 1 > 2 then mode([1, 1]) else 3"] == ("part", ("mode()",))


def test_a_wrong_kernel_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(Numbers, "plus", Numbers.minus)
    found = told_of(kit_in(tmp_path, "1 + 2", "1 * 2"))
    assert [one.state for one in found.verdicts] == ["differs", "compiled"]
    assert found.differences
    assert any(line.startswith("DIFFERS own.dmn: d0: c1 + c2 with c1 = ") for line in found.lines())
    assert found.as_json()["rows"]["differ"] == len(found.differences)


def test_a_case_counts_with_the_values_that_it_gives(tmp_path):
    # Two to the eighth power of a number of 18 digits is no longer told in 64 bits.
    found = with_input(tmp_path, "x ** 2 + 0", "12", "123456789012")
    assert [one.state for one in found.verdicts] == ["compiled", "part"]
    assert "beyond 64 bits" in found.verdicts[1].reasons[0]


def test_the_report_as_json_counts_every_case_once(tmp_path):
    found = told_of(kit_in(tmp_path, "1 + 1", "mode([1])", "null = null"))
    told = json.loads(json.dumps(found.as_json()))
    assert told["cases"] == {"all": 3, "compiled": 1, "constant": 1, "part": 0, "left": 1, "differs": 0}
    assert [one["state"] for one in told["each"]] == ["compiled", "left", "constant"]
    assert told["reasons"][0]["reason"] == "mode()"
    assert told["reasons"][0]["cases"] == 1
    assert told["differences"] == []
