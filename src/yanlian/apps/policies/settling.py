"""Budgets and quotas of a run, as pages and delivery ask for them: what each came to, and the lines of an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yanlian.apps.policies.models import Run
from yanlian.engine.policy import Outcome
from yanlian.engine.policy.settlement.result import Bucket, Entry, RuleTold
from yanlian.engine.stream.settled import IDENTITY, SettlementFile

# The folder of a run's outcomes, inside the folder of the run.
OUTCOMES = "outcomes"


def settlement_of(run: Run) -> SettlementFile | None:
    """The settlement of a run; None when its packs have no budgets or quotas. Refused: `run_unsettled`."""
    return _opened(settings.DATA / run.folder / OUTCOMES) if IDENTITY in run.identity else None


@lru_cache(maxsize=8)
def _opened(folder: Path) -> SettlementFile:
    # A settlement is written once and never changes.
    return SettlementFile(folder)


def settled(run: Run, outcome: Outcome) -> Outcome:
    """What a run makes of an outcome that the interpreter gives."""
    found = settlement_of(run)
    return outcome if found is None else found.outcomes_over([outcome])[0]


@dataclass(frozen=True)
class Line:
    """One budget or quota of a run that an outcome competed under."""

    rule: RuleTold
    bucket: Bucket
    entry: Entry


def lines_of(run: Run, key: tuple[str, str, str, str]) -> list[Line]:
    """The budgets and quotas that an outcome (entity, clause, matter, period) competed under, as they were settled."""
    found = settlement_of(run)
    if found is None:
        return []
    mine = [one for one in found.of(key[:1]) if one.outcome == key]
    return [Line(found.rules[one.rule], found.teller.bucket(one), one) for one in mine]
