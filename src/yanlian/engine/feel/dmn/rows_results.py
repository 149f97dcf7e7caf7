"""Results of decisions as Arrow columns, and why values are null as one short text a row.

Lossless or said: numbers leave as text, or with so many decimal places where asked; what does not fit its column is
null and has its reason. Text, booleans and days have Arrow's own types; moments, times and durations are ISO 8601 text;
contexts, lists and whatever has no declared type are JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeAlias

import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import resolved, shortened
from yanlian.engine.feel.dmn.rows_fit import Types
from yanlian.engine.feel.numbers import WIDE, number_text
from yanlian.engine.feel.printer_values import as_json
from yanlian.engine.feel.temporal import FarDate
from yanlian.engine.feel.values import Fault, FeelWarning, fault

# A value as a cell, or a `Fault` where the column cannot hold it.
Write: TypeAlias = Callable[[object], object]

MAX_REASONS = 8
MAX_DECIMALS = 30
_DIGITS = 38
_LONGEST = 60
_AS_TEXT = frozenset(("time", "date and time", "years and months duration", "days and time duration"))


def result_column(kind: ast.Type, types: Types, decimals: int | None) -> tuple[pa.DataType, Write]:
    """The Arrow type for values of a declared type, and how a value becomes a cell that is not null."""
    kind = resolved(kind, types)
    for _ in range(50):
        if not isinstance(kind, ast.Restricted):
            break
        kind = resolved(kind.base, types)
    name = kind.name if isinstance(kind, ast.TypeName) else ""
    if name == "number":
        if decimals is None:
            return pa.string(), _number
        return pa.decimal128(_DIGITS, decimals), lambda value: _scaled(value, decimals)
    if name == "boolean":
        return pa.bool_(), _as_it_is
    if name == "date":
        return pa.date32(), _day
    if name == "string":
        return pa.string(), _text
    return pa.string(), (lambda value: str(value)) if name in _AS_TEXT else _json


def _as_it_is(value: object) -> object:
    return value


def _number(value: object) -> object:
    assert isinstance(value, Decimal)
    return number_text(value)


def _scaled(value: object, decimals: int) -> object:
    assert isinstance(value, Decimal)
    if value and value.adjusted() >= _DIGITS - decimals:
        return fault("dmn_rows_decimals", expected=decimals, found=shortened(value))
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=WIDE)
    return rounded if rounded == value else fault("dmn_rows_decimals", expected=decimals, found=shortened(value))


def _day(value: object) -> object:
    return fault("dmn_rows_far_date", found=str(value)) if isinstance(value, FarDate) else value


def _text(value: object) -> object:
    assert isinstance(value, str)
    return value if _is_unicode(value) else fault("dmn_rows_text", found=ascii(value)[:60])


def _json(value: object) -> object:
    return _text(as_json(value))


def _is_unicode(text: str) -> bool:
    """Half a surrogate pair is no character; Arrow and files refuse it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Reasons:
    """Why values of a row are null: `code@line:column` with the place in the model, `code(input: what was found)`."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], str] = {}

    def of(
        self, inputs: Iterable[FeelWarning], warnings: Iterable[FeelWarning], problems: Iterable[Refused]
    ) -> list[str]:
        """The reasons of a row, each once; of `inputs`, which do not fit their type, with what was found."""
        found: dict[str, None] = {}
        for warning in inputs:
            what = warning.data.get("found", warning.data.get("name", ""))
            found[f"{warning.code}({cut(warning.data.get('element'))}: {cut(what)})"] = None
        for warning in warnings:
            found[self._reason(warning.code, warning.data.get("element"), warning.line, warning.column)] = None
        for problem in problems:
            data = problem.data
            found[self._reason(problem.code, None, data.get("line", 0), data.get("column", 0))] = None
        return list(found)

    def _reason(self, code: str, element: object, line: object, column: object) -> str:
        key = (code, element, line, column)
        known = self._known.get(key)
        if known is None:
            of = f"({cut(element)})" if element else ""
            at = f"@{line}:{column}" if line else ""
            known = self._known[key] = f"{code}{of}{at}"
        return known


def cut(value: object) -> str:
    """A name or value within a reason: short, on one line, whole characters."""
    text = " ".join(str(value).split())
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return text if _is_unicode(text) else ascii(text)


def joined(reasons: list[str]) -> str:
    """The reasons of a row as one text of bounded size."""
    more = len(reasons) - MAX_REASONS
    shown = "; ".join(reasons[:MAX_REASONS])
    return f"{shown}; +{more}" if more > 0 else shown


def code_of(reason: str) -> str:
    """The code that a reason begins with."""
    return reason.partition("@")[0].partition("(")[0]


def written(values: list[object], write: Write) -> tuple[list[object], dict[int, str]]:
    """The cells of a column, and for rows whose value it cannot hold the code that says why."""
    cells: list[object] = []
    faults: dict[int, str] = {}
    for number, value in enumerate(values):
        cell = None if value is None else write(value)
        if type(cell) is Fault:
            faults[number] = cell.code
            cell = None
        cells.append(cell)
    return cells, faults
