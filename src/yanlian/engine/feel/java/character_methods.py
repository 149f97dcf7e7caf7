"""The static methods of java.lang.Character (Java 17) but for those that write into an array."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanlian.engine.feel.java import characters
from yanlian.engine.feel.java.integer_methods import reversed_bytes
from yanlian.engine.feel.java.machine import ThrownError, join_units, units

Call = Callable[..., object]
_FIRST_SUPPLEMENTARY = 0x10000
_HIGH, _LOW, _END = 0xD800, 0xDC00, 0xE000

# What is asked of a char and of a code point alike.
_ASKED: Mapping[str, Callable[[int], bool]] = {
    "isDefined": lambda p: characters.kind(p) != 0,
    "isDigit": lambda p: characters.kind(p) == 9,
    "isISOControl": lambda p: 0 <= p <= 0x1F or 0x7F <= p <= 0x9F,
    "isIdentifierIgnorable": characters.is_ignorable,
    "isJavaIdentifierPart": characters.is_java_part,
    "isJavaIdentifierStart": characters.is_java_start,
    "isLetter": characters.is_letter,
    "isLetterOrDigit": lambda p: characters.is_letter(p) or characters.kind(p) == 9,
    "isLowerCase": characters.is_lower,
    "isMirrored": lambda p: bool(characters.value_of("mirrored", p)),
    "isSpaceChar": characters.is_space,
    "isTitleCase": lambda p: characters.kind(p) == 3,
    "isUnicodeIdentifierPart": characters.is_unicode_part,
    "isUnicodeIdentifierStart": characters.is_unicode_start,
    "isUpperCase": characters.is_upper,
    "isWhitespace": characters.is_whitespace,
}
_OF_POINT: Mapping[str, Callable[[int], bool]] = {
    "isAlphabetic": characters.is_alphabetic,
    "isBmpCodePoint": lambda p: 0 <= p < _FIRST_SUPPLEMENTARY,
    "isIdeographic": lambda p: bool(characters.value_of("ideographic", p)),
    "isSupplementaryCodePoint": lambda p: _FIRST_SUPPLEMENTARY <= p <= characters.MAX_CODE_POINT,
    "isValidCodePoint": lambda p: 0 <= p <= characters.MAX_CODE_POINT,
}
_OF_CHAR: Mapping[str, Callable[[int], bool]] = {
    "isHighSurrogate": lambda p: _HIGH <= p < _LOW,
    "isJavaLetter": characters.is_java_start,
    "isJavaLetterOrDigit": characters.is_java_part,
    "isLowSurrogate": lambda p: _LOW <= p < _END,
    "isSpace": lambda p: p in {9, 10, 12, 13, 32},
    "isSurrogate": lambda p: _HIGH <= p < _END,
}
_MAPPED: Mapping[str, Callable[[int], int]] = {
    "toLowerCase": characters.lower,
    "toTitleCase": characters.title,
    "toUpperCase": characters.upper,
}
_NUMBER: Mapping[str, Callable[[int], int]] = {
    "byte getDirectionality": characters.directionality,
    "int getNumericValue": characters.numeric,
    "int getType": characters.kind,
}


def _of_char(function: Callable[[int], object]) -> Call:
    return lambda sign: function(ord(sign))


def _char(point: int) -> str:
    """(char) of a number: its low 16 bits."""
    return chr(point & 0xFFFF)


def _char_mapped(function: Callable[[int], int]) -> Call:
    return lambda sign: _char(function(ord(sign)))


def _valid(point: int) -> int:
    if not 0 <= point <= characters.MAX_CODE_POINT:
        raise ThrownError("IllegalArgumentException")
    return point


def _named(text: str) -> int:
    point = characters.named(text)
    if point < 0:
        raise ThrownError("IllegalArgumentException")
    return point


def _for_digit(digit: int, radix: int) -> str:
    if not 2 <= radix <= 36 or not 0 <= digit < radix:
        return "\0"
    return "0123456789abcdefghijklmnopqrstuvwxyz"[digit]


def _pair(high: str, low: str) -> int:
    return ((ord(high) - _HIGH) << 10) + ord(low) - _LOW + _FIRST_SUPPLEMENTARY


def _is_pair(high: str, low: str) -> bool:
    return _HIGH <= ord(high) < _LOW <= ord(low) < _END


def _inside(*, ok: bool) -> None:
    if not ok:
        raise ThrownError("IndexOutOfBoundsException")


def _point_at(chars: list[str], index: int, limit: int) -> int:
    _inside(ok=0 <= index < limit <= len(chars))
    if index + 1 < limit and _is_pair(chars[index], chars[index + 1]):
        return _pair(chars[index], chars[index + 1])
    return ord(chars[index])


def _point_before(chars: list[str], index: int, start: int) -> int:
    _inside(ok=0 <= start < index <= len(chars))
    if index - 2 >= start and _is_pair(chars[index - 2], chars[index - 1]):
        return _pair(chars[index - 2], chars[index - 1])
    return ord(chars[index - 1])


def _count(chars: list[str], start: int, end: int) -> int:
    _inside(ok=0 <= start <= end <= len(chars))
    return len(join_units(chars[start:end]))


def _moved(chars: list[str], start: int, count: int, index: int, offset: int) -> int:
    """The index so many code points further on, or back, within a part of the chars."""
    end = start + count
    _inside(ok=0 <= start <= end <= len(chars) and start <= index <= end)
    for _ in range(min(abs(offset), count + 1)):
        if offset > 0:
            _inside(ok=index < end)
            index += 2 if index + 1 < end and _is_pair(chars[index], chars[index + 1]) else 1
        else:
            _inside(ok=index > start)
            index -= 2 if index - 2 >= start and _is_pair(chars[index - 2], chars[index - 1]) else 1
    return index


_ONLY: Mapping[str, Call] = {
    "char forDigit(int,int)": _for_digit,
    "char highSurrogate(int)": lambda p: _char((p >> 10) + _HIGH - (_FIRST_SUPPLEMENTARY >> 10)),
    "char lowSurrogate(int)": lambda p: _char((p & 0x3FF) + _LOW),
    "char reverseBytes(char)": lambda c: chr(reversed_bytes(ord(c), 16)),
    "boolean isSurrogatePair(char,char)": _is_pair,
    "int charCount(int)": lambda p: 2 if p >= _FIRST_SUPPLEMENTARY else 1,
    "int codePointOf(java.lang.String)": _named,
    "int compare(char,char)": lambda a, b: ord(a) - ord(b),
    "int digit(char,int)": lambda c, radix: characters.digit(ord(c), radix),
    "int digit(int,int)": characters.digit,
    "int hashCode(char)": ord,
    "int toCodePoint(char,char)": _pair,
    "char[] toChars(int)": lambda p: units(chr(_valid(p))),
    "java.lang.Character valueOf(char)": lambda c: c,
    "java.lang.String getName(int)": lambda p: characters.name(_valid(p)),
    "java.lang.String toString(char)": lambda c: c,
    "java.lang.String toString(int)": lambda p: chr(_valid(p)),
}
_ARRAYS: Mapping[str, Call] = {
    "int codePointAt(char[],int)": lambda c, i: _point_at(c, i, len(c)),
    "int codePointAt(char[],int,int)": _point_at,
    "int codePointAt(java.lang.CharSequence,int)": lambda s, i: _point_at(units(s), i, len(units(s))),
    "int codePointBefore(char[],int)": lambda c, i: _point_before(c, i, 0),
    "int codePointBefore(char[],int,int)": _point_before,
    "int codePointBefore(java.lang.CharSequence,int)": lambda s, i: _point_before(units(s), i, 0),
    "int codePointCount(char[],int,int)": lambda c, start, count: _count(c, start, start + count),
    "int codePointCount(java.lang.CharSequence,int,int)": lambda s, start, end: _count(units(s), start, end),
    "int offsetByCodePoints(char[],int,int,int,int)": _moved,
    "int offsetByCodePoints(java.lang.CharSequence,int,int)": lambda s, i, n: _moved(units(s), 0, len(units(s)), i, n),
}
METHODS: Mapping[str, Call] = {
    **{f"boolean {name}(char)": _of_char(call) for name, call in {**_ASKED, **_OF_CHAR}.items()},
    **{f"boolean {name}(int)": call for name, call in {**_ASKED, **_OF_POINT}.items()},
    **{f"char {name}(char)": _char_mapped(call) for name, call in _MAPPED.items()},
    **{f"int {name}(int)": call for name, call in _MAPPED.items()},
    **{f"{name}(char)": _of_char(call) for name, call in _NUMBER.items()},
    **{f"{name}(int)": call for name, call in _NUMBER.items()},
    **_ONLY,
    **_ARRAYS,
}
LEFT_OUT: Mapping[str, str] = {"toChars(int,char[],int)": "array"}
