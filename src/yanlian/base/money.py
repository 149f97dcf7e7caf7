"""Money: integer fen inside, Decimal yuan outside, never a float. Amounts in capitals: capital.py."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from yanlian.base.refusal import Refused

# Fen in one unit that a column or a cell may name.
UNITS: dict[str, int] = {"元": 100, "千元": 100_000, "万元": 1_000_000, "百万元": 100_000_000, "亿元": 10_000_000_000}
# What a signed 64-bit integer of the database can hold.
LARGEST_FEN = 2**63 - 1
_LONGEST = 60

# Blanks may stand between the parts but not between digits: "12 34" may be two numbers.
_AMOUNT = re.compile(
    r"\s*(?:人民币|RMB|CNY)?\s*(?P<sign>[+-]?)\s*¥?\s*(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]+))?"
    r"\s*(?P<multiple>百万|千|万|亿)?\s*(?P<yuan>元|圆|人民币元)?\s*\Z"
)


def parse_fen(found: str, unit: str = "元") -> int:
    """The fen of an amount as people write it, exactly; `unit` counts when the text names none.

    Read are 1234.5, 1,234.50, ２０００, 2000万元, 0.5亿, ¥1,000, 1234元. Refused are brackets for negatives, exponents
    and whatever is not a whole number of fen: nothing is rounded. Raises `Refused`: money_unreadable,
    money_below_fen, money_too_large.
    """
    # The plain form that nearly all cells have, without a regular expression: files have millions of cells.
    if found.isascii():
        whole, dot, part = found.partition(".")
        if whole.isdigit() and len(whole) <= 12 and (not dot or (part.isdigit() and len(part) == 2)):
            fen = (int(whole) * 100 + (int(part) if dot else 0)) * (UNITS[unit] // 100)
            if fen <= LARGEST_FEN:
                return fen
    return _parse_any(found, unit)


def _parse_any(found: str, unit: str) -> int:
    shown = found[:_LONGEST]
    plain = unicodedata.normalize("NFKC", found).replace("−", "-") if len(found) <= _LONGEST else ""
    match = _AMOUNT.match(plain)
    if match is None:
        raise Refused("money_unreadable", found=shown)
    if match["multiple"]:
        unit = match["multiple"] + "元"
    elif match["yuan"]:
        unit = "元"
    part = match["part"] or ""
    # Whole-number arithmetic: digits without the point, times fen a unit, divided by the places of the point.
    scaled = int(match["whole"].replace(",", "") + part) * UNITS[unit]
    places: int = 10 ** len(part)
    fen, rest = divmod(scaled, places)
    if rest:
        raise Refused("money_below_fen", found=shown)
    if fen > LARGEST_FEN:
        raise Refused("money_too_large", found=shown)
    return -fen if match["sign"] == "-" else fen


def yuan_of(fen: int) -> Decimal:
    """Fen as yuan with two decimals: 123450 → Decimal("1234.50")."""
    sign = 1 if fen < 0 else 0
    return Decimal((sign, tuple(map(int, str(abs(fen)))), -2))


def fen_of(yuan: Decimal) -> int:
    """Yuan as fen. Raises `Refused("money_below_fen")` when it is not a whole number of fen."""
    sign, digits, exponent = yuan.as_tuple()
    if not isinstance(exponent, int):
        raise Refused("money_unreadable", found=str(yuan))
    number = int("".join(map(str, digits)) or "0")
    shift = exponent + 2
    power: int = 10 ** abs(shift)
    fen, rest = (number * power, 0) if shift >= 0 else divmod(number, power)
    if rest:
        raise Refused("money_below_fen", found=str(yuan))
    return -fen if sign else fen
