"""The examples of docs/reference/lint.md as packs: each laid over the pack that the page begins with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import cast

import yaml
from tests.engine.policy.tiny_packs import Data, written

from yanlian.engine.policy import Fault, PackSet, load_packs
from yanlian.engine.policy.lint import review_folder
from yanlian.engine.policy.lint.notes import Delivered

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "lint.md"
_SECTION = re.compile(r"^### `(\w+)` (error|warning|hint)[^\n]*\n(.*?)(?=^##|\Z)", re.M | re.S)
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)


def base() -> Data:
    """The pack that all examples are laid over."""
    text = PAGE.read_text("utf-8").split("## The examples", 1)[1]
    found = _BLOCK.search(text)
    assert found is not None
    return cast("Data", yaml.safe_load(found.group(1)))


def sections() -> dict[str, tuple[str, Data]]:
    """The severity and the example of every code on the page; with several severities, the first."""
    found: dict[str, tuple[str, Data]] = {}
    for code, severity, text in _SECTION.findall(PAGE.read_text("utf-8")):
        block = _BLOCK.search(text)
        assert block is not None, f"{code} has no example"
        found.setdefault(code, (severity, cast("Data", yaml.safe_load(block.group(1)))))
    return found


def laid(below: Mapping[str, object], above: Mapping[str, object]) -> Data:
    """Mappings laid over each other one level down; None takes a key away."""
    merged = {**below, **above}
    return {key: value for key, value in merged.items() if value is not None}


def folder_of(folder: Path, example: Mapping[str, object]) -> Path:
    """An example laid over the base and written as a pack."""
    several = [example, *cast("list[Data]", example.get("documents", []))]
    documents = [_document(base(), one, number) for number, one in enumerate(several)]
    return written(folder, *documents, **cast("Data", example.get("pack", {})))


def packs_of(folder: Path, example: Mapping[str, object]) -> PackSet:
    """An example, loaded."""
    return load_packs([folder_of(folder, example)])


def reviewed(folder: Path, example: Mapping[str, object]) -> list[Fault]:
    """What the review finds of an example."""
    day = example.get("today", base()["today"])
    assert isinstance(day, date)
    delivered = example.get("delivered")
    known = Delivered(frozenset(cast("list[str]", delivered))) if delivered else None
    return review_folder(folder_of(folder, example), day, known)


def _document(plain: Data, example: Mapping[str, object], number: int) -> Data:
    head = laid(cast("Data", plain["document"]), cast("Data", example.get("document", {})))
    clause = cast("Data", plain["clause"])
    if number:
        head["id"], clause = f"{head['id']}{number}", {**clause, "id": f"T{number}-01"}
    given = cast("list[Data]", example.get("clauses", [example.get("clause", {})]))
    clauses = [laid({**clause, **({"id": f"{clause['id']}-{i}"} if i else {})}, one) for i, one in enumerate(given)]
    rules = laid(cast("Data", plain["rules"]), cast("Data", example.get("rules", {})))
    around = {key: example[key] for key in ("parameters", "tables", "scales", "definitions") if key in example}
    return {"document": head, "rules": rules, **around, "clauses": clauses}
