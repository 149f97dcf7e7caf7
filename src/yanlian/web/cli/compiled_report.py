"""What `pack check` says of compilation: clause by clause, or the program of one, as text or JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

from yanlian.base.refusal import Language
from yanlian.engine.policy.lower.reasons import reason_text
from yanlian.engine.stream.examined import ClauseExamined, Construct, Examination, State
from yanlian.web.cli.output import console, show_table

_STATES: dict[State, tuple[str, str]] = {
    "compiled": ("全部编译", "compiled"),
    "partly": ("部分编译", "partly compiled"),
    "interpreted": ("由解释器判定", "interpreted"),
}
_SAYS = {
    "clause": ("条款", "clause"),
    "state": ("编译情况", "state"),
    "left": ("交给解释器的部分", "left to the interpreter"),
    "values": ("程序中的值", "values in the program"),
    "together": ("一并计算：{0}", "worked out together with: {0}"),
    "whole": ("整条条款", "the clause as a whole"),
    "place": ("第 {0} 字", "column {0}"),
}


def tell_compiled(examined: Examination, language: Language, *, as_json: bool) -> None:
    """All clauses with what is left of them; then how many are compiled."""
    clauses = list(examined.clauses())
    states = Counter(one.state for one in clauses)
    if as_json:
        told = {"clauses": [_as_data(one, language) for one in clauses], "states": {s: states[s] for s in _STATES}}
        _print_json(told)
        return
    columns = [(_say("clause", language), "left"), (_say("state", language), "left")]
    columns += [(_say("values", language), "right"), (_say("left", language), "right")]
    rows = [[one.clause, _state(one, language), f"{one.values:,}", str(len(one.left) or "")] for one in clauses]
    show_table(_say("state", language), columns, rows)
    for one in clauses:
        for left in one.left:
            console.print(_line(one, left, language), soft_wrap=True, markup=False)
    summary = [f"{_STATES[state][language == 'en']} {states[state]}" for state in _STATES]
    console.print(
        f"{len(clauses)}: {', '.join(summary)}" if language == "en" else f"{len(clauses)} 条：{'，'.join(summary)}"
    )


def tell_clause(examined: Examination, clause: str, language: Language, *, as_json: bool) -> None:
    """One clause, what is left of it, and its program."""
    found, program = examined.one(clause)
    if as_json:
        _print_json({**_as_data(found, language), "program": program})
        return
    console.print(f"{found.clause} {found.title}: {_state(found, language)}", soft_wrap=True, markup=False)
    if found.together:
        console.print(_say("together", language).format(", ".join(found.together)), soft_wrap=True, markup=False)
    for left in found.left:
        console.print(_line(found, left, language), soft_wrap=True, markup=False)
    console.print(f"\n{program}", soft_wrap=True, markup=False)


def _line(one: ClauseExamined, left: Construct, language: Language) -> str:
    """file:line, place, clause, construct and reason."""
    what = left.text or _say("whole", language)
    place = f" {_say('place', language).format(left.column)}" if left.column else ""
    return f"{one.pack}/{left.file}:{left.line}{place} [{one.clause}] {what}: {reason_text(left.reason, language)}"


def _as_data(one: ClauseExamined, language: Language) -> dict[str, object]:
    left = [{**asdict(part), "reason": reason_text(part.reason, language)} for part in one.left]
    return {**asdict(one), "left": left}


def _print_json(told: object) -> None:
    console.print(json.dumps(told, ensure_ascii=False, indent=1), soft_wrap=True, markup=False)


def _state(one: ClauseExamined, language: Language) -> str:
    return _STATES[one.state][language == "en"]


def _say(key: str, language: Language) -> str:
    return _SAYS[key][language == "en"]
