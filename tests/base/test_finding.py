"""Findings in files that people wrote: one line each, the first of many, and the word that was meant."""

from yanlian.base.finding import as_line, first_of, nearest


def test_a_finding_is_one_line_with_place_severity_subject_and_answer():
    assert as_line(("a.yaml", 3), "x", "error", "错。", "", "zh") == "a.yaml:3: 错误 [x]: 错。"
    assert as_line(("a.yaml", 0), "", "hint", "So.", "known", "en") == "a.yaml: hint: So. (accepted: known)"
    assert as_line(("a.yaml", 1), "", "warning", "如此。", "知道", "zh") == "a.yaml:1: 提醒: 如此。（已说明：知道）"


def test_of_many_lines_the_first_are_shown_and_the_rest_counted():
    assert first_of([]) == ""
    assert first_of(["a"] * 20).count("\n") == 19
    assert first_of(["a"] * 23).splitlines()[19:] == ["a", "… and 3 more"]


def test_the_nearest_word_is_guessed_only_where_one_is_like_it():
    known = ["software", "microelectronics", "企业名称"]
    assert [nearest(one, known) for one in ("sofware", "企业的名称", "zzz", "")] == ["software", "企业名称", "", ""]
    assert nearest("abcd", ["ab"], cutoff=0.9) == ""
    assert nearest("a", []) == ""


def test_a_hostile_word_or_list_is_not_compared_for_hours():
    assert nearest("a" * 10_000, ["a" * 9_999]) == ""
    assert nearest("b" * 60, ("a" * 61 for _ in range(100_000))) == ""
    assert nearest("target", [f"x{n}" for n in range(200_000)] + ["target"]) == ""
