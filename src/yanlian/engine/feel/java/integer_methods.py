"""The static methods of java.lang.Integer, Long, Short and Byte (Java 17) that need nothing from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanlian.engine.feel.java.characters import digit
from yanlian.engine.feel.java.machine import ThrownError, fits, join_units, units, wrap

Call = Callable[..., object]
_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST = 200


def parse(text: str | None, radix: int, bits: int, *, signed: bool = True) -> int:
    """Integer.parseInt and its kin: digits of any script, one sign, within the range; else NumberFormatException."""
    text = text or ""
    negative = text.startswith("-")
    digits = text[1:] if text.startswith(("-", "+")) else text
    if len(digits) > _MOST and digits.isascii():
        digits = digits.lstrip("0") or "0"
    if not digits or not 2 <= radix <= 36 or (negative and not signed):
        raise ThrownError("NumberFormatException")
    found = _figures(digits, radix)
    if len(found) > _MOST:
        raise ThrownError("NumberFormatException")
    value = 0
    for one in found:
        value = value * radix + one
    value = -value if negative else value
    if not (fits(value, bits) if signed else value < 1 << bits):
        raise ThrownError("NumberFormatException")
    return wrap(value, bits)


def _figures(digits: str, radix: int) -> list[int]:
    """The values of the digits, zeros in front left out."""
    found: list[int] = []
    for sign in units(digits):
        one = digit(ord(sign), radix)
        if one < 0 or len(found) > _MOST:
            raise ThrownError("NumberFormatException")
        if one or found:
            found.append(one)
    return found


def _parse_part(text: str, start: int, end: int, radix: int, bits: int, *, signed: bool) -> int:
    signs = units(text)
    if start < 0 or start > end or end > len(signs):
        raise ThrownError("IndexOutOfBoundsException")
    return parse(join_units(signs[start:end]), radix, bits, signed=signed)


def _decode(text: str, bits: int) -> int:
    negative, rest = text.startswith("-"), text
    if text.startswith(("-", "+")):
        rest = text[1:]
    radix = 10
    if rest.startswith(("0x", "0X")):
        radix, rest = 16, rest[2:]
    elif rest.startswith("#"):
        radix, rest = 16, rest[1:]
    elif rest.startswith("0") and len(rest) > 1:
        radix, rest = 8, rest[1:]
    if rest.startswith(("-", "+")):
        raise ThrownError("NumberFormatException")
    return parse("-" + rest if negative else rest, radix, bits)


def written(value: int, radix: int) -> str:
    """An integer in a radix, small letters; Java takes 10 for a radix it does not know."""
    if not 2 <= radix <= 36:
        radix = 10
    figures, rest = "", abs(value)
    while rest:
        rest, one = divmod(rest, radix)
        figures = _FIGURES[one] + figures
    return ("-" if value < 0 else "") + (figures or "0")


def _compared(a: int, b: int) -> int:
    return (a > b) - (a < b)


def _strings(box: str, kind: str, bits: int) -> Mapping[str, Call]:
    """Text to number and back: what all four have."""
    parse_name = f"parse{'Int' if kind == 'int' else box}"
    result = f"java.lang.{box}"
    return {
        f"{kind} {parse_name}(java.lang.String)": lambda s: parse(s, 10, bits),
        f"{kind} {parse_name}(java.lang.String,int)": lambda s, r: parse(s, r, bits),
        f"{result} valueOf(java.lang.String)": lambda s: parse(s, 10, bits),
        f"{result} valueOf(java.lang.String,int)": lambda s, r: parse(s, r, bits),
        f"{result} valueOf({kind})": lambda a: a,
        f"{result} decode(java.lang.String)": lambda s: _decode(s, bits),
        f"java.lang.String toString({kind})": str,
    }


def _small(kind: str, bits: int) -> Mapping[str, Call]:
    """What Short and Byte have beyond texts; they compare by difference."""
    mask = (1 << bits) - 1
    return {
        f"int compare({kind},{kind})": lambda a, b: a - b,
        f"int compareUnsigned({kind},{kind})": lambda a, b: (a & mask) - (b & mask),
        f"int hashCode({kind})": lambda a: a,
        f"int toUnsignedInt({kind})": lambda a: a & mask,
        f"long toUnsignedLong({kind})": lambda a: a & mask,
    }


def _bits(kind: str, bits: int) -> Mapping[str, Call]:
    """Bit arithmetic of Integer and Long."""
    mask = (1 << bits) - 1

    def rotated(a: int, distance: int) -> int:
        distance %= bits
        return ((a & mask) << distance) | ((a & mask) >> (bits - distance))

    def leading(a: int) -> int:
        return bits - (a & mask).bit_length()

    def trailing(a: int) -> int:
        return (a & -a & mask).bit_length() - 1 if a else bits

    return {
        f"int bitCount({kind})": lambda a: (a & mask).bit_count(),
        f"{kind} highestOneBit({kind})": lambda a: 1 << (a & mask).bit_length() - 1 if a else 0,
        f"{kind} lowestOneBit({kind})": lambda a: a & -a,
        f"int numberOfLeadingZeros({kind})": leading,
        f"int numberOfTrailingZeros({kind})": trailing,
        f"{kind} reverse({kind})": lambda a: int(f"{a & mask:0{bits}b}"[::-1], 2),
        f"{kind} reverseBytes({kind})": lambda a: reversed_bytes(a, bits),
        f"{kind} rotateLeft({kind},int)": rotated,
        f"{kind} rotateRight({kind},int)": lambda a, n: rotated(a, -n),
        f"int signum({kind})": lambda a: _compared(a, 0),
    }


def reversed_bytes(value: int, bits: int) -> int:
    """The number with its bytes in the other order."""
    return int.from_bytes((value & ((1 << bits) - 1)).to_bytes(bits // 8, "big"), "little")


def _unsigned(box: str, kind: str, bits: int) -> Mapping[str, Call]:
    """Unsigned arithmetic and other radices, of Integer and Long."""
    mask = (1 << bits) - 1
    name = f"parseUnsigned{'Int' if kind == 'int' else box}"
    part = f"(java.lang.CharSequence,int,int,{'int'})"

    def divided(a: int, b: int) -> tuple[int, int]:
        if b == 0:
            raise ThrownError("ArithmeticException")
        return divmod(a & mask, b & mask)

    return {
        f"{kind} {name}(java.lang.String)": lambda s: parse(s, 10, bits, signed=False),
        f"{kind} {name}(java.lang.String,int)": lambda s, r: parse(s, r, bits, signed=False),
        f"{kind} {name}{part}": lambda s, i, j, r: _parse_part(s, i, j, r, bits, signed=False),
        f"{kind} {name.replace('Unsigned', '')}{part}": lambda s, i, j, r: _parse_part(s, i, j, r, bits, signed=True),
        f"int compareUnsigned({kind},{kind})": lambda a, b: _compared(a & mask, b & mask),
        f"{kind} divideUnsigned({kind},{kind})": lambda a, b: divided(a, b)[0],
        f"{kind} remainderUnsigned({kind},{kind})": lambda a, b: divided(a, b)[1],
        f"java.lang.String toString({kind},int)": written,
        f"java.lang.String toUnsignedString({kind})": lambda a: str(a & mask),
        f"java.lang.String toUnsignedString({kind},int)": lambda a, r: written(a & mask, r),
        f"java.lang.String toBinaryString({kind})": lambda a: f"{a & mask:b}",
        f"java.lang.String toOctalString({kind})": lambda a: f"{a & mask:o}",
        f"java.lang.String toHexString({kind})": lambda a: f"{a & mask:x}",
    }


def _plain(kind: str) -> Mapping[str, Call]:
    return {
        f"int compare({kind},{kind})": _compared,
        f"{kind} max({kind},{kind})": max,
        f"{kind} min({kind},{kind})": min,
        f"{kind} sum({kind},{kind})": lambda a, b: a + b,
    }


def _large(box: str, kind: str, bits: int) -> Mapping[str, Call]:
    return {**_strings(box, kind, bits), **_plain(kind), **_bits(kind, bits), **_unsigned(box, kind, bits)}


INTEGER: Mapping[str, Call] = {
    **_large("Integer", "int", 32),
    "int hashCode(int)": lambda a: a,
    "long toUnsignedLong(int)": lambda a: a & 0xFFFFFFFF,
}
LONG: Mapping[str, Call] = {
    **_large("Long", "long", 64),
    "int hashCode(long)": lambda a: a ^ ((a & 0xFFFFFFFFFFFFFFFF) >> 32),
}
SHORT: Mapping[str, Call] = {
    **_strings("Short", "short", 16),
    **_small("short", 16),
    "short reverseBytes(short)": lambda a: reversed_bytes(a, 16),
}
BYTE: Mapping[str, Call] = {**_strings("Byte", "byte", 8), **_small("byte", 8)}
