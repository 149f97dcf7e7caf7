"""What is measured, read from `cases.yaml`: families of FEEL expressions with inputs and the right answers.

For the workers everything is JSON: a day is written `{"day": "2025-03-01"}`, a number of an answer `{"number": "0.3"}`,
so that an engine's exactness can be judged.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("cases.yaml")


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `kind` is feel (an expression), tests (over `value`) or table."""

    family: str
    kind: str
    text: str
    answer: object
    inputs: dict[str, object]
    value: object
    rows: tuple[tuple[tuple[str, ...], str], ...]


def load() -> list[Case]:
    """All cases, in the order of the file."""
    found: list[Case] = []
    for family, entries in yaml.safe_load(FILE.read_text("utf-8"))["families"].items():
        for entry in entries:
            kind = next(kind for kind in ("feel", "tests", "table") if kind in entry)
            given = {str(name): inward(value) for name, value in entry.get("given", {}).items()}
            rows = rules() if kind == "table" else ()
            case = Case(family, kind, entry[kind], outward(entry["answer"]), given, inward(entry.get("value")), rows)
            found.append(case)
    return found


def as_json(cases: list[Case]) -> list[dict[str, object]]:
    """The cases for the workers."""
    return [asdict(case) for case in cases]


def inward(value: object) -> object:
    """An input from YAML as JSON."""
    if isinstance(value, dict):
        return {key: inward(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [inward(member) for member in value]
    return {"day": value.isoformat()} if isinstance(value, date) else value


def outward(value: object) -> object:
    """An answer from YAML as JSON."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"number": str(value)}
    return [outward(member) for member in value] if isinstance(value, list) else inward(value)


def rules() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Twenty rules over age, income, region and score: four regions by five steps of score; no two fire together."""
    found: list[tuple[tuple[str, ...], str]] = []
    for region in ("North", "South", "East", "West"):
        for step in range(5):
            low = 20 * step
            score = f"[{low}..{low + 20})" if step < 4 else f">= {low}"
            income = "> 3000" if step % 2 else ">= 1000"
            found.append(((">= 18", income, f'"{region}"', score), str(100 * (step + 1) + len(region))))
    return tuple(found)
