"""Conversion of kinds, `not`, `is`, and our own `is known`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.feel.builtins.arguments import rejected
from yanlian.engine.feel.compare import equal, key_of, negation
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import clean, type_name
from yanlian.engine.feel.numbers import CONTEXT, MAX_TEXT, number_text
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths, date_text
from yanlian.engine.feel.values import Function, Range, fault, is_known

_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MOMENTS = (date, FarDate, Time, DateTime, YearsMonths, DaysTime)
_PLAIN_KEY = re.compile(r"[^\W\d]\w*( [^\W\d]\w*)*")


def text_of(value: object, *, quoted: bool = False) -> str:
    """A value as `string()` writes it; inside lists, contexts and ranges texts and times stand as FEEL writes them."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value if value else abs(value))
    if isinstance(value, (list, Mapping)):
        charge_walk(len(value))
    if isinstance(value, list):
        return _short("[" + ", ".join(text_of(clean(member), quoted=True) for member in value) + "]")
    if isinstance(value, Mapping):
        entries = (f"{_key(key)}: {text_of(clean(entry), quoted=True)}" for key, entry in value.items())
        return _short("{" + ", ".join(entries) + "}")
    if isinstance(value, Range):
        return _range_text(value)
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    text = date_text(value) if isinstance(value, (date, FarDate)) else str(value)
    return f'@"{text}"' if quoted and isinstance(value, _MOMENTS) else text


def _key(key: object) -> str:
    """The name of an entry; one that is no name stands in quotes."""
    name = str(key)
    return name if _PLAIN_KEY.fullmatch(name) else text_of(name, quoted=True)


def _range_text(span: Range) -> str:
    left, right = "[" if span.low_closed else "(", "]" if span.high_closed else ")"
    return f"{left}{text_of(span.low, quoted=True)}..{text_of(span.high, quoted=True)}{right}"


def _short(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise FeelError("feel_limit", expected=MAX_TEXT, found="string")
    return text


def string(value: object) -> object:
    """`string(from)`."""
    return None if value is None else text_of(value)


def number(*arguments: object) -> object:
    """`number(from, grouping separator, decimal separator)`: all three, null for a separator that there is none of."""
    if len(arguments) < 3:
        return fault("feel_arguments", function="number", count=len(arguments))
    return _number(*arguments)


def _number(text: object, grouping: object = None, point: object = None) -> object:
    """The same by name: a separator that is not named is null."""
    if not (isinstance(text, str) and all(one is None or isinstance(one, str) for one in (grouping, point))):
        return rejected("number", text, grouping, point)
    if grouping not in {None, " ", ",", "."} or point not in {None, ",", "."} or (grouping and grouping == point):
        return fault("feel_separators")
    if isinstance(grouping, str):
        text = text.replace(grouping, "")
    if isinstance(point, str):
        text = text.replace(point, ".")
    if len(text) > 1000 or not _NUMBER.fullmatch(text):
        return fault("feel_literal", found=text[:50])
    try:
        return CONTEXT.create_decimal(text)
    except ArithmeticError:
        return fault("feel_number_range", operator="number")


def _number_by_name(names: tuple[str, ...]) -> Callable[..., object]:
    return _number


def negated(value: object) -> object:
    """`not(negand)`."""
    result = negation(value)
    return fault("feel_operand", operator="not", found=type_name(value)) if result is None else result


def identical(a: object, b: object) -> object:
    """`is(value1, value2)`: the same kind and the same value, written the same way."""
    if type_name(a) != type_name(b):
        return False
    if isinstance(a, (Time, DateTime)):
        return a == b
    if isinstance(a, (list, Mapping)):
        return key_of(a) == key_of(b)
    return equal(a, b) is True


FUNCTIONS = (
    Function("string", ("from",), string),
    Function(
        "number", ("from", "grouping separator", "decimal separator"), number, optional=2, by_name=_number_by_name
    ),
    Function("not", ("negand",), negated),
    Function("is", ("value1", "value2"), identical),
    Function("is known", ("value",), is_known, accepts_unknown=True),
    Function("已知", ("value",), is_known, accepts_unknown=True),
)
