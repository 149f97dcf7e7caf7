"""String.format with FEEL values as arguments, as Java writes them in English.

A FEEL number comes to Java as a BigDecimal (DMN 10.3.2.12), so `%s %f %e %g %b %h` write it and `%d %x %o %c %a` refuse
it, as they do in Java; `%.0f` writes a whole number.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from yanlian.engine.feel.java.format_spec import Specifier, read_format
from yanlian.engine.feel.java.machine import ThrownError, join_units, units, wrap
from yanlian.engine.feel.meter import charge
from yanlian.engine.feel.numbers import MAX_TEXT
from yanlian.engine.feel.temporal import FarDate, date_text

_STEPS = 20


def format_text(pattern: str, arguments: list[object]) -> str:
    """String.format: the pattern with its arguments put in; what Java throws otherwise."""
    written: list[str] = []
    length = 0
    following, last = 0, -1
    for part in read_format(pattern):
        if isinstance(part, Specifier) and part.conversion not in "%n":
            if part.index == 0:
                last, following = following, following + 1
            elif part.index > 0:
                last = part.index - 1
            if not 0 <= last < len(arguments):
                raise ThrownError("MissingFormatArgumentException")
            part = _argument(part, arguments[last])
        elif isinstance(part, Specifier):
            part = "\n" if part.conversion == "n" else _justified(part, "%")
        written.append(part)
        length += len(part)
        if length > MAX_TEXT:
            raise ThrownError("OutOfMemoryError")
    return "".join(written)


def object_text(value: object) -> str:
    """String.valueOf of a FEEL value: numbers as BigDecimal writes them, lists and contexts as Java's collections."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{joined(', ', [object_text(one) for one in value])}]"
        case Mapping():
            return f"{{{joined(', ', [f'{key}={object_text(one)}' for key, one in value.items()])}}}"
        case FarDate():
            return date_text(value)
        case _:
            return str(value)


def joined(delimiter: str, parts: list[str]) -> str:
    """The parts in one text, if it does not become longer than FEEL's texts may be."""
    if sum(map(len, parts)) + len(delimiter) * len(parts) > MAX_TEXT:
        raise ThrownError("OutOfMemoryError")
    return delimiter.join(parts)


def _argument(part: Specifier, value: object) -> str:
    # The same argument may be written many times over.
    charge(_STEPS + (4 * len(value) if isinstance(value, (str, list)) else 0))
    if part.conversion == "s":
        if "#" in part.flags:
            raise ThrownError("FormatFlagsConversionMismatchException")
        return _shown(part, object_text(value))
    if part.conversion == "b":
        return _shown(part, object_text(value if isinstance(value, bool) else value is not None))
    if value is None:
        return _shown(part, "null")
    if part.conversion == "h":
        return _shown(part, f"{hash_code(value) & 0xFFFFFFFF:x}")
    # Moments are refused too: what Java writes of them depends on its own classes of time, which FEEL's are not.
    if part.conversion not in "efg" or type(value) is not Decimal:
        raise ThrownError("IllegalFormatConversionException")
    return _number(part, value)


def _shown(part: Specifier, text: str) -> str:
    """A text cut to the precision, in capitals if so asked, and justified."""
    if part.precision >= 0:
        text = join_units(units(text)[: part.precision])
    return _justified(part, text.upper() if part.upper else text)


def _justified(part: Specifier, text: str) -> str:
    blanks = " " * (part.width - len(units(text)))
    return text + blanks if "-" in part.flags else blanks + text


def _number(part: Specifier, value: Decimal) -> str:
    negative = value < 0
    size = value.copy_abs()
    precision = 6 if part.precision < 0 else part.precision
    if part.conversion == "g":
        body, exponent = _general(size, precision or 1)
    elif part.conversion == "e":
        body, exponent = _scientific(size, precision)
    else:
        body, exponent = _fixed(size, precision), ""
    if "#" in part.flags and "." not in body:
        body += "."
    if "," in part.flags:
        whole, point, rest = body.partition(".")
        body = f"{int(whole):,}{point}{rest}" if len(whole) < 4_000 else _grouped(whole) + point + rest
    before, after = _signs(part.flags, negative=negative)
    exponent = exponent.upper() if part.upper else exponent
    if "0" in part.flags:
        body = body.rjust(part.width - len(before) - len(after) - len(exponent), "0")
    return _justified(part, f"{before}{body}{exponent}{after}")


def _signs(flags: str, *, negative: bool) -> tuple[str, str]:
    if negative:
        return ("(", ")") if "(" in flags else ("-", "")
    return ("+" if "+" in flags else " " if " " in flags else ""), ""


def _grouped(whole: str) -> str:
    first = len(whole) % 3
    groups = [whole[:first]] * bool(first) + [whole[at : at + 3] for at in range(first, len(whole), 3)]
    return ",".join(groups)


def _rounding(size: Decimal, more: int) -> Context:
    digits = max(len(size.as_tuple().digits), abs(size.adjusted())) + more + 10
    return Context(prec=digits, rounding=ROUND_HALF_UP, Emin=-(10**6), Emax=10**6)


def _fixed(size: Decimal, precision: int) -> str:
    return f"{size.quantize(Decimal((0, (1,), -precision)), context=_rounding(size, precision)):f}"


def _limited(size: Decimal, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_UP, Emin=-(10**6), Emax=10**6).plus(size)


def _scientific(size: Decimal, precision: int) -> tuple[str, str]:
    rounded = _limited(size, precision + 1)
    figures = "".join(map(str, rounded.as_tuple().digits)).ljust(precision + 1, "0")[: precision + 1]
    power = rounded.adjusted()
    mantissa = figures[0] + (f".{figures[1:]}" if precision else "")
    return mantissa, f"e{'-' if power < 0 else '+'}{abs(power):02}"


def _general(size: Decimal, precision: int) -> tuple[str, str]:
    if size:
        size = _limited(size, precision)
    plain_zero = size == 0 and size.as_tuple().exponent == 0
    if plain_zero or Decimal("0.0001") <= size < Decimal((0, (1,), precision)):
        return _fixed(size, max(precision - size.adjusted() - 1, 0)), ""
    return _scientific(size, precision - 1)


def hash_code(value: object) -> int:
    """Java's hashCode of what a FEEL value is in Java; what has no fixed one there is refused."""
    match value:
        case None:
            return 0
        case bool():
            return 1231 if value else 1237
        case str():
            return _folded(map(ord, units(value)), 0)
        case Decimal():
            return _decimal_hash(value)
        case list():
            return _folded(map(hash_code, value), 1)
        case Mapping():
            return wrap(sum(hash_code(key) ^ hash_code(one) for key, one in value.items()), 32)
        case _:
            raise ThrownError("UnsupportedOperationException")


def _folded(parts: object, start: int) -> int:
    found = start
    assert isinstance(parts, map)
    for one in parts:
        found = wrap(found * 31 + one, 32)
    return found


def _decimal_hash(value: Decimal) -> int:
    sign, digits, exponent = value.as_tuple()
    unscaled = int("".join(map(str, digits)))
    if unscaled < 1 << 63:
        folded = wrap(wrap(unscaled >> 32, 32) * 31 + (unscaled & 0xFFFFFFFF), 32)
    else:
        words = [(unscaled >> shift) & 0xFFFFFFFF for shift in range(0, unscaled.bit_length(), 32)]
        folded = _folded(map(int, reversed(words)), 0)
    return wrap(31 * (-folded if sign else folded) - int(exponent), 32)
