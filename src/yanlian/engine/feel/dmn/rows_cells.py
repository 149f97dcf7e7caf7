"""Arrow columns as fitted FEEL values: each Arrow type has one way, settled once; text becomes what the type says.

Numbers stay exact. A binary floating-point cell is the shortest decimal that stands for it, as in the tables that the
registry imports; one that is no number does not fit any type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import resolved
from yanlian.engine.feel.dmn.rows_fit import MAX_KEPT, Fit, Types, exact_type, fitter
from yanlian.engine.feel.temporal import SECOND, DateTime, DaysTime, Time, add_nanoseconds, parse_time, with_clock
from yanlian.engine.feel.values import Fault, fault

Lane: TypeAlias = Callable[[pa.Array], list[object]]
_Convert: TypeAlias = Callable[[object], object]

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_MAX_DIGITS = 34
_UNITS = {"s": SECOND, "ms": 1_000_000, "us": 1_000, "ns": 1}
_EPOCH = DateTime(date(1970, 1, 1), Time(0, 0))


def lane(arrow: pa.DataType, header: str, kind: ast.Type, types: Types) -> Lane:
    """How a column of an Arrow type becomes fitted values (or a `Fault` each) of a FEEL type."""
    if pa.types.is_dictionary(arrow):
        values = lane(arrow.value_type, header, kind, types)
        return lambda array: _by_code(array, values)
    if _is_text(arrow):
        from_text = _text_fit(kind, types)
        return lambda array: [None if text is None else from_text(text) for text in array.to_pylist()]
    convert, made = _converter(arrow, header)
    safe = _safe(arrow)
    fit = None if made is not None and _takes(kind, types, made) else fitter(kind, types)
    return lambda array: _converted(array, safe, convert, fit)


def _takes(kind: ast.Type, types: Types, made: type) -> bool:
    """Whether values of this Python type fit the FEEL type as they are."""
    return exact_type(kind, types) is made or resolved(kind, types) == ast.TypeName("Any")


def _converted(array: pa.Array, safe: pa.DataType, convert: _Convert | None, fit: Fit | None) -> list[object]:
    cells: list[object] = (array if array.type == safe else array.cast(safe)).to_pylist()
    if convert is not None:
        cells = [None if cell is None else convert(cell) for cell in cells]
    if fit is None:
        return cells
    return [cell if cell is None or type(cell) is Fault else fit(cell) for cell in cells]


def _by_code(array: pa.DictionaryArray, values: Lane) -> list[object]:
    known = values(array.dictionary)
    return [None if code is None else known[code] for code in array.indices.to_pylist()]


def _is_text(arrow: pa.DataType) -> bool:
    return bool(pa.types.is_string(arrow) or pa.types.is_large_string(arrow) or pa.types.is_string_view(arrow))


# Text


def _text_fit(kind: ast.Type, types: Types) -> Callable[[str], object]:
    """Text as a value of a type. What was found for a text is kept, up to a limit: cells come again."""
    read, fit = _reader(kind, types), fitter(kind, types)
    kept: dict[str, object] = {}

    def fitted(text: str) -> object:
        try:
            return kept[text]
        except KeyError:
            found = fit(read(text))
            if len(kept) < MAX_KEPT and type(found) not in {list, dict}:
                kept[text] = found
            return found

    return fitted


def _reader(kind: ast.Type, types: Types) -> Callable[[str], object]:
    """Text that says no value of the type stays text, which the type then refuses."""
    kind = resolved(kind, types)
    for _ in range(50):
        if not isinstance(kind, ast.Restricted):
            break
        kind = resolved(kind.base, types)
    if isinstance(kind, (ast.ContextType, ast.TypeOf)) or kind in {ast.TypeName("context"), ast.TypeName("list")}:
        return _json
    if kind == ast.TypeName("number"):
        return _number
    return _boolean if kind == ast.TypeName("boolean") else _same


def _number(text: str) -> object:
    text = text.strip()
    if _NUMBER.fullmatch(text) is None:
        return text
    number = Decimal(text)
    # More digits than a FEEL number has would not be the number that was written.
    return number if len(number.as_tuple().digits) <= _MAX_DIGITS and abs(number.adjusted()) <= 6_000 else text


def _boolean(text: str) -> object:
    return {"true": True, "false": False}.get(text.strip().lower(), text)


def _json(text: str) -> object:
    try:
        return read_json(text)
    except ValueError:
        return text


def _same(text: str) -> object:
    return text


def read_json(text: str | bytes) -> object:
    """JSON with exact numbers; not-a-number and infinities are refused (ValueError), nesting beyond limits too."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nesting") from None


def _no_number(text: str) -> object:
    raise ValueError(text)


# Everything else


def _safe(arrow: pa.DataType) -> pa.DataType:
    """The type to read values through: moments and durations as integers, whatever their unit."""
    if pa.types.is_timestamp(arrow) or pa.types.is_duration(arrow) or pa.types.is_time64(arrow):
        return pa.int64()
    if pa.types.is_time32(arrow):
        return pa.int32()
    if pa.types.is_date64(arrow):
        return pa.date32()
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        return pa.list_(_safe(arrow.value_type))
    if pa.types.is_struct(arrow):
        return pa.struct([pa.field(one.name, _safe(one.type)) for one in arrow])
    if pa.types.is_dictionary(arrow):
        return _safe(arrow.value_type)
    return arrow


def _converter(arrow: pa.DataType, header: str) -> tuple[_Convert | None, type | None]:
    """From what Arrow gives to what FEEL takes, and the type that this always is, if it is always one."""
    if pa.types.is_boolean(arrow):
        return None, bool
    if pa.types.is_integer(arrow):
        return _decimal, Decimal
    if pa.types.is_decimal(arrow):
        return None, Decimal
    if pa.types.is_floating(arrow):
        return _shortest(arrow), None
    if pa.types.is_date(arrow):
        return None, date
    if pa.types.is_null(arrow) or _is_text(arrow):
        return None, None
    moment = _moment(arrow)
    if moment is not None:
        return moment, None
    if pa.types.is_dictionary(arrow):
        return _converter(arrow.value_type, header)
    if pa.types.is_struct(arrow):
        inner = {one.name: _converter(one.type, f"{header}.{one.name}")[0] for one in arrow}
        return lambda value: _each_entry(value, inner), None
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        member = _converter(arrow.value_type, header)[0]
        return lambda value: _each_member(value, member), None
    raise Refused("dmn_rows_arrow_type", column=header, found=str(arrow))


def _decimal(value: object) -> object:
    assert isinstance(value, int)
    return Decimal(value)


def _shortest(arrow: pa.DataType) -> _Convert:
    narrow = {pa.float16(): np.float16, pa.float32(): np.float32}.get(arrow, np.float64)

    def convert(value: object) -> object:
        assert isinstance(value, float)
        if value != value or value in {float("inf"), float("-inf")}:
            return fault("feel_float", found=value)
        # Adding nought makes an ordinary nought of a negative one.
        return Decimal(str(narrow(value + 0.0)))

    return convert


def _moment(arrow: pa.DataType) -> _Convert | None:
    if pa.types.is_timestamp(arrow):
        return _date_time(_UNITS[arrow.unit], arrow.tz)
    if pa.types.is_time(arrow):
        unit = _UNITS[arrow.unit]
        return lambda value: with_clock(_EPOCH.time, _whole(value) * unit)
    if pa.types.is_duration(arrow):
        unit = _UNITS[arrow.unit]
        return lambda value: DaysTime(_whole(value) * unit)
    return None


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _date_time(unit: int, zone: str | None) -> _Convert:
    """A moment counted from 1970: on the wall without a zone, else on the time line, shown in the zone's clock."""
    fixed = parse_time(f"00:00:00{zone}") if zone and zone[0] in "+-" else None
    offset = 0 if zone in {"UTC", "Z"} else None if fixed is None else fixed.offset
    info = ZoneInfo(zone) if zone and offset is None else None

    def convert(value: object) -> object:
        count = _whole(value) * unit
        shift = offset or 0
        if info is not None:
            near = min(max(count // SECOND, -62_135_000_000), 253_402_200_000)
            shift = int((datetime.fromtimestamp(near, info).utcoffset() or _NONE).total_seconds())
        clock = Time(0, 0, 0, 0, offset, (zone or "") if info is not None else "")
        return add_nanoseconds(DateTime(_EPOCH.day, clock), count + shift * SECOND)

    return convert


_NONE = datetime.min - datetime.min  # noqa: DTZ901 - the duration of nothing


def _each_entry(value: object, inner: dict[str, _Convert | None]) -> object:
    assert isinstance(value, dict)
    made: dict[str, object] = {}
    for name, convert in inner.items():
        entry = value[name]
        made[name] = entry if entry is None or convert is None else convert(entry)
        if type(made[name]) is Fault:
            return made[name]
    return made


def _each_member(value: object, convert: _Convert | None) -> object:
    assert isinstance(value, list)
    if convert is None:
        return value
    made = [None if member is None else convert(member) for member in value]
    return next((member for member in made if type(member) is Fault), made)


def is_binary_float(arrow: pa.DataType) -> bool:
    """Whether cells of a type hold binary floating-point numbers, at any depth."""
    if pa.types.is_struct(arrow):
        return any(is_binary_float(one.type) for one in arrow)
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        return is_binary_float(arrow.value_type)
    return bool(pa.types.is_floating(arrow))
