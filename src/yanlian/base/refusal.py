"""What a person may do wrong, as a value: a stable code, the facts, and a sentence in the reader's language.

Every code stands in one of the YAML tables of the folder `refusals/` with its Chinese and English sentence and what to
do about it; a code that stands in none is a mistake of ours and fails loudly.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, cast

from yanlian.base.written import read_yaml

Language = Literal["zh", "en"]


class Refused(Exception):
    """Something a person asked for cannot be done as asked.

    `code` is stable and documented in docs/errors.md; `data` are the facts that the sentences name (file, line, row,
    column, what was expected, what was found). Text is made at the edge: `text("zh")`, `text("en")`.
    """

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.code = code
        self.data: dict[str, object] = data

    def text(self, language: Language = "en") -> str:
        """The sentence with its facts, then what to do, in one language."""
        entry = catalogue()[self.code]
        sentence = entry[language].format_map(_Facts(self.data))
        remedy = entry.get(f"{language}_do", "").format_map(_Facts(self.data))
        return f"{sentence} {remedy}".strip() if language == "en" else f"{sentence}{remedy}".strip()

    def why(self, language: Language = "en") -> str:
        """Why it matters, in one language; empty for a code that does not say."""
        return catalogue()[self.code].get(f"{language}_why", "").format_map(_Facts(self.data)).strip()

    def __str__(self) -> str:
        return f"[{self.code}] {self.text('en')}"

    def __reduce__(self) -> tuple[object, ...]:
        # Refusals travel between worker processes; the default would lose the keyword facts.
        return (_rebuild, (type(self), self.code, self.data))


def _rebuild(kind: type[Refused], code: str, data: dict[str, object]) -> Refused:
    return kind(code, **data)


class _Facts(dict[str, object]):
    """Facts for a sentence; one that is not known reads as a dash instead of failing the message itself."""

    def __missing__(self, key: str) -> str:
        return "-"


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All refusal codes: code → {zh, en, zh_do, en_do}. A code that stands twice is an error."""
    table: dict[str, Mapping[str, str]] = {}
    for file in sorted(resources.files("yanlian.base").joinpath("refusals").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yaml"):
            continue
        entries = cast("Mapping[str, Mapping[str, str]]", read_yaml(file.read_text(encoding="utf-8")) or {})
        for code, entry in entries.items():
            if code in table:
                raise AssertionError(f"refusal code {code} stands twice (second time in {file.name})")
            table[code] = entry
    return table
