"""The pack of twenty clauses, repeated as documents of their own with shifted figures: 20, 40, … 500 clauses.

Copy k of the set has every figure of money at (1 + k/1000) of it, as `peers/parameters.py` gives the other engines.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import yaml

PACK = Path(__file__).resolve().parent / "packs" / "clauses20"
SHEET = "2025-clauses20.yaml"
_MONEY = re.compile(r"(\d+(?:\.\d+)?)(亿元|万元|元)")
_UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000}
# Sums of money that stand without a unit, because they are a rate by metre, head or patent.
_BARE = re.compile(r"(?<=\* )(60|1000)\b")
_RATES = frozenset({2000, 3000, 5000, 8000})
Tree = dict[str, "Tree"] | list["Tree"] | str | int | float | bool | None


def write_copies(copies: int, folder: Path) -> Path:
    """The pack with so many copies of its document; its folder."""
    made = folder / PACK.name
    made.mkdir(parents=True, exist_ok=True)
    (made / "pack.yaml").write_text((PACK / "pack.yaml").read_text("utf-8"), "utf-8")
    tree = yaml.safe_load((PACK / SHEET).read_text("utf-8"))
    for copy in range(copies):
        text = yaml.safe_dump(document_copy(tree, copy), allow_unicode=True, sort_keys=False, width=1000)
        (made / f"copy-{copy:03d}.yaml").write_text(text, "utf-8")
    return made


def document_copy(tree: dict[str, Tree], copy: int) -> dict[str, Tree]:
    """A document with its ids, labels of groups and figures of money changed; worked cases are left out."""
    clauses = [
        {key: value for key, value in clause.items() if key != "cases"} | {"id": f"{clause['id']}-{copy}"}
        for clause in tree["clauses"]
    ]
    document = tree["document"] | {"id": f"{tree['document']['id']}-{copy}"}
    for clause in clauses:
        if "stacking" in clause:
            clause["stacking"] = clause["stacking"] | {"group": f"{clause['stacking']['group']}-{copy}"}
    rest = {key: value for key, value in tree.items() if key not in ("document", "clauses")}
    shifted = {key: _shifted(value, copy) for key, value in (rest | {"clauses": clauses}).items()}
    return {"document": document, **shifted}


def _shifted(tree: Tree, copy: int, key: str = "") -> Tree:
    if isinstance(tree, dict):
        kept = ("text", "title", "label", "reference", "note")
        return {name: part if name in kept else _shifted(part, copy, name) for name, part in tree.items()}
    if isinstance(tree, list):
        return [_shifted(part, copy) for part in tree]
    if isinstance(tree, str):
        in_yuan = _MONEY.sub(lambda found: f"{_yuan(Decimal(found[1]) * _UNITS[found[2]], copy)}元", tree)
        return _BARE.sub(lambda found: _yuan(Decimal(found[1]), copy), in_yuan)
    if key == "rate" and tree in _RATES:
        return Decimal(_yuan(Decimal(tree), copy)).__float__()
    return tree


def _yuan(amount: Decimal, copy: int) -> str:
    found = amount * (1000 + copy) / 1000
    return f"{found.normalize():f}"
