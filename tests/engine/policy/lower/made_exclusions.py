"""Exclusions made by chance over the clauses of a made pack."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.engine.policy.tiny_packs import Data


def made_exclusions(chance: Random, clauses: Sequence[Data]) -> list[Data]:
    """Rules of every kind over clauses that pay; a clause that needs others is left out of the other rules, so that no
    rule contradicts another."""
    ids = [str(one["id"]) for one in clauses if not one.get("gate_only")]
    chance.shuffle(ids)
    found: list[Data] = []
    if len(ids) > 5:
        found.append({"label": "须同享", "clause": ids.pop(), "only_with": [ids.pop(), ids[0]]})
    if len(ids) > 2:
        found.append({"label": "排他", "clause": ids[-1], "only_without": ids[:-1][-2:]})
    if len(ids) > 1:
        count = chance.choice([2, min(3, len(ids))])
        switch = chance.random() < 0.3
        found.append({"label": "不同享", "not_together": [ids[:1], *ids[1:count]], "switch": switch})
    for one in found:
        one["per"] = chance.choice(["year", "matter", "life"])
    return found
