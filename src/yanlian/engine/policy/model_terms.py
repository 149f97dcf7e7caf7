"""Terms of payment of a clause as read: stages, deadline, commitment and clawback. Formulas are still text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yanlian.engine.policy.model import Formula, Test


@dataclass(frozen=True, slots=True)
class Instalment:
    """One stage as written: a share of the whole or an amount in fen, neither for what is left; payable when `when`
    holds and from `date` on."""

    label: str
    share: Fraction | None
    amount_fen: int | None
    when: Formula | None
    date: Formula | None
    article: str
    line: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when a clause must be applied for. `last`: the last day; `applied`: whether there is an application in
    time; `test`: the veto on what is late, which the clause has among its own; `written`: the last day in short."""

    last: Formula
    applied: Formula
    test: Test
    written: str


@dataclass(frozen=True, slots=True)
class ReturnTerm:
    """When a payment goes back: a term of clawback, or a commitment (`text`, until `written`) that was broken. `share`
    of the payment, all of it when nothing is written; `ban_years`: how long no application is taken then."""

    label: str
    when: Formula
    share: Formula | None
    ban_years: int
    article: str
    commitment: bool = False
    text: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Which stage of a clause this is: the id of the clause as written, its number from 1, and all instalments."""

    base: str
    number: int
    instalments: tuple[Instalment, ...]

    @property
    def own(self) -> Instalment:
        """This stage as written."""
        return self.instalments[self.number - 1]
