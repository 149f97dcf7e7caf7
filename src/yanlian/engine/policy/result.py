"""FEEL values as plain data for reasons and pages: figures and dates as text, nothing that JSON cannot hold."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

Data: TypeAlias = "str | bool | list[Data] | dict[str, Data] | None"


def data_value(value: object) -> Data:
    """A FEEL value as data; numbers in their shortest plain spelling."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, list):
        return [data_value(member) for member in value]
    if isinstance(value, Mapping):
        return {str(key): data_value(entry) for key, entry in value.items()}
    return str(value)


def plain_number(number: Decimal) -> str:
    """1E+6 as 1000000, 0.300 as 0.3, and nought without a sign."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
