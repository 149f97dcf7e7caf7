"""The words of a FEEL text: numbers, strings, name parts and signs, each with its slice."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Literal

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.numbers import CONTEXT
from yanlian.engine.feel.refusal import FeelError

MAX_LENGTH = 100_000
Kind = Literal["number", "string", "at", "word", "sign", "end"]

_START = r"?A-Za-z_\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
_START += r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
_SPACE = r"[\s\u0085\u200B\u2060\uFEFF\u180E]+"
_UNIT = r"万亿元|亿元|万元|元|万亿|亿|万|%"
SCALES = {"万亿": Decimal(10) ** 12, "亿": Decimal(10) ** 8, "万": Decimal(10) ** 4, "": Decimal(1)}

_PATTERN = rf"""
 (?P<space>{_SPACE}|//[^\n]*|/\*.*?\*/)
|(?P<number>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+(?![{_START}]))?)
|(?P<string>"(?:[^"\\]|\\.)*")
|(?P<at>@\s*"(?:[^"\\]|\\.)*")
|(?P<word>[{_START}][{_START[1:]}\d\u00B7\u0300-\u036F\u203F-\u2040]*)
|(?P<sign>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.'])
"""
_TOKEN = re.compile(_PATTERN, re.VERBOSE | re.DOTALL)
_UNITS = re.compile(rf"(?:{_UNIT})(?![{_START}0-9])")
_PAIR = r"u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_ESCAPE = re.compile(rf"\\(?:{_PAIR}|u([0-9a-fA-F]{{4}})|U([0-9a-fA-F]{{6}})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", '"': '"', "\\": "\\", "/": "/"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, its text as written, and its slice; numbers have their value, strings their content."""

    kind: Kind
    text: str
    start: int
    end: int
    number: Decimal = Decimal(0)
    content: str = ""


class Text:
    """A source text that knows its lines, so that an offset can be told as line and column."""

    def __init__(self, text: str, where: str = "") -> None:
        self.text = text
        self.where = where
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, start: int, end: int) -> Place:
        """The place of a slice."""
        line = bisect_right(self._lines, start)
        return Place(line, start - self._lines[line - 1] + 1, start, end)

    def refuse(self, code: str, start: int, expected: object, found: str, hint: str = "") -> FeelError:
        """A refusal at an offset of the text."""
        at = self.place(start, start)
        return FeelError(
            code, where=self.where, line=at.line, column=at.column, expected=expected, found=found, hint=hint
        )


def tokens(source: Text, *, units: bool = False) -> list[Token]:
    """All words of a text, closed by one of kind `end`. With `units`, a number takes its unit of money or per cent."""
    text = source.text
    if len(text) > MAX_LENGTH:
        raise FeelError("feel_too_long", where=source.where, found=len(text), expected=MAX_LENGTH)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise source.refuse("feel_syntax", at, "FEEL", text[at], _hint(text[at]))
        kind, end = match.lastgroup, match.end()
        if kind == "number":
            token = _number(source, at, end, units=units)
            end = token.end
            found.append(token)
        elif kind == "string":
            found.append(Token("string", match[0], at, end, content=_unescape(match[0][1:-1])))
        elif kind == "at":
            content = match[0][match[0].index('"') + 1 : -1]
            found.append(Token("at", match[0], at, end, content=_unescape(content)))
        elif kind == "word":
            found.append(Token("word", match[0], at, end))
        elif kind == "sign":
            found.append(Token("sign", match[0], at, end))
        at = end
    found.append(Token("end", "", len(text), len(text)))
    return found


def _number(source: Text, start: int, end: int, *, units: bool) -> Token:
    spelling = source.text[start:end]
    try:
        value = CONTEXT.create_decimal(spelling)
    except DecimalException:
        raise source.refuse("feel_syntax", start, "number", spelling) from None
    if units:
        match = _UNITS.match(source.text, end)
        if match is not None:
            end = match.end()
            value = scaled(value, match[0])
    return Token("number", source.text[start:end], start, end, number=value)


def scaled(value: Decimal, unit: str) -> Decimal:
    """A number with its unit as a plain number: 2000 万元 is 20000000, 30 % is 0.3."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    shift = -2 if unit == "%" else SCALES[unit.removesuffix("元")].adjusted()
    exponent += shift
    if exponent > 0:
        digits, exponent = (*digits, *(0,) * exponent), 0
    return Decimal((sign, digits, exponent))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_escape, text) if "\\" in text else text


def _escape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(0x10000 + ((int(found[1], 16) - 0xD800) << 10) + int(found[2], 16) - 0xDC00)
    if found[3] or found[4]:
        code = int(found[3] or found[4], 16)
        return chr(code) if code <= 0x10FFFF else found[0]
    return _PLAIN.get(found[5], found[0])


def _hint(sign: str) -> str:
    return '"…"' if sign == '"' else ""


# The names in scope are cut again for every expression of a pack: a few thousand names, hundreds of thousands of times.
@lru_cache(maxsize=65_536)
def words_of(name: str) -> tuple[str, ...]:
    """A name cut into the words the tokenizer would make of it; a name FEEL cannot spell gives an empty sequence."""
    words: list[str] = []
    at = 0
    while at < len(name):
        match = _TOKEN.match(name, at)
        if match is None or match.lastgroup not in {"space", "word", "number", "sign"}:
            return ()
        if match.lastgroup != "space":
            words.append(match[0])
        at = match.end()
    return tuple(words)
