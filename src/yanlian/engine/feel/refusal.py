"""What is refused when FEEL text is read or run: a code of `refusals/feel.yaml` with the place in the text."""

from __future__ import annotations

import unicodedata

from yanlian.base.refusal import Language, Refused

MAX_SHOWN = 40
_WIDEST = 100
# What the parser expects, in words; anything else is a sign or keyword and is shown in quotes.
_EXPECTED: dict[str, dict[Language, str]] = {
    "expression": {"zh": "表达式", "en": "an expression"},
    "operator": {"zh": "运算符或结尾", "en": "an operator or the end"},
    "name": {"zh": "名称", "en": "a name"},
    "name:": {"zh": "“名称:”", "en": "“name:”"},
    "key:": {"zh": "“键:”", "en": "“key:”"},
    "type": {"zh": "类型", "en": "a type"},
    "number": {"zh": "数", "en": "a number"},
    "FEEL": {"zh": " FEEL 的符号", "en": "a sign of FEEL"},
}
_END: dict[Language, str] = {"zh": "结尾", "en": "the end"}
_OR: dict[Language, str] = {"zh": "或", "en": " or "}


class FeelError(Refused):
    """A text that is not FEEL, or an evaluation that goes beyond its limits.

    Data: `where` (file or rule), `line`, `column`, `expected`, `found` (empty: the end of the text), `hint` (a name, a
    sign or a form), `advice` (the code of the sentence the hint stands in), as far as they are known.
    """

    def text(self, language: Language = "en") -> str:
        """The sentence, with what was expected, what was found and the hint in the reader's language."""
        shown = dict(self.data)
        if self.code == "feel_syntax":
            shown["expected"] = _expected(str(shown.get("expected", "")), language)
            shown["found"] = _found(str(shown.get("found", "")), language)
        if not shown.get("where"):
            shown["where"] = "FEEL"
        shown["hint"] = self.hint(language)
        return Refused(self.code, **shown).text(language)

    def hint(self, language: Language = "en") -> str:
        """What may help, as a sentence; empty when there is nothing to say."""
        advice, hint = self.data.get("advice"), self.data.get("hint")
        if not advice and self.code in {"feel_syntax", "feel_name_unknown"} and hint:
            advice = "feel_hint_nearest"
        return Refused(str(advice), **self.data).text(language) if advice else ""

    def excerpt(self, text: str) -> str:
        """The line of the text with a caret under the place; empty when the place is not known."""
        line, column = self.data.get("line"), self.data.get("column")
        if not isinstance(line, int) or not isinstance(column, int):
            return ""
        lines = text.split("\n")
        if not 0 < line <= len(lines):
            return ""
        shown = lines[line - 1].replace("\t", " ").rstrip("\r")
        start = max(0, column - 1 - _WIDEST // 2)
        cut = shown[start : start + _WIDEST]
        before = sum(_width(sign) for sign in shown[start : column - 1])
        return f"{cut}\n{' ' * before}^"


def short(text: str) -> str:
    """A text as a message shows it: on one line, and not too long."""
    one = " ".join(text.split())
    return one if len(one) <= MAX_SHOWN else one[: MAX_SHOWN - 1] + "…"


def _expected(expected: str, language: Language) -> str:
    if expected in _EXPECTED:
        return _EXPECTED[expected][language]
    return _OR[language].join(f"“{sign}”" for sign in expected.split())


def _found(found: str, language: Language) -> str:
    return f"“{short(found)}”" if found else _END[language]


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
