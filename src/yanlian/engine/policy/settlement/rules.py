"""Budgets, quotas and cost sharing as they are written in a pack. Frozen values; formulas are still text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from yanlian.engine.policy.model import Formula

Per = Literal["year", "life"]
WhenShort = Literal["pro_rata", "order", "next_year"]
Straddle = Literal["cut", "skip", "stop", "whole"]
Order = Literal["asc", "desc"]
Ties = Literal["all", "first", "manual"]
# Ordered by the outcome's own amount instead of a formula.
AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Over:
    """Which outcomes compete: those of each clause alone, of the whole document, or of the ids listed (clauses, or
    documents with all their clauses)."""

    scope: Literal["clause", "document", "ids"]
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so much money for all beneficiaries together, per year or ever, and what happens when it is short."""

    label: str
    over: Over
    per: Per
    amount: Formula
    when_short: WhenShort
    order_by: Formula | None = None
    order: Order = "asc"
    straddle: Straddle = "cut"
    article: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many outcomes for all beneficiaries together (or for each value of `by`), the best ranked first."""

    label: str
    over: Over
    per: Per
    count: Formula
    by: Formula | None = None
    rank_by: Formula | None = None
    order: Order = "desc"
    ties: Ties = "manual"
    article: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who pays which part from a day on (None: always); the parts add up to one."""

    start: date | None
    parts: tuple[tuple[str, Decimal], ...]
    reference: str = ""
    line: int = 0


Settling: TypeAlias = Budget | Quota
