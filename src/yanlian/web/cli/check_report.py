"""What `yanlian pack check` says of packs: on the screen one line a finding, or as JSON for other programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from yanlian.base.refusal import Language
from yanlian.engine.policy import Fault
from yanlian.web.cli.output import console

LANGUAGES: Sequence[Language] = ("zh", "en")


def tell_findings(folder: Path, found: Sequence[Fault], language: Language, *, hints: bool) -> None:
    """Each finding as file:line, severity, clause, sentence, why and what to do; then how many of each kind."""
    for fault in found:
        if fault.severity == "hint" and not hints:
            continue
        console.print(fault.line_text(language), soft_wrap=True, markup=False)
        if not fault.accepted and (why := fault.why(language)):
            console.print(f"    {why}", soft_wrap=True, markup=False, style="dim")
    counts = counted(found)
    told = f"{folder}: {counts['errors']} errors, {counts['warnings']} warnings, {counts['hints']} hints"
    told += f", {counts['accepted']} accepted" if counts["accepted"] else ""
    told += " (--hints)" if counts["hints"] and not hints else ""
    console.print(told, soft_wrap=True, markup=False, highlight=False)


def counted(found: Sequence[Fault]) -> Counter[str]:
    """How many errors, warnings and hints stand open, and how many findings the pack answers itself."""
    return Counter("accepted" if fault.accepted else f"{fault.severity}s" for fault in found)


def tell_json(checked: Sequence[tuple[Path, Sequence[Fault]]]) -> None:
    """All findings of all packs as one JSON document, sentences in both languages."""
    packs = [
        {"folder": str(folder), **{key: counted(found)[key] for key in ("errors", "warnings", "hints", "accepted")},
         "findings": [_data(fault) for fault in found]}
        for folder, found in checked
    ]  # fmt: skip
    console.print_json(json.dumps({"packs": packs}, ensure_ascii=False), highlight=False)


def _data(fault: Fault) -> dict[str, object]:
    return {
        "code": fault.code,
        "severity": fault.severity,
        "pack": fault.pack,
        "file": fault.file,
        "line": fault.line,
        "clause": fault.clause,
        "sentence": {language: fault.text(language) for language in LANGUAGES},
        "why": {language: fault.why(language) for language in LANGUAGES},
        "accepted": fault.accepted,
    }
