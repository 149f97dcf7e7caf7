"""What a clause page shows of the terms of payment: stages, deadline, commitment and clawback."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from yanlian.engine.policy.model import Clause
from yanlian.engine.policy.model_terms import Instalment, Stage
from yanlian.ui import numbers
from yanlian.ui.words import t


def term_lines(source: Clause) -> Iterator[tuple[str, str, str]]:
    """Label, words and formula of each term, in the order of time."""
    if source.deadline is not None:
        label = t("申报期限", "To be applied for by")
        yield label, t("逾期不予受理", "not taken up later"), source.deadline.written
    for term in source.returns:
        label = t("承诺", "Commitment") if term.commitment else t("追回", "Clawback")
        ban = (
            t("；{years}年内不得申报", "; no application for {years} years", years=term.ban_years)
            if term.ban_years
            else ""
        )
        share = t("；退还{share}", "; {share} goes back", share=term.share.text) if term.share else ""
        yield label, (term.text or term.label) + share + ban, term.written or term.when.text
    if source.stage is not None:
        yield from _stage_lines(source.stage)


def _stage_lines(stage: Stage) -> Iterator[tuple[str, str, str]]:
    """All stages with their parts; the one of this clause is marked."""
    for number, one in enumerate(stage.instalments, 1):
        label = t("第{number}期", "Stage {number}", number=number)
        words = f"{one.label}：{_part(one)}" if one.label != _part(one) else one.label
        if number == stage.number:
            words += t("（本条）", " (this clause)")
        waits = "；".join(formula.text for formula in (one.when, one.date) if formula is not None)
        yield label, words, waits


def _part(one: Instalment) -> str:
    if one.amount_fen is not None:
        return numbers.yuan(one.amount_fen)
    if one.share is None:
        return t("其余", "the rest")
    percent = one.share * 100
    return f"{Decimal(percent.numerator)}%" if percent.denominator == 1 else str(one.share)
