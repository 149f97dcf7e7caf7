"""Numbers as Java's machine has them: wrapping integers, IEEE singles, texts of doubles, UTF-16 units of a text."""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_05UP, Context, Decimal
from fractions import Fraction

BITS = {"byte": 8, "short": 16, "int": 32, "long": 64}
_LARGEST_SINGLE = Fraction((2**24 - 1) * 2**104)
_SINGLE_OVERFLOW = Fraction((2**25 - 1) * 2**103)
# A double or single is decided by its first 800 digits and by whether any other is not zero.
_STICKY = Context(prec=800, rounding=ROUND_05UP, Emin=-(10**9), Emax=10**9, traps=[])
_DECIMAL = re.compile(r"([+-]?)(?:(NaN|Infinity)|((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?)", re.ASCII)
_HEX = re.compile(r"([+-]?0[xX](?:[0-9a-fA-F]+\.?|[0-9a-fA-F]*\.[0-9a-fA-F]+)[pP][+-]?\d+)[fFdD]?", re.ASCII)
_MAX_EXPONENT = 20_000


class ThrownError(Exception):
    """What a Java method throws; `kind` is the simple name of Java's exception."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def wrap(value: int, bits: int) -> int:
    """An integer cut to so many bits, two's complement, as Java's arithmetic overflows."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def fits(value: int, bits: int) -> bool:
    """Whether an integer is in the range of so many bits with sign."""
    return -(1 << (bits - 1)) <= value < 1 << (bits - 1)


def exact(value: int, bits: int) -> int:
    """The integer itself, or Java's ArithmeticException when it does not fit."""
    if not fits(value, bits):
        raise ThrownError("ArithmeticException")
    return value


def double_of(value: Decimal | Fraction) -> float:
    """The double nearest to an exact value, infinite beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.inf


def single_of(value: Decimal | Fraction | float) -> float:
    """The IEEE single nearest to a value, ties to even, as a Python float; infinite beyond the range."""
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value) or value == 0):
        return value
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > 100:
            return math.copysign(math.inf if value.adjusted() > 0 and value else 0.0, -1 if value < 0 else 1)
        value = _STICKY.plus(value)
    exact_value = Fraction(value)
    size = abs(exact_value)
    if size >= _SINGLE_OVERFLOW:
        return math.inf if exact_value > 0 else -math.inf
    if size > _LARGEST_SINGLE:
        return float(_LARGEST_SINGLE) if exact_value > 0 else -float(_LARGEST_SINGLE)
    # One rounding only: the place of the last bit follows from the size, and Python rounds a fraction half to even.
    exponent = max(math.frexp(float(size))[1] - 24, -149)
    step = Fraction(2) ** exponent
    return math.copysign(float(round(size / step) * step), 1 if exact_value >= 0 else -1)


def next_single(value: float, *, upwards: bool) -> float:
    """The neighbouring IEEE single."""
    if math.isinf(value):
        return value if (value > 0) == upwards else math.copysign(float(_LARGEST_SINGLE), value)
    if value == 0:
        return 2.0**-149 if upwards else -(2.0**-149)
    bits: int = struct.unpack("<i", struct.pack("<f", value))[0]
    found: float = struct.unpack("<f", struct.pack("<i", bits + (1 if (value > 0) == upwards else -1)))[0]
    return found


def double_bits(value: float) -> int:
    """Double.doubleToLongBits."""
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits


def single_bits(value: float) -> int:
    """Float.floatToIntBits."""
    bits: int = struct.unpack("<i", struct.pack("<f", value))[0]
    return bits


def double_from_bits(bits: int) -> float:
    """Double.longBitsToDouble."""
    value: float = struct.unpack("<d", struct.pack("<q", bits))[0]
    return value


def single_from_bits(bits: int) -> float:
    """Float.intBitsToFloat."""
    value: float = struct.unpack("<f", struct.pack("<i", bits))[0]
    return value


def double_digits(value: float) -> Decimal:
    """The shortest decimal that names this finite double, as Double.toString chooses it (two digits at least)."""
    shortest = Decimal(repr(value))
    if len(shortest.as_tuple().digits) > 1:
        return shortest
    two = Decimal(f"{value:.1e}")
    return two if float(two) == value else shortest


def single_digits(value: float) -> Decimal:
    """The shortest decimal that names this finite single, as Float.toString chooses it (two digits at least)."""
    true = Decimal(value)
    for digits in range(1, 9):
        near = Decimal(f"{value:.{digits}e}")
        last = Decimal((0, (1,), near.adjusted() - digits))
        found = [one for one in (near, near - last, near + last) if single_of(one) == value]
        if found:
            return min(found, key=lambda one: abs(one - true))
    return true


def float_text(value: float, digits: Decimal) -> str:
    """A double or single as Java writes it, from its shortest digits."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return f"{sign}0.0"
    if 1e-3 <= abs(value) < 1e7:
        text = f"{abs(digits):f}"
        whole, _, part = text.partition(".")
        return f"{sign}{whole}.{part.rstrip('0') or '0'}"
    figures = "".join(map(str, digits.as_tuple().digits)).rstrip("0")
    return f"{sign}{figures[0]}.{figures[1:] or '0'}E{digits.adjusted()}"


def double_text(value: float) -> str:
    """Double.toString."""
    return float_text(value, double_digits(value) if math.isfinite(value) else Decimal(0))


def single_text(value: float) -> str:
    """Float.toString."""
    return float_text(value, single_digits(value) if math.isfinite(value) else Decimal(0))


def read_float(text: str, *, single: bool) -> float:
    """Double.parseDouble or Float.parseFloat: decimal, hexadecimal, NaN, Infinity, with blanks around."""
    text = text.strip("".join(map(chr, range(33))))
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return _read_hex(text, single=single)
    sign = -1.0 if found[1] == "-" else 1.0
    if found[2]:
        return math.nan if found[2] == "NaN" else sign * math.inf
    digits, _, exponent = found[3].lower().partition("e")
    power = max(-(10**8), min(10**8, int(exponent[:12] or 0)))
    value = _STICKY.create_decimal(f"{digits}E{power}")
    size = single_of(value) if single else double_of(value)
    return sign * abs(size)


def _read_hex(text: str, *, single: bool) -> float:
    found = _HEX.fullmatch(text)
    if found is None:
        raise ThrownError("NumberFormatException")
    mantissa, exponent = re.split("[pP]", found[1])
    if len(mantissa) > _MAX_EXPONENT:
        raise ThrownError("NumberFormatException")
    sign = -1 if mantissa.startswith("-") else 1
    whole, _, part = mantissa.lstrip("+-")[2:].partition(".")
    figures = int(f"{whole}{part}", 16)
    power = max(-(10**5), min(10**5, int(exponent[:12]))) - 4 * len(part)
    if figures == 0:
        return sign * 0.0
    value = Fraction(sign * figures) * Fraction(2) ** power
    return single_of(value) if single else double_of(value)


def units(text: str) -> list[str]:
    """The UTF-16 units of a text, each as a text of one sign; what Java counts as chars."""
    if text.isascii():
        return list(text)
    raw = text.encode("utf-16-le", "surrogatepass")
    return [chr(unit) for (unit,) in struct.iter_unpack("<H", raw)]


def join_units(parts: list[str]) -> str:
    """A text from UTF-16 units; a surrogate without its partner stays as it is."""
    return "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
