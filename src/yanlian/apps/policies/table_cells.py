"""A cell of a decision table as officials write it: 2,000万元（含）以上 instead of `>= 2000万元`.

Only what is plainly a value, a comparison, a span or a list of words is rewritten; any other formula stays as it is.
"""

from __future__ import annotations

import re

from yanlian.ui import numbers
from yanlian.ui.words import Text, say, t

_FIGURE = r"-?\d+(?:\.\d+)?(?:万元|亿元|万|亿|元|%|‰|家|人|年|月|天|平方米)?"
_DATE = r'date\("\d{4}-\d\d-\d\d"\)'
_VALUE = rf"(?:{_FIGURE}|{_DATE})"
_QUOTED = r'"[^"\\]*"'
_ONE = re.compile(_VALUE)
_NUMBER = re.compile(_FIGURE)
_COMPARED = re.compile(rf"(<=|>=|<|>)\s*({_VALUE})")
_SPAN = re.compile(rf"([\[\](])\s*({_VALUE})\s*\.\.\s*({_VALUE})\s*([\[\])])")
_WORDS = re.compile(rf"{_QUOTED}(?:\s*,\s*{_QUOTED})*")
_BUT = re.compile(rf"not\(\s*({_QUOTED}(?:\s*,\s*{_QUOTED})*)\s*\)")
_WHOLE = re.compile(r"\d{4,}")
COMPARISONS: dict[str, Text] = {
    ">=": ("{a}（含）以上", "at least {a}"),
    ">": ("{a}（不含）以上", "more than {a}"),
    "<=": ("{a}（含）以下", "at most {a}"),
    "<": ("{a}（不含）以下", "less than {a}"),
}
PLAIN: dict[str, Text] = {"-": ("任意", "any"), "true": ("是", "yes"), "false": ("否", "no")}


def cell_text(text: str) -> str:
    """The cell for a reader; "-" in a test is anything, null in a result is none."""
    text = " ".join(text.split())
    if text in PLAIN:
        return say(PLAIN[text])
    if text == "null":
        return numbers.NONE
    if _ONE.fullmatch(text):
        return _value(text)
    found = _COMPARED.fullmatch(text)
    if found:
        return say(COMPARISONS[found[1]]).format(a=_value(found[2]))
    found = _SPAN.fullmatch(text)
    if found:
        return _span(*found.groups())
    if _WORDS.fullmatch(text):
        return _listed(text)
    found = _BUT.fullmatch(text)
    if found:
        return t("除{words}外", "all but {words}", words=_listed(found[1]))
    return text


def is_figure(text: str) -> bool:
    """Whether a cell, as the pack writes it, is a figure or none."""
    text = text.strip()
    return text == "null" or _NUMBER.fullmatch(text) is not None


def _listed(text: str) -> str:
    return t("、", ", ").join(word[1:-1] for word in re.findall(_QUOTED, text))


def _value(text: str) -> str:
    """A figure with thousands separators and the unit it was written with; a date as a date."""
    if text.startswith("date("):
        return text[6:-2]
    whole, point, rest = text.partition(".")
    # Codes and years have four digits as well, but they are words or stand without a unit.
    if not re.search(r"\D$", text) and len(whole.lstrip("-")) <= 4:
        return text
    return _WHOLE.sub(lambda digits: f"{int(digits[0]):,}", whole) + point + rest


def _span(opens: str, low: str, high: str, closes: str) -> str:
    """Which end belongs to it is said at the end that does, or for both when neither does."""
    has_low, has_high = opens == "[", closes == "]"
    included, excluded = t("（含）", " (included)"), t("（不含）", " (excluded)")
    low_mark = included if has_low else excluded if not has_high else ""
    high_mark = included if has_high else excluded if not has_low else ""
    return t("{low}至{high}", "{low} to {high}", low=_value(low) + low_mark, high=_value(high) + high_mark)
