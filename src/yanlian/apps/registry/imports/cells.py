"""One cell → the stored value: integers for money, rates, areas; ISO text for dates. Exact or refused, never guessed.

Files have millions of cells, so each reader first tries the plain form that nearly all cells have.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from yanlian.apps.registry.imports.mapping import Column
from yanlian.base.figures import parse_figure
from yanlian.base.money import UNITS, parse_fen
from yanlian.base.periods import month_end, parse_date, parse_month, parse_year
from yanlian.base.refusal import Refused

Stored = int | str | bool | None
Reader = Callable[[str], Stored]
# What calamine hands out.
Cell = str | float | int | bool | date | datetime | time | timedelta

LONGEST = {"code": 64, "text": 200}
LONGEST_NOTE = 20_000
# Fields that are free text of any length; their model field is a TextField, or a list that is taken apart.
NOTES = frozenset({"scope", "products"})
_FLAGS = {
    **dict.fromkeys(("是", "有", "Y", "y", "YES", "Yes", "yes", "TRUE", "True", "true", "1", "√"), True),
    **dict.fromkeys(("否", "无", "N", "n", "NO", "No", "no", "FALSE", "False", "false", "0", "×"), False),
}
# Where an empty cell means "there is none" these words mean it too.
NONE_WORDS = frozenset({"无", "-", "--", "—", "——", "/", "长期", "至今", "长期有效"})
_SHOWN = 60
_INTEGER_MAX = 10**15


def reader_of(column: Column, unit: str) -> Reader:
    """The function that reads the cells of one column. Blank is None, or refused when the column is part of the key."""
    if column.field.type == "money":
        return _money_reader(column, unit)
    return _with_blanks(column, _typed_reader(column, unit))


def _with_blanks(column: Column, read: Reader) -> Reader:
    blank_refused = column.key and column.field.empty != "none"
    # A key column is never null: "" stands for "there is none" there.
    blank: Stored = "" if column.key else None
    none_words = NONE_WORDS if column.field.empty == "none" else frozenset()

    def read_cell(found: str) -> Stored:
        text = found.strip()
        if not text or text in none_words:
            if blank_refused:
                raise Refused("value_blank")
            return blank
        return read(text)

    return read_cell


def _money_reader(column: Column, unit: str) -> Reader:
    """Amounts are most of the cells: digits, a point and two digits are read at once, all else by `parse_fen`."""
    read_other = _with_blanks(column, _signed(lambda text: parse_fen(text, unit), column.signed))
    fen_in_hundredth = UNITS[unit] // 100
    # Above ten thousand yuan the product could leave 64 bits: `parse_fen` looks.
    longest = 14 if fen_in_hundredth <= 10_000 else 0

    def read_money(found: str) -> Stored:
        if len(found) <= longest and found[-3:-2] == "." and found.isascii():
            digits = found[:-3] + found[-2:]
            if digits.isdigit() and len(digits) >= 3:
                return int(digits) * fen_in_hundredth
        return read_other(found)

    return read_money


def _typed_reader(column: Column, unit: str) -> Reader:
    kind = column.field.type
    if kind == "rate":
        return _signed(lambda text: _scaled(text, 6, percent=unit == "%"), column.signed)
    if kind == "area":
        return _signed(lambda text: _scaled(text, 2), column.signed)
    if kind == "count":
        return _signed(_count, column.signed)
    if kind == "year":
        return _year
    if kind == "date":
        return {"": _day, "first": _day_or_month, "last": _day_or_last}[column.month]
    if kind == "flag":
        return _flag
    if column.field.values:
        return _listed(column.field.values, column.words)
    longest = LONGEST_NOTE if column.field.key in NOTES else LONGEST[kind]
    return lambda text: clean_text(text, longest)


def _signed(read: Callable[[str], int], signed: bool) -> Callable[[str], int]:
    if signed:
        return read

    def read_unsigned(text: str) -> int:
        number = read(text)
        if number < 0:
            raise Refused("value_negative", found=text[:_SHOWN])
        return number

    return read_unsigned


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    number = _figure(text)
    if number != number.to_integral_value():
        raise Refused("count_unreadable", found=text[:_SHOWN])
    return int(number)


def _scaled(text: str, places: int, percent: bool = False) -> int:
    number = _figure(text)
    shift = places
    if percent and "%" not in text and "％" not in text:
        shift -= 2
    sign, digits, exponent = number.as_tuple()
    power = int(exponent) + shift
    whole: int = int("".join(map(str, digits)))
    scale: int = 10 ** abs(power)
    scaled, rest = (whole * scale, 0) if power >= 0 else divmod(whole, scale)
    if rest:
        raise Refused("rate_too_fine", found=text[:_SHOWN], places=places)
    return -scaled if sign else scaled


def _figure(text: str) -> Decimal:
    # Longer ones would be rounded by decimal arithmetic, and no such figure is real.
    if len(text) > 25:
        raise Refused("figure_unreadable", found=text[:_SHOWN])
    number = parse_figure(text)
    if abs(number) >= _INTEGER_MAX:
        raise Refused("value_too_large", found=text[:_SHOWN])
    return number


@lru_cache(maxsize=1_024)
def _year(text: str) -> int:
    return parse_year(text)


@lru_cache(maxsize=65_536)
def _day(text: str) -> str:
    return parse_date(text).isoformat()


@lru_cache(maxsize=65_536)
def _day_or_month(text: str) -> str:
    try:
        return parse_month(text).isoformat()
    except Refused:
        return parse_date(text).isoformat()


@lru_cache(maxsize=65_536)
def _day_or_last(text: str) -> str:
    try:
        return month_end(parse_month(text)).isoformat()
    except Refused:
        return parse_date(text).isoformat()


def _flag(text: str) -> bool:
    flag = _FLAGS.get(text)
    if flag is None:
        flag = _FLAGS.get(unicodedata.normalize("NFKC", text))
    if flag is None:
        raise Refused("flag_unreadable", found=text[:_SHOWN])
    return flag


def _listed(values: tuple[str, ...], words: Mapping[str, str]) -> Reader:
    table = {**{value: value for value in values}, **words}
    narrow = {unicodedata.normalize("NFKC", word): value for word, value in table.items()}

    def read_listed(text: str) -> str:
        value = table.get(text) or narrow.get(unicodedata.normalize("NFKC", text).replace(" ", ""))
        if value is None:
            raise Refused("value_not_listed", found=text[:_SHOWN], expected="、".join(values))
        return value

    return read_listed


def clean_text(text: str, longest: int) -> str:
    """Text in one line without invisible characters. Raises `Refused`: value_too_long, text_has_control."""
    if not text.isprintable():
        # Line breaks and wide blanks become blanks, zero-width characters go; what then is left is an accident.
        text = " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())
        if not text.isprintable():
            raise Refused("text_has_control")
    if len(text) > longest:
        raise Refused("value_too_long", length=len(text), most=longest)
    return text


def text_of(cell: Cell, kind: str) -> str:
    """A spreadsheet's typed cell as the text a person would have written in a column of this type.

    Numbers are taken with the 15 digits that spreadsheets keep and show. A number of 16 digits or more in a column of
    codes has lost its end and is refused, as are dates that a spreadsheet made of codes.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        if kind != "flag":
            raise Refused("cell_kind_wrong", found=str(cell).upper(), expected=_EXPECTED[kind])
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return _number_text(cell, kind)
    if isinstance(cell, datetime) and kind == "date":
        return cell.isoformat(" ")
    if isinstance(cell, date) and not isinstance(cell, datetime) and kind == "date":
        return cell.isoformat()
    raise Refused("cell_kind_wrong", found=str(cell)[:_SHOWN], expected=_EXPECTED[kind])


_EXPECTED = {
    "money": "金额 / amount", "rate": "比例 / rate", "area": "面积 / area", "count": "整数 / whole number",
    "year": "年度 / year", "date": "日期 / date", "flag": "是 / 否", "code": "文本代码 / code as text",
    "text": "文本 / text",
}  # fmt: skip


def _number_text(number: float, kind: str) -> str:
    shown = f"{Decimal(f'{number:.15g}'):f}" if number == number and abs(number) < 1e300 else str(number)
    if kind in ("code", "text") and abs(number) >= _INTEGER_MAX:
        raise Refused("code_is_number", found=f"{number:g}")
    if kind == "date" and not (shown.isdigit() and len(shown) in (6, 8)):
        raise Refused("date_is_number", found=shown)
    return shown


def flag_or_no(found: str) -> bool:
    """A flag where blank says no."""
    text = found.strip()
    return bool(text) and _flag(text)
