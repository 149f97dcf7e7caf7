"""Staged payment: a clause with `stages` becomes one clause for each, which share everything but how much and when.

The parts of a whole are whole units of its rounding and add up to it exactly: each share rounded down, and what is left
goes unit by unit to the largest remainders, of equal ones to the earlier stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from yanlian.engine.policy.expected import KINDS
from yanlian.engine.policy.model import (
    Cap,
    Case,
    Clause,
    Formula,
    Rules,
    Test,
)
from yanlian.engine.policy.model_terms import Instalment, Stage
from yanlian.engine.policy.reading import Reader


def in_stages(reader: Reader, clause: Clause, rules: Rules) -> Iterator[Clause]:
    """The clause itself, or its stages as clauses ID.1, ID.2 …"""
    if not clause.instalments:
        yield clause
        return
    inherited = [cap for cap in rules.caps if cap.over == "clause" and cap.label not in clause.without]
    _note_cases(reader, clause)
    for number, one in enumerate(clause.instalments, 1):
        yield replace(
            clause,
            id=f"{clause.id}.{number}",
            title=f"{clause.title}（{one.label}）",
            article=one.article or clause.article,
            conditions=(*clause.conditions, *_conditions(one)),
            without=(*clause.without, *(cap.label for cap in inherited)),
            caps=tuple(_over_all(cap, clause.id) for cap in (*inherited, *clause.caps)),
            cases=tuple(_cases(clause, one)),
            stage=Stage(clause.id, number, clause.instalments),
        )


def _conditions(one: Instalment) -> Iterator[Test]:
    """What the stage waits for."""
    if one.when is not None:
        yield Test(f"{one.label}的条件", one.when, one.article)
    if one.date is not None:
        text = f"评价日 >= ({one.date.text})"
        yield Test(
            f"已到{one.label}的兑付日期", Formula(text, one.date.file, one.date.line, one.date.block), one.article
        )


def _over_all(cap: Cap, base: str) -> Cap:
    """A cap over the clause is one over all its stages together."""
    return replace(cap, over="group", name=base) if cap.over == "clause" else cap


def _cases(clause: Clause, one: Instalment) -> Iterator[Case]:
    """The cases that say what this stage gives."""
    for case in clause.cases:
        told = _told(case)
        if told is not None and one.label in told:
            yield replace(case, name=f"{case.name}（{one.label}）", expect=_in_full(told[one.label]))


def _in_full(told: object) -> object:
    """A bare amount or outcome of a stage, as the words it stands for."""
    if isinstance(told, Mapping | list) or told is None:
        return told
    return {"outcome": told} if told in KINDS else {"outcome": "eligible", "amount": told}


def _told(case: Case) -> Mapping[object, object] | None:
    told = case.expect.get("stages") if isinstance(case.expect, Mapping) else None
    return told if isinstance(told, Mapping) else None


def _note_cases(reader: Reader, clause: Clause) -> None:
    """A case of a staged clause names its stages, and no others."""
    labels = [one.label for one in clause.instalments]
    for case in clause.cases:
        told = _told(case)
        if told is None or (isinstance(case.expect, Mapping) and len(case.expect) > 1):
            wanted = "{stages: {" + ", ".join(f"{label}: …" for label in labels) + "}}"
            reader.faults.add(case.line, "pack_value", key="expect", expected=wanted, found=str(case.expect)[:60])
            continue
        for label in told:
            if label not in labels:
                reader.faults.add(
                    case.line, "pack_word", key="expect.stages", found=str(label), expected=" | ".join(labels)
                )


# How much


def stage_fen(stage: Stage, whole_fen: int, unit_fen: int) -> int:
    """The part of a stage of a whole, in fen; all parts add up to the whole exactly."""
    own = stage.own
    if own.share is not None:
        return (
            split([one.share or Fraction(0) for one in stage.instalments], whole_fen // unit_fen)[stage.number - 1]
            * unit_fen
        )
    left = whole_fen
    for one in stage.instalments:
        if one.amount_fen is not None:
            part = max(min(one.amount_fen, left), 0)
            if one is own:
                return part
            left -= part
    return left


def split(shares: list[Fraction], units: int) -> list[int]:
    """Whole units by shares that add up to one: largest remainder, ties to the earlier."""
    parts = [units * share // 1 for share in shares]
    order = sorted(range(len(shares)), key=lambda k: (parts[k] - units * shares[k], k))
    for k in order[: units - sum(parts)]:
        parts[k] += 1
    return parts


def stage_words(stage: Stage) -> str:
    """Which stage of how many and how much of the whole, for a line of an explanation."""
    own = stage.own
    place = f"{stage.number}/{len(stage.instalments)}"
    if own.share is None:
        return f"{own.label} {place}"
    percent = own.share * 100
    shown = f"{percent}%" if percent.denominator == 1 else str(own.share)
    return f"{own.label} {place} {shown}"
