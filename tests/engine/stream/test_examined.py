"""What of packs is compiled, and what is left, is told clause by clause, with its place and in words."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import yanlian.engine.policy.lower as lower
from yanlian.base.refusal import Refused
from yanlian.engine.policy import load_packs
from yanlian.engine.policy.lower.reasons import reason_text
from yanlian.engine.stream.examined import ClauseExamined, Examination

PACKS = Path(__file__).parents[3] / "packs"
AS_OF = date(2025, 12, 31)


@pytest.fixture(scope="module")
def examination() -> Examination:
    return Examination(load_packs([PACKS / "national"]), AS_OF)


@pytest.fixture(scope="module")
def clauses(examination: Examination) -> dict[str, ClauseExamined]:
    return {one.clause: one for one in examination.clauses()}


def test_every_clause_in_force_is_told_once(examination: Examination, clauses: dict[str, ClauseExamined]):
    assert len(clauses) == len(examination) > 3
    assert "NAT-HNTE" in clauses
    assert len(Examination(load_packs([PACKS / "national"]), date(1990, 1, 1))) == 0


def test_a_clause_is_compiled_exactly_when_nothing_of_it_is_left(clauses: dict[str, ClauseExamined]):
    states = {one.clause: one.state for one in clauses.values()}
    assert (states["NAT-HNTE"], states["NAT-HNTE-RATIO"]) == ("compiled", "partly")
    assert all((one.state == "compiled") == (not one.left) for one in clauses.values())
    assert all(one.values > 10 for one in clauses.values())


def test_what_is_left_stands_where_it_is_said_to_stand(clauses: dict[str, ClauseExamined]):
    left = [(one, part) for one in clauses.values() for part in one.left]
    assert {part.text for one, part in left if one.clause == "NAT-HNTE-RATIO"} == {"净资产成长分()", "销售成长分()"}
    for one, part in left:
        lines = (PACKS / one.pack / part.file).read_text("utf-8").splitlines()[part.line - 1 :]
        # A formula folded over two lines (>-) is one line to FEEL: its places count from the first.
        assert part.text in lines[0] or part.text in f"{lines[0].strip()} {lines[1].strip()}", part


def test_a_program_tells_its_texts_columns_and_outputs_and_is_always_the_same(examination: Examination):
    found, program = examination.one("NAT-HNTE-RATIO")
    assert examination.one("NAT-HNTE-RATIO") == (found, program)
    assert program.startswith('texts\n  text 0: "')
    assert re.search(r"^program NAT-HNTE-RATIO: ", program, re.MULTILINE)
    assert "  out NAT-HNTE-RATIO:code: i16 = " in program
    assert "out NAT-HNTE:" not in program


def test_what_is_worked_out_again_after_stacking_is_a_program_of_its_own():
    examination = Examination(load_packs([PACKS / "laoshan"]), AS_OF)
    found, program = examination.one("HF-IC-01a")
    assert found.together == ("HF-IC-01b-28", "HF-IC-01b-other")
    heads = re.findall(r"^program (.*)$", program, re.MULTILINE)
    assert len(heads) > 1
    assert all(head.startswith("HF-IC-01a: ") for head in heads)
    assert "out HF-IC-01a:due: i64" in program


def test_a_clause_that_is_not_there_is_refused_with_the_nearest(examination: Examination):
    with pytest.raises(Refused) as refused:
        examination.one("NAT-HNT")
    assert (refused.value.code, "NAT-HNTE" in refused.value.text("en")) == ("clause_unknown", True)


def _reasons() -> set[str]:
    sources = Path(lower.__file__).parent.glob("*.py")
    texts = "\n".join(source.read_text("utf-8") for source in sources)
    return set(re.findall(r'(?:NotLowered|gave_up)\("([^"]+)"', texts))


def test_every_reason_that_the_compiler_gives_has_words_in_chinese():
    reasons = _reasons()
    assert len(reasons) > 40
    for reason in reasons:
        words = reason_text(reason, "zh")
        assert not words.startswith("编译器不处理"), reason
        assert reason_text(reason, "en") == reason


def test_a_reason_with_a_name_in_it_keeps_the_name():
    assert reason_text("hit policy C", "zh") == "命中策略 C"
    assert reason_text("FunctionLiteral", "zh") == "编译器不处理（FunctionLiteral）"
