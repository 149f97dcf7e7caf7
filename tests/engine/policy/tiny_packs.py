"""Tiny packs written for one test each: a document with one clause unless the test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import yaml

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy import Evaluator, Fault, Outcome, PackSet

Data = dict[str, object]
AS_OF = date(2025, 12, 31)


def clause(**keys: object) -> Data:
    """A clause with what every clause needs, changed by the keys of the test; None removes a key."""
    plain: Data = {
        "id": "T-01",
        "title": "试",
        "article": "第一条",
        "text": "原文",
        "department": "sci",
        "delivery": "AUTO",
        "amount": "100元",
        "cases": [{"name": "空", "as_of": date(2025, 12, 31), "expect": {}}],
    }
    return {key: value for key, value in {**plain, **keys}.items() if value is not None}


def document(*clauses: Data, **keys: object) -> Data:
    """A document; `document` changes its head, the other keys stand beside it."""
    head: Data = {
        "id": "T",
        "title": "试行办法",
        "status": "in_force",
        "valid_from": date(2025, 1, 1),
        "source": {"grade": "A"},
    }
    changed = keys.pop("document", {})
    assert isinstance(changed, dict)
    return {
        "document": {**head, **changed},
        "rules": {"subject": ["enterprise"]},
        **keys,
        "clauses": list(clauses) or [clause()],
    }


def written(folder: Path, *documents: Data, name: str = "tiny", **keys: object) -> Path:
    """Write a pack into a folder and give its path."""
    pack = folder / name
    pack.mkdir(parents=True, exist_ok=True)
    head = keys.pop("pack", {"id": name, "title": "试", "district": "370212"})
    (pack / "pack.yaml").write_text(_text({"pack": head, **keys}), encoding="utf-8")
    for i, one in enumerate(documents):
        (pack / f"d{i}.yaml").write_text(_text(one), encoding="utf-8")
    return pack


def _text(data: object) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


def run(packs: PackSet, facts: Mapping[str, object], as_of: date = AS_OF, kind: str = "enterprise") -> list[Outcome]:
    """All outcomes of hand-written facts."""
    return Evaluator(packs, as_of).evaluate_dossier(dossier_of_case(packs.schema, facts, kind, as_of))


def codes(faults: list[Fault], severity: str = "error") -> list[str]:
    """The codes of the faults of one severity."""
    return [fault.code for fault in faults if fault.severity == severity]
