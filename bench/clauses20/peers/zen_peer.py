"""GoRules ZEN: three expression nodes in a row, asked record by record.

The runner gives it the first rows of a table only and scales. Records lie in memory as Python dicts, patents as lists
in them. ZEN computes in decimals.
"""

from __future__ import annotations

import string
from dataclasses import asdict
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import zen
from columns import enterprises, patents, write_amounts
from parameters import CLAUSES, GROUPS, INVENTION, PCT, SINGLE, VALID_FIRST, YEAR_FIRST, YEAR_LAST, of_copy
from task import Task, run

KEY = "clauses20"
YEAR = f"[{YEAR_FIRST}..{YEAR_LAST}]"
KINDS = {
    "gate": "in_dist and not blk and fok",
    "mfg": "ind in [1300..4399]",
    "svc": "ind in [6300..6599] or ind in [7100..7599]",
    "ai": "ind in [6513, 6531, 6550, 6572]",
    "valid": f"hnte in [{VALID_FIRST}..{YEAR_LAST}]",
    "inventions": f"len(filter(patents, #.kind == {INVENTION} and #.day in {YEAR}))",
    "pct": f"len(filter(patents, #.kind == {PCT} and #.day in {YEAR}))",
    "growth": "rev_ty - rev_ly",
    "more": "rd_ty - rd_ly",
    "added": "emp - emp_ly",
}
RULES = string.Template(f"""
C01: scale in {YEAR} ? (mfg ? $scale_mfg : svc ? $scale_svc : $scale_else) : 0
C02: rev_ty < $growth_revenue or rev_ly <= 0 ? 0 : growth * 100 >= rev_ly * 30 ? $growth_30
 : growth * 100 >= rev_ly * 20 ? $growth_20 : growth * 100 >= rev_ly * 10 ? $growth_10 : 0
C03: rev_ty >= $growth_revenue ? min([max([growth, 0]) * (svc ? 0.008 : 0.005), $increment_cap]) : 0
C04: $crossing 0
C05: rev_ty > 0 and rd_ty * 100 >= rev_ty * 3 ? min([min([rd_ty, $research_first]) * 0.1
 + min([max([rd_ty - $research_first, 0]), $research_second - $research_first]) * 0.05
 + max([rd_ty - $research_second, 0]) * 0.03, $research_cap]) : 0
C06: more > 0 and rd_ty >= $more_research_least ? min([more * (valid ? 0.1 : 0.08), $more_research_cap]) : 0
C07: hnte in {YEAR} ? (hnte_n == 1 ? $hnte_first : $hnte_again) : 0
C08: srdi in {YEAR} ? (srdi_l == 1 ? $srdi_1 : srdi_l == 2 ? $srdi_2 : srdi_l == 3 ? $srdi_3 : 0) : 0
C09: min([min([inventions, 10]) * $invention + max([inventions - 10, 0]) * $invention_more, $invention_cap])
C10: min([pct * $pct, $pct_cap])
C11: srdi_l >= 1 or valid ? min([interest * 0.5, principal * days * 345 / 7200000, $interest_cap]) : 0
C12: min([guar * 0.3, $guarantee_cap])
C13: est >= {VALID_FIRST} ? min([min([rent, min([area, 50000]) * $rent_metre * 12 / 100]) * (valid ? 0.7 : 0.5),
 $rent_cap]) : 0
C14: mfg and equip >= $equipment_least ? min([equip * (srdi_l >= 2 ? 0.1 : 0.08), $equipment_cap]) : 0
C15: min([max([exp_ty - exp_ly, 0]) * 0.01, $export_cap])
C16: emp >= emp_ly ? min([grads * $graduate * (srdi_l >= 1 ? 1.5 : 1), $graduate_cap]) : 0
C17: added >= 5 ? min([min([added, 50]) * $head + max([added - 50, 0]) * $head_more, $head_cap]) : 0
C18: mfg or svc ? min([comp * 0.3 * (ai ? 1.2 : 1), $compute_cap]) : 0
C19: min([exhib * 0.5, $exhibition_cap])
C20: equity >= $equity_least ? min([equity * 0.01, $equity_cap]) : 0
""")


def expressions(copies: int) -> tuple[dict[str, str], dict[str, str]]:
    """Names and ZEN expressions of the clauses and of what is paid."""
    found: dict[str, str] = {}
    paid: dict[str, str] = {}
    for copy in range(copies):
        figures = of_copy(copy)
        crossing = "".join(
            f"rev_ty >= {line} and rev_peak < {line} ? {amount} : " for line, amount in reversed(figures.crossings)
        )
        text = RULES.substitute({name: str(value) for name, value in asdict(figures).items()}, crossing=crossing)
        for name, rule in zip(CLAUSES, text.strip().split("\nC"), strict=True):
            body = rule.split(": ", 1)[1].replace("\n", "")
            found[f"{name}_{copy}"] = f"gate ? floor(({body}) + 0.5) : 0"
        parts = [f"max([{one}_{copy}, {other}_{copy}])" for one, other in GROUPS]
        parts += [f"{name}_{copy}" for name in SINGLE]
        paid[f"payable_{copy}"] = f"min([{' + '.join(parts)}, {figures.entity_cap}])"
    return found, paid


def node(name: str, texts: dict[str, str], *, through: bool) -> dict[str, object]:
    """An expression node; `through`: what came in goes on."""
    rows = [{"id": name, "key": name, "value": text} for name, text in texts.items()]
    return {
        "id": name,
        "type": "expressionNode",
        "name": name,
        "position": {"x": 0, "y": 0},
        "content": {"expressions": rows, "passThrough": through},
    }


def decision(copies: int) -> dict[str, object]:
    """The decision in ZEN's form."""
    clauses, paid = expressions(copies)
    ends = [
        {"id": name, "type": f"{name}putNode", "name": name, "position": {"x": 0, "y": 0}} for name in ("in", "out")
    ]
    nodes = [node("kinds", KINDS, through=True), node("clauses", clauses, through=False)]
    nodes = [ends[0], *nodes, node("paid", paid, through=True), ends[1]]
    names = [str(one["id"]) for one in nodes]
    edges = [
        {"id": f"{one}-{other}", "sourceId": one, "targetId": other, "type": "edge"} for one, other in pairwise(names)
    ]
    return {"nodes": nodes, "edges": edges}


class Zen:
    """The peer."""

    version = version("zen-engine")

    def __init__(self, task: Task) -> None:
        self.copies = task.copies
        # From a static loader: a decision made by create_decision() is compiled again at each call, six times slower.
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": {KEY: decision(task.copies)}}})

    def load(self, task: Task, rows: int) -> list[dict]:
        ent, pat = enterprises(task, rows), patents(task, rows)
        owned: dict[int, list] = {}
        for owner, kind, day in zip(*(pat[name].tolist() for name in ("eid", "ptype", "gdate")), strict=True):
            owned.setdefault(owner, []).append({"kind": kind, "day": day})
        records = pa.table(ent).to_pylist()
        return [record | {"patents": owned.get(record["eid"], [])} for record in records]

    def evaluate(self, loaded: list[dict]) -> list[dict]:
        evaluate = self.engine.evaluate
        return [evaluate(KEY, record)["result"] for record in loaded]

    def write(self, outcome: list[dict], out: Path) -> None:
        names = [f"{name}_{copy}" for copy in range(self.copies) for name in (*CLAUSES, "payable")]
        columns = {name: np.array([int(record[name]) for record in outcome]) for name in names}
        write_amounts(out, np.arange(1, len(outcome) + 1), columns)

    def totals(self, outcome: list[dict]) -> dict[str, int]:
        return {name: sum(int(record[f"{name}_0"]) for record in outcome) for name in CLAUSES}

    def payable(self, outcome: list[dict]) -> np.ndarray:
        paid = [sum(int(record[f"payable_{copy}"]) for copy in range(self.copies)) for record in outcome]
        return np.array(paid, dtype=np.int64)

    def total(self, outcome: list[dict]) -> int:
        return int(self.payable(outcome).sum())


if __name__ == "__main__":
    run(Zen)
