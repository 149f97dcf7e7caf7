"""How numbers, money and dates are written on pages. Storage is integer fen and plain numbers; here they become text.

Money: tables name one unit in the header and show two decimals; a detail page shows yuan to the fen; a headline takes
the unit that reads best. `-` is "none", `0` is zero, never blank for both. Halves round away from zero.
"""

from __future__ import annotations

from calendar import month_name
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from yanlian.ui.words import english, t

NONE = "-"
SHANGHAI = ZoneInfo("Asia/Shanghai")
FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
FEN_PER_YI = 10_000_000_000


def decimal_text(value: Decimal, places: int) -> str:
    """Thousands separators and a fixed number of decimals, half up."""
    exact = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{exact + 0:,f}"


def number(value: int | Decimal | None) -> str:
    """A count or any exact number with thousands separators, as many decimals as it has."""
    if value is None:
        return NONE
    if isinstance(value, Decimal):
        value = value.normalize()
        return f"{value:,f}"
    return f"{value:,}"


def yuan(fen: int | None) -> str:
    """Yuan to the fen with its sign: ¥1,234.50."""
    if fen is None:
        return NONE
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{decimal_text(Decimal(abs(fen)) / FEN_PER_YUAN, 2)}"


def yuan_plain(fen: int | None) -> str:
    """Yuan to the fen without sign of currency, for columns whose header names the unit."""
    return NONE if fen is None else decimal_text(Decimal(fen) / FEN_PER_YUAN, 2)


def wan(fen: int | None) -> str:
    """万元 with two decimals, without the unit: the header of the column names it."""
    return NONE if fen is None else decimal_text(Decimal(fen) / FEN_PER_WAN, 2)


class Headline(NamedTuple):
    """A large figure: the number and its unit apart, so that a page can set them in two sizes."""

    figure: str
    unit: str
    # English writes the currency in front: CNY 28.50 m.
    currency: str = ""

    def __str__(self) -> str:
        return f"{self.currency} {self.figure} {self.unit}".strip() if self.currency else f"{self.figure}{self.unit}"


def headline(fen: int | None) -> Headline:
    """Money as a headline: 亿元 from one 亿 on, 万元 from one 万 on, else 元. English: CNY billion, million or yuan."""
    if fen is None:
        return Headline(NONE, "")
    size = abs(fen)
    if english():
        scales = [(100_000_000_000, "bn"), (100_000_000, "m"), (FEN_PER_YUAN, "")]
    else:
        scales = [(FEN_PER_YI, "亿元"), (FEN_PER_WAN, "万元"), (FEN_PER_YUAN, "元")]
    for scale, unit in scales:
        if size >= scale or scale == FEN_PER_YUAN:
            return Headline(decimal_text(Decimal(fen) / scale, 2), unit, t("", "CNY"))
    raise AssertionError("the last scale always fits")


def percent(ratio: Decimal | int | None, places: int = 1) -> str:
    """A ratio (0.123) as 12.3%."""
    return NONE if ratio is None else f"{decimal_text(Decimal(ratio) * 100, places)}%"


def rate(ppm: int | None) -> str:
    """A stored rate (parts per million) as a percentage with as many decimals as it needs."""
    return NONE if ppm is None else f"{number(Decimal(ppm) / 10_000)}%"


def area(hundredths: int | None) -> str:
    """A stored area (hundredths of a square metre) in square metres, without the unit."""
    return NONE if hundredths is None else decimal_text(Decimal(hundredths) / 100, 2)


def iso(day: date | None) -> str:
    """2026-11-22: dates in tables."""
    if day is None:
        return NONE
    return stamp(day)[:10] if isinstance(day, datetime) else day.isoformat()


def long_date(day: date | None) -> str:
    """2026年11月22日 or 22 November 2026: dates in prose and notices, no leading zeros."""
    if day is None:
        return NONE
    return t(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {month_name[day.month]} {day.year}")


def stamp(instant: datetime | None) -> str:
    """2026-11-22 09:30 in Shanghai time: moments in lists of what was done."""
    return NONE if instant is None else instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


DIGITS = "零壹贰叁肆伍陆柒捌玖"


def capitals(fen: int) -> str:
    """大写金额 as payment papers write it: 壹仟贰佰叁拾肆元伍角陆分. Source: 支付结算办法, annex on writing bills."""
    if fen < 0:
        return "负" + capitals(-fen)
    whole, rest = divmod(fen, FEN_PER_YUAN)
    jiao, last = divmod(rest, 10)
    text = _capital_integer(whole) + "元" if whole else ""
    if not rest:
        return (text or "零元") + "整"
    if jiao:
        # A zero yuan digit before a jiao digit is written: 壹拾元零伍角.
        text += ("零" if whole and whole % 10 == 0 else "") + DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    return text + (DIGITS[last] + "分" if last else "整")


def _capital_integer(value: int) -> str:
    groups: list[int] = []
    while value:
        value, group = divmod(value, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        text += ("零" if text and (gap or group < 1000) else "") + _capital_group(group)
        text += ("", "万", "亿", "万亿")[place]
        gap = False
    return text


def _capital_group(group: int) -> str:
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + DIGITS[digit] + ("", "拾", "佰", "仟")[place]
        zero = not digit
    return text


def large(value: Decimal) -> str:
    """A count in 亿 or 万 where it loses no digit by it (3.5亿, 7.8万), otherwise in full."""
    for scale, unit in ((100_000_000, "亿"), (10_000, "万")):
        scaled = value / scale
        if abs(scaled) >= 1 and scaled == scaled.quantize(Decimal("0.01")):
            return f"{number(scaled)}{unit}"
    return number(value)


def published_money(yuan: Decimal) -> str:
    """Yuan as published: 900亿元, 8.6亿元, 8,400万元; English: CNY 90 bn. Only the digits that the source has."""
    if english():
        for scale, unit in ((1_000_000_000, "bn"), (1_000_000, "m")):
            if abs(yuan) >= scale:
                return f"CNY {number(yuan / scale)} {unit}"
        return f"CNY {number(yuan)}"
    return f"{large(yuan)}元"
