"""The words of a FEEL text: numbers, strings, name parts and signs, each with its slice."""

from __future__ import annotations

import re
from bisect import bisect_right
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Literal

from yanlian.engine.feel.ast import Place
from yanlian.engine.feel.numbers import CONTEXT, ZERO
from yanlian.engine.feel.refusal import FeelError

MAX_LENGTH = 100_000
Kind = Literal["number", "string", "at", "word", "sign", "end"]

# The standard's characters of names, without those that are white space (U+1680, U+180E, U+FEFF).
_START = r"?A-Za-z_\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u167F\u1681-\u180D"
_START += r"\u180F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFEFE\uFF00-\uFFFD"
_START += r"\U00010000-\U000EFFFF"
_SPACE = r"[\s\u0085\u200B\u2060\uFEFF\u180E]"
_UNIT = r"万亿元|亿元|万元|元|万亿|亿|万|%"
SCALES = {"万亿": Decimal(10) ** 12, "亿": Decimal(10) ** 8, "万": Decimal(10) ** 4, "": Decimal(1)}
# Full-width punctuation and digits: FEEL allows them in names, but an unknown name with them is a slip of the keyboard.
HALF_WIDTH = dict(zip("（），：；＝＞＜＋－＊／！“”‘’【】｛｝％．、。", "(),:;=><+-*/!\"\"''[]{}%.,.", strict=True))
HALF_WIDTH |= {chr(0xFF10 + i): str(i) for i in range(10)}
ODD = re.compile("[" + re.escape("".join(HALF_WIDTH)) + "]")


def _pattern(unit: str) -> re.Pattern[str]:
    """Space and comments, then one word. Any other character is a sign, too: known names may have it. A text or comment
    without an end is a sign up to the end, so that nobody looks for its end twice. Nothing is skipped: the slices of
    all matches, one after the other, are the text."""
    return re.compile(
        rf"""
        (?P<space>{_SPACE}*(?:(?=/[/*])(?:{_SPACE}+|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)*|))
        (?:
          (?P<word>[{_START}][{_START[1:]}0-9\u00B7\u0300-\u036F\u203F-\u2040]*)
         |(?P<number>(?:[0-9]+(?:\.(?!\.)[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+(?![{_START}]))?{unit})
         |(?P<string>"(?:[^"\\]|\\.)*")
         |(?P<at>@\s*"(?:[^"\\]|\\.)*")
         |(?P<sign>\*\*|\.\.|<=|>=|!=|->|==|=>|=<|&&|\|\||/\*.*|".*|.)
        )?""",
        re.VERBOSE | re.DOTALL,
    )


# Both have the same groups in the same order; without units that of the unit is empty.
_PLAIN = _pattern("(?P<unit>)")
_WITH_UNITS = _pattern(rf"(?P<unit>(?:(?:{_UNIT})(?![{_START}0-9]))?)")
_SURROGATE = re.compile(r"[\uD800-\uDFFF]")
_PAIR = r"u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_ESCAPE = re.compile(rf"\\(?:{_PAIR}|u([0-9a-fA-F]{{4}})|U([0-9a-fA-F]{{6}})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", '"': '"', "\\": "\\", "/": "/"}


class Token:
    """One word: its kind, its text as written, and its slice; numbers have their value, strings their content.

    The text tells a sign or keyword from anything else: the text of a string begins with its quotation mark.
    """

    __slots__ = ("content", "end", "kind", "number", "start", "text")

    def __init__(self, kind: Kind, text: str, start: int, end: int, number: Decimal = ZERO, content: str = "") -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.number = number
        self.content = content


class Text:
    """A source text that knows its lines, so that an offset can be told as line and column."""

    def __init__(self, text: str, where: str = "") -> None:
        self.text = text
        self.where = where
        self.one_line = "\n" not in text
        self._lines = [0] if self.one_line else [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, start: int, end: int) -> Place:
        """The place of a slice."""
        lines = self._lines
        line = bisect_right(lines, start) if len(lines) > 1 else 1
        return Place(line, start - lines[line - 1] + 1, start, end)

    def refuse(self, code: str, start: int, expected: object, found: str, **more: object) -> FeelError:
        """A refusal at an offset of the text; `more`: the hint, its sentence (`advice`) and the facts of that."""
        at = self.place(start, start)
        facts = {"hint": "", **more}
        return FeelError(
            code, where=self.where, line=at.line, column=at.column, expected=expected, found=found, **facts
        )


def tokens(source: Text, *, units: bool = False) -> list[Token]:
    """All words of a text, closed by one of kind `end`. With `units`, a number takes its unit of money or per cent."""
    text = source.text
    if len(text) > MAX_LENGTH:
        raise FeelError("feel_too_long", where=source.where, found=len(text), expected=MAX_LENGTH)
    lone = None if text.isascii() else _SURROGATE.search(text)
    if lone is not None:
        raise source.refuse("feel_syntax", lone.start(), "FEEL", f"\\u{ord(lone[0]):04X}", advice="feel_hint_surrogate")
    found: list[Token] = []
    end = 0
    # Groups as texts, not match objects: this is where the time of parsing a short text goes.
    for space, word, number, unit, string, at, sign in (_WITH_UNITS if units else _PLAIN).findall(text):
        start = end + len(space)
        if word:
            end = start + len(word)
            found.append(Token("word", word, start, end))
        elif sign:
            end = start + len(sign)
            found.append(Token("sign", sign, start, end))
        elif number:
            end = start + len(number)
            found.append(Token("number", number, start, end, _value(source, number, unit, start)))
        elif string or at:
            written = string or at
            end = start + len(written)
            content = _content(source, written, start)
            found.append(Token("string" if string else "at", written, start, end, ZERO, content))
    found.append(Token("end", "", len(text), len(text)))
    return found


def _value(source: Text, text: str, unit: str, start: int) -> Decimal:
    try:
        value = CONTEXT.create_decimal(text[: -len(unit)] if unit else text)
    except DecimalException:
        raise source.refuse("feel_syntax", start, "number", text, advice="feel_hint_number_range") from None
    return scaled(value, unit) if unit else value


def _content(source: Text, text: str, start: int) -> str:
    content = text[text.index('"') + 1 : -1]
    if "\\" in content:
        content = _ESCAPE.sub(_escape, content)
        if _SURROGATE.search(content):
            raise source.refuse("feel_syntax", start, "FEEL", text, advice="feel_hint_surrogate")
    return content


def scaled(value: Decimal, unit: str) -> Decimal:
    """A number with its unit as a plain number: 2000 万元 is 20000000, 30 % is 0.3."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    shift = -2 if unit == "%" else SCALES[unit.removesuffix("元")].adjusted()
    exponent += shift
    if exponent > 0:
        digits, exponent = (*digits, *(0,) * exponent), 0
    return Decimal((sign, digits, exponent))


def _escape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(0x10000 + ((int(found[1], 16) - 0xD800) << 10) + int(found[2], 16) - 0xDC00)
    if found[3] or found[4]:
        code = int(found[3] or found[4], 16)
        return chr(code) if code <= 0x10FFFF else found[0]
    return _ESCAPED.get(found[5], found[0])


def is_word(text: str) -> bool:
    """Whether a text is one word as names are made of: no number, no sign, no space."""
    match = _PLAIN.match(text)
    return match is not None and match["word"] == text


# The names in scope are cut again for every expression of a pack: a few thousand names, hundreds of thousands of times.
@lru_cache(maxsize=65_536)
def words_of(name: str) -> tuple[str, ...]:
    """A name cut into the words the tokenizer would make of it; a name FEEL cannot spell gives an empty sequence."""
    words: list[str] = []
    for space, word, number, _, string, at, sign in _PLAIN.findall(name):
        found: str = word or number or sign
        if string or at or "//" in space or "/*" in space or "//" in sign or "/*" in sign:
            return ()
        if found:
            words.append(found)
    return tuple(words)
